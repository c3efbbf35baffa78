// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {InvariantTest} from "./InvariantTest.sol";
import {WindDown} from "./setting/WindDown.sol";

/// @notice Repayments, exits and claims work at every moment, and after the last one everybody gets out.
contract LivenessInvariantTest is InvariantTest(6, 8, 18), WindDown {
    /// hardhat-config: invariant.failOnRevert = true
    function invariant_LI1_RE1_nobodyIsLockedIn() public view {
        _assertNever("LI1");
        _assertNever("NAMED");
    }

    /// @notice Sources dead, everything paused, no bidder: still everybody repays, is paid back, and leaves.
    function afterInvariant() public override {
        super.afterInvariant();
        _windDown();
    }
}
