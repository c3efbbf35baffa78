import { expect } from "chai";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
import { divUp } from "../../helpers/lendingModel.js";
import { deployScene, expectRefused, liquidate, openPosition, type LendingScene } from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const UNLISTED = "0x00000000000000000000000000000000000000A5";
const RETIREMENT_DELAY = 30n * 86_400n;
const DELAY = 3_600n;
const DEBT = 1_500n * WAD;

describe("LendingVault: a retired collateral", () => {
  /** 1,500 borrowed against 10 at 200; then the feed dies and a retirement is announced. */
  async function announced() {
    const scene = await deployScene(ethers);
    await openPosition(scene, 10n * WAD, DEBT);
    await setDead(scene, true);
    await scene.vault.announceRetirement(scene.collateralAddress);
    return scene;
  }

  async function retired() {
    const scene = await announced();
    await networkHelpers.time.increase(RETIREMENT_DELAY);
    await scene.vault.retireCollateral(scene.collateralAddress);
    return scene;
  }

  /** Retired, and everything that was owed against it written off. */
  async function writtenOff() {
    const scene = await retired();
    const { vault, borrower, collateralAddress } = scene;
    await vault.impair(borrower.address, collateralAddress);
    await networkHelpers.time.increase(DELAY);
    await vault.writeOff(borrower.address, collateralAddress, MAX);
    return scene;
  }

  const setDead = ({ oracle, collateralAddress, assetAddress }: LendingScene, isDead: boolean) =>
    oracle.setDead(collateralAddress, assetAddress, isDead);

  describe("LI1: counts as nothing, without a price", () => {
    it("so that what is owed against it can be written off, in full and without a newer round", async () => {
      const scene = await networkHelpers.loadFixture(writtenOff);
      const { vault, engine, vaultAddress, borrower, collateralAddress } = scene;
      const position = await vault.positionOf(borrower.address, collateralAddress);
      expect([position.debtAssets, position.collateralAssets]).to.deep.equal([0n, 10n * WAD]);
      expect((await engine.ledger(vaultAddress, 1n)).badDebt).to.equal(DEBT);
      expect(await vault.totalAssets()).to.equal(1_000_000n * WAD - DEBT);
    });

    it("and not before: a feed that is only dead writes nothing off", async () => {
      const scene = await networkHelpers.loadFixture(announced);
      const { vault, oracle, borrower, collateralAddress, assetAddress } = scene;
      const impair = () => vault.impair(borrower.address, collateralAddress);
      await expectRefused(scene, impair, "PriceDead", [collateralAddress, assetAddress], oracle);
    });

    it("even when the feed comes back", async () => {
      const scene = await networkHelpers.loadFixture(retired);
      const { vault, borrower, collateralAddress } = scene;
      await setDead(scene, false);
      expect(await vault.healthFactor(borrower.address, collateralAddress)).to.equal(0n);
      expect(await vault.shortfallOf(borrower.address, collateralAddress)).to.deep.equal([DEBT, true]);
    });

    it("so that nobody can be made to pay for it", async () => {
      const scene = await networkHelpers.loadFixture(retired);
      const values = [scene.borrower.address, scene.collateralAddress];
      await expectRefused(scene, () => liquidate(scene), "WorthlessCollateral", values);
    });

    it("so that nothing can be taken out under a debt, but all of it after repayment", async () => {
      const scene = await networkHelpers.loadFixture(retired);
      const { vault, collateral, borrower, collateralAddress } = scene;
      const own = vault.connect(borrower);
      const withdraw = () => own.withdrawCollateral(collateralAddress, 10n * WAD, borrower.address, borrower.address);
      await expectRefused(scene, withdraw, "ExceedsLtv", [borrower.address, collateralAddress, DEBT, 0n]);
      await own.repay(collateralAddress, MAX, borrower.address);
      await expect(withdraw()).to.changeTokenBalance(ethers, collateral, borrower, 10n * WAD);
    });

    it("so that new collateral heals no record", async () => {
      const scene = await networkHelpers.loadFixture(retired);
      const { vault, borrower, collateralAddress } = scene;
      await vault.impair(borrower.address, collateralAddress);
      await vault.connect(borrower).supplyCollateral(collateralAddress, 1_000n * WAD, borrower.address);
      expect((await vault.positionOf(borrower.address, collateralAddress)).impairedAt > 0n).to.be.true;
    });
  });

  describe("has remains that anybody may buy", () => {
    it("at the price that is set, which is said and can be read", async () => {
      const { vault, collateralAddress } = await networkHelpers.loadFixture(writtenOff);
      await expect(vault.setRetiredPrice(collateralAddress, 50n * WAD))
        .to.emit(vault, "CollateralRetired")
        .withArgs(collateralAddress, 50n * WAD);
      expect((await vault.retirementOf(collateralAddress)).priceWad).to.equal(50n * WAD);
    });

    it("but no price is set before it is retired", async () => {
      const scene = await networkHelpers.loadFixture(announced);
      const { vault, collateralAddress } = scene;
      const set = () => vault.setRetiredPrice(collateralAddress, WAD);
      await expectRefused(scene, set, "NotRetired", [collateralAddress]);
    });

    it("and none for a token that is not listed", async () => {
      const scene = await networkHelpers.loadFixture(announced);
      const set = () => scene.vault.setRetiredPrice(UNLISTED, WAD);
      await expectRefused(scene, set, "UnknownCollateral", [UNLISTED]);
    });

    it("whose price also says what a borrower who still owes may take out, to the unit", async () => {
      const scene = await networkHelpers.loadFixture(retired);
      const { vault, collateral, borrower, collateralAddress } = scene;
      await vault.setRetiredPrice(collateralAddress, 400n * WAD);
      const withdraw = (assets: bigint) => () =>
        vault.connect(borrower).withdrawCollateral(collateralAddress, assets, borrower.address, borrower.address);
      // 5 x 400 x 75 % = 1,500
      const values = [borrower.address, collateralAddress, DEBT, DEBT - 300n];
      await expectRefused(scene, withdraw(5n * WAD + 1n), "ExceedsLtv", values);
      await expect(withdraw(5n * WAD)()).to.changeTokenBalance(ethers, collateral, borrower, 5n * WAD);
    });

    it("RE1: whose proceeds go to those who were charged", async () => {
      const scene = await networkHelpers.loadFixture(writtenOff);
      const { vault, engine, vaultAddress, collateral, collateralAddress, liquidator } = scene;
      // 505 for everything, of which 5 are the liquidator's incentive.
      await vault.setRetiredPrice(collateralAddress, 50n * WAD + WAD / 2n);
      await expect(liquidate(scene)).to.changeTokenBalance(ethers, collateral, liquidator, 10n * WAD);
      expect(await vault.claimsOwed()).to.equal(500n * WAD);
      expect((await engine.ledger(vaultAddress, 1n)).recovered).to.equal(500n * WAD);
      expect(await scene.asset.balanceOf(vaultAddress)).to.equal((await vault.cash()) + 500n * WAD);
    });

    it("RE1: and whose surplus stays the borrower's, who can take it out", async () => {
      const scene = await networkHelpers.loadFixture(writtenOff);
      const { vault, engine, vaultAddress, collateral, collateralAddress, borrower } = scene;
      // 1,800 for everything, 1,500 owed.
      await vault.setRetiredPrice(collateralAddress, 180n * WAD);
      await liquidate(scene);
      // (1.05 x 1,500 - 0.8 x 1,800) / (1.05 - 1.08 x 0.8): what restores the target health is enough.
      expect((await engine.ledger(vaultAddress, 1n)).recovered).to.equal(divUp(135n * WAD * 1_000n, 186n));
      await scene.asset.connect(scene.other).approve(scene.engineAddress, MAX);
      await engine.connect(scene.other).recover(vaultAddress, 1n, MAX);
      const { collateralAssets } = await vault.positionOf(borrower.address, collateralAddress);
      await expect(
        vault
          .connect(borrower)
          .withdrawCollateral(collateralAddress, collateralAssets, borrower.address, borrower.address),
      ).to.changeTokenBalance(ethers, collateral, borrower, collateralAssets);
      expect(await vault.claimsOwed()).to.equal(DEBT);
    });
  });
});
