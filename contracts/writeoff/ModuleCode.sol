// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Code that runs on a vault's storage only
/// @notice For modules: called directly they refuse. No storage of its own.
abstract contract ModuleCode {
    address private immutable _self = address(this);

    /// @notice A module was called otherwise than by delegatecall from a vault.
    error OnlyByDelegateCall();

    modifier onlyDelegated() {
        _checkDelegated();
        _;
    }

    function _checkDelegated() internal view {
        if (address(this) == _self) revert OnlyByDelegateCall();
    }
}
