// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILendingVault, ILiquidationCallback} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {BPS, WAD} from "../libraries/Units.sol";
import {LiquidationMath} from "./LiquidationMath.sol";
import {LossModule} from "./LossModule.sol";

/// @title Liquidation of a position that has sunk
/// @notice Open to everybody. Order inside a call: seize, book, waterfall, hand over collateral, callback, pull the
/// payment, because a callback before the booking would let a staker leave ahead of the loss.
/// Never: a loss booked while a live source says solvent, a healthy position touched. Upholds LV2, OR1, WO6, LI1.
contract LiquidationModule is LossModule {
    using ExactTransfer for IERC20;
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) LossModule(asset_, engine_, oracle_) {}

    /// @notice See {ILendingVault}.
    function liquidate(
        address borrower,
        address collateral,
        uint256 maxRepaidAssets,
        uint256 minSeizedAssets,
        uint256 maxSocializedAssets,
        bytes calldata data
    ) external onlyDelegated nonReentrant returns (ILendingVault.Liquidation memory result) {
        if (maxRepaidAssets == 0) revert ILendingVault.ZeroAssets();
        Collateral storage state = _listed(collateral);
        Closing memory closing = _open(borrower, collateral);
        LiquidationMath.Rules memory rules = _rules(state);
        if (_appraise(state, closing, rules)) {
            _closeInsolvent(state, closing, rules, maxRepaidAssets, result);
        } else {
            _closeSolvent(state, closing, rules, maxRepaidAssets, result);
        }
        if (result.seizedAssets < minSeizedAssets)
            revert ILendingVault.SeizesTooLittle(result.seizedAssets, minSeizedAssets);
        closing.position.collateral -= result.seizedAssets.toUint128();
        state.totalCollateral -= result.seizedAssets.toUint128();
        _book(
            closing,
            IWriteOffEngine.Cause.Liquidation,
            result,
            maxSocializedAssets,
            closing.position.scaledDebt == 0
        );
        _settle(closing, result, data);
    }

    // ---------------------------------------------------------------- What is the case

    /// @dev Decides whether the position is liquidatable (by the primary source) and whether it is insolvent (every
    /// live source must say so), and sets the value that applies: the primary's where that covers the debt, else the
    /// most generous one, so that no liquidation at a disputed price books a loss.
    function _appraise(
        Collateral storage state,
        Closing memory closing,
        LiquidationMath.Rules memory rules
    ) private view returns (bool insolvent) {
        IPriceOracle.LossQuote memory quote = _lossValue(state, closing.collateral, closing.position.collateral);
        uint256 health = LiquidationMath.healthWad(
            quote.primaryAssets,
            rules.lltvBps,
            closing.debt + closing.defaulted
        );
        if (health >= WAD) revert ILendingVault.PositionHealthy(closing.borrower, closing.collateral, health);
        closing.value = quote.primaryAssets;
        if (!LiquidationMath.isInsolvent(quote.primaryAssets, closing.debt, rules.minIncentiveBps)) return false;
        if (quote.lossBlockedBy != address(0)) revert ILendingVault.LossBlocked(quote.lossBlockedBy);
        closing.value = quote.highAssets;
        return LiquidationMath.isInsolvent(quote.highAssets, closing.debt, rules.minIncentiveBps);
    }

    // ---------------------------------------------------------------- What each side gives and gets

    /// @dev No loss: the repayment buys collateral at value + incentive.
    function _closeSolvent(
        Collateral storage state,
        Closing memory closing,
        LiquidationMath.Rules memory rules,
        uint256 maxRepaid,
        ILendingVault.Liquidation memory result
    ) private {
        Position memory position = closing.position;
        uint256 claim = closing.debt + closing.defaulted;
        uint256 incentive = LiquidationMath.incentiveWad(closing.value, claim, rules);
        uint256 minDebt = _risk.minDebt;
        uint256 allowed = LiquidationMath.repayToTarget(closing.value, claim, incentive, minDebt, rules);
        // The debt is paid before the default, and no dust of it may stay.
        if (allowed < closing.debt && closing.debt - allowed < minDebt) allowed = closing.debt;
        allowed = Math.min(allowed, Math.mulDiv(closing.value, WAD, WAD + incentive));
        uint256 repaid = Math.min(maxRepaid, allowed);
        if (repaid == 0) revert ILendingVault.WorthlessCollateral(closing.borrower, closing.collateral);

        result.repaidAssets = repaid;
        result.feeAssets =
            (repaid * (incentive - rules.minIncentiveBps * (WAD / BPS)) * _risk.liquidationFeeBps) / (WAD * BPS);
        result.seizedAssets = Math.min(
            Math.mulDiv(position.collateral, repaid * (WAD + incentive), closing.value * WAD),
            position.collateral
        );
        uint256 toDebt = Math.min(repaid, closing.debt);
        closing.toDefault = repaid - toDebt;
        if (toDebt == 0) return;
        _payDebt(state, position, closing.debt, toDebt);
        uint256 left = _debtOf(position);
        if (left != 0 && left < minDebt) revert ILendingVault.BelowMinDebt(left, minDebt);
    }

    /// @dev A fraction f of the collateral is paid for at minIncentive, f of the debt is closed, the rest of that
    /// fraction is bad debt.
    function _closeInsolvent(
        Collateral storage state,
        Closing memory closing,
        LiquidationMath.Rules memory rules,
        uint256 maxRepaid,
        ILendingVault.Liquidation memory result
    ) private {
        Position memory position = closing.position;
        uint256 priceOfAll = LiquidationMath.coveredUp(closing.value, rules.minIncentiveBps);
        if (priceOfAll == 0) revert ILendingVault.WorthlessCollateral(closing.borrower, closing.collateral);
        uint256 repaid = Math.min(maxRepaid, priceOfAll);
        bool whole = repaid == priceOfAll;
        uint256 scaledLeft = whole ? 0 : position.scaledDebt - Math.mulDiv(position.scaledDebt, repaid, priceOfAll);
        uint256 valueSold = whole ? closing.value : Math.mulDiv(closing.value, repaid, priceOfAll);

        ILendingVault.Liquidation memory outcome = _extinguish(
            state,
            closing,
            scaledLeft,
            repaid,
            Math.saturatingSub(valueSold, repaid)
        );
        result.repaidAssets = repaid;
        result.badDebtAssets = outcome.badDebtAssets;
        result.seizedAssets = whole ? position.collateral : Math.mulDiv(position.collateral, repaid, priceOfAll);
        if (!whole) _checkFraction(closing.debt, _debtOf(position));
    }

    // ---------------------------------------------------------------- Settling

    /// @dev Books the payment, hands over the collateral, calls back, and pulls the payment.
    function _settle(Closing memory closing, ILendingVault.Liquidation memory result, bytes calldata data) private {
        uint256 toCash = result.repaidAssets + result.feeAssets - closing.toDefault;
        _cash += toCash.toUint128();
        _reserves += result.feeAssets.toUint128();
        if (result.socializedAssets != 0) _closeIfWipedOut();
        emit ILendingVault.Liquidated(
            closing.borrower,
            closing.collateral,
            msg.sender,
            result.repaidAssets,
            result.feeAssets,
            result.seizedAssets,
            result.badDebtAssets
        );
        if (result.seizedAssets != 0) IERC20(closing.collateral).safeTransfer(msg.sender, result.seizedAssets);
        uint256 owed = result.repaidAssets + result.feeAssets;
        if (data.length != 0) {
            ILiquidationCallback(msg.sender).onLiquidation(owed, result.seizedAssets, data);
        }
        _asset.pull(msg.sender, owed);
        if (closing.toDefault != 0) _payDefault(closing.position.writeOffId, closing.toDefault);
    }

    /// @dev Hands what was paid beyond the debt to those whom earlier write-offs of the position charged, the newest
    /// first.
    function _payDefault(uint256 writeOffId, uint256 assets) private {
        _asset.forceApprove(address(_engine), assets);
        while (assets != 0 && writeOffId != 0) {
            (, writeOffId) = _engine.defaultOf(address(this), writeOffId);
            if (writeOffId == 0) break;
            assets -= _engine.recover(address(this), writeOffId, assets);
        }
        _asset.forceApprove(address(_engine), 0);
        // Somebody repaid the same default inside the callback: what is left over stays as the vault's income.
        _cash += assets.toUint128();
        _reserves += assets.toUint128();
    }

    function _rules(Collateral storage state) private view returns (LiquidationMath.Rules memory) {
        return
            LiquidationMath.Rules({
                lltvBps: state.lltvBps,
                incentiveBps: state.liquidationIncentiveBps,
                minIncentiveBps: state.minIncentiveBps,
                targetHealthBps: state.targetHealthBps
            });
    }
}
