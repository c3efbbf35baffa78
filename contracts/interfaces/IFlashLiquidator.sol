// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILendingVault, ILiquidationCallback} from "./ILendingVault.sol";

/// @title Liquidates without money of its own
/// @notice Sells the seized collateral inside the vault's callback, pays with what that brings, and sends what is left to
/// its owner, all in one transaction. It holds nothing between two calls and nobody should ever approve it.
interface IFlashLiquidator is ILiquidationCallback {
    /// @notice A position to liquidate. Assets in the vault's asset units, collateral in its own.
    /// @param vault The position's vault.
    /// @param maxRepaidAssets Most to repay, as in `ILendingVault.liquidate`.
    /// @param minSeizedAssets Least collateral to accept.
    /// @param maxSocializedAssets Most that may be charged to the vault's lenders.
    /// @param minProfitAssets Least that must be left for the owner.
    struct Order {
        ILendingVault vault;
        address borrower;
        address collateral;
        uint256 maxRepaidAssets;
        uint256 minSeizedAssets;
        uint256 maxSocializedAssets;
        uint256 minProfitAssets;
    }

    /// @notice How the collateral is sold: `target` is approved for it and called once with the bytes `beforeAmount`, the
    /// amount as a word, and the bytes `afterAmount`. The amount is what was seized, known to the wei only then.
    struct Sale {
        address target;
        bytes beforeAmount;
        bytes afterAmount;
    }

    /// @notice `borrower`'s position was liquidated and `profitAssets` (asset units of `vault`) went to the owner.
    event Liquidated(
        address indexed vault,
        address indexed borrower,
        address indexed collateral,
        uint256 repaidAssets,
        uint256 seizedAssets,
        uint256 profitAssets
    );
    /// @notice `operator` may liquidate from now on, or may not any more.
    event OperatorSet(address indexed operator, bool allowed);

    /// @notice Only an operator may call this.
    error NotAnOperator(address caller);
    /// @notice Only the vault whose position is being liquidated may call this.
    error NotTheVault(address caller);
    /// @notice A liquidation is already under way.
    error AlreadyLiquidating();
    /// @notice `profitAssets` are left, less than `minProfitAssets`.
    error ProfitTooSmall(uint256 profitAssets, uint256 minProfitAssets);

    /// @notice Whether `account` may liquidate.
    function isOperator(address account) external view returns (bool);

    /// @notice Lets `operator` liquidate, or takes that away. Owner.
    function setOperator(address operator, bool allowed) external;

    /// @notice Liquidates a position and sells what is seized. Whatever is left of both tokens goes to the owner. Operator.
    /// @return profitAssets What is left in the vault's asset after paying, asset units.
    function liquidate(Order calldata order, Sale calldata sale) external returns (uint256 profitAssets);

    /// @notice Sends all of `token` that was sent here by mistake to the owner. Open to all.
    function collect(address token) external;
}
