import { expect } from "chai";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
import { divUp } from "../../helpers/lendingModel.js";
import {
  changeCollateral,
  deployScene,
  E36,
  expectRefused,
  liquidate,
  openPosition,
  previewLiquidation,
  setValue,
  type LendingScene,
} from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const DEBT = 1_500n * WAD;
const COLLATERAL = 10n * WAD;
const DELAY = 3_600n;

describe("LendingVault: which price decides", () => {
  /** 1,500 borrowed against 10. */
  async function indebted() {
    const scene = await deployScene(ethers);
    await openPosition(scene, COLLATERAL, DEBT);
    return scene;
  }

  /** The same, recorded as insolvent long enough ago for a write-off, which a new round may now confirm. */
  async function impaired() {
    const scene = await indebted();
    await setValue(scene, 1_000n * WAD);
    await scene.vault.impair(scene.borrower.address, scene.collateralAddress);
    await networkHelpers.time.increase(DELAY);
    await setValue(scene, 1_000n * WAD);
    return scene;
  }

  /** Values of all collateral by the primary source and by the lowest and highest of all live ones, whole units. */
  const setValues = (
    { oracle, collateralAddress, assetAddress }: LendingScene,
    values: { primary: bigint; low?: bigint; high?: bigint },
  ) => {
    const price = (value: bigint) => (value * E36) / 10n;
    const { primary, low = primary, high = primary } = values;
    return oracle.setRange(collateralAddress, assetAddress, price(primary), price(low), price(high));
  };

  const impair = ({ vault, borrower, collateralAddress }: LendingScene) =>
    vault.impair(borrower.address, collateralAddress);
  const writeOff = ({ vault, borrower, collateralAddress }: LendingScene) =>
    vault.writeOff(borrower.address, collateralAddress, MAX);

  describe("OR1: a lossless liquidation", () => {
    it("goes by the primary source, whatever a lower one says", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await setValues(scene, { primary: 2_000n, low: 100n });
      const health = (2_000n * WAD * 8n) / 15_000n;
      const values = [scene.borrower.address, scene.collateralAddress, health];
      await expectRefused(scene, () => liquidate(scene), "PositionHealthy", values);
    });

    it("goes by the primary source, whatever a higher one says", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await setValues(scene, { primary: 1_750n, high: 5_000n });
      const { seizedAssets } = await previewLiquidation(scene, 300n * WAD);
      expect(seizedAssets).to.equal((300n * WAD * 108n) / 100n / 175n);
    });

    it("is not blocked by a second source that has just fallen silent", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      const { oracle, collateralAddress, assetAddress } = scene;
      await setValue(scene, 1_750n * WAD);
      await oracle.setLossBlockedBy(collateralAddress, assetAddress, collateralAddress);
      await liquidate(scene, { maxRepaid: 300n * WAD });
      expect(await scene.vault.totalDebt()).to.equal(1_200n * WAD);
    });
  });

  describe("OR1: a loss", () => {
    it("is booked by the most generous source", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await setValues(scene, { primary: 900n, high: 1_000n });
      const price = divUp(1_000n * WAD * 100n, 101n);
      const outcome = await previewLiquidation(scene);
      expect([outcome.repaidAssets, outcome.badDebtAssets]).to.deep.equal([price, DEBT - price]);
    });

    it("is not booked while one source says solvent: the position is closed at that source's price instead", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await setValues(scene, { primary: 1_000n, high: 1_530n });
      const outcome = await previewLiquidation(scene);
      // At 1,530 the incentive is 2 % and everything can be closed.
      expect([outcome.repaidAssets, outcome.badDebtAssets]).to.deep.equal([DEBT, 0n]);
      expect(COLLATERAL - outcome.seizedAssets <= 1n).to.be.true;
      await liquidate(scene);
      expect(await scene.engine.writeOffCount(scene.vaultAddress)).to.equal(0n);
    });

    it("is not booked by one unit either: the most generous source decides at the boundary", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await setValues(scene, { primary: 1_514n, high: 1_515n });
      expect((await previewLiquidation(scene)).badDebtAssets).to.equal(0n);
      const { oracle, collateralAddress, assetAddress } = scene;
      // Two units less than 1,515 lose one unit of debt.
      const high = ((1_515n * WAD - 2n) * E36) / COLLATERAL;
      await oracle.setRange(collateralAddress, assetAddress, (1_514n * E36) / 10n, 1n, high);
      expect((await previewLiquidation(scene)).badDebtAssets).to.equal(1n);
    });

    it("closes nothing when the most generous source says healthy beyond the target", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      await setValues(scene, { primary: 1_000n, high: 2_000n });
      const values = [scene.borrower.address, scene.collateralAddress];
      await expectRefused(scene, () => liquidate(scene), "WorthlessCollateral", values);
    });

    it("closes all at that price when the full incentive alone outweighs the target", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      // (1 + 35 %) x 80 % > 105 %: no repayment could restore the target.
      await changeCollateral(scene, { liquidationIncentiveBps: 3_500n });
      await setValues(scene, { primary: 1_000n, high: 2_100n });
      const outcome = await previewLiquidation(scene);
      expect(outcome.repaidAssets).to.equal(DEBT);
      expect(outcome.seizedAssets).to.equal((DEBT * 135n) / 100n / 210n);
    });

    for (const [name, act] of Object.entries({
      liquidate: (scene: LendingScene) => liquidate(scene),
      impair,
      writeOff,
    })) {
      it(`is blocked for ${name} while a second source has been silent for less than a day`, async () => {
        const scene = await networkHelpers.loadFixture(impaired);
        const { oracle, collateralAddress, assetAddress } = scene;
        await oracle.setLossBlockedBy(collateralAddress, assetAddress, assetAddress);
        await expectRefused(scene, () => act(scene), "LossBlocked", [assetAddress]);
      });

      it(`has no price for ${name} when the primary source is dead`, async () => {
        const scene = await networkHelpers.loadFixture(impaired);
        const { oracle, collateralAddress, assetAddress } = scene;
        await oracle.setDead(collateralAddress, assetAddress, true);
        await expectRefused(scene, () => act(scene), "PriceDead", [collateralAddress, assetAddress], oracle);
      });
    }

    for (const [done, act] of Object.entries({ recorded: impair, "written off": writeOff })) {
      it(`is not ${done} while one source says solvent`, async () => {
        const scene = await networkHelpers.loadFixture(done === "recorded" ? indebted : impaired);
        const { borrower, collateralAddress } = scene;
        await setValues(scene, { primary: 1_000n, high: 1_530n });
        const covered = (1_530n * WAD * 100n) / 101n;
        const values = [borrower.address, collateralAddress, DEBT, covered];
        await expectRefused(scene, () => act(scene), "PositionSolvent", values);
      });
    }

    it("is foretold by the most generous source", async () => {
      const { vault, borrower, collateralAddress, ...scene } = await networkHelpers.loadFixture(indebted);
      await setValues({ vault, borrower, collateralAddress, ...scene }, { primary: 900n, high: 1_000n });
      expect(await vault.shortfallOf(borrower.address, collateralAddress)).to.deep.equal([
        DEBT - (1_000n * WAD * 100n) / 101n,
        true,
      ]);
    });
  });

  describe("LI1: without any price", () => {
    async function dead() {
      const scene = await impaired();
      await scene.oracle.setDead(scene.collateralAddress, scene.assetAddress, true);
      return scene;
    }

    it("a repayment on an impaired position goes through, and the record stays", async () => {
      const scene = await networkHelpers.loadFixture(dead);
      const { vault, borrower, collateralAddress } = scene;
      await vault.connect(borrower).repay(collateralAddress, 1_400n * WAD, borrower.address);
      const position = await vault.positionOf(borrower.address, collateralAddress);
      expect(position.debtAssets).to.equal(100n * WAD);
      expect(position.impairedAt > 0n).to.be.true;
    });

    it("a repayment of everything clears the record as well", async () => {
      const scene = await networkHelpers.loadFixture(dead);
      const { vault, borrower, collateralAddress } = scene;
      await expect(vault.connect(borrower).repay(collateralAddress, MAX, borrower.address))
        .to.emit(vault, "ImpairmentCleared")
        .withArgs(borrower.address, collateralAddress);
      expect((await vault.positionOf(borrower.address, collateralAddress)).impairedAt).to.equal(0n);
    });

    it("collateral can be added to an impaired position, and the record stays", async () => {
      const scene = await networkHelpers.loadFixture(dead);
      const { vault, borrower, collateralAddress } = scene;
      await vault.connect(borrower).supplyCollateral(collateralAddress, 90n * WAD, borrower.address);
      const position = await vault.positionOf(borrower.address, collateralAddress);
      expect(position.collateralAssets).to.equal(100n * WAD);
      expect(position.impairedAt > 0n).to.be.true;
    });

    it("lenders can deposit and withdraw", async () => {
      const { vault, lender } = await networkHelpers.loadFixture(dead);
      await vault.connect(lender).deposit(WAD, lender.address);
      await vault.connect(lender).withdraw(2n * WAD, lender.address, lender.address);
      expect(await vault.totalAssets()).to.equal(999_999n * WAD);
    });

    it("positions can be read, but a health factor or shortfall cannot", async () => {
      const { vault, oracle, borrower, collateralAddress } = await networkHelpers.loadFixture(dead);
      const position = [borrower.address, collateralAddress] as const;
      expect((await vault.positionOf(...position)).debtAssets).to.equal(DEBT);
      await expect(vault.healthFactor(...position)).to.be.revertedWithCustomError(oracle, "PriceDead");
      await expect(vault.shortfallOf(...position)).to.be.revertedWithCustomError(oracle, "PriceDead");
    });
  });
});
