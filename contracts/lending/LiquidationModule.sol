// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBatchLiquidationCallback, ILendingVault, ILiquidationCallback} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {Impairments} from "./Impairments.sol";

/// @title Liquidation of positions that have sunk
/// @notice Open to everybody. Order inside a call: seize, book, waterfall, hand over collateral, callback, pull the
/// payment, because a callback before the booking would let a staker leave ahead of the loss. A batch takes each of
/// these steps for all its positions before the next.
/// Never: a loss booked while a live source says solvent, a healthy position touched. Upholds LV2, OR1, WO6, LI1.
contract LiquidationModule is Impairments {
    using ExactTransfer for IERC20;
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) Impairments(asset_, engine_, oracle_) {}

    /// @notice See {ILendingVault}.
    function liquidate(
        address borrower,
        address collateral,
        uint256 maxRepaidAssets,
        uint256 minSeizedAssets,
        uint256 maxSocializedAssets,
        bytes calldata data
    ) external onlyDelegated nonReentrant returns (ILendingVault.Liquidation memory result) {
        _accrue();
        Closing memory closing = _open(borrower, collateral);
        _require(_planLiquidation(_collaterals[collateral], closing, maxRepaidAssets, minSeizedAssets));
        result = _close(closing);
        _checkSocialized(result.socializedAssets, maxSocializedAssets);
        _bookPayment(result.repaidAssets - closing.toDefault, result.feeAssets, result.socializedAssets);
        if (result.seizedAssets != 0) IERC20(collateral).safeTransfer(msg.sender, result.seizedAssets);
        uint256 owed = result.repaidAssets + result.feeAssets;
        if (data.length != 0) ILiquidationCallback(msg.sender).onLiquidation(owed, result.seizedAssets, data);
        _asset.pull(msg.sender, owed);
        _settle(closing);
    }

    /// @notice See {ILendingVault}.
    function liquidateBatch(
        ILendingVault.LiquidationItem[] calldata items,
        uint256 maxSocializedAssets,
        bytes calldata data
    ) external onlyDelegated nonReentrant returns (ILendingVault.Liquidation[] memory results) {
        _accrue();
        Closing[] memory closings;
        (results, closings) = _closeAll(items);
        uint256 repaid;
        uint256 fees;
        uint256 toDefault;
        uint256 socialized;
        for (uint256 i; i < results.length; ++i) {
            repaid += results[i].repaidAssets;
            fees += results[i].feeAssets;
            toDefault += closings[i].toDefault;
            socialized += results[i].socializedAssets;
        }
        _checkSocialized(socialized, maxSocializedAssets);
        _bookPayment(repaid - toDefault, fees, socialized);
        _handOver(closings);
        if (data.length != 0) IBatchLiquidationCallback(msg.sender).onBatchLiquidation(repaid + fees, results, data);
        if (repaid != 0) _asset.pull(msg.sender, repaid + fees);
        for (uint256 i; i < closings.length; ++i) {
            if (results[i].repaidAssets != 0) _settle(closings[i]);
        }
    }

    /// @dev Plans and books the items in order; those that cannot be closed are reported and leave an empty result.
    function _closeAll(
        ILendingVault.LiquidationItem[] calldata items
    ) private returns (ILendingVault.Liquidation[] memory results, Closing[] memory closings) {
        ISolventVault.PositionKey[] memory keys = new ISolventVault.PositionKey[](items.length);
        for (uint256 i; i < items.length; ++i) {
            keys[i] = ISolventVault.PositionKey(items[i].borrower, items[i].collateral);
        }
        Item[] memory priced = _priced(keys);
        results = new ILendingVault.Liquidation[](items.length);
        closings = new Closing[](items.length);
        _beginBatch();
        for (uint256 i; i < items.length; ++i) {
            ILendingVault.LiquidationItem calldata item = items[i];
            (Closing memory closing, bytes memory failure) = _openItem(priced[i]);
            if (failure.length == 0) {
                failure = _planLiquidation(
                    _collaterals[item.collateral],
                    closing,
                    item.maxRepaidAssets,
                    item.minSeizedAssets
                );
            }
            if (_skips(item.borrower, item.collateral, failure)) continue;
            results[i] = _close(closing);
            closings[i] = closing;
        }
        _endBatch(false);
    }

    // ---------------------------------------------------------------- The steps

    /// @dev Takes collateral and debt of a planned liquidation out of the position and books its loss.
    function _close(Closing memory closing) private returns (ILendingVault.Liquidation memory result) {
        Collateral storage state = _collaterals[closing.collateral];
        uint256 toDebt = closing.repaid - closing.toDefault;
        if (closing.insolvent) _extinguish(closing);
        else if (toDebt != 0) _payDebt(state, closing.position, closing.debt, toDebt);
        _pendingPayment += toDebt;
        closing.position.collateral -= closing.seized.toUint128();
        state.totalCollateral -= closing.seized.toUint128();
        result = ILendingVault.Liquidation({
            repaidAssets: closing.repaid,
            feeAssets: closing.fee,
            seizedAssets: closing.seized,
            badDebtAssets: closing.badDebt,
            socializedAssets: _book(closing, IWriteOffEngine.Cause.Liquidation, closing.position.scaledDebt == 0)
        });
        emit ILendingVault.Liquidated(
            closing.borrower,
            closing.collateral,
            msg.sender,
            closing.repaid,
            closing.fee,
            closing.seized,
            closing.badDebt
        );
    }

    /// @dev Books what the liquidator is about to pay; only then can a total loss be told.
    function _bookPayment(uint256 toDebt, uint256 fees, uint256 socialized) private {
        _pendingPayment = 0;
        _addCash(toDebt + fees);
        if (fees != 0) _addReserves(fees);
        if (socialized != 0) _closeIfWipedOut();
    }

    /// @dev Sends the collateral of a batch, one transfer for each kind.
    function _handOver(Closing[] memory closings) private {
        for (uint256 i; i < closings.length; ++i) {
            address collateral = closings[i].collateral;
            uint256 seized;
            for (uint256 k = i; k < closings.length; ++k) {
                if (closings[k].collateral != collateral) continue;
                seized += closings[k].seized;
                // Its amount stays in the result; here it is done.
                closings[k].seized = 0;
            }
            if (seized != 0) IERC20(collateral).safeTransfer(msg.sender, seized);
        }
    }

    /// @dev Once the payment is here: passes on what belongs to earlier write-offs, and looks whether it has healed an
    /// impairment.
    function _settle(Closing memory closing) private {
        if (closing.toDefault != 0) _payDefault(closing.position.writeOffId, closing.toDefault);
        if (closing.position.impairmentId != 0) _forgetIfHealed(closing.borrower, closing.collateral);
    }

    /// @dev Hands what was paid beyond the debt to those whom earlier write-offs of the position charged, the newest
    /// first.
    function _payDefault(uint256 writeOffId, uint256 assets) private {
        _asset.forceApprove(address(_engine), assets);
        while (assets != 0) {
            (, writeOffId) = _engine.defaultOf(address(this), writeOffId);
            if (writeOffId == 0) break;
            uint256 owed = Math.min(assets, _engine.owedByDebtor(address(this), writeOffId));
            assets -= _engine.recover(address(this), writeOffId, owed);
        }
        _asset.forceApprove(address(_engine), 0);
        // Somebody repaid the same default inside the callback: what is left over stays as the vault's income.
        if (assets == 0) return;
        _addCash(assets);
        _addReserves(assets);
    }
}
