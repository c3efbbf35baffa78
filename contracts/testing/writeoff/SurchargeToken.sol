// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TestToken} from "../tokens/TestToken.sol";

/// @title Token that takes more from the sender than the receiver gets
/// @notice For tests. The surcharge is burnt; it starts at zero and can be changed at any time.
contract SurchargeToken is TestToken {
    uint256 public surcharge;

    constructor() TestToken("Surcharge", "PLUS", 6) {}

    function setSurcharge(uint256 surcharge_) external {
        surcharge = surcharge_;
    }

    function _update(address from, address to, uint256 units) internal override {
        super._update(from, to, units);
        if (from != address(0) && to != address(0)) super._update(from, address(0), surcharge);
    }
}
