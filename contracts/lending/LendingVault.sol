// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ILendingRestructuring} from "../interfaces/ILendingRestructuring.sol";
import {ILendingRules} from "../interfaces/ILendingRules.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {ModularVault} from "../writeoff/ModularVault.sol";
import {WriteOffVault} from "../writeoff/WriteOffVault.sol";
import {LendingBook} from "./LendingBook.sol";
import {ImpairmentModule} from "./ImpairmentModule.sol";
import {LiquidationModule} from "./LiquidationModule.sol";
import {SolventLiquidation} from "./SolventLiquidation.sol";
import {LendingModule} from "./LendingModule.sol";
import {Loans} from "./Loans.sol";

/// @title Lending vault
/// @notice Lenders hold its ERC-4626 shares; borrowers owe it one asset against isolated collaterals; whoever finds a
/// loan that has sunk closes it and sends the loss down the waterfall. LendingBook holds storage and interest,
/// WriteOffVault is for lenders, Loans for borrowers; the modules (losses, rules, views) run here by delegatecall, because
/// one contract is too small for all. Not upgradeable: modules, oracle and engine are fixed.
contract LendingVault is ILendingVault, Loans, SolventLiquidation, ModularVault {
    address private immutable _liquidationModule;
    address private immutable _impairmentModule;
    address private immutable _restructuringModule;

    /// @notice What a vault is wired to, for life.
    /// @param asset Token that is lent; a token that charges a fee on transfer cannot be used.
    /// @param engine Waterfall that takes the vault's losses.
    /// @param oracle Price source of every collateral and of the asset.
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
        ModularVault(_shared(wiring))
    {
        _checkModule(wiring.liquidationModule);
        _checkModule(wiring.impairmentModule);
        _checkModule(wiring.restructuringModule);
        _checkModule(wiring.configModule);
        _checkModule(wiring.viewModule);
        _liquidationModule = address(wiring.liquidationModule);
        _impairmentModule = address(wiring.impairmentModule);
        _restructuringModule = address(wiring.restructuringModule);
    }

    // ---------------------------------------------------------------- Borrowers

    /// @inheritdoc ILendingVault
    function supplyCollateral(address collateral, uint256 assets, address borrower) external nonReentrant {
        _supplyCollateral(collateral, assets, borrower);
    }

    /// @inheritdoc ILendingVault
    function withdrawCollateral(
        address collateral,
        uint256 assets,
        address borrower,
        address receiver
    ) external nonReentrant {
        _checkAuthorized(borrower);
        _withdrawCollateral(collateral, assets, borrower, receiver);
    }

    /// @inheritdoc ILendingVault
    function borrow(address collateral, uint256 assets, address borrower, address receiver) external nonReentrant {
        _checkAuthorized(borrower);
        _borrow(collateral, assets, borrower, receiver);
    }

    /// @inheritdoc ILendingVault
    function repay(
        address collateral,
        uint256 assets,
        address borrower
    ) external nonReentrant returns (uint256 repaidAssets) {
        return _repay(collateral, assets, borrower);
    }

    // ---------------------------------------------------------------- Losses: in LiquidationModule and ImpairmentModule

    /// @inheritdoc ILendingVault
    function liquidate(
        address borrower,
        address collateral,
        uint256 maxRepaidAssets,
        uint256 minSeizedAssets,
        uint256 maxSocializedAssets,
        bytes calldata data
    ) external nonReentrant returns (Liquidation memory result) {
        Sight memory sight;
        if (_liquidateSolvent(borrower, collateral, maxRepaidAssets, minSeizedAssets, sight, result)) {
            _exchange(collateral, result, data);
            return result;
        }
        (uint256 toDefault, bool impaired) = _liquidateOtherwise(maxSocializedAssets, sight, result);
        _exchange(collateral, result, data);
        if (toDefault == 0 && !impaired) return result;
        _run(_liquidationModule, LiquidationModule.settleLiquidation.selector, borrower, collateral, toDefault);
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
        _forward(_rulesModule);
    }

    /// @inheritdoc ILendingRules
    function freezeCollateral(address) external restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc ILendingRules
    function setRateModel(RateModel calldata) external restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc ILendingRules
    function setRiskConfig(RiskConfig calldata) external restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc ILendingRules
    function setMinProvision(uint256) external restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc ILendingRules
    function announceRetirement(address) external restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc ILendingRules
    function cancelRetirement(address) external {
        _forward(_rulesModule);
    }

    /// @inheritdoc ILendingRules
    function retireCollateral(address) external {
        _forward(_rulesModule);
    }

    /// @inheritdoc ILendingRules
    function setRetiredPrice(address, uint256) external restricted {
        _forward(_rulesModule);
    }

    // ---------------------------------------------------------------- Views: in ViewModule
    // The return statements are not reached: they say that the results of these names are given.

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
    function totalPrincipalOf(address) external view returns (uint256 assets) {
        _forwardView(_viewModule);
        return assets;
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

    // ---------------------------------------------------------------- Private

    /// @dev Lets the module book the liquidation that this call asks for, which books a loss or is another case that is rare.
    /// Only for `liquidate`, with the calldata of which it begins.
    /// @param maxSocialized The fifth value of that.
    /// @param sight What was seen.
    /// @param result Filled in.
    function _liquidateOtherwise(
        uint256 maxSocialized,
        Sight memory sight,
        Liquidation memory result
    ) private returns (uint256 toDefault, bool impaired) {
        address module = _liquidationModule;
        bytes4 selector = LiquidationModule.bookLiquidation.selector;
        IPriceOracle.LossQuote memory quote = sight.quote;
        // As Solidity would encode call and answer, for 1,000 gas less: out go the five values that this call was made
        // with and nine that were seen; the five words of the result and two more come back.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, selector)
            calldatacopy(add(start, 4), 4, 128)
            mstore(add(start, 132), maxSocialized)
            mcopy(add(start, 164), sight, 160)
            mcopy(add(start, 324), quote, 128)
            if iszero(delegatecall(gas(), module, start, 452, 0, 0)) {
                returndatacopy(start, 0, returndatasize())
                revert(start, returndatasize())
            }
            returndatacopy(result, 0, 160)
            returndatacopy(0, 160, 64)
            toDefault := mload(0)
            impaired := mload(32)
        }
    }

    /// @inheritdoc Loans
    function _clearImpairment(address borrower, address collateral) internal override {
        _run(_impairmentModule, ImpairmentModule.clearImpairment.selector, borrower, collateral, 0);
    }

    /// @inheritdoc Loans
    function _forgetIfHealed(address borrower, address collateral) internal override {
        _run(_impairmentModule, ImpairmentModule.forgetIfHealed.selector, borrower, collateral, 0);
    }

    /// @dev Runs a module's function that takes a position, or a position and an amount.
    function _run(address module, bytes4 selector, address borrower, address collateral, uint256 assets) private {
        Address.functionDelegateCall(module, abi.encodeWithSelector(selector, borrower, collateral, assets));
    }

    function _shared(Wiring memory wiring) private pure returns (SharedModules memory) {
        address configModule = address(wiring.configModule);
        return SharedModules({claims: configModule, rules: configModule, views: address(wiring.viewModule)});
    }

    function _checkModule(LendingModule module) private view {
        (IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) = module.builtFor();
        if (asset_ != _asset || engine_ != _engine || oracle_ != _oracle) revert WrongModule(address(module));
    }
}
