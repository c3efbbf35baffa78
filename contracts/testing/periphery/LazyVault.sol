// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Vault that takes no deposit
/// @notice Says that it has given shares and leaves the assets where they are.
contract LazyVault {
    address public immutable asset;

    constructor(address asset_) {
        asset = asset_;
    }

    function deposit(uint256 assets, address) external pure returns (uint256 shares) {
        return assets;
    }
}
