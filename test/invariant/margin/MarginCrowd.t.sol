// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IMarginVault} from "../../../contracts/interfaces/IMarginVault.sol";
import {MarginVault} from "../../../contracts/margin/MarginVault.sol";
import {MarginLosses} from "./MarginLosses.sol";
import {MarginGhosts} from "./MarginGhosts.sol";
import {MarginSystem} from "./MarginSystem.sol";

/// @notice Everybody around the margin vault at once: the contract whose functions a campaign calls in any order with any
/// arguments. It needs the AccessManager's admin role for nothing: governance stands still.
contract MarginCrowd is MarginLosses {
    constructor(MarginSystem memory deployed) MarginGhosts(deployed) {
        for (uint256 i; i < TRADERS; ++i) _join(_traders[i]);
        for (uint256 i; i < PROVIDERS; ++i) _join(_providers[i]);
        _join(_staker);
        for (uint256 i; i < PROVIDERS; ++i) _provide(_providers[i], 100_000 * _system.unit);
        _do(_staker, address(_system.fund), abi.encodeCall(_system.fund.deposit, (40_000 * _system.unit, _staker)));
    }

    // ---------------------------------------------------------------- The world

    function passTime(uint256 seed, uint256 size) external turn {
        _now += _pick(seed, "kind", 3) == 0 ? _size(size, 1 hours, 2 days) : _size(size, 1, 30 minutes);
        ++count["passTime"];
    }

    /// @notice A new round: mostly within the jumps the market is made for, sometimes far beyond.
    function publish(uint256 seed, uint256 size) external turn {
        uint256 m = _pick(seed, "market", 2);
        uint256 kind = _pick(seed, "kind", 8);
        uint256 bps = kind < 5 ? _size(size, 9_800, 10_200) : _size(size, 7_000, 13_500);
        int256 answer = (_answers[m] * int256(bps)) / 10_000;
        if (kind == 7) answer = -answer;
        _publish(m, answer);
        ++count[kind == 7 ? bytes32("publishNegative") : bytes32("publish")];
    }

    /// @notice A round times out and carries an old answer under a new time.
    function timeOut(uint256 seed, uint256) external turn {
        _system.feeds[_pick(seed, "market", 2)].timeOut();
        ++count["timeOut"];
    }

    function changePhase(uint256 seed, uint256) external turn {
        if (_pick(seed, "rarely", 4) != 0) return;
        uint256 m = _pick(seed, "market", 2);
        _system.feeds[m].changePhase();
        _publish(m, _answers[m]);
        ++count["changePhase"];
    }

    function donate(uint256 seed, uint256 size) external turn {
        if (_pick(seed, "rarely", 4) != 0) return;
        uint256 assets = _size(size, 1, 1_000 * _system.unit);
        _system.asset.mint(address(_system.vault), assets);
        _donated += assets;
    }

    // ---------------------------------------------------------------- Traders

    /// @notice A trader opens, enlarges or reduces. What comes with it is sometimes ample, sometimes just enough.
    function commit(uint256 seed, uint256 size) external turn {
        address trader = _traders[_pick(seed, "trader", TRADERS)];
        uint256 m = _pick(seed, "market", 2);
        _commit(trader, m, seed, size);
    }

    /// @notice A position of high leverage at once: committed, decided by the next round, executed.
    function open(uint256 seed, uint256 size) external turn {
        address trader = _traders[_pick(seed, "trader", TRADERS)];
        uint256 m = _pick(seed, "market", 2);
        if (!_commit(trader, m, seed | 1, size)) return;
        _now += 10;
        vm.warp(_now);
        _publish(m, _answers[m]);
        _resolve(trader, m, seed);
    }

    function resolve(uint256 seed, uint256) external turn {
        for (uint256 i; i < 2 * TRADERS; ++i) {
            uint256 at = (seed % (2 * TRADERS)) + i;
            address trader = _traders[(at / 2) % TRADERS];
            if (_system.vault.orderOf(trader, at % 2).earliestRoundAt == 0) continue;
            _resolve(trader, at % 2, seed);
            return;
        }
    }

    function depositMargin(uint256 seed, uint256 size) external turn {
        address trader = _traders[_pick(seed, "trader", TRADERS)];
        uint256 assets = _size(size, 1, 500 * _system.unit);
        (bool done, ) = _do(
            trader,
            address(_system.vault),
            abi.encodeCall(MarginVault.depositMargin, (assets, trader))
        );
        _mustBe(done, "LI1", "margin could not come in");
        ++count["depositMargin"];
    }

    /// @notice Nobody takes out margin that what is open needs.
    function withdrawMargin(uint256 seed, uint256 size) external turn {
        address trader = _traders[_pick(seed, "trader", TRADERS)];
        uint256 margin = _system.vault.accountOf(trader).marginAssets;
        if (margin == 0) return;
        uint256 assets = _size(size, 1, margin);
        bytes memory data = abi.encodeCall(MarginVault.withdrawMargin, (assets, trader, trader));
        uint256 balance = _system.asset.balanceOf(trader);
        (bool done, ) = _do(trader, address(_system.vault), data);
        if (!done) return;
        ++count["withdrawMargin"];
        _mustEqual(int256(_system.asset.balanceOf(trader) - balance), int256(assets), "LV1", "margin paid out");
        IMarginVault.HealthView memory health = _system.vault.healthOf(trader);
        _mustNotExceed(int256(health.initialAssets), health.equityAssets, "MA4", "left below the initial margin");
    }

    /// @notice Bringing funding and volatility to now moves no value (MA3).
    function poke(uint256 seed, uint256) external turn {
        uint256 m = _pick(seed, "market", 2);
        int256 before = _poolValue();
        (bool done, ) = _do(_keeper, address(_system.vault), abi.encodeCall(MarginVault.poke, (m)));
        if (!done) return;
        ++count["poke"];
        _mustEqual(_poolValue(), before, "MA3", "a poke moved value");
    }

    // ---------------------------------------------------------------- Providers

    /// @notice Entries and exits lower nobody's value: what one share stands for never falls by them.
    function provide(uint256 seed, uint256 size) external turn {
        address provider = _providers[_pick(seed, "provider", PROVIDERS)];
        (uint256 assets, uint256 supply) = (_system.vault.totalAssets(), _system.vault.totalSupply());
        if (!_provide(provider, _size(size, _system.unit, 50_000 * _system.unit))) return;
        ++count["provide"];
        _checkSharePrice(assets, supply);
    }

    function requestExit(uint256 seed, uint256 size) external turn {
        address provider = _providers[_pick(seed, "provider", PROVIDERS)];
        uint256 shares = _size(size, 0, _system.vault.balanceOf(provider));
        _do(provider, address(_system.vault), abi.encodeCall(_system.vault.requestExit, (shares, provider)));
        ++count["requestExit"];
    }

    function leave(uint256 seed, uint256 size) external turn {
        address provider = _providers[_pick(seed, "provider", PROVIDERS)];
        uint256 most = _system.vault.maxRedeem(provider);
        if (most == 0) return;
        (uint256 assets, uint256 supply) = (_system.vault.totalAssets(), _system.vault.totalSupply());
        uint256 shares = _size(size, Math.max(most / 4, 1), most);
        uint256 cover = _system.vault.profitCover();
        bytes memory data = abi.encodeCall(_system.vault.redeem, (shares, provider, provider));
        (bool done, ) = _do(provider, address(_system.vault), data);
        _mustBe(done, "WO5", "what may leave could not");
        if (!done) return;
        ++count["leave"];
        _checkSharePrice(assets, supply);
        _mustNotExceed(
            int256(cover),
            int256(_system.vault.cash()),
            "MA2",
            "cash that open positions could win has left"
        );
    }

    function _provide(address provider, uint256 assets) private returns (bool done) {
        bytes memory data = abi.encodeCall(_system.vault.deposit, (assets, provider));
        (done, ) = _do(provider, address(_system.vault), data);
    }

    /// @dev assets / supply has not fallen, virtual units included.
    function _checkSharePrice(uint256 assets, uint256 supply) private {
        uint256 assetsAfter = _system.vault.totalAssets() + 1;
        uint256 supplyAfter = _system.vault.totalSupply() + 1e6;
        bool kept = Math.mulDiv(assetsAfter, supply + 1e6, 1e18) + 1 >= Math.mulDiv(assets + 1, supplyAfter, 1e18);
        _mustBe(kept, "WO5", "an entry or exit lowered the share price");
    }

    function _join(address account) private {
        _system.asset.mint(account, 1e9 * _system.unit);
        vm.startPrank(account);
        _system.asset.approve(address(_system.vault), type(uint256).max);
        _system.asset.approve(address(_system.fund), type(uint256).max);
        vm.stopPrank();
    }
}
