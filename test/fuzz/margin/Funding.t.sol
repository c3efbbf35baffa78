// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {Funding} from "../../../contracts/margin/Funding.sol";

/// @notice What any history of skews pays, and what frequent calls could change about it.
contract FundingFuzzTest is Test {
    using Funding for Funding.Rules;

    uint256 private constant STEPS = 12;
    int256 private constant WAD = 1e18;

    /// @dev A skew that is held for a time.
    struct Step {
        int256 skew;
        uint256 elapsed;
    }

    /// @notice The rate stays within its bound, and moves only in the direction of the skew.
    function testFuzzTheRateIsBoundedAndFollowsTheSkew(
        uint256 seed,
        int256 rate,
        int256 skew,
        uint256 elapsed
    ) public pure {
        Funding.Rules memory rules = _rules(seed);
        rate = bound(rate, -int256(rules.maxRateWad), int256(rules.maxRateWad));
        skew = _skew(skew, rules);
        elapsed = bound(elapsed, 0, 3650 days);
        (int256 next, int256 delta) = rules.advance(rate, skew, 1e18, elapsed);
        assertLe(next, int256(rules.maxRateWad), "above the bound");
        assertGe(next, -int256(rules.maxRateWad), "below the bound");
        if (skew >= 0) assertGe(next, rate, "fell while longs prevail");
        if (skew <= 0) assertLe(next, rate, "rose while shorts prevail");
        // The index moves by a rate that lies between the first and the last one.
        int256 low = skew > 0 ? rate : next;
        int256 high = skew > 0 ? next : rate;
        assertGe(delta, low * int256(elapsed) - 1, "less than the lowest rate");
        assertLe(delta, high * int256(elapsed) + 1, "more than the highest rate");
    }

    /// @notice At one price no history of skews collects more from the pool than was paid for the rate before: what the
    /// pool receives is at least price x K / 2V x (last rate^2 - first rate^2). Starting from nothing it never loses.
    function testFuzzARateIsPaidForBeforeItIsCollected(uint256 seed, Step[STEPS] memory steps) public pure {
        Funding.Rules memory rules = _rules(seed);
        int256 rate;
        int256 income;
        for (uint256 i; i < STEPS; ++i) {
            int256 skew = _skew(steps[i].skew, rules);
            int256 delta;
            // Often a few seconds, sometimes days.
            uint256 elapsed = bound(steps[i].elapsed, 0, i % 3 == 0 ? 5 days : 5 minutes);
            (rate, delta) = rules.advance(rate, skew, 1e18, elapsed);
            income += (skew * delta) / WAD;
        }
        // One unit of rate is the rounding of a crossing through zero.
        int256 unit = int256(rules.skewScaleWad / rules.maxVelocityWad);
        int256 potential = (((rate * rate) / WAD) * int256(rules.skewScaleWad)) / (2 * int256(rules.maxVelocityWad));
        int256 tolerance = int256(STEPS) * (1 + unit / WAD + int256(rules.skewScaleWad) / WAD);
        assertGe(income, potential - tolerance, "the pool paid for a rate nobody had paid for");
    }

    /// @notice One call for a long time and many calls in between agree, but for one unit of rate a call.
    function testFuzzFrequentCallsChangeNothing(
        uint256 seed,
        int256 rate,
        int256 skew,
        uint32[STEPS] memory waits
    ) public pure {
        Funding.Rules memory rules = _rules(seed);
        rate = bound(rate, -int256(rules.maxRateWad), int256(rules.maxRateWad));
        skew = _skew(skew, rules);
        int256 often = rate;
        int256 index;
        uint256 total;
        for (uint256 i; i < STEPS; ++i) {
            uint256 elapsed = waits[i] % 2 days;
            int256 delta;
            (often, delta) = rules.advance(often, skew, 2_000e18, elapsed);
            index += delta;
            total += elapsed;
        }
        (int256 once, int256 onceDelta) = rules.advance(rate, skew, 2_000e18, total);
        assertApproxEqAbs(often, once, STEPS, "rate");
        assertApproxEqAbs(index, onceDelta, 2_000 * (STEPS + 1) * (total + 1), "index");
    }

    /// @notice Positions never receive more than other positions and the pool pay: each rounds against its trader.
    function testFuzzFundingNetsOutBetweenSidesAndPool(int96[8] memory sizes, int128 entry, int128 index) public pure {
        int256 owed;
        int256 skew;
        for (uint256 i; i < sizes.length; ++i) {
            owed += Funding.owedUp(sizes[i], index, entry);
            skew += sizes[i];
        }
        int256 whole = Funding.owedUp(skew, index, entry);
        assertGe(owed, whole, "traders received more than the skew owes");
        assertLe(owed, whole + int256(sizes.length), "more than a unit a position");
    }

    function _rules(uint256 seed) private pure returns (Funding.Rules memory) {
        return
            Funding.Rules({
                // Up to 1,000 % a day per day at a skew of K, and up to 100 % a day.
                maxVelocityWad: 1 + (seed % 1.4e9),
                maxRateWad: (seed >> 64) % 1.2e13,
                skewScaleWad: 1e18 + ((seed >> 128) % 1e27)
            });
    }

    function _skew(int256 skew, Funding.Rules memory rules) private pure returns (int256) {
        return bound(skew, -int256(rules.skewScaleWad), int256(rules.skewScaleWad));
    }
}
