// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {LossLedger} from "../writeoff/LossLedger.sol";

/// @title A fund's cash
/// @notice Where a vault's books have their flags, in the slot of supply and open epoch (slot S of LossLedger), for which it
/// must come first among what a fund is made of: a loss, an entry and an exit read and write one slot less, worth 2,900
/// to 5,000 gas. Upholds IN1.
abstract contract FundCash is LossLedger {
    using SafeCast for uint256;

    /// @dev All money of the stakers, asset units. 96 bits are 79 billion whole units of 18 decimals.
    uint96 internal _cash;

    /// @dev Adds `assets` to the stakers' cash.
    function _addCash(uint256 assets) internal {
        _cash = (_cash + assets).toUint96();
    }
}
