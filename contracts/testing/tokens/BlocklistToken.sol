// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TestToken} from "./TestToken.sol";

/// @title Token that refuses to move from or to blocked accounts, as many stablecoins do
/// @notice For tests; anybody may block anybody.
contract BlocklistToken is TestToken {
    mapping(address account => bool) public isBlocked;

    /// @notice `account` is blocked.
    error Blocked(address account);

    constructor(string memory name_, string memory symbol_, uint8 decimals_) TestToken(name_, symbol_, decimals_) {}

    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function _update(address from, address to, uint256 units) internal override {
        if (isBlocked[from]) revert Blocked(from);
        if (isBlocked[to]) revert Blocked(to);
        super._update(from, to, units);
    }
}
