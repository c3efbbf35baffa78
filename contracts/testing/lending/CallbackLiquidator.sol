// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IBatchLiquidationCallback, ILendingVault, ILiquidationCallback} from "../../interfaces/ILendingVault.sol";
import {ReactingAccount} from "../tokens/ReactingAccount.sol";

/// @title Liquidator that does inside the callback what a test tells it
/// @notice For tests of flash liquidations. `act` (inherited) makes it liquidate; the data of the liquidation is the
/// list of calls for the callback. It remembers what the vault and its own balances looked like at that moment.
contract CallbackLiquidator is ReactingAccount, ILiquidationCallback, IBatchLiquidationCallback {
    using Address for address;

    /// @notice A call that the callback shall make; what it reverts with is passed on.
    struct Action {
        address target;
        bytes data;
    }

    /// @notice What the callback saw before it did anything. `assetsOfShares` is the worth of 10^24 shares.
    struct Sight {
        uint256 owedAssets;
        uint256 seizedAssets;
        uint256 totalAssets;
        uint256 assetsOfShares;
        uint256 collateralBalance;
    }

    IERC20 private immutable _collateral;
    Sight public sight;

    constructor(IERC20 collateral) {
        _collateral = collateral;
    }

    /// @inheritdoc ILiquidationCallback
    function onLiquidation(uint256 owedAssets, uint256 seizedAssets, bytes calldata data) external {
        _look(owedAssets, seizedAssets);
        _act(data);
    }

    /// @inheritdoc IBatchLiquidationCallback
    function onBatchLiquidation(
        uint256 owedAssets,
        ILendingVault.Liquidation[] calldata results,
        bytes calldata data
    ) external {
        uint256 seizedAssets;
        for (uint256 i; i < results.length; ++i) seizedAssets += results[i].seizedAssets;
        _look(owedAssets, seizedAssets);
        _act(data);
    }

    function _look(uint256 owedAssets, uint256 seizedAssets) private {
        IERC4626 vault = IERC4626(msg.sender);
        sight = Sight({
            owedAssets: owedAssets,
            seizedAssets: seizedAssets,
            totalAssets: vault.totalAssets(),
            assetsOfShares: vault.convertToAssets(1e24),
            collateralBalance: _collateral.balanceOf(address(this))
        });
    }

    function _act(bytes calldata data) private {
        Action[] memory actions = abi.decode(data, (Action[]));
        for (uint256 i; i < actions.length; ++i) actions[i].target.functionCall(actions[i].data);
    }
}
