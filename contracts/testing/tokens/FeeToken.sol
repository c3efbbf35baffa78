// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TestToken} from "./TestToken.sol";

/// @title Token that keeps a fee of every transfer
/// @notice For tests. The fee starts at `feeBps_` and can be changed at any time, also to zero.
contract FeeToken is TestToken {
    uint256 private constant BPS = 10_000;

    uint256 public feeBps;

    constructor(
        string memory name_,
        string memory symbol_,
        uint8 decimals_,
        uint256 feeBps_
    ) TestToken(name_, symbol_, decimals_) {
        feeBps = feeBps_;
    }

    function setFeeBps(uint256 feeBps_) external {
        feeBps = feeBps_;
    }

    /// @dev The receiver gets less than was sent; the fee is burnt.
    function _update(address from, address to, uint256 units) internal override {
        if (from == address(0) || to == address(0)) return super._update(from, to, units);
        uint256 fee = (units * feeBps) / BPS;
        super._update(from, to, units - fee);
        if (fee != 0) super._update(from, address(0), fee);
    }
}
