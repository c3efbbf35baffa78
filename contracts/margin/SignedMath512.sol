// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";

/// @title Signed products and quotients with a stated direction of rounding
/// @notice OpenZeppelin's `mulDiv` knows no signs, and Solidity's division of negative numbers rounds towards zero,
/// which is against one side when it gains and for it when it loses. Down is towards minus infinity, up towards plus
/// infinity, on either side of zero. The product may have 512 bits; the result must fit 255.
library SignedMath512 {
    using SafeCast for uint256;

    /// @notice value x numerator / denominator, towards minus infinity.
    function mulDivDown(int256 value, uint256 numerator, uint256 denominator) internal pure returns (int256) {
        return _mulDiv(value, numerator, denominator, value < 0);
    }

    /// @notice value x numerator / denominator, towards plus infinity.
    function mulDivUp(int256 value, uint256 numerator, uint256 denominator) internal pure returns (int256) {
        return _mulDiv(value, numerator, denominator, value > 0);
    }

    /// @dev `awayFromZero` rounds the magnitude up.
    function _mulDiv(
        int256 value,
        uint256 numerator,
        uint256 denominator,
        bool awayFromZero
    ) private pure returns (int256) {
        Math.Rounding rounding = awayFromZero ? Math.Rounding.Ceil : Math.Rounding.Floor;
        int256 magnitude = Math.mulDiv(SignedMath.abs(value), numerator, denominator, rounding).toInt256();
        return value < 0 ? -magnitude : magnitude;
    }
}
