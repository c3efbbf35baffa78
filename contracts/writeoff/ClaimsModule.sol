// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ModuleCode} from "./ModuleCode.sol";
import {PreparedEpochs} from "./PreparedEpochs.sol";
import {Reinvestment} from "./Reinvestment.sol";

/// @title Claims and recoveries of a vault that runs them in a module
/// @notice What `WriteOffVault` does itself where it has room. The vault has checked who calls. Upholds RE1.
abstract contract ClaimsModule is Reinvestment, PreparedEpochs, ModuleCode {
    /// @notice See {ILossShares}. The vault has checked who speaks for `account`.
    function claimRecovery(
        address account,
        uint256[] calldata epochs,
        address receiver
    ) external onlyDelegated nonReentrant returns (uint256 assets) {
        (uint256 claims, uint256 ofProvisions) = _markClaims(account, epochs);
        return _settleClaims(account, receiver, claims, ofProvisions);
    }

    /// @notice See {IWriteOffVault}. The vault has checked who speaks for `account`.
    function reinvestRecovery(
        address account,
        uint256[] calldata epochs,
        address receiver
    ) external onlyDelegated nonReentrant returns (uint256 assets, uint256 shares) {
        return _reinvest(account, epochs, receiver);
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
