// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILendingRules} from "../interfaces/ILendingRules.sol";
import {ILendingRestructuring} from "../interfaces/ILendingRestructuring.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {LeakyBucket} from "../libraries/LeakyBucket.sol";
import {BPS} from "../libraries/Units.sol";
import {VaultViews} from "../writeoff/VaultViews.sol";
import {InterestRates} from "./InterestRates.sol";
import {LiquidationMath} from "./LiquidationMath.sol";
import {LossFigures} from "./LossFigures.sol";

/// @title What the lending vault says of itself
/// @notice Positions, totals and rules, to the present second. The vault forwards its views here and returns the answer
/// as it comes, so that its own code has room for what changes its books. Every function is `view`, and the compiler
/// holds it to that: the vault's cast of a delegatecall to `view` rests on it.
contract ViewModule is LossFigures, VaultViews {
    using InterestRates for InterestRates.Model;
    using SafeCast for uint256;

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) LossFigures(asset_, engine_, oracle_) {}

    // ---------------------------------------------------------------- Collaterals and rules

    /// @notice See {ILendingRules}.
    function collaterals() external view onlyDelegated returns (address[] memory list) {
        return _collateralList;
    }

    /// @notice See {ILendingRules}.
    function collateralConfig(
        address collateral
    ) external view onlyDelegated returns (ILendingRules.CollateralConfig memory config) {
        Collateral storage state = _collaterals[collateral];
        config = ILendingRules.CollateralConfig({
            ltvBps: state.ltvBps,
            lltvBps: state.lltvBps,
            liquidationIncentiveBps: state.liquidationIncentiveBps,
            minIncentiveBps: state.minIncentiveBps,
            targetHealthBps: state.targetHealthBps,
            principalCap: state.principalCap
        });
    }

    /// @notice See {ILendingVault}.
    function totalPrincipalOf(address collateral) external view onlyDelegated returns (uint256 assets) {
        return _collaterals[collateral].totalPrincipal;
    }

    /// @notice See {ILendingRules}.
    function retirementOf(
        address collateral
    ) external view onlyDelegated returns (uint64 announcedAt, bool retired, uint256 priceWad) {
        Collateral storage state = _collaterals[collateral];
        return (state.retirementAnnouncedAt, state.retired, state.retiredPriceWad);
    }

    /// @notice See {ILendingRules}.
    function rateModel() external view onlyDelegated returns (ILendingRules.RateModel memory model) {
        InterestRates.Model memory stored = _model;
        model = ILendingRules.RateModel({
            baseRateWad: stored.baseRateWad,
            slopeBelowKinkWad: stored.slopeBelowKinkWad,
            slopeAboveKinkWad: stored.slopeAboveKinkWad,
            kinkBps: stored.kinkBps,
            reserveFactorBps: stored.reserveFactorBps
        });
    }

    /// @notice See {ILendingRules}.
    function riskConfig() external view onlyDelegated returns (ILendingRules.RiskConfig memory config) {
        Risk memory risk = _risk;
        config = ILendingRules.RiskConfig({
            debtCap: risk.debtCap,
            minDebt: risk.minDebt,
            waitingPeriod: _model.waitingPeriod,
            confirmationDelay: risk.confirmationDelay,
            confirmationWindow: risk.confirmationWindow,
            liquidationFeeBps: _model.liquidationFeeBps,
            keeperRewardBps: risk.keeperRewardBps,
            maxKeeperReward: risk.maxKeeperReward
        });
    }

    /// @notice See {ILendingRules}.
    function minProvision() external view onlyDelegated returns (uint256 assets) {
        return _minProvision;
    }

    // ---------------------------------------------------------------- Debts

    /// @notice See {ILendingVault}.
    function totalDebt() external view onlyDelegated returns (uint256 assets) {
        (assets, ) = _accruedView();
    }

    /// @notice See {ILendingVault}.
    function borrowRate() external view onlyDelegated returns (uint256 rateWad) {
        (uint256 debt, ) = _accruedView();
        return _model.rate(debt, _cash);
    }

    /// @notice See {ILendingVault}.
    function positionOf(
        address borrower,
        address collateral
    ) external view onlyDelegated returns (ILendingVault.PositionView memory view_) {
        Closing memory closing = _figuresOf(borrower, collateral, _indexNow());
        Position memory position = closing.position;
        view_.collateralAssets = position.collateral;
        view_.debtAssets = closing.debt;
        view_.principalAssets = position.principal;
        view_.agedPrincipalAssets = _agedPrincipal(position);
        view_.impairmentId = _provisionId(position);
        view_.impairedAt = uint64(_impairedAt[borrower][collateral]);
        view_.writeOffId = position.writeOffId;
    }

    /// @notice See {ILendingVault}.
    function healthFactor(
        address borrower,
        address collateral
    ) external view onlyDelegated returns (uint256 healthWad) {
        Collateral storage state = _listed(collateral);
        Closing memory closing = _figuresOf(borrower, collateral, _indexNow());
        uint256 debt = closing.debt + closing.defaulted;
        if (debt == 0) return type(uint256).max;
        closing.quote = _lossValue(state, collateral, closing.position.collateral);
        return LiquidationMath.healthWad(closing.quote.primaryAssets, state.lltvBps, debt);
    }

    /// @notice See {ILendingVault}.
    function shortfallOf(
        address borrower,
        address collateral
    ) external view onlyDelegated returns (uint256 shortfallAssets, bool insolvent) {
        Collateral storage state = _listed(collateral);
        Closing memory closing = _figuresOf(borrower, collateral, _indexNow());
        closing.quote = _lossValue(state, collateral, closing.position.collateral);
        (uint256 covered, ) = _appraise(state, closing);
        insolvent = closing.insolvent;
        if (insolvent) shortfallAssets = closing.debt - covered;
    }

    /// @notice See {ISolventVault}.
    function equityOf(address borrower, address collateral) external view onlyDelegated returns (int256 equityAssets) {
        Collateral storage state = _listed(collateral);
        Closing memory closing = _figuresOf(borrower, collateral, _indexNow());
        closing.quote = _lossValue(state, collateral, closing.position.collateral);
        return closing.quote.primaryAssets.toInt256() - (closing.debt + closing.defaulted).toInt256();
    }

    /// @notice See {ISolventVault}.
    function recordOf(
        address borrower,
        address collateral
    ) external view onlyDelegated returns (uint32 impairmentId, uint64 impairedAt, uint32 writeOffId) {
        Position memory position = _figuresOf(borrower, collateral, _index).position;
        return (_provisionId(position), uint64(_impairedAt[borrower][collateral]), position.writeOffId);
    }

    // ---------------------------------------------------------------- Losses

    /// @notice See {ISolventVault}.
    function planLosses(
        ISolventVault.PositionKey[] calldata positions,
        int256 dropBps,
        bool byLiquidator
    ) external view onlyDelegated returns (ISolventVault.LossPlan[] memory plans) {
        if (dropBps > int256(BPS) || dropBps < -10 * int256(BPS)) {
            revert ILendingRules.ParameterOutOfRange("dropBps", uint256(dropBps), 0, BPS);
        }
        plans = new ISolventVault.LossPlan[](positions.length);
        uint256 index = _indexNow();
        uint256 totalScaled = _totalScaledDebt;
        for (uint256 i; i < positions.length; ++i) {
            Closing memory closing = _figuresOf(positions[i].borrower, positions[i].collateral, index);
            plans[i].failure =
                _isRepeated(positions, i)
                    ? abi.encodeWithSelector(
                        ILendingVault.DuplicateItem.selector,
                        positions[i].borrower,
                        positions[i].collateral
                    )
                    : _planAt(closing, uint256(int256(BPS) - dropBps), byLiquidator);
            plans[i].debtAssets = closing.debt;
            if (plans[i].failure.length != 0) continue;
            if (closing.insolvent) _weigh(closing, _removedBy(closing, totalScaled));
            plans[i].roundingAssets = Math.saturatingSub(
                closing.repaid - closing.toDefault,
                _removedBy(closing, totalScaled)
            );
            totalScaled -= closing.position.scaledDebt - closing.scaledLeft;
            _describe(closing, plans[i]);
        }
    }

    function _planAt(
        Closing memory closing,
        uint256 leftBps,
        bool byLiquidator
    ) private view returns (bytes memory failure) {
        Collateral storage state = _collaterals[closing.collateral];
        if (!_isListed(state)) {
            return abi.encodeWithSelector(ILendingRules.UnknownCollateral.selector, closing.collateral);
        }
        (closing.quote, failure) = _tryLossValue(state, closing.collateral, closing.position.collateral);
        if (failure.length != 0) return failure;
        closing.quote.primaryAssets = (closing.quote.primaryAssets * leftBps) / BPS;
        closing.quote.highAssets = (closing.quote.highAssets * leftBps) / BPS;
        if (!byLiquidator) return _planWriteOff(state, closing);
        return _planLiquidation(closing, state.lltvBps, state.minIncentiveBps, type(uint256).max, 0);
    }

    function _describe(Closing memory closing, ISolventVault.LossPlan memory plan) private view {
        plan.repaidAssets = closing.repaid;
        plan.feeAssets = closing.fee;
        plan.defaultAssets = closing.toDefault;
        plan.seizedAssets = closing.seized;
        plan.coveredAssets = closing.covered;
        plan.badDebtAssets = closing.badDebt;
        plan.provisionId = _provisionId(closing.position);
        if (closing.badDebt == 0) return;
        plan.insurableAssets = _insurableOf(closing);
        // A liquidator is paid in collateral.
        if (closing.repaid == 0) plan.rewardAssets = _rewardFor(closing, type(uint256).max, type(uint256).max);
    }

    function _isRepeated(ISolventVault.PositionKey[] calldata positions, uint256 i) private pure returns (bool) {
        for (uint256 k; k < i; ++k) {
            if (positions[k].borrower == positions[i].borrower && positions[k].collateral == positions[i].collateral) {
                return true;
            }
        }
        return false;
    }

    // ---------------------------------------------------------------- Forgiving

    /// @notice See {ILendingRestructuring}.
    function restructuringOf(
        address borrower,
        address collateral
    ) external view onlyDelegated returns (ILendingRestructuring.Restructuring memory restructuring) {
        return _restructurings[borrower][collateral];
    }

    /// @notice See {ILendingRestructuring}.
    function restructuringCaps()
        external
        view
        onlyDelegated
        returns (uint256 hourCap, uint256 monthCap, uint256 availableAssets)
    {
        LeakyBucket.Caps memory caps = _forgivenCaps;
        return (caps.hourCap, caps.monthCap, LeakyBucket.available(_forgivenLevels, caps));
    }
}
