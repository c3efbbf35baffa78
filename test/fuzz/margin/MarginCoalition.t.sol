// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {IMarginVault} from "../../../contracts/interfaces/IMarginVault.sol";
import {MarginSystem, MarginSystemDeployer} from "../../invariant/margin/MarginSystem.sol";

/// @notice MA7: one owner holds a long and a short of the same size at the least margin, resolves its own orders, earns
/// the liquidation rewards, provides a part of the pool and stakes a part of the fund. Prices jump by at most what the
/// market is made for, and somebody liquidates between two rounds. When the first of the two positions has been cut or
/// closed, the owner closes everything at that price and takes out all it can. It never has more than it began with.
contract MarginCoalitionTest is Test, MarginSystemDeployer {
    uint256 private constant ROUNDS = 10;
    uint256 private constant MARKET = 0;
    int256 private constant MAX_JUMP_BPS = 300;

    MarginSystem private _system;
    address private _long = makeAddr("long");
    address private _short = makeAddr("short");
    address private _helper = makeAddr("keeper, provider and staker of the coalition");
    address private _honest = makeAddr("honest provider");
    int256 private _answer = FIRST_ANSWER;
    uint256 private _now = START;

    function setUp() public {
        vm.warp(START);
        _system = _deployMarginSystem(6);
        address[4] memory everybody = [_long, _short, _helper, _honest];
        for (uint256 i; i < everybody.length; ++i) {
            _system.asset.mint(everybody[i], 1e6 * _system.unit);
            vm.startPrank(everybody[i]);
            _system.asset.approve(address(_system.vault), type(uint256).max);
            _system.asset.approve(address(_system.fund), type(uint256).max);
            vm.stopPrank();
        }
        vm.startPrank(_honest);
        _system.vault.deposit(500_000 * _system.unit, _honest);
        _system.fund.deposit(50_000 * _system.unit, _honest);
        vm.stopPrank();
    }

    /// hardhat-config: fuzz.runs = 96
    function testFuzzMA7ACoalitionGainsNothing(
        uint256 size,
        uint256 provided,
        uint256 staked,
        bool longFirst,
        int16[ROUNDS] memory jumps
    ) public {
        uint256 before = _wealth();
        _invest(bound(provided, 0, 500_000), bound(staked, 0, 50_000));
        // From the smallest position to what the cap on the skew lets one account open.
        int256 delta = int256(bound(size, 0.2e18, uint256(_system.vault.marketConfig(MARKET).skewCapWad)));
        _trade(longFirst ? _long : _short, longFirst ? delta : -delta);
        _trade(longFirst ? _short : _long, longFirst ? -delta : delta);
        for (uint256 i; i < ROUNDS && !_cut(delta); ++i) {
            _answer = (_answer * (10_000 + bound(jumps[i], -MAX_JUMP_BPS, MAX_JUMP_BPS))) / 10_000;
            _publish(60);
            _liquidateAll();
        }
        _closeAll();
        _divest();
        // A unit for each rounding of shares.
        assertLe(_wealth(), before + 4, "the coalition gained");
        assertEq(_system.engine.writeOffCount(address(_system.vault)), 0, "a loss within the jumps of the market");
    }

    // ---------------------------------------------------------------- What the coalition does

    function _invest(uint256 provided, uint256 staked) private {
        vm.startPrank(_helper);
        if (provided != 0) _system.vault.deposit(provided * _system.unit, _helper);
        if (staked != 0) _system.fund.deposit(staked * _system.unit, _helper);
        vm.stopPrank();
    }

    /// @dev Opens or closes with just enough margin, decided by a round at the present price.
    function _trade(address trader, int256 delta) private {
        uint256 price = uint256(_answer) * 1e10 * _system.unit;
        uint256 notional = (SignedMath.abs(delta) * price) / 1e36;
        IMarginVault.OrderRequest memory request;
        (request.trader, request.marketId, request.sizeDeltaWad) = (trader, MARKET, delta);
        request.acceptablePriceWad = price;
        request.keeperFeeAssets = _system.unit;
        bool opens = _system.vault.positionOf(trader, MARKET).sizeWad == 0;
        // Initial 7.5 % and up to 0.75 % for depth, premium of 2 % at most, fee.
        request.depositAssets = _system.unit + (notional * (opens ? 1_040 : 20)) / 10_000 + 10;
        _system.vault.poke(MARKET);
        vm.prank(trader);
        _system.vault.commitOrder(request);
        _publish(10);
        vm.prank(_helper);
        IMarginVault.Outcome outcome = _system.vault.resolveOrder(
            trader,
            MARKET,
            _system.feeds[MARKET].latestRoundId()
        );
        assertEq(uint8(outcome), uint8(IMarginVault.Outcome.Executed));
    }

    function _liquidateAll() private {
        address[2] memory both = [_long, _short];
        for (uint256 i; i < 4; ++i) {
            vm.prank(_helper);
            // Healthy accounts are refused.
            try _system.vault.liquidate(both[i % 2], MARKET, type(uint256).max) {} catch {}
        }
    }

    function _cut(int256 delta) private view returns (bool) {
        return
            _system.vault.positionOf(_long, MARKET).sizeWad != delta ||
            _system.vault.positionOf(_short, MARKET).sizeWad != -delta;
    }

    function _closeAll() private {
        address[2] memory both = [_long, _short];
        for (uint256 i; i < 2; ++i) {
            int256 held = _system.vault.positionOf(both[i], MARKET).sizeWad;
            if (held != 0) _trade(both[i], -held);
            uint256 margin = _system.vault.accountOf(both[i]).marginAssets;
            vm.prank(both[i]);
            if (margin != 0) _system.vault.withdrawMargin(margin, both[i], both[i]);
        }
    }

    /// @dev Notices are given, and when they have run out shares and stake are taken out.
    function _divest() private {
        uint256 shares = _system.vault.balanceOf(_helper);
        uint256 stake = _system.fund.balanceOf(_helper);
        vm.startPrank(_helper);
        if (shares != 0) _system.vault.requestExit(shares, _helper);
        if (stake != 0) _system.fund.startCooldown(stake, _helper);
        vm.stopPrank();
        _publish(2 days);
        vm.startPrank(_helper);
        if (shares != 0) _system.vault.redeem(shares, _helper, _helper);
        if (stake != 0) _system.fund.redeem(stake, _helper, _helper);
        vm.stopPrank();
    }

    // ---------------------------------------------------------------- Bookkeeping

    function _publish(uint256 wait) private {
        _now += wait;
        vm.warp(_now);
        _system.feeds[MARKET].answer(_answer);
    }

    function _wealth() private view returns (uint256) {
        return _system.asset.balanceOf(_long) + _system.asset.balanceOf(_short) + _system.asset.balanceOf(_helper);
    }
}
