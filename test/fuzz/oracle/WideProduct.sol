// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Products of many factors, exact to 1,280 bits, by schoolbook multiplication
/// @notice Lets a test state an inequality between products that no 256-bit or 512-bit arithmetic can hold.
library WideProduct {
    error ProductTooLong();

    uint256 private constant LIMBS = 10;
    uint256 private constant LIMB_BITS = 128;
    uint256 private constant LIMB_MASK = type(uint128).max;

    /// @notice `value` x 2^`limbShift x 128`.
    function from(uint256 value, uint256 limbShift) internal pure returns (uint256[] memory limbs) {
        limbs = new uint256[](LIMBS);
        limbs[limbShift] = value & LIMB_MASK;
        limbs[limbShift + 1] = value >> LIMB_BITS;
    }

    /// @notice `limbs` x `factor`; reverts when the product is too long.
    function times(uint256[] memory limbs, uint128 factor) internal pure returns (uint256[] memory product) {
        product = new uint256[](LIMBS);
        uint256 carry;
        for (uint256 i = 0; i < LIMBS; i++) {
            uint256 sum = limbs[i] * factor + carry;
            product[i] = sum & LIMB_MASK;
            carry = sum >> LIMB_BITS;
        }
        if (carry != 0) revert ProductTooLong();
    }

    /// @notice Whether `a` <= `b`.
    function isAtMost(uint256[] memory a, uint256[] memory b) internal pure returns (bool) {
        for (uint256 i = LIMBS; i > 0; i--) {
            if (a[i - 1] != b[i - 1]) return a[i - 1] < b[i - 1];
        }
        return true;
    }
}
