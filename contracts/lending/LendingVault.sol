// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {WriteOffVault} from "../writeoff/WriteOffVault.sol";
import {InterestRates} from "./InterestRates.sol";
import {LendingBook} from "./LendingBook.sol";
import {ImpairmentModule} from "./ImpairmentModule.sol";
import {LendingModule} from "./LendingModule.sol";
import {LiquidationMath} from "./LiquidationMath.sol";

/// @title Lending vault
/// @notice Lenders hold its ERC-4626 shares; borrowers owe it one asset against isolated collaterals; whoever finds a
/// loan that has sunk closes it and sends the loss down the waterfall. LendingBook holds storage and interest,
/// WriteOffVault is for lenders; the modules (borrowers, losses, rules) run here by delegatecall, because one contract
/// is too small for all. Not upgradeable: modules, oracle and engine are fixed.
contract LendingVault is ILendingVault, LendingBook, WriteOffVault {
    using InterestRates for InterestRates.Model;

    address private immutable _positionModule;
    address private immutable _liquidationModule;
    address private immutable _impairmentModule;
    address private immutable _configModule;

    /// @notice What a vault is wired to, for life.
    /// @param asset Token that is lent; a token that charges a fee on transfer cannot be used.
    /// @param engine Waterfall that takes the vault's losses.
    /// @param oracle Price source of every collateral and of the asset.
    /// @param positionModule PositionModule built for the same asset, engine and oracle.
    /// @param liquidationModule LiquidationModule built for the same asset, engine and oracle.
    /// @param impairmentModule ImpairmentModule built for the same.
    /// @param configModule ConfigModule built for the same.
    /// @param authority AccessManager.
    struct Wiring {
        IERC20Metadata asset;
        IWriteOffEngine engine;
        IPriceOracle oracle;
        LendingModule positionModule;
        LendingModule liquidationModule;
        LendingModule impairmentModule;
        LendingModule configModule;
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
        _checkModule(wiring.configModule);
        _positionModule = address(wiring.positionModule);
        _liquidationModule = address(wiring.liquidationModule);
        _impairmentModule = address(wiring.impairmentModule);
        _configModule = address(wiring.configModule);
    }

    // ---------------------------------------------------------------- Borrowers: in PositionModule

    /// @inheritdoc ILendingVault
    function supplyCollateral(address collateral, uint256, address borrower) external {
        _delegate(_positionModule);
        if (_positions[borrower][collateral].impairmentId != 0) _forgetIfHealed(borrower, collateral);
    }

    /// @inheritdoc ILendingVault
    function withdrawCollateral(address, uint256, address borrower, address) external {
        _checkAuthorized(borrower);
        _delegate(_positionModule);
    }

    /// @inheritdoc ILendingVault
    function borrow(address, uint256, address borrower, address) external {
        _checkAuthorized(borrower);
        _delegate(_positionModule);
    }

    /// @inheritdoc ILendingVault
    function repay(address collateral, uint256, address borrower) external returns (uint256 repaidAssets) {
        repaidAssets = abi.decode(_delegate(_positionModule), (uint256));
        if (_positions[borrower][collateral].impairmentId != 0) _forgetIfHealed(borrower, collateral);
    }

    // ---------------------------------------------------------------- Losses: in LiquidationModule and ImpairmentModule

    /// @inheritdoc ILendingVault
    function liquidate(
        address borrower,
        address collateral,
        uint256,
        uint256,
        uint256,
        bytes calldata
    ) external returns (Liquidation memory result) {
        result = abi.decode(_delegate(_liquidationModule), (Liquidation));
        if (_positions[borrower][collateral].impairmentId != 0) _forgetIfHealed(borrower, collateral);
    }

    /// @inheritdoc ILendingVault
    function impair(address, address) external returns (uint256 shortfallAssets) {
        return abi.decode(_delegate(_impairmentModule), (uint256));
    }

    /// @inheritdoc ILendingVault
    function writeOff(address, address, uint256) external returns (uint256 badDebtAssets) {
        return abi.decode(_delegate(_impairmentModule), (uint256));
    }

    // ---------------------------------------------------------------- Rules: in ConfigModule

    /// @inheritdoc ILendingVault
    function setCollateral(address, CollateralConfig calldata) external restricted {
        _delegate(_configModule);
    }

    /// @inheritdoc ILendingVault
    function freezeCollateral(address) external restricted {
        _delegate(_configModule);
    }

    /// @inheritdoc ILendingVault
    function setRateModel(RateModel calldata) external restricted {
        _delegate(_configModule);
    }

    /// @inheritdoc ILendingVault
    function setRiskConfig(RiskConfig calldata) external restricted {
        _delegate(_configModule);
    }

    /// @inheritdoc ILendingVault
    function setMinProvision(uint256) external restricted {
        _delegate(_configModule);
    }

    /// @inheritdoc ILendingVault
    function minProvision() external view returns (uint256) {
        return _minProvision;
    }

    /// @inheritdoc ILendingVault
    function announceRetirement(address) external restricted {
        _delegate(_configModule);
    }

    /// @inheritdoc ILendingVault
    function cancelRetirement(address) external {
        _delegate(_configModule);
    }

    /// @inheritdoc ILendingVault
    function retireCollateral(address) external {
        _delegate(_configModule);
    }

    /// @inheritdoc ILendingVault
    function setRetiredPrice(address, uint256) external restricted {
        _delegate(_configModule);
    }

    // ---------------------------------------------------------------- Views

    /// @inheritdoc ILendingVault
    function oracle() external view returns (IPriceOracle) {
        return _oracle;
    }

    /// @inheritdoc ILendingVault
    function collaterals() external view returns (address[] memory) {
        return _collateralList;
    }

    /// @inheritdoc ILendingVault
    function collateralConfig(address collateral) external view returns (CollateralConfig memory) {
        Collateral storage state = _collaterals[collateral];
        return
            CollateralConfig({
                ltvBps: state.ltvBps,
                lltvBps: state.lltvBps,
                liquidationIncentiveBps: state.liquidationIncentiveBps,
                minIncentiveBps: state.minIncentiveBps,
                targetHealthBps: state.targetHealthBps,
                principalCap: state.principalCap
            });
    }

    /// @inheritdoc ILendingVault
    function collateralTotals(
        address collateral
    ) external view returns (uint256 totalPrincipal, uint256 totalCollateral) {
        Collateral storage state = _collaterals[collateral];
        return (state.totalPrincipal, state.totalCollateral);
    }

    /// @inheritdoc ILendingVault
    function retirementOf(
        address collateral
    ) external view returns (uint64 announcedAt, bool retired, uint256 priceWad) {
        Collateral storage state = _collaterals[collateral];
        return (state.retirementAnnouncedAt, state.retired, state.retiredPriceWad);
    }

    /// @inheritdoc ILendingVault
    function rateModel() external view returns (RateModel memory) {
        InterestRates.Model memory model = _model;
        return
            RateModel({
                baseRateWad: model.baseRateWad,
                slopeBelowKinkWad: model.slopeBelowKinkWad,
                slopeAboveKinkWad: model.slopeAboveKinkWad,
                kinkBps: model.kinkBps,
                reserveFactorBps: model.reserveFactorBps
            });
    }

    /// @inheritdoc ILendingVault
    function riskConfig() external view returns (RiskConfig memory) {
        return _risk;
    }

    /// @inheritdoc ILendingVault
    function totalDebt() external view returns (uint256 assets) {
        (assets, ) = _accruedView();
    }

    /// @inheritdoc ILendingVault
    function borrowRate() external view returns (uint256 rateWad) {
        (uint256 debt, ) = _accruedView();
        return _model.rate(debt, _cash);
    }

    /// @inheritdoc ILendingVault
    function positionOf(address borrower, address collateral) external view returns (PositionView memory view_) {
        Position memory position = _positions[borrower][collateral];
        view_.collateralAssets = position.collateral;
        view_.debtAssets = _debtNow(position);
        view_.principalAssets = position.principal;
        view_.agedPrincipalAssets = _agedPrincipal(position);
        view_.impairmentId = _provisionId(position);
        view_.impairedAt = uint64(_impairedAt[borrower][collateral]);
        (view_.writeOffId, ) = _defaultOf(position);
    }

    /// @inheritdoc ILendingVault
    function healthFactor(address borrower, address collateral) external view returns (uint256 healthWad) {
        Collateral storage state = _listed(collateral);
        Position memory position = _positions[borrower][collateral];
        (, uint256 defaulted) = _defaultOf(position);
        uint256 debt = _debtNow(position) + defaulted;
        if (debt == 0) return type(uint256).max;
        IPriceOracle.LossQuote memory quote = _lossValue(state, collateral, position.collateral);
        return LiquidationMath.healthWad(quote.primaryAssets, state.lltvBps, debt);
    }

    /// @inheritdoc ILendingVault
    function shortfallOf(
        address borrower,
        address collateral
    ) external view returns (uint256 shortfallAssets, bool insolvent) {
        Collateral storage state = _listed(collateral);
        Position memory position = _positions[borrower][collateral];
        uint256 debt = _debtNow(position);
        IPriceOracle.LossQuote memory quote = _lossValue(state, collateral, position.collateral);
        insolvent = LiquidationMath.isInsolvent(quote.highAssets, debt, state.minIncentiveBps);
        if (insolvent) {
            shortfallAssets = debt - LiquidationMath.coveredDown(quote.highAssets, state.minIncentiveBps);
        }
    }

    /// @dev Debt with interest to this second, rounded up.
    function _debtNow(Position memory position) private view returns (uint256) {
        return InterestRates.toAssetsUp(position.scaledDebt, _indexNow());
    }

    /// @dev Lets ImpairmentModule end the impairment of a position that a payment has healed.
    function _forgetIfHealed(address borrower, address collateral) private {
        Address.functionDelegateCall(
            _impairmentModule,
            abi.encodeCall(ImpairmentModule.forgetIfHealed, (borrower, collateral))
        );
    }

    /// @dev Runs the module's function of the same signature on this vault's storage.
    function _delegate(address module) private returns (bytes memory) {
        return Address.functionDelegateCall(module, msg.data);
    }

    function _checkModule(LendingModule module) private view {
        (IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) = module.builtFor();
        if (asset_ != _asset || engine_ != _engine || oracle_ != _oracle) revert WrongModule(address(module));
    }
}
