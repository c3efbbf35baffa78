// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAssignableClaims} from "../interfaces/IAssignableClaims.sol";
import {IClaimAssignments} from "../interfaces/IClaimAssignments.sol";
import {IVaultRules} from "../interfaces/IVaultRules.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {Cooldown} from "../libraries/Cooldown.sol";
import {LossShares} from "./LossShares.sol";
import {VaultRules} from "./VaultRules.sol";
import {WriteOffVault} from "./WriteOffVault.sol";

/// @title A vault whose larger part runs in modules
/// @notice Calls by delegatecall to code that was fixed when the vault was deployed, because one contract is too small for
/// all: claims and recoveries, rules, and views of rules are forwarded here; a kind of vault adds its own.
/// Rights are checked here, before anything is forwarded.
abstract contract ModularVault is IAssignableClaims, IClaimAssignments, WriteOffVault {
    address internal immutable _claimsModule;
    address internal immutable _rulesModule;
    address internal immutable _viewModule;

    /// @notice Modules that every such vault has, fixed for life; one contract may be several of them.
    struct SharedModules {
        address claims;
        address rules;
        address views;
    }

    constructor(SharedModules memory modules) {
        _claimsModule = modules.claims;
        _rulesModule = modules.rules;
        _viewModule = modules.views;
    }

    // ---------------------------------------------------------------- Claimants and recoveries

    /// @inheritdoc WriteOffVault
    function claimRecovery(address account, uint256[] calldata, address) external override returns (uint256) {
        _checkAuthorized(account);
        _forward(_claimsModule);
    }

    /// @inheritdoc IWriteOffVault
    function reinvestRecovery(
        address account,
        uint256[] calldata,
        address
    ) external override returns (uint256, uint256) {
        _checkAuthorized(account);
        _forward(_claimsModule);
    }

    /// @inheritdoc IWriteOffVault
    function creditRecovery(uint256, uint256, uint256) external override onlyEngine {
        _forward(_claimsModule);
    }

    /// @inheritdoc IWriteOffVault
    function creditReserves(uint256) external override onlyEngine {
        _forward(_claimsModule);
    }

    /// @inheritdoc IAssignableClaims
    function takeOverRecovery(address account, uint256, uint256) external {
        _checkAuthorized(account);
        _forward(_claimsModule);
    }

    /// @inheritdoc LossShares
    function prepareEpochs(uint256, bool) external override returns (uint256) {
        _forward(_claimsModule);
    }

    // ---------------------------------------------------------------- Rules

    /// @inheritdoc IWriteOffVault
    function setReservePolicy(uint256, address) external override restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc IWriteOffVault
    function setPremiumShare(address, uint256) external override restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc IWriteOffVault
    function setExitNotice(uint256, uint256) external override restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc IWriteOffVault
    function windUp() external override restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc IWriteOffVault
    function pause(bool, bool) external override restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc IWriteOffVault
    function unpause() external override restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc IWriteOffVault
    function sweepReserves() external override returns (uint256) {
        _forward(_rulesModule);
    }

    /// @inheritdoc IWriteOffVault
    function requestExit(uint256, address owner) external override {
        _checkAuthorized(owner);
        _forward(_rulesModule);
    }

    // ---------------------------------------------------------------- Claims of contracts that cannot call

    /// @inheritdoc IClaimAssignments
    function announceAssignment(address, address) external restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc IClaimAssignments
    function withdrawAssignment(address) external restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc IClaimAssignments
    function refuseAssignment(address account) external {
        _checkAuthorized(account);
        _forward(_rulesModule);
    }

    /// @inheritdoc IClaimAssignments
    function executeAssignment(address, uint256[] calldata) external {
        _forward(_rulesModule);
    }

    // ---------------------------------------------------------------- Views
    // The return statements are not reached: they say that the results of these names are given.

    /// @inheritdoc IClaimAssignments
    function assignmentOf(address) external view returns (address to, uint256 executableAt) {
        _forwardView(_viewModule);
        return (to, executableAt);
    }

    /// @inheritdoc IAssignableClaims
    function findCharge(uint256, uint256) external view returns (bool isListed, bool isFound) {
        _forwardView(_viewModule);
        return (isListed, isFound);
    }

    /// @inheritdoc LossShares
    function balanceAtEpoch(address, uint256) external view override returns (uint256 shares) {
        _forwardView(_viewModule);
        return shares;
    }

    /// @inheritdoc LossShares
    function claimableRecovery(address, uint256) external view override returns (uint256 assets) {
        _forwardView(_viewModule);
        return assets;
    }

    /// @inheritdoc LossShares
    function preparedEpochs() external view override returns (uint256 epochs, uint256 recoveries) {
        _forwardView(_viewModule);
        return (epochs, recoveries);
    }

    /// @inheritdoc IWriteOffVault
    function provisionOf(
        uint256
    ) external view override returns (uint256 reserveAssets, uint256 earmarkedAssets, uint256 chargedAssets) {
        _forwardView(_viewModule);
        return (reserveAssets, earmarkedAssets, chargedAssets);
    }

    /// @inheritdoc IVaultRules
    function reservePolicy()
        external
        view
        override(IVaultRules, VaultRules)
        returns (uint256 targetAssets, address recipient)
    {
        _forwardView(_viewModule);
        return (targetAssets, recipient);
    }

    /// @inheritdoc IVaultRules
    function premiumShare()
        external
        view
        override(IVaultRules, VaultRules)
        returns (address underwriters, uint256 underwriterBps)
    {
        _forwardView(_viewModule);
        return (underwriters, underwriterBps);
    }

    /// @inheritdoc IVaultRules
    function refusedPremiums()
        external
        view
        override(IVaultRules, VaultRules)
        returns (uint256 fundAssets, uint256 underwriterAssets)
    {
        _forwardView(_viewModule);
        return (fundAssets, underwriterAssets);
    }

    /// @inheritdoc IVaultRules
    function exitNotice()
        external
        view
        override(IVaultRules, VaultRules)
        returns (uint256 noticeSeconds, uint256 windowSeconds)
    {
        _forwardView(_viewModule);
        return (noticeSeconds, windowSeconds);
    }

    /// @inheritdoc IVaultRules
    function exitOf(address) external view override(IVaultRules, VaultRules) returns (Cooldown.Notice memory notice) {
        _forwardView(_viewModule);
        return notice;
    }

    /// @inheritdoc IVaultRules
    function closure() external view override(IVaultRules, VaultRules) returns (bool wipedOut, bool windingUp) {
        _forwardView(_viewModule);
        return (wipedOut, windingUp);
    }

    function previewDeposit(uint256) external view override returns (uint256 shares) {
        _forwardView(_viewModule);
        return shares;
    }

    function previewMint(uint256) external view override returns (uint256 assets) {
        _forwardView(_viewModule);
        return assets;
    }

    function previewWithdraw(uint256) external view override returns (uint256 shares) {
        _forwardView(_viewModule);
        return shares;
    }

    function previewRedeem(uint256) external view override returns (uint256 assets) {
        _forwardView(_viewModule);
        return assets;
    }

    function maxDeposit(address) external view override returns (uint256 assets) {
        _forwardView(_viewModule);
        return assets;
    }

    function maxMint(address) external view override returns (uint256 shares) {
        _forwardView(_viewModule);
        return shares;
    }

    function maxWithdraw(address) external view override returns (uint256 assets) {
        _forwardView(_viewModule);
        return assets;
    }

    function maxRedeem(address) external view override returns (uint256 shares) {
        _forwardView(_viewModule);
        return shares;
    }

    // ---------------------------------------------------------------- How

    /// @dev Runs the module's function of the same signature on this vault's storage, as the whole call: ends it with what
    /// the module returns or reverts with, undecoded. Nothing after this line runs, so it must not stand under a
    /// modifier that has something left to do.
    function _forward(address module) internal {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            // From the free pointer on, although memory is never read again: that keeps the block memory-safe.
            let start := mload(0x40)
            calldatacopy(start, 0, calldatasize())
            let succeeded := delegatecall(gas(), module, start, calldatasize(), 0, 0)
            returndatacopy(start, 0, returndatasize())
            if iszero(succeeded) {
                revert(start, returndatasize())
            }
            return(start, returndatasize())
        }
    }

    /// @dev `_forward` for views. Solidity lets no view function delegatecall, because the code called might write; so
    /// the type of the function is cast, and nothing else. It is safe: every caller of a view function outside this
    /// contract uses STATICCALL, a delegatecall inside a static call is static, and a write there reverts. A transaction
    /// sent straight to a view is not static, so a view module has nothing but view functions.
    function _forwardView(address module) internal view {
        function(address) internal forward = _forward;
        function(address) internal view forwardView;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            forwardView := forward
        }
        forwardView(module);
    }
}
