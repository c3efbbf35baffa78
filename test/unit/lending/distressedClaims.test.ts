import { expect } from "chai";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
import { deployScene, liquidate, openPosition } from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

/**
 * Two lenders with 750 each; a debt of 1,400 on 10 units. At a price of 10 the collateral covers 99.0099… of it. A false
 * alarm leaves the lenders with claims of 1,300.99…, which have no money of their own; then the debt is lost after all,
 * and the shares were worth only 199.0099… before that.
 */
const COVERED = (100n * WAD * 10_000n) / 10_100n;
const ALARM = 1_400n * WAD - COVERED;
const REPAID = COVERED + 1n;
const LOSS = 1_400n * WAD - REPAID;
const SHARES_WORTH = 1_500n * WAD - ALARM;

describe("LendingVault: claims on a false alarm that came true", () => {
  async function lostAfterAll() {
    const scene = await deployScene(ethers, { liquidity: 750n });
    const { vault, borrower, other, collateralAddress } = scene;
    await vault.connect(other).deposit(750n * WAD, other.address);
    await vault.setMinProvision(WAD);
    await openPosition(scene, 10n * WAD, 1_400n * WAD);
    await scene.setPrice(10n);
    await vault.impair(borrower.address, collateralAddress);
    await scene.setPrice(200n);
    await vault.impair(borrower.address, collateralAddress);
    await scene.setPrice(10n);
    return scene;
  }

  it("RE1: the later loss charges the shares with no more than they were worth", async () => {
    const scene = await networkHelpers.loadFixture(lostAfterAll);
    const { vault, engine, vaultAddress } = scene;
    expect(await vault.provisions()).to.deep.equal([0n, ALARM]);
    expect(await vault.totalAssets()).to.equal(SHARES_WORTH);
    await liquidate(scene);
    expect((await engine.ledger(vaultAddress, 2n)).socialized).to.equal(LOSS);
    expect((await vault.lossEpoch(2n)).chargedAssets).to.equal(SHARES_WORTH);
    expect(await vault.totalAssets()).to.equal(0n);
  });

  it("LI1: what is left is shared by all who claim, whoever comes first", async () => {
    const scene = await networkHelpers.loadFixture(lostAfterAll);
    const { vault, asset, lender, other } = scene;
    await liquidate(scene);
    const left = 100n * WAD + REPAID;
    expect(await vault.cash()).to.equal(left);
    const got: bigint[] = [];
    for (const who of [lender, other]) {
      const before = await asset.balanceOf(who.address);
      await expect(vault.connect(who).claimRecovery(who.address, [1n], who.address)).to.emit(vault, "ClaimsReduced");
      got.push((await asset.balanceOf(who.address)) - before);
    }
    for (const assets of got) expect(assets).to.be.closeTo(left / 2n, 10n ** 6n);
    expect(got[0]! + got[1]!).to.be.lessThanOrEqual(left);
  });

  it("RE1: a debtor who pays back fills up the charge first, then what backs the claims", async () => {
    const scene = await networkHelpers.loadFixture(lostAfterAll);
    const { vault, engine, asset, lender, other, liquidator, vaultAddress, engineAddress } = scene;
    await liquidate(scene);
    await asset.connect(liquidator).approve(engineAddress, MAX);
    await engine.connect(liquidator).recover(vaultAddress, 2n, LOSS);
    expect(await vault.recoveredOf(2n)).to.equal(SHARES_WORTH);
    expect(await vault.cash()).to.equal(100n * WAD + REPAID + LOSS - SHARES_WORTH);
    // All of both lenders' 1,500 is back: the false alarm's claims in full, and the later charge.
    let paid = 0n;
    for (const who of [lender, other]) {
      const before = await asset.balanceOf(who.address);
      await vault.connect(who).claimRecovery(who.address, [1n, 2n], who.address);
      paid += (await asset.balanceOf(who.address)) - before;
    }
    expect(paid).to.be.closeTo(1_500n * WAD, 10n ** 7n);
    expect(paid).to.be.lessThanOrEqual(1_500n * WAD);
  });

  it("keeps claims for which nothing is left at all, instead of paying nothing for them", async () => {
    const scene = await networkHelpers.loadFixture(lostAfterAll);
    const { vault, borrower, lender, other, collateralAddress } = scene;
    // The lenders take what is in cash; the rest depends on a debtor whose collateral is then worth nothing.
    for (const who of [other, lender]) {
      await vault.connect(who).withdraw(await vault.maxWithdraw(who.address), who.address, who.address);
    }
    await vault.impair(borrower.address, collateralAddress);
    await networkHelpers.time.increase(3_600);
    await scene.oracle.set(collateralAddress, scene.assetAddress, 1n);
    await vault.writeOff(borrower.address, collateralAddress, MAX);
    expect(await vault.cash()).to.equal(0n);
    const claims = (await vault.provisions())[1];
    await expect(vault.connect(lender).claimRecovery(lender.address, [1n], lender.address))
      .to.be.revertedWithCustomError(vault, "ClaimsWithoutBacking")
      .withArgs(claims);
    expect(await vault.claimableRecovery(lender.address, 1n)).to.not.equal(0n);
  });
});
