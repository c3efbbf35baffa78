// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ClaimPayments} from "./ClaimPayments.sol";
import {ModuleCode} from "./ModuleCode.sol";
import {PreparedEpochs} from "./PreparedEpochs.sol";

/// @title Claims and recoveries of a vault that runs them in a module
/// @notice What `WriteOffVault` does itself where it has room. The vault has checked who calls. Upholds RE1.
abstract contract ClaimsModule is ClaimPayments, PreparedEpochs, ModuleCode {
    /// @notice See {ILossShares}. The vault has checked who speaks for `account`.
    function claimRecovery(
        address account,
        uint256[] calldata epochs,
        address receiver
    ) external onlyDelegated nonReentrant returns (uint256 assets) {
        (uint256 claims, uint256 ofProvisions) = _markClaims(account, epochs);
        return _settleClaims(account, receiver, claims, ofProvisions);
    }

    /// @notice Marks claims that the vault is about to turn into shares. For the vault only, which has checked who speaks
    /// for `account`.
    /// @return assets Sum of the claims, asset units.
    /// @return ofProvisions Part of it that is for epochs charged by a provision, asset units.
    function markClaims(
        address account,
        uint256[] calldata epochs
    ) external onlyDelegated returns (uint256 assets, uint256 ofProvisions) {
        return _markClaims(account, epochs);
    }

    /// @notice See {IWriteOffVault}. The vault has checked that the engine calls.
    function creditRecovery(uint256 id, uint256 epoch, uint256 assets) external onlyDelegated {
        _bookRecovery(id, epoch, assets);
    }

    /// @notice See {IWriteOffVault}. The vault has checked that the engine calls.
    function creditReserves(uint256 assets) external onlyDelegated {
        _bookRefill(assets);
    }

    /// @notice See {IAssignableClaims}. The vault has checked who speaks for `account`.
    function takeOverRecovery(address account, uint256 epoch, uint256 shares) external onlyDelegated {
        _assignRecovery(account, msg.sender, epoch, shares);
    }

    /// @notice See {ILossShares}.
    function prepareEpochs(uint256 count, bool withRecoveries) external onlyDelegated returns (uint256 slots) {
        return _prepareEpochs(_openEpoch, count, withRecoveries);
    }
}
