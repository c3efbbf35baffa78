// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {BPS, WAD} from "../libraries/Units.sol";

/// @title Liquidation arithmetic
/// @notice Values are in asset units. The incentive shrinks from its full size to `minIncentive` as the collateral's
/// value falls towards the debt, so no loss is booked while the collateral still covers debt and minimum incentive.
library LiquidationMath {
    // Unchecked below, which is worth 1,000 gas to a liquidation: a debt with what is in default has less than 137 bits
    // (InterestRates), a rule in bps 16, WAD 60 and what is made of both 63, and a value at most 192, so that no product has
    // more than 255.

    /// @dev Greatest value at which the figures of a liquidation are asked for. By its primary source a position that is not
    /// healthy is worth less than this by whatever rules.
    uint256 internal constant MAX_VALUE = type(uint192).max;

    /// @notice value x lltv / debt, WAD, rounded down; max uint256 without debt.
    function healthWad(uint256 value, uint256 lltvBps, uint256 debt) internal pure returns (uint256) {
        if (debt == 0) return type(uint256).max;
        return Math.mulDiv(value * lltvBps, WAD / BPS, debt);
    }

    /// @notice Whether `healthWad` is one or more, without its division: value x lltv / debt >= 1.
    function isHealthy(uint256 value, uint256 lltvBps, uint256 debt) internal pure returns (bool) {
        unchecked {
            return value > MAX_VALUE || value * lltvBps >= debt * BPS;
        }
    }

    /// @notice THE rule for insolvency: debt > value / (1 + minIncentive). No debt reaches `MAX_VALUE`.
    function isInsolvent(uint256 value, uint256 debt, uint256 minIncentiveBps) internal pure returns (bool) {
        unchecked {
            return value <= MAX_VALUE && debt * (BPS + minIncentiveBps) > value * BPS;
        }
    }

    /// @notice Least value at which a debt is not insolvent: debt x (1 + minIncentive), rounded up.
    function solventFrom(uint256 debt, uint256 minIncentiveBps) internal pure returns (uint256) {
        unchecked {
            return (debt * (BPS + minIncentiveBps) + BPS - 1) / BPS;
        }
    }

    /// @notice Debt that collateral worth `value` covers: value / (1 + minIncentive), rounded down.
    function coveredDown(uint256 value, uint256 minIncentiveBps) internal pure returns (uint256) {
        return (value * BPS) / (BPS + minIncentiveBps);
    }

    /// @notice Price of all the collateral of an insolvent position: value / (1 + minIncentive), rounded up.
    function coveredUp(uint256 value, uint256 minIncentiveBps) internal pure returns (uint256) {
        unchecked {
            uint256 divisor = BPS + minIncentiveBps;
            return (value * BPS + divisor - 1) / divisor;
        }
    }

    /// @notice Incentive of a lossless liquidation: value / debt - 1, between the minimum and the full incentive. WAD,
    /// rounded down, so that the whole debt can always be closed.
    function incentiveWad(
        uint256 value,
        uint256 debt,
        uint256 incentiveBps,
        uint256 minIncentiveBps
    ) internal pure returns (uint256) {
        unchecked {
            uint256 affordableWad = (value * WAD) / debt;
            uint256 fullWad = WAD + incentiveBps * (WAD / BPS);
            if (affordableWad >= fullWad) return fullWad - WAD;
            uint256 minimumWad = WAD + minIncentiveBps * (WAD / BPS);
            return (affordableWad > minimumWad ? affordableWad : minimumWad) - WAD;
        }
    }

    /// @notice Debt that collateral worth `value` pays for at an incentive, rounded down.
    function affordable(uint256 value, uint256 incentive) internal pure returns (uint256) {
        unchecked {
            return (value * WAD) / (WAD + incentive);
        }
    }

    /// @notice Part of what a repayment buys beyond the minimum incentive that its payer gives to the reserves, asset units,
    /// rounded down.
    function fee(
        uint256 repaid,
        uint256 incentive,
        uint256 minIncentiveBps,
        uint256 feeBps
    ) internal pure returns (uint256) {
        unchecked {
            return (repaid * (incentive - minIncentiveBps * (WAD / BPS)) * feeBps) / (WAD * BPS);
        }
    }

    /// @notice Collateral that a repayment buys at an incentive, of `held` that is worth `value`, rounded down.
    function seized(uint256 held, uint256 value, uint256 repaid, uint256 incentive) internal pure returns (uint256) {
        unchecked {
            uint256 bought = Math.mulDiv(held, repaid * (WAD + incentive), value * WAD);
            return bought < held ? bought : held;
        }
    }

    /// @notice Repayment that restores the target health h: the r that solves
    /// (value - r (1 + i)) lltv = h (debt - r), that is r = (h debt - lltv value) / (h - (1 + i) lltv). Rounded up, at
    /// most the debt.
    function repayToTarget(
        uint256 value,
        uint256 debt,
        uint256 incentive,
        uint256 lltvBps,
        uint256 targetHealthBps
    ) internal pure returns (uint256) {
        unchecked {
            uint256 targetWad = targetHealthBps * (WAD / BPS);
            uint256 lltvWad = lltvBps * (WAD / BPS);
            uint256 weightWad = ((WAD + incentive) * lltvWad + WAD - 1) / WAD;
            if (targetWad <= weightWad) return debt;
            (uint256 needed, uint256 there) = (debt * targetWad, value * lltvWad);
            if (needed <= there) return 0;
            uint256 repayment = (needed - there + targetWad - weightWad - 1) / (targetWad - weightWad);
            return repayment < debt ? repayment : debt;
        }
    }
}
