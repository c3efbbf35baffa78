// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Conversion between assets and shares with virtual liquidity
/// @notice One asset unit starts at 10^6 shares. The virtual share and asset make the first depositor's donation
/// attack cost more than it can take (OpenZeppelin, "ERC-4626: inflation attack"), and keep the price defined when
/// the vault is empty or wiped out. The rounding direction is in each name.
library ShareMath {
    /// @dev Shares that nobody holds; they are worth one asset unit at the start.
    uint256 internal constant VIRTUAL_SHARES = 1e6;
    /// @dev Assets that nobody deposited.
    uint256 internal constant VIRTUAL_ASSETS = 1;
    /// @dev Decimals that shares have beyond the asset's.
    uint8 internal constant DECIMALS_OFFSET = 6;
    /// @dev A share price below start / 10^6 counts as a total loss.
    uint256 internal constant WIPE_OUT_FACTOR = 1e6;

    /// @notice assets x (totalShares + 10^6) / (totalAssets + 1), rounded down.
    function toSharesDown(
        uint256 assets,
        uint256 totalAssets,
        uint256 totalShares
    ) internal pure returns (uint256 shares) {
        return Math.mulDiv(assets, totalShares + VIRTUAL_SHARES, totalAssets + VIRTUAL_ASSETS);
    }

    /// @notice assets x (totalShares + 10^6) / (totalAssets + 1), rounded up.
    function toSharesUp(
        uint256 assets,
        uint256 totalAssets,
        uint256 totalShares
    ) internal pure returns (uint256 shares) {
        return Math.mulDiv(assets, totalShares + VIRTUAL_SHARES, totalAssets + VIRTUAL_ASSETS, Math.Rounding.Ceil);
    }

    /// @notice shares x (totalAssets + 1) / (totalShares + 10^6), rounded down.
    function toAssetsDown(
        uint256 shares,
        uint256 totalAssets,
        uint256 totalShares
    ) internal pure returns (uint256 assets) {
        return Math.mulDiv(shares, totalAssets + VIRTUAL_ASSETS, totalShares + VIRTUAL_SHARES);
    }

    /// @notice shares x (totalAssets + 1) / (totalShares + 10^6), rounded up.
    function toAssetsUp(
        uint256 shares,
        uint256 totalAssets,
        uint256 totalShares
    ) internal pure returns (uint256 assets) {
        return Math.mulDiv(shares, totalAssets + VIRTUAL_ASSETS, totalShares + VIRTUAL_SHARES, Math.Rounding.Ceil);
    }

    /// @notice Whether a share is worth less than one millionth of what it was at the start (total loss).
    function isWipedOut(uint256 totalAssets, uint256 totalShares) internal pure returns (bool) {
        // (totalAssets + 1) x 10^12 < totalShares + 10^6, without a product that could overflow (200 gas).
        return totalAssets < (totalShares + VIRTUAL_SHARES - 1) / (VIRTUAL_SHARES * WIPE_OUT_FACTOR);
    }
}
