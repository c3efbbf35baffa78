import { readFileSync } from "node:fs";

import { expect } from "chai";
import { network } from "hardhat";

import {
  borrow,
  commit,
  COOLDOWN,
  DAY,
  deployWaterfallScene,
  lend,
  liquidate,
  UNIT,
  type WaterfallScene,
} from "../helpers/waterfallScene.js";

const { ethers, networkHelpers } = await network.create();

describe("Attacks on the underwriters' book", () => {
  /** A vault of 100,000 and a loan of 1,400 on 10 collateral units; at 100 it loses 409.900990099009900990. */
  async function scene() {
    const t = await deployWaterfallScene(ethers);
    await lend(t, t.ann, 100_000n);
    await borrow(t, 10n, 1_400n);
    return t;
  }

  async function lose(t: WaterfallScene, owner = t.borrower) {
    await t.setPrice(100n);
    await liquidate(t, { owner });
  }

  describe("a bidder under notice who collects first from a drained level", () => {
    async function drained() {
      const t = await scene();
      const unaShares = await commit(t, t.una, 0n, 60n);
      await commit(t, t.ugo, 0n, 20n);
      await t.book.connect(t.una).giveNotice(0n, unaShares, t.una.address);
      await lose(t);
      await t.book.connect(t.una).collect([0n], t.una.address, t.una.address);
      return t;
    }

    it("RE1: does not lock the tokens of the others", async () => {
      const t = await networkHelpers.loadFixture(drained);
      // 80 at a price of 100 buy 0.8 tokens, a quarter of them ugo's
      expect((await t.book.collectable(t.ugo.address, [0n])).tokens).to.equal(2n * 10n ** 17n);
      await t.book.connect(t.ugo).collect([0n], t.ugo.address, t.ugo.address);
      expect(await t.token.balanceOf(t.ugo.address)).to.equal(2n * 10n ** 17n);
      expect(await t.token.balanceOf(t.una.address)).to.equal(6n * 10n ** 17n);
    });

    it("LI1: does not close the level to newcomers, whose bids start with the drained generation", async () => {
      const t = await networkHelpers.loadFixture(drained);
      await commit(t, t.buyer, 0n, 50n);
      expect((await t.book.bidOf(t.buyer.address, 0n)).assets).to.equal(50n * t.one);
    });
  });

  it("LI1: taking nothing out of an empty level is refused by name", async () => {
    const t = await networkHelpers.loadFixture(scene);
    await expect(t.book.connect(t.una).withdraw(0n, 0n, t.una.address, t.una.address))
      .to.be.revertedWithCustomError(t.book, "NothingWithdrawn")
      .withArgs(t.una.address, 0n);
  });

  for (const name of ["black-thursday", "usdc-depeg"]) {
    it(`WO4: dust at all of 32 levels costs no more to fill than the stipend of ${name}`, async () => {
      const parameters = JSON.parse(readFileSync(`deploy/parameters/${name}.json`, "utf8")) as {
        Wiring: { dilutionStipend: number };
      };
      const levels = Array.from({ length: 32 }, (_, k) => 103n - 2n * BigInt(k));
      const dilutionStipend = BigInt(parameters.Wiring.dilutionStipend);
      const t = await deployWaterfallScene(ethers, { levels, dilutionStipend });
      await lend(t, t.ann, 100_000n);
      await borrow(t, 10n, 1_400n);
      for (let k = 0n; k < 31n; k++) await t.book.connect(t.una).commit(k, 10n ** 9n, t.una.address);
      await commit(t, t.ugo, 31n, 100n);
      await t.book.connect(t.buyer).addPremium(7_000n * t.one);
      await networkHelpers.time.increase(DAY);
      await t.setPrice(100n);
      // Everything at once: each level is drained, the premium is brought to now, and a lot is opened for the rest.
      await expect(liquidate(t))
        .to.emit(t.book, "LevelDrained")
        .to.emit(t.sale, "LotOpened")
        .not.to.emit(t.engine, "TrancheFailed");
      expect((await t.engine.ledger(t.address, 1n)).dilutionCash).to.be.closeTo(100n * t.one, 10n ** 11n);
    });
  }

  describe("a level that falls below a new floor", () => {
    /** una bids 300 at 50, ugo 100 at 100; then the floor rises to 60. */
    async function raised() {
      const t = await scene();
      await commit(t, t.una, 10n, 300n);
      await commit(t, t.ugo, 0n, 100n);
      await t.dilution.setSaleTerms(t.address, {
        startPrice: 150n * t.one,
        floorPrice: 60n * t.one,
        fallSeconds: 3_600n,
        saleSeconds: DAY,
      });
      return t;
    }

    it("is free to leave, and is not filled", async () => {
      const t = await networkHelpers.loadFixture(raised);
      await lose(t);
      expect((await t.engine.ledger(t.address, 1n)).dilutionCash).to.equal(100n * t.one);
      const { shares } = await t.book.bidOf(t.una.address, 10n);
      await expect(t.book.connect(t.una).withdraw(10n, shares, t.una.address, t.una.address)).to.changeTokenBalance(
        ethers,
        t.asset,
        t.una,
        300n * t.one,
      );
    });

    it("earns no premium for a risk that it does not run, once anybody has said so", async () => {
      const t = await networkHelpers.loadFixture(raised);
      await t.book.connect(t.buyer).refresh(10n);
      await t.book.connect(t.buyer).addPremium(7_000n * t.one);
      await networkHelpers.time.increase(7n * DAY);
      expect((await t.book.collectable(t.una.address, [10n])).assets).to.equal(0n);
      expect((await t.book.collectable(t.ugo.address, [0n])).assets).to.be.closeTo(7_000n * t.one, 10n ** 6n);
    });

    it("earns again when the floor has come down", async () => {
      const t = await networkHelpers.loadFixture(raised);
      await t.book.refresh(10n);
      await t.dilution.setSaleTerms(t.address, {
        startPrice: 150n * t.one,
        floorPrice: 40n * t.one,
        fallSeconds: 3_600n,
        saleSeconds: DAY,
      });
      await t.book.refresh(10n);
      await t.book.connect(t.buyer).addPremium(7_000n * t.one);
      await networkHelpers.time.increase(7n * DAY);
      // 300 of 400 at work
      expect((await t.book.collectable(t.una.address, [10n])).assets).to.be.closeTo(5_250n * t.one, 10n ** 6n);
    });
  });

  describe("underwriters leaving ahead of a loss (WO2)", () => {
    it("cannot go in the block of the loss, and are filled while they wait", async () => {
      const t = await networkHelpers.loadFixture(scene);
      const shares = await commit(t, t.una, 0n, 500n);
      await t.setPrice(100n);
      await t.book.connect(t.una).giveNotice(0n, shares, t.una.address);
      await expect(t.book.connect(t.una).withdraw(0n, shares, t.una.address, t.una.address))
        .to.be.revertedWithCustomError(t.book, "ExceedsMaturedNotice")
        .withArgs(t.una.address, 0n, shares, 0n);
      await liquidate(t);
      // All of 409.900990099009900990 is paid, for floor(409.900990099009900990 / 100) tokens
      expect((await t.engine.ledger(t.address, 1n)).dilutionCash).to.equal(409_900_990_099_009_900_990n);
      expect(await t.token.balanceOf(await t.at(t.book))).to.equal(4_099_009_900_990_099_009n);
    });

    it("cannot keep a matured notice in hand beyond its window", async () => {
      const t = await networkHelpers.loadFixture(scene);
      const shares = await commit(t, t.una, 0n, 500n);
      await t.book.connect(t.una).giveNotice(0n, shares, t.una.address);
      await networkHelpers.time.increase(COOLDOWN + 2n * DAY);
      await expect(t.book.connect(t.una).withdraw(0n, shares, t.una.address, t.una.address))
        .to.be.revertedWithCustomError(t.book, "ExceedsMaturedNotice")
        .withArgs(t.una.address, 0n, shares, 0n);
    });

    it("cannot lend a matured notice to a bid that came later", async () => {
      const t = await networkHelpers.loadFixture(scene);
      const shares = await commit(t, t.una, 0n, 500n);
      await t.book.connect(t.una).giveNotice(0n, shares, t.una.address);
      await networkHelpers.time.increase(COOLDOWN);
      await commit(t, t.una, 0n, 300n);
      await t.book.connect(t.una).withdraw(0n, shares, t.una.address, t.una.address);
      await expect(t.book.connect(t.una).withdraw(0n, 1n, t.una.address, t.una.address))
        .to.be.revertedWithCustomError(t.book, "ExceedsMaturedNotice")
        .withArgs(t.una.address, 0n, 1n, 0n);
    });

    it("earn nothing by sitting under notice for ever", async () => {
      const t = await networkHelpers.loadFixture(scene);
      const shares = await commit(t, t.una, 0n, 500n);
      await commit(t, t.ugo, 0n, 1n);
      await t.book.connect(t.una).giveNotice(0n, shares, t.una.address);
      await t.book.connect(t.buyer).addPremium(700n * t.one);
      await networkHelpers.time.increase(30n * DAY);
      expect((await t.book.collectable(t.una.address, [0n])).assets).to.equal(0n);
    });
  });

  describe("a level drained to one unit and refilled", () => {
    /** Without decimals, so that one unit is as much as can be left. Level 0 at 100 units a token holds 401. */
    async function almostDrained() {
      const t = await deployWaterfallScene(ethers, { assetDecimals: 0, collateralDecimals: 0 });
      await lend(t, t.ann, 100_000n);
      await borrow(t, 10n, 1_400n);
      await commit(t, t.una, 0n, 411n);
      await lose(t);
      return t;
    }

    it("LV3: keeps the one unit for whom it was, and gives the newcomer all that it brings", async () => {
      const t = await networkHelpers.loadFixture(almostDrained);
      // 1,400 less ceil(1,000 / 1.01) = 991: 409 are lost; 409 buy 4.09 tokens and 2 units stay
      expect((await t.book.bidOf(t.una.address, 0n)).assets).to.equal(2n);
      await commit(t, t.ugo, 0n, 1_000n);
      expect((await t.book.bidOf(t.una.address, 0n)).assets).to.equal(2n);
      expect((await t.book.bidOf(t.ugo.address, 0n)).assets).to.equal(1_000n);
      await t.book.connect(t.una).collect([0n], t.una.address, t.una.address);
      expect(await t.token.balanceOf(t.una.address)).to.be.closeTo(409n * 10n ** 16n, 10n ** 6n);
      expect((await t.book.collectable(t.ugo.address, [0n])).tokens).to.equal(0n);
    });

    it("pays the next fill pro rata to old unit and new bid", async () => {
      const t = await networkHelpers.loadFixture(almostDrained);
      await commit(t, t.ugo, 0n, 1_000n);
      await t.setPrice(200n);
      await borrow(t, 10n, 1_400n, t.debtors[0]);
      const before = await t.book.collectable(t.una.address, [0n]);
      await lose(t, t.debtors[0]);
      const unaGot = (await t.book.collectable(t.una.address, [0n])).tokens - before.tokens;
      const ugoGot = (await t.book.collectable(t.ugo.address, [0n])).tokens;
      expect(unaGot + ugoGot).to.be.closeTo(409n * 10n ** 16n, 10n ** 7n);
      // 2 of 1,002 units are una's
      expect(unaGot).to.be.closeTo((409n * 10n ** 16n * 2n) / 1_002n, 10n ** 7n);
      expect(ugoGot + unaGot).to.be.lessThanOrEqual(409n * 10n ** 16n);
    });
  });

  for (const decimals of [0, 2, 6, 8, 18, 24]) {
    it(`LV3, DI1: balances with ${decimals.toString()} decimals, through fills, refills and exits`, async () => {
      const t = await deployWaterfallScene(ethers, { assetDecimals: decimals, collateralDecimals: 0 });
      await lend(t, t.ann, 100_000n);
      const shares = await commit(t, t.una, 0n, 333n);
      await commit(t, t.ugo, 0n, 167n);
      await commit(t, t.ugo, 4n, 1_000n);
      await t.book.connect(t.una).giveNotice(0n, shares, t.una.address);
      for (const [i, debtor] of t.debtors.entries()) {
        await t.setPrice(200n);
        await borrow(t, 10n, 1_400n, debtor);
        await lose(t, debtor);
        const entry = await t.engine.ledger(t.address, BigInt(i) + 1n);
        expect(entry.badDebt).to.equal(entry.dilutionCash + entry.socialized);
        await t.book.connect(t.buyer).commit(0n, 7n * t.one + 1n, t.buyer.address);
      }
      const minted = (await t.token.totalSupply()) - 10n ** 22n;
      const paid = await Promise.all(
        [1n, 2n, 3n].map(async (id) => (await t.engine.ledger(t.address, id)).dilutionCash),
      );
      const cash = paid.reduce((sum, each) => sum + each, 0n);
      // never under the floor of 40, never above the best level's 100 but for a unit a fill
      expect(cash * UNIT).to.be.greaterThanOrEqual(minted * 40n * t.one);
      await networkHelpers.time.increase(COOLDOWN);
      const book = await t.at(t.book);
      for (const bidder of [t.una, t.ugo, t.buyer]) {
        await t.book.connect(bidder).collect([0n, 4n], bidder.address, bidder.address);
        for (const level of [0n, 4n]) {
          const bid = await t.book.bidOf(bidder.address, level);
          if (bid.shares === 0n) continue;
          await t.book.connect(bidder).giveNotice(level, bid.shares, bidder.address);
        }
      }
      await networkHelpers.time.increase(COOLDOWN);
      for (const bidder of [t.una, t.ugo, t.buyer]) {
        for (const level of [0n, 4n]) {
          const { shares: left } = await t.book.bidOf(bidder.address, level);
          if (left !== 0n) await t.book.connect(bidder).withdraw(level, left, bidder.address, bidder.address);
        }
      }
      // What rounding has left behind is less than a unit of the asset, or a millionth of a token, per movement.
      expect(await t.asset.balanceOf(book)).to.be.lessThanOrEqual(10n);
      expect(await t.token.balanceOf(book)).to.be.lessThanOrEqual(10n ** 12n);
    });
  }
});
