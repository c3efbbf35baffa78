// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PreparedSlots} from "../libraries/PreparedSlots.sol";
import {LossLedger} from "./LossLedger.sol";

/// @title Loss epochs whose slots are written before the loss
/// @notice Each prepared slot saves its loss 17,100 gas, in a crash, when gas is dear; whoever likes pays 22,100 for it in
/// quiet times. A mark is an epoch without shares, which no loss has closed: nothing can be claimed or credited for it,
/// and the loss writes over all of it. No storage of its own.
/// Never: a mark in an epoch that a loss has closed, a figure that a mark changes. Upholds RE1.
abstract contract PreparedEpochs is LossLedger {
    /// @dev Marks the slots of `count` epochs from `next` on, which no loss has closed yet. From the last one down to the
    /// first that is marked: marks have no gap.
    /// @return slots How many were written.
    function _prepareEpochs(uint256 next, uint256 count, bool withRecoveries) internal returns (uint256 slots) {
        PreparedSlots.check(count);
        for (uint256 epoch = next + count; epoch != next && !_losses[--epoch].isProvision; ++slots) {
            _losses[epoch].isProvision = true;
        }
        if (!withRecoveries) return slots;
        for (uint256 epoch = next + count; epoch != next && _recoveries[--epoch] == 0; ++slots) {
            _recoveries[epoch] = PREPARED;
        }
    }

    /// @dev How many epochs are marked from `next` on, which no loss has closed yet, and how many slots of recoveries.
    function _preparedEpochs(uint256 next) internal view returns (uint256 epochs, uint256 recoveries) {
        while (epochs < PreparedSlots.MAX_AHEAD && _losses[next + epochs].isProvision) ++epochs;
        while (recoveries < PreparedSlots.MAX_AHEAD && _recoveries[next + recoveries] != 0) ++recoveries;
    }
}
