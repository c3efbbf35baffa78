// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Whoever a vault pays a premium to out of its reserves
/// @notice Implemented by the insurance fund (for its stakers) and the underwriter book (for standing bids).
interface IPremiumTaker {
    /// @notice Takes `assets` (asset units) from the caller, which has approved them, as income of those who stand ready
    /// to pay for its losses. May revert; then, and as far as it takes less, the caller keeps them.
    function addPremium(uint256 assets) external;
}
