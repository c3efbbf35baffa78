// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IFlashLiquidator} from "../interfaces/IFlashLiquidator.sol";
import {ILendingVault, ILiquidationCallback} from "../interfaces/ILendingVault.sol";

/// @title Liquidates without money of its own
/// @notice A keeper's own contract: its operators start a liquidation, the vault calls back, the collateral is sold where
/// the operator says, the vault is paid, and the owner gets what is left. A stolen operator key can sell one seizure
/// badly, and nothing more: nothing is kept here, and the owner is fixed by itself alone.
/// Never: an approval that outlives a call, a callback from anybody but the vault that was called.
contract FlashLiquidator is IFlashLiquidator, Ownable2Step {
    using Address for address;
    using SafeERC20 for IERC20;

    /// @inheritdoc IFlashLiquidator
    mapping(address account => bool) public isOperator;

    /// @dev Vault of the liquidation under way; zero between two.
    ILendingVault private _vault;
    IERC20 private _collateral;

    constructor(address owner_, address[] memory operators) Ownable(owner_) {
        for (uint256 i; i < operators.length; ++i) _setOperator(operators[i], true);
    }

    /// @inheritdoc IFlashLiquidator
    function setOperator(address operator, bool allowed) external onlyOwner {
        _setOperator(operator, allowed);
    }

    /// @inheritdoc IFlashLiquidator
    function liquidate(Order calldata order, Sale calldata sale) external returns (uint256 profitAssets) {
        if (!isOperator[msg.sender]) revert NotAnOperator(msg.sender);
        if (address(_vault) != address(0)) revert AlreadyLiquidating();
        (_vault, _collateral) = (order.vault, IERC20(order.collateral));
        ILendingVault.Liquidation memory result = order.vault.liquidate(
            order.borrower,
            order.collateral,
            order.maxRepaidAssets,
            order.minSeizedAssets,
            order.maxSocializedAssets,
            abi.encode(sale)
        );
        (_vault, _collateral) = (ILendingVault(address(0)), IERC20(address(0)));

        IERC20 asset = IERC20(order.vault.asset());
        asset.forceApprove(address(order.vault), 0);
        profitAssets = _forward(asset);
        if (profitAssets < order.minProfitAssets) revert ProfitTooSmall(profitAssets, order.minProfitAssets);
        _forward(IERC20(order.collateral));
        emit Liquidated(
            address(order.vault),
            order.borrower,
            order.collateral,
            result.repaidAssets,
            result.seizedAssets,
            profitAssets
        );
    }

    /// @inheritdoc ILiquidationCallback
    function onLiquidation(uint256 owedAssets, uint256 seizedAssets, bytes calldata data) external {
        if (msg.sender != address(_vault)) revert NotTheVault(msg.sender);
        Sale memory sale = abi.decode(data, (Sale));
        if (seizedAssets != 0) {
            _collateral.forceApprove(sale.target, seizedAssets);
            sale.target.functionCall(bytes.concat(sale.beforeAmount, bytes32(seizedAssets), sale.afterAmount));
            _collateral.forceApprove(sale.target, 0);
        }
        IERC20(_vault.asset()).forceApprove(msg.sender, owedAssets);
    }

    /// @inheritdoc IFlashLiquidator
    function collect(address token) external {
        if (address(_vault) != address(0)) revert AlreadyLiquidating();
        _forward(IERC20(token));
    }

    function _setOperator(address operator, bool allowed) private {
        isOperator[operator] = allowed;
        emit OperatorSet(operator, allowed);
    }

    function _forward(IERC20 token) private returns (uint256 units) {
        units = token.balanceOf(address(this));
        if (units != 0) token.safeTransfer(owner(), units);
    }
}
