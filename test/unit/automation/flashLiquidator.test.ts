import { expect } from "chai";
import { network } from "hardhat";

import { MAX } from "../../helpers/lending.js";
import { deployScene, openPosition, setValue } from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

async function fixture() {
  const scene = await deployScene(ethers, { lltvBps: 8_000n, liquidationIncentiveBps: 800n, minIncentiveBps: 200n });
  const { asset, collateral, borrower, liquidator: operator, other: owner, one, oneCollateral } = scene;
  const flash = await ethers.deployContract("FlashLiquidator", [owner.address, [operator.address]]);
  const desk = await ethers.deployContract("FixedPriceDesk");
  await asset.mint(await desk.getAddress(), 10n ** 6n * one);
  await openPosition(scene, 10n * oneCollateral, 1_400n * one);
  // Insolvent: 1,020 of collateral cover 1,000 of 1,400.
  await setValue(scene, 1_020n * one);
  await desk.setPrice((102n * 10n ** 18n) / 1n);
  const [assetAddress, collateralAddress] = [await asset.getAddress(), await collateral.getAddress()];
  const sellData = desk.interface.encodeFunctionData("sell", [collateralAddress, assetAddress, 0n, 0n]);
  const sale = {
    target: await desk.getAddress(),
    beforeAmount: sellData.slice(0, 2 + 8 + 2 * 64),
    afterAmount: `0x${sellData.slice(2 + 8 + 3 * 64)}`,
  };
  const order = {
    ...{ vault: scene.vaultAddress, borrower: borrower.address, collateral: collateralAddress },
    ...{ maxRepaidAssets: MAX, minSeizedAssets: 0n, maxSocializedAssets: MAX, minProfitAssets: 0n },
  };
  return { scene, flash, desk, sale, order, operator, owner };
}

describe("FlashLiquidator", () => {
  it("sells in the callback, pays, and sends what is left to its owner; it keeps nothing", async () => {
    const { scene, flash, sale, order, operator, owner } = await networkHelpers.loadFixture(fixture);
    const { asset, collateral, vault, one } = scene;
    const before = await asset.balanceOf(owner.address);
    await expect(flash.connect(operator).liquidate(order, sale))
      .to.emit(flash, "Liquidated")
      .withArgs(order.vault, order.borrower, order.collateral, 1_000n * one, 10n * scene.oneCollateral, 20n * one);
    expect((await asset.balanceOf(owner.address)) - before).to.equal(20n * one);
    const self = await flash.getAddress();
    expect(await asset.balanceOf(self)).to.equal(0n);
    expect(await collateral.balanceOf(self)).to.equal(0n);
    expect(await asset.allowance(self, scene.vaultAddress)).to.equal(0n);
    expect(await collateral.allowance(self, sale.target)).to.equal(0n);
    expect((await vault.positionOf(order.borrower, order.collateral)).debtAssets).to.equal(0n);
  });

  it("reverts when less is left than was asked for, and nothing has happened", async () => {
    const { scene, flash, sale, order, operator } = await networkHelpers.loadFixture(fixture);
    const least = 20n * scene.one + 1n;
    await expect(flash.connect(operator).liquidate({ ...order, minProfitAssets: least }, sale))
      .to.be.revertedWithCustomError(flash, "ProfitTooSmall")
      .withArgs(20n * scene.one, least);
    expect((await scene.vault.positionOf(order.borrower, order.collateral)).debtAssets).to.equal(1_400n * scene.one);
  });

  it("reverts when the sale does not bring what is owed", async () => {
    const { flash, desk, sale, order, operator } = await networkHelpers.loadFixture(fixture);
    await desk.setPrice(99n * 10n ** 18n);
    await expect(flash.connect(operator).liquidate(order, sale)).to.revert(ethers);
  });

  it("sends collateral that the sale has left to its owner too", async () => {
    const { scene, flash, order, operator, owner } = await networkHelpers.loadFixture(fixture);
    const { asset, collateral } = scene;
    // A sale that sells nothing, while somebody else has sent the money: what was seized is left.
    await asset.mint(await flash.getAddress(), 1_000n * scene.one);
    const nothing = { target: await asset.getAddress(), beforeAmount: "0x095ea7b3".padEnd(74, "0"), afterAmount: "0x" };
    const approve = { ...nothing, beforeAmount: `0x095ea7b3${"0".repeat(24)}${"11".repeat(20)}` };
    const before = await collateral.balanceOf(owner.address);
    await flash.connect(operator).liquidate(order, approve);
    expect((await collateral.balanceOf(owner.address)) - before).to.equal(10n * scene.oneCollateral);
  });

  it("obeys its operators alone, and lets its owner alone choose them", async () => {
    const { scene, flash, sale, order, operator, owner } = await networkHelpers.loadFixture(fixture);
    await expect(flash.connect(scene.stranger).liquidate(order, sale))
      .to.be.revertedWithCustomError(flash, "NotAnOperator")
      .withArgs(scene.stranger.address);
    await expect(flash.connect(operator).setOperator(scene.stranger.address, true)).to.be.revertedWithCustomError(
      flash,
      "OwnableUnauthorizedAccount",
    );
    await expect(flash.connect(owner).setOperator(operator.address, false))
      .to.emit(flash, "OperatorSet")
      .withArgs(operator.address, false);
    await expect(flash.connect(operator).liquidate(order, sale)).to.be.revertedWithCustomError(flash, "NotAnOperator");
  });

  it("answers no callback but that of the vault it has called", async () => {
    const { scene, flash } = await networkHelpers.loadFixture(fixture);
    await expect(flash.connect(scene.stranger).onLiquidation(1n, 1n, "0x"))
      .to.be.revertedWithCustomError(flash, "NotTheVault")
      .withArgs(scene.stranger.address);
  });

  it("sends what was sent here by mistake to its owner, whoever asks", async () => {
    const { scene, flash, owner } = await networkHelpers.loadFixture(fixture);
    await scene.asset.mint(await flash.getAddress(), 7n);
    await expect(flash.connect(scene.stranger).collect(scene.assetAddress)).to.changeTokenBalance(
      ethers,
      scene.asset,
      owner,
      7n,
    );
  });
});
