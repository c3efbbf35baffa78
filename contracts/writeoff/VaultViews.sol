// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ModuleCode} from "./ModuleCode.sol";
import {PreparedEpochs} from "./PreparedEpochs.sol";
import {SharePrices} from "./SharePrices.sol";
import {VaultRules} from "./VaultRules.sol";

/// @title What every vault says of itself, for one that lets a module answer
/// @notice Rules, claims, provisions, what entries and exits would give. Every function is `view`: the vault's cast of a delegatecall to `view` rests on
/// it.
abstract contract VaultViews is VaultRules, SharePrices, PreparedEpochs, ModuleCode {
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

    // ---------------------------------------------------------------- ERC-4626

    /// @notice See {IERC4626}.
    function previewDeposit(uint256 assets) external view onlyDelegated returns (uint256 shares) {
        return _previewDeposit(assets);
    }

    /// @notice See {IERC4626}.
    function previewMint(uint256 shares) external view onlyDelegated returns (uint256 assets) {
        return _previewMint(shares);
    }

    /// @notice See {IERC4626}.
    function previewWithdraw(uint256 assets) external view onlyDelegated returns (uint256 shares) {
        return _previewWithdraw(assets);
    }

    /// @notice See {IERC4626}.
    function previewRedeem(uint256 shares) external view onlyDelegated returns (uint256 assets) {
        return _previewRedeem(shares);
    }

    /// @notice See {IERC4626}.
    function maxDeposit(address) external view onlyDelegated returns (uint256 assets) {
        return _maxDeposit();
    }

    /// @notice See {IERC4626}.
    function maxMint(address) external view onlyDelegated returns (uint256 shares) {
        return _maxMint();
    }

    /// @notice See {IERC4626}.
    function maxWithdraw(address owner) external view onlyDelegated returns (uint256 assets) {
        return _maxWithdraw(owner);
    }

    /// @notice See {IERC4626}.
    function maxRedeem(address owner) external view onlyDelegated returns (uint256 shares) {
        return _maxRedeem(owner);
    }
}
