// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ILendingRules} from "../../../contracts/interfaces/ILendingRules.sol";
import {ILendingVault} from "../../../contracts/interfaces/ILendingVault.sol";
import {IWriteOffEngine} from "../../../contracts/interfaces/IWriteOffEngine.sol";
import {ConfigModule} from "../../../contracts/lending/ConfigModule.sol";
import {LendingVault} from "../../../contracts/lending/LendingVault.sol";
import {ImpairmentModule} from "../../../contracts/lending/ImpairmentModule.sol";
import {LiquidationModule} from "../../../contracts/lending/LiquidationModule.sol";
import {RestructuringModule} from "../../../contracts/lending/RestructuringModule.sol";
import {ViewModule} from "../../../contracts/lending/ViewModule.sol";
import {FixedPriceOracle} from "../../../contracts/testing/oracle/FixedPriceOracle.sol";
import {TestToken} from "../../../contracts/testing/tokens/TestToken.sol";
import {WriteOffEngine} from "../../../contracts/writeoff/WriteOffEngine.sol";

/// @notice One account that is borrower, liquidator, depositor and payer of recoveries at once, after the price of its
/// collateral has fallen to wherever it likes and stays there. Nobody pays it more than the minimum incentive.
/// @dev No interest runs: a vault whose loss is known and not booked would pay a depositor phantom interest, which is
/// for provisions to stop.
contract CoalitionTest is Test {
    uint256 private constant BPS = 10_000;
    uint256 private constant E36 = 1e36;
    uint256 private constant STEPS = 12;
    uint32 private constant DELAY = 1 hours;

    address private constant COALITION = address(0xC0A1);
    address private constant LENDER = address(0x1E4D);

    TestToken private asset;
    TestToken private collateral;
    FixedPriceOracle private oracle;
    WriteOffEngine private engine;
    LendingVault private vault;
    uint216 private priceE36;
    /// @dev Smallest units of one whole asset.
    uint256 private one;

    /// @dev Rules and the state in which the price stops falling, drawn from one seed.
    struct Setting {
        uint8 assetDecimals;
        uint8 collateralDecimals;
        uint16 minIncentiveBps;
        uint16 liquidationFeeBps;
        uint16 borrowedBps; // of what may be borrowed
        uint16 fallBps; // price that is left
        uint256 seed;
    }

    /// @notice WO6: whatever the coalition does, in any order, it ends up with at most the minimum incentive on its
    /// collateral more than it had, its position marked at max(0, collateral - debt).
    function testFuzzWO6CoalitionGainsAtMostTheMinimumIncentive(uint256 seed, uint256[STEPS] memory steps) public {
        Setting memory setting = _setting(seed);
        _deploy(setting);
        uint256 atStake = _open(setting);
        uint256 before = _wealth();
        // A unit of collateral may be worth more than a unit of the asset, and each step rounds a few of either.
        uint256 dust = (STEPS + 1) * 4 * (uint256(priceE36) / E36 + 2);

        for (uint256 i = 0; i < STEPS; i++) {
            _act(steps[i]);
            uint256 most = before + Math.mulDiv(atStake, setting.minIncentiveBps, BPS) + dust;
            assertLe(_wealth(), most, "gained more than the minimum incentive");
        }
        // LV1 on the way: what the vault holds is what its books say.
        assertGe(asset.balanceOf(address(vault)), vault.cash() + vault.claimsOwed());
    }

    // ---------------------------------------------------------------- What it may do

    /// @dev One action with a size drawn from the seed; what is refused is refused.
    function _act(uint256 step) private {
        uint256 kind = step % 13;
        uint256 size = uint128(step >> 8) % (10_000 * one);
        bytes memory call;
        if (kind < 7) call = _positionCall(kind, size, step);
        else if (kind < 11) call = _lenderCall(kind, size);
        else if (kind == 11) vm.warp(block.timestamp + ((step >> 8) % 3 hours));
        else oracle.set(address(collateral), address(asset), priceE36);
        if (call.length == 0) return;
        address target = kind == 10 ? address(engine) : address(vault);
        vm.prank(COALITION);
        (bool done, bytes memory reason) = target.call(call);
        if (!done) assertNotEq(bytes4(reason), bytes4(0x4e487b71), "panicked");
    }

    function _positionCall(uint256 kind, uint256 size, uint256 step) private view returns (bytes memory) {
        address token = address(collateral);
        uint256 units = (size * 10 ** collateral.decimals()) / one / 100;
        if (kind < 2) {
            uint256 most = kind == 0 ? type(uint256).max : size;
            return abi.encodeCall(vault.liquidate, (COALITION, token, most, 0, type(uint256).max, ""));
        }
        if (kind == 2) return abi.encodeCall(vault.impair, (COALITION, token));
        if (kind == 3) return abi.encodeCall(vault.writeOff, (COALITION, token, type(uint256).max));
        if (kind == 4) return abi.encodeCall(vault.repay, (token, size, COALITION));
        if (kind == 5) {
            if (step >> 255 == 0) return abi.encodeCall(vault.supplyCollateral, (token, units, COALITION));
            return abi.encodeCall(vault.withdrawCollateral, (token, units, COALITION, COALITION));
        }
        return abi.encodeCall(vault.borrow, (token, size, COALITION, COALITION));
    }

    function _lenderCall(uint256 kind, uint256 size) private view returns (bytes memory) {
        if (kind == 7) return abi.encodeCall(vault.deposit, (size, COALITION));
        if (kind == 8) return abi.encodeCall(vault.withdraw, (size, COALITION, COALITION));
        if (kind == 9) return abi.encodeCall(vault.claimRecovery, (COALITION, _closedEpochs(), COALITION));
        uint256 count = engine.writeOffCount(address(vault));
        return abi.encodeCall(engine.recover, (address(vault), 1 + (size % (count + 1)), size));
    }

    // ---------------------------------------------------------------- What it has

    function _wealth() private view returns (uint256 worth) {
        uint256[] memory epochs = _closedEpochs();
        worth = asset.balanceOf(COALITION) + _valueOf(collateral.balanceOf(COALITION));
        worth += vault.convertToAssets(vault.balanceOf(COALITION));
        for (uint256 i = 0; i < epochs.length; i++) worth += vault.claimableRecovery(COALITION, epochs[i]);
        ILendingVault.PositionView memory position = vault.positionOf(COALITION, address(collateral));
        (uint256 defaulted, ) = engine.defaultOf(address(vault), position.writeOffId);
        uint256 owed = position.debtAssets + defaulted;
        worth += Math.saturatingSub(_valueOf(position.collateralAssets), owed);
    }

    function _valueOf(uint256 units) private view returns (uint256) {
        return Math.mulDiv(units, priceE36, E36);
    }

    function _closedEpochs() private view returns (uint256[] memory epochs) {
        epochs = new uint256[](vault.openEpoch() - 1);
        for (uint256 i = 0; i < epochs.length; i++) epochs[i] = i + 1;
    }

    // ---------------------------------------------------------------- Where it starts

    function _setting(uint256 seed) private pure returns (Setting memory setting) {
        uint8[4] memory decimals = [0, 6, 18, 24];
        setting.assetDecimals = decimals[seed % 4];
        setting.collateralDecimals = decimals[(seed >> 8) % 4];
        setting.minIncentiveBps = uint16(1 + ((seed >> 16) % 1_000));
        setting.liquidationFeeBps = uint16((seed >> 32) % 5_001);
        setting.borrowedBps = uint16(1_000 + ((seed >> 48) % 9_001));
        setting.fallBps = uint16(1 + ((seed >> 64) % BPS));
        setting.seed = seed;
    }

    function _deploy(Setting memory setting) private {
        vm.warp(1_800_000_000);
        one = 10 ** setting.assetDecimals;
        AccessManager manager = new AccessManager(address(this));
        asset = new TestToken("Asset", "AST", setting.assetDecimals);
        collateral = new TestToken("Collateral", "COL", setting.collateralDecimals);
        oracle = new FixedPriceOracle();
        engine = new WriteOffEngine(address(manager));
        LendingVault.Wiring memory wiring = LendingVault.Wiring({
            asset: asset,
            engine: engine,
            oracle: oracle,
            liquidationModule: new LiquidationModule(asset, engine, oracle),
            impairmentModule: new ImpairmentModule(asset, engine, oracle),
            restructuringModule: new RestructuringModule(asset, engine, oracle),
            configModule: new ConfigModule(asset, engine, oracle),
            viewModule: new ViewModule(asset, engine, oracle),
            authority: address(manager)
        });
        vault = new LendingVault(wiring, "Vault", "VLT");
        engine.registerVault(address(vault), new IWriteOffEngine.Tranche[](0));
        _configure(setting);
    }

    function _configure(Setting memory setting) private {
        vault.setRiskConfig(
            ILendingRules.RiskConfig({
                debtCap: uint128(1e9 * one),
                minDebt: uint128(10 * one),
                waitingPeriod: 0,
                confirmationDelay: DELAY,
                confirmationWindow: 1 days,
                liquidationFeeBps: setting.liquidationFeeBps,
                keeperRewardBps: 100,
                maxKeeperReward: uint96(100 * one)
            })
        );
        vault.setCollateral(
            address(collateral),
            ILendingRules.CollateralConfig({
                ltvBps: 7_500,
                lltvBps: 8_000,
                liquidationIncentiveBps: setting.minIncentiveBps + uint16((setting.seed >> 80) % 1_000),
                minIncentiveBps: setting.minIncentiveBps,
                targetHealthBps: uint16(10_001 + ((setting.seed >> 96) % 5_000)),
                principalCap: uint128(1e9 * one)
            })
        );
    }

    /// @dev An honest lender deposits; the coalition borrows and deposits, and then the price falls.
    /// @return atStake What the coalition's position holds at the price that stays, asset units.
    function _open(Setting memory setting) private returns (uint256 atStake) {
        uint256 wholeCollateral = 10 ** setting.collateralDecimals;
        for (uint256 i = 0; i < 2; i++) {
            address account = i == 0 ? COALITION : LENDER;
            asset.mint(account, 100_000 * one);
            collateral.mint(account, 100 * wholeCollateral);
            vm.startPrank(account);
            asset.approve(address(vault), type(uint256).max);
            asset.approve(address(engine), type(uint256).max);
            collateral.approve(address(vault), type(uint256).max);
            vault.deposit(i == 0 ? ((setting.seed >> 112) % 20_000) * one + one : 20_000 * one, account);
            vm.stopPrank();
        }
        _setPrice((200 * one * E36) / wholeCollateral);
        uint256 debt = (15_000 * one * setting.borrowedBps) / BPS;
        vm.startPrank(COALITION);
        vault.supplyCollateral(address(collateral), 100 * wholeCollateral, COALITION);
        vault.borrow(address(collateral), debt, COALITION, COALITION);
        vm.stopPrank();
        _setPrice((200 * one * E36 * setting.fallBps) / BPS / wholeCollateral);
        // Collateral to play with, beyond what is at stake.
        collateral.mint(COALITION, 100 * wholeCollateral);
        return _valueOf(100 * wholeCollateral);
    }

    function _setPrice(uint256 price) private {
        priceE36 = uint216(price);
        oracle.set(address(collateral), address(asset), priceE36);
    }
}
