// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev Slot C of the books: cash, interest index, time of the last accrual, and what holds for new debt.
type CashWord is uint256;

/// @dev Slot D: reserves and all debt.
type TotalsWord is uint256;

/// @dev `InterestRates.Model`: the rules that every change of debt reads.
type ModelWord is uint256;

/// @dev First slot of a collateral: the principal lent against it, and the rules of its loans and liquidations.
type CollateralWord is uint256;

using BookWords for CashWord global;
using BookWords for TotalsWord global;
using BookWords for ModelWord global;
using BookWords for CollateralWord global;

/// @title Slots of the lending vault's books, a whole word each
/// @notice For loans and liquidations, which read each of them once and write it once: variable by variable they would be
/// read up to five times, for 1,300 gas more. `LendingBook` says what is in them; a test compares the two.
library BookWords {
    using SafeCast for int256;
    using SafeCast for uint256;

    // ---------------------------------------------------------------- Slot C

    function cash(CashWord word) internal pure returns (uint256) {
        return uint112(CashWord.unwrap(word));
    }

    function index(CashWord word) internal pure returns (uint256) {
        return uint96(CashWord.unwrap(word) >> 112);
    }

    function lastAccrual(CashWord word) internal pure returns (uint256) {
        return uint32(CashWord.unwrap(word) >> 208);
    }

    /// @notice Whether new debt is paused, or has ended for good.
    function isClosedToDebt(CashWord word) internal pure returns (bool) {
        return CashWord.unwrap(word) >> 240 != 0;
    }

    /// @notice The same with another amount of cash, and an index of 96 bits that is of this second.
    function with(CashWord word, uint256 cash_, uint256 index_) internal view returns (CashWord) {
        uint256 flags = (CashWord.unwrap(word) >> 240) << 240;
        return CashWord.wrap(cash_.toUint112() | (index_ << 112) | (uint256(uint32(block.timestamp)) << 208) | flags);
    }

    // ---------------------------------------------------------------- Slot D

    function packTotals(int256 reserveBase_, uint256 scaledDebt_) internal pure returns (TotalsWord) {
        return TotalsWord.wrap(uint256(uint112(reserveBase_.toInt112())) | (uint256(scaledDebt_.toUint128()) << 112));
    }

    function reserveBase(TotalsWord word) internal pure returns (int256) {
        return int112(uint112(TotalsWord.unwrap(word)));
    }

    function scaledDebt(TotalsWord word) internal pure returns (uint256) {
        return uint128(TotalsWord.unwrap(word) >> 112);
    }

    // ---------------------------------------------------------------- InterestRates.Model

    function baseRateWad(ModelWord word) internal pure returns (uint256) {
        return uint40(ModelWord.unwrap(word));
    }

    function slopeBelowKinkWad(ModelWord word) internal pure returns (uint256) {
        return uint40(ModelWord.unwrap(word) >> 40);
    }

    function slopeAboveKinkWad(ModelWord word) internal pure returns (uint256) {
        return uint40(ModelWord.unwrap(word) >> 80);
    }

    function kinkBps(ModelWord word) internal pure returns (uint256) {
        return uint16(ModelWord.unwrap(word) >> 120);
    }

    function reserveFactorBps(ModelWord word) internal pure returns (uint256) {
        return uint16(ModelWord.unwrap(word) >> 136);
    }

    function waitingPeriod(ModelWord word) internal pure returns (uint256) {
        return uint32(ModelWord.unwrap(word) >> 152);
    }

    function liquidationFeeBps(ModelWord word) internal pure returns (uint256) {
        return uint16(ModelWord.unwrap(word) >> 184);
    }

    function minDebtBits(ModelWord word) internal pure returns (uint256) {
        return uint8(ModelWord.unwrap(word) >> 200);
    }

    function debtCapBits(ModelWord word) internal pure returns (uint256) {
        return uint8(ModelWord.unwrap(word) >> 208);
    }

    // ---------------------------------------------------------------- LendingBook.Collateral

    function totalPrincipal(CollateralWord word) internal pure returns (uint256) {
        return uint112(CollateralWord.unwrap(word));
    }

    /// @notice Zero: not listed.
    function ltvBps(CollateralWord word) internal pure returns (uint256) {
        return uint16(CollateralWord.unwrap(word) >> 112);
    }

    function lltvBps(CollateralWord word) internal pure returns (uint256) {
        return uint16(CollateralWord.unwrap(word) >> 128);
    }

    function incentiveBps(CollateralWord word) internal pure returns (uint256) {
        return uint16(CollateralWord.unwrap(word) >> 144);
    }

    function minIncentiveBps(CollateralWord word) internal pure returns (uint256) {
        return uint16(CollateralWord.unwrap(word) >> 160);
    }

    function targetHealthBps(CollateralWord word) internal pure returns (uint256) {
        return uint16(CollateralWord.unwrap(word) >> 176);
    }

    function principalCapBits(CollateralWord word) internal pure returns (uint256) {
        return uint8(CollateralWord.unwrap(word) >> 192);
    }

    function isRetired(CollateralWord word) internal pure returns (bool) {
        return uint8(CollateralWord.unwrap(word) >> 200) != 0;
    }

    /// @notice The same with `assets` more of principal.
    function more(CollateralWord word, uint256 assets) internal pure returns (CollateralWord) {
        return _with(word, (totalPrincipal(word) + assets).toUint112());
    }

    /// @notice The same with `assets` less of principal.
    function less(CollateralWord word, uint256 assets) internal pure returns (CollateralWord) {
        return _with(word, totalPrincipal(word) - assets);
    }

    /// @dev Fits 112 bits.
    function _with(CollateralWord word, uint256 totalPrincipal_) private pure returns (CollateralWord) {
        uint256 rules = (CollateralWord.unwrap(word) >> 112) << 112;
        return CollateralWord.wrap(totalPrincipal_ | rules);
    }
}
