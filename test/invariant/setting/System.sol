// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ILendingRules} from "../../../contracts/interfaces/ILendingRules.sol";
import {IBuybackAuction} from "../../../contracts/interfaces/IBuybackAuction.sol";
import {IDebtAuction} from "../../../contracts/interfaces/IDebtAuction.sol";
import {IDilution} from "../../../contracts/interfaces/IDilution.sol";
import {IInsuranceFund} from "../../../contracts/interfaces/IInsuranceFund.sol";
import {IWriteOffEngine} from "../../../contracts/interfaces/IWriteOffEngine.sol";
import {ConfigModule} from "../../../contracts/lending/ConfigModule.sol";
import {LendingVault} from "../../../contracts/lending/LendingVault.sol";
import {ImpairmentModule} from "../../../contracts/lending/ImpairmentModule.sol";
import {LiquidationModule} from "../../../contracts/lending/LiquidationModule.sol";
import {RestructuringModule} from "../../../contracts/lending/RestructuringModule.sol";
import {ViewModule} from "../../../contracts/lending/ViewModule.sol";
import {FixedPriceOracle} from "../../../contracts/testing/oracle/FixedPriceOracle.sol";
import {TestToken} from "../../../contracts/testing/tokens/TestToken.sol";
import {BackstopToken} from "../../../contracts/tranches/BackstopToken.sol";
import {Dilution} from "../../../contracts/tranches/Dilution.sol";
import {InsuranceFund} from "../../../contracts/tranches/InsuranceFund.sol";
import {UnderwriterBook} from "../../../contracts/tranches/UnderwriterBook.sol";
import {WriteOffEngine} from "../../../contracts/writeoff/WriteOffEngine.sol";
import {UnreliableTranche} from "./UnreliableTranche.sol";

/// @notice Everything that is deployed, as handlers and invariants need it.
struct System {
    AccessManager manager;
    FixedPriceOracle oracle;
    TestToken asset;
    TestToken[2] collaterals;
    uint256 unit; // smallest units of one whole asset
    uint256[2] collateralUnits;
    uint256[2] startPricesE36;
    WriteOffEngine engine;
    LendingVault vault;
    InsuranceFund fund;
    Dilution dilution;
    IDebtAuction sale;
    IBuybackAuction buyback;
    BackstopToken token;
    UnderwriterBook book;
    UnreliableTranche unreliable;
    // A vault beside it, under the same engine and the same dilution layer, that nobody ever touches (IN2).
    LendingVault otherVault;
    InsuranceFund otherFund;
    UnderwriterBook otherBook;
}

/// @notice The terms under which every campaign runs. Amounts in whole assets or whole tokens, times in seconds.
library Terms {
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant BPS = 10_000;
    uint256 internal constant LTV_BPS = 7_500;
    uint256 internal constant LLTV_BPS = 8_000;
    uint256 internal constant INCENTIVE_BPS = 800;
    uint256 internal constant MIN_INCENTIVE_BPS = 100;
    uint256 internal constant MIN_DEBT = 10;
    uint256 internal constant WAITING_PERIOD = 4 hours;
    uint256 internal constant CONFIRMATION_DELAY = 1 hours;
    uint256 internal constant CONFIRMATION_WINDOW = 1 days;
    uint256 internal constant RESERVE_TARGET = 50;
    uint256 internal constant COOLDOWN = 1 days;
    uint256 internal constant WITHDRAWAL_WINDOW = 2 days;
    uint256 internal constant DRAW_HOUR_CAP = 6_000;
    uint256 internal constant DRAW_MONTH_CAP = 30_000;
    uint256 internal constant FLOOR_PRICE = 2;
    uint256 internal constant START_PRICE = 5;
    uint256 internal constant SALE_SECONDS = 2 days;
    uint256 internal constant ROUND_SECONDS = 2 days;
    uint256 internal constant MINT_HOUR_CAP = 6_000e18;
    uint256 internal constant MINT_MONTH_CAP = 20_000e18;
    uint256 internal constant MINT_LIFETIME_CAP = 40_000e18;
    uint256 internal constant GLOBAL_CAP = 50_000e18;
    uint256 internal constant INITIAL_TOKENS = 100_000e18;
    uint256 internal constant MIN_PROVISION = 40;
    uint256 internal constant LEVELS = 16;
    uint256 internal constant BEST_LEVEL = 17;
    uint256 internal constant HIGHEST_FLOOR = 4;
    uint256 internal constant BID_NOTICE = 1 days;
    uint256 internal constant BID_WINDOW = 2 days;
    uint256 internal constant OTHER_MONEY = 1_000;
}

/// @notice Deploys the real system; only oracle and tokens are stand-ins. The deployer stays the AccessManager's admin.
abstract contract SystemDeployer {
    function _deploySystem(
        uint8 assetDecimals,
        uint8[2] memory collateralDecimals,
        address tokenHolder
    ) internal returns (System memory system) {
        system.manager = new AccessManager(address(this));
        system.oracle = new FixedPriceOracle();
        system.asset = new TestToken("Asset", "AST", assetDecimals);
        system.unit = 10 ** assetDecimals;
        system.engine = new WriteOffEngine(address(system.manager));
        system.vault = _deployVault(system);
        _deployTranches(system, tokenHolder);
        system.engine.registerVault(address(system.vault), _wholeStack(system));
        _setDilution(system, address(system.vault));
        system.book = _deployBook(system, system.vault);
        _setVault(system);
        _deployOther(system);
        for (uint256 c; c < 2; ++c) _listCollateral(system, c, collateralDecimals[c]);
    }

    /// @dev Unreliable tranche, insurance, dilution: all that a stack of this system can hold.
    function _wholeStack(System memory system) private pure returns (IWriteOffEngine.Tranche[] memory stack) {
        stack = new IWriteOffEngine.Tranche[](3);
        stack[0] = IWriteOffEngine.Tranche(address(system.unreliable), 300_000, IWriteOffEngine.Kind.Insurance);
        stack[1] = IWriteOffEngine.Tranche(address(system.fund), 250_000, IWriteOffEngine.Kind.Insurance);
        stack[2] = IWriteOffEngine.Tranche(address(system.dilution), 2_000_000, IWriteOffEngine.Kind.Dilution);
    }

    function _deployVault(System memory system) private returns (LendingVault) {
        LendingVault.Wiring memory wiring;
        wiring.asset = system.asset;
        wiring.engine = system.engine;
        wiring.oracle = system.oracle;
        wiring.impairmentModule = new ImpairmentModule(system.asset, system.engine, system.oracle);
        wiring.liquidationModule = new LiquidationModule(system.asset, system.engine, system.oracle);
        wiring.restructuringModule = new RestructuringModule(system.asset, system.engine, system.oracle);
        wiring.configModule = new ConfigModule(system.asset, system.engine, system.oracle);
        wiring.viewModule = new ViewModule(system.asset, system.engine, system.oracle);
        wiring.authority = address(system.manager);
        return new LendingVault(wiring, "Vault", "VLT");
    }

    function _deployTranches(System memory system, address tokenHolder) private {
        system.fund = _deployFund(system, system.vault);
        system.dilution = new Dilution(
            address(system.manager),
            system.engine,
            IDilution.TokenTerms(
                "Backstop",
                "BKS",
                uint96(Terms.INITIAL_TOKENS + Terms.GLOBAL_CAP),
                uint96(Terms.INITIAL_TOKENS),
                tokenHolder
            ),
            uint96(Terms.GLOBAL_CAP)
        );
        system.sale = system.dilution.debtAuction();
        system.buyback = system.dilution.buybackAuction();
        system.token = BackstopToken(address(system.dilution.token()));
        system.unreliable = new UnreliableTranche(system.asset, system.engine);
    }

    function _deployFund(System memory system, LendingVault vault) private returns (InsuranceFund) {
        return
            new InsuranceFund(
                vault,
                "Fund",
                "FND",
                address(system.manager),
                IInsuranceFund.Terms({
                    cooldown: uint32(Terms.COOLDOWN),
                    withdrawalWindow: uint32(Terms.WITHDRAWAL_WINDOW),
                    hourCap: uint112(Terms.DRAW_HOUR_CAP * system.unit),
                    monthCap: uint112(Terms.DRAW_MONTH_CAP * system.unit)
                })
            );
    }

    /// @dev Levels at 17, 16, ... 2 asset units a token.
    function _deployBook(System memory system, LendingVault vault) private returns (UnderwriterBook book) {
        uint128[] memory prices = new uint128[](Terms.LEVELS);
        for (uint256 k; k < Terms.LEVELS; ++k) prices[k] = uint128((Terms.BEST_LEVEL - k) * system.unit);
        book = new UnderwriterBook(vault, system.dilution, prices, Terms.BID_NOTICE, Terms.BID_WINDOW);
        system.dilution.setUnderwriters(address(vault), book);
    }

    /// @dev Somebody has lent, staked and bid there, and that is how it must stay.
    function _deployOther(System memory system) private {
        system.otherVault = _deployVault(system);
        system.otherFund = _deployFund(system, system.otherVault);
        IWriteOffEngine.Tranche[] memory stack = _wholeStack(system);
        stack[1].tranche = address(system.otherFund);
        system.engine.registerVault(address(system.otherVault), stack);
        system.dilution.setLimits(address(system.otherVault), IDilution.Limits(1_000e18, 1_000e18, 1_000e18));
        _setSaleTerms(system, address(system.otherVault), Terms.FLOOR_PRICE);
        system.otherBook = _deployBook(system, system.otherVault);
        uint256 assets = Terms.OTHER_MONEY * system.unit;
        system.asset.mint(address(this), 3 * assets);
        system.asset.approve(address(system.otherVault), assets);
        system.asset.approve(address(system.otherFund), assets);
        system.asset.approve(address(system.otherBook), assets);
        system.otherVault.deposit(assets, address(this));
        system.otherFund.deposit(assets, address(this));
        system.otherBook.commit(0, assets, address(this));
    }

    function _setSaleTerms(System memory system, address vault, uint256 floorPrice) private {
        system.dilution.setSaleTerms(
            vault,
            IDilution.SaleTerms(
                uint104(Terms.START_PRICE * system.unit),
                uint104(floorPrice * system.unit),
                6 hours,
                uint24(Terms.SALE_SECONDS)
            )
        );
    }

    function _setDilution(System memory system, address vault) private {
        system.dilution.setLimits(
            vault,
            IDilution.Limits(uint96(Terms.MINT_HOUR_CAP), uint96(Terms.MINT_MONTH_CAP), uint96(Terms.MINT_LIFETIME_CAP))
        );
        _setSaleTerms(system, vault, Terms.FLOOR_PRICE);
        system.dilution.setBuybackTerms(vault, IDilution.BuybackTerms(4_000, 6 hours, uint32(Terms.ROUND_SECONDS)));
    }

    function _setVault(System memory system) private {
        system.vault.setRateModel(
            ILendingRules.RateModel({
                baseRateWad: uint64(uint256(0.1e18) / 365 days),
                slopeBelowKinkWad: uint64(uint256(0.4e18) / 365 days),
                slopeAboveKinkWad: uint64(uint256(1.5e18) / 365 days),
                kinkBps: 8_000,
                reserveFactorBps: 2_000
            })
        );
        system.vault.setRiskConfig(
            ILendingRules.RiskConfig({
                debtCap: uint128(1e9 * system.unit),
                minDebt: uint128(Terms.MIN_DEBT * system.unit),
                waitingPeriod: uint32(Terms.WAITING_PERIOD),
                confirmationDelay: uint32(Terms.CONFIRMATION_DELAY),
                confirmationWindow: uint32(Terms.CONFIRMATION_WINDOW),
                liquidationFeeBps: 1_000,
                keeperRewardBps: 100,
                maxKeeperReward: uint96(20 * system.unit)
            })
        );
        system.vault.setMinProvision(Terms.MIN_PROVISION * system.unit);
        system.vault.setReservePolicy(Terms.RESERVE_TARGET * system.unit, address(system.fund));
    }

    function _listCollateral(System memory system, uint256 c, uint8 decimals) private {
        TestToken collateral = new TestToken("Collateral", "COL", decimals);
        system.collaterals[c] = collateral;
        system.collateralUnits[c] = 10 ** decimals;
        system.startPricesE36[c] = ((c == 0 ? 200 : 3) * system.unit * 1e36) / 10 ** decimals;
        system.oracle.set(address(collateral), address(system.asset), uint216(system.startPricesE36[c]));
        system.vault.setCollateral(
            address(collateral),
            ILendingRules.CollateralConfig({
                ltvBps: uint16(Terms.LTV_BPS),
                lltvBps: uint16(Terms.LLTV_BPS),
                liquidationIncentiveBps: uint16(Terms.INCENTIVE_BPS),
                minIncentiveBps: uint16(Terms.MIN_INCENTIVE_BPS),
                targetHealthBps: 10_500,
                principalCap: uint128(1e9 * system.unit)
            })
        );
    }
}
