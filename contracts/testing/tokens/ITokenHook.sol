// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title What an account that wants to hear of transfers implements
interface ITokenHook {
    /// @notice Called by the token after `units` moved from `from` to `to`.
    function onTokenTransfer(address from, address to, uint256 units) external;
}
