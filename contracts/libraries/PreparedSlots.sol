// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILossShares} from "../interfaces/ILossShares.sol";

/// @title How many losses may be prepared ahead
/// @notice A slot that was never used costs a loss 22,100 gas, a used one 5,000. So anybody may write marks into the slots
/// of coming losses while gas is cheap. A mark says nothing: no view shows it, and the loss writes over it.
library PreparedSlots {
    /// @dev Most losses that can be prepared ahead: a large batch, and few enough to be counted by a view.
    uint256 internal constant MAX_AHEAD = 128;

    /// @notice Reverts unless `count` losses can be prepared ahead.
    function check(uint256 count) internal pure {
        if (count == 0 || count > MAX_AHEAD) revert ILossShares.PreparedCountOutOfRange(count, MAX_AHEAD);
    }
}
