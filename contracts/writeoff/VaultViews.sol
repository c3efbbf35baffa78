// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ModuleCode} from "./ModuleCode.sol";
import {PreparedEpochs} from "./PreparedEpochs.sol";
import {VaultRules} from "./VaultRules.sol";

/// @title What every vault says of itself, for one that lets a module answer
/// @notice Rules, claims and provisions. Every function is `view`: the vault's cast of a delegatecall to `view` rests on
/// it.
abstract contract VaultViews is VaultRules, PreparedEpochs, ModuleCode {
    /// @inheritdoc VaultRules
    modifier asVault() override {
        _checkDelegated();
        _;
    }

    /// @notice See {IClaimAssignments}.
    function assignmentOf(address account) external view onlyDelegated returns (address to, uint256 executableAt) {
        return (_assignments[account].to, _assignments[account].executableAt);
    }

    /// @notice See {IAssignableClaims}.
    function findCharge(uint256 id, uint256 epoch) external view onlyDelegated returns (bool isListed, bool isFound) {
        return _findCharge(id, epoch);
    }

    /// @notice See {ILossShares}.
    function balanceAtEpoch(address account, uint256 epoch) external view onlyDelegated returns (uint256 shares) {
        return _balanceAtEpoch(account, epoch);
    }

    /// @notice See {ILossShares}.
    function claimableRecovery(address account, uint256 epoch) external view onlyDelegated returns (uint256 assets) {
        return _claimable(account, epoch);
    }

    /// @notice See {ILossShares}.
    function preparedEpochs() external view onlyDelegated returns (uint256 epochs, uint256 recoveries) {
        return _preparedEpochs(_openEpoch);
    }

    /// @notice See {IWriteOffVault}.
    function provisionOf(
        uint256 id
    ) external view onlyDelegated returns (uint256 reserveAssets, uint256 earmarkedAssets, uint256 chargedAssets) {
        return _provisionedFor(id);
    }
}
