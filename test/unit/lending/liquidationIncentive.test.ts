import { expect } from "chai";
import { network } from "hardhat";

import { BPS, WAD } from "../../helpers/lending.js";
import {
  changeRisk,
  deployScene,
  liquidate,
  openPosition,
  previewLiquidation,
  setValue,
} from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const DEBT = 1_500n * WAD;
/** At this value the collateral covers the debt and the minimum incentive of 1 %, and nothing more. */
const JUST_SOLVENT = 1_515n * WAD;

describe("LendingVault: what a liquidator earns", () => {
  /** A debt of 1,500 against 10; incentive 8 %, at least 1 %. */
  async function indebted() {
    const scene = await deployScene(ethers);
    await openPosition(scene, 10n * WAD, DEBT);
    return scene;
  }

  /** The same with a fee of 20 % of what an incentive is above the minimum. */
  async function withFee() {
    const scene = await deployScene(ethers, { liquidationFeeBps: 2_000n });
    await openPosition(scene, 10n * WAD, DEBT);
    return scene;
  }

  describe("while the position is solvent", () => {
    const points = [
      { value: 1_740n * WAD, incentiveBps: 800n, closesAll: false },
      { value: 1_680n * WAD, incentiveBps: 800n, closesAll: false },
      { value: 1_620n * WAD, incentiveBps: 800n, closesAll: true },
      { value: 1_575n * WAD, incentiveBps: 500n, closesAll: true },
      { value: 1_530n * WAD, incentiveBps: 200n, closesAll: true },
      { value: JUST_SOLVENT, incentiveBps: 100n, closesAll: true },
    ];
    for (const { value, incentiveBps, closesAll } of points) {
      it(`is ${Number(incentiveBps) / 100} % when collateral is worth ${value / WAD} against 1,500`, async () => {
        const scene = await networkHelpers.loadFixture(indebted);
        await setValue(scene, value);
        const { repaidAssets, seizedAssets } = await previewLiquidation(scene);
        const worth = (seizedAssets * value) / (10n * WAD);
        const promised = (repaidAssets * (BPS + incentiveBps)) / BPS;
        // What is seized rounds down, and one unit of collateral is worth up to 174.
        expect(promised - worth >= 0n && promised - worth <= 174n, `${worth} for ${promised}`).to.be.true;
        expect(repaidAssets === DEBT).to.equal(closesAll);
      });
    }

    for (const value of [JUST_SOLVENT, JUST_SOLVENT + 10n, 1_516n * WAD, 1_599n * WAD, 1_620n * WAD]) {
      it(`WO5: books no loss when everything is closed at a value of ${value}`, async () => {
        const scene = await networkHelpers.loadFixture(indebted);
        await setValue(scene, value);
        await liquidate(scene, { maxSocialized: 0n });
        const position = await scene.vault.positionOf(scene.borrower.address, scene.collateralAddress);
        expect(position.debtAssets).to.equal(0n);
        expect(await scene.engine.writeOffCount(scene.vaultAddress)).to.equal(0n);
        expect(await scene.vault.totalAssets()).to.equal(1_000_000n * WAD);
      });
    }
  });

  describe("at the boundary of insolvency", () => {
    it("takes all collateral for all debt when it is just solvent", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await setValue(scene, JUST_SOLVENT);
      const { borrower, collateralAddress, vault } = scene;
      expect(await vault.shortfallOf(borrower.address, collateralAddress)).to.deep.equal([0n, false]);
      const outcome = await previewLiquidation(scene);
      expect([outcome.repaidAssets, outcome.seizedAssets]).to.deep.equal([DEBT, 10n * WAD]);
      expect(outcome.badDebtAssets).to.equal(0n);
    });

    it("is insolvent one unit below, where the rounding of the payment still covers the debt", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await setValue(scene, JUST_SOLVENT - 1n);
      const { borrower, collateralAddress, vault } = scene;
      expect(await vault.shortfallOf(borrower.address, collateralAddress)).to.deep.equal([1n, true]);
      const outcome = await previewLiquidation(scene);
      // (1,515e18 - 1) / 1.01 = 1,500e18 - 0.99, rounded up.
      expect([outcome.repaidAssets, outcome.badDebtAssets]).to.deep.equal([DEBT, 0n]);
    });

    it("books a loss of one unit two units below", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await setValue(scene, JUST_SOLVENT - 2n);
      const outcome = await previewLiquidation(scene);
      expect([outcome.repaidAssets, outcome.badDebtAssets, outcome.socializedAssets]).to.deep.equal([
        DEBT - 1n,
        1n,
        1n,
      ]);
      await liquidate(scene);
      expect(await scene.vault.totalAssets()).to.equal(1_000_000n * WAD - 1n);
    });

    it("is insolvent when the debt is one unit more", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await scene.vault.connect(scene.borrower).repay(scene.collateralAddress, 15n * WAD - 1n, scene.borrower.address);
      // 1,485 + 1 unit against 1,499.85: 1,499.85 / 1.01 = 1,485.
      await setValue(scene, 1_499_850_000_000_000_000_000n);
      const { borrower, collateralAddress, vault } = scene;
      expect(await vault.shortfallOf(borrower.address, collateralAddress)).to.deep.equal([1n, true]);
      await vault.connect(borrower).repay(collateralAddress, 1n, borrower.address);
      expect(await vault.shortfallOf(borrower.address, collateralAddress)).to.deep.equal([0n, false]);
    });
  });

  describe("and owes to the reserves", () => {
    it("a share of the incentive above the minimum, on top of the repayment", async () => {
      const scene = await networkHelpers.loadFixture(withFee);
      await setValue(scene, 1_740n * WAD);
      const { vault, vaultAddress, asset, liquidator } = scene;
      // 20 % of 8 % - 1 %: 1.4 % of 300
      const fee = (300n * WAD * 14n) / 1_000n;
      expect((await previewLiquidation(scene, 300n * WAD)).feeAssets).to.equal(fee);
      const send = liquidate(scene, { maxRepaid: 300n * WAD });
      const paid = 300n * WAD + fee;
      await expect(send).to.changeTokenBalances(ethers, asset, [liquidator, vaultAddress], [-paid, paid]);
      expect(await vault.reserves()).to.equal(fee);
      expect(await vault.totalAssets()).to.equal(1_000_000n * WAD);
    });

    it("less when the incentive shrinks, and nothing when it is the minimum", async () => {
      const scene = await networkHelpers.loadFixture(withFee);
      await setValue(scene, 1_575n * WAD);
      // 20 % of 5 % - 1 %
      expect((await previewLiquidation(scene, 300n * WAD)).feeAssets).to.equal((300n * WAD * 8n) / 1_000n);
      await setValue(scene, JUST_SOLVENT);
      expect((await previewLiquidation(scene, 300n * WAD)).feeAssets).to.equal(0n);
    });

    it("nothing when the position is insolvent", async () => {
      const scene = await networkHelpers.loadFixture(withFee);
      await setValue(scene, 1_000n * WAD);
      expect((await previewLiquidation(scene)).feeAssets).to.equal(0n);
    });

    it("nothing of a fee rate that is zero", async () => {
      const scene = await networkHelpers.loadFixture(withFee);
      await changeRisk(scene, { liquidationFeeBps: 0n });
      await setValue(scene, 1_740n * WAD);
      expect((await previewLiquidation(scene, 300n * WAD)).feeAssets).to.equal(0n);
    });
  });
});
