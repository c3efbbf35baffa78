// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {InvariantTest} from "./InvariantTest.sol";

/// @notice Who may be liquidated or written off, and at which prices.
contract SafetyInvariantTest is InvariantTest(18, 18, 18) {
    /// hardhat-config: invariant.failOnRevert = true
    function invariant_LV2_OR1_noLossThatIsNotOne() public view {
        _assertNever("LV2");
        _assertNever("OR1");
    }
}
