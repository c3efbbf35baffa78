// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @title One transaction of many calls, for peers that have no batch of their own
/// @notice Only for `make bench`.
contract Caller {
    function run(address target, bytes[] calldata calls) external {
        for (uint256 i; i < calls.length; ++i) {
            (bool done, bytes memory reason) = target.call(calls[i]);
            if (!done) {
                assembly {
                    revert(add(reason, 32), mload(reason))
                }
            }
        }
    }
}
