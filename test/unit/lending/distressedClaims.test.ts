import { expect } from "chai";
import { network } from "hardhat";

import { fundAccount, MAX, WAD } from "../../helpers/lending.js";
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

/**
 * The same with debts of 1,000, 200, 60 and 100 on 10, 2, 1 and 1 units, of which the first was the false alarm. Losing it
 * takes all that the shares are worth; the losses after it find nothing that the shares could bear, until the debtor of the
 * first has paid back more than they were charged.
 */
describe("LendingVault: losses that find the shares worth nothing", () => {
  const DEBTS = [1_000n, 200n, 60n, 100n];
  const UNITS = [10n, 2n, 1n, 1n];
  /** At a price of 10, with a minimum incentive of 1 %. */
  const covered = (i: number) => (10n * UNITS[i]! * WAD * 10_000n) / 10_100n;
  const lost = (i: number) => DEBTS[i]! * WAD - covered(i) - 1n;
  const CLAIMS = DEBTS[0]! * WAD - covered(0);

  /** As far as the first debt is lost: its entry is 2, its epoch 2, and epoch 1 is that of the false alarm. */
  async function firstLost() {
    const scene = await deployScene(ethers, { liquidity: 750n });
    const { vault, engine, asset, collateral, borrower, other, liquidator, collateralAddress, vaultAddress } = scene;
    await vault.connect(other).deposit(750n * WAD, other.address);
    await vault.setMinProvision(WAD);
    const debtors = [borrower, ...(await ethers.getSigners()).slice(6, 9)];
    for (const [i, debtor] of debtors.entries()) {
      await fundAccount(collateral, debtor, vaultAddress, UNITS[i]! * WAD);
      await openPosition(scene, UNITS[i]! * WAD, DEBTS[i]! * WAD, debtor);
    }
    await scene.setPrice(10n);
    await vault.impair(borrower.address, collateralAddress);
    await scene.setPrice(200n);
    await vault.impair(borrower.address, collateralAddress);
    await scene.setPrice(10n);
    await liquidate(scene);
    expect(await vault.totalAssets()).to.equal(0n);
    expect((await vault.lossEpoch(2n)).chargedAssets).to.equal(1_500n * WAD - CLAIMS);
    await asset.connect(liquidator).approve(scene.engineAddress, MAX);
    const recover = (id: bigint, assets: bigint) => engine.connect(liquidator).recover(vaultAddress, id, assets);
    const batch = (...which: number[]) =>
      vault.connect(liquidator).liquidateBatch(
        which.map((i) => ({
          borrower: debtors[i]!.address,
          collateral: collateralAddress,
          maxRepaidAssets: MAX,
          minSeizedAssets: 0n,
        })),
        MAX,
        "0x",
      );
    return { ...scene, debtors, recover, batch };
  }
  type Story = Awaited<ReturnType<typeof firstLost>>;

  const NO_EPOCH = [0n, 0n, false, false];

  /** Gives the shares a worth again: a claimant takes its part, and the first debtor pays back. */
  async function recovered({ vault, lender, recover }: Story): Promise<bigint> {
    await vault.connect(lender).claimRecovery(lender.address, [1n], lender.address);
    await recover(2n, lost(0));
    return vault.totalAssets();
  }

  /** The last debt is lost, and charged as far as the shares bear it. Returns its epoch, and what was charged. */
  async function lastLost(story: Story) {
    const worth = await recovered(story);
    const epoch = await story.vault.openEpoch();
    await liquidate(story, { owner: story.debtors[3]! });
    const { chargedAssets } = await story.vault.lossEpoch(epoch);
    expect(chargedAssets).to.equal(worth < lost(3) ? worth : lost(3));
    expect(chargedAssets).to.be.greaterThan(WAD);
    return { epoch, chargedAssets };
  }

  /** What comes back for entry `id` goes to nobody who was charged for another, but stands behind the claims. */
  async function expectBehindClaims({ vault, recover }: Story, id: bigint, assets: bigint, epoch: bigint) {
    const [cash, claims] = [await vault.cash(), await vault.claimsOwed()];
    await recover(id, assets);
    expect(await vault.recoveredOf(epoch), `of ${id}`).to.equal(0n);
    expect(await vault.cash()).to.equal(cash + assets);
    expect(await vault.claimsOwed()).to.equal(claims);
  }

  it("RE1: money for a loss that charged nobody never goes to those whom a later loss charged", async () => {
    const story = await networkHelpers.loadFixture(firstLost);
    await liquidate(story, { owner: story.debtors[1]! });
    const { epoch, chargedAssets } = await lastLost(story);
    await expectBehindClaims(story, 3n, lost(1), epoch);
    // Their own debtor's money is theirs, all of it.
    await story.recover(4n, lost(3));
    expect(await story.vault.recoveredOf(epoch)).to.equal(chargedAssets);
  });

  it("RE1: nor does it after a batch", async () => {
    const story = await networkHelpers.loadFixture(firstLost);
    await story.batch(1, 2);
    const { epoch } = await lastLost(story);
    await expectBehindClaims(story, 3n, lost(1), epoch);
    await expectBehindClaims(story, 4n, lost(2), epoch);
  });

  it("RE1: nor does it after a write-off of an impaired debt, or of a batch of them", async () => {
    const story = await networkHelpers.loadFixture(firstLost);
    const { vault, debtors, collateralAddress } = story;
    const keys = [1, 2].map((i) => ({ borrower: debtors[i]!.address, collateral: collateralAddress }));
    await vault.impairBatch(keys);
    await networkHelpers.time.increase(3_600);
    await story.oracle.set(collateralAddress, story.assetAddress, 1n);
    await vault.writeOffBatch(keys, MAX);
    await story.setPrice(10n);
    const { epoch } = await lastLost(story);
    // All of both debts is lost: the collateral was worth nothing.
    await expectBehindClaims(story, 3n, DEBTS[1]! * WAD, epoch);
    await expectBehindClaims(story, 4n, DEBTS[2]! * WAD, epoch);
  });

  it("RE1: the entry names an epoch that nothing can be claimed for, prepared or not", async () => {
    const story = await networkHelpers.loadFixture(firstLost);
    const { vault, engine, vaultAddress, lender } = story;
    await vault.prepareEpochs(2n, true);
    await liquidate(story, { owner: story.debtors[1]! });
    expect((await engine.ledger(vaultAddress, 3n)).epoch).to.equal(3n);
    expect(await vault.openEpoch()).to.equal(4n);
    expect(await vault.preparedEpochs()).to.deep.equal([1n, 1n]);
    const { epoch } = await lastLost(story);
    expect(epoch).to.equal(4n);
    expect(await vault.preparedEpochs()).to.deep.equal([0n, 0n]);
    await story.recover(3n, lost(1));
    expect(await vault.lossEpoch(3n)).to.deep.equal(NO_EPOCH);
    expect(await vault.recoveredOf(3n)).to.equal(0n);
    expect(await vault.claimableRecovery(lender.address, 3n)).to.equal(0n);
  });

  it("a provision that charges nobody uses up no epoch", async () => {
    const story = await networkHelpers.loadFixture(firstLost);
    await story.vault.impair(story.debtors[1]!.address, story.collateralAddress);
    expect(await story.vault.openEpoch()).to.equal(3n);
  });
});
