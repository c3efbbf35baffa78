// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILendingRules} from "./ILendingRules.sol";
import {ILendingVault} from "./ILendingVault.sol";
import {IStepTable} from "./IStepTable.sol";

/// @title Risk steward of lending vaults
/// @notice Passes on changes of a vault's rules that are small enough and not too frequent by one table, without the delay
/// that the governor has. Whole structs are given, as the vault takes them; every field that differs from what is in force
/// must be allowed to move that far, and not have moved too recently.
interface IRiskSteward is IStepTable {
    /// @notice The steward changes the rules of listed collaterals only; it lists none.
    error NotListedYet(address vault, address collateral);
    /// @notice New debt against `collateral` is stopped; only the governor allows it again.
    error CollateralIsFrozen(address vault, address collateral);
    /// @notice The present value is `from`, which `to` would not tighten.
    error NotTighter(bytes32 parameter, uint256 from, uint256 to);

    /// @notice Changes rules of a listed collateral within the table's steps. Risk council.
    function changeCollateral(
        ILendingVault vault,
        address collateral,
        ILendingRules.CollateralConfig calldata config
    ) external;

    /// @notice Changes interest rules within the table's steps. Risk council.
    function changeRateModel(ILendingVault vault, ILendingRules.RateModel calldata model) external;

    /// @notice Changes rules of the whole vault within the table's steps. Risk council.
    function changeRiskConfig(ILendingVault vault, ILendingRules.RiskConfig calldata config) external;

    /// @notice Lowers how much may be lent against a collateral, by any step, at once; zero stops it. The table's interval
    /// runs from here as well. Guardian.
    /// @param principalCap Less than now, asset units.
    function tightenPrincipalCap(ILendingVault vault, address collateral, uint128 principalCap) external;

    /// @notice Lowers how much may be lent in total, by any step, at once. The table's interval runs from here as well.
    /// Guardian.
    /// @param debtCap Less than now and at least the vault's `minDebt`, asset units.
    function tightenDebtCap(ILendingVault vault, uint128 debtCap) external;
}
