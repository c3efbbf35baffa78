// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ITokenHook} from "./ITokenHook.sol";
import {TestToken} from "./TestToken.sol";

/// @title Token that calls sender and receiver on every transfer, as ERC-777 does
/// @notice For tests of re-entrancy. An account registers the contract that is called for it (itself or another);
/// what the hook reverts with is passed on.
contract HookToken is TestToken {
    mapping(address account => ITokenHook) public hookOf;

    constructor(string memory name_, string memory symbol_, uint8 decimals_) TestToken(name_, symbol_, decimals_) {}

    /// @notice Has `hook` called whenever tokens leave or reach `account`; zero ends it.
    function setHook(address account, ITokenHook hook) external {
        hookOf[account] = hook;
    }

    function _update(address from, address to, uint256 units) internal override {
        super._update(from, to, units);
        _call(from, from, to, units);
        if (to != from) _call(to, from, to, units);
    }

    function _call(address account, address from, address to, uint256 units) private {
        ITokenHook hook = hookOf[account];
        if (address(hook) != address(0)) hook.onTokenTransfer(from, to, units);
    }
}
