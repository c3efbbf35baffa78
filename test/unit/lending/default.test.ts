import { expect } from "chai";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
import { divUp } from "../../helpers/lendingModel.js";
import {
  deployScene,
  expectRefused,
  liquidate,
  openPosition,
  previewLiquidation,
  setValue,
  type LendingScene,
} from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const DELAY = 3_600n;
const COLLATERAL = 10n * WAD;
/** What collateral worth 1,000 covers, and what was written off of a debt of 1,500. */
const COVERED = (1_000n * WAD * 100n) / 101n;
const DEFAULTED = 1_500n * WAD - COVERED;

describe("LendingVault: a position in default", () => {
  async function writeOffAt(scene: LendingScene, value: bigint) {
    const { vault, borrower, collateralAddress } = scene;
    await setValue(scene, value);
    await vault.impair(borrower.address, collateralAddress);
    await networkHelpers.time.increase(DELAY);
    await setValue(scene, value);
    await vault.writeOff(borrower.address, collateralAddress, MAX);
  }

  /** 1,500 borrowed against 10; at a value of 1,000 a part of it was written off, and anybody may pay it back. */
  async function defaulted() {
    const scene = await deployScene(ethers);
    await openPosition(scene, COLLATERAL, 1_500n * WAD);
    await writeOffAt(scene, 1_000n * WAD);
    await scene.asset.connect(scene.other).approve(scene.engineAddress, MAX);
    return scene;
  }

  /** The same, and a second write-off at a value of 500. */
  async function twice() {
    const scene = await defaulted();
    await writeOffAt(scene, 500n * WAD);
    return scene;
  }
  /** What collateral worth 500 covers, and what the second write-off took. */
  const COVERED_TWICE = (500n * WAD * 100n) / 101n;
  const DEFAULTED_TWICE = COVERED - COVERED_TWICE;

  const recover = ({ engine, vaultAddress, other }: LendingScene, id: bigint, assets: bigint) =>
    engine.connect(other).recover(vaultAddress, id, assets);

  const positionOf = ({ vault, collateralAddress, borrower }: LendingScene) =>
    vault.positionOf(borrower.address, collateralAddress);

  describe("LV2: counts what was written off as debt", () => {
    it("in its health factor", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      await setValue(scene, 1_800n * WAD);
      const health = await scene.vault.healthFactor(scene.borrower.address, scene.collateralAddress);
      expect(health).to.equal((1_800n * WAD * 8n) / 10n / 1_500n);
    });

    it("when it borrows: that is refused until the default is paid back", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      const { vault, borrower, collateralAddress } = scene;
      await setValue(scene, 9_000n * WAD);
      const borrow = () => vault.connect(borrower).borrow(collateralAddress, WAD, borrower.address, borrower.address);
      await recover(scene, 1n, DEFAULTED - 1n);
      await expectRefused(scene, borrow, "PositionInDefault", [borrower.address, collateralAddress, 1n, 1n]);
      await recover(scene, 1n, 1n);
      await borrow();
      expect((await positionOf(scene)).debtAssets).to.equal(COVERED + WAD);
    });

    it("when it withdraws collateral, to the unit", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      const { vault, borrower, collateralAddress } = scene;
      await setValue(scene, 4_000n * WAD);
      const withdraw = (assets: bigint) => () =>
        vault.connect(borrower).withdrawCollateral(collateralAddress, assets, borrower.address, borrower.address);
      // 5 x 400 x 75 % = 1,500 = debt and default.
      const values = [borrower.address, collateralAddress, 1_500n * WAD, 1_500n * WAD - 300n];
      await expectRefused(scene, withdraw(5n * WAD + 1n), "ExceedsLtv", values);
      await withdraw(5n * WAD)();
      expect((await positionOf(scene)).collateralAssets).to.equal(5n * WAD);
    });

    it("when it is liquidated: it is liquidatable although the debt alone would be healthy", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      await setValue(scene, 1_700n * WAD);
      // 990 of debt against 1,700 x 80 % would be healthy; 1,500 is not.
      expect((await previewLiquidation(scene)).repaidAssets > 0n).to.be.true;
      await recover(scene, 1n, DEFAULTED);
      const health = (1_700n * WAD * 8_000n * 10n ** 14n) / COVERED;
      const values = [scene.borrower.address, scene.collateralAddress, health];
      await expectRefused(scene, () => liquidate(scene), "PositionHealthy", values);
    });
  });

  describe("RE1: pays back what was written off when it is liquidated later", () => {
    /** (1.05 x 1,500 - 0.8 x 1,700) / (1.05 - 1.08 x 0.8), by the rule for solvent positions. */
    const REPAID = divUp(215n * WAD * 1_000n, 186n);

    it("closing what restores the target health of debt and default together", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      await setValue(scene, 1_700n * WAD);
      expect((await previewLiquidation(scene)).repaidAssets).to.equal(REPAID);
      await liquidate(scene);
      const health = await scene.vault.healthFactor(scene.borrower.address, scene.collateralAddress);
      const target = (105n * WAD) / 100n;
      expect(health >= target && health - target < 10n, `health ${health}`).to.be.true;
    });

    it("first the debt, and what is paid beyond it to those who were charged", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      const { vault, engine, asset, vaultAddress } = scene;
      await setValue(scene, 1_700n * WAD);
      const cash = await vault.cash();
      await liquidate(scene);
      expect((await positionOf(scene)).debtAssets).to.equal(0n);
      expect(await vault.cash()).to.equal(cash + COVERED);
      expect(await vault.claimsOwed()).to.equal(REPAID - COVERED);
      expect((await engine.ledger(vaultAddress, 1n)).recovered).to.equal(REPAID - COVERED);
      expect(await asset.balanceOf(vaultAddress)).to.equal((await vault.cash()) + (await vault.claimsOwed()));
    });

    it("so that the lender who was charged can claim it, less the virtual shares' part", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      const { vault, asset, lender } = scene;
      await setValue(scene, 1_700n * WAD);
      await liquidate(scene);
      const { shares } = await vault.lossEpoch(1n);
      const claim = ((REPAID - COVERED) * (shares - 1_000_000n)) / shares;
      const send = vault.connect(lender).claimRecovery(lender.address, [1n], lender.address);
      await expect(send).to.changeTokenBalance(ethers, asset, lender, claim);
    });

    it("in full when it is worth enough, and the surplus stays the borrower's", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      // 1,620 = 1,500 x 1.08: from here down everything may be closed.
      await setValue(scene, 1_620n * WAD);
      await liquidate(scene);
      expect(await scene.engine.outstanding(scene.vaultAddress, 1n)).to.equal(0n);
      const position = await positionOf(scene);
      expect([position.debtAssets, position.writeOffId]).to.deep.equal([0n, 0n]);
      expect(position.collateralAssets <= 1n).to.be.true;
    });

    it("as much as its collateral is worth at the minimum incentive, when that is less than it owes", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      await setValue(scene, 1_212n * WAD);
      const outcome = await previewLiquidation(scene);
      expect([outcome.repaidAssets, outcome.seizedAssets]).to.deep.equal([1_200n * WAD, COLLATERAL]);
      await liquidate(scene);
      expect(await scene.vault.claimsOwed()).to.equal(1_200n * WAD - COVERED);
      expect(await scene.engine.outstanding(scene.vaultAddress, 1n)).to.equal(1_500n * WAD - 1_200n * WAD);
    });

    it("also when its debt is gone and only the default is left", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      const { vault, borrower, collateralAddress } = scene;
      await vault.connect(borrower).repay(collateralAddress, MAX, borrower.address);
      await setValue(scene, 404n * WAD);
      await liquidate(scene);
      expect(await vault.claimsOwed()).to.equal(400n * WAD);
      expect(await vault.totalDebt()).to.equal(0n);
      expect((await positionOf(scene)).collateralAssets).to.equal(0n);
    });

    it("and a default without any collateral is not for liquidators, which needs no price", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      const { vault, oracle, borrower, collateralAddress, assetAddress } = scene;
      await vault.connect(borrower).repay(collateralAddress, MAX, borrower.address);
      await setValue(scene, 404n * WAD);
      await liquidate(scene);
      await oracle.setDead(collateralAddress, assetAddress, true);
      const values = [borrower.address, collateralAddress];
      await expectRefused(scene, () => liquidate(scene), "WorthlessCollateral", values);
    });

    it("without leaving dust of the debt", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      await setValue(scene, 1_700n * WAD);
      const send = () => liquidate(scene, { maxRepaid: COVERED - 10n * WAD + 1n });
      await expectRefused(scene, send, "BelowMinDebt", [10n * WAD - 1n, 10n * WAD]);
      await liquidate(scene, { maxRepaid: COVERED - 10n * WAD });
      expect((await positionOf(scene)).debtAssets).to.equal(10n * WAD);
    });

    it("LV2: once, in a batch that names it twice: what the first item pays is no default any more", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      const { vault, engine, liquidator, borrower, collateralAddress, vaultAddress } = scene;
      await setValue(scene, 1_700n * WAD);
      const seized = (REPAID * 108n * COLLATERAL) / (1_700n * 100n * WAD);
      const reserves = await vault.reserves();
      const item = {
        borrower: borrower.address,
        collateral: collateralAddress,
        maxRepaidAssets: MAX,
        minSeizedAssets: 0n,
      };
      const refusal = vault.interface.encodeErrorResult("DuplicateItem", [borrower.address, collateralAddress]);
      await expect(vault.connect(liquidator).liquidateBatch([item, item], MAX, "0x"))
        .to.emit(vault, "BatchItemSkipped")
        .withArgs(borrower.address, collateralAddress, refusal);
      expect((await positionOf(scene)).collateralAssets).to.equal(COLLATERAL - seized);
      expect(await engine.outstanding(vaultAddress, 1n)).to.equal(1_500n * WAD - REPAID);
      expect(await vault.reserves()).to.equal(reserves);
      // 1.05 after it: neither item nor anybody else may take more.
      await expect(liquidate(scene)).to.be.revertedWithCustomError(vault, "PositionHealthy");
    });

    it("closing all of the debt where the target alone would leave dust of it", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      await recover(scene, 1n, DEFAULTED - 400n * WAD);
      await setValue(scene, 1_595n * WAD);
      const claim = COVERED + 400n * WAD;
      const target = divUp((10_500n * claim - 8_000n * 1_595n * WAD) * 1_000n, 1_860_000n);
      expect(target < COVERED && COVERED - target < 10n * WAD, `${target} of ${COVERED}`).to.be.true;
      expect((await previewLiquidation(scene)).repaidAssets).to.equal(COVERED);
    });
  });

  describe("several times over", () => {
    it("LV2: counts every default that is not paid back, not only the last one", async () => {
      const scene = await networkHelpers.loadFixture(twice);
      const { vault, borrower, collateralAddress } = scene;
      await setValue(scene, 1_800n * WAD);
      const health = await vault.healthFactor(borrower.address, collateralAddress);
      expect(health).to.equal((1_800n * WAD * 8n) / 10n / 1_500n);
      const borrow = () => vault.connect(borrower).borrow(collateralAddress, WAD, borrower.address, borrower.address);
      const owed = DEFAULTED + DEFAULTED_TWICE;
      await expectRefused(scene, borrow, "PositionInDefault", [borrower.address, collateralAddress, 2n, owed]);
    });

    it("is linked from the newest to the oldest", async () => {
      const { engine, vaultAddress, ...scene } = await networkHelpers.loadFixture(twice);
      expect((await positionOf({ engine, vaultAddress, ...scene })).writeOffId).to.equal(2n);
      expect((await engine.ledger(vaultAddress, 2n)).previousId).to.equal(1n);
      expect((await engine.ledger(vaultAddress, 1n)).previousId).to.equal(0n);
    });

    it("falls back to the older default when the newer one is paid back", async () => {
      const scene = await networkHelpers.loadFixture(twice);
      const { vault, borrower, collateralAddress } = scene;
      await recover(scene, 2n, MAX);
      expect((await positionOf(scene)).writeOffId).to.equal(1n);
      const borrow = () => vault.connect(borrower).borrow(collateralAddress, WAD, borrower.address, borrower.address);
      await expectRefused(scene, borrow, "PositionInDefault", [borrower.address, collateralAddress, 1n, DEFAULTED]);
      await recover(scene, 1n, MAX);
      expect((await positionOf(scene)).writeOffId).to.equal(0n);
    });

    it("keeps the newer default when the older one is paid back", async () => {
      const scene = await networkHelpers.loadFixture(twice);
      await recover(scene, 1n, MAX);
      expect((await positionOf(scene)).writeOffId).to.equal(2n);
      await setValue(scene, 900n * WAD);
      const health = await scene.vault.healthFactor(scene.borrower.address, scene.collateralAddress);
      expect(health).to.equal((900n * WAD * 8_000n * 10n ** 14n) / COVERED);
    });

    it("RE1: pays the newest default back first, then the older one", async () => {
      const scene = await networkHelpers.loadFixture(twice);
      const { vault, engine, vaultAddress } = scene;
      await setValue(scene, 1_515n * WAD);
      await liquidate(scene);
      expect(await engine.outstanding(vaultAddress, 2n)).to.equal(0n);
      expect(await engine.outstanding(vaultAddress, 1n)).to.equal(0n);
      expect(await vault.recoveredOf(1n)).to.equal(DEFAULTED);
      expect(await vault.recoveredOf(2n)).to.equal(DEFAULTED_TWICE);
      expect(await scene.asset.allowance(vaultAddress, scene.engineAddress)).to.equal(0n);
    });

    it("RE1: pays a part of the older default with what the newest one leaves", async () => {
      const scene = await networkHelpers.loadFixture(twice);
      const { engine, vaultAddress } = scene;
      await setValue(scene, 1_212n * WAD);
      await liquidate(scene);
      expect(await engine.outstanding(vaultAddress, 2n)).to.equal(0n);
      expect(await engine.outstanding(vaultAddress, 1n)).to.equal(300n * WAD);
      expect((await positionOf(scene)).writeOffId).to.equal(1n);
    });

    it("links a new write-off only to what is still unpaid", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      await recover(scene, 1n, MAX);
      await writeOffAt(scene, 500n * WAD);
      expect((await scene.engine.ledger(scene.vaultAddress, 2n)).previousId).to.equal(0n);
    });

    it("also links liquidations in part", async () => {
      const scene = await networkHelpers.loadFixture(defaulted);
      await setValue(scene, 500n * WAD);
      await liquidate(scene, { maxRepaid: 200n * WAD });
      expect((await scene.engine.ledger(scene.vaultAddress, 2n)).previousId).to.equal(1n);
      expect((await positionOf(scene)).writeOffId).to.equal(2n);
    });
  });
});
