// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @title A price in one slot, in the words of either peer
/// @notice Only for `make bench`; anybody may set anything.
contract SlotFeed {
    /// @dev Scale as the reader wants it: 1e36 x units per unit for Morpho Blue, 1e8 per whole token for Aave.
    uint256 public price;

    function set(uint256 newPrice) external {
        price = newPrice;
    }

    function latestAnswer() external view returns (int256) {
        return int256(price);
    }
}
