// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BPS, RAY, WAD} from "../libraries/Units.sol";

/// @title Interest: a kinked rate and an index
/// @notice The rate rises linearly with utilization, faster above the kink (as in Compound's JumpRateModel). A debt is
/// stored scaled: debt = scaled x index / RAY. The index starts at RAY / 10^6, so a scaled debt has six digits more
/// than the asset and tokens of few decimals lose nothing to rounding.
library InterestRates {
    /// @dev Index of a new vault.
    uint96 internal constant INITIAL_INDEX = 1e21;

    /// @notice Rate parameters with the other rules that changes of debt read. One slot. Rates in WAD per second: 40 bits
    /// hold 3,400 % a year.
    struct Model {
        uint40 baseRateWad;
        uint40 slopeBelowKinkWad;
        uint40 slopeAboveKinkWad;
        uint16 kinkBps;
        uint16 reserveFactorBps;
        uint32 waitingPeriod; // seconds
        uint16 liquidationFeeBps;
        uint8 minDebtBits; // 2^bits and more is not below the smallest debt
        uint8 debtCapBits; // less than 2^bits is within the debt cap
    }

    // Unchecked below, which is worth 600 gas to every call that moves money: a scaled debt has 128 bits, an index 96, RAY
    // 90, so a debt has less than 136; cash, and so what is borrowed of it, has 112, a rate 42, WAD 60, seconds 32. What is
    // repaid is no more than a debt, and an index is never zero. No product has more than 226 bits and no difference is
    // negative.

    /// @notice Rate at the utilization debt / (debt + cash), WAD per second, rounded down.
    function rate(Model memory model, uint256 debt, uint256 cash) internal pure returns (uint256 rateWad) {
        return rateAt(model.baseRateWad, model.slopeBelowKinkWad, model.slopeAboveKinkWad, model.kinkBps, debt, cash);
    }

    /// @notice `rate` of the parameters one by one: a model need not be copied to memory.
    function rateAt(
        uint256 baseRateWad,
        uint256 slopeBelowKinkWad,
        uint256 slopeAboveKinkWad,
        uint256 kinkBps,
        uint256 debt,
        uint256 cash
    ) internal pure returns (uint256) {
        if (debt == 0) return baseRateWad;
        unchecked {
            uint256 utilizationWad = (debt * WAD) / (debt + cash);
            uint256 kinkWad = kinkBps * (WAD / BPS);
            if (utilizationWad <= kinkWad) return baseRateWad + (slopeBelowKinkWad * utilizationWad) / kinkWad;
            return baseRateWad + slopeBelowKinkWad + (slopeAboveKinkWad * (utilizationWad - kinkWad)) / (WAD - kinkWad);
        }
    }

    /// @notice Index after `elapsed` seconds at `rateWad`: index x (1 + rate x elapsed), rounded down. Interest
    /// compounds at every accrual.
    function grow(uint256 index, uint256 rateWad, uint256 elapsed) internal pure returns (uint256) {
        unchecked {
            return index + (index * rateWad * elapsed) / WAD;
        }
    }

    /// @notice Debt of a scaled debt, asset units, rounded down: for totals.
    function toAssetsDown(uint256 scaled, uint256 index) internal pure returns (uint256) {
        unchecked {
            return (scaled * index) / RAY;
        }
    }

    /// @notice Debt of a scaled debt, asset units, rounded up: for positions.
    function toAssetsUp(uint256 scaled, uint256 index) internal pure returns (uint256) {
        unchecked {
            return (scaled * index + RAY - 1) / RAY;
        }
    }

    /// @notice Scaled debt of `assets`, rounded up: for new debt.
    function toScaledUp(uint256 assets, uint256 index) internal pure returns (uint256) {
        unchecked {
            return (assets * RAY + index - 1) / index;
        }
    }

    /// @notice Scaled debt of `assets`, rounded down: for debt that is repaid.
    function toScaledDown(uint256 assets, uint256 index) internal pure returns (uint256) {
        unchecked {
            return (assets * RAY) / index;
        }
    }
}
