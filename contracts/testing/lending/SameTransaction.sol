// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Several calls in one transaction
/// @notice For tests of what must not happen together. Holds tokens and shares like any account; anybody may use it.
contract SameTransaction {
    /// @notice Makes the calls in order; the first that fails reverts everything with its own reason.
    function run(address[] calldata targets, bytes[] calldata data) external {
        for (uint256 i; i < targets.length; ++i) {
            (bool succeeded, bytes memory reason) = targets[i].call(data[i]);
            if (succeeded) continue;
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
    }
}
