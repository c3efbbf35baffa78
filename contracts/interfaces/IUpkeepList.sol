// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AutomationCompatibleInterface} from "@chainlink/contracts/src/v0.8/automation/interfaces/AutomationCompatibleInterface.sol";
import {ISolventVault} from "./ISolventVault.sol";

/// @title What an automation adapter looks at, whatever kind of vault it serves
/// @notice Anybody lists positions or accounts that may need an act; an upkeep's check finds those of a page that do, and its
/// performance does each by itself, so that one that fails stops no other. Nobody is trusted: every act is one that the
/// vault lets everybody do, and the vault decides.
///
/// `checkData` is `abi.encode(address vault, uint256 from, uint256 count)`: a page of the vault's list, so that several
/// upkeeps share a long one.
interface IUpkeepList is AutomationCompatibleInterface {
    /// @notice A position is looked at from now on.
    event Listed(address indexed vault, address indexed borrower, address indexed collateral);
    /// @notice A position that needs no keeper any more is not.
    event Delisted(address indexed vault, address indexed borrower, address indexed collateral);
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

    /// @notice Lists positions; those listed already, and those that need no keeper, are passed over. Open to all.
    function list(address vault, ISolventVault.PositionKey[] calldata keys) external;

    /// @notice Takes positions that need no keeper any more off the list; the others stay. Open to all.
    function delist(address vault, ISolventVault.PositionKey[] calldata keys) external;

    /// @notice Sends rewards, all of `token` that is here, to the beneficiary. Open to all.
    function collect(address token) external;
}
