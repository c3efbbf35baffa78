import { expect } from "chai";
import { network } from "hardhat";

import { BPS, MAX, WAD } from "../../helpers/lending.js";
import { divUp } from "../../helpers/lendingModel.js";
import {
  changeRisk,
  deployScene,
  expectRefused,
  expectTotals,
  liquidate,
  openPosition,
  previewLiquidation,
  type LendingScene,
} from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const UNLISTED = "0x00000000000000000000000000000000000000A5";
const LLTV_BPS = 8_000n;
const TARGET_BPS = 10_500n;
const FULL_BPS = 800n;
const MIN_BPS = 100n;

/** What the NatSpec promises of a lossless liquidation: value, debt in asset units; incentive in WAD. */
function expectedIncentive(value: bigint, debt: bigint): bigint {
  const affordable = (value * WAD) / debt - WAD;
  const full = (FULL_BPS * WAD) / BPS;
  const minimum = (MIN_BPS * WAD) / BPS;
  if (affordable >= full) return full;
  return affordable > minimum ? affordable : minimum;
}

/** (h debt - lltv value) / (h - (1 + i) lltv), rounded up, with everything in one fraction. */
function expectedRepayment(value: bigint, debt: bigint): bigint {
  const incentive = expectedIncentive(value, debt);
  const numerator = (TARGET_BPS * debt - LLTV_BPS * value) * WAD;
  return divUp(numerator, TARGET_BPS * WAD - LLTV_BPS * (WAD + incentive));
}

describe("LendingVault: liquidation of a solvent position", () => {
  /** A debt of 1,500 against 10 at 200: health 2,000 x 0.8 / 1,500 = 1.0667. */
  async function indebted() {
    const scene = await deployScene(ethers);
    await openPosition(scene, 10n * WAD, 1_500n * WAD);
    return scene;
  }

  /** The same at 175: worth 1,750, health 0.9333, collateral 1.1667 x debt. */
  async function sunk() {
    const scene = await indebted();
    await scene.setPrice(175n);
    return scene;
  }

  const positionOf = ({ vault, collateralAddress, borrower }: LendingScene) =>
    vault.positionOf(borrower.address, collateralAddress);

  describe("LV2: a healthy position", () => {
    it("cannot be liquidated", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      const health = (2_000n * WAD * 8n) / 10n / 1_500n;
      const values = [scene.borrower.address, scene.collateralAddress, health];
      await expectRefused(scene, () => liquidate(scene), "PositionHealthy", values);
    });

    it("cannot be liquidated at a health factor of exactly one, but a unit of price below it can", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      // 1,500 / 0.8 = 1,875
      await scene.setPrice(1_875n, 10n);
      const values = [scene.borrower.address, scene.collateralAddress, WAD];
      await expectRefused(scene, () => liquidate(scene), "PositionHealthy", values);
      await scene.setPrice(187_499_999_999_999_999_999n, WAD);
      await liquidate(scene, { maxRepaid: 100n * WAD });
      expect((await positionOf(scene)).debtAssets).to.equal(1_400n * WAD);
    });

    it("without any debt has no finite health factor and cannot be liquidated", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      const { vault, collateralAddress, borrower } = scene;
      await vault.connect(borrower).repay(collateralAddress, MAX, borrower.address);
      expect(await vault.healthFactor(borrower.address, collateralAddress)).to.equal(MAX);
      await expectRefused(scene, () => liquidate(scene), "PositionHealthy", [borrower.address, collateralAddress, MAX]);
    });

    it("has the health factor of the definition", async () => {
      const { vault, borrower, collateralAddress } = await networkHelpers.loadFixture(sunk);
      expect(await vault.healthFactor(borrower.address, collateralAddress)).to.equal((1_400n * WAD) / 1_500n);
    });
  });

  describe("with collateral for the full incentive", () => {
    it("closes what restores the target health and not more", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const outcome = await previewLiquidation(scene);
      // (1.05 x 1,500 - 0.8 x 1,750) / (1.05 - 1.08 x 0.8) = 175 / 0.186 = 940.86
      expect(outcome.repaidAssets).to.equal(expectedRepayment(1_750n * WAD, 1_500n * WAD));
      expect(outcome.repaidAssets / WAD).to.equal(940n);
      await liquidate(scene);
      const health = await scene.vault.healthFactor(scene.borrower.address, scene.collateralAddress);
      const target = (TARGET_BPS * WAD) / BPS;
      expect(health >= target && health - target < 10n, `health ${health}`).to.be.true;
    });

    it("gives the liquidator what it repaid and 8 % more in collateral", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const repaid = expectedRepayment(1_750n * WAD, 1_500n * WAD);
      const seized = (repaid * 108n) / 100n / 175n;
      const send = () => liquidate(scene);
      await expect(send()).to.changeTokenBalances(
        ethers,
        scene.asset,
        [scene.liquidator, scene.vaultAddress],
        [-repaid, repaid],
      );
      expect((await positionOf(scene)).collateralAssets).to.equal(10n * WAD - seized);
      expect(await scene.collateral.balanceOf(scene.vaultAddress)).to.equal(10n * WAD - seized);
    });

    it("LV1: books the repayment in position, totals and cash", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      await liquidate(scene, { maxRepaid: 300n * WAD });
      const position = await positionOf(scene);
      expect([position.debtAssets, position.principalAssets]).to.deep.equal([1_200n * WAD, 1_200n * WAD]);
      expect(await scene.vault.totalDebt()).to.equal(1_200n * WAD);
      expect(await scene.vault.cash()).to.equal(998_800n * WAD);
      const seized = (300n * WAD * 108n) / 100n / 175n;
      await expectTotals(scene, 1_200n * WAD, 10n * WAD - seized);
    });

    it("says what was repaid, seized and lost", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const seized = (300n * WAD * 108n) / 100n / 175n;
      const { borrower, collateralAddress, liquidator, vault } = scene;
      await expect(liquidate(scene, { maxRepaid: 300n * WAD }))
        .to.emit(vault, "Liquidated")
        .withArgs(borrower.address, collateralAddress, liquidator.address, 300n * WAD, 0n, seized, 10n ** 21n);
    });

    it("WO5: books no loss and leaves the share price alone", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      await liquidate(scene);
      expect(await scene.engine.writeOffCount(scene.vaultAddress)).to.equal(0n);
      expect(await scene.vault.totalAssets()).to.equal(1_000_000n * WAD);
    });

    it("pays interest before principal, as a repayment does", async () => {
      const scene = await deployScene(ethers, { flatRateWad: 10n ** 10n });
      await openPosition(scene, 10n * WAD, 1_500n * WAD);
      await scene.setPrice(175n);
      const borrowedAt = await networkHelpers.time.latest();
      await networkHelpers.time.increaseTo(borrowedAt + 1_000_000);
      await liquidate(scene, { maxRepaid: 10n * WAD });
      expect((await positionOf(scene)).principalAssets).to.equal(1_500n * WAD);
    });
  });

  describe("by whom it is done", () => {
    /** Whatever the module is asked to do fails from now on. */
    async function withoutModule() {
      const scene = await sunk();
      await networkHelpers.setCode(scene.liquidationModule, "0xfe");
      return scene;
    }

    it("is the vault alone: no module takes part", async () => {
      const scene = await networkHelpers.loadFixture(withoutModule);
      await liquidate(scene, { maxRepaid: 100n * WAD });
      expect((await positionOf(scene)).debtAssets).to.equal(1_400n * WAD);
    });

    it("is the module where a loss would be booked, or where nothing can be done", async () => {
      const scene = await networkHelpers.loadFixture(withoutModule);
      for (const price of [100n, 200n]) {
        await scene.setPrice(price);
        await expect(liquidate(scene)).to.be.revertedWithoutReason(ethers);
      }
    });
  });

  describe("that would leave dust", () => {
    /** A debt of 100 against 1: at 115 it would take 40 / 0.186 of it to restore the target, at the full incentive. */
    async function small() {
      const scene = await deployScene(ethers);
      await openPosition(scene, WAD, 100n * WAD);
      await scene.setPrice(115n);
      return scene;
    }

    it("closes all where less than the minimum debt would be left", async () => {
      const scene = await networkHelpers.loadFixture(small);
      // (105 - 92) / 0.186 = 69.89 would leave 30.11.
      expect((await previewLiquidation(scene)).repaidAssets).to.equal(expectedRepayment(115n * WAD, 100n * WAD));
      await changeRisk(scene, { minDebt: 31n * WAD });
      expect((await previewLiquidation(scene)).repaidAssets).to.equal(100n * WAD);
      await liquidate(scene);
      const position = await positionOf(scene);
      expect([position.debtAssets, position.principalAssets]).to.deep.equal([0n, 0n]);
      expect(position.collateralAssets).to.equal(WAD - (108n * WAD) / 115n);
    });

    it("leaves exactly the minimum debt where the target does, and closes all a unit below it", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      // Worth 1,736.25 against 1,500: (1,575 - 1,389) / 0.186 = 1,000 restore the target and leave 500.
      await scene.setPrice(173_625n, 1_000n);
      await changeRisk(scene, { minDebt: 500n * WAD });
      expect((await previewLiquidation(scene)).repaidAssets).to.equal(1_000n * WAD);
      await changeRisk(scene, { minDebt: 500n * WAD + 1n });
      expect((await previewLiquidation(scene)).repaidAssets).to.equal(1_500n * WAD);
    });

    it("refuses a liquidator who would leave it", async () => {
      const scene = await networkHelpers.loadFixture(small);
      await changeRisk(scene, { minDebt: 31n * WAD });
      const values = [31n * WAD - 1n, 31n * WAD];
      await expectRefused(scene, () => liquidate(scene, { maxRepaid: 69n * WAD + 1n }), "BelowMinDebt", values);
      await liquidate(scene, { maxRepaid: 69n * WAD });
      expect((await positionOf(scene)).debtAssets).to.equal(31n * WAD);
    });
  });

  describe("that asks for too much or nothing", () => {
    it("takes no more than the caller's maximum", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      expect((await previewLiquidation(scene, 123n * WAD)).repaidAssets).to.equal(123n * WAD);
    });

    it("is refused when the caller offers nothing", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      await expectRefused(scene, () => liquidate(scene, { maxRepaid: 0n }), "ZeroAssets", []);
    });

    it("is refused when less collateral would be seized than the caller accepts", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const seized = (300n * WAD * 108n) / 100n / 175n;
      const send = (minSeized: bigint) => liquidate(scene, { maxRepaid: 300n * WAD, minSeized });
      await expectRefused(scene, () => send(seized + 1n), "SeizesTooLittle", [seized, seized + 1n]);
      await expect(send(seized)).to.changeTokenBalance(ethers, scene.collateral, scene.liquidator, seized);
    });

    it("is refused for a token that is not listed", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, borrower } = scene;
      const send = () => vault.liquidate(borrower.address, UNLISTED, MAX, 0n, 0n, "0x");
      await expectRefused(scene, send, "UnknownCollateral", [UNLISTED]);
    });

    it("is refused by the token when the liquidator cannot pay", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, asset, vaultAddress, borrower, stranger, collateralAddress } = scene;
      await asset.connect(stranger).approve(vaultAddress, MAX);
      const send = () =>
        vault.connect(stranger).liquidate(borrower.address, collateralAddress, 300n * WAD, 0n, 0n, "0x");
      await expectRefused(scene, send, "ERC20InsufficientBalance", [stranger.address, 0n, 300n * WAD], asset);
    });
  });
});
