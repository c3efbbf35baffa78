import { expect } from "chai";
import { network } from "hardhat";

import { addAsset, Behavior, deployOracle, HOUR, type PricedAsset } from "../../helpers/oracle.js";
import type { ChainlinkOracle } from "../../../types/ethers-contracts/index.js";

const { ethers, networkHelpers } = await network.create();

const MIN = 100n;
const MAX = 900n;

describe("ChainlinkOracle primary feed", () => {
  async function pair() {
    const oracle = await deployOracle(ethers);
    const asset = await addAsset(ethers, oracle, { answer: 500n, minAnswer: MIN, maxAnswer: MAX });
    const other = await addAsset(ethers, oracle, { answer: 500n });
    const feed = await asset.feed.getAddress();
    return { oracle, asset, other, feed };
  }

  /** Every quote, in either direction, and `latest` fail with this error. */
  async function expectEveryReadToFail(
    oracle: ChainlinkOracle,
    asset: PricedAsset,
    other: PricedAsset,
    error: string,
    args: unknown[],
  ) {
    const reads = [
      () => oracle.latest(asset.address),
      () => oracle.getQuote(1n, asset.address, other.address),
      () => oracle.getQuote(1n, other.address, asset.address),
      () => oracle.getLowQuote(1n, asset.address, other.address),
      () => oracle.getLowQuote(1n, other.address, asset.address),
      () => oracle.getLossQuote(1n, asset.address, other.address),
      () => oracle.getLossQuote(1n, other.address, asset.address),
    ];
    for (const read of reads) {
      await expect(read())
        .to.be.revertedWithCustomError(oracle, error)
        .withArgs(...args);
    }
  }

  it("OR1: without a feed there is no quote", async () => {
    const { oracle, other } = await networkHelpers.loadFixture(pair);
    const unknown = { ...other, address: "0x00000000000000000000000000000000000000A5" };
    await expectEveryReadToFail(oracle, unknown, other, "FeedNotSet", [unknown.address]);
  });

  it("OR1: a zero answer gives no quote", async () => {
    const { oracle, asset, other, feed } = await networkHelpers.loadFixture(pair);
    await asset.feed.setAnswer(0n);
    await expectEveryReadToFail(oracle, asset, other, "NonPositiveAnswer", [asset.address, feed, 0n]);
  });

  it("OR1: a negative answer gives no quote", async () => {
    const { oracle, asset, other, feed } = await networkHelpers.loadFixture(pair);
    await asset.feed.setAnswer(-500n);
    await expectEveryReadToFail(oracle, asset, other, "NonPositiveAnswer", [asset.address, feed, -500n]);
  });

  it("OR1: the most negative answer gives no quote", async () => {
    const { oracle, asset, other, feed } = await networkHelpers.loadFixture(pair);
    await asset.feed.setAnswer(-(2n ** 255n));
    await expectEveryReadToFail(oracle, asset, other, "NonPositiveAnswer", [asset.address, feed, -(2n ** 255n)]);
  });

  for (const answer of [MIN - 1n, MAX + 1n, 2n ** 255n - 1n]) {
    it(`OR1: an answer of ${answer}, outside the band, gives no quote`, async () => {
      const { oracle, asset, other, feed } = await networkHelpers.loadFixture(pair);
      await asset.feed.setAnswer(answer);
      await expectEveryReadToFail(oracle, asset, other, "AnswerOutOfBand", [asset.address, feed, answer, MIN, MAX]);
    });
  }

  for (const answer of [MIN, MAX]) {
    it(`believes an answer of ${answer}, at the edge of the band`, async () => {
      const { oracle, asset } = await networkHelpers.loadFixture(pair);
      await asset.feed.setAnswer(answer);
      expect((await oracle.latest(asset.address)).answer).to.equal(answer);
    });
  }

  it("believes a round as old as the maximum staleness", async () => {
    const { oracle, asset } = await networkHelpers.loadFixture(pair);
    const { updatedAt } = await oracle.latest(asset.address);
    await networkHelpers.time.increaseTo(updatedAt + HOUR);
    expect((await oracle.latest(asset.address)).updatedAt).to.equal(updatedAt);
  });

  it("OR1: a round one second older gives no quote", async () => {
    const { oracle, asset, other, feed } = await networkHelpers.loadFixture(pair);
    const { updatedAt } = await oracle.latest(asset.address);
    const now = updatedAt + HOUR + 1n;
    await networkHelpers.time.increaseTo(now);
    await other.feed.setAnswer(500n);
    const later = BigInt(await networkHelpers.time.latest());
    await expectEveryReadToFail(oracle, asset, other, "StaleAnswer", [asset.address, feed, updatedAt, HOUR, later]);
  });

  it("OR1: a round from the future gives no quote", async () => {
    const { oracle, asset, other, feed } = await networkHelpers.loadFixture(pair);
    const tomorrow = BigInt(await networkHelpers.time.latest()) + 24n * HOUR;
    await asset.feed.setAnswerAt(500n, tomorrow);
    const now = BigInt(await networkHelpers.time.latest());
    await expectEveryReadToFail(oracle, asset, other, "FutureAnswer", [asset.address, feed, tomorrow, now]);
  });

  it("OR1: a timestamp of 2^256 - 1 is the future, not an overflow", async () => {
    const { oracle, asset, other, feed } = await networkHelpers.loadFixture(pair);
    await asset.feed.setAnswerAt(500n, 2n ** 256n - 1n);
    const now = BigInt(await networkHelpers.time.latest());
    await expectEveryReadToFail(oracle, asset, other, "FutureAnswer", [asset.address, feed, 2n ** 256n - 1n, now]);
  });

  it("OR1: an unfinished round gives no quote", async () => {
    const { oracle, asset, other, feed } = await networkHelpers.loadFixture(pair);
    await asset.feed.setAnswerAt(500n, 0n);
    await expectEveryReadToFail(oracle, asset, other, "IncompleteRound", [asset.address, feed]);
  });

  for (const behavior of ["Revert", "RevertBomb", "BurnGas"] as const) {
    it(`OR1: a feed that answers with ${behavior} gives no quote`, async () => {
      const { oracle, asset, other, feed } = await networkHelpers.loadFixture(pair);
      await asset.feed.setBehavior(Behavior[behavior]);
      await expectEveryReadToFail(oracle, asset, other, "FeedReverted", [asset.address, feed]);
    });
  }

  it("OR1: a feed that returns one byte less than a round gives no quote", async () => {
    const { oracle, asset, other, feed } = await networkHelpers.loadFixture(pair);
    await asset.feed.setRawReturn(new Uint8Array(159));
    await expectEveryReadToFail(oracle, asset, other, "FeedReverted", [asset.address, feed]);
  });

  it("OR1: a feed that returns nothing gives no quote", async () => {
    const { oracle, asset, other, feed } = await networkHelpers.loadFixture(pair);
    await asset.feed.setRawReturn("0x");
    await expectEveryReadToFail(oracle, asset, other, "FeedReverted", [asset.address, feed]);
  });

  it("OR1: a feed whose code is gone gives no quote", async () => {
    const { oracle, asset, other, feed } = await networkHelpers.loadFixture(pair);
    await networkHelpers.setCode(feed, "0x");
    await expectEveryReadToFail(oracle, asset, other, "FeedReverted", [asset.address, feed]);
  });

  it("WO4: reads a round at the head of a megabyte without paying for the rest", async () => {
    const { oracle, asset } = await networkHelpers.loadFixture(pair);
    await asset.feed.setBehavior(Behavior.ReturnBomb);
    expect((await oracle.latest(asset.address)).answer).to.equal(500n);
    // Building the megabyte costs the feed 2.2 million gas; copying it would cost the oracle as much again.
    expect(await oracle.latest.estimateGas(asset.address)).to.be.lessThan(2_500_000n);
  });

  it("does not decide anything by round numbers", async () => {
    const { oracle, asset } = await networkHelpers.loadFixture(pair);
    const now = BigInt(await networkHelpers.time.latest());
    await asset.feed.setRound(2n ** 80n - 1n, 321n, 0n, now, 0n);
    expect(await oracle.latest(asset.address)).to.deep.equal([321n, now]);
  });

  it("tells the health of the feed without reverting", async () => {
    const { oracle, asset } = await networkHelpers.loadFixture(pair);
    const health = async () => (await oracle.sourceStatus(asset.address)).primary;
    const now = BigInt(await networkHelpers.time.latest());
    const healths: bigint[] = [await health()];
    const rounds: [answer: bigint, updatedAt: bigint][] = [
      [500n, 0n],
      [0n, now],
      [901n, now],
      [500n, now + 1_000n],
      [500n, now - HOUR - 1n],
    ];
    for (const [answer, updatedAt] of rounds) {
      await asset.feed.setAnswerAt(answer, updatedAt);
      healths.push(await health());
    }
    await asset.feed.setBehavior(Behavior.BurnGas);
    healths.push(await health());
    healths.push((await oracle.sourceStatus(ethers.ZeroAddress)).primary);
    // Live, Incomplete, NonPositive, OutOfBand, Future, Stale, Unreadable, Unset
    expect(healths).to.deep.equal([1n, 3n, 4n, 5n, 6n, 7n, 2n, 0n]);
  });
});
