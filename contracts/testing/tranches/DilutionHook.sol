// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ITokenHook} from "../tokens/HookToken.sol";

/// @title Somebody who uses a token's callback to call back into the auctions
/// @notice For tests of re-entrancy. It makes one armed call in the middle of the transfer and remembers how it ended.
contract DilutionHook is ITokenHook {
    address private _target;
    bytes private _data;

    bool public called;
    bool public succeeded;
    bytes public returned;

    /// @notice Makes `target` the receiver of a call with `data` at the next transfer.
    function arm(address target, bytes calldata data) external {
        _target = target;
        _data = data;
        called = false;
    }

    /// @notice Calls `target` as this contract, so that it can be a buyer or a seller itself.
    function execute(address target, bytes calldata data) external returns (bytes memory) {
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory result) = target.call(data);
        if (success) return result;
        assembly ("memory-safe") {
            revert(add(result, 32), mload(result))
        }
    }

    function onTokenTransfer(address, address, uint256) external {
        if (called || _target == address(0)) return;
        called = true;
        // solhint-disable-next-line avoid-low-level-calls
        (succeeded, returned) = _target.call(_data);
    }
}
