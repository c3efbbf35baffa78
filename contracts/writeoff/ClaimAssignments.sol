// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IClaimAssignments} from "../interfaces/IClaimAssignments.sol";
import {LossLedger} from "./LossLedger.sol";

/// @title Assigning the claims of contracts that can never call
/// @notice Announced by governance, long delayed, undone by any act of the account. The inheriting contract checks who may
/// call what. Never: a claim of an account without code assigned, or of one that has acted since. Upholds RE1, LI1.
abstract contract ClaimAssignments is LossLedger {
    using SafeCast for uint256;

    /// @dev Time between announcement and assignment, seconds: long enough for any contract that has owners.
    uint256 private constant ASSIGNMENT_DELAY = 90 days;

    function _announceAssignment(address account, address to) internal {
        if (account.code.length == 0 || to == address(0) || to == account) {
            revert IClaimAssignments.AssignmentNotPossible(account, to);
        }
        uint256 executableAt = block.timestamp + ASSIGNMENT_DELAY;
        _assignments[account] = Assignment({to: to, executableAt: executableAt.toUint64()});
        emit IClaimAssignments.AssignmentAnnounced(account, to, executableAt);
    }

    function _withdrawAssignment(address account) internal {
        if (!_endAssignment(account)) revert IClaimAssignments.AssignmentNotDue(account, 0);
    }

    function _executeAssignment(address account, uint256[] calldata epochs) internal {
        Assignment memory assignment = _assignments[account];
        if (assignment.executableAt == 0 || block.timestamp < assignment.executableAt) {
            revert IClaimAssignments.AssignmentNotDue(account, assignment.executableAt);
        }
        for (uint256 i; i < epochs.length; ++i) {
            uint256 shares = _balanceAtEpoch(account, epochs[i]);
            if (shares != 0) _assignRecovery(account, assignment.to, epochs[i], shares);
        }
    }
}
