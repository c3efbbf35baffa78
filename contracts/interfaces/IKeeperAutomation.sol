// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IUpkeepList} from "./IUpkeepList.sol";

/// @title Impairs and writes off in lending vaults on behalf of Chainlink Automation
/// @notice Positions that owe something are listed; see {IUpkeepList}. `performData` is
/// `abi.encode(address vault, Item[] items)`.
interface IKeeperAutomation is IUpkeepList {
    /// @notice What to do with a position.
    enum Act {
        Impair,
        WriteOff
    }

    /// @notice One act.
    struct Item {
        Act act;
        address borrower;
        address collateral;
    }

    /// @notice Done; `assets` is the shortfall found or the debt written off, asset units.
    event Performed(
        address indexed vault,
        Act act,
        address indexed borrower,
        address indexed collateral,
        uint256 assets
    );
    /// @notice Not done, because of the vault's encoded error `failure`.
    event Failed(address indexed vault, Act act, address indexed borrower, address indexed collateral, bytes failure);
}
