// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IChainlinkOracle} from "../../../contracts/interfaces/IChainlinkOracle.sol";
import {IInsuranceFund} from "../../../contracts/interfaces/IInsuranceFund.sol";
import {IMarginVault} from "../../../contracts/interfaces/IMarginVault.sol";
import {IWriteOffEngine} from "../../../contracts/interfaces/IWriteOffEngine.sol";
import {MarginConfigModule} from "../../../contracts/margin/MarginConfigModule.sol";
import {MarginLossModule} from "../../../contracts/margin/MarginLossModule.sol";
import {MarginVault} from "../../../contracts/margin/MarginVault.sol";
import {MarginViewModule} from "../../../contracts/margin/MarginViewModule.sol";
import {OrderModule} from "../../../contracts/margin/OrderModule.sol";
import {ResolveModule} from "../../../contracts/margin/ResolveModule.sol";
import {ChainlinkOracle} from "../../../contracts/oracle/ChainlinkOracle.sol";
import {TestToken} from "../../../contracts/testing/tokens/TestToken.sol";
import {InsuranceFund} from "../../../contracts/tranches/InsuranceFund.sol";
import {WriteOffEngine} from "../../../contracts/writeoff/WriteOffEngine.sol";
import {ScriptedFeed} from "../../fuzz/margin/ScriptedFeed.sol";

/// @notice Everything that is deployed, as handlers and invariants need it. Two markets.
struct MarginSystem {
    AccessManager manager;
    ChainlinkOracle oracle;
    TestToken asset;
    uint256 unit; // smallest units of one whole asset
    WriteOffEngine engine;
    MarginVault vault;
    InsuranceFund fund;
    ScriptedFeed[2] feeds;
}

/// @notice Deploys the real system; only feeds and token are stand-ins. The deployer stays the AccessManager's admin.
abstract contract MarginSystemDeployer {
    uint256 internal constant START = 1_800_000_000;
    /// @dev Answers at the start, 8 decimals.
    int256 internal constant FIRST_ANSWER = 2_000e8;
    int256 internal constant SECOND_ANSWER = 30e8;

    function _deployMarginSystem(uint8 decimals) internal returns (MarginSystem memory system) {
        system.manager = new AccessManager(address(this));
        system.oracle = new ChainlinkOracle(address(system.manager), address(0), 0);
        system.asset = new TestToken("Asset", "AST", decimals);
        system.unit = 10 ** decimals;
        system.engine = new WriteOffEngine(address(system.manager));
        system.vault = _deployVault(system);
        system.fund = new InsuranceFund(
            system.vault,
            "Fund",
            "FND",
            address(system.manager),
            IInsuranceFund.Terms({
                cooldown: 1 days,
                withdrawalWindow: 2 days,
                hourCap: uint112(20_000 * system.unit),
                monthCap: uint112(100_000 * system.unit)
            })
        );
        IWriteOffEngine.Tranche[] memory stack = new IWriteOffEngine.Tranche[](1);
        stack[0] = IWriteOffEngine.Tranche(address(system.fund), 400_000, IWriteOffEngine.Kind.Insurance);
        system.engine.registerVault(address(system.vault), stack);
        _setRisk(system);
        system.feeds = [_list(system, FIRST_ANSWER, 1e22), _list(system, SECOND_ANSWER, 1e24)];
    }

    function _deployVault(MarginSystem memory system) private returns (MarginVault) {
        MarginVault.Wiring memory wiring;
        wiring.asset = system.asset;
        wiring.engine = system.engine;
        wiring.oracle = system.oracle;
        wiring.orderModule = new OrderModule(system.asset, system.engine, system.oracle);
        wiring.resolveModule = new ResolveModule(system.asset, system.engine, system.oracle);
        wiring.lossModule = new MarginLossModule(system.asset, system.engine, system.oracle);
        wiring.configModule = new MarginConfigModule(system.asset, system.engine, system.oracle);
        wiring.viewModule = new MarginViewModule(system.asset, system.engine, system.oracle);
        wiring.authority = address(system.manager);
        return new MarginVault(wiring, "Margin", "MRG");
    }

    function _setRisk(MarginSystem memory system) private {
        uint256 unit = system.unit;
        system.vault.setRiskConfig(
            IMarginVault.RiskConfig({
                minDelay: 10,
                expiry: 2 hours,
                minNotional: uint128(200 * unit),
                minKeeperFee: uint96(unit),
                minKeeperReward: uint96(unit),
                maxKeeperReward: uint96(200 * unit),
                keeperShareBps: 4_000,
                reserveFactorBps: 2_500
            })
        );
        system.vault.setMinProvision(20 * unit);
    }

    /// @dev A market of a scale that makes one in two hundred of it a large trade.
    function _list(MarginSystem memory system, int256 answer, uint128 scaleWad) private returns (ScriptedFeed feed) {
        feed = new ScriptedFeed(scaleWad == 1e22);
        feed.answer(answer);
        address underlying = address(feed);
        // The oracle asks the underlying for its decimals; the feed answers for it.
        system.oracle.setFeed(underlying, IChainlinkOracle.SourceParams(address(feed), 1 days, 1e4, 1e16));
        system.vault.listMarket(
            underlying,
            IMarginVault.MarketConfig({
                openInterestCapWad: uint96(scaleWad / 4),
                skewCapWad: uint96(scaleWad / 50),
                skewScaleWad: scaleWad,
                depthWad: uint120(scaleWad) * 4,
                maxFundingVelocityWad: 1e7,
                maxFundingRateWad: 1e11,
                maintenanceWad: 0.05e18,
                initialMultipleWad: 1.5e18,
                maxJumpWad: 0.03e18,
                volatilityWeightWad: 0.5e18,
                targetMultipleWad: 1.25e18,
                feeBps: 10,
                deviationBps: 50,
                liquidationFeeBps: 100,
                profitCoverBps: 500,
                insuranceMultipleBps: 20_000
            })
        );
    }
}
