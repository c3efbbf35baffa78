// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {CashWord, CollateralWord, ModelWord, TotalsWord} from "./BookWords.sol";
import {DebtAge} from "./DebtAge.sol";
import {InterestRates} from "./InterestRates.sol";
import {LendingBook} from "./LendingBook.sol";
import {DebtWord, PositionWords, RestWord} from "./PositionWords.sol";

/// @title What a borrower does: collateral in and out, borrow, repay
/// @notice In the vault itself, because a module would cost each of them 3,000 gas more. Each brings the books to now,
/// changes them, then moves tokens. The caller of these functions checks who may act for the borrower, and that nobody
/// enters meanwhile. Neither a repayment nor the collateral of a position without debt ever needs a price. Upholds LV1,
/// LV3, LI1.
abstract contract Loans is LendingBook {
    using ExactTransfer for IERC20;
    using SafeERC20 for IERC20;
    using SafeCast for uint256;
    using DebtAge for DebtAge.Age;

    // ---------------------------------------------------------------- Collateral

    function _supplyCollateral(address collateral, uint256 assets, address borrower) internal {
        if (assets == 0) revert ILendingVault.ZeroAssets();
        _listed(collateral);
        PositionSlots storage stored = _positions[borrower][collateral];
        RestWord word = stored.restWord;
        stored.restWord = word.with((word.collateral() + assets).toUint128());
        emit ILendingVault.CollateralSupplied(borrower, collateral, msg.sender, assets);
        IERC20(collateral).pull(msg.sender, assets);
        if (word.impairmentId() != 0) _forgetIfHealed(borrower, collateral);
    }

    function _withdrawCollateral(address collateral, uint256 assets, address borrower, address receiver) internal {
        if (assets == 0) revert ILendingVault.ZeroAssets();
        if (_takeOut(collateral, assets, borrower)) _clearImpairment(borrower, collateral);
        emit ILendingVault.CollateralWithdrawn(borrower, collateral, receiver, assets);
        IERC20(collateral).safeTransfer(receiver, assets);
    }

    /// @dev Takes collateral out of a position, if what is left allows it.
    /// @return impaired Whether the position was impaired: it is not insolvent, so that ends.
    function _takeOut(address collateral, uint256 assets, address borrower) private returns (bool impaired) {
        (uint256 index, ) = _accrued();
        (Collateral storage state, CollateralWord word) = _listedWord(collateral);
        PositionSlots storage stored = _positions[borrower][collateral];
        (DebtWord debtWord, RestWord restWord) = _wordsOf(stored);
        if (assets > restWord.collateral()) {
            revert ILendingVault.InsufficientCollateral(assets, restWord.collateral());
        }
        uint256 debt = InterestRates.toAssetsUp(debtWord.scaledDebt(), index);
        if (restWord.hasRecord()) {
            uint256 defaulted;
            (restWord, impaired, defaulted) = _recordOf(borrower, collateral, restWord);
            debt += defaulted;
        }
        uint256 left = restWord.collateral() - assets;
        if (debt != 0) _checkLtv(state, word, borrower, collateral, left, debt);
        _storeWithout(stored, debtWord, restWord, left);
    }

    /// @dev Stores a position of whose collateral `left` is left: the same share of its principal as was taken out is young again.
    function _storeWithout(PositionSlots storage stored, DebtWord debtWord, RestWord restWord, uint256 left) private {
        uint256 principal = debtWord.principal();
        uint256 held = restWord.collateral();
        restWord = restWord.with(left);
        DebtAge.Age age = debtWord.age();
        if (principal != 0) age = age.afterWithdraw(principal, held - left, held, _model.waitingPeriod);
        if (!debtWord.hasRecord() && age.equals(debtWord.age())) stored.restWord = restWord;
        else _setWords(stored, debtWord.with(debtWord.scaledDebt(), principal, age), restWord);
    }

    // ---------------------------------------------------------------- Debt

    function _borrow(address collateral, uint256 assets, address borrower, address receiver) internal {
        if (assets == 0) revert ILendingVault.ZeroAssets();
        (uint256 index, bool impaired) = _borrowAgainst(collateral, assets, borrower);
        if (impaired) _clearImpairment(borrower, collateral);
        emit ILendingVault.Borrowed(borrower, collateral, receiver, assets, index);
        _asset.safeTransfer(receiver, assets);
    }

    /// @dev Adds to the debt of a position, if its collateral and all rules allow it.
    /// @return index Interest index of this second.
    /// @return impaired Whether the position was impaired: it is not insolvent, so that ends.
    function _borrowAgainst(
        address collateral,
        uint256 assets,
        address borrower
    ) private returns (uint256 index, bool impaired) {
        (Collateral storage state, CollateralWord word) = _listedWord(collateral);
        word = word.more(assets);
        if (word.totalPrincipal() >> word.principalCapBits() != 0) _checkPrincipalCap(state, collateral, word);
        _setWord(state, word);
        uint256 debt;
        uint256 held;
        (index, debt, held, impaired) = _owe(collateral, assets, borrower);
        _checkLtv(state, word, borrower, collateral, held, debt);
    }

    /// @dev Lends `assets` to a position.
    /// @return index Interest index of this second.
    /// @return debt What it owes now, asset units, rounded up.
    /// @return held Its collateral.
    /// @return impaired Whether it was impaired.
    function _owe(
        address collateral,
        uint256 assets,
        address borrower
    ) private returns (uint256 index, uint256 debt, uint256 held, bool impaired) {
        ModelWord modelWord;
        uint256 scaled;
        (modelWord, index, scaled) = _lend(assets);
        PositionSlots storage stored = _positions[borrower][collateral];
        (DebtWord debtWord, RestWord restWord) = _wordsOf(stored);
        debtWord = _more(debtWord, assets, scaled, modelWord.waitingPeriod());
        if (restWord.hasRecord()) {
            (restWord, impaired) = _checkNoDefault(borrower, collateral, restWord);
            _setWords(stored, debtWord, restWord);
        } else {
            stored.debtWord = debtWord;
        }
        debt = InterestRates.toAssetsUp(debtWord.scaledDebt(), index);
        if (_isDust(debt, modelWord.minDebtBits())) revert ILendingVault.BelowMinDebt(debt, _risk.minDebt);
        held = restWord.collateral();
    }

    /// @dev The first slot of a position after borrowing `assets`, which are `scaled` of debt. The totals have more room than one
    /// position, so it looks for itself.
    function _more(
        DebtWord word,
        uint256 assets,
        uint256 scaled,
        uint256 waitingPeriod
    ) private view returns (DebtWord) {
        uint256 principal = word.principal();
        DebtAge.Age age = word.age().afterBorrow(principal, assets, waitingPeriod);
        // Sums of numbers of 114 bits and 132, and of 94 and 112.
        unchecked {
            scaled = PositionWords.fitting(word.scaledDebt() + scaled, PositionWords.SCALED_DEBT_BITS);
            principal = PositionWords.fitting(principal + assets, PositionWords.PRINCIPAL_BITS);
        }
        return word.with(scaled, principal, age);
    }

    /// @dev Takes `assets` out of cash and adds them to all debt, as far as rules for the whole vault allow.
    /// @return modelWord Rules that were read.
    /// @return index Interest index of this second.
    /// @return scaled The new debt at it, rounded up.
    function _lend(uint256 assets) private returns (ModelWord modelWord, uint256 index, uint256 scaled) {
        CashWord cashWord = _cashWord();
        if (cashWord.isClosedToDebt()) _revertClosedToDebt();
        TotalsWord totalsWord = _totalsWord();
        modelWord = _modelWord();
        uint256 totalDebt;
        (index, totalDebt) = _interest(cashWord, totalsWord, modelWord);
        // From here on what is borrowed has no more than the 112 bits of cash.
        uint256 held = cashWord.cash();
        if (assets > held) revert IWriteOffVault.InsufficientCash(assets, held);
        scaled = InterestRates.toScaledUp(assets, index);
        uint256 scaledAfter;
        unchecked {
            _setCashWord(cashWord.with(held - assets, index));
            // 128 bits and 132; packing looks whether the sum has 128.
            scaledAfter = totalsWord.scaledDebt() + scaled;
        }
        totalDebt = _setTotals(totalsWord, scaledAfter, index, totalDebt, modelWord.reserveFactorBps(), 0);
        if (totalDebt >> modelWord.debtCapBits() != 0 && totalDebt > _risk.debtCap) {
            revert ILendingVault.ExceedsDebtCap(totalDebt, _risk.debtCap);
        }
    }

    function _repay(address collateral, uint256 assets, address borrower) internal returns (uint256 repaidAssets) {
        if (assets == 0) revert ILendingVault.ZeroAssets();
        (Collateral storage state, CollateralWord word) = _listedWord(collateral);
        PositionSlots storage stored = _positions[borrower][collateral];
        uint256 principalAssets;
        uint256 index;
        bool impaired;
        (repaidAssets, principalAssets, index, impaired) = _payOff(stored, assets);
        if (repaidAssets == 0) revert ILendingVault.NothingToRepay(borrower, collateral);
        _setWord(state, word.less(principalAssets));
        emit ILendingVault.Repaid(borrower, collateral, msg.sender, repaidAssets, principalAssets, index);
        _asset.pull(msg.sender, repaidAssets);
        if (!impaired) return repaidAssets;
        if (stored.debtWord.scaledDebt() == 0) _clearImpairment(borrower, collateral);
        else _forgetIfHealed(borrower, collateral);
    }

    /// @dev Takes up to `assets` of a position's debt out of it and out of all debt, and adds them to cash.
    /// @return paid Asset units.
    /// @return principalAssets Part of it that was principal.
    /// @return index Interest index of this second.
    /// @return impaired Whether the position is impaired.
    function _payOff(
        PositionSlots storage stored,
        uint256 assets
    ) private returns (uint256 paid, uint256 principalAssets, uint256 index, bool impaired) {
        DebtWord debtWord = stored.debtWord;
        uint256 principal = debtWord.principal();
        ModelWord modelWord = _modelWord();
        (debtWord, paid, index) = _collect(debtWord, assets, modelWord);
        uint256 left = InterestRates.toAssetsUp(debtWord.scaledDebt(), index);
        if (left != 0 && _isDust(left, modelWord.minDebtBits())) {
            revert ILendingVault.BelowMinDebt(left, _risk.minDebt);
        }
        stored.debtWord = debtWord;
        unchecked {
            principalAssets = principal - debtWord.principal();
        }
        impaired = debtWord.hasRecord() && stored.restWord.impairmentId() != 0;
    }

    /// @dev Takes a payment of up to `assets` out of all debt and adds it to cash.
    /// @return after_ First slot of the position that it is for, which is `debtWord` before.
    /// @return paid Asset units.
    /// @return index Interest index of this second.
    function _collect(
        DebtWord debtWord,
        uint256 assets,
        ModelWord modelWord
    ) private returns (DebtWord after_, uint256 paid, uint256 index) {
        (CashWord cashWord, TotalsWord totalsWord) = (_cashWord(), _totalsWord());
        uint256 totalDebt;
        (index, totalDebt) = _interest(cashWord, totalsWord, modelWord);
        uint256 debt = InterestRates.toAssetsUp(debtWord.scaledDebt(), index);
        paid = assets < debt ? assets : debt;
        uint256 scaled;
        (after_, scaled) = _pay(debtWord, paid, debt, index, modelWord.waitingPeriod());
        _setCashWord(cashWord.with(cashWord.cash() + paid, index));
        scaled = totalsWord.scaledDebt() - scaled;
        _setTotals(totalsWord, scaled, index, totalDebt, modelWord.reserveFactorBps(), 0);
    }

    /// @dev Which of the two reasons it is.
    function _revertClosedToDebt() private view {
        if (_borrowingPaused) revert ILendingVault.BorrowingPaused();
        revert IWriteOffVault.VaultWindingUp();
    }

    /// @dev Who still owes anything of a debt that was written off may not borrow.
    function _checkNoDefault(
        address borrower,
        address collateral,
        RestWord restWord
    ) private view returns (RestWord, bool impaired) {
        uint256 outstandingAssets;
        (restWord, impaired, outstandingAssets) = _recordOf(borrower, collateral, restWord);
        if (outstandingAssets == 0) return (restWord, impaired);
        revert ILendingVault.PositionInDefault(borrower, collateral, restWord.writeOffId(), outstandingAssets);
    }

    /// @dev What is on record of a position out of which somebody takes something: write-offs that are paid are forgotten.
    function _recordOf(
        address borrower,
        address collateral,
        RestWord restWord
    ) private view returns (RestWord, bool impaired, uint256 defaulted) {
        uint256 impairmentId = restWord.impairmentId();
        uint256 latestId;
        (latestId, defaulted) = _defaultOf(restWord.writeOffId());
        impaired = impairmentId != 0;
        if (impaired) _checkNotPending(borrower, collateral);
        restWord = PositionWords.packRest(restWord.collateral(), impairmentId, latestId);
        return (restWord, impaired, defaulted);
    }

    /// @dev For who is close to the cap on what is lent against a collateral.
    function _checkPrincipalCap(Collateral storage state, address collateral, CollateralWord word) private view {
        (uint256 total, uint256 cap) = (word.totalPrincipal(), state.principalCap);
        if (total > cap) revert ILendingVault.ExceedsPrincipalCap(collateral, total, cap);
    }

    // ---------------------------------------------------------------- Said by the vault: few loans need these

    /// @dev Ends the impairment of a position as it is stored.
    function _clearImpairment(address borrower, address collateral) internal virtual;

    /// @dev Ends it if what has come in has healed the position.
    function _forgetIfHealed(address borrower, address collateral) internal virtual;
}
