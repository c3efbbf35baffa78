// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ITokenHook} from "./ITokenHook.sol";

/// @title Contract account that answers the next token transfer with a call of its own
/// @notice For tests of re-entrancy together with `HookToken`. Anybody may make it call anything.
contract ReactingAccount is ITokenHook {
    using Address for address;

    address private _target;
    bytes private _data;

    /// @notice Whether a reaction has been carried out.
    bool public reacted;

    /// @notice Sets the call made inside the next transfer that this account hears of.
    function reactWith(address target, bytes calldata data) external {
        _target = target;
        _data = data;
        reacted = false;
    }

    /// @notice Calls `target` as this account; what it reverts with is passed on.
    function act(address target, bytes calldata data) external returns (bytes memory) {
        return target.functionCall(data);
    }

    /// @inheritdoc ITokenHook
    function onTokenTransfer(address, address, uint256) external {
        address target = _target;
        if (target == address(0)) return;
        _target = address(0);
        reacted = true;
        target.functionCall(_data);
    }
}
