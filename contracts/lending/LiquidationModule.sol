// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBatchLiquidationCallback, ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {CollateralWord} from "./BookWords.sol";
import {LiquidationBatch} from "./LiquidationBatch.sol";
import {RestWord} from "./PositionWords.sol";

/// @title Liquidation of positions that have sunk
/// @notice Open to everybody. Order inside a call: debt off the books, waterfall, collateral off the books, hand it over,
/// callback, pull the payment, because a callback before the booking would let a staker leave ahead of the loss. A batch
/// does each of these steps for all positions before the next.
/// Never: a loss booked while a live source says solvent, a healthy position touched. Upholds LV2, OR1, WO6, LI1.
contract LiquidationModule is LiquidationBatch {
    using ExactTransfer for IERC20;
    using SafeERC20 for IERC20;

    constructor(
        IERC20 asset_,
        IWriteOffEngine engine_,
        IPriceOracle oracle_
    ) LiquidationBatch(asset_, engine_, oracle_) {}

    /// @notice Books a liquidation that is not a `SolventLiquidation`. For the vault's own `liquidate` only, which lets nobody
    /// else in meanwhile, has put interest in the books, and does the rest: it hands the collateral over, calls back, takes
    /// the payment, and settles.
    /// @param sight What the vault has seen of the position.
    /// @return result What is repaid, seized and lost.
    /// @return toDefault Part of what is repaid that goes to earlier write-offs, asset units.
    /// @return impaired Whether the position is still impaired. It has to be settled then, or if `toDefault` is not zero.
    function bookLiquidation(
        address borrower,
        address collateral,
        uint256 maxRepaidAssets,
        uint256 minSeizedAssets,
        uint256 maxSocializedAssets,
        Sight calldata sight
    ) external onlyDelegated returns (ILendingVault.Liquidation memory result, uint256 toDefault, bool impaired) {
        Closing memory closing;
        _take(closing, borrower, collateral, sight.index, sight.debtWord, sight.restWord);
        closing.quote = sight.quote;
        CollateralWord word = sight.collateralWord;
        _require(_planLiquidation(closing, word.lltvBps(), word.minIncentiveBps(), maxRepaidAssets, minSeizedAssets));
        _close(closing, result, sight.totalDebt);
        _checkSocialized(result.socializedAssets, maxSocializedAssets);
        _bookPayment(result, closing.toDefault);
        (toDefault, impaired) = (closing.toDefault, closing.position.impairmentId != 0);
    }

    /// @notice Once the payment for what `bookLiquidation` has booked is there: passes on what belongs to earlier write-offs,
    /// and looks whether it has healed an impairment. For the vault's own `liquidate` only.
    /// @param toDefault As `bookLiquidation` has returned it, asset units.
    function settleLiquidation(address borrower, address collateral, uint256 toDefault) external onlyDelegated {
        _settle(borrower, collateral, toDefault);
    }

    /// @notice See {ILendingVault}.
    function liquidateBatch(
        ILendingVault.LiquidationItem[] calldata items,
        uint256 maxSocializedAssets,
        bytes calldata data
    ) external onlyDelegated nonReentrant returns (ILendingVault.Liquidation[] memory results) {
        results = new ILendingVault.Liquidation[](items.length);
        Batch memory batch = _closeAll(items, results);
        ILendingVault.Liquidation memory sum = batch.sum;
        _checkSocialized(sum.socializedAssets, maxSocializedAssets);
        _bookPayment(sum, batch.toDefault);
        _handOver(batch);
        uint256 owed = sum.repaidAssets + sum.feeAssets;
        if (data.length != 0) IBatchLiquidationCallback(msg.sender).onBatchLiquidation(owed, results, data);
        if (owed != 0) _asset.pull(msg.sender, owed);
        if (batch.toDefaults.length == 0) return results;
        for (uint256 i; i < items.length; ++i) {
            if (results[i].repaidAssets == 0) continue;
            ILendingVault.LiquidationItem calldata item = items[i];
            _settle(item.borrower, item.collateral, batch.toDefaults[i]);
        }
    }

    // ---------------------------------------------------------------- The steps

    /// @dev Takes collateral and debt of a planned liquidation out of the position and books its loss. Fills in `result`.
    function _close(Closing memory closing, ILendingVault.Liquidation memory result, uint256 allDebt) private {
        result.socializedAssets = _closeOne(closing, allDebt, closing.repaid - closing.toDefault);
        result.badDebtAssets = closing.badDebt;
        result.repaidAssets = closing.repaid;
        result.feeAssets = closing.fee;
        result.seizedAssets = closing.seized;
        _emitLiquidated(closing.borrower, closing.collateral, result, closing.index);
    }

    /// @dev Books what the liquidator is about to pay, but for what goes to earlier write-offs; only then can a total loss
    /// be told.
    function _bookPayment(ILendingVault.Liquidation memory sum, uint256 toDefault) private {
        _addCash(sum.repaidAssets - toDefault + sum.feeAssets);
        if (sum.feeAssets != 0) _addReserves(sum.feeAssets);
        if (sum.socializedAssets != 0) _closeIfTotalLoss();
    }

    /// @dev Sends the collateral, one transfer for each run of positions with the same one.
    function _handOver(Batch memory batch) private {
        for (uint256 i; i < batch.runs; ++i) {
            IERC20(batch.collaterals[i]).safeTransfer(msg.sender, batch.seized[i]);
        }
    }

    /// @dev Once the payment is here: passes on what belongs to earlier write-offs, and looks whether it has healed an
    /// impairment.
    function _settle(address borrower, address collateral, uint256 toDefault) private {
        RestWord word = _positions[borrower][collateral].restWord;
        if (toDefault != 0) _payDefault(word.writeOffId(), toDefault);
        if (word.impairmentId() != 0) _forgetIfHealed(borrower, collateral);
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
