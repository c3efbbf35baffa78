// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {BPS, WAD} from "../libraries/Units.sol";

/// @title Liquidation arithmetic
/// @notice Values are in asset units. The incentive shrinks from its full size to `minIncentive` as the collateral's
/// value falls towards the debt, so no loss is booked while the collateral still covers debt and minimum incentive.
library LiquidationMath {
    /// @notice The rules of one collateral that liquidation needs, bps.
    struct Rules {
        uint256 lltvBps;
        uint256 incentiveBps;
        uint256 minIncentiveBps;
        uint256 targetHealthBps;
    }

    /// @notice value x lltv / debt, WAD, rounded down; max uint256 without debt.
    function healthWad(uint256 value, uint256 lltvBps, uint256 debt) internal pure returns (uint256) {
        if (debt == 0) return type(uint256).max;
        return Math.mulDiv(value * lltvBps, WAD / BPS, debt);
    }

    /// @notice Whether `healthWad` is one or more, without its division: value x lltv / debt >= 1.
    function isHealthy(uint256 value, uint256 lltvBps, uint256 debt) internal pure returns (bool) {
        return value * lltvBps >= debt * BPS;
    }

    /// @notice THE rule for insolvency: debt > value / (1 + minIncentive).
    function isInsolvent(uint256 value, uint256 debt, uint256 minIncentiveBps) internal pure returns (bool) {
        return debt * (BPS + minIncentiveBps) > value * BPS;
    }

    /// @notice Debt that collateral worth `value` covers: value / (1 + minIncentive), rounded down.
    function coveredDown(uint256 value, uint256 minIncentiveBps) internal pure returns (uint256) {
        return (value * BPS) / (BPS + minIncentiveBps);
    }

    /// @notice Price of all the collateral of an insolvent position: value / (1 + minIncentive), rounded up.
    function coveredUp(uint256 value, uint256 minIncentiveBps) internal pure returns (uint256) {
        return Math.ceilDiv(value * BPS, BPS + minIncentiveBps);
    }

    /// @notice Incentive of a lossless liquidation: value / debt - 1, between the minimum and the full incentive. WAD,
    /// rounded down, so that the whole debt can always be closed.
    function incentiveWad(uint256 value, uint256 debt, Rules memory rules) internal pure returns (uint256) {
        uint256 full = rules.incentiveBps * (WAD / BPS);
        uint256 minimum = rules.minIncentiveBps * (WAD / BPS);
        uint256 affordable = Math.saturatingSub(Math.mulDiv(value, WAD, debt), WAD);
        return Math.max(Math.min(affordable, full), minimum);
    }

    /// @notice Repayment that restores the target health h: the r that solves
    /// (value - r (1 + i)) lltv = h (debt - r), that is r = (h debt - lltv value) / (h - (1 + i) lltv). Rounded up, at
    /// most the debt.
    function repayToTarget(
        uint256 value,
        uint256 debt,
        uint256 incentive,
        Rules memory rules
    ) internal pure returns (uint256) {
        uint256 targetWad = rules.targetHealthBps * (WAD / BPS);
        uint256 lltvWad = rules.lltvBps * (WAD / BPS);
        uint256 weightWad = Math.mulDiv(WAD + incentive, lltvWad, WAD, Math.Rounding.Ceil);
        if (targetWad <= weightWad) return debt;
        uint256 missing = Math.saturatingSub(debt * targetWad, value * lltvWad);
        return Math.min(Math.ceilDiv(missing, targetWad - weightWad), debt);
    }
}
