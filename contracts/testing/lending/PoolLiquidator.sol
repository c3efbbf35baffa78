// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ILendingVault, ILiquidationCallback} from "../../interfaces/ILendingVault.sol";

/// @notice What is called of a Uniswap V3 pool.
interface IV3Pool {
    function token0() external view returns (address);

    function swap(
        address recipient,
        bool zeroForOne,
        int256 amountSpecified,
        uint160 sqrtPriceLimitX96,
        bytes calldata data
    ) external returns (int256 amount0, int256 amount1);
}

/// @title Liquidator without capital
/// @notice Buys what it owes the vault from a Uniswap V3 pool with the collateral it was given a moment before; keeps
/// the rest of the collateral.
contract PoolLiquidator is ILiquidationCallback {
    using SafeERC20 for IERC20;

    uint160 private constant LOWEST_PRICE = 4295128740; // TickMath.MIN_SQRT_RATIO + 1
    uint160 private constant HIGHEST_PRICE = 1461446703485210103287273052203988822378723970341; // MAX_SQRT_RATIO - 1

    IV3Pool private immutable _pool;

    constructor(IV3Pool pool) {
        _pool = pool;
    }

    function liquidate(
        ILendingVault vault,
        address borrower,
        address collateral,
        uint256 maxRepaidAssets,
        uint256 maxSocialized
    ) external returns (ILendingVault.Liquidation memory) {
        bytes memory data = abi.encode(vault.asset(), collateral);
        return vault.liquidate(borrower, collateral, maxRepaidAssets, 0, maxSocialized, data);
    }

    /// @inheritdoc ILiquidationCallback
    function onLiquidation(uint256 owedAssets, uint256, bytes calldata data) external {
        (address asset, address collateral) = abi.decode(data, (address, address));
        bool zeroForOne = _pool.token0() == collateral;
        _pool.swap(
            address(this),
            zeroForOne,
            -int256(owedAssets),
            zeroForOne ? LOWEST_PRICE : HIGHEST_PRICE,
            abi.encode(collateral)
        );
        IERC20(asset).forceApprove(msg.sender, owedAssets);
    }

    /// @notice The pool's call for its payment.
    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata data) external {
        IERC20(abi.decode(data, (address))).safeTransfer(msg.sender, uint256(amount0 > 0 ? amount0 : amount1));
    }
}
