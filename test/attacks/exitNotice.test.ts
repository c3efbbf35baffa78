import { expect } from "chai";
import { network } from "hardhat";

import { borrow, DAY, deployWaterfallScene, impair, lend, UNIT, wealth } from "../helpers/waterfallScene.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

const NOTICE = 2n * DAY;
const WINDOW = DAY;

describe("leaving between a price and its impairment", () => {
  /** Ann and Ben lend 5,000 each; 4,000 are owed against 50 worth 200 each. Nobody but the lenders pays. */
  async function lent() {
    const scene = await deployWaterfallScene(ethers);
    await scene.engine.setStack(scene.address, []);
    await lend(scene, scene.ann, 5_000n);
    await lend(scene, scene.ben, 5_000n);
    await borrow(scene, 50n, 4_000n);
    return scene;
  }

  async function withNotice() {
    const scene = await lent();
    await scene.vault.setExitNotice(NOTICE, WINDOW);
    return scene;
  }

  /** 50 worth 40.40 each cover 2,000 of the 4,000: one fifth of all that was lent is lost. */
  const crash = ({ setPrice }: Awaited<ReturnType<typeof lent>>) => setPrice(4_040n, 100n);

  it("works where a vault wants no notice: who stays bears it all", async () => {
    const scene = await networkHelpers.loadFixture(lent);
    const { vault, ann, ben } = scene;
    const before = await wealth(scene, ben);
    await crash(scene);
    await vault.connect(ann).redeem(await vault.balanceOf(ann), ann, ann);
    await impair(scene);
    expect(before - (await wealth(scene, ben))).to.be.closeTo(2_000n * UNIT, 10n);
  });

  it("WO5: fails where it does: both bear their half, and leave at the same price later", async () => {
    const scene = await networkHelpers.loadFixture(withNotice);
    const { vault, ann, ben } = scene;
    const [annBefore, benBefore] = [await wealth(scene, ann), await wealth(scene, ben)];
    await crash(scene);
    const shares = await vault.balanceOf(ann);
    await expect(vault.connect(ann).redeem(shares, ann, ann))
      .to.be.revertedWithCustomError(vault, "ExceedsMaturedExit")
      .withArgs(ann.address, shares, 0n);
    // Notice given on sight of the price matures long after anybody has recorded what everybody sees.
    await vault.connect(ann).requestExit(shares, ann);
    await impair(scene);
    await time.increase(NOTICE);
    await vault.connect(ann).redeem(shares, ann, ann);
    expect(annBefore - (await wealth(scene, ann))).to.be.closeTo(1_000n * UNIT, 10n);
    expect(benBefore - (await wealth(scene, ben))).to.be.closeTo(1_000n * UNIT, 10n);
  });

  it("is not had through a fresh account that shares are sent to", async () => {
    const scene = await networkHelpers.loadFixture(withNotice);
    const { vault, ann, cleo } = scene;
    // Cleo's notice for a share of her own has matured when the price falls.
    await lend(scene, cleo, 1n);
    await vault.connect(cleo).requestExit(await vault.balanceOf(cleo), cleo);
    await time.increase(NOTICE);
    await crash(scene);
    await vault.connect(ann).transfer(cleo, await vault.balanceOf(ann));
    expect(await vault.maxWithdraw(cleo)).to.equal(UNIT);
    await expect(vault.connect(cleo).withdraw(UNIT + 1n, cleo, cleo)).to.be.revertedWithCustomError(
      vault,
      "ExceedsMaturedExit",
    );
  });

  it("is left to a notice that happens to have matured, for no longer than its window (known residual)", async () => {
    const scene = await networkHelpers.loadFixture(withNotice);
    const { vault, ann } = scene;
    await vault.connect(ann).requestExit(await vault.balanceOf(ann), ann);
    await time.increase(NOTICE);
    await crash(scene);
    expect(await vault.maxWithdraw(ann)).to.equal(5_000n * UNIT);
    await time.increase(WINDOW);
    expect(await vault.maxWithdraw(ann)).to.equal(0n);
  });

  it("IM1: a claim on a false alarm needs no notice", async () => {
    const scene = await networkHelpers.loadFixture(withNotice);
    const { vault, asset, ann, setPrice } = scene;
    await crash(scene);
    await impair(scene);
    await setPrice(200n);
    await impair(scene);
    const before = await asset.balanceOf(ann);
    await vault.connect(ann).claimRecovery(ann, [(await vault.openEpoch()) - 1n], ann);
    expect((await asset.balanceOf(ann)) - before).to.be.closeTo(1_000n * UNIT, 10n);
    expect(await wealth(scene, ann)).to.be.closeTo(1_000_000n * UNIT, 10n);
  });
});
