// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";
import {IBatchLiquidationCallback, ILendingVault, ILiquidationCallback} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {SolventLiquidation} from "./SolventLiquidation.sol";

/// @title Liquidation of positions that have sunk
/// @notice Open to everybody. Order inside a call: debt off the books, waterfall, collateral off the books, hand it over,
/// callback, pull the payment, because a callback before the booking would let a staker leave ahead of the loss. A batch
/// does the first three for one position after the other, and each of the rest for all of them before the next.
/// Never: a loss booked while a live source says solvent, a healthy position touched. Upholds LV2, OR1, WO6, LI1.
contract LiquidationModule is SolventLiquidation {
    using ExactTransfer for IERC20;
    using SafeERC20 for IERC20;

    constructor(
        IERC20 asset_,
        IWriteOffEngine engine_,
        IPriceOracle oracle_
    ) SolventLiquidation(asset_, engine_, oracle_) {}

    /// @notice See {ILendingVault}.
    function liquidate(
        address borrower,
        address collateral,
        uint256 maxRepaidAssets,
        uint256 minSeizedAssets,
        uint256 maxSocializedAssets,
        bytes calldata data
    ) external onlyDelegated nonReentrant returns (ILendingVault.Liquidation memory result) {
        Seen memory seen;
        _tryWithoutLoss(borrower, collateral, maxRepaidAssets, minSeizedAssets, seen, result);
        uint256 toDefault;
        bool impaired;
        if (result.repaidAssets == 0) {
            Closing memory closing;
            _take(closing, borrower, collateral, seen.index, seen.debtWord, seen.restWord);
            closing.quote = seen.quote;
            _require(_planLiquidation(_collaterals[collateral], closing, maxRepaidAssets, minSeizedAssets));
            _close(closing, result);
            _checkSocialized(result.socializedAssets, maxSocializedAssets);
            _bookPayment(result, closing.toDefault);
            (toDefault, impaired) = (closing.toDefault, closing.position.impairmentId != 0);
        }
        if (result.seizedAssets != 0) IERC20(collateral).safeTransfer(msg.sender, result.seizedAssets);
        uint256 owed = result.repaidAssets + result.feeAssets;
        if (data.length != 0) ILiquidationCallback(msg.sender).onLiquidation(owed, result.seizedAssets, data);
        _asset.pull(msg.sender, owed);
        if (toDefault != 0 || impaired) _settle(borrower, collateral, toDefault);
    }

    /// @notice See {ILendingVault}.
    function liquidateBatch(
        ILendingVault.LiquidationItem[] calldata items,
        uint256 maxSocializedAssets,
        bytes calldata data
    ) external onlyDelegated nonReentrant returns (ILendingVault.Liquidation[] memory results) {
        _accrue();
        results = new ILendingVault.Liquidation[](items.length);
        ILendingVault.Liquidation memory sum;
        (uint256[] memory toDefaults, uint256 toDefault) = _closeAll(items, results, sum);
        _checkSocialized(sum.socializedAssets, maxSocializedAssets);
        _bookPayment(sum, toDefault);
        _handOver(items, results);
        uint256 owed = sum.repaidAssets + sum.feeAssets;
        if (data.length != 0) IBatchLiquidationCallback(msg.sender).onBatchLiquidation(owed, results, data);
        if (owed != 0) _asset.pull(msg.sender, owed);
        if (toDefault == 0 && _impairments == 0) return results;
        for (uint256 i; i < items.length; ++i) {
            if (results[i].repaidAssets != 0) _settle(items[i].borrower, items[i].collateral, toDefaults[i]);
        }
    }

    /// @dev Plans and books the items in order; those that cannot be closed are reported and leave an empty result. Adds
    /// what they come to up in `sum`.
    /// @return toDefaults What is paid for earlier write-offs of each position, asset units.
    /// @return toDefault The sum of it.
    function _closeAll(
        ILendingVault.LiquidationItem[] calldata items,
        ILendingVault.Liquidation[] memory results,
        ILendingVault.Liquidation memory sum
    ) private returns (uint256[] memory toDefaults, uint256 toDefault) {
        ISolventVault.PositionKey[] memory keys = new ISolventVault.PositionKey[](items.length);
        for (uint256 i; i < items.length; ++i) {
            ISolventVault.PositionKey memory key = keys[i];
            (key.borrower, key.collateral) = (items[i].borrower, items[i].collateral);
        }
        Prices memory prices = _priced(keys);
        toDefaults = new uint256[](items.length);
        _beginBatch();
        Memory.Pointer free = Memory.getFreeMemoryPointer();
        for (uint256 i; i < items.length; ++i) {
            // Nothing of the item before is needed any more: all that stays was allocated ahead of the loop.
            Memory.unsafeSetFreeMemoryPointer(free);
            Closing memory closing;
            bytes memory failure = _openItem(closing, keys[i], prices, i);
            if (failure.length == 0) {
                ILendingVault.LiquidationItem calldata item = items[i];
                failure = _planLiquidation(
                    _collaterals[closing.collateral],
                    closing,
                    item.maxRepaidAssets,
                    item.minSeizedAssets
                );
            }
            if (_skips(keys[i], failure)) continue;
            ILendingVault.Liquidation memory result = results[i];
            _close(closing, result);
            sum.repaidAssets += result.repaidAssets;
            sum.feeAssets += result.feeAssets;
            sum.socializedAssets += result.socializedAssets;
            toDefaults[i] = closing.toDefault;
            toDefault += closing.toDefault;
        }
        _endBatch(false);
    }

    // ---------------------------------------------------------------- The steps

    /// @dev Takes collateral and debt of a planned liquidation out of the position and books its loss. Fills in `result`.
    function _close(Closing memory closing, ILendingVault.Liquidation memory result) private {
        uint256 toDebt = closing.repaid - closing.toDefault;
        if (closing.insolvent) _extinguish(closing);
        else if (toDebt != 0) _payDebt(_collaterals[closing.collateral], closing.position, closing.debt, toDebt);
        _pendingPayment += toDebt;
        result.repaidAssets = closing.repaid;
        result.feeAssets = closing.fee;
        result.seizedAssets = closing.seized;
        result.badDebtAssets = closing.badDebt;
        result.socializedAssets = _book(closing, IWriteOffEngine.Cause.Liquidation, closing.position.scaledDebt == 0);
        emit ILendingVault.Liquidated(
            closing.borrower,
            closing.collateral,
            msg.sender,
            closing.repaid,
            closing.fee,
            closing.seized
        );
    }

    /// @dev Books what the liquidator is about to pay, but for what goes to earlier write-offs; only then can a total loss
    /// be told.
    function _bookPayment(ILendingVault.Liquidation memory sum, uint256 toDefault) private {
        _pendingPayment = 0;
        _addCash(sum.repaidAssets - toDefault + sum.feeAssets);
        if (sum.feeAssets != 0) _addReserves(sum.feeAssets);
        if (sum.socializedAssets != 0) _closeIfWipedOut();
    }

    /// @dev Sends the collateral of a batch, one transfer for each run of positions with the same one.
    function _handOver(
        ILendingVault.LiquidationItem[] calldata items,
        ILendingVault.Liquidation[] memory results
    ) private {
        address collateral;
        uint256 seized;
        for (uint256 i; i < items.length; ++i) {
            address next = items[i].collateral;
            if (next != collateral) {
                if (seized != 0) IERC20(collateral).safeTransfer(msg.sender, seized);
                (collateral, seized) = (next, 0);
            }
            seized += results[i].seizedAssets;
        }
        if (seized != 0) IERC20(collateral).safeTransfer(msg.sender, seized);
    }

    /// @dev Once the payment is here: passes on what belongs to earlier write-offs, and looks whether it has healed an
    /// impairment.
    function _settle(address borrower, address collateral, uint256 toDefault) private {
        Position storage position = _positions[borrower][collateral];
        if (toDefault != 0) _payDefault(position.writeOffId, toDefault);
        if (position.impairmentId != 0) _forgetIfHealed(borrower, collateral);
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
