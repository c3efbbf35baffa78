import { expect } from "chai";
import { network } from "hardhat";

import {
  commit,
  decide,
  deployMargin,
  ETH,
  type MarginScene,
  Outcome,
  priceWad,
  publish,
  RISK,
  trade,
  USD,
} from "../../helpers/margin.js";

const { ethers, networkHelpers } = await network.create();

/** `FeedRounds.Verdict` */
const FOUND = 0n;
const PENDING = 4n;
const TOO_EARLY = 7n;
const ROUND = 10n ** 8n;

async function scene() {
  const room = await deployMargin(ethers);
  const lens = await ethers.deployContract("MarginLens");
  const rowOf = async (trader = room.alice) => (await lens.orders(room.vault, [{ trader, marketId: 0 }]))[0]!;
  return { ...room, lens, rowOf };
}

/** Ends Alice's order with the lens's hint; the lens must have foreseen how. */
async function expectForeseen(room: MarginScene & Pick<Awaited<ReturnType<typeof scene>>, "rowOf">, outcome: bigint) {
  const { vault, alice, keeper, rowOf } = room;
  const row = await rowOf();
  expect([row.isResolvable, row.outcome]).to.deep.equal([true, outcome]);
  expect(await vault.connect(keeper).resolveOrder.staticCall(alice, 0, row.roundId)).to.equal(outcome);
  await vault.connect(keeper).resolveOrder(alice, 0, row.roundId);
  expect((await rowOf()).earliestRoundAt).to.equal(0n);
  return row;
}

const LONG = { size: 10n * ETH, deposit: 5_000n * USD };

describe("MarginLens: orders (MA6)", () => {
  it("shows what was committed, when, and that no round has come yet", async () => {
    const { rowOf, lens, ...room } = await networkHelpers.loadFixture(scene);
    await commit(room, room.alice, { ...LONG, acceptable: 2_100n, fee: 3n * USD });
    const at = BigInt(await networkHelpers.time.latest());
    const row = await rowOf();
    expect([row.sizeDeltaWad, row.escrowAssets, row.keeperFeeAssets]).to.deep.equal([
      ...[10n * ETH, 4_997n * USD, 3n * USD],
    ]);
    expect([row.committedAt, row.earliestRoundAt, row.latestRoundAt]).to.deep.equal([
      ...[at, at + RISK.minDelay, at + RISK.expiry],
    ]);
    expect([row.acceptablePriceWad, row.reduces]).to.deep.equal([priceWad(2_100n), false]);
    expect([row.isResolvable, row.verdict]).to.deep.equal([false, PENDING]);
    // Later rules change nothing of it.
    await room.vault.setRiskConfig({ ...RISK, minDelay: 20n, expiry: 900n });
    expect((await rowOf()).committedAt).to.equal(at);
    const [none] = await lens.orders(room.vault, [{ trader: room.bob, marketId: 0 }]);
    expect([none!.earliestRoundAt, none!.isResolvable]).to.deep.equal([0n, false]);
  });

  it("finds the first round after the delay among many, wherever it is", async () => {
    for (const [before, after] of [
      [0, 1],
      [1, 0],
      [3, 9],
      [14, 2],
      [15, 16],
    ] as const) {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice, keeper, rowOf, feed } = room;
      await commit(room, alice, LONG);
      const { earliestRoundAt, knownRoundId } = await vault.orderOf(alice, 0);
      await networkHelpers.time.increase(300);
      // Rounds of all one second before the delay is over, then one at it, then later ones.
      for (let i = 0; i < before; i++) await feed.setAnswerAt(1_000n * ROUND, earliestRoundAt - 1n);
      await feed.setAnswerAt(2_001n * ROUND, earliestRoundAt);
      for (let i = 0; i < after; i++) await feed.setAnswerAt(3_000n * ROUND, earliestRoundAt + 1n + BigInt(i));
      const row = await rowOf();
      expect(row.roundId).to.equal(knownRoundId + BigInt(before) + 1n);
      expect([row.isResolvable, row.outcome, row.priceWad, row.verdict]).to.deep.equal([
        ...[true, Outcome.Executed, priceWad(2_001n), FOUND],
      ]);
      await expect(vault.connect(keeper).resolveOrder(alice, 0, row.roundId))
        .to.emit(vault, "OrderResolved")
        .withArgs(alice.address, 0n, Outcome.Executed, row.roundId, priceWad(2_001n), keeper.address);
    }
  });

  it("passes over rounds that timed out, and waits while there is no other", async () => {
    const { rowOf, ...room } = await networkHelpers.loadFixture(scene);
    const { alice, feed, vault } = room;
    await commit(room, alice, LONG);
    const { knownRoundId } = await vault.orderOf(alice, 0);
    await networkHelpers.time.increase(RISK.minDelay);
    const now = await networkHelpers.time.latest();
    for (const step of [1n, 2n]) await feed.setRound(knownRoundId + step, 2_000n * ROUND, now, now, knownRoundId);
    const waiting = await rowOf();
    expect([waiting.isResolvable, waiting.verdict]).to.deep.equal([false, TOO_EARLY]);
    await publish(room, 2_002n);
    const row = await expectForeseen({ ...room, rowOf }, Outcome.Executed);
    expect([row.roundId, row.priceWad]).to.deep.equal([knownRoundId + 3n, priceWad(2_002n)]);
  });

  it("foresees a price that is not acceptable, to a buyer or a seller, and what the oracle would not believe", async () => {
    for (const [order, dollars] of [
      [{ ...LONG, acceptable: 2_000n }, 2_001n],
      [{ ...LONG, size: -10n * ETH, acceptable: 2_000n }, 1_999n],
    ] as const) {
      const room = await networkHelpers.loadFixture(scene);
      await commit(room, room.alice, order);
      await decide(networkHelpers, room, dollars);
      const row = await expectForeseen(room, Outcome.NotAcceptable);
      expect(row.priceWad).to.equal(priceWad(dollars));
    }
    for (const answer of [1n, -5n]) {
      const room = await networkHelpers.loadFixture(scene);
      const { oracle, eth, feed, alice } = room;
      await oracle.setFeed(eth, { feed, maxStaleness: 86_400, minAnswer: ROUND, maxAnswer: 10n ** 13n });
      await commit(room, alice, LONG);
      await networkHelpers.time.increase(RISK.minDelay);
      await feed.setAnswer(answer);
      await expectForeseen(room, Outcome.NotAcceptable);
    }
  });

  it("foresees an expiry: without a round from the second after the deadline on, and with one that came too late", async () => {
    const room = await networkHelpers.loadFixture(scene);
    await commit(room, room.alice, LONG);
    const { latestRoundAt } = await room.vault.orderOf(room.alice, 0);
    await networkHelpers.time.increaseTo(latestRoundAt);
    expect((await room.rowOf()).isResolvable).to.equal(false);
    await networkHelpers.time.increaseTo(latestRoundAt + 1n);
    await expectForeseen(room, Outcome.Expired);

    await commit(room, room.alice, LONG);
    await networkHelpers.time.increase(RISK.expiry + 1n);
    const late = await publish(room, 1_000n);
    const row = await expectForeseen(room, Outcome.Expired);
    expect([row.roundId, row.priceWad]).to.deep.equal([late, 0n]);
  });

  it("foresees what a new phase leaves undecided, and finds a round of the old phase after it", async () => {
    const nextPhase = (1n << 64n) + 1n;
    const room = await networkHelpers.loadFixture(scene);
    const { alice, bob, feed, vault } = room;
    await commit(room, alice, LONG);
    const round = await decide(networkHelpers, room, 2_003n);
    for (let i = 0; i < 5; i++) await publish(room, 2_100n);
    await commit(room, bob, { size: 5n * ETH, deposit: 2_000n * USD });
    const known = (await vault.orderOf(bob, 0)).knownRoundId;
    await networkHelpers.time.increase(RISK.minDelay);
    const now = await networkHelpers.time.latest();
    await feed.setRound(nextPhase, 2_000n * ROUND, now, now, nextPhase);
    const row = await room.rowOf(bob);
    expect([row.isResolvable, row.outcome, row.roundId]).to.deep.equal([true, Outcome.FeedChanged, known]);
    await vault.resolveOrder(bob, 0, row.roundId);
    expect((await expectForeseen(room, Outcome.Executed)).roundId).to.equal(round);
  });

  it("foresees that the oracle looks at another feed now", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { alice, oracle, eth } = room;
    await commit(room, alice, LONG);
    const other = await ethers.deployContract("MockAggregator", [8, 2_000n * ROUND]);
    await oracle.setFeed(eth, { feed: other, maxStaleness: 86_400, minAnswer: 1, maxAnswer: 10n ** 18n });
    await expectForeseen(room, Outcome.FeedChanged);
  });

  it("foresees that nothing is left to reduce", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { alice, vault } = room;
    await trade(networkHelpers, room, alice, { size: 10n * ETH, acceptable: 2_000n, deposit: 1_521n * USD });
    await commit(room, alice, { size: -10n * ETH, deposit: 25n * USD });
    await publish(room, 1_800n);
    await vault.liquidate(alice, 0, 2n ** 255n);
    await decide(networkHelpers, room, 1_800n);
    expect((await expectForeseen(room, Outcome.NothingToReduce)).reduces).to.equal(true);
  });

  it("foresees the end of orders in a market that was settled because its feed is dead", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { alice, vault, feed } = room;
    await commit(room, alice, LONG);
    const thirtyDays = 30 * 86_400;
    await feed.setBehavior(1);
    // While the feed is silent nothing is proved; after the deadline nothing can come any more.
    await networkHelpers.time.increase(86_401);
    await vault.announceSettlement(0);
    await networkHelpers.time.increase(thirtyDays);
    await vault.settleMarket(0);
    await expectForeseen(room, Outcome.Expired);
  });

  it("foresees that an order whose rounds all timed out ends with its market", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { alice, vault, feed } = room;
    await commit(room, alice, LONG);
    const { knownRoundId } = await vault.orderOf(alice, 0);
    await networkHelpers.time.increase(RISK.minDelay);
    const now = await networkHelpers.time.latest();
    await feed.setRound(knownRoundId + 1n, 2_000n * ROUND, now, now, knownRoundId);
    await networkHelpers.time.increase(86_401);
    expect((await room.rowOf()).isResolvable).to.equal(false);
    await vault.announceSettlement(0);
    await networkHelpers.time.increase(30 * 86_400);
    await vault.settleMarket(0);
    await expectForeseen(room, Outcome.MarketSettled);
  });
});
