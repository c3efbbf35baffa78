// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";

/// @title What a trade costs when the price leans with the market's skew
/// @notice At skew s the pool's marginal price is P (1 + s / K): dearer for whoever makes it more one-sided, cheaper
/// for whoever balances it (Synthetix Perps V2, SIP-279). A trade of d pays the average over its own way:
///     cost = integral of P (1 + x / K) dx from s to s + d = d P (2K + 2s + d) / 2K
/// The integral depends on the two ends only. So parts of a trade cost what the whole costs, a round trip at one price
/// returns exactly what it took, and every rounding is against the trader: splitting gains nothing. That holds only
/// while EVERY change of the skew is priced here, liquidations included: a way out at the bare price would let two
/// opposite positions of one owner carry the premium of one of them away.
/// @dev Sizes: 1e18 is one whole unit of the underlying, long > 0. Prices: asset units x 1e18 per whole unit. Costs: asset
/// units x 1e36, so a cost is a size times a price and nothing is rounded before it is booked.
library SkewPricing {
    using SafeCast for uint256;

    /// @notice A trade would begin or end at a skew beyond the scale, where prices could reach zero. WAD.
    error SkewBeyondScale(int256 skewBeforeWad, int256 skewAfterWad, uint256 skewScaleWad);

    /// @notice What a trade pays (positive) or receives (negative), asset units x 1e36, rounded up: against the trader.
    /// @param deltaWad Change of the trader's size, long > 0.
    /// @param skewWad Longs minus shorts before the trade.
    /// @param skewScaleWad K, the skew at which the premium would be 100 %.
    /// @param priceWad Price of the feed.
    function cost(
        int256 deltaWad,
        int256 skewWad,
        uint256 skewScaleWad,
        uint256 priceWad
    ) internal pure returns (int256) {
        uint256 weight = _weight(deltaWad, skewWad, skewScaleWad);
        uint256 notional = SignedMath.abs(deltaWad) * priceWad;
        if (deltaWad < 0) return -Math.mulDiv(notional, weight, 2 * skewScaleWad).toInt256();
        return Math.mulDiv(notional, weight, 2 * skewScaleWad, Math.Rounding.Ceil).toInt256();
    }

    /// @notice Average price of the same trade per whole unit: rounded up for a buyer, down for a seller.
    function fillPriceWad(
        int256 deltaWad,
        int256 skewWad,
        uint256 skewScaleWad,
        uint256 priceWad
    ) internal pure returns (uint256) {
        Math.Rounding rounding = deltaWad > 0 ? Math.Rounding.Ceil : Math.Rounding.Floor;
        return Math.mulDiv(priceWad, _weight(deltaWad, skewWad, skewScaleWad), 2 * skewScaleWad, rounding);
    }

    /// @dev 2K + 2s + d, between 0 and 4K.
    function _weight(int256 deltaWad, int256 skewWad, uint256 skewScaleWad) private pure returns (uint256) {
        int256 skewAfterWad = skewWad + deltaWad;
        if (SignedMath.abs(skewWad) > skewScaleWad || SignedMath.abs(skewAfterWad) > skewScaleWad) {
            revert SkewBeyondScale(skewWad, skewAfterWad, skewScaleWad);
        }
        return uint256((2 * skewScaleWad).toInt256() + skewWad + skewAfterWad);
    }
}
