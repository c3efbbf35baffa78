// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IWriteOffEngine} from "../../interfaces/IWriteOffEngine.sol";

/// @title An engine that reports payments nobody made
/// @notice For tests of what a vault believes.
contract LyingEngine {
    uint256 public immutable claimedAssets;

    constructor(uint256 claimedAssets_) {
        claimedAssets = claimedAssets_;
    }

    function absorb(IWriteOffEngine.BadDebt calldata) external view returns (uint256 id, uint256 coveredAssets) {
        return (1, claimedAssets);
    }
}
