// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {BPS, WAD} from "../libraries/Units.sol";
import {InterestRates} from "./InterestRates.sol";
import {LendingModule} from "./LendingModule.sol";
import {LiquidationMath} from "./LiquidationMath.sol";
import {DebtWord, RestWord} from "./PositionWords.sol";
import {SolventFigures} from "./SolventFigures.sol";

/// @title What closing a position would do, without doing it
/// @notice Every figure of a liquidation, a write-off and a provision is found here, from the position and one price,
/// before anything is written. Execution applies these figures and the quotes return them, so the two cannot differ.
/// What is wrong with a position is returned as an encoded error: a single call reverts with it, a batch reports it.
/// Never: a loss planned while a live source says solvent. Upholds WO3, LV2, OR1.
abstract contract LossFigures is LendingModule, SolventFigures {
    /// @dev Smallest part of an insolvent debt that may be closed, 1 / 10: smaller ones would spam loss epochs.
    uint256 private constant MIN_FRACTION_DIVISOR = 10;

    /// @dev One liquidation, write-off or provision on its way through the steps. Asset units unless said.
    struct Closing {
        address borrower;
        address collateral;
        Position position;
        uint256 index; // interest index at which it is looked at
        uint256 allDebt; // of all positions at the index, rounded down, when this one's is off the books
        uint256 debt; // rounded up
        IPriceOracle.LossQuote quote; // of all the collateral
        uint256 value; // of all the collateral, by the source that the case calls for
        // the plan: what `_forget` empties, these words and no others
        uint256 defaulted; // outstanding of earlier write-offs of the same position
        bool insolvent;
        uint256 repaid; // for debt and default
        uint256 toDefault; // part of it that goes to earlier write-offs
        uint256 fee; // to reserves, on top
        uint256 seized; // collateral units
        uint256 scaledLeft; // scaled debt that stays
        uint256 principalLeft;
        uint256 covered; // debt that stays because the collateral covers it
        uint256 incentive; // part of the loss that is minimum incentive, or worthless remains
        uint256 badDebt;
        uint256 insurable;
        uint256 closedWad; // part of the debt that is closed, WAD, rounded up
    }

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) LendingModule(asset_, engine_, oracle_) {}

    /// @dev Empties a plan, so that the memory of one position serves for the next of a batch: making it anew costs 800 gas,
    /// and emptying it member by member 500.
    function _forget(Closing memory closing) internal pure {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            // From the ninth word on, thirteen of them: what lies behind the calldata is zero.
            calldatacopy(add(closing, 256), calldatasize(), 416)
        }
    }

    /// @dev The position at interest index `index`. The price is still to be read.
    function _figuresOf(
        address borrower,
        address collateral,
        uint256 index
    ) internal view returns (Closing memory closing) {
        _lookAt(closing, borrower, collateral, index);
    }

    /// @dev The same, into a `closing` that holds nothing yet: a struct that is returned is made anew by each function it
    /// passes through, for some 400 gas.
    function _lookAt(Closing memory closing, address borrower, address collateral, uint256 index) internal view {
        (DebtWord debtWord, RestWord restWord) = _wordsOf(_positions[borrower][collateral]);
        _take(closing, borrower, collateral, index, debtWord, restWord);
    }

    /// @dev The same where the slots of the position are at hand already.
    function _take(
        Closing memory closing,
        address borrower,
        address collateral,
        uint256 index,
        DebtWord debtWord,
        RestWord restWord
    ) internal view {
        closing.borrower = borrower;
        closing.collateral = collateral;
        closing.index = index;
        Position memory position = closing.position;
        position.scaledDebt = debtWord.scaledDebt();
        position.principal = debtWord.principal();
        position.age = debtWord.age();
        position.collateral = restWord.collateral();
        position.impairmentId = uint32(restWord.impairmentId());
        closing.debt = InterestRates.toAssetsUp(position.scaledDebt, index);
        uint256 latestId;
        (latestId, closing.defaulted) = _defaultOf(restWord.writeOffId());
        position.writeOffId = uint32(latestId);
    }

    // ---------------------------------------------------------------- Liquidation

    /// @dev Plans a liquidation of at most `maxRepaid`. It is liquidatable by the primary source and insolvent by every
    /// live one; the value that applies is the primary's where that covers the debt, else the most generous one, so that
    /// no liquidation at a disputed price books a loss.
    /// @param lltvBps Of the collateral, as `minIncentiveBps`: at hand in a batch.
    function _planLiquidation(
        Closing memory closing,
        uint256 lltvBps,
        uint256 minIncentiveBps,
        uint256 maxRepaid,
        uint256 minSeized
    ) internal view returns (bytes memory failure) {
        if (maxRepaid == 0) return abi.encodeWithSelector(ILendingVault.ZeroAssets.selector);
        uint256 value = closing.quote.primaryAssets;
        uint256 debt = closing.debt;
        uint256 claim;
        // Less than 137 bits (LiquidationMath).
        unchecked {
            claim = debt + closing.defaulted;
        }
        if (LiquidationMath.isHealthy(value, lltvBps, claim)) return _healthy(closing, value, lltvBps, claim);
        if (LiquidationMath.isInsolvent(value, debt, minIncentiveBps)) {
            failure = _blocked(closing);
            if (failure.length != 0) return failure;
            // Another source may say anything; at so high a value nothing is seized anyway.
            uint256 highest = Math.min(closing.quote.highAssets, LiquidationMath.MAX_VALUE);
            closing.insolvent = highest == value || LiquidationMath.isInsolvent(highest, debt, minIncentiveBps);
            value = highest;
        }
        closing.value = value;
        failure =
            closing.insolvent ? _planInsolvent(closing, minIncentiveBps, maxRepaid) : _planSolvent(closing, maxRepaid);
        if (failure.length == 0 && closing.seized < minSeized) {
            failure = abi.encodeWithSelector(ILendingVault.SeizesTooLittle.selector, closing.seized, minSeized);
        }
    }

    function _healthy(
        Closing memory closing,
        uint256 value,
        uint256 lltvBps,
        uint256 claim
    ) private pure returns (bytes memory) {
        uint256 health = LiquidationMath.healthWad(value, lltvBps, claim);
        return
            abi.encodeWithSelector(
                ILendingVault.PositionHealthy.selector,
                closing.borrower,
                closing.collateral,
                health
            );
    }

    /// @dev Plans a liquidation without a loss.
    function _planSolvent(Closing memory closing, uint256 maxRepaid) private view returns (bytes memory) {
        Position memory position = closing.position;
        (closing.repaid, closing.fee, closing.seized) = _solventFigures(
            closing.value,
            closing.debt,
            closing.debt + closing.defaulted,
            position.collateral,
            maxRepaid,
            _wordOf(_collaterals[closing.collateral]),
            _modelWord()
        );
        uint256 repaid = closing.repaid;
        if (repaid == 0) return _worthless(closing);
        uint256 toDebt = Math.min(repaid, closing.debt);
        closing.toDefault = repaid - toDebt;
        if (toDebt != closing.debt) {
            closing.scaledLeft = position.scaledDebt - InterestRates.toScaledDown(toDebt, closing.index);
        }
        return _checkDust(InterestRates.toAssetsUp(closing.scaledLeft, closing.index));
    }

    /// @dev A fraction f of the collateral is paid for at minIncentive, f of the debt is closed, the rest of that
    /// fraction is bad debt.
    function _planInsolvent(
        Closing memory closing,
        uint256 minIncentiveBps,
        uint256 maxRepaid
    ) private view returns (bytes memory failure) {
        Position memory position = closing.position;
        uint256 priceOfAll = LiquidationMath.coveredUp(closing.value, minIncentiveBps);
        if (priceOfAll == 0) return _worthless(closing);
        uint256 repaid = Math.min(maxRepaid, priceOfAll);
        closing.repaid = repaid;
        // The price is no more than the value, so no part of it more than that part of the value; and what is less than all of
        // it takes less than all. Principal and scaled debt have 94 bits and 114.
        unchecked {
            if (repaid == priceOfAll) {
                closing.seized = position.collateral;
                closing.incentive = closing.value - repaid;
                return failure;
            }
            uint256 scaledDebt = position.scaledDebt;
            closing.scaledLeft = scaledDebt - Math.mulDiv(scaledDebt, repaid, priceOfAll);
            closing.principalLeft = (position.principal * closing.scaledLeft) / scaledDebt;
            closing.incentive = Math.mulDiv(closing.value, repaid, priceOfAll) - repaid;
            closing.seized = Math.mulDiv(position.collateral, repaid, priceOfAll);
        }
        return _checkFraction(closing.debt, InterestRates.toAssetsUp(closing.scaledLeft, closing.index));
    }

    // ---------------------------------------------------------------- Losses without a liquidator

    /// @dev What the collateral covers of the debt, by the most generous of all live sources; the rest is the shortfall.
    function _appraise(
        Collateral storage state,
        Closing memory closing
    ) internal view returns (uint256 covered, bytes memory failure) {
        failure = _blocked(closing);
        closing.value = closing.quote.highAssets;
        closing.insolvent = LiquidationMath.isInsolvent(closing.value, closing.debt, state.minIncentiveBps);
        covered = LiquidationMath.coveredDown(closing.value, state.minIncentiveBps);
    }

    /// @dev Plans to take off what the collateral does not cover; a debt that it just covers stays.
    function _planWriteOff(
        Collateral storage state,
        Closing memory closing
    ) internal view returns (bytes memory failure) {
        uint256 covered;
        (covered, failure) = _appraise(state, closing);
        if (failure.length != 0) return failure;
        if (!closing.insolvent) return _solvent(closing, covered);
        // Less than a viable debt is not left standing: nobody would come to liquidate it.
        if (_isDust(covered)) covered = 0;
        // The minimum incentive, or the remains, are the lenders' part of the loss.
        closing.incentive = closing.value - covered;
        closing.covered = covered;
        if (covered == 0) return failure;
        Position memory position = closing.position;
        closing.scaledLeft = Math.mulDiv(position.scaledDebt, covered, closing.debt);
        // What stays is principal as far as the collateral covers it.
        closing.principalLeft = Math.min(
            position.principal,
            InterestRates.toAssetsDown(closing.scaledLeft, closing.index)
        );
        return _checkFraction(closing.debt, covered);
    }

    // ---------------------------------------------------------------- The loss

    /// @dev By how much the vault's total debt of `totalScaled` falls when a plan is carried out, asset units.
    function _removedBy(Closing memory closing, uint256 totalScaled) internal pure returns (uint256) {
        uint256 scaledAfter = totalScaled - (closing.position.scaledDebt - closing.scaledLeft);
        return
            InterestRates.toAssetsDown(totalScaled, closing.index) -
            InterestRates.toAssetsDown(scaledAfter, closing.index);
    }

    /// @dev Completes a plan with its loss: what is not repaid of the debt that leaves the vault's total, `removed` (asset
    /// units), and which part of the position, of which nothing has been taken off yet, is closed.
    function _weigh(Closing memory closing, uint256 removed) internal pure {
        closing.badDebt = Math.saturatingSub(removed, closing.repaid);
        closing.closedWad = WAD;
        if (closing.scaledLeft != 0) closing.closedWad -= (closing.scaledLeft * WAD) / closing.position.scaledDebt;
    }

    /// @dev Part of a planned loss that insurance may pay for. What is repaid, or what the collateral is worth, counts
    /// as principal first, so a loss made of interest is never insured; the minimum incentive is not insured either.
    function _insurableOf(Closing memory closing) internal view returns (uint256) {
        (uint256 repaid, uint256 incentive) = (closing.repaid, closing.incentive);
        // No plan leaves more principal than there is, and both are parts of a value of less than 193 bits.
        unchecked {
            return
                _insurable(
                    closing.position,
                    Math.saturatingSub(closing.badDebt, incentive),
                    Math.saturatingSub(closing.position.principal - closing.principalLeft, repaid + incentive)
                );
        }
    }

    /// @dev The smaller of a loss and the aged part of the principal lost in it, rounded down.
    function _insurable(
        Position memory position,
        uint256 lossAssets,
        uint256 lostPrincipal
    ) internal view returns (uint256) {
        if (lostPrincipal == 0) return 0;
        return Math.min(lossAssets, _agedPartOf(position, lostPrincipal));
    }

    /// @dev Reward of whoever writes off a debt that no collateral pays for, out of reserves.
    function _rewardFor(
        Closing memory closing,
        uint256 reserveAssets,
        uint256 cashAssets
    ) internal view returns (uint256) {
        if (closing.value != 0) return 0;
        uint256 reward = Math.min((closing.badDebt * _risk.keeperRewardBps) / BPS, _risk.maxKeeperReward);
        return Math.min(reward, Math.min(reserveAssets, cashAssets));
    }

    // ---------------------------------------------------------------- What may be wrong

    function _checkFraction(uint256 debt, uint256 left) private view returns (bytes memory) {
        uint256 minimum = Math.max(_risk.minDebt, Math.ceilDiv(debt, MIN_FRACTION_DIVISOR));
        if (debt - left < minimum) {
            return abi.encodeWithSelector(ILendingVault.FractionTooSmall.selector, debt - left, minimum);
        }
        return _checkDust(left);
    }

    function _checkDust(uint256 left) internal view returns (bytes memory failure) {
        if (left == 0 || !_isDust(left)) return failure;
        return abi.encodeWithSelector(ILendingVault.BelowMinDebt.selector, left, _risk.minDebt);
    }

    function _blocked(Closing memory closing) internal pure returns (bytes memory failure) {
        address by = closing.quote.lossBlockedBy;
        if (by != address(0)) failure = abi.encodeWithSelector(ILendingVault.LossBlocked.selector, by);
    }

    function _solvent(Closing memory closing, uint256 covered) internal pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                ILendingVault.PositionSolvent.selector,
                closing.borrower,
                closing.collateral,
                closing.debt,
                covered
            );
    }

    function _worthless(Closing memory closing) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILendingVault.WorthlessCollateral.selector, closing.borrower, closing.collateral);
    }
}
