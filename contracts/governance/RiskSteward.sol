// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILendingRules} from "../interfaces/ILendingRules.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IRiskSteward} from "../interfaces/IRiskSteward.sol";
import {StepTable} from "./StepTable.sol";

/// @title Risk steward of lending vaults
/// @notice Called by the risk council (changes in steps) and the guardian (caps down, at once); calls vaults under the
/// role RISK_STEWARD, which it shares with the governor's Safe: the Safe behind a delay, this contract within its table.
/// Never: a change beyond the table, a new collateral, new debt against a frozen one. Serves every lending vault of its
/// access manager. What a stranger passes as a vault can only waste the caller's gas. Upholds AC1.
contract RiskSteward is IRiskSteward, StepTable {
    /// @param authority_ AccessManager.
    /// @param rows The table at the start.
    constructor(address authority_, StepRow[] memory rows) StepTable(authority_, rows) {}

    // ---------------------------------------------------------------- Within steps

    /// @inheritdoc IRiskSteward
    function changeCollateral(
        ILendingVault vault,
        address collateral,
        ILendingRules.CollateralConfig calldata config
    ) external restricted whenNotPaused {
        ILendingRules.CollateralConfig memory present = _presentConfig(vault, collateral);
        if (present.principalCap == 0) revert CollateralIsFrozen(address(vault), collateral);
        address target = address(vault);
        // Every field is moved, whatever the others did.
        bool moved = _move(target, collateral, "ltvBps", present.ltvBps, config.ltvBps);
        moved = _move(target, collateral, "lltvBps", present.lltvBps, config.lltvBps) || moved;
        moved =
            _move(
                target,
                collateral,
                "liquidationIncentiveBps",
                present.liquidationIncentiveBps,
                config.liquidationIncentiveBps
            ) || moved;
        moved = _move(target, collateral, "minIncentiveBps", present.minIncentiveBps, config.minIncentiveBps) || moved;
        moved = _move(target, collateral, "targetHealthBps", present.targetHealthBps, config.targetHealthBps) || moved;
        moved = _move(target, collateral, "principalCap", present.principalCap, config.principalCap) || moved;
        if (!moved) revert NothingToChange(target);
        vault.setCollateral(collateral, config);
    }

    /// @inheritdoc IRiskSteward
    function changeRateModel(
        ILendingVault vault,
        ILendingRules.RateModel calldata model
    ) external restricted whenNotPaused {
        ILendingRules.RateModel memory present = vault.rateModel();
        address target = address(vault);
        bool moved = _moveOwn(target, "baseRateWad", present.baseRateWad, model.baseRateWad);
        moved = _moveOwn(target, "slopeBelowKinkWad", present.slopeBelowKinkWad, model.slopeBelowKinkWad) || moved;
        moved = _moveOwn(target, "slopeAboveKinkWad", present.slopeAboveKinkWad, model.slopeAboveKinkWad) || moved;
        moved = _moveOwn(target, "kinkBps", present.kinkBps, model.kinkBps) || moved;
        moved = _moveOwn(target, "reserveFactorBps", present.reserveFactorBps, model.reserveFactorBps) || moved;
        if (!moved) revert NothingToChange(target);
        vault.setRateModel(model);
    }

    /// @inheritdoc IRiskSteward
    function changeRiskConfig(
        ILendingVault vault,
        ILendingRules.RiskConfig calldata config
    ) external restricted whenNotPaused {
        ILendingRules.RiskConfig memory present = vault.riskConfig();
        address target = address(vault);
        bool moved = _moveOwn(target, "debtCap", present.debtCap, config.debtCap);
        moved = _moveOwn(target, "minDebt", present.minDebt, config.minDebt) || moved;
        moved = _moveOwn(target, "waitingPeriod", present.waitingPeriod, config.waitingPeriod) || moved;
        moved = _moveOwn(target, "confirmationDelay", present.confirmationDelay, config.confirmationDelay) || moved;
        moved = _moveOwn(target, "confirmationWindow", present.confirmationWindow, config.confirmationWindow) || moved;
        moved = _moveOwn(target, "liquidationFeeBps", present.liquidationFeeBps, config.liquidationFeeBps) || moved;
        moved = _moveOwn(target, "keeperRewardBps", present.keeperRewardBps, config.keeperRewardBps) || moved;
        moved = _moveOwn(target, "maxKeeperReward", present.maxKeeperReward, config.maxKeeperReward) || moved;
        if (!moved) revert NothingToChange(target);
        vault.setRiskConfig(config);
    }

    // ---------------------------------------------------------------- Tighter, at once

    /// @inheritdoc IRiskSteward
    function tightenPrincipalCap(ILendingVault vault, address collateral, uint128 principalCap) external restricted {
        ILendingRules.CollateralConfig memory config = _presentConfig(vault, collateral);
        _tighten(address(vault), collateral, "principalCap", config.principalCap, principalCap);
        config.principalCap = principalCap;
        vault.setCollateral(collateral, config);
    }

    /// @inheritdoc IRiskSteward
    function tightenDebtCap(ILendingVault vault, uint128 debtCap) external restricted {
        ILendingRules.RiskConfig memory config = vault.riskConfig();
        _tighten(address(vault), address(0), "debtCap", config.debtCap, debtCap);
        config.debtCap = debtCap;
        vault.setRiskConfig(config);
    }

    // ---------------------------------------------------------------- Private

    function _presentConfig(
        ILendingVault vault,
        address collateral
    ) private view returns (ILendingRules.CollateralConfig memory config) {
        config = vault.collateralConfig(collateral);
        // A listed collateral has a threshold above zero.
        if (config.lltvBps == 0) revert NotListedYet(address(vault), collateral);
    }

    /// @dev A parameter of the whole vault.
    function _moveOwn(address vault, bytes32 parameter, uint256 from, uint256 to) private returns (bool moved) {
        return _move(vault, address(0), parameter, from, to);
    }

    function _tighten(address vault, address collateral, bytes32 parameter, uint256 from, uint256 to) private {
        if (to >= from) revert NotTighter(parameter, from, to);
        _record(vault, collateral, parameter, from, to);
    }
}
