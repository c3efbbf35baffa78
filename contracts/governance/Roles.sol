// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Names of the AccessManager roles
/// @notice The ids that the deployment grants. `ADMIN` is OpenZeppelin's own role 0: it may change roles and nothing
/// else in this project, and ends with the governor's Safe.
library Roles {
    /// @dev Grants and revokes roles.
    uint64 internal constant ADMIN = 0;
    /// @dev Sets parameters, registers vaults, lifts pauses; behind a delay.
    uint64 internal constant GOVERNOR = 1;
    /// @dev Pauses and tightens at once; can loosen nothing.
    uint64 internal constant GUARDIAN = 2;
    /// @dev Functions that the governor (behind its delay) and the risk steward contract (within its table) both call.
    uint64 internal constant RISK_STEWARD = 3;
    /// @dev Asks the risk steward contract for changes within steps.
    uint64 internal constant RISK_COUNCIL = 4;
}
