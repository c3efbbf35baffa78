// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IUpkeepList} from "./IUpkeepList.sol";

/// @title Resolves orders and closes accounts of margin vaults on behalf of Chainlink Automation
/// @notice Traders with a position, an order, a deficit or an impairment are listed, with zero for the collateral; see
/// {IUpkeepList}. `performData` is `abi.encode(address vault, Item[] items)`. Fees and rewards are collected here.
interface IMarginAutomation is IUpkeepList {
    /// @notice What to do.
    enum Act {
        /// End an order.
        Resolve,
        /// Close an account in part or whole; what is owed beyond its margin is written off by that.
        Liquidate,
        /// End an impairment that is none any more.
        Impair
    }

    /// @notice One act.
    /// @param marketId Market of the order, or to close in first.
    /// @param roundId Hint for an order, as `MarginLens.orders` gives it.
    struct Item {
        Act act;
        address trader;
        uint256 marketId;
        uint80 roundId;
    }

    /// @notice Done. `result` is the order's `IMarginVault.Outcome`, the bad debt written off, or the shortfall found, asset
    /// units.
    event Performed(address indexed vault, Act act, address indexed trader, uint256 marketId, uint256 result);
    /// @notice Not done, because of the vault's encoded error `failure`.
    event Failed(address indexed vault, Act act, address indexed trader, uint256 marketId, bytes failure);
}
