// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title The two things a tranche asks of its vault
/// @notice For tests of tranches; it only receives what they pay.
contract StandInVault {
    address public immutable asset;
    address public immutable engine;

    constructor(address asset_, address engine_) {
        asset = asset_;
        engine = engine_;
    }
}
