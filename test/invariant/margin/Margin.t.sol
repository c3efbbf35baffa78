// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IMarginVault} from "../../../contracts/interfaces/IMarginVault.sol";
import {MarginVault} from "../../../contracts/margin/MarginVault.sol";
import {MarginCrowd} from "./MarginCrowd.t.sol";
import {MarginSystem, MarginSystemDeployer} from "./MarginSystem.sol";

/// @notice The margin vault under traders, providers, keepers and jumping prices. Figures are sums over accounts, taken
/// from outside, against the market sums that the vault keeps.
contract MarginInvariantTest is Test, MarginSystemDeployer {
    uint256 private constant STEPS = 700;
    uint256 private constant SAMPLED = 8;
    /// @dev Number of that step in a walk.
    uint256 private constant IMPAIR = 12;
    bytes32[] private _properties = [bytes32("MA2"), "MA3", "MA4", "MA6", "MA7", "LV1", "LV2", "WO1", "WO5", "LI1"];

    MarginSystem private _system;
    MarginCrowd private _crowd;

    /// @dev What all accounts together hold.
    struct Sums {
        uint256 margin;
        uint256 escrow;
        uint256 deficit;
        uint256[2] long;
        uint256[2] short;
        uint256[2] buying;
        uint256[2] selling;
        int256[2] basis;
    }

    function setUp() public {
        vm.warp(START);
        _system = _deployMarginSystem(6);
        _crowd = new MarginCrowd(_system);
        targetContract(address(_crowd));
    }

    /// @notice MA1: positions and orders add up to the market's sums, exactly, and margins to the traders' assets. MA2: cash
    /// and margins are pool value, equities, what is set apart and the premium of the skew, to rounding. And nothing of
    /// what the crowd looks for at every step has happened.
    /// hardhat-config: invariant.failOnRevert = false
    function invariant_MA1_to_MA6_accountsAndPoolAgree() public {
        _assertNothingForbidden();
        // Sums that differ go on differing, so it is enough to add up now and then.
        if (_crowd.calls() % SAMPLED != 0) return;
        vm.warp(_crowd.time());
        _checkSums();
        _checkValues();
    }

    /// @notice A long walk sees everything there is to see: without it a campaign would prove nothing.
    function testAWalkReachesEverything() public {
        for (uint256 i; i < STEPS; ++i) {
            uint256 seed = uint256(keccak256(abi.encode("walk", i)));
            uint256 known = _crowd.count("impaired");
            _step(seed % 16, seed >> 8, uint256(keccak256(abi.encode(seed))));
            // A known loss is looked at again at once, while somebody may still make it good.
            for (uint256 k = 1; k < 6 && _crowd.count("impaired") != known; ++k) {
                _step(IMPAIR, uint256(keccak256(abi.encode(seed, k))), 0);
            }
            if (i % 100 == 0) {
                vm.warp(_crowd.time());
                _checkSums();
                _checkValues();
            }
        }
        _assertNothingForbidden();
        bytes32[17] memory events = [
            bytes32("executed"),
            "refunded",
            "executedAtLatest",
            "wrongHints",
            "commitReduce",
            "closedInPart",
            "closedWhole",
            "writtenOff",
            "insured",
            "socialized",
            "impaired",
            "cleared",
            "leave",
            "withdrawMargin",
            "changePhase",
            "publishNegative",
            "liquidateBatch"
        ];
        for (uint256 i; i < events.length; ++i) {
            assertGt(_crowd.count(events[i]), 0, string(abi.encodePacked(events[i])));
        }
    }

    function _step(uint256 action, uint256 seed, uint256 size) private {
        bytes4[16] memory selectors = [
            _crowd.passTime.selector,
            _crowd.publish.selector,
            _crowd.publish.selector,
            _crowd.publish.selector,
            _crowd.changePhase.selector,
            _crowd.open.selector,
            _crowd.open.selector,
            _crowd.commit.selector,
            _crowd.resolve.selector,
            _crowd.depositMargin.selector,
            _crowd.withdrawMargin.selector,
            _crowd.liquidate.selector,
            _crowd.impair.selector,
            _crowd.provide.selector,
            _crowd.leave.selector,
            _crowd.liquidateBatch.selector
        ];
        bytes4 selector = selectors[action];
        if (action == 9 && seed % 3 != 0) selector = _crowd.requestExit.selector;
        if (action == 4 && seed % 2 == 0) selector = _crowd.timeOut.selector;
        // While a feed has no price some steps cannot even look at the vault.
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, ) = address(_crowd).call(abi.encodeWithSelector(selector, seed, size));
        done;
    }

    function _assertNothingForbidden() private view {
        for (uint256 i; i < _properties.length; ++i) {
            assertEq(_crowd.violation(_properties[i]), "", string(abi.encodePacked(_properties[i])));
        }
    }

    // ---------------------------------------------------------------- Sums

    function _sums() private view returns (Sums memory sums) {
        address[4] memory traders = _crowd.traders();
        for (uint256 i; i < traders.length; ++i) {
            IMarginVault.AccountView memory account = _system.vault.accountOf(traders[i]);
            sums.margin += account.marginAssets;
            sums.deficit += account.deficitAssets;
            for (uint256 m; m < 2; ++m) _addMarket(sums, traders[i], m);
        }
    }

    function _addMarket(Sums memory sums, address trader, uint256 m) private view {
        IMarginVault.PositionView memory position = _system.vault.positionOf(trader, m);
        if (position.sizeWad > 0) sums.long[m] += uint256(position.sizeWad);
        else sums.short[m] += uint256(-position.sizeWad);
        sums.basis[m] += position.basis;
        IMarginVault.OrderView memory order = _system.vault.orderOf(trader, m);
        sums.escrow += order.escrowAssets + order.keeperFeeAssets;
        if (order.sizeDeltaWad > 0) sums.buying[m] += uint256(order.sizeDeltaWad);
        else sums.selling[m] += uint256(-order.sizeDeltaWad);
    }

    function _checkSums() private view {
        Sums memory sums = _sums();
        MarginVault vault = _system.vault;
        for (uint256 m; m < 2; ++m) {
            IMarginVault.MarketView memory market = vault.marketOf(m);
            assertEq(market.longWad, sums.long[m], "longs");
            assertEq(market.shortWad, sums.short[m], "shorts");
            assertEq(market.totalBasis, sums.basis[m], "bases");
            assertEq(market.pendingBuyWad, sums.buying[m], "orders that buy");
            assertEq(market.pendingSellWad, sums.selling[m], "orders that sell");
        }
        assertEq(vault.traderAssets(), sums.margin + sums.escrow, "margins and escrows");
        assertEq(vault.totalDeficit(), sums.deficit, "deficits");
        (, uint256 unfunded) = vault.provisions();
        uint256 held = _system.asset.balanceOf(address(vault)) - _crowd.donated();
        assertEq(held, vault.cash() + vault.claimsOwed() - unfunded + vault.traderAssets(), "LV1: tokens");
    }

    // ---------------------------------------------------------------- Values

    /// @dev The two sides are computed by different ways: one by accounts, one from the pool's own figures.
    function _checkValues() private view {
        MarginVault vault = _system.vault;
        try vault.tradersNet() returns (int256 net) {
            int256 equities;
            address[4] memory traders = _crowd.traders();
            for (uint256 i; i < traders.length; ++i) equities += vault.healthOf(traders[i]).equityAssets;
            (int256 premium, bool readable) = _premium();
            if (!readable) return;
            Sums memory sums = _sums();
            // Equities round down, at most a unit a position and one for the pool's own rounding.
            int256 left = int256(vault.cash() + sums.margin);
            int256 pool = int256(vault.cash() + sums.deficit) - net;
            assertGe(left, pool + equities + premium - 2, "more is owned than there is");
            assertLe(left, pool + equities + premium + 11, "something belongs to nobody");
            _checkPool(pool);
        } catch {
            // Without a price nothing can be valued.
        }
    }

    function _checkPool(int256 pool) private view {
        MarginVault vault = _system.vault;
        (uint256 provisions, uint256 unfunded) = vault.provisions();
        int256 providers = pool - int256(vault.reserves() + provisions + unfunded);
        assertEq(int256(vault.totalAssets()), providers > 0 ? providers : int256(0), "providers");
    }

    /// @dev What balancing the skew would give back: skew^2 P / 2K of each market, asset units, rounded down.
    function _premium() private view returns (int256 premium, bool readable) {
        for (uint256 m; m < 2; ++m) {
            IMarginVault.MarketView memory market = _system.vault.marketOf(m);
            uint256 skew =
                market.longWad > market.shortWad ? market.longWad - market.shortWad : market.shortWad - market.longWad;
            if (skew == 0) continue;
            try _system.vault.priceOf(m) returns (uint256 price, uint256) {
                uint256 scale = _system.vault.marketConfig(m).skewScaleWad;
                premium += int256(Math.mulDiv(skew * skew, price, 2 * scale * 1e36));
            } catch {
                return (0, false);
            }
        }
        return (premium, true);
    }
}
