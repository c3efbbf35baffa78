// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {SkewPricing} from "../../../contracts/margin/SkewPricing.sol";

/// @notice What trades cost, whole and in parts, at any skew.
contract SkewPricingFuzzTest is Test {
    uint256 private constant MAX_SCALE = 1e30;
    uint256 private constant MAX_PRICE = 1e45;

    /// @notice Parts of a trade never cost less than the whole, whatever their number, order and direction.
    function testFuzzSplittingATradeGainsNothing(
        uint256 scale,
        uint256 price,
        int256 start,
        int256[6] memory ends
    ) public pure {
        (scale, price) = (bound(scale, 1, MAX_SCALE), bound(price, 0, MAX_PRICE));
        int256 first = _within(start, scale);
        int256 skew = first;
        int256 paid;
        for (uint256 i; i < ends.length; ++i) {
            int256 end = _within(ends[i], scale);
            paid += SkewPricing.cost(end - skew, skew, scale, price);
            skew = end;
        }
        assertGe(paid, SkewPricing.cost(skew - first, first, scale, price), "cheaper in parts");
    }

    /// @notice A tour that ends where it began never pays, and costs at most a unit of rounding per trade.
    function testFuzzARoundTripAtOnePriceReturnsWhatItTook(
        uint256 scale,
        uint256 price,
        int256 start,
        int256 end
    ) public pure {
        (scale, price) = (bound(scale, 1, MAX_SCALE), bound(price, 0, MAX_PRICE));
        (start, end) = (_within(start, scale), _within(end, scale));
        int256 there = SkewPricing.cost(end - start, start, scale, price);
        int256 back = SkewPricing.cost(start - end, end, scale, price);
        assertGe(there + back, 0, "the pool paid for a round trip");
        assertLe(there + back, 1, "more than rounding");
    }

    /// @notice The cost lies between the bare prices of the two ends of the way, and the fill price says the same.
    function testFuzzTheCostIsAnAverageOverTheWay(uint256 scale, uint256 price, int256 start, int256 end) public pure {
        (scale, price) = (bound(scale, 1, MAX_SCALE), bound(price, 0, MAX_PRICE));
        (start, end) = (_within(start, scale), _within(end, scale));
        vm.assume(start != end);
        int256 delta = end - start;
        int256 paid = SkewPricing.cost(delta, start, scale, price);
        int256 fill = int256(SkewPricing.fillPriceWad(delta, start, scale, price));
        // Marginal prices times K, compared without dividing: P (K + s).
        int256 low = start < end ? start : end;
        int256 high = start < end ? end : start;
        int256 k = int256(scale);
        int256 p = int256(price);
        assertGe((fill + 1) * k, p * (k + low), "below both ends");
        assertLe((fill - 1) * k, p * (k + high), "above both ends");
        // The price is rounded once more than the cost, in the same direction.
        assertGe(delta * fill, paid, "the price promises less than the cost");
        int256 room = delta < 0 ? -delta : delta;
        assertLe(delta * fill - paid, room, "more than one unit of price apart");
    }

    /// @notice A trade that would cross the scale, or starts beyond it, is refused with its figures.
    function testFuzzBeyondTheScaleNothingIsPriced(uint128 scale, uint128 excess, bool short) public {
        vm.assume(scale != 0 && excess != 0);
        int256 end = int256(uint256(scale) + excess);
        if (short) end = -end;
        vm.expectRevert(abi.encodeWithSelector(SkewPricing.SkewBeyondScale.selector, int256(0), end, uint256(scale)));
        this.costOf(end, 0, scale);
        vm.expectRevert(abi.encodeWithSelector(SkewPricing.SkewBeyondScale.selector, end, int256(0), uint256(scale)));
        this.costOf(-end, end, scale);
    }

    function costOf(int256 delta, int256 skew, uint256 scale) external pure returns (int256) {
        return SkewPricing.cost(delta, skew, scale, 1e18);
    }

    function _within(int256 skew, uint256 scale) private pure returns (int256) {
        return bound(skew, -int256(scale), int256(scale));
    }
}
