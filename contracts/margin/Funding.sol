// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {SignedMath512} from "./SignedMath512.sol";

/// @title Funding whose rate drifts with the skew
/// @notice The rate moves at the velocity v = V s / K (V the maximum velocity, s the skew, K its scale) and is bounded by
/// +-B. While it is positive longs pay: each whole unit owes rate x price a second, kept as one index per market. A
/// position owes size x (index - index at its entry), so all positions together owe skew x change of the index: what
/// one side does not receive from the other goes to the pool, and what is missing comes from it.
/// @dev Why the velocity, and not a target rate, follows the skew (Synthetix Perps V2, SIP-279): the pool receives
/// price x integral of s r dt, and s = r' K / V, so at one price it holds price x K / 2V x (r1^2 - r0^2) in exchange for
/// the rate it will have to pay from, and never less. With a velocity that ignored the skew's size, a rate built up by
/// a small position could be collected by a large one. For the same reason the skew is not clamped here: the vault
/// must cap it at K, which also bounds the velocity by V. At the bound the skew pays and builds up nothing.
///
/// Rates: WAD per second; velocities: WAD per second per second. Index: asset units x 1e18 per whole unit.
library Funding {
    using SafeCast for int256;
    using SafeCast for uint256;

    uint256 private constant TWO_WAD = 2e18;
    /// @dev Scale of size times index.
    uint256 private constant WAD_SQUARED = 1e36;

    /// @notice How fast and how far a market's rate may go.
    /// @param maxVelocityWad V: velocity at a skew of K, WAD per second per second.
    /// @param maxRateWad B: greatest rate either way, WAD per second.
    /// @param skewScaleWad K, WAD; not zero, and never less than the market's greatest skew.
    struct Rules {
        uint256 maxVelocityWad;
        uint256 maxRateWad;
        uint256 skewScaleWad;
    }

    /// @notice Rate and index after `elapsed` seconds at a constant skew and price.
    /// @param rateWad Rate at the beginning, within the bound or brought back to it.
    /// @return nextRateWad Rate at the end: rate + v x elapsed, within the bound. Rounded so that building a rate up never
    /// takes too little and collecting it never leaves too much: the change is rounded down where it leads away from
    /// zero, up where it leads towards it. Otherwise frequent calls would keep a rate that a small position collects.
    /// @return indexDelta Exact integral of the rate times the price, rounded in favor of the pool: up while longs
    /// prevail, down while shorts do.
    function advance(
        Rules memory rules,
        int256 rateWad,
        int256 skewWad,
        uint256 priceWad,
        uint256 elapsed
    ) internal pure returns (int256 nextRateWad, int256 indexDelta) {
        int256 bound = rules.maxRateWad.toInt256();
        int256 startWad = SignedMath.max(-bound, SignedMath.min(bound, rateWad));
        uint256 force = rules.maxVelocityWad * SignedMath.abs(skewWad);
        nextRateWad = startWad + _change(force, skewWad, startWad, elapsed, rules.skewScaleWad);

        // Twice the integral of the rate, WAD x seconds.
        int256 twicePath;
        if (SignedMath.abs(nextRateWad) <= rules.maxRateWad) {
            twicePath = (startWad + nextRateWad) * elapsed.toInt256();
        } else {
            nextRateWad = skewWad > 0 ? bound : -bound;
            // The bound all the time, but for the triangle before it was reached: (bound - start)^2 / v.
            uint256 gap = SignedMath.abs(nextRateWad - startWad);
            int256 triangle = Math.mulDiv(gap * gap, rules.skewScaleWad, force).toInt256();
            twicePath = 2 * nextRateWad * elapsed.toInt256();
            twicePath = skewWad > 0 ? twicePath - triangle : twicePath + triangle;
        }
        indexDelta =
            skewWad > 0
                ? SignedMath512.mulDivUp(twicePath, priceWad, TWO_WAD)
                : SignedMath512.mulDivDown(twicePath, priceWad, TWO_WAD);
    }

    /// @notice What a position owes since its entry (negative: is owed), asset units, rounded up: against the trader.
    function owedUp(int256 sizeWad, int256 index, int256 entryIndex) internal pure returns (int256) {
        int256 difference = index - entryIndex;
        int256 signedSizeWad = difference < 0 ? -sizeWad : sizeWad;
        return SignedMath512.mulDivUp(signedSizeWad, SignedMath.abs(difference), WAD_SQUARED);
    }

    /// @dev v x elapsed with the skew's sign.
    function _change(
        uint256 force,
        int256 skewWad,
        int256 startWad,
        uint256 elapsed,
        uint256 skewScaleWad
    ) private pure returns (int256) {
        bool towardsZero = (skewWad > 0 && startWad < 0) || (skewWad < 0 && startWad > 0);
        Math.Rounding rounding = towardsZero ? Math.Rounding.Ceil : Math.Rounding.Floor;
        int256 change = Math.mulDiv(force, elapsed, skewScaleWad, rounding).toInt256();
        return skewWad < 0 ? -change : change;
    }
}
