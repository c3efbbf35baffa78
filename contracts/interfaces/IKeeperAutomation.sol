// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AutomationCompatibleInterface} from "@chainlink/contracts/src/v0.8/automation/interfaces/AutomationCompatibleInterface.sol";
import {ISolventVault} from "./ISolventVault.sol";

/// @title Impairs and writes off on behalf of Chainlink Automation
/// @notice Anybody lists positions that owe something; an upkeep's check finds those of a page that need an act and its
/// performance does each by itself, so that one that fails stops no other. Nobody is trusted: every act is one that the
/// vault lets everybody do, and the vault decides.
///
/// `checkData` is `abi.encode(address vault, uint256 from, uint256 count)`: a page of the vault's list, so that several
/// upkeeps share a long one. `performData` is `abi.encode(address vault, Item[] items)`.
interface IKeeperAutomation is AutomationCompatibleInterface {
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

    /// @notice A position is looked at from now on.
    event Listed(address indexed vault, address indexed borrower, address indexed collateral);
    /// @notice A position that owes nothing any more is not.
    event Delisted(address indexed vault, address indexed borrower, address indexed collateral);
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
    /// @notice The last `items` items were left for want of gas.
    event LeftOver(address indexed vault, uint256 items);

    /// @notice The engine does not know `vault`.
    error UnknownVault(address vault);
    /// @notice A batch has at most `max` items.
    error TooManyItems(uint256 items, uint256 max);
    /// @notice None of the items could be done.
    error NothingDone();
    /// @notice A page has at most `max` rows.
    error PageTooLong(uint256 count, uint256 max);

    /// @notice Where rewards go.
    function beneficiary() external view returns (address);

    /// @notice Number of listed positions of `vault`.
    function listed(address vault) external view returns (uint256 count);

    /// @notice The listed positions of `vault` from number `from`, at most `count` of them.
    function page(
        address vault,
        uint256 from,
        uint256 count
    ) external view returns (ISolventVault.PositionKey[] memory keys);

    /// @notice Lists positions; those listed already, and those that owe nothing, are passed over. Open to all.
    function list(address vault, ISolventVault.PositionKey[] calldata keys) external;

    /// @notice Takes positions that owe nothing and are not impaired off the list; the others stay. Open to all.
    function delist(address vault, ISolventVault.PositionKey[] calldata keys) external;

    /// @notice Sends rewards, all of `token` that is here, to the beneficiary. Open to all.
    function collect(address token) external;
}
