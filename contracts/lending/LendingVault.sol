// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IAssignableClaims} from "../interfaces/IAssignableClaims.sol";
import {IClaimAssignments} from "../interfaces/IClaimAssignments.sol";
import {ILendingRestructuring} from "../interfaces/ILendingRestructuring.sol";
import {ILendingRules} from "../interfaces/ILendingRules.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IVaultRules} from "../interfaces/IVaultRules.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {Cooldown} from "../libraries/Cooldown.sol";
import {VaultRules} from "../writeoff/VaultRules.sol";
import {WriteOffVault} from "../writeoff/WriteOffVault.sol";
import {LendingBook} from "./LendingBook.sol";
import {ImpairmentModule} from "./ImpairmentModule.sol";
import {LendingModule} from "./LendingModule.sol";

/// @title Lending vault
/// @notice Lenders hold its ERC-4626 shares; borrowers owe it one asset against isolated collaterals; whoever finds a
/// loan that has sunk closes it and sends the loss down the waterfall. LendingBook holds storage and interest,
/// WriteOffVault is for lenders; the modules (borrowers, losses, rules, views) run here by delegatecall, because one
/// contract is too small for all. Not upgradeable: modules, oracle and engine are fixed.
contract LendingVault is ILendingVault, IAssignableClaims, IClaimAssignments, LendingBook, WriteOffVault {
    address private immutable _positionModule;
    address private immutable _liquidationModule;
    address private immutable _impairmentModule;
    address private immutable _restructuringModule;
    address private immutable _configModule;
    address private immutable _viewModule;

    /// @notice What a vault is wired to, for life.
    /// @param asset Token that is lent; a token that charges a fee on transfer cannot be used.
    /// @param engine Waterfall that takes the vault's losses.
    /// @param oracle Price source of every collateral and of the asset.
    /// @param positionModule PositionModule built for the same asset, engine and oracle.
    /// @param liquidationModule LiquidationModule built for the same asset, engine and oracle.
    /// @param impairmentModule ImpairmentModule built for the same.
    /// @param restructuringModule RestructuringModule built for the same.
    /// @param configModule ConfigModule built for the same.
    /// @param viewModule ViewModule built for the same.
    /// @param authority AccessManager.
    struct Wiring {
        IERC20Metadata asset;
        IWriteOffEngine engine;
        IPriceOracle oracle;
        LendingModule positionModule;
        LendingModule liquidationModule;
        LendingModule impairmentModule;
        LendingModule restructuringModule;
        LendingModule configModule;
        LendingModule viewModule;
        address authority;
    }

    /// @param wiring What the vault is wired to.
    /// @param name_ Name of the shares.
    /// @param symbol_ Symbol of the shares.
    constructor(
        Wiring memory wiring,
        string memory name_,
        string memory symbol_
    )
        LendingBook(wiring.asset, wiring.engine, wiring.oracle)
        WriteOffVault(wiring.asset, name_, symbol_, wiring.authority)
    {
        _checkModule(wiring.positionModule);
        _checkModule(wiring.liquidationModule);
        _checkModule(wiring.impairmentModule);
        _checkModule(wiring.restructuringModule);
        _checkModule(wiring.configModule);
        _checkModule(wiring.viewModule);
        _positionModule = address(wiring.positionModule);
        _liquidationModule = address(wiring.liquidationModule);
        _impairmentModule = address(wiring.impairmentModule);
        _restructuringModule = address(wiring.restructuringModule);
        _configModule = address(wiring.configModule);
        _viewModule = address(wiring.viewModule);
    }

    // ---------------------------------------------------------------- Borrowers: in PositionModule

    /// @inheritdoc ILendingVault
    function supplyCollateral(address collateral, uint256, address borrower) external {
        Address.functionDelegateCall(_positionModule, msg.data);
        if (_positions[borrower][collateral].impairmentId != 0) _forgetIfHealed(borrower, collateral);
    }

    /// @inheritdoc ILendingVault
    function withdrawCollateral(address, uint256, address borrower, address) external {
        _checkAuthorized(borrower);
        _forward(_positionModule);
    }

    /// @inheritdoc ILendingVault
    function borrow(address, uint256, address borrower, address) external {
        _checkAuthorized(borrower);
        _forward(_positionModule);
    }

    /// @inheritdoc ILendingVault
    function repay(address collateral, uint256, address borrower) external returns (uint256 repaidAssets) {
        repaidAssets = abi.decode(Address.functionDelegateCall(_positionModule, msg.data), (uint256));
        if (_positions[borrower][collateral].impairmentId != 0) _forgetIfHealed(borrower, collateral);
    }

    // ---------------------------------------------------------------- Claimants and recoveries: in PositionModule

    /// @inheritdoc WriteOffVault
    function claimRecovery(address account, uint256[] calldata, address) external override returns (uint256) {
        _checkAuthorized(account);
        _forward(_positionModule);
    }

    /// @inheritdoc IWriteOffVault
    function creditRecovery(uint256, uint256, uint256) external override(IWriteOffVault, WriteOffVault) onlyEngine {
        _forward(_positionModule);
    }

    /// @inheritdoc IWriteOffVault
    function creditReserves(uint256) external override(IWriteOffVault, WriteOffVault) onlyEngine {
        _forward(_positionModule);
    }

    /// @inheritdoc IAssignableClaims
    function takeOverRecovery(address account, uint256, uint256) external {
        _checkAuthorized(account);
        _forward(_positionModule);
    }

    // ---------------------------------------------------------------- Losses: in LiquidationModule and ImpairmentModule

    /// @inheritdoc ILendingVault
    function liquidate(
        address,
        address,
        uint256,
        uint256,
        uint256,
        bytes calldata
    ) external returns (Liquidation memory) {
        _forward(_liquidationModule);
    }

    /// @inheritdoc ILendingVault
    function impair(address, address) external returns (uint256) {
        _forward(_impairmentModule);
    }

    /// @inheritdoc ILendingVault
    function writeOff(address, address, uint256) external returns (uint256) {
        _forward(_impairmentModule);
    }

    /// @inheritdoc ILendingVault
    function liquidateBatch(
        LiquidationItem[] calldata,
        uint256,
        bytes calldata
    ) external returns (Liquidation[] memory) {
        _forward(_liquidationModule);
    }

    /// @inheritdoc ILendingVault
    function impairBatch(PositionKey[] calldata) external returns (uint256[] memory) {
        _forward(_impairmentModule);
    }

    /// @inheritdoc ILendingVault
    function writeOffBatch(PositionKey[] calldata, uint256) external returns (uint256[] memory) {
        _forward(_impairmentModule);
    }

    // ---------------------------------------------------------------- Forgiving: in RestructuringModule

    /// @inheritdoc ILendingRestructuring
    function announceRestructuring(address, address, uint256, uint256) external restricted {
        _forward(_restructuringModule);
    }

    /// @inheritdoc ILendingRestructuring
    function restructure(address, address, uint256) external restricted returns (uint256, uint256) {
        _forward(_restructuringModule);
    }

    /// @inheritdoc ILendingRestructuring
    function cancelRestructuring(address, address) external restricted {
        _forward(_restructuringModule);
    }

    /// @inheritdoc ILendingRestructuring
    function expireRestructuring(address, address) external {
        _forward(_restructuringModule);
    }

    /// @inheritdoc ILendingRestructuring
    function setRestructuringCaps(uint128, uint128) external restricted {
        _forward(_restructuringModule);
    }

    // ---------------------------------------------------------------- Rules: in ConfigModule

    /// @inheritdoc ILendingRules
    function setCollateral(address, CollateralConfig calldata) external restricted {
        _forward(_configModule);
    }

    /// @inheritdoc ILendingRules
    function freezeCollateral(address) external restricted {
        _forward(_configModule);
    }

    /// @inheritdoc ILendingRules
    function setRateModel(RateModel calldata) external restricted {
        _forward(_configModule);
    }

    /// @inheritdoc ILendingRules
    function setRiskConfig(RiskConfig calldata) external restricted {
        _forward(_configModule);
    }

    /// @inheritdoc ILendingRules
    function setMinProvision(uint256) external restricted {
        _forward(_configModule);
    }

    /// @inheritdoc ILendingRules
    function announceRetirement(address) external restricted {
        _forward(_configModule);
    }

    /// @inheritdoc ILendingRules
    function cancelRetirement(address) external {
        _forward(_configModule);
    }

    /// @inheritdoc ILendingRules
    function retireCollateral(address) external {
        _forward(_configModule);
    }

    /// @inheritdoc ILendingRules
    function setRetiredPrice(address, uint256) external restricted {
        _forward(_configModule);
    }

    // ---------------------------------------------------------------- Rules of every vault: in ConfigModule

    /// @inheritdoc IWriteOffVault
    function setReservePolicy(uint256, address) external override(IWriteOffVault, WriteOffVault) restricted {
        _forward(_configModule);
    }

    /// @inheritdoc IWriteOffVault
    function setPremiumShare(address, uint256) external override(IWriteOffVault, WriteOffVault) restricted {
        _forward(_configModule);
    }

    /// @inheritdoc IWriteOffVault
    function setExitNotice(uint256, uint256) external override(IWriteOffVault, WriteOffVault) restricted {
        _forward(_configModule);
    }

    /// @inheritdoc IWriteOffVault
    function windUp() external override(IWriteOffVault, WriteOffVault) restricted {
        _forward(_configModule);
    }

    /// @inheritdoc IWriteOffVault
    function sweepReserves() external override(IWriteOffVault, WriteOffVault) returns (uint256) {
        _forward(_configModule);
    }

    /// @inheritdoc IWriteOffVault
    function requestExit(uint256, address owner) external override(IWriteOffVault, WriteOffVault) {
        _checkAuthorized(owner);
        _forward(_configModule);
    }

    // ---------------------------------------------------------------- Claims of contracts that cannot call: in ConfigModule

    /// @inheritdoc IClaimAssignments
    function announceAssignment(address, address) external restricted {
        _forward(_configModule);
    }

    /// @inheritdoc IClaimAssignments
    function withdrawAssignment(address) external restricted {
        _forward(_configModule);
    }

    /// @inheritdoc IClaimAssignments
    function refuseAssignment(address account) external {
        _checkAuthorized(account);
        _forward(_configModule);
    }

    /// @inheritdoc IClaimAssignments
    function executeAssignment(address, uint256[] calldata) external {
        _forward(_configModule);
    }

    // ---------------------------------------------------------------- Views: in ViewModule
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

    /// @inheritdoc ILendingVault
    function oracle() external view returns (IPriceOracle) {
        return _oracle;
    }

    /// @inheritdoc ILendingRules
    function collaterals() external view returns (address[] memory list) {
        _forwardView(_viewModule);
        return list;
    }

    /// @inheritdoc ILendingRules
    function collateralConfig(address) external view returns (CollateralConfig memory config) {
        _forwardView(_viewModule);
        return config;
    }

    /// @inheritdoc ILendingVault
    function collateralTotals(address) external view returns (uint256 totalPrincipal, uint256 totalCollateral) {
        _forwardView(_viewModule);
        return (totalPrincipal, totalCollateral);
    }

    /// @inheritdoc ILendingRules
    function retirementOf(address) external view returns (uint64 announcedAt, bool retired, uint256 priceWad) {
        _forwardView(_viewModule);
        return (announcedAt, retired, priceWad);
    }

    /// @inheritdoc ILendingRules
    function rateModel() external view returns (RateModel memory model) {
        _forwardView(_viewModule);
        return model;
    }

    /// @inheritdoc ILendingRules
    function riskConfig() external view returns (RiskConfig memory config) {
        _forwardView(_viewModule);
        return config;
    }

    /// @inheritdoc ILendingRules
    function minProvision() external view returns (uint256 assets) {
        _forwardView(_viewModule);
        return assets;
    }

    /// @inheritdoc ILendingVault
    function totalDebt() external view returns (uint256 assets) {
        _forwardView(_viewModule);
        return assets;
    }

    /// @inheritdoc ILendingVault
    function borrowRate() external view returns (uint256 rateWad) {
        _forwardView(_viewModule);
        return rateWad;
    }

    /// @inheritdoc ILendingVault
    function positionOf(address, address) external view returns (PositionView memory position) {
        _forwardView(_viewModule);
        return position;
    }

    /// @inheritdoc ISolventVault
    function equityOf(address, address) external view returns (int256 equityAssets) {
        _forwardView(_viewModule);
        return equityAssets;
    }

    /// @inheritdoc ISolventVault
    function recordOf(
        address,
        address
    ) external view returns (uint32 impairmentId, uint64 impairedAt, uint32 writeOffId) {
        _forwardView(_viewModule);
        return (impairmentId, impairedAt, writeOffId);
    }

    /// @inheritdoc ISolventVault
    function healthFactor(address, address) external view returns (uint256 healthWad) {
        _forwardView(_viewModule);
        return healthWad;
    }

    /// @inheritdoc ISolventVault
    function shortfallOf(address, address) external view returns (uint256 shortfallAssets, bool insolvent) {
        _forwardView(_viewModule);
        return (shortfallAssets, insolvent);
    }

    /// @inheritdoc ISolventVault
    function planLosses(PositionKey[] calldata, int256, bool) external view returns (LossPlan[] memory plans) {
        _forwardView(_viewModule);
        return plans;
    }

    /// @inheritdoc ILendingRestructuring
    function restructuringOf(address, address) external view returns (Restructuring memory restructuring) {
        _forwardView(_viewModule);
        return restructuring;
    }

    /// @inheritdoc ILendingRestructuring
    function restructuringCaps() external view returns (uint256 hourCap, uint256 monthCap, uint256 availableAssets) {
        _forwardView(_viewModule);
        return (hourCap, monthCap, availableAssets);
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

    // ---------------------------------------------------------------- Private

    /// @dev Lets ImpairmentModule end the impairment of a position that a payment has healed.
    function _forgetIfHealed(address borrower, address collateral) private {
        Address.functionDelegateCall(
            _impairmentModule,
            abi.encodeCall(ImpairmentModule.forgetIfHealed, (borrower, collateral))
        );
    }

    /// @dev Runs the module's function of the same signature on this vault's storage, as the whole call: ends it with what
    /// the module returns or reverts with, undecoded. Nothing after this line runs, so it must not stand under a modifier that has something left to do.
    function _forward(address module) private {
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
    /// sent straight to a view is not static, so ViewModule has nothing but view functions.
    function _forwardView(address module) private view {
        function(address) internal forward = _forward;
        function(address) internal view forwardView;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            forwardView := forward
        }
        forwardView(module);
    }

    function _checkModule(LendingModule module) private view {
        (IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) = module.builtFor();
        if (asset_ != _asset || engine_ != _engine || oracle_ != _oracle) revert WrongModule(address(module));
    }
}
