import { expect } from "chai";
import { network } from "hardhat";

import {
  borrow,
  COOLDOWN,
  deployWaterfallScene,
  impair,
  lend,
  liquidate,
  PURSE,
  stake,
  wealth,
  type WaterfallScene,
} from "../helpers/waterfallScene.js";

const { ethers, networkHelpers } = await network.create();

describe("Attacks on the insurance fund", () => {
  /** Everybody can leave from now on, for two days. */
  async function matureNotices(t: WaterfallScene) {
    for (const staker of [t.sam, t.sue]) {
      const shares = await t.fund.balanceOf(staker.address);
      if (shares !== 0n) await t.fund.connect(staker).startCooldown(shares, staker.address);
    }
    await networkHelpers.time.increase(COOLDOWN);
  }

  const leave = async ({ fund }: WaterfallScene, staker: WaterfallScene["sam"]) =>
    fund.connect(staker).redeem(await fund.maxRedeem(staker.address), staker.address, staker.address);

  describe("an earmark made in ever so many steps (IM1, LI1)", () => {
    /** 40 records of one falling position, each a step of the earmark with its own stakers; then a false alarm. */
    async function manySteps() {
      const t = await deployWaterfallScene(ethers);
      await lend(t, t.ann, 1_000_000n);
      await stake(t, t.sam, 500_000n);
      await borrow(t, 1_000n, 140_000n);
      for (let cents = 13_900n; cents >= 10_000n; cents -= 100n) {
        await t.setPrice(cents, 100n);
        await impair(t);
      }
      // Stakers are charged 140,000 less the price of all at 100, and less the incentive part of that.
      const earmarked = await t.fund.totalEarmarked();
      expect(earmarked).to.be.closeTo(39_000n * t.one, 1_500n * t.one);
      await t.setPrice(200n);
      await impair(t);
      return { ...t, earmarked };
    }

    it("is released, in full, in the call that ends the impairment", async () => {
      const t = await networkHelpers.loadFixture(manySteps);
      expect(await t.fund.totalEarmarked()).to.equal(0n);
      expect(await t.fund.claimsOwed()).to.equal(t.earmarked);
      expect((await t.vault.provisionOf(1n)).earmarkedAssets).to.equal(0n);
    });

    it("is settled by anybody as far as that call has not come, and then is the stakers' to the unit", async () => {
      const t = await networkHelpers.loadFixture(manySteps);
      const left = await t.fund.unsettledRelease(1n);
      expect(left).to.be.greaterThan(0n);
      const before = await wealth(t, t.sam);
      await t.fund.connect(t.buyer).settleRelease(1n, 5n);
      const afterFive = await t.fund.unsettledRelease(1n);
      expect(afterFive).to.be.lessThan(left);
      expect((await wealth(t, t.sam)) - before).to.be.closeTo(left - afterFive, 10n ** 6n);
      await t.fund.connect(t.buyer).settleRelease(1n, 100n);
      expect(await t.fund.unsettledRelease(1n)).to.equal(0n);
      expect(await wealth(t, t.sam)).to.be.closeTo(PURSE * t.one, 10n ** 7n);
    });

    it("gives nothing to who staked after the alarm, and takes nothing from it", async () => {
      const t = await networkHelpers.loadFixture(manySteps);
      await stake(t, t.sue, 500_000n);
      await t.fund.settleRelease(1n, 100n);
      expect(await wealth(t, t.sue)).to.be.closeTo(PURSE * t.one, 10n ** 6n);
    });

    it("cannot be extended while something of it is owed: the lenders carry what comes on top", async () => {
      const t = await networkHelpers.loadFixture(manySteps);
      // The record was cleared, so the next one has a number of its own and an earmark of its own.
      await t.setPrice(100n);
      await impair(t);
      expect(await t.engine.earmarkOf(t.address, 1n)).to.equal(0n);
      expect(await t.engine.earmarkOf(t.address, 2n)).to.be.greaterThan(38_000n * t.one);
    });

    it("a loss that comes and goes does not lengthen the list", async () => {
      const t = await deployWaterfallScene(ethers);
      await lend(t, t.ann, 1_000_000n);
      await stake(t, t.sam, 500_000n);
      await borrow(t, 1_000n, 140_000n);
      await t.setPrice(100n);
      await impair(t);
      for (let i = 0; i < 12; i++) {
        await t.setPrice(99n);
        await impair(t);
        await t.setPrice(100n);
        await impair(t);
      }
      await t.setPrice(200n);
      await impair(t);
      expect(await t.fund.unsettledRelease(1n)).to.equal(0n);
      expect(await wealth(t, t.sam)).to.be.closeTo(PURSE * t.one, 10n ** 7n);
    });
  });

  it("IN1: caps lowered while an earmark stands free no more than they hold when it is released", async () => {
    const t = await deployWaterfallScene(ethers, { drawCap: 5_000n });
    await lend(t, t.ann, 100_000n);
    await stake(t, t.sam, 50_000n);
    await borrow(t, 100n, 14_000n);
    await t.setPrice(100n);
    await impair(t);
    await networkHelpers.time.increase(3_600n);
    // The earmark of 4,000 has leaked from the hour. The hour now holds 1,000; a loss of 400 draws on it.
    await t.fund.setDrawCaps(1_000n * t.one, 100_000n * t.one);
    await t.setPrice(200n);
    await borrow(t, 10n, 1_400n, t.debtors[0]);
    await t.setPrice(100n);
    await liquidate(t, { owner: t.debtors[0]! });
    const paid = (await t.engine.ledger(t.address, 2n)).insurance;
    expect(paid).to.be.closeTo(400n * t.one, t.one);
    await t.setPrice(200n);
    await impair(t);
    // Only what leaked in the seconds since may be drawn again.
    expect(await t.fund.drawable()).to.be.closeTo(1_000n * t.one - paid, 3n * t.one);
  });

  describe("stakers leaving ahead of recognition (IN1)", () => {
    async function staked() {
      const t = await deployWaterfallScene(ethers);
      await lend(t, t.ann, 100_000n);
      await stake(t, t.sam, 300n);
      await stake(t, t.sue, 100n);
      await borrow(t, 10n, 1_400n);
      return t;
    }

    it("cannot leave without a notice, nor before it has matured, whatever they see coming", async () => {
      const t = await networkHelpers.loadFixture(staked);
      await t.setPrice(100n);
      const shares = await t.fund.balanceOf(t.sam.address);
      await t.fund.connect(t.sam).startCooldown(shares, t.sam.address);
      await expect(t.fund.connect(t.sam).redeem(shares, t.sam.address, t.sam.address))
        .to.be.revertedWithCustomError(t.fund, "ExceedsMaturedNotice")
        .withArgs(t.sam.address, shares, 0n);
    });

    it("with a matured notice in hand leave behind what the record has earmarked", async () => {
      const t = await networkHelpers.loadFixture(staked);
      await matureNotices(t);
      await t.setPrice(100n);
      await impair(t);
      // 400 are insured; a thousandth of the 400 staked is never marked: sam keeps three quarters of 0.4.
      expect(await t.fund.totalEarmarked()).to.equal(399_600_000_000_000_000_000n);
      await expect(leave(t, t.sam)).to.changeTokenBalance(ethers, t.asset, t.sam, 300_000_000_000_000_000n);
      await liquidate(t);
      expect((await t.engine.ledger(t.address, 1n)).insurance).to.equal(400n * t.one - 300_000_000_000_000_000n);
    });

    it("with a matured notice kept in hand beyond its window stay in", async () => {
      const t = await networkHelpers.loadFixture(staked);
      await matureNotices(t);
      await networkHelpers.time.increase(2n * 86_400n);
      await t.setPrice(100n);
      expect(await t.fund.maxRedeem(t.sam.address)).to.equal(0n);
      await liquidate(t);
      // All 400 of the insured 400 are paid; nobody has got away.
      expect((await t.engine.ledger(t.address, 1n)).insurance).to.equal(400n * t.one);
    });
  });

  it("RE1: staking just before a recovery or a release gains nothing", async () => {
    const t = await deployWaterfallScene(ethers);
    await lend(t, t.ann, 100_000n);
    await stake(t, t.sam, 1_000n);
    await borrow(t, 10n, 1_400n);
    await borrow(t, 10n, 1_400n, t.debtors[0]);
    await t.setPrice(100n);
    await impair(t);
    await liquidate(t, { owner: t.debtors[0]! });
    // 400 earmarked, 400 paid: sam's 1,000 are worth 200 now.
    await stake(t, t.sue, 10_000n);
    await t.engine.connect(t.buyer).recover(t.address, 2n, 409n * t.one);
    await t.setPrice(200n);
    await impair(t);
    expect(await wealth(t, t.sue)).to.be.closeTo(PURSE * t.one, 10n ** 6n);
    // The lenders were charged 9.900990...; what is beyond that of the 409 is sam's again, and so is the earmark.
    const lenders = 9_900_990_099_009_900_990n;
    expect(await wealth(t, t.sam)).to.be.closeTo(PURSE * t.one - 400n * t.one + 409n * t.one - lenders, 10n ** 7n);
  });

  it("WO4: a fund one wei short of the loss pays all that it has", async () => {
    const t = await deployWaterfallScene(ethers);
    await t.engine.setStack(t.address, [{ tranche: await t.at(t.fund), gasStipend: 400_000n, kind: 0n }]);
    await lend(t, t.ann, 100_000n);
    await t.fund.connect(t.sam).deposit(400n * t.one - 1n, t.sam.address);
    await borrow(t, 10n, 1_400n);
    await t.setPrice(100n);
    await liquidate(t);
    const entry = await t.engine.ledger(t.address, 1n);
    expect(entry.insurance).to.equal(400n * t.one - 1n);
    expect(entry.socialized).to.equal(9_900_990_099_009_900_991n);
    expect(await t.fund.totalAssets()).to.equal(0n);
  });

  it("IN1: a loss split into many calls draws no more than one loss in the same hour", async () => {
    const t = await deployWaterfallScene(ethers, { drawCap: 100n });
    await lend(t, t.ann, 100_000n);
    await stake(t, t.sam, 10_000n);
    await borrow(t, 100n, 14_000n);
    await t.setPrice(100n);
    let paid = 0n;
    for (let i = 1n; i <= 4n; i++) {
      await liquidate(t, { maxRepaid: i === 4n ? 10n ** 30n : 2_000n * t.one });
      paid += (await t.engine.ledger(t.address, i)).insurance;
    }
    // Bucket of 100, a few seconds between the calls at 100 / 3,600 a second.
    expect(paid).to.be.closeTo(100n * t.one, t.one);
  });
});
