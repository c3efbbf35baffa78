import { expect } from "chai";
import { network } from "hardhat";

import { fundAccount, WAD } from "../../helpers/lending.js";
import { deployScene, E36, expectRefused, expectTotals, openPosition } from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const UNLISTED = "0x00000000000000000000000000000000000000A5";

describe("LendingVault: collateral", () => {
  /** Collateral at 200, borrowing up to 75 %; the borrower has supplied 10 and owes nothing. */
  async function supplied() {
    const scene = await deployScene(ethers);
    await openPosition(scene, 10n * WAD, 0n);
    return scene;
  }

  /** The same with a debt of 900: 6 of the 10 are needed for it (6 x 200 x 75 % = 900). */
  async function indebted() {
    const scene = await deployScene(ethers);
    await openPosition(scene, 10n * WAD, 900n * WAD);
    return scene;
  }

  describe("supply", () => {
    it("takes the tokens from the caller for whatever borrower the caller names", async () => {
      const { vault, vaultAddress, collateral, collateralAddress, borrower, other } =
        await networkHelpers.loadFixture(supplied);
      const supply = vault.connect(other).supplyCollateral(collateralAddress, 3n * WAD, borrower.address);
      await expect(supply).to.changeTokenBalances(ethers, collateral, [other, vaultAddress], [-3n * WAD, 3n * WAD]);
      expect((await vault.positionOf(borrower.address, collateralAddress)).collateralAssets).to.equal(13n * WAD);
      expect((await vault.positionOf(other.address, collateralAddress)).collateralAssets).to.equal(0n);
    });

    it("LV1: counts into the position and no asset total", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { vault, collateralAddress, borrower } = scene;
      const totalAssets = await vault.totalAssets();
      await vault.connect(borrower).supplyCollateral(collateralAddress, 7n, borrower.address);
      await expectTotals(scene, 0n, 10n * WAD + 7n);
      expect(await vault.totalAssets()).to.equal(totalAssets);
    });

    it("says who paid what for whom", async () => {
      const { vault, collateralAddress, borrower, other } = await networkHelpers.loadFixture(supplied);
      await expect(vault.connect(other).supplyCollateral(collateralAddress, 5n, borrower.address))
        .to.emit(vault, "CollateralSupplied")
        .withArgs(borrower.address, collateralAddress, other.address, 5n);
    });

    it("of nothing is refused", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { vault, collateralAddress, borrower } = scene;
      const supply = () => vault.connect(borrower).supplyCollateral(collateralAddress, 0n, borrower.address);
      await expectRefused(scene, supply, "ZeroAssets", []);
    });

    it("of a token that is not listed is refused", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { vault, borrower } = scene;
      const supply = () => vault.connect(borrower).supplyCollateral(UNLISTED, 1n, borrower.address);
      await expectRefused(scene, supply, "UnknownCollateral", [UNLISTED]);
    });

    it("of more than 128 bits in one position is refused", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { vault, collateralAddress, borrower } = scene;
      const most = 2n ** 128n - 1n - 10n * WAD;
      const supply = () => vault.connect(borrower).supplyCollateral(collateralAddress, most + 1n, borrower.address);
      await expectRefused(scene, supply, "SafeCastOverflowedUintDowncast", [128n, 2n ** 128n]);
    });

    it("LV1: of more than 128 bits is fine where no position has more", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { vault, vaultAddress, collateral, collateralAddress, borrower, other } = scene;
      const most = 2n ** 128n - 1n;
      await fundAccount(collateral, other, vaultAddress, most);
      await vault.connect(other).supplyCollateral(collateralAddress, most, other.address);
      await expectTotals(scene, 0n, most + 10n * WAD);
      await vault.connect(other).withdrawCollateral(collateralAddress, most, other.address, borrower.address);
      await expectTotals(scene, 0n, 10n * WAD);
    });

    it("LI1: stays open while everything that can be paused is paused", async () => {
      const { vault, collateralAddress, borrower } = await networkHelpers.loadFixture(supplied);
      await vault.pause(true, true);
      await vault.connect(borrower).supplyCollateral(collateralAddress, 1n, borrower.address);
      expect((await vault.positionOf(borrower.address, collateralAddress)).collateralAssets).to.equal(10n * WAD + 1n);
    });
  });

  describe("withdrawal", () => {
    it("sends the tokens to the receiver that the borrower names", async () => {
      const { vault, vaultAddress, collateral, collateralAddress, borrower, other } =
        await networkHelpers.loadFixture(supplied);
      const withdraw = vault
        .connect(borrower)
        .withdrawCollateral(collateralAddress, 4n * WAD, borrower.address, other.address);
      await expect(withdraw).to.changeTokenBalances(ethers, collateral, [vaultAddress, other], [-4n * WAD, 4n * WAD]);
      expect((await vault.positionOf(borrower.address, collateralAddress)).collateralAssets).to.equal(6n * WAD);
    });

    it("LV1: leaves position and holding", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { vault, collateralAddress, borrower } = scene;
      await vault.connect(borrower).withdrawCollateral(collateralAddress, 7n, borrower.address, borrower.address);
      await expectTotals(scene, 0n, 10n * WAD - 7n);
    });

    it("says what went to whom", async () => {
      const { vault, collateralAddress, borrower, other } = await networkHelpers.loadFixture(supplied);
      await expect(vault.connect(borrower).withdrawCollateral(collateralAddress, 7n, borrower.address, other.address))
        .to.emit(vault, "CollateralWithdrawn")
        .withArgs(borrower.address, collateralAddress, other.address, 7n);
    });

    it("of all collateral empties a position without debt", async () => {
      const { vault, collateralAddress, borrower } = await networkHelpers.loadFixture(supplied);
      await vault
        .connect(borrower)
        .withdrawCollateral(collateralAddress, 10n * WAD, borrower.address, borrower.address);
      expect((await vault.positionOf(borrower.address, collateralAddress)).collateralAssets).to.equal(0n);
    });

    it("OR1, LI1: needs no price where there is no debt", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { vault, oracle, assetAddress, collateralAddress, borrower } = scene;
      await oracle.setDead(collateralAddress, assetAddress, true);
      await vault
        .connect(borrower)
        .withdrawCollateral(collateralAddress, 10n * WAD, borrower.address, borrower.address);
      await expectTotals(scene, 0n, 0n);
    });

    it("is possible down to the loan-to-value ratio exactly", async () => {
      const { vault, collateralAddress, borrower } = await networkHelpers.loadFixture(indebted);
      await vault.connect(borrower).withdrawCollateral(collateralAddress, 4n * WAD, borrower.address, borrower.address);
      expect((await vault.positionOf(borrower.address, collateralAddress)).collateralAssets).to.equal(6n * WAD);
    });

    it("of one unit more than that is refused", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      const { vault, collateralAddress, borrower } = scene;
      // One wei less than 6 is worth 1,200e18 - 200, of which 75 % are 900e18 - 150.
      const values = [borrower.address, collateralAddress, 900n * WAD, 900n * WAD - 150n];
      const withdraw = () =>
        vault
          .connect(borrower)
          .withdrawCollateral(collateralAddress, 4n * WAD + 1n, borrower.address, borrower.address);
      await expectRefused(scene, withdraw, "ExceedsLtv", values);
    });

    it("of all collateral under a debt is refused without asking for a price of nothing", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      const { vault, collateralAddress, borrower } = scene;
      const withdraw = () =>
        vault.connect(borrower).withdrawCollateral(collateralAddress, 10n * WAD, borrower.address, borrower.address);
      await expectRefused(scene, withdraw, "ExceedsLtv", [borrower.address, collateralAddress, 900n * WAD, 0n]);
    });

    it("OR1: with debt goes by the lowest price", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      const { vault, oracle, assetAddress, collateralAddress, borrower } = scene;
      // The lowest source says 150: 8 x 150 x 75 % = 900.
      await oracle.setRange(collateralAddress, assetAddress, 200n * E36, 150n * E36, 300n * E36);
      const own = vault.connect(borrower);
      await own.withdrawCollateral(collateralAddress, 2n * WAD, borrower.address, borrower.address);
      // One wei less than 8 is worth 1,200e18 - 150; 75 % of it, rounded down, are 900e18 - 113.
      const values = [borrower.address, collateralAddress, 900n * WAD, 900n * WAD - 113n];
      const withdraw = () => own.withdrawCollateral(collateralAddress, 1n, borrower.address, borrower.address);
      await expectRefused(scene, withdraw, "ExceedsLtv", values);
    });

    it("OR1: with debt is refused by the oracle's own error when there is no price", async () => {
      const scene = await networkHelpers.loadFixture(indebted);
      const { vault, oracle, assetAddress, collateralAddress, borrower } = scene;
      await oracle.setDead(collateralAddress, assetAddress, true);
      const withdraw = () =>
        vault.connect(borrower).withdrawCollateral(collateralAddress, 1n, borrower.address, borrower.address);
      await expectRefused(scene, withdraw, "PriceDead", [collateralAddress, assetAddress], oracle);
    });

    it("of nothing is refused", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { vault, collateralAddress, borrower } = scene;
      const withdraw = () =>
        vault.connect(borrower).withdrawCollateral(collateralAddress, 0n, borrower.address, borrower.address);
      await expectRefused(scene, withdraw, "ZeroAssets", []);
    });

    it("of more than was supplied is refused", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { vault, collateralAddress, borrower } = scene;
      const withdraw = () =>
        vault
          .connect(borrower)
          .withdrawCollateral(collateralAddress, 10n * WAD + 1n, borrower.address, borrower.address);
      await expectRefused(scene, withdraw, "InsufficientCollateral", [10n * WAD + 1n, 10n * WAD]);
    });

    it("of a token that is not listed is refused", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { vault, borrower } = scene;
      const withdraw = () =>
        vault.connect(borrower).withdrawCollateral(UNLISTED, 1n, borrower.address, borrower.address);
      await expectRefused(scene, withdraw, "UnknownCollateral", [UNLISTED]);
    });
  });
});
