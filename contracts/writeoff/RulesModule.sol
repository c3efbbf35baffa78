// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ClaimAssignments} from "./ClaimAssignments.sol";
import {ExitNotices} from "./ExitNotices.sol";
import {ModuleCode} from "./ModuleCode.sol";
import {ReserveSweep} from "./ReserveSweep.sol";

/// @title Rules of every vault, for one that keeps them in a module
/// @notice What `WriteOffVault` does itself where it has room, and the claims of contracts that cannot call. The vault
/// has checked who calls. Upholds AC1.
abstract contract RulesModule is ReserveSweep, ExitNotices, ClaimAssignments, ModuleCode {
    /// @notice See {IWriteOffVault}.
    function setReservePolicy(uint256 targetAssets, address recipient) external onlyDelegated {
        _setReservePolicy(targetAssets, recipient);
    }

    /// @notice See {IWriteOffVault}.
    function setPremiumShare(address underwriters, uint256 underwriterBps) external onlyDelegated {
        _setPremiumShare(underwriters, underwriterBps);
    }

    /// @notice See {IWriteOffVault}.
    function setExitNotice(uint256 noticeSeconds, uint256 windowSeconds) external onlyDelegated {
        _setExitNotice(noticeSeconds, windowSeconds);
    }

    /// @notice See {IWriteOffVault}.
    function windUp() external onlyDelegated {
        _windUp();
    }

    /// @notice See {IWriteOffVault}.
    function pause(bool deposits, bool borrowing) external onlyDelegated {
        _pause(deposits, borrowing);
    }

    /// @notice See {IWriteOffVault}.
    function unpause() external onlyDelegated {
        _unpause();
    }

    /// @notice See {IWriteOffVault}.
    function sweepReserves() external onlyDelegated nonReentrant returns (uint256 assets) {
        return _sweepReserves();
    }

    /// @notice See {IWriteOffVault}. The vault has checked who speaks for `owner`.
    function requestExit(uint256 shares, address owner) external onlyDelegated {
        _requestExit(shares, owner);
    }

    /// @notice See {IClaimAssignments}.
    function announceAssignment(address account, address to) external onlyDelegated {
        _announceAssignment(account, to);
    }

    /// @notice See {IClaimAssignments}.
    function withdrawAssignment(address account) external onlyDelegated {
        _withdrawAssignment(account);
    }

    /// @notice See {IClaimAssignments}. The vault has checked who speaks for `account`.
    function refuseAssignment(address account) external onlyDelegated {
        _withdrawAssignment(account);
    }

    /// @notice See {IClaimAssignments}.
    function executeAssignment(address account, uint256[] calldata epochs) external onlyDelegated {
        _executeAssignment(account, epochs);
    }
}
