// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {InterestRates} from "./InterestRates.sol";
import {Impairments} from "./Impairments.sol";

/// @title Several sunk positions in one call
/// @notice Plans the items in order and takes each out of its position at once. The totals are written and the engine is
/// called when all are planned, once, so a further position costs its own slots, its entry and its events, and little
/// else. What needs more than that, a position without a loss or an impaired one, is booked in its turn as in a call of its
/// own, after the losses before it.
/// Never: two losses of one position in one call of the engine, a position sold twice for one default, totals that lag
/// behind positions while somebody else's code runs. Upholds WO1, LV1, LV2.
abstract contract LiquidationBatch is Impairments {
    /// @dev A batch on its way. Asset units unless said.
    struct Batch {
        Market market;
        Losses losses; // not yet sent down
        uint256 scaledDebt; // of all positions: what is stored lags behind
        uint256 debt; // the same at the market's index, rounded down
        uint256 principalTaken; // off the positions in the collateral that the batch is at, not yet off its totals
        uint256 firstId; // ledger number of the first of `losses`; the highest there is while there is none
        uint256 from; // first item whose loss may not have been sent down
        uint256 toDefault; // of what is paid, for earlier write-offs
        // of each item, then the slot of the position of each that is impaired or pays for earlier write-offs; empty if none is
        uint256[] toDefaults;
        // what is to be handed over: runs of positions with the same collateral, the last of which may go on
        uint256 runs;
        address[] collaterals;
        uint256[] seized; // collateral units
        uint256 seizedNow; // in the run that goes on
        ILendingVault.Liquidation sum;
    }

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) Impairments(asset_, engine_, oracle_) {}

    /// @dev Plans and books the items in order; those that cannot be closed are reported and leave an empty result.
    /// @return batch What they come to.
    function _closeAll(
        ILendingVault.LiquidationItem[] calldata items,
        ILendingVault.Liquidation[] memory results
    ) internal returns (Batch memory batch) {
        (, uint256 debt) = _accrued();
        _beginBatch();
        _expectLosses(batch.losses, items.length, _reservesAt(debt));
        _restart(batch, debt);
        (batch.collaterals, batch.seized) = (new address[](items.length), new uint256[](items.length));
        Closing memory closing;
        for (uint256 i; i < items.length; ++i) _closeItem(batch, closing, items[i], results, i);
        _endRun(batch);
        _sendAllDown(batch, results);
        _endBatch(false);
    }

    // ---------------------------------------------------------------- One item

    function _closeItem(
        Batch memory batch,
        Closing memory closing,
        ILendingVault.LiquidationItem calldata item,
        ILendingVault.Liquidation[] memory results,
        uint256 i
    ) private {
        (address borrower, address collateral) = (item.borrower, item.collateral);
        PositionSlots storage stored = _positions[borrower][collateral];
        if (_isElsewhere(batch.market, collateral)) {
            _endRun(batch);
            _storeTaken(batch);
            _enter(batch.market, collateral);
        }
        _forget(closing);
        bytes memory failure = _openItem(closing, stored, borrower, collateral, batch.market, batch.firstId);
        if (failure.length == 0) {
            failure = _planLiquidation(
                closing,
                batch.market.lltvBps,
                batch.market.minIncentiveBps,
                item.maxRepaidAssets,
                item.minSeizedAssets
            );
        }
        if (failure.length == 0 && (closing.toDefault != 0 || closing.position.impairmentId != 0)) {
            failure = _noteDefault(batch, closing, stored, results.length, i);
        }
        if (_skips(borrower, collateral, failure)) return;
        ILendingVault.Liquidation memory result = results[i];
        if (closing.insolvent && closing.position.impairmentId == 0) {
            result.socializedAssets = _takeLoss(batch, closing, stored);
        } else {
            _closeAlone(batch, closing, results, i);
        }
        result.repaidAssets = closing.repaid;
        result.feeAssets = closing.fee;
        result.seizedAssets = closing.seized;
        result.badDebtAssets = closing.badDebt;
        // A debt has less than 136 bits (InterestRates), a fee 154 at most (LiquidationMath), a collateral 128, and no
        // call has 2^64 items.
        unchecked {
            batch.sum.repaidAssets += closing.repaid;
            batch.sum.feeAssets += closing.fee;
            batch.seizedNow += closing.seized;
        }
        _emitLiquidated(borrower, collateral, result, closing.index);
    }

    /// @dev Takes an insolvent debt out of its position, and notes its loss.
    /// @return uncovered What reserves do not pay of it, asset units.
    function _takeLoss(
        Batch memory batch,
        Closing memory closing,
        PositionSlots storage stored
    ) private returns (uint256 uncovered) {
        Position memory position = closing.position;
        // No plan leaves more than there is, no position has more than all have, and less debt is worth no more.
        unchecked {
            uint256 scaled = batch.scaledDebt - (position.scaledDebt - closing.scaledLeft);
            uint256 debt = InterestRates.toAssetsDown(scaled, closing.index);
            _weigh(closing, batch.debt - debt);
            (batch.scaledDebt, batch.debt) = (scaled, debt);
            batch.principalTaken += position.principal - closing.principalLeft;
            position.collateral -= closing.seized;
        }
        closing.insurable = _insurableOf(closing);
        _takeOffPosition(closing);
        if (closing.badDebt != 0) uncovered = _noteLoss(batch, closing);
        _setWords(stored, _debtWordOf(position), _restWordOf(position));
    }

    /// @dev Puts a loss on the list, and its number into the position.
    function _noteLoss(Batch memory batch, Closing memory closing) private view returns (uint256 uncovered) {
        Position memory position = closing.position;
        IWriteOffEngine.BadDebt memory loss = IWriteOffEngine.BadDebt({
            debtor: closing.borrower,
            cause: IWriteOffEngine.Cause.Liquidation,
            previousId: position.writeOffId,
            id: 0,
            epoch: 0,
            badDebtAssets: closing.badDebt,
            reserveAssets: 0,
            coverableAssets: closing.badDebt,
            insurableAssets: closing.insurable
        });
        uncovered = _addLoss(batch.losses, loss);
        uint256 count = batch.losses.reports.length;
        if (count == 1) batch.firstId = _engine.writeOffCount(address(this)) + 1;
        // The engine gives no number of more than 32 bits.
        unchecked {
            position.writeOffId = uint32(batch.firstId + count - 1);
        }
    }

    /// @dev Closes a position as in a call of its own: the losses before it are sent down first, so that the totals are true
    /// for it and each loss is paid for in its turn.
    function _closeAlone(
        Batch memory batch,
        Closing memory closing,
        ILendingVault.Liquidation[] memory results,
        uint256 i
    ) private {
        _sendAllDown(batch, results);
        batch.from = i + 1;
        uint256 toDefault = closing.toDefault;
        // Sums as in `_closeAll`; what goes to defaults is a part of what is repaid.
        unchecked {
            batch.toDefault += toDefault;
            uint256 pending = batch.sum.repaidAssets + closing.repaid - batch.toDefault;
            uint256 socialized = _closeOne(closing, batch.debt, pending);
            results[i].socializedAssets = socialized;
            batch.sum.socializedAssets += socialized;
        }
        uint256 debt = _outstandingAssets();
        _expectMoreLosses(batch.losses, _reservesAt(debt));
        _restart(batch, debt);
    }

    /// @dev Notes what item `i`, one of `count`, pays for earlier write-offs of its position, unless an item before it has
    /// closed some of the same. The ledger learns of that payment when it is here, and what an impaired debt is charged is
    /// closed with the batch: till then the position would seem to owe what it has paid, and would be sold for it twice.
    function _noteDefault(
        Batch memory batch,
        Closing memory closing,
        PositionSlots storage stored,
        uint256 count,
        uint256 i
    ) private pure returns (bytes memory failure) {
        if (batch.toDefaults.length == 0) batch.toDefaults = new uint256[](2 * count);
        uint256[] memory toDefaults = batch.toDefaults;
        uint256 slot;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            slot := stored.slot
        }
        // There are twice as many places as items.
        unchecked {
            toDefaults[count + i] = slot;
            uint256 k = count;
            while (toDefaults[k] != slot) ++k;
            if (k != count + i) return _duplicate(closing.borrower, closing.collateral);
        }
        toDefaults[i] = closing.toDefault;
    }

    /// @dev Takes a planned liquidation out of position and totals and books its loss, if any.
    /// @param allDebt All debt before it, asset units, rounded down.
    /// @param pendingAssets What is about to be paid for debt that has left the books, this one's too, asset units.
    function _closeOne(
        Closing memory closing,
        uint256 allDebt,
        uint256 pendingAssets
    ) internal returns (uint256 socializedAssets) {
        if (closing.insolvent) {
            _extinguish(closing, allDebt);
        } else {
            uint256 toDebt = closing.repaid - closing.toDefault;
            if (toDebt != 0) _payDebt(_collaterals[closing.collateral], closing.position, closing.debt, toDebt);
        }
        return _book(closing, IWriteOffEngine.Cause.Liquidation, closing.position.scaledDebt == 0, pendingAssets);
    }

    // ---------------------------------------------------------------- All items

    /// @dev Goes on from the totals that are stored.
    function _restart(Batch memory batch, uint256 debt) private view {
        (batch.scaledDebt, batch.debt, batch.firstId) = (_totalScaledDebt, debt, type(uint256).max);
    }

    /// @dev Notes what was seized of the collateral that the batch is at.
    function _endRun(Batch memory batch) private pure {
        uint256 seized = batch.seizedNow;
        if (seized == 0) return;
        uint256 run = batch.runs++;
        (batch.collaterals[run], batch.seized[run]) = (batch.market.collateral, seized);
        batch.seizedNow = 0;
    }

    function _storeTaken(Batch memory batch) private {
        if (batch.principalTaken == 0) return;
        _takeOffPrincipal(_collaterals[batch.market.collateral], batch.principalTaken);
        batch.principalTaken = 0;
    }

    /// @dev Writes the totals and sends the losses that were noted since the last time down the waterfall.
    function _sendAllDown(Batch memory batch, ILendingVault.Liquidation[] memory results) private {
        _storeTaken(batch);
        if (batch.scaledDebt != _totalScaledDebt) _setTotalScaledDebt(batch.scaledDebt);
        Losses memory losses = batch.losses;
        uint256 count = losses.reports.length;
        if (count == 0) return;
        (uint256 firstId, uint256 socialized, uint256[] memory covered) = _writeOffDebts(
            losses,
            batch.sum.repaidAssets - batch.toDefault
        );
        // While the vault is locked nobody else takes its numbers.
        assert(batch.firstId == firstId);
        batch.sum.socializedAssets += socialized;
        if (covered.length != 0) _takeOffCover(results, batch.from, covered);
    }

    /// @dev Takes what tranches have paid off what was noted as uncovered of the items from `from` on.
    function _takeOffCover(
        ILendingVault.Liquidation[] memory results,
        uint256 from,
        uint256[] memory covered
    ) private pure {
        uint256 loss;
        for (uint256 i = from; loss < covered.length; ++i) {
            ILendingVault.Liquidation memory result = results[i];
            if (result.badDebtAssets == 0) continue;
            result.socializedAssets -= covered[loss];
            ++loss;
        }
    }
}
