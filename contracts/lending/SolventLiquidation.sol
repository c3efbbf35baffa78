// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {CashWord, CollateralWord, ModelWord, TotalsWord} from "./BookWords.sol";
import {DebtAge} from "./DebtAge.sol";
import {Impairments} from "./Impairments.sol";
import {InterestRates} from "./InterestRates.sol";
import {LiquidationMath} from "./LiquidationMath.sol";
import {DebtWord, RestWord} from "./PositionWords.sol";

/// @title Liquidation of a position that covers its debt
/// @notice Nearly all liquidations are of this kind: nobody loses anything, nothing is on record of the position. So it has a
/// way of its own through the books, each slot read once and written once, which is worth 8,700 gas. The figures are those
/// of `LossFigures`, which quotes use, and every other case is left to it: a loss, a record, a retired collateral.
/// Never: a position touched whose value, by the primary source, does not cover the debt. Upholds LV2, LV3, WO3.
abstract contract SolventLiquidation is Impairments {
    using DebtAge for DebtAge.Age;

    /// @dev What is read of books and position. In memory, because there is too much of it for the stack.
    struct Seen {
        CashWord cashWord;
        TotalsWord totalsWord;
        ModelWord modelWord;
        CollateralWord collateralWord;
        DebtWord debtWord;
        RestWord restWord;
        uint256 index; // interest index of this second
        uint256 totalDebt; // all debt at it, asset units, rounded down
        uint256 debt; // of the position, asset units, rounded up
        IPriceOracle.LossQuote quote; // of all its collateral
    }

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) Impairments(asset_, engine_, oracle_) {}

    /// @dev Liquidates a position in the books if that books no loss, and fills in `result`. If it is another case nothing is
    /// repaid, nothing has changed but that interest is in the books, and `seen` says what is to be known for it. Both hold
    /// nothing yet.
    function _tryWithoutLoss(
        address borrower,
        address collateral,
        uint256 maxRepaid,
        uint256 minSeized,
        Seen memory seen,
        ILendingVault.Liquidation memory result
    ) internal {
        Collateral storage state;
        (state, seen.collateralWord) = _listedWord(collateral);
        Position storage stored = _positions[borrower][collateral];
        (seen.debtWord, seen.restWord) = _wordsOf(stored);
        _see(seen);
        uint256 held = seen.restWord.collateral();
        if (held == 0 || seen.restWord.hasRecord() || seen.collateralWord.isRetired()) {
            _storeInterest(seen);
            seen.quote = _lossValue(state, collateral, held);
            return;
        }
        CollateralWord word = seen.collateralWord;
        uint256 enough = LiquidationMath.solventFrom(seen.debt, word.minIncentiveBps());
        seen.quote = _oracle.getLiquidationQuote(held, collateral, address(_asset), enough);
        uint256 value = seen.quote.primaryAssets;
        // Where nothing can be done either, the general way says why.
        if (value < enough || maxRepaid == 0 || LiquidationMath.isHealthy(value, word.lltvBps(), seen.debt)) {
            return _storeInterest(seen);
        }
        LiquidationMath.Rules memory rules = _rules(word, seen.modelWord);
        (result.repaidAssets, result.feeAssets, result.seizedAssets) = _solventFigures(
            value,
            seen.debt,
            seen.debt,
            held,
            maxRepaid,
            rules
        );
        if (result.repaidAssets == 0) return _storeInterest(seen);
        _book(seen, state, stored, result);
        if (result.seizedAssets < minSeized) revert ILendingVault.SeizesTooLittle(result.seizedAssets, minSeized);
        _emitLiquidated(borrower, collateral, result, seen.index);
    }

    function _emitLiquidated(
        address borrower,
        address collateral,
        ILendingVault.Liquidation memory result,
        uint256 index
    ) internal {
        emit ILendingVault.Liquidated(
            borrower,
            collateral,
            msg.sender,
            result.repaidAssets,
            result.feeAssets,
            result.seizedAssets,
            index
        );
    }

    /// @dev Reads the books, with interest to this second, and what the position owes.
    function _see(Seen memory seen) private view {
        (CashWord cashWord, TotalsWord totalsWord, ModelWord modelWord) = (_cashWord(), _totalsWord(), _modelWord());
        (seen.cashWord, seen.totalsWord, seen.modelWord) = (cashWord, totalsWord, modelWord);
        (seen.index, seen.totalDebt) = _interest(cashWord, totalsWord, modelWord);
        seen.debt = InterestRates.toAssetsUp(seen.debtWord.scaledDebt(), seen.index);
    }

    function _storeInterest(Seen memory seen) private {
        _setCashWord(seen.cashWord.with(seen.cashWord.cash(), seen.index));
    }

    /// @dev Takes what is repaid and seized out of position and totals, and books what the liquidator is about to pay.
    function _book(
        Seen memory seen,
        Collateral storage state,
        Position storage stored,
        ILendingVault.Liquidation memory result
    ) private {
        (DebtWord debtWord, uint256 scaled) = _pay(seen.debtWord, result.repaidAssets, seen.debt, seen.index);
        uint256 left = InterestRates.toAssetsUp(debtWord.scaledDebt(), seen.index);
        if (left != 0 && _isDust(left, seen.modelWord.minDebtBits())) {
            revert ILendingVault.BelowMinDebt(left, _risk.minDebt);
        }
        _setTotals(
            seen.totalsWord,
            seen.totalsWord.scaledDebt() - scaled,
            seen.index,
            seen.totalDebt,
            seen.modelWord.reserveFactorBps(),
            result.feeAssets
        );
        uint256 paid = result.repaidAssets + result.feeAssets;
        _setCashWord(seen.cashWord.with(seen.cashWord.cash() + paid, seen.index));
        _setDebtWord(stored, debtWord);
        // No more is seized than is held, and no more principal paid than is owed.
        unchecked {
            uint256 paidPrincipal = seen.debtWord.principal() - debtWord.principal();
            _setWord(state, seen.collateralWord.less(paidPrincipal));
            _setRestWord(stored, _restAfter(seen, paidPrincipal, result.seizedAssets));
        }
    }

    /// @dev The second slot of the position: collateral is gone, and young principal is paid before aged.
    function _restAfter(Seen memory seen, uint256 paidPrincipal, uint256 seized) private view returns (RestWord) {
        RestWord word = seen.restWord;
        DebtAge.Age age = word.age();
        if (age.isYoung()) {
            uint256 principal = seen.debtWord.principal();
            age = DebtAge.afterRepay(age, principal, paidPrincipal, seen.modelWord.waitingPeriod());
        }
        return word.with(word.collateral() - seized, age);
    }
}
