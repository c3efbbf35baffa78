import { expect } from "chai";
import { network } from "hardhat";

import { MAX } from "../helpers/lending.js";
import {
  addFund,
  commit,
  decide,
  deployMargin,
  ETH,
  KEEPER_FEE,
  MARKET,
  type MarginScene,
  POOL,
  PRICE,
  publish,
  resolve,
  RISK,
  trade,
  USD,
  WAD,
  WALLET,
} from "../helpers/margin.js";

const { ethers, networkHelpers } = await network.create();

/** Alice may buy 10 ETH at up to 2,000 with 1,521 dollars: what a commit must bring, and 96 dollars more. */
const ORDER = { size: 10n * ETH, acceptable: 2_000n, deposit: 1_521n * USD };

describe("attacks on the margin vault", () => {
  const scene = () => deployMargin(ethers);

  /** What `accounts` own in all, positions at the mark, but for what is on its way. */
  async function wealth({ asset, vault }: MarginScene, accounts: { address: string }[]): Promise<bigint> {
    let sum = 0n;
    for (const { address } of accounts) {
      const { equityAssets } = await vault.healthOf(address);
      sum += (await asset.balanceOf(address)) + (equityAssets > 0n ? equityAssets : 0n);
    }
    return sum;
  }

  /**
   * Publishes prices one after the other and has the keeper liquidate whoever can be after each.
   * @returns what the accounts' net position has earned in all: what anybody who held it honestly would have
   */
  async function walk(room: MarginScene, prices: Iterable<bigint>): Promise<bigint> {
    const { vault, alice, bob, keeper } = room;
    let earned = 0n;
    let last = PRICE;
    for (const price of prices) {
      const net = (await vault.positionOf(alice, 0)).sizeWad + (await vault.positionOf(bob, 0)).sizeWad;
      earned += (net * (price - last) * USD) / ETH;
      last = price;
      await publish(room, price);
      for (const trader of [alice, bob, alice, bob]) {
        if ((await vault.healthFactor(trader, ethers.ZeroAddress)) >= WAD) continue;
        await vault.connect(keeper).liquidate(trader, 0, MAX);
      }
    }
    return earned;
  }

  describe("orders", () => {
    it("front-running a round: a commit in the block before it, or in its second, is not priced by it", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice } = room;
      await commit(room, alice, { ...ORDER, acceptable: 3_000n, deposit: 5_000n * USD });
      const seen = await publish(room, 1_900n);
      await expect(resolve(room, alice, seen)).to.be.revertedWithCustomError(vault, "OrderUndecided");
      await resolve(room, alice, await decide(networkHelpers, room, 2_100n));
      // Paid 2,100 plus half a per mille, not 1,900.
      expect((await vault.positionOf(alice, 0)).basis).to.equal(21_010_500_000n * 10n ** 36n);
    });

    it("skipping rounds: neither the trader nor a keeper can pick one (MA6)", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice } = room;
      await commit(room, alice, { ...ORDER, acceptable: 3_000n, deposit: 5_000n * USD });
      const rounds = [await decide(networkHelpers, room, 2_050n)];
      for (const price of [1_950n, 2_150n, 1_990n]) rounds.push(await publish(room, price));
      for (const hint of [0n, ...rounds.slice(1), rounds[3]! + 1n, 2n ** 80n - 1n]) {
        await expect(resolve(room, alice, hint), String(hint)).to.be.revertedWithCustomError(vault, "OrderUndecided");
      }
      await resolve(room, alice, rounds[0]!);
      expect((await vault.positionOf(alice, 0)).basis).to.equal(20_510_250_000n * 10n ** 36n);
    });

    it("expiry as an option: once its round is there an order cannot expire, however long nobody calls (MA6)", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice, bob } = room;
      await commit(room, alice, ORDER);
      const { knownRoundId } = await vault.orderOf(alice, 0);
      const round = await decide(networkHelpers, room, 2_000n);
      await publish(room, 1_960n);
      await networkHelpers.time.increase(RISK.expiry * 2n);
      // She would like her margin back now.
      await expect(vault.connect(alice).resolveOrder(alice, 0, knownRoundId)).to.be.revertedWithCustomError(
        vault,
        "OrderUndecided",
      );
      await expect(commit(room, alice, ORDER)).to.be.revertedWithCustomError(vault, "OrderPending");
      await vault.connect(bob).resolveOrder(alice, 0, round);
      expect((await vault.positionOf(alice, 0)).basis).to.equal(20_010n * USD * 10n ** 36n);
    });

    it("starving: too little gas proves nothing about a feed, so it cancels nothing", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice } = room;
      await commit(room, alice, ORDER);
      const round = await decide(networkHelpers, room, 2_000n);
      for (const gasLimit of [120_000n, 200_000n, 250_000n, 300_000n, 400_000n]) {
        const [, outcome] = await vault
          .connect(alice)
          .resolveOrder.staticCall(alice, 0, round, { gasLimit })
          .then((answer) => [true, answer] as const)
          .catch(() => [false, 0n] as const);
        expect(outcome, String(gasLimit)).to.equal(0n);
      }
    });

    it("emptying the account under an order: its escrow is no margin that could be withdrawn", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice, asset } = room;
      await vault.connect(alice).depositMargin(500n * USD, alice);
      await commit(room, alice, ORDER);
      await vault.connect(alice).withdrawMargin(500n * USD, alice, alice);
      await expect(vault.connect(alice).withdrawMargin(1n, alice, alice)).to.be.revertedWithCustomError(
        vault,
        "InsufficientMargin",
      );
      await resolve(room, alice, await decide(networkHelpers, room, 2_000n));
      expect((await vault.healthOf(alice)).equityAssets).to.equal(1_490n * USD);
      expect(await asset.balanceOf(alice)).to.equal(WALLET - 1_521n * USD);
    });

    it("splitting a trade, or trading back and forth, pays no less premium than one trade (MA3)", async () => {
      const whole = await networkHelpers.loadFixture(scene);
      await trade(networkHelpers, whole, whole.alice, { size: 40n * ETH, deposit: 40_000n * USD });
      const paid = (await whole.vault.positionOf(whole.alice, 0)).basis;
      const split = await networkHelpers.loadFixture(scene);
      for (const size of [13n, 7n, 20n]) {
        await trade(networkHelpers, split, split.alice, { size: size * ETH, deposit: 15_000n * USD });
      }
      expect((await split.vault.positionOf(split.alice, 0)).basis >= paid).to.equal(true);
    });

    it("two sides: buying and selling at once with two accounts costs both fees", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { alice, bob } = room;
      const before = await wealth(room, [alice, bob]);
      await trade(networkHelpers, room, alice, { size: 50n * ETH, deposit: 40_000n * USD });
      await trade(networkHelpers, room, bob, { size: -50n * ETH, deposit: 40_000n * USD });
      await trade(networkHelpers, room, alice, { size: -50n * ETH, deposit: 200n * USD });
      await trade(networkHelpers, room, bob, { size: 50n * ETH, deposit: 200n * USD });
      // Four times 0.1 % of 100,000 and four keepers; premiums cancel to rounding.
      const lost = before - (await wealth(room, [alice, bob]));
      expect(lost - 404n * USD >= 0n && lost - 404n * USD <= 4n, String(lost)).to.equal(true);
    });
  });

  describe("liquidation", () => {
    it("ahead of one's own deposit: the step is bounded, and the deposit is nobody else's", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice, keeper } = room;
      await trade(networkHelpers, room, alice, ORDER);
      await publish(room, 1_905n);
      const before = (await vault.healthOf(alice)).equityAssets;
      await vault.connect(keeper).liquidate(alice, 0, 0);
      await vault.connect(alice).depositMargin(1_000n * USD, alice);
      const { equityAssets } = await vault.healthOf(alice);
      // At most the fee of the whole position, 1 % of 19,050, is gone.
      expect(equityAssets >= before + 1_000n * USD - 191n * USD).to.equal(true);
      await expect(vault.liquidate(alice, 0, 0)).to.be.revertedWithCustomError(vault, "AccountHealthy");
    });

    it("of oneself at a price behind the market costs at least the feed's deviation", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice } = room;
      await trade(networkHelpers, room, alice, ORDER);
      await publish(room, 1_905n);
      const before = await wealth(room, [alice]);
      const size = (await vault.positionOf(alice, 0)).sizeWad;
      await vault.connect(alice).liquidate(alice, 0, 0);
      const closed = size - (await vault.positionOf(alice, 0)).sizeWad;
      // She keeps the keeper's half; the market moves on by a whole deviation, and she has saved it on what was closed.
      await publish(room, 1_895n);
      const stayed = before - (size * 10n * USD) / ETH;
      const saved = (closed * 10n * USD) / ETH;
      expect((await wealth(room, [alice])) - stayed <= saved).to.equal(true);
    });

    it("with a stale, dead or negative feed books nothing, and margin can still come in (OR1, LI1)", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice, feed, oracle } = room;
      await trade(networkHelpers, room, alice, ORDER);
      await publish(room, 1_000n);
      await feed.setBehavior(1);
      await expect(vault.liquidate(alice, 0, MAX)).to.be.revertedWithCustomError(oracle, "FeedReverted");
      await expect(vault.impair(alice)).to.be.revertedWithCustomError(oracle, "FeedReverted");
      await feed.setBehavior(0);
      await feed.setAnswer(-1);
      await expect(vault.liquidate(alice, 0, MAX)).to.be.revertedWithCustomError(oracle, "NonPositiveAnswer");
      await vault.connect(alice).depositMargin(USD, alice);
      expect((await vault.accountOf(alice)).marginAssets).to.equal(1_501n * USD);
    });

    it("dust: no account is so small that its liquidation lives on the reserves", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice, bob, keeper } = room;
      // 0.05 ETH: the least notional of 100 dollars.
      const size = ETH / 20n;
      await expect(commit(room, alice, { size: size - 10n ** 12n, deposit: 50n * USD })).to.be.revertedWithCustomError(
        vault,
        "BelowMinNotional",
      );
      const before = await wealth(room, [alice, bob, keeper]);
      await trade(networkHelpers, room, alice, { size, acceptable: 2_000n, deposit: 9n * USD });
      await trade(networkHelpers, room, bob, { size: -size, deposit: 9n * USD });
      const reserves = await vault.reserves();
      const earned = await walk(room, [1_960n, 1_921n, 1_883n, 1_846n, 1_810n, 1_775n]);
      expect((await vault.accountOf(alice)).openMarkets).to.equal(0);
      expect((await vault.reserves()) >= reserves).to.equal(true);
      expect(await room.engine.writeOffCount(vault)).to.equal(0);
      expect((await wealth(room, [alice, bob, keeper])) < before + earned).to.equal(true);
    });
  });

  describe("two opposite positions, keeper, provider and staker together (MA7)", () => {
    /** Long and short 50 ETH with as little margin as is allowed: 12,100 x 2 needs 6,050 and room for fees. */
    async function opposite(): Promise<MarginScene> {
      const room = await deployMargin(ethers);
      await addFund(ethers, room, 100_000n * USD);
      const order = { acceptable: 2_000n, deposit: 7_400n * USD };
      await trade(networkHelpers, room, room.alice, { ...order, size: 50n * ETH });
      await trade(networkHelpers, room, room.bob, { ...order, acceptable: 1n, size: -50n * ETH });
      return room;
    }

    for (const direction of [-1n, 1n]) {
      it(`gain nothing while no round jumps further than the market is made for (${direction > 0n ? "up" : "down"})`, async () => {
        const room = await networkHelpers.loadFixture(opposite);
        const { vault, engine, alice, bob, keeper } = room;
        const start = 2n * WALLET;
        // Twelve rounds of 2 % the same way.
        const prices = [PRICE];
        while (prices.length <= 12) prices.push(prices.at(-1)! + (direction * prices.at(-1)!) / 50n);
        const earned = await walk(room, prices.slice(1));
        expect(await engine.writeOffCount(vault)).to.equal(0);
        expect(await vault.totalDeficit()).to.equal(0);
        expect((await wealth(room, [alice, bob, keeper])) < start + earned).to.equal(true);
      });
    }

    it("draw no more insurance beyond it than the governed multiple of the fees they paid", async () => {
      const room = await networkHelpers.loadFixture(opposite);
      const { vault, engine, alice } = room;
      const { allowanceAssets, feeAssets } = await vault.insuranceAllowance(0);
      // Fees of both: 0.1 % of 100,000, twice; times ten.
      expect(feeAssets).to.equal(200n * USD);
      expect(allowanceAssets).to.equal((200n * USD * MARKET.insuranceMultipleBps) / 10_000n);
      await publish(room, 1_500n);
      await vault.liquidate(alice, 0, MAX);
      const entry = await engine.ledger(vault, 1);
      expect(entry.badDebt > 10_000n * USD).to.equal(true);
      expect(entry.insurance).to.equal(2_000n * USD);
      expect((await vault.insuranceAllowance(0)).allowanceAssets).to.equal(0);
      // Forgotten with its fees after two periods of fifteen days, and only then.
      await networkHelpers.time.increase(30n * 86_400n);
      expect(await vault.insuranceAllowance(0)).to.deep.equal([0n, 0n, 0n]);
    });
  });

  describe("providers", () => {
    it("enter ahead of a round that will be good for the pool: the spread takes what they could gain", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice, bob, asset } = room;
      await vault.setExitNotice(0, 0);
      await trade(networkHelpers, room, alice, { size: 100n * ETH, deposit: 100_000n * USD });
      const before = await asset.balanceOf(bob);
      await vault.connect(bob).deposit(WALLET, bob);
      // A loss of one deviation for the longs.
      await publish(room, 1_990n);
      await vault.connect(bob).redeem(await vault.balanceOf(bob), bob, bob);
      expect((await asset.balanceOf(bob)) <= before).to.equal(true);
    });

    it("cannot leave open positions without cash: not even all of them together", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice, provider } = room;
      await vault.setExitNotice(0, 0);
      await trade(networkHelpers, room, alice, { size: 100n * ETH, deposit: 100_000n * USD });
      await vault.connect(provider).redeem(await vault.maxRedeem(provider), provider, provider);
      const left = await vault.cash();
      expect(left >= 40_000n * USD && left < POOL / 2n).to.equal(true);
      // A move of 19 % is paid in full.
      await trade(networkHelpers, room, alice, { size: -100n * ETH, deposit: 250n * USD }, 2_380n);
      expect((await vault.accountOf(alice)).openMarkets).to.equal(0);
      expect(KEEPER_FEE > 0n).to.equal(true);
    });
  });
});
