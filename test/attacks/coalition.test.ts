import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { network } from "hardhat";

import { dice } from "../helpers/tranches.js";
import {
  DAY,
  deployWaterfallScene,
  FLOOR,
  lend,
  MAX,
  stake,
  UNIT,
  wealth,
  type WaterfallScene,
} from "../helpers/waterfallScene.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

/** Basis points of `minIncentive` in these scenes. */
const MIN_INCENTIVE_BPS = 100n;
const STEPS = 45;

/**
 * Three borrowers, a liquidator, a depositor, a staker and a bidder are one coalition, with old and new debt mixed as dice
 * decide. Prices fall once and stay. Honest lenders, stakers and bidders are there to be robbed.
 */
describe("Attacks by a coalition of many accounts (WO6)", () => {
  const fixture = () => deployWaterfallScene(ethers, { waitingPeriod: 7n * DAY, minDebt: 10n });

  class Coalition {
    readonly borrowers: HardhatEthersSigner[];
    readonly roll: (below: bigint) => bigint;
    price = 200n;
    /** Worth of all collateral that was ever at stake after the fall, asset units. */
    atStake = 0n;

    constructor(
      readonly t: WaterfallScene,
      seed: number,
    ) {
      this.borrowers = [t.borrower, t.debtors[0]!, t.debtors[1]!];
      this.roll = dice(BigInt(seed) * 15_485_863n);
    }

    get members() {
      const { liquidator, cleo, sam, una } = this.t;
      return [...this.borrowers, liquidator, cleo, sam, una];
    }

    pick<T>(list: readonly T[]): T {
      return list[Number(this.roll(BigInt(list.length)))]!;
    }

    /** Borrows in two or three steps over up to twelve days, so that debt is old, new and topped up. */
    async borrowAll() {
      const { t } = this;
      for (let round = 0; round < 3; round++) {
        for (const who of this.borrowers) {
          const own = t.vault.connect(who);
          if (round === 0) await own.supplyCollateral(t.weth, 10n * t.oneCollateral, who.address);
          const assets = 10n + this.roll(480n);
          await own.borrow(t.weth, assets * t.one, who.address, who.address).catch(() => undefined);
          if (this.roll(4n) === 0n) {
            await own.withdrawCollateral(t.weth, this.roll(UNIT), who.address, who.address).catch(() => undefined);
          }
        }
        await time.increase(this.roll(6n * DAY) + 1n);
      }
    }

    async fall() {
      const { t } = this;
      this.price = 40n + this.roll(90n);
      await t.setPrice(this.price);
      for (const who of this.borrowers) {
        this.atStake += (await t.vault.positionOf(who.address, t.weth)).collateralAssets * this.price;
      }
    }

    /** What all members own: purses, shares, stake, bids, claims, tokens at the floor, positions at their excess. */
    async owned() {
      const { t } = this;
      let assets = 0n;
      for (const who of this.members) {
        assets += await wealth(t, who);
        assets += (await t.collateral.balanceOf(who.address)) * this.price;
      }
      const levels = Array.from({ length: 16 }, (_, level) => BigInt(level));
      const { tokens, assets: premium } = await t.book.collectable(t.una.address, levels);
      for (const level of levels) {
        const bid = await t.book.bidOf(t.una.address, level);
        if (!bid.drained) assets += bid.assets;
      }
      assets += premium + ((await t.token.balanceOf(t.una.address)) + tokens) * FLOOR;
      for (const who of this.borrowers) {
        const { collateralAssets, debtAssets, writeOffId } = await t.vault.positionOf(who.address, t.weth);
        const [defaulted] = await t.engine.defaultOf(t.address, writeOffId);
        const excess = collateralAssets * this.price - debtAssets - defaulted;
        if (excess > 0n) assets += excess;
      }
      return assets;
    }

    /** One move of somebody in the coalition; what is refused is refused. */
    async move() {
      const { t, roll } = this;
      const who = this.pick(this.borrowers);
      const own = t.vault.connect(who);
      const some = () => (1n + roll(500n)) * t.one;
      const epochs = async (shares: { openEpoch(): Promise<bigint> }) =>
        Array.from({ length: Number(await shares.openEpoch()) - 1 }, (_, k) => BigInt(k + 1));
      const moves: (() => Promise<unknown>)[] = [
        () =>
          t.vault.connect(t.liquidator).liquidate(who.address, t.weth, roll(2n) === 0n ? MAX : some(), 0n, MAX, "0x"),
        () => t.vault.connect(t.liquidator).liquidate(who.address, t.weth, MAX, 0n, MAX, "0x"),
        () => t.vault.impair(who.address, t.weth),
        () => t.vault.connect(t.liquidator).writeOff(who.address, t.weth, MAX),
        () => own.repay(t.weth, some(), who.address),
        () => own.borrow(t.weth, some(), who.address, who.address),
        () => own.withdrawCollateral(t.weth, roll(2n * UNIT), who.address, who.address),
        async () => {
          const added = roll(2n * UNIT) + 1n;
          await own.supplyCollateral(t.weth, added, who.address);
          this.atStake += added * this.price;
        },
        () => t.vault.connect(t.cleo).deposit(some(), t.cleo.address),
        () => t.vault.connect(t.cleo).withdraw(some(), t.cleo.address, t.cleo.address),
        async () => t.vault.connect(t.cleo).claimRecovery(t.cleo.address, await epochs(t.vault), t.cleo.address),
        () => t.fund.connect(t.sam).deposit(some(), t.sam.address),
        async () => t.fund.connect(t.sam).startCooldown(await t.fund.balanceOf(t.sam.address), t.sam.address),
        async () => t.fund.connect(t.sam).redeem(await t.fund.maxRedeem(t.sam.address), t.sam.address, t.sam.address),
        async () => t.fund.connect(t.sam).claimRecovery(t.sam.address, await epochs(t.fund), t.sam.address),
        () => t.book.connect(t.una).commit(roll(12n), some(), t.una.address),
        () => t.book.connect(t.una).collect([0n, 1n, 2n, 3n], t.una.address, t.una.address),
        () => t.sale.connect(t.una).buy(t.address, 1n + roll(4n), roll(5n * UNIT), MAX, t.una.address, 2n ** 48n),
        () => t.engine.connect(t.liquidator).recover(t.address, 1n + roll(4n), some()),
        async () => {
          await time.increase(roll(3n) === 0n ? 8n * DAY : roll(7_200n) + 1n);
          await t.setPrice(this.price);
        },
      ];
      await this.pick(moves)().catch(() => undefined);
    }
  }

  let writtenOff = 0n;

  for (let seed = 1; seed <= 12; seed++) {
    it(`bring it the minimum incentive of its collateral at most (seed ${seed})`, async () => {
      const t = await networkHelpers.loadFixture(fixture);
      await lend(t, t.ann, 20_000n);
      await lend(t, t.cleo, 3_000n);
      await stake(t, t.sue, 400n);
      await stake(t, t.sam, 300n);
      await t.book.connect(t.ugo).commit(1n, 200n * t.one, t.ugo.address);
      await t.book.connect(t.una).commit(2n, 150n * t.one, t.una.address);
      const coalition = new Coalition(t, seed);
      await coalition.borrowAll();
      await coalition.fall();
      const before = await coalition.owned();
      for (let step = 0; step < STEPS; step++) {
        await coalition.move();
        if (step % 9 !== 8) continue;
        const most = (coalition.atStake * MIN_INCENTIVE_BPS) / 10_000n + 10n ** 9n;
        expect(await coalition.owned(), `after step ${step}`).to.be.lessThanOrEqual(before + most);
      }
      writtenOff += await t.engine.writeOffCount(t.address);
    });
  }

  it("was tried on debts that were really lost", () => {
    expect(writtenOff).to.be.greaterThan(10n);
  });
});
