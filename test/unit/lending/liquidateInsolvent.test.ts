import { expect } from "chai";
import { network } from "hardhat";

import { WAD } from "../../helpers/lending.js";
import { divUp } from "../../helpers/lendingModel.js";
import {
  changeRisk,
  deployScene,
  expectRefused,
  expectTotals,
  liquidate,
  openPosition,
  previewLiquidation,
  setValue,
  type LendingScene,
} from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const DEBT = 1_500n * WAD;
const COLLATERAL = 10n * WAD;
/** Price of collateral worth 1,000 when the liquidator is left 1 % of what it pays. */
const PRICE_OF_ALL = divUp(1_000n * WAD * 10_000n, 10_100n);
/** Scaled digits of a debt in a vault whose index has not moved. */
const SCALE = 10n ** 6n;

/** What is left of the debt after `repaid` of the price of all, rounded up, and by how much the total falls. */
function afterFraction(repaid: bigint) {
  const scaledLeft = DEBT * SCALE - (DEBT * SCALE * repaid) / PRICE_OF_ALL;
  return { left: divUp(scaledLeft, SCALE), closed: DEBT - scaledLeft / SCALE };
}

describe("LendingVault: liquidation of an insolvent position", () => {
  /** A debt of 1,500 against collateral worth 1,000, nothing in front of the lenders. */
  async function insolvent() {
    const scene = await deployScene(ethers);
    await openPosition(scene, COLLATERAL, DEBT);
    await setValue(scene, 1_000n * WAD);
    return scene;
  }

  /** A year of interest at about 31.5 %, a tenth of it in reserves; then collateral is worth 1,000. */
  async function withReserves() {
    const scene = await deployScene(ethers, { flatRateWad: 10n ** 10n });
    await openPosition(scene, COLLATERAL, DEBT);
    const borrowedAt = BigInt(await networkHelpers.time.latest());
    await setValue(scene, 1_000n * WAD);
    return { ...scene, dueAt: borrowedAt + 10_000_000n };
  }

  const positionOf = ({ vault, collateralAddress, borrower }: LendingScene) =>
    vault.positionOf(borrower.address, collateralAddress);

  describe("as a whole", () => {
    it("sells all collateral at the minimum incentive and writes the rest of the debt off", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      expect(await previewLiquidation(scene)).to.deep.equal({
        repaidAssets: PRICE_OF_ALL,
        feeAssets: 0n,
        seizedAssets: COLLATERAL,
        badDebtAssets: DEBT - PRICE_OF_ALL,
        socializedAssets: DEBT - PRICE_OF_ALL,
      });
    });

    it("LV1: leaves an empty position, smaller totals and the payment in cash", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      const { vault, asset, vaultAddress } = scene;
      await liquidate(scene);
      const position = await positionOf(scene);
      expect([position.collateralAssets, position.debtAssets, position.principalAssets]).to.deep.equal([0n, 0n, 0n]);
      await expectTotals(scene, 0n, 0n);
      expect(await vault.totalDebt()).to.equal(0n);
      expect(await vault.cash()).to.equal(1_000_000n * WAD - DEBT + PRICE_OF_ALL);
      expect(await asset.balanceOf(vaultAddress)).to.equal(await vault.cash());
    });

    it("WO1, WO5: charges the lenders in a loss epoch of exactly the bad debt", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      const { vault } = scene;
      const shares = (await vault.totalSupply()) + 1_000_000n;
      await liquidate(scene);
      expect(await vault.lossEpoch(1n)).to.deep.equal([DEBT - PRICE_OF_ALL, shares, false, false]);
      expect(await vault.openEpoch()).to.equal(2n);
      expect(await vault.totalAssets()).to.equal(1_000_000n * WAD - (DEBT - PRICE_OF_ALL));
    });

    it("WO1: enters the ledger as a liquidation of this borrower, and position and events name it", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      const { vault, vaultAddress, engine, borrower, liquidator, collateralAddress } = scene;
      const lost = DEBT - PRICE_OF_ALL;
      const send = liquidate(scene);
      await expect(send)
        .to.emit(engine, "WrittenOff")
        .withArgs(vaultAddress, 1n, borrower.address, 0n, 1n, lost, 0n, 0n, 0n, lost);
      await expect(send)
        .to.emit(vault, "Liquidated")
        .withArgs(borrower.address, collateralAddress, liquidator.address, PRICE_OF_ALL, 0n, COLLATERAL, 10n ** 21n);
      expect((await positionOf(scene)).writeOffId).to.equal(1n);
    });

    it("WO1, WO2: has the reserves pay before the lenders", async () => {
      const scene = await networkHelpers.loadFixture(withReserves);
      await networkHelpers.time.setNextBlockTimestamp(scene.dueAt);
      // Interest 10 %: 150, of which 15 are reserves; the debt is 1,650.
      const badDebt = 1_650n * WAD - PRICE_OF_ALL;
      const { vaultAddress, borrower } = scene;
      await expect(liquidate(scene))
        .to.emit(scene.engine, "WrittenOff")
        .withArgs(vaultAddress, 1n, borrower.address, 0n, 1n, badDebt, 15n * WAD, 0n, 0n, badDebt - 15n * WAD);
      expect(await scene.vault.reserves()).to.equal(0n);
      expect(await scene.vault.totalAssets()).to.equal(1_000_000n * WAD - DEBT + PRICE_OF_ALL);
    });

    it("goes by the debt of this very second", async () => {
      const scene = await networkHelpers.loadFixture(withReserves);
      await networkHelpers.time.increaseTo(scene.dueAt);
      expect((await scene.vault.shortfallOf(scene.borrower.address, scene.collateralAddress)).shortfallAssets).to.equal(
        1_650n * WAD - (1_000n * WAD * 100n) / 101n,
      );
    });
  });

  describe("in part", () => {
    it("closes the same fraction of debt and collateral and writes off what that fraction does not cover", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      const repaid = 400n * WAD;
      const { closed } = afterFraction(repaid);
      expect(await previewLiquidation(scene, repaid)).to.deep.equal({
        repaidAssets: repaid,
        feeAssets: 0n,
        seizedAssets: (COLLATERAL * repaid) / PRICE_OF_ALL,
        badDebtAssets: closed - repaid,
        socializedAssets: closed - repaid,
      });
    });

    it("LV1: leaves the rest of debt, principal and collateral in position and totals", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      const repaid = 400n * WAD;
      const { left } = afterFraction(repaid);
      await liquidate(scene, { maxRepaid: repaid });
      const position = await positionOf(scene);
      const seized = (COLLATERAL * repaid) / PRICE_OF_ALL;
      expect(position.collateralAssets).to.equal(COLLATERAL - seized);
      expect(position.debtAssets).to.equal(left);
      expect(left - position.principalAssets <= 1n).to.be.true;
      await expectTotals(scene, position.principalAssets, COLLATERAL - seized);
    });

    it("leaves the rest as insolvent as it was, to be closed by the next one", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      await liquidate(scene, { maxRepaid: 400n * WAD });
      await liquidate(scene);
      const position = await positionOf(scene);
      expect([position.collateralAssets, position.debtAssets, position.principalAssets]).to.deep.equal([0n, 0n, 0n]);
      expect(await scene.vault.totalDebt()).to.equal(0n);
      const [first, second] = await Promise.all([1n, 2n].map((id) => scene.engine.ledger(scene.vaultAddress, id)));
      expect(second!.previousId).to.equal(1n);
      // A unit of collateral, worth 100, was rounded away from the first liquidator and left to the second.
      const lost = first!.badDebt + second!.badDebt;
      const difference = DEBT - PRICE_OF_ALL - lost;
      expect(difference >= 0n && difference <= 101n, `lost ${lost}`).to.be.true;
    });

    it("may be a tenth of the debt, and no unit less", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      const tenth = divUp(PRICE_OF_ALL, 10n);
      const { left } = afterFraction(tenth - 1n);
      const values = [DEBT - left, 150n * WAD];
      await expectRefused(scene, () => liquidate(scene, { maxRepaid: tenth - 1n }), "FractionTooSmall", values);
      await liquidate(scene, { maxRepaid: tenth });
      expect((await positionOf(scene)).debtAssets <= DEBT - 150n * WAD).to.be.true;
    });

    it("may be the minimum debt where that is more than a tenth, and no unit less", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      await changeRisk(scene, { minDebt: 600n * WAD });
      const enough = divUp(PRICE_OF_ALL * 600n, 1_500n);
      const { left } = afterFraction(enough - 1n);
      const values = [DEBT - left, 600n * WAD];
      await expectRefused(scene, () => liquidate(scene, { maxRepaid: enough - 1n }), "FractionTooSmall", values);
      await liquidate(scene, { maxRepaid: enough });
      expect((await positionOf(scene)).debtAssets <= 900n * WAD).to.be.true;
    });

    it("LV2: avoids nothing by leaving one unit: less than the minimum debt may not be left", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      // One unit of payment stands for 1.515 units of debt.
      const send = () => liquidate(scene, { maxRepaid: PRICE_OF_ALL - 1n });
      await expectRefused(scene, send, "BelowMinDebt", [2n, 10n * WAD]);
    });
  });

  describe("within the bounds of the caller", () => {
    it("accepts exactly the socialized loss it was told to, and no unit more", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      const lost = DEBT - PRICE_OF_ALL;
      const send = (maxSocialized: bigint) => liquidate(scene, { maxSocialized });
      await expectRefused(scene, () => send(lost - 1n), "ExceedsMaxSocialized", [lost, lost - 1n]);
      await send(lost);
      expect(await scene.vault.openEpoch()).to.equal(2n);
    });

    it("is refused when less collateral would be seized than the caller accepts", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      const send = () => liquidate(scene, { minSeized: COLLATERAL + 1n });
      await expectRefused(scene, send, "SeizesTooLittle", [COLLATERAL, COLLATERAL + 1n]);
    });

    it("LI1: of collateral worth nothing points to a write-off instead", async () => {
      const scene = await networkHelpers.loadFixture(insolvent);
      const { oracle, collateralAddress, assetAddress, borrower } = scene;
      await oracle.set(collateralAddress, assetAddress, 0n);
      const values = [borrower.address, collateralAddress];
      await expectRefused(scene, () => liquidate(scene), "WorthlessCollateral", values);
    });
  });

  it("leaves other positions alone", async () => {
    const scene = await networkHelpers.loadFixture(insolvent);
    const { vault, collateralAddress, other } = scene;
    await vault.connect(other).supplyCollateral(collateralAddress, 100n * WAD, other.address);
    await vault.connect(other).borrow(collateralAddress, 2_000n * WAD, other.address, other.address);
    await liquidate(scene);
    const position = await vault.positionOf(other.address, collateralAddress);
    expect([position.collateralAssets, position.debtAssets]).to.deep.equal([100n * WAD, 2_000n * WAD]);
    expect(await vault.totalDebt()).to.equal(2_000n * WAD);
  });
});
