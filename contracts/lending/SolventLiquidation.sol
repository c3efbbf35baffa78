// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ILendingVault, ILiquidationCallback} from "../interfaces/ILendingVault.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {CashWord, CollateralWord, ModelWord, TotalsWord} from "./BookWords.sol";
import {InterestRates} from "./InterestRates.sol";
import {LiquidationMath} from "./LiquidationMath.sol";
import {DebtWord} from "./PositionWords.sol";
import {SolventFigures} from "./SolventFigures.sol";

/// @title Liquidation of a position that covers its debt
/// @notice Nearly all liquidations are of this kind: nobody loses anything, nothing is on record of the position. So it is in
/// the vault itself, because a module would cost 3,500 gas more, and has a way of its own through the books, each slot read
/// once and written once, which is worth 8,700. The figures are those that quotes use, and every other case is left to
/// LiquidationModule: a loss, a record, a retired collateral.
/// Never: a position touched whose value, by the primary source, does not cover the debt. Upholds LV2, LV3, WO3.
abstract contract SolventLiquidation is SolventFigures {
    using ExactTransfer for IERC20;
    using SafeERC20 for IERC20;

    /// @dev What else is read than what a `Sight` has. In memory, because there is too much of it for the stack.
    struct Books {
        CashWord cashWord;
        TotalsWord totalsWord;
        ModelWord modelWord;
        uint256 debt; // of the position, asset units, rounded up
    }

    /// @dev Liquidates a position in the books if that books no loss. If it is another case nothing has changed but that
    /// interest is in the books.
    /// @param sight Empty; what is seen is filled in.
    /// @param result Empty; filled in if it is done.
    /// @return done Whether it is.
    function _liquidateSolvent(
        address borrower,
        address collateral,
        uint256 maxRepaid,
        uint256 minSeized,
        Sight memory sight,
        ILendingVault.Liquidation memory result
    ) internal returns (bool done) {
        Collateral storage state;
        (state, sight.collateralWord) = _listedWord(collateral);
        PositionSlots storage stored = _positions[borrower][collateral];
        (sight.debtWord, sight.restWord) = _wordsOf(stored);
        Books memory books = Books(_cashWord(), _totalsWord(), _modelWord(), 0);
        (sight.index, sight.totalDebt) = _interest(books.cashWord, books.totalsWord, books.modelWord);
        uint256 held = sight.restWord.collateral();
        if (held == 0 || sight.restWord.hasRecord() || sight.collateralWord.isRetired()) {
            sight.quote = _lossValue(state, collateral, held);
        } else {
            books.debt = InterestRates.toAssetsUp(sight.debtWord.scaledDebt(), sight.index);
            done = _plan(collateral, held, maxRepaid, sight, books, result);
        }
        if (!done) {
            _setCashWord(books.cashWord.with(books.cashWord.cash(), sight.index));
            return false;
        }
        _book(sight, books, state, stored, result);
        if (result.seizedAssets < minSeized) revert ILendingVault.SeizesTooLittle(result.seizedAssets, minSeized);
        _emitLiquidated(borrower, collateral, result, sight.index);
    }

    /// @dev Asks for the price and says what is to be done at it.
    /// @return done Whether anything is; where nothing is the general way says why.
    function _plan(
        address collateral,
        uint256 held,
        uint256 maxRepaid,
        Sight memory sight,
        Books memory books,
        ILendingVault.Liquidation memory result
    ) private view returns (bool done) {
        (uint256 debt, CollateralWord word) = (books.debt, sight.collateralWord);
        uint256 enough = LiquidationMath.solventFrom(debt, word.minIncentiveBps());
        sight.quote = _oracle.getLiquidationQuote(held, collateral, address(_asset), enough);
        uint256 value = sight.quote.primaryAssets;
        if (value < enough || LiquidationMath.isHealthy(value, word.lltvBps(), debt)) return false;
        (result.repaidAssets, result.feeAssets, result.seizedAssets) = _solventFigures(
            value,
            debt,
            debt,
            held,
            maxRepaid,
            word,
            books.modelWord
        );
        return result.repaidAssets != 0;
    }

    /// @dev Takes what is repaid and seized out of position and totals, and books what the liquidator is about to pay.
    function _book(
        Sight memory sight,
        Books memory books,
        Collateral storage state,
        PositionSlots storage stored,
        ILendingVault.Liquidation memory result
    ) private {
        (DebtWord debtWord, uint256 scaled) = _pay(
            sight.debtWord,
            result.repaidAssets,
            books.debt,
            sight.index,
            books.modelWord.waitingPeriod()
        );
        uint256 left = InterestRates.toAssetsUp(debtWord.scaledDebt(), sight.index);
        if (left != 0 && _isDust(left, books.modelWord.minDebtBits())) {
            revert ILendingVault.BelowMinDebt(left, _risk.minDebt);
        }
        _setTotals(
            books.totalsWord,
            books.totalsWord.scaledDebt() - scaled,
            sight.index,
            sight.totalDebt,
            books.modelWord.reserveFactorBps(),
            result.feeAssets
        );
        uint256 paid = result.repaidAssets + result.feeAssets;
        _setCashWord(books.cashWord.with(books.cashWord.cash() + paid, sight.index));
        stored.debtWord = debtWord;
        // No more is seized than is held, and no more principal paid than is owed.
        unchecked {
            uint256 paidPrincipal = sight.debtWord.principal() - debtWord.principal();
            _setWord(state, sight.collateralWord.less(paidPrincipal));
            stored.restWord = sight.restWord.with(sight.restWord.collateral() - result.seizedAssets);
        }
    }

    /// @dev When all is booked: hands the collateral over, calls back if there is `data` to call with, and takes the payment.
    function _exchange(address collateral, ILendingVault.Liquidation memory result, bytes calldata data) internal {
        uint256 seized = result.seizedAssets;
        if (seized != 0) IERC20(collateral).safeTransfer(msg.sender, seized);
        uint256 owed = result.repaidAssets + result.feeAssets;
        if (data.length != 0) ILiquidationCallback(msg.sender).onLiquidation(owed, seized, data);
        _asset.pull(msg.sender, owed);
    }
}
