// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {WAD} from "../libraries/Units.sol";
import {InterestRates} from "./InterestRates.sol";
import {SolventLiquidation} from "./SolventLiquidation.sol";

/// @title Several sunk positions in one call
/// @notice Plans the items in order and takes each out of its position at once. The totals are written and the engine is
/// called when all are planned, once, so a further position costs its own slots, its entry and its events, and little
/// else.
/// Never: two losses of one position in a batch, totals that lag behind positions while somebody else's code runs.
/// Upholds WO1, LV1, LV2.
abstract contract LiquidationBatch is SolventLiquidation {
    using SafeCast for uint256;

    /// @dev Instead of a ledger number.
    uint256 private constant NONE = type(uint256).max;

    /// @dev A batch on its way. Asset units unless said.
    struct Batch {
        Market market;
        Losses losses;
        uint256 scaledDebt; // of all positions: what is stored lags behind
        uint256 debt; // the same at the market's index, rounded down
        uint256 principalTaken; // off the positions in the collateral that the batch is at, not yet off its totals
        uint256 collateralTaken; // the same, collateral units
        uint256 firstId; // number of the first new ledger entry; the highest one there is as long as none is needed
        uint256 nextId;
        bool anyImpaired; // among the positions that were changed
        uint256 toDefault; // of what is paid, for earlier write-offs
        uint256[] toDefaults; // of each item; empty if nobody pays for one
        uint256[] covered; // of each loss, by tranches; empty if they paid for none
        ILendingVault.Liquidation sum;
    }

    constructor(
        IERC20 asset_,
        IWriteOffEngine engine_,
        IPriceOracle oracle_
    ) SolventLiquidation(asset_, engine_, oracle_) {}

    /// @dev Plans and books the items in order; those that cannot be closed are reported and leave an empty result. What is
    /// socialized of each is still to be filled in.
    /// @return batch What they come to.
    function _closeAll(
        ILendingVault.LiquidationItem[] calldata items,
        ILendingVault.Liquidation[] memory results
    ) internal returns (Batch memory batch) {
        (, batch.debt) = _accrued();
        batch.scaledDebt = _totalScaledDebt;
        batch.firstId = NONE;
        _expectLosses(batch.losses, items.length, _reservesAt(batch.debt));
        Closing memory closing;
        for (uint256 i; i < items.length; ++i) {
            ILendingVault.LiquidationItem calldata item = items[i];
            if (_isElsewhere(batch.market, item.collateral)) {
                _storeTaken(batch);
                _enter(batch.market, item.collateral);
            }
            _forget(closing);
            bytes memory failure = _openItem(closing, item.borrower, item.collateral, batch.market, batch.firstId);
            if (failure.length == 0) failure = _planItem(closing, item, batch);
            if (failure.length != 0) {
                emit ILendingVault.BatchItemSkipped(item.borrower, item.collateral, failure);
                continue;
            }
            if (closing.position.impairmentId != 0) batch.anyImpaired = true;
            if (closing.insolvent) _takeLoss(batch, closing);
            else _takePayment(batch, closing, items.length, i);
            _note(batch.sum, closing, results[i]);
        }
        _storeTotals(batch);
        if (_lossCount(batch.losses) != 0) _sendAllDown(batch);
        if (batch.anyImpaired) _endImpairments(items, results);
    }

    /// @dev An impaired position that has lost already in this batch keeps its number; it is looked for among the losses.
    function _planItem(
        Closing memory closing,
        ILendingVault.LiquidationItem calldata item,
        Batch memory batch
    ) private view returns (bytes memory) {
        uint256 id = _provisionId(closing.position);
        if (id != 0 && _isAmong(batch.losses, id)) return _duplicate(item.borrower, item.collateral);
        Market memory market = batch.market;
        return
            _planLiquidation(
                closing,
                market.lltvBps,
                market.minIncentiveBps,
                item.maxRepaidAssets,
                item.minSeizedAssets
            );
    }

    // ---------------------------------------------------------------- One item

    /// @dev Takes an insolvent debt out of its position, and notes its loss.
    function _takeLoss(Batch memory batch, Closing memory closing) private {
        Position memory position = closing.position;
        uint256 scaled = batch.scaledDebt - (position.scaledDebt - closing.scaledLeft);
        uint256 debt = InterestRates.toAssetsDown(scaled, closing.index);
        _weigh(closing, batch.debt - debt);
        (batch.scaledDebt, batch.debt) = (scaled, debt);
        closing.insurable = _insurableOf(closing);
        // Sums of what positions have, which have 112 bits together; no plan leaves more than there is.
        unchecked {
            batch.principalTaken += position.principal - closing.principalLeft;
            batch.collateralTaken += closing.seized;
            position.collateral -= uint128(closing.seized);
        }
        _takeOffPosition(closing);
        if (closing.badDebt != 0) {
            IWriteOffEngine.BadDebt memory loss = _lossOf(closing, IWriteOffEngine.Cause.Liquidation, closing.badDebt);
            _addLoss(batch.losses, loss, closing.scaledLeft == 0 ? WAD : closing.closedWad);
            position.writeOffId = loss.id == 0 ? _nextNumber(batch) : loss.id;
        }
        _store(closing.borrower, closing.collateral, position);
    }

    /// @dev The number that the engine will give to the next new entry.
    function _nextNumber(Batch memory batch) private view returns (uint32) {
        uint256 id = batch.nextId;
        if (id == 0) {
            id = _engine.writeOffCount(address(this)) + 1;
            batch.firstId = id;
        }
        batch.nextId = id + 1;
        return id.toUint32();
    }

    /// @dev A solvent position is closed as in a call of its own; the totals must be true for it.
    function _takePayment(Batch memory batch, Closing memory closing, uint256 length, uint256 i) private {
        _storeTotals(batch);
        _closeSolvent(closing);
        batch.scaledDebt = _totalScaledDebt;
        batch.debt = InterestRates.toAssetsDown(batch.scaledDebt, closing.index);
        if (closing.toDefault == 0) return;
        if (batch.toDefault == 0) batch.toDefaults = new uint256[](length);
        batch.toDefaults[i] = closing.toDefault;
        batch.toDefault += closing.toDefault;
    }

    /// @dev Takes a planned liquidation without a loss out of position and totals.
    function _closeSolvent(Closing memory closing) internal {
        uint256 toDebt = closing.repaid - closing.toDefault;
        Collateral storage state = _collaterals[closing.collateral];
        if (toDebt != 0) _payDebt(state, closing.position, closing.debt, toDebt);
        _takeOffTotals(state, 0, closing.seized);
        _book(closing, IWriteOffEngine.Cause.Liquidation, closing.position.scaledDebt == 0);
    }

    function _note(
        ILendingVault.Liquidation memory sum,
        Closing memory closing,
        ILendingVault.Liquidation memory result
    ) private pure {
        (uint256 repaid, uint256 fee) = (closing.repaid, closing.fee);
        result.repaidAssets = repaid;
        result.feeAssets = fee;
        result.seizedAssets = closing.seized;
        result.badDebtAssets = closing.badDebt;
        sum.repaidAssets += repaid;
        sum.feeAssets += fee;
    }

    // ---------------------------------------------------------------- All items

    function _storeTaken(Batch memory batch) private {
        if (batch.principalTaken == 0 && batch.collateralTaken == 0) return;
        _takeOffTotals(_collaterals[batch.market.collateral], batch.principalTaken, batch.collateralTaken);
        (batch.principalTaken, batch.collateralTaken) = (0, 0);
    }

    function _storeTotals(Batch memory batch) private {
        _storeTaken(batch);
        if (batch.scaledDebt != _totalScaledDebt) _setTotalScaledDebt(batch.scaledDebt);
    }

    /// @dev Sends all losses down the waterfall.
    function _sendAllDown(Batch memory batch) private {
        uint256 firstId;
        (firstId, batch.sum.socializedAssets, batch.covered) = _writeOffDebts(
            batch.losses,
            batch.sum.repaidAssets - batch.toDefault
        );
        // While the vault is locked nobody else takes its numbers.
        assert(batch.firstId == NONE || batch.firstId == firstId);
    }

    /// @dev Ends the impairments of the debts that are gone.
    function _endImpairments(
        ILendingVault.LiquidationItem[] calldata items,
        ILendingVault.Liquidation[] memory results
    ) private {
        for (uint256 i; i < items.length; ++i) {
            if (results[i].repaidAssets == 0) continue;
            (address borrower, address collateral) = (items[i].borrower, items[i].collateral);
            Position storage stored = _positions[borrower][collateral];
            if (stored.scaledDebt != 0 || stored.impairmentId == 0) continue;
            Position memory position = stored;
            _endImpairment(borrower, collateral, position);
            stored.impairmentId = position.impairmentId;
        }
    }

    function _emitLiquidated(address borrower, address collateral, ILendingVault.Liquidation memory result) internal {
        emit ILendingVault.Liquidated(
            borrower,
            collateral,
            msg.sender,
            result.repaidAssets,
            result.feeAssets,
            result.seizedAssets
        );
    }
}
