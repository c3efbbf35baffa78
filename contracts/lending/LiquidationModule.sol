// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILendingVault, ILiquidationCallback} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {BPS, WAD} from "../libraries/Units.sol";
import {InterestRates} from "./InterestRates.sol";
import {LendingModule} from "./LendingModule.sol";
import {LiquidationMath} from "./LiquidationMath.sol";

/// @title What happens to a position that has sunk: liquidate, impair, write off
/// @notice Open to everybody. Order inside a call: seize, book, waterfall, hand over collateral, callback, pull the
/// payment, because a callback before the booking would let a staker leave ahead of the loss.
/// Never: a loss booked while a live source says solvent, a healthy position touched. Upholds LV2, OR1, WO6, LI1.
contract LiquidationModule is LendingModule {
    using ExactTransfer for IERC20;
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @dev Smallest part of an insolvent debt that may be closed, 1 / 10: smaller ones would spam loss epochs.
    uint256 private constant MIN_FRACTION_DIVISOR = 10;

    /// @dev One liquidation or write-off on its way through the steps.
    struct Closing {
        address borrower;
        address collateral;
        Position position;
        uint256 debt; // asset units, rounded up
        uint256 defaulted; // outstanding of an earlier write-off of the same position, asset units
        uint256 value; // of all the collateral, by the source the case calls for, asset units
        uint256 insurable; // asset units
        uint256 toDefault; // part of the repayment that goes to the earlier write-off, asset units
    }

    constructor(
        IERC20 asset_,
        IWriteOffEngine engine_,
        IPriceOracle oracle_
    ) LendingModule(asset_, engine_, oracle_) {}

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
        if (result.seizedAssets < minSeizedAssets) revert ILendingVault.SeizesTooLittle(result.seizedAssets, minSeizedAssets);
        closing.position.collateral -= result.seizedAssets.toUint128();
        state.totalCollateral -= result.seizedAssets.toUint128();
        _book(closing, IWriteOffEngine.Cause.Liquidation, result, maxSocializedAssets);
        _settle(closing, result, data);
    }

    /// @notice See {ILendingVault}.
    function impair(
        address borrower,
        address collateral
    ) external onlyDelegated nonReentrant returns (uint256 shortfallAssets) {
        Collateral storage state = _listed(collateral);
        Closing memory closing = _open(borrower, collateral);
        (uint256 high, ) = _provenValue(state, closing);
        uint256 minIncentive = state.minIncentiveBps;
        if (!LiquidationMath.isInsolvent(high, closing.debt, minIncentive)) {
            if (closing.position.impairedAt == 0) {
                revert ILendingVault.PositionSolvent(
                    borrower,
                    collateral,
                    closing.debt,
                    LiquidationMath.coveredDown(high, minIncentive)
                );
            }
            _clearImpairment(borrower, collateral, closing.position);
        } else {
            shortfallAssets = closing.debt - LiquidationMath.coveredDown(high, minIncentive);
            uint256 impairedAt = closing.position.impairedAt;
            if (impairedAt == 0) ++_impairments;
            // A record that can no longer be used starts anew; one that can is left as it is.
            if (impairedAt == 0 || block.timestamp > _latestConfirmation(impairedAt)) {
                closing.position.impairedAt = uint32(block.timestamp);
                emit ILendingVault.Impaired(borrower, collateral, shortfallAssets);
            }
        }
        _positions[borrower][collateral].impairedAt = closing.position.impairedAt;
    }

    /// @notice See {ILendingVault}.
    function writeOff(
        address borrower,
        address collateral,
        uint256 maxSocializedAssets
    ) external onlyDelegated nonReentrant returns (uint256 badDebtAssets) {
        Collateral storage state = _listed(collateral);
        Closing memory closing = _open(borrower, collateral);
        uint256 oldestRoundAt;
        (closing.value, oldestRoundAt) = _provenValue(state, closing);
        uint256 covered = _checkWriteOff(state, closing, oldestRoundAt);

        // Less than a viable debt is not left standing: nobody would come to liquidate it.
        if (covered < _risk.minDebt) covered = 0;
        else _checkFraction(closing.debt, covered);
        Position memory position = closing.position;
        uint256 scaledLeft = Math.mulDiv(position.scaledDebt, covered, closing.debt);
        // The minimum incentive, or worthless remains, are the lenders' part of the loss.
        ILendingVault.Liquidation memory result = _extinguish(state, closing, scaledLeft, 0, closing.value - covered);
        badDebtAssets = result.badDebtAssets;

        uint256 reward = closing.value == 0 ? _takeReward(badDebtAssets) : 0;
        _clearImpairment(borrower, collateral, position);
        _book(closing, IWriteOffEngine.Cause.WriteOff, result, maxSocializedAssets);
        if (result.socializedAssets != 0) _closeIfWipedOut();
        emit ILendingVault.UncoveredDebtWrittenOff(borrower, collateral, badDebtAssets, covered, reward);
        if (reward != 0) _asset.safeTransfer(msg.sender, reward);
    }

    /// @notice Drops the record of an insolvency that this payment has healed, so that it cannot confirm a later one. A
    /// price that cannot be read leaves the record; it never blocks the payment. For the vault only, inside a repayment or a supply of collateral.
    function forgetIfHealed(address borrower, address collateral) external onlyDelegated {
        _accrue();
        Collateral storage state = _collaterals[collateral];
        Position memory position = _positions[borrower][collateral];
        uint256 value;
        if (state.retired || position.collateral == 0) {
            value = _lossValue(state, collateral, position.collateral).primaryAssets;
        } else {
            try _oracle.getLossQuote(position.collateral, collateral, address(_asset)) returns (
                IPriceOracle.LossQuote memory quote
            ) {
                value = quote.primaryAssets;
            } catch {
                return;
            }
        }
        if (LiquidationMath.isInsolvent(value, _debtOf(position), state.minIncentiveBps)) return;
        _clearImpairment(borrower, collateral, position);
        _positions[borrower][collateral].impairedAt = 0;
    }

    // ---------------------------------------------------------------- What is the case

    function _open(address borrower, address collateral) private returns (Closing memory closing) {
        _accrue();
        closing.borrower = borrower;
        closing.collateral = collateral;
        closing.position = _positions[borrower][collateral];
        closing.debt = _debtOf(closing.position);
        (closing.position.writeOffId, closing.defaulted) = _defaultOf(closing.position);
    }

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

    /// @dev Most generous value of the collateral, once every live source may be heard.
    function _provenValue(
        Collateral storage state,
        Closing memory closing
    ) private view returns (uint256 value, uint256 oldestRoundAt) {
        IPriceOracle.LossQuote memory quote = _lossValue(state, closing.collateral, closing.position.collateral);
        if (quote.lossBlockedBy != address(0)) revert ILendingVault.LossBlocked(quote.lossBlockedBy);
        return (quote.highAssets, quote.oldestRoundAt);
    }

    /// @dev Checks that a write-off without cash is due. Returns the debt that the collateral covers.
    function _checkWriteOff(
        Collateral storage state,
        Closing memory closing,
        uint256 oldestRoundAt
    ) private view returns (uint256 covered) {
        covered = LiquidationMath.coveredDown(closing.value, state.minIncentiveBps);
        if (!LiquidationMath.isInsolvent(closing.value, closing.debt, state.minIncentiveBps)) {
            revert ILendingVault.PositionSolvent(closing.borrower, closing.collateral, closing.debt, covered);
        }
        uint256 impairedAt = closing.position.impairedAt;
        uint256 earliest = impairedAt + _risk.confirmationDelay;
        uint256 latest = _latestConfirmation(impairedAt);
        if (impairedAt == 0 || block.timestamp < earliest || block.timestamp > latest) {
            revert ILendingVault.NotConfirmed(closing.borrower, closing.collateral, impairedAt, earliest, latest);
        }
        if (oldestRoundAt <= impairedAt) revert ILendingVault.NoNewerRound(oldestRoundAt, impairedAt);
    }

    function _latestConfirmation(uint256 impairedAt) private view returns (uint256) {
        return impairedAt + _risk.confirmationDelay + _risk.confirmationWindow;
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
            (repaid * (incentive - rules.minIncentiveBps * (WAD / BPS)) * _risk.liquidationFeeBps) /
            (WAD * BPS);
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
        uint256 scaledLeft = whole
            ? 0
            : position.scaledDebt - Math.mulDiv(position.scaledDebt, repaid, priceOfAll);
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

    function _checkFraction(uint256 debt, uint256 left) private view {
        uint256 minimum = Math.max(_risk.minDebt, Math.ceilDiv(debt, MIN_FRACTION_DIVISOR));
        if (debt - left < minimum) revert ILendingVault.FractionTooSmall(debt - left, minimum);
        if (left < _risk.minDebt) revert ILendingVault.BelowMinDebt(left, _risk.minDebt);
    }

    /// @dev Takes debt off the books until `scaledLeft` stays. What `repaid` does not pay for is bad debt; insurance may
    /// pay for the aged principal in it, without `incentiveAssets`.
    function _extinguish(
        Collateral storage state,
        Closing memory closing,
        uint256 scaledLeft,
        uint256 repaid,
        uint256 incentiveAssets
    ) private returns (ILendingVault.Liquidation memory outcome) {
        Position memory position = closing.position;
        uint256 aged = _agedPrincipal(position);
        uint256 principal = position.principal;
        uint256 principalLeft = _principalLeft(position, scaledLeft, repaid);
        _removePrincipal(state, position, principal - principalLeft);
        uint256 removed = _removeDebt(position, position.scaledDebt - scaledLeft);
        outcome.badDebtAssets = Math.saturatingSub(removed, repaid);
        if (principal != 0) {
            // What the collateral is worth counts as principal first, so a loss made of interest is never insured.
            uint256 lostPrincipal = Math.saturatingSub(principal - principalLeft, repaid + incentiveAssets);
            closing.insurable = Math.min(
                Math.saturatingSub(outcome.badDebtAssets, incentiveAssets),
                Math.mulDiv(lostPrincipal, aged, principal)
            );
        }
        if (scaledLeft == 0) (position.youngPpb, position.youngSince) = (0, 0);
    }

    /// @dev Principal of what stays: the same share of a fraction that is sold, but as much as the collateral covers of
    /// a debt that is written off around it.
    function _principalLeft(
        Position memory position,
        uint256 scaledLeft,
        uint256 repaid
    ) private view returns (uint256) {
        if (repaid != 0) return Math.mulDiv(position.principal, scaledLeft, position.scaledDebt);
        return Math.min(position.principal, InterestRates.toAssetsDown(scaledLeft, _index));
    }

    /// @dev Reward for a write-off that no collateral pays for, out of reserves.
    function _takeReward(uint256 badDebt) private returns (uint256 reward) {
        reward = Math.min((badDebt * _risk.keeperRewardBps) / BPS, _risk.maxKeeperReward);
        reward = Math.min(reward, Math.min(_reserves, _cash));
        _reserves -= reward.toUint128();
        _cash -= reward.toUint128();
    }

    // ---------------------------------------------------------------- Booking and settling

    /// @dev Stores the position and takes its bad debt, if any, down the waterfall.
    function _book(
        Closing memory closing,
        IWriteOffEngine.Cause cause,
        ILendingVault.Liquidation memory result,
        uint256 maxSocialized
    ) private {
        Position memory position = closing.position;
        if (position.scaledDebt == 0) _clearImpairment(closing.borrower, closing.collateral, position);
        _positions[closing.borrower][closing.collateral] = position;
        if (result.badDebtAssets == 0) return;
        uint256 id;
        (id, result.socializedAssets) = _writeOffDebt(
            closing.borrower,
            cause,
            position.writeOffId,
            result.badDebtAssets,
            closing.insurable
        );
        if (result.socializedAssets > maxSocialized) {
            revert IWriteOffVault.ExceedsMaxSocialized(result.socializedAssets, maxSocialized);
        }
        _positions[closing.borrower][closing.collateral].writeOffId = id.toUint32();
    }

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
