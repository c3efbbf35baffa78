// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Claims of contracts that can never ask for them
/// @notice A pool or a vault of somebody else's that holds shares when a loss is charged owns the claim and may have no
/// code to call for it. Governance can assign such claims to an account that passes them on, after so long a time that
/// any contract that can act has refused.
interface IClaimAssignments {
    /// @notice Claims of `account` may be assigned to `to` from second `executableAt` on, unless it refuses.
    event AssignmentAnnounced(address indexed account, address indexed to, uint256 executableAt);
    /// @notice `account`'s claims will not be assigned: governance withdrew it, or the account has acted.
    event AssignmentEnded(address indexed account);

    /// @notice Only claims of a contract can be assigned, and to another account.
    error AssignmentNotPossible(address account, address to);
    /// @notice Nothing is announced for `account`, or it is executable from second `executableAt` only.
    error AssignmentNotDue(address account, uint256 executableAt);

    /// @notice To whom and from when (seconds) the claims of `account` may be assigned; zeros if nothing is announced.
    function assignmentOf(address account) external view returns (address to, uint256 executableAt);

    /// @notice Announces that the claims of the contract `account` shall be assigned to `to`, in ninety days. Governor.
    function announceAssignment(address account, address to) external;

    /// @notice Withdraws an announced assignment. Governor.
    function withdrawAssignment(address account) external;

    /// @notice Refuses an announced assignment for good. Callable by `account` or an operator it authorized; claiming does
    /// the same.
    function refuseAssignment(address account) external;

    /// @notice Assigns all that `account` can still claim for `epochs`, and may yet, once it is due. Open to all, also for
    /// later epochs, as long as the account has not acted.
    function executeAssignment(address account, uint256[] calldata epochs) external;
}
