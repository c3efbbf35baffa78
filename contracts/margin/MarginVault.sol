// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IChainlinkOracle} from "../interfaces/IChainlinkOracle.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {ModularVault} from "../writeoff/ModularVault.sol";
import {WriteOffVault} from "../writeoff/WriteOffVault.sol";
import {MarginBook} from "./MarginBook.sol";
import {MarginModule} from "./MarginModule.sol";

/// @title Margin vault
/// @notice Providers hold its ERC-4626 shares and stand against every trader's position; whoever finds an account that
/// has sunk closes it and sends the loss down the waterfall. MarginBook holds storage and the pool's value,
/// WriteOffVault is for providers; the modules (traders, losses, rules, views) run here by delegatecall, because one
/// contract is too small for all. Leaving takes notice from the first day on. Not upgradeable: modules, oracle and
/// engine are fixed. Never: a share priced without what the pool owes its traders. Upholds MA1 to MA7 with its modules.
contract MarginVault is IMarginVault, MarginBook, ModularVault {
    /// @dev Notice and window at the start, seconds.
    uint256 private constant EXIT_NOTICE_SECONDS = 2 days;
    uint256 private constant EXIT_WINDOW_SECONDS = 1 days;

    address private immutable _orderModule;
    address private immutable _resolveModule;
    address private immutable _lossModule;

    /// @notice What a vault is wired to, for life.
    /// @param asset Token of margins and shares' assets; a token that charges a fee on transfer cannot be used.
    /// @param engine Waterfall that takes the vault's losses.
    /// @param oracle Price source of every market.
    /// @param orderModule OrderModule built for the same asset, engine and oracle.
    /// @param resolveModule ResolveModule built for the same.
    /// @param lossModule MarginLossModule built for the same.
    /// @param configModule MarginConfigModule built for the same.
    /// @param viewModule MarginViewModule built for the same.
    /// @param authority AccessManager.
    struct Wiring {
        IERC20Metadata asset;
        IWriteOffEngine engine;
        IChainlinkOracle oracle;
        MarginModule orderModule;
        MarginModule resolveModule;
        MarginModule lossModule;
        MarginModule configModule;
        MarginModule viewModule;
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
        MarginBook(wiring.asset, wiring.engine, wiring.oracle)
        WriteOffVault(wiring.asset, name_, symbol_, wiring.authority)
        ModularVault(_shared(wiring))
    {
        _checkModule(wiring.orderModule);
        _checkModule(wiring.resolveModule);
        _checkModule(wiring.lossModule);
        _checkModule(wiring.configModule);
        _checkModule(wiring.viewModule);
        _orderModule = address(wiring.orderModule);
        _resolveModule = address(wiring.resolveModule);
        _lossModule = address(wiring.lossModule);
        _setExitNotice(EXIT_NOTICE_SECONDS, EXIT_WINDOW_SECONDS);
    }

    // ---------------------------------------------------------------- Traders: in OrderModule and ResolveModule

    /// @inheritdoc IMarginVault
    function depositMargin(uint256, address) external {
        _forward(_orderModule);
    }

    /// @inheritdoc IMarginVault
    function withdrawMargin(uint256, address trader, address) external {
        _checkAuthorized(trader);
        _forward(_orderModule);
    }

    /// @inheritdoc IMarginVault
    function commitOrder(OrderRequest calldata request) external {
        _checkAuthorized(request.trader);
        _forward(_orderModule);
    }

    /// @inheritdoc IMarginVault
    function resolveOrder(address, uint256, uint80) external returns (Outcome) {
        _forward(_resolveModule);
    }

    /// @inheritdoc IMarginVault
    function closeSettled(address, uint256) external {
        _forward(_resolveModule);
    }

    /// @inheritdoc IMarginVault
    function poke(uint256) external {
        _forward(_resolveModule);
    }

    // ---------------------------------------------------------------- Losses: in MarginLossModule

    /// @inheritdoc IMarginVault
    function liquidate(address, uint256, uint256) external returns (Liquidation memory) {
        _forward(_lossModule);
    }

    /// @inheritdoc IMarginVault
    function liquidateBatch(address[] calldata, uint256[] calldata, uint256) external returns (Liquidation[] memory) {
        _forward(_lossModule);
    }

    /// @inheritdoc IMarginVault
    function impair(address) external returns (uint256) {
        _forward(_lossModule);
    }

    // ---------------------------------------------------------------- Rules: in MarginConfigModule

    /// @inheritdoc IMarginVault
    function listMarket(address, MarketConfig calldata) external restricted returns (uint256) {
        _forward(_rulesModule);
    }

    /// @inheritdoc IMarginVault
    function setMarket(uint256, MarketConfig calldata) external restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc IMarginVault
    function freezeMarket(uint256) external restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc IMarginVault
    function setRiskConfig(RiskConfig calldata) external restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc IMarginVault
    function setMinProvision(uint256) external restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc IMarginVault
    function announceSettlement(uint256) external restricted {
        _forward(_rulesModule);
    }

    /// @inheritdoc IMarginVault
    function cancelSettlement(uint256) external {
        _forward(_rulesModule);
    }

    /// @inheritdoc IMarginVault
    function settleMarket(uint256) external {
        _forward(_rulesModule);
    }

    // ---------------------------------------------------------------- Views: in MarginViewModule
    // The return statements are not reached: they say that the results of these names are given.

    /// @inheritdoc IMarginVault
    function oracle() external view returns (IChainlinkOracle) {
        return _oracle;
    }

    /// @inheritdoc IWriteOffVault
    /// @dev Fees are paid when they are earned, so no price is needed to tell.
    function reserves() external view override(IWriteOffVault, WriteOffVault) returns (uint256) {
        return _reserveAssets();
    }

    /// @inheritdoc IMarginVault
    function marketCount() external view returns (uint256 count) {
        _forwardView(_viewModule);
        return count;
    }

    /// @inheritdoc IMarginVault
    function marketConfig(uint256) external view returns (MarketConfig memory config) {
        _forwardView(_viewModule);
        return config;
    }

    /// @inheritdoc IMarginVault
    function marketOf(uint256) external view returns (MarketView memory market) {
        _forwardView(_viewModule);
        return market;
    }

    /// @inheritdoc IMarginVault
    function riskConfig() external view returns (RiskConfig memory config) {
        _forwardView(_viewModule);
        return config;
    }

    /// @inheritdoc IMarginVault
    function minProvision() external view returns (uint256 assets) {
        _forwardView(_viewModule);
        return assets;
    }

    /// @inheritdoc IMarginVault
    function traderAssets() external view returns (uint256 assets) {
        _forwardView(_viewModule);
        return assets;
    }

    /// @inheritdoc IMarginVault
    function totalDeficit() external view returns (uint256 assets) {
        _forwardView(_viewModule);
        return assets;
    }

    /// @inheritdoc IMarginVault
    function tradersNet() external view returns (int256 assets) {
        _forwardView(_viewModule);
        return assets;
    }

    /// @inheritdoc IMarginVault
    function entrySpread() external view returns (uint256 assets) {
        _forwardView(_viewModule);
        return assets;
    }

    /// @inheritdoc IMarginVault
    function profitCover() external view returns (uint256 assets) {
        _forwardView(_viewModule);
        return assets;
    }

    /// @inheritdoc IMarginVault
    function priceOf(uint256) external view returns (uint256 priceWad, uint256 updatedAt) {
        _forwardView(_viewModule);
        return (priceWad, updatedAt);
    }

    /// @inheritdoc IMarginVault
    function accountOf(address) external view returns (AccountView memory account) {
        _forwardView(_viewModule);
        return account;
    }

    /// @inheritdoc IMarginVault
    function healthOf(address) external view returns (HealthView memory health) {
        _forwardView(_viewModule);
        return health;
    }

    /// @inheritdoc IMarginVault
    function positionOf(address, uint256) external view returns (PositionView memory position) {
        _forwardView(_viewModule);
        return position;
    }

    /// @inheritdoc IMarginVault
    function orderOf(address, uint256) external view returns (OrderView memory order) {
        _forwardView(_viewModule);
        return order;
    }

    /// @inheritdoc IMarginVault
    function insuranceAllowance(
        uint256
    ) external view returns (uint256 allowanceAssets, uint256 feeAssets, uint256 drawnAssets) {
        _forwardView(_viewModule);
        return (allowanceAssets, feeAssets, drawnAssets);
    }

    // ---------------------------------------------------------------- Views of every kind of vault

    /// @inheritdoc ISolventVault
    function equityOf(address, address) external view returns (int256 equityAssets) {
        _forwardView(_viewModule);
        return equityAssets;
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
    function recordOf(
        address,
        address
    ) external view returns (uint32 impairmentId, uint64 impairedAt, uint32 writeOffId) {
        _forwardView(_viewModule);
        return (impairmentId, impairedAt, writeOffId);
    }

    /// @inheritdoc ISolventVault
    function planLosses(PositionKey[] calldata, int256, bool) external view returns (LossPlan[] memory plans) {
        _forwardView(_viewModule);
        return plans;
    }

    // ---------------------------------------------------------------- Private

    function _shared(Wiring memory wiring) private pure returns (SharedModules memory) {
        address configModule = address(wiring.configModule);
        return SharedModules({claims: configModule, rules: configModule, views: address(wiring.viewModule)});
    }

    function _checkModule(MarginModule module) private view {
        (IERC20 asset_, IWriteOffEngine engine_, IChainlinkOracle oracle_) = module.builtFor();
        if (asset_ != _asset || engine_ != _engine || oracle_ != _oracle) revert WrongModule(address(module));
    }
}
