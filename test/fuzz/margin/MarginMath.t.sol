// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {MarginMath} from "../../../contracts/margin/MarginMath.sol";

/// @notice Margin requirements, and what a partial liquidation leaves, for any rules.
contract MarginMathFuzzTest is Test {
    using MarginMath for MarginMath.Rules;

    uint256 private constant WAD = 1e18;

    /// @notice The initial margin never falls below the maintenance margin, nor below the maximum jump, and grows with the
    /// size and with volatility; the maintenance margin does not know volatility.
    function testFuzzInitialMarginCoversJumpAndMaintenance(
        uint256 seed,
        uint96 size,
        uint96 more,
        uint64 volatility
    ) public pure {
        MarginMath.Rules memory rules = _rules(seed);
        uint256 initial = rules.initialRatioWad(size, volatility % WAD);
        assertGe(initial, rules.maxJumpWad, "below the jump");
        assertGe(initial, rules.maintenanceRatioWad(size), "below maintenance");
        assertGe(rules.initialRatioWad(uint256(size) + more, volatility % WAD), initial, "less for a larger position");
        assertGe(initial, rules.initialRatioWad(size, 0), "less when it moves more");
        assertLe(initial, WAD);
    }

    /// @notice Splitting a position among accounts never needs more margin than the whole, merging never less.
    function testFuzzALargePositionNeedsMoreThanItsParts(uint256 seed, uint96 a, uint96 b, uint128 price) public pure {
        MarginMath.Rules memory rules = _rules(seed);
        uint256 parts = rules.maintenanceUp(int256(uint256(a)), price) + rules.maintenanceUp(int256(uint256(b)), price);
        uint256 whole = rules.maintenanceUp(int256(uint256(a) + b), price);
        assertLe(parts, whole + 2 + (uint256(price) * (uint256(a) + b)) / 1e54, "parts need more than rounding");
    }

    /// @notice After the partial step the target holds, and closing a thousandth less would have missed it.
    function testFuzzAPartialLiquidationReachesItsTarget(
        uint256 seed,
        uint96 size,
        uint256 price,
        uint256 equity,
        uint256 cost,
        uint256 target
    ) public pure {
        MarginMath.Rules memory rules = _rules(seed);
        vm.assume(size > 1e6);
        price = bound(price, 1e21, 1e36);
        cost = bound(cost, 0, WAD / 20);
        target = bound(target, WAD, 2 * WAD);
        uint256 maintenance = rules.maintenanceUp(int256(uint256(size)), price);
        equity = bound(equity, 0, maintenance);
        uint256 remaining = rules.remainingDown(int256(equity), cost, target, size, price);
        assertLe(remaining, size);
        if (remaining == 0) return;
        assertTrue(_holds(rules, equity, cost, target, size, remaining, price), "misses its target");
        // Below 100 % the step is exact, so it must be near the largest that holds.
        uint256 more = remaining + remaining / 1000 + 1e6;
        if (more < size && rules.maintenanceRatioWad(more) < WAD && equity > 1e6) {
            assertFalse(_holds(rules, equity - 2, cost, target, size, more, price), "closes more than needed");
        }
    }

    /// @notice Without equity nothing may stay open.
    function testFuzzWithoutEquityEverythingIsClosed(
        uint256 seed,
        uint96 size,
        uint128 price,
        uint128 debt
    ) public pure {
        uint256 p = uint256(price) + 1;
        assertEq(_rules(seed).remainingDown(-int256(uint256(debt)), 0, WAD, size, p), 0);
    }

    /// @notice A profit is what its opposite loses, less at most one unit that stays with the pool.
    function testFuzzProfitsAndLossesNetOut(int96 size, uint128 price, int192 entryCost) public pure {
        int256 profit = MarginMath.profitDown(size, price, entryCost);
        int256 opposite = MarginMath.profitDown(-int256(size), price, -int256(entryCost));
        assertLe(profit + opposite, 0, "rounding paid both");
        assertGe(profit + opposite, -1, "more than a unit");
    }

    /// @dev E - c P (s - y) >= t x maintenance(y), all in asset units x 1e18, costs rounded down and maintenance as charged.
    function _holds(
        MarginMath.Rules memory rules,
        uint256 equity,
        uint256 cost,
        uint256 target,
        uint256 size,
        uint256 remaining,
        uint256 price
    ) private pure returns (bool) {
        uint256 paid = ((((size - remaining) * cost) / WAD) * price) / 1e18;
        uint256 ratio = rules.maintenanceRatioWad(remaining);
        // One part in 1e18 of the ratio is its own rounding.
        uint256 needed = (((remaining * (ratio - 1)) / WAD) * price) / 1e18;
        needed = (needed * target) / WAD;
        return equity * WAD + 2 * WAD >= paid + needed;
    }

    function _rules(uint256 seed) private pure returns (MarginMath.Rules memory) {
        return
            MarginMath.Rules({
                maintenanceWad: WAD / 1000 + (seed % (WAD / 5)),
                depthWad: 1e18 + ((seed >> 64) % 1e28),
                initialMultipleWad: WAD + ((seed >> 128) % (2 * WAD)),
                maxJumpWad: (seed >> 192) % WAD,
                volatilityWeightWad: (seed >> 32) % (3 * WAD)
            });
    }
}
