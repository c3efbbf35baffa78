import { expect } from "chai";
import { network } from "hardhat";

import { takeRound } from "../../../scripts/lib/margin-math.js";
import { deployClassicFeed, deployFluxAggregator, submitRound } from "../../helpers/oracle.js";

const { ethers, networkHelpers } = await network.create();

const RULES = { memorySeconds: 3_600n, maxMoveWad: 2n * 10n ** 17n };

describe("Volatility", () => {
  async function started() {
    const { proxy, aggregator } = await deployClassicFeed(ethers);
    const margin = await ethers.deployContract("MarginLibraryHarness");
    const feed = await proxy.getAddress();
    /** A round `wait` seconds after the one before it. */
    const answer = async (wait: bigint, value: bigint, to = aggregator) => {
      const hasRounds = (await to.latestRound()) > 0n;
      const last = hasRounds ? await to.latestTimestamp() : BigInt(await networkHelpers.time.latest());
      await networkHelpers.time.setNextBlockTimestamp(last + wait);
      await submitRound(ethers, to, value);
    };
    await submitRound(ethers, aggregator, 100_00000000n);
    await margin.advanceVolatility(RULES, feed, 5n);
    const state = async () => {
      const { variance, answer: last, updatedAt } = await margin.volatility();
      return { variance, answer: last, updatedAt };
    };
    return { proxy, aggregator, margin, feed, answer, state };
  }

  it("begins at the latest round, with no estimate", async () => {
    const { margin, state } = await networkHelpers.loadFixture(started);
    expect((await state()).variance).to.equal(0n);
    expect((await margin.volatility()).roundId).to.equal((1n << 64n) | 1n);
    expect((await state()).answer).to.equal(100_00000000n);
  });

  it("weighs a move of 2 % after 400 seconds by hand", async () => {
    const { margin, feed, answer, state } = await networkHelpers.loadFixture(started);
    await answer(400n, 102_00000000n);
    await margin.advanceVolatility(RULES, feed, 5n);
    // (0.02)^2 / (3,600 + 400) = 1e-7 a second; over 2,500 seconds sqrt(0.00025) = 1.58 %.
    expect((await state()).variance).to.equal(10n ** 29n);
    expect(await margin.estimateWad(RULES, 2_500n)).to.equal(15_811_388_300_841_896n);
  });

  it("measures a fall like the rise that undoes it", async () => {
    const { margin, feed, answer, state } = await networkHelpers.loadFixture(started);
    await answer(400n, 50_00000000n);
    // Bounded at 20 %.
    await margin.advanceVolatility(RULES, feed, 5n);
    expect((await state()).variance).to.equal((RULES.maxMoveWad * RULES.maxMoveWad) / 4_000n);
  });

  it("takes every round once and in order, however the calls are cut, and agrees with the model", async () => {
    const { margin, feed, answer, state } = await networkHelpers.loadFixture(started);
    let model = await state();
    const moves: [bigint, bigint][] = [
      [30n, 101_00000000n],
      [1n, 97_50000000n],
      [3_600n, 97_60000000n],
      [12n, 88_00000000n],
      [12n, 99_99999999n],
    ];
    for (const [wait, value] of moves) {
      await answer(wait, value);
      model = takeRound(model, RULES, { answer: value, updatedAt: BigInt(await networkHelpers.time.latest()) });
    }
    expect(await margin.advanceVolatility.staticCall(RULES, feed, 4n)).to.equal(false);
    await margin.advanceVolatility(RULES, feed, 2n);
    await margin.advanceVolatility(RULES, feed, 0n);
    expect(await margin.advanceVolatility.staticCall(RULES, feed, 3n)).to.equal(true);
    await margin.advanceVolatility(RULES, feed, 3n);
    expect(await state()).to.deep.equal(model);
    await margin.advanceVolatility(RULES, feed, 9n);
    expect(await state()).to.deep.equal(model);
  });

  it("never exceeds its bound", async () => {
    const { margin, feed, answer } = await networkHelpers.loadFixture(started);
    for (const value of [1n, 10n ** 29n, 1n, 10n ** 29n]) await answer(2n, value);
    await margin.advanceVolatility(RULES, feed, 9n);
    expect(await margin.estimateWad(RULES, 10n ** 9n)).to.equal(RULES.maxMoveWad);
  });

  it("passes over a negative round, and takes the move across it", async () => {
    const { margin, feed, answer, state } = await networkHelpers.loadFixture(started);
    const before = await state();
    await answer(100n, -1n);
    expect(await margin.advanceVolatility.staticCall(RULES, feed, 9n)).to.equal(false);
    await answer(300n, 102_00000000n);
    await margin.advanceVolatility(RULES, feed, 9n);
    expect(await state()).to.deep.equal({
      variance: 10n ** 29n,
      answer: 102_00000000n,
      updatedAt: before.updatedAt + 400n,
    });
  });

  it("keeps its estimate across a change of phase and takes no move across it", async () => {
    const { proxy, margin, feed, answer, state } = await networkHelpers.loadFixture(started);
    await answer(400n, 102_00000000n);
    await margin.advanceVolatility(RULES, feed, 9n);
    const next = await deployFluxAggregator(ethers);
    await proxy.proposeAggregator(await next.getAddress());
    await proxy.confirmAggregator(await next.getAddress());
    expect(await margin.advanceVolatility.staticCall(RULES, feed, 9n)).to.equal(false);
    await answer(10n, 1_00000000n, next);
    await margin.advanceVolatility(RULES, feed, 9n);
    expect((await state()).variance).to.equal(10n ** 29n);
    expect((await state()).answer).to.equal(1_00000000n);
    await answer(3_600n, 1_00000000n, next);
    await margin.advanceVolatility(RULES, feed, 9n);
    // An hour without a move halves the variance.
    expect((await state()).variance).to.equal(10n ** 29n / 2n);
  });

  it("stays as it is while the feed is silent", async () => {
    const { proxy, margin, feed, answer, state } = await networkHelpers.loadFixture(started);
    await answer(400n, 102_00000000n);
    await proxy.setController(feed);
    const before = await state();
    expect(await margin.advanceVolatility.staticCall(RULES, feed, 9n)).to.equal(false);
    await margin.advanceVolatility(RULES, feed, 9n);
    expect(await state()).to.deep.equal(before);
  });
});
