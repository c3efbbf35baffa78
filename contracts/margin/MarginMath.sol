// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {WAD} from "../libraries/Units.sol";
import {SignedMath512} from "./SignedMath512.sol";

/// @title How much margin a position needs, and how much of it a liquidation closes
/// @notice Both ratios grow with the position's size s, because a large position is harder to close than many small
/// ones of the same leverage:
///     maintenance(s) = min(1, m + s / D)            D, the depth, is the size at which the ratio has grown by 100 %
///     initial(s)     = max(j, k x maintenance(s)) + w x volatility,  at most max(1, j)
/// j is the largest jump between two rounds that the market is made for, k >= 1, w the weight of the volatility. So a
/// position at its initial margin survives a jump of j. Volatility is no part of the maintenance ratio: a safety rule
/// must not be what liquidates people.
/// @dev Sizes: 1e18 is one whole unit. Prices: asset units x 1e18 per whole unit. Margins: asset units, rounded up:
/// against the trader. The functions are pure; what the numbers may be is the vault's to check.
library MarginMath {
    using SafeCast for uint256;

    /// @dev Scale of size times price.
    uint256 private constant WAD_SQUARED = 1e36;

    /// @notice The margin rules of one market.
    /// @param maintenanceWad m: maintenance ratio of an infinitely small position, WAD.
    /// @param depthWad D: size at which the ratio has grown by 100 %, WAD of the underlying; below 2^127, not zero.
    /// @param initialMultipleWad k: initial over maintenance ratio, WAD, at least 1e18.
    /// @param maxJumpWad j: largest jump of the price between two rounds, WAD.
    /// @param volatilityWeightWad w: how much of the volatility estimate is added to the initial ratio, WAD.
    struct Rules {
        uint256 maintenanceWad;
        uint256 depthWad;
        uint256 initialMultipleWad;
        uint256 maxJumpWad;
        uint256 volatilityWeightWad;
    }

    /// @notice |size| x price, asset units, rounded up.
    function notionalUp(int256 sizeWad, uint256 priceWad) internal pure returns (uint256) {
        return Math.mulDiv(SignedMath.abs(sizeWad), priceWad, WAD_SQUARED, Math.Rounding.Ceil);
    }

    /// @notice Unrealized profit (negative: loss) of a position, asset units, rounded down: against the trader.
    /// @param entryCost What the position has cost, asset units x 1e36 (`SkewPricing.cost`), negative for a short.
    function profitDown(int256 sizeWad, uint256 priceWad, int256 entryCost) internal pure returns (int256) {
        int256 profit = sizeWad * priceWad.toInt256() - entryCost;
        return SignedMath512.mulDivDown(profit, 1, WAD_SQUARED);
    }

    /// @notice Maintenance ratio of a position of this size, WAD, rounded up.
    function maintenanceRatioWad(Rules memory rules, uint256 absSizeWad) internal pure returns (uint256) {
        uint256 growth = Math.mulDiv(absSizeWad, WAD, rules.depthWad, Math.Rounding.Ceil);
        return Math.min(WAD, rules.maintenanceWad + growth);
    }

    /// @notice Initial ratio of a position of this size, WAD, rounded up; never below the maximum jump nor below the
    /// maintenance ratio.
    /// @param volatilityWad Estimate of `Volatility`, WAD.
    function initialRatioWad(
        Rules memory rules,
        uint256 absSizeWad,
        uint256 volatilityWad
    ) internal pure returns (uint256) {
        uint256 maintenance = maintenanceRatioWad(rules, absSizeWad);
        uint256 ratio = Math.mulDiv(maintenance, rules.initialMultipleWad, WAD, Math.Rounding.Ceil);
        ratio = Math.max(ratio, rules.maxJumpWad);
        ratio += Math.mulDiv(volatilityWad, rules.volatilityWeightWad, WAD, Math.Rounding.Ceil);
        return Math.min(ratio, Math.max(WAD, rules.maxJumpWad));
    }

    /// @notice Margin below which a position of this size may be liquidated, asset units, rounded up.
    function maintenanceUp(Rules memory rules, int256 sizeWad, uint256 priceWad) internal pure returns (uint256) {
        uint256 ratio = maintenanceRatioWad(rules, SignedMath.abs(sizeWad));
        return _weighted(sizeWad, priceWad, ratio);
    }

    /// @notice Margin that a trade which adds risk must leave, asset units, rounded up.
    function initialUp(
        Rules memory rules,
        int256 sizeWad,
        uint256 priceWad,
        uint256 volatilityWad
    ) internal pure returns (uint256) {
        uint256 ratio = initialRatioWad(rules, SignedMath.abs(sizeWad), volatilityWad);
        return _weighted(sizeWad, priceWad, ratio);
    }

    /// @notice Size of a position that may stay open so that what is left of the equity is `targetWad` times its
    /// maintenance margin: the largest y that solves
    ///     E - c P (s - y) >= t P y (m + y / D)
    /// which is y = sqrt(h^2 + q) - h with h = D (m - c / t) / 2 and q = D (E / P - c s) / t. Rounded down, so that
    /// rather too much than too little is closed; zero where not even nothing can be carried, the whole position where
    /// it needs no liquidation. Where the ratio is at its end of 100 %, y (m + y / D) is more than the maintenance margin
    /// and more than needed is closed.
    /// @param equity E, asset units: the account's equity less target x maintenance of its positions in other markets.
    /// @param costWad c: all that closing takes out of the equity, fee and premium, per closed notional, WAD.
    /// @param targetWad t, WAD, at least 1e18.
    /// @param absSizeWad s, WAD, below 2^127.
    /// @param priceWad P, not zero.
    function remainingDown(
        Rules memory rules,
        int256 equity,
        uint256 costWad,
        uint256 targetWad,
        uint256 absSizeWad,
        uint256 priceWad
    ) internal pure returns (uint256) {
        // C = E / P - c s: what the equity could carry, in units of the underlying.
        int256 carried =
            SignedMath512.mulDivDown(equity, WAD_SQUARED, priceWad) -
                Math.mulDiv(absSizeWad, costWad, WAD, Math.Rounding.Ceil).toInt256();
        if (carried < 0) return 0;
        // h may be negative: where closing costs more than the target asks for, less may be closed than one would think.
        int256 slope = (rules.maintenanceWad * targetWad).toInt256() - (costWad * WAD).toInt256();
        int256 half = SignedMath512.mulDivUp(slope, rules.depthWad, 2 * targetWad * WAD);
        // The bound keeps the square in range; it can only close more.
        uint256 carriable = Math.min(uint256(carried), type(uint128).max) * WAD;
        uint256 square = SignedMath.abs(half) ** 2 + Math.mulDiv(rules.depthWad, carriable, targetWad);
        int256 root = Math.sqrt(square).toInt256();
        return root <= half ? 0 : Math.min(absSizeWad, uint256(root - half));
    }

    /// @dev |size| x price x ratio, asset units, rounded up once.
    function _weighted(int256 sizeWad, uint256 priceWad, uint256 ratioWad) private pure returns (uint256) {
        uint256 weightedSize = SignedMath.abs(sizeWad) * ratioWad;
        return Math.mulDiv(weightedSize, priceWad, WAD_SQUARED * WAD, Math.Rounding.Ceil);
    }
}
