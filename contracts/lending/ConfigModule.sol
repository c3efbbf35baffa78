// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBackstopMinter} from "../interfaces/IBackstopMinter.sol";
import {ILendingRules} from "../interfaces/ILendingRules.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {BPS, WAD} from "../libraries/Units.sol";
import {ClaimsModule} from "../writeoff/ClaimsModule.sol";
import {RulesModule} from "../writeoff/RulesModule.sol";
import {LendingModule} from "./LendingModule.sol";

/// @title Rules of the lending vault and who may change them
/// @notice Every parameter has a sane range that holds for everybody, the governor included. Nothing here can take a
/// token, change a debt, or stop a withdrawal, a repayment, a liquidation or a write-off. The vault checks
/// who may call before it delegates here. Upholds AC1.
contract ConfigModule is LendingModule, RulesModule, ClaimsModule {
    using SafeCast for int256;
    using SafeCast for uint256;

    /// @dev Time between announcing that a dead collateral shall be retired and doing it.
    uint256 public constant RETIREMENT_DELAY = 30 days;
    /// @dev Highest interest rate, WAD per second: 200 % a year. The index has seven digits of room, e^18: nine years at the
    /// highest rate without a pause; then interest ends.
    uint256 public constant MAX_RATE_WAD = (2 * WAD) / uint256(365 days);
    uint256 private constant MAX_COLLATERALS = 32;
    /// @dev Several times what the dearest quote costs.
    uint256 private constant PROBE_GAS = 1_000_000;

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) LendingModule(asset_, engine_, oracle_) {}

    /// @notice See {ILendingRules}.
    function setCollateral(address collateral, ILendingRules.CollateralConfig calldata config) external onlyDelegated {
        _checkRange("minIncentiveBps", config.minIncentiveBps, 1, 2_000);
        _checkRange("liquidationIncentiveBps", config.liquidationIncentiveBps, config.minIncentiveBps, 5_000);
        // A position at its liquidation threshold must still be able to pay the minimum incentive.
        _checkRange("lltvBps", config.lltvBps, 1, (BPS * BPS) / (BPS + config.minIncentiveBps) - 1);
        _checkRange("ltvBps", config.ltvBps, 1, config.lltvBps);
        _checkRange("targetHealthBps", config.targetHealthBps, BPS + 1, 2 * BPS);
        _checkRange("principalCap", config.principalCap, 0, type(uint112).max);

        Collateral storage state = _collaterals[collateral];
        if (state.retired) revert ILendingRules.AlreadyRetired(collateral);
        if (!_isListed(state)) {
            _checkCollateral(collateral);
            _checkRange("collaterals", _collateralList.length + 1, 1, MAX_COLLATERALS);
            _collateralList.push(collateral);
        }
        state.ltvBps = config.ltvBps;
        state.lltvBps = config.lltvBps;
        state.liquidationIncentiveBps = config.liquidationIncentiveBps;
        state.minIncentiveBps = config.minIncentiveBps;
        state.targetHealthBps = config.targetHealthBps;
        _setPrincipalCap(state, config.principalCap);
        emit ILendingRules.CollateralConfigured(collateral, config);
    }

    /// @notice See {ILendingRules}.
    function freezeCollateral(address collateral) external onlyDelegated {
        _setPrincipalCap(_listed(collateral), 0);
        emit ILendingRules.CollateralFrozen(collateral);
    }

    /// @notice See {ILendingRules}.
    function setRateModel(ILendingRules.RateModel calldata model) external onlyDelegated {
        _checkRange(
            "fullRateWad",
            uint256(model.baseRateWad) + model.slopeBelowKinkWad + model.slopeAboveKinkWad,
            0,
            MAX_RATE_WAD
        );
        _checkRange("kinkBps", model.kinkBps, 1, BPS - 1);
        _checkRange("reserveFactorBps", model.reserveFactorBps, 0, BPS / 2);
        // What has run so far ran at the old rate.
        _accrue();
        uint256 reservesBefore = _reserveAssets();
        // Each is at most MAX_RATE_WAD.
        _model.baseRateWad = uint40(model.baseRateWad);
        _model.slopeBelowKinkWad = uint40(model.slopeBelowKinkWad);
        _model.slopeAboveKinkWad = uint40(model.slopeAboveKinkWad);
        _model.kinkBps = model.kinkBps;
        _model.reserveFactorBps = model.reserveFactorBps;
        // The reserves keep what they have earned at the old factor.
        uint256 part = _partOf(_outstandingAssets(), model.reserveFactorBps);
        _reserveBase = (reservesBefore.toInt256() - part.toInt256()).toInt112();
        if (model.reserveFactorBps > _risk.highestReserveFactorBps) {
            _risk.highestReserveFactorBps = model.reserveFactorBps;
        }
        emit ILendingRules.RateModelSet(model);
    }

    /// @notice See {ILendingRules}.
    function setRiskConfig(ILendingRules.RiskConfig calldata config) external onlyDelegated {
        _checkRange("debtCap", config.debtCap, 1, type(uint112).max);
        _checkRange("minDebt", config.minDebt, 1, Math.min(config.debtCap, type(uint104).max));
        _checkRange("waitingPeriod", config.waitingPeriod, 0, 30 days);
        _checkRange("confirmationDelay", config.confirmationDelay, 1 minutes, 7 days);
        _checkRange("confirmationWindow", config.confirmationWindow, 1 hours, 30 days);
        _checkRange("liquidationFeeBps", config.liquidationFeeBps, 0, BPS / 2);
        _checkRange("keeperRewardBps", config.keeperRewardBps, 0, 100);
        _risk.minDebt = uint112(config.minDebt);
        _model.minDebtBits = uint8(Math.log2(config.minDebt, Math.Rounding.Ceil));
        _risk.debtCap = uint112(config.debtCap);
        _model.debtCapBits = uint8(Math.log2(config.debtCap));
        _model.waitingPeriod = config.waitingPeriod;
        _model.liquidationFeeBps = config.liquidationFeeBps;
        _risk.confirmationDelay = config.confirmationDelay;
        _risk.confirmationWindow = config.confirmationWindow;
        _risk.keeperRewardBps = config.keeperRewardBps;
        _risk.maxKeeperReward = config.maxKeeperReward;
        emit ILendingRules.RiskConfigSet(config);
    }

    /// @notice See {ILendingRules}.
    function setMinProvision(uint256 assets) external onlyDelegated {
        _minProvision = assets;
        emit ILendingRules.MinProvisionSet(assets);
    }

    // ---------------------------------------------------------------- A collateral whose feed has died

    /// @notice See {ILendingRules}.
    function announceRetirement(address collateral) external onlyDelegated {
        Collateral storage state = _listed(collateral);
        if (state.retired) revert ILendingRules.AlreadyRetired(collateral);
        if (_feedAnswers(collateral)) revert ILendingRules.FeedAlive(collateral);
        state.retirementAnnouncedAt = uint32(block.timestamp);
        _setPrincipalCap(state, 0);
        emit ILendingRules.CollateralRetirementAnnounced(collateral, block.timestamp + RETIREMENT_DELAY);
    }

    /// @notice See {ILendingRules}.
    function cancelRetirement(address collateral) external onlyDelegated {
        Collateral storage state = _listed(collateral);
        if (state.retirementAnnouncedAt == 0 || state.retired || !_feedAnswers(collateral)) {
            revert ILendingRules.RetirementNotDue(collateral, _retirementDue(state));
        }
        state.retirementAnnouncedAt = 0;
        emit ILendingRules.CollateralRetirementCancelled(collateral);
    }

    /// @notice See {ILendingRules}.
    function retireCollateral(address collateral) external onlyDelegated {
        Collateral storage state = _listed(collateral);
        if (state.retired) revert ILendingRules.AlreadyRetired(collateral);
        if (state.retirementAnnouncedAt == 0 || block.timestamp < _retirementDue(state)) {
            revert ILendingRules.RetirementNotDue(collateral, _retirementDue(state));
        }
        if (_feedAnswers(collateral)) revert ILendingRules.FeedAlive(collateral);
        state.retired = true;
        emit ILendingRules.CollateralRetired(collateral, 0);
    }

    /// @notice See {ILendingRules}.
    function setRetiredPrice(address collateral, uint256 priceWad) external onlyDelegated {
        Collateral storage state = _listed(collateral);
        if (!state.retired) revert ILendingRules.NotRetired(collateral);
        state.retiredPriceWad = priceWad;
        emit ILendingRules.CollateralRetired(collateral, priceWad);
    }

    // ---------------------------------------------------------------- Private

    function _retirementDue(Collateral storage state) private view returns (uint256) {
        return state.retirementAnnouncedAt + RETIREMENT_DELAY;
    }

    /// @dev A quote that reverts for want of gas proves nothing about the feed, so there must be plenty.
    function _feedAnswers(address collateral) private view returns (bool) {
        if (gasleft() < PROBE_GAS) revert ILendingRules.InsufficientGas(gasleft(), PROBE_GAS);
        // One whole token or one unit makes no difference: the checks are on the feeds, not on the result.
        try _oracle.getQuote(WAD, collateral, address(_asset)) returns (uint256) {
            return true;
        } catch {
            return false;
        }
    }

    /// @dev A loss makes these worth less at the very moment they would be sold.
    function _checkCollateral(address collateral) private view {
        bool forbidden = collateral == address(_asset) || collateral == address(this);
        IWriteOffEngine.Tranche[] memory stack = _engine.stackOf(address(this));
        for (uint256 i; i < stack.length && !forbidden; ++i) {
            forbidden = collateral == stack[i].tranche;
            if (stack[i].kind == IWriteOffEngine.Kind.Dilution) {
                forbidden = forbidden || collateral == address(IBackstopMinter(stack[i].tranche).token());
            }
        }
        if (forbidden) revert ILendingRules.ForbiddenCollateral(collateral);
    }

    /// @dev The cap with its highest bit, which decides most cases alone (`Loans`). No bit of a cap of zero: nothing that
    /// is borrowed is less than 2^0.
    function _setPrincipalCap(Collateral storage state, uint256 cap) private {
        state.principalCap = uint112(cap);
        state.principalCapBits = uint8(Math.log2(cap));
    }

    function _checkRange(bytes32 parameter, uint256 value, uint256 min, uint256 max) private pure {
        if (value < min || value > max) revert ILendingRules.ParameterOutOfRange(parameter, value, min, max);
    }
}
