// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Code that accepts every call, does nothing and returns nothing
/// @notice For tests of whoever relies on an answer.
contract SilentContract {
    fallback() external payable {}
}
