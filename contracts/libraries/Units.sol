// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

// Scales used throughout. A name that ends in Wad, Ray or Bps carries the scale it is in.

/// @dev 1.0 in WAD.
uint256 constant WAD = 1e18;
/// @dev 1.0 in RAY.
uint256 constant RAY = 1e27;
/// @dev 100 % in basis points.
uint256 constant BPS = 10_000;
