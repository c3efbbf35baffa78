import { expect } from "chai";
import { network } from "hardhat";

import { Behavior, deployClassicFeed, deployFluxAggregator, submitRound } from "../../helpers/oracle.js";

const { ethers, networkHelpers } = await network.create();

/** `FeedRounds.Verdict` */
const Verdict = {
  Found: 0n,
  Unusable: 1n,
  Expired: 2n,
  PhaseChanged: 3n,
  Pending: 4n,
  WrongPhase: 5n,
  NoAnswer: 6n,
  TooEarly: 7n,
  NotFirst: 8n,
  Silent: 9n,
} as const;

/** A proxy's id of a round: phase << 64 | round of the aggregator. */
const id = (phase: bigint, round: bigint) => (phase << 64n) | round;
const PRICE = 194_30000000n;

describe("FeedRounds on a real Chainlink proxy", () => {
  /** Round 1 is known at the commit; R must come 60 to 360 seconds later. */
  async function committed() {
    const { proxy, aggregator } = await deployClassicFeed(ethers);
    const margin = await ethers.deployContract("MarginLibraryHarness");
    await submitRound(ethers, aggregator, PRICE);
    const commitAt = BigInt(await networkHelpers.time.latest());
    const question = {
      feed: await proxy.getAddress(),
      knownRoundId: id(1n, 1n),
      notBefore: commitAt + 60n,
      deadline: commitAt + 360n,
    };
    /** A round `seconds` after the commit. */
    const answer = async (seconds: bigint, value: bigint, to = aggregator) => {
      await networkHelpers.time.setNextBlockTimestamp(commitAt + seconds);
      await submitRound(ethers, to, value);
    };
    /** Lets the present be `seconds` after the commit. */
    const wait = (seconds: bigint) => networkHelpers.time.increaseTo(commitAt + seconds);
    const verdictOn = async (hint: bigint) => (await margin.judge(question, hint)).verdict;
    const changePhase = async () => {
      const next = await deployFluxAggregator(ethers);
      await proxy.proposeAggregator(await next.getAddress());
      await proxy.confirmAggregator(await next.getAddress());
      return next;
    };
    return { proxy, aggregator, margin, question, commitAt, answer, wait, verdictOn, changePhase };
  }

  it("is pending while the latest round lies before the wanted time", async () => {
    const { answer, verdictOn } = await networkHelpers.loadFixture(committed);
    expect(await verdictOn(id(1n, 1n))).to.equal(Verdict.Pending);
    await answer(59n, PRICE + 1n);
    expect(await verdictOn(id(1n, 1n))).to.equal(Verdict.Pending);
    expect(await verdictOn(id(1n, 2n))).to.equal(Verdict.Pending);
  });

  it("finds the round of exactly the wanted second, and no other", async () => {
    const { margin, question, commitAt, answer, verdictOn } = await networkHelpers.loadFixture(committed);
    await answer(59n, PRICE + 1n);
    await answer(60n, PRICE + 2n);
    await answer(61n, PRICE + 3n);
    const { verdict, round } = await margin.judge(question, id(1n, 3n));
    expect(verdict).to.equal(Verdict.Found);
    expect([round.answer, round.updatedAt]).to.deep.equal([PRICE + 2n, commitAt + 60n]);
    expect(await verdictOn(id(1n, 1n))).to.equal(Verdict.TooEarly);
    expect(await verdictOn(id(1n, 2n))).to.equal(Verdict.TooEarly);
    expect(await verdictOn(id(1n, 4n))).to.equal(Verdict.NotFirst);
    expect(await verdictOn(id(1n, 5n))).to.equal(Verdict.NoAnswer);
  });

  it("finds the same round long after, behind many later ones", async () => {
    const { answer, wait, verdictOn } = await networkHelpers.loadFixture(committed);
    for (let round = 1n; round <= 8n; round++) await answer(60n * round, PRICE + round);
    await wait(86_400n);
    expect(await verdictOn(id(1n, 2n))).to.equal(Verdict.Found);
    for (let round = 3n; round <= 9n; round++) expect(await verdictOn(id(1n, round))).to.equal(Verdict.NotFirst);
  });

  it("finds a round of the deadline's last second, and calls one second later expired", async () => {
    const last = await networkHelpers.loadFixture(committed);
    await last.answer(360n, PRICE);
    expect(await last.verdictOn(id(1n, 2n))).to.equal(Verdict.Found);
    const late = await networkHelpers.loadFixture(committed);
    await late.answer(361n, PRICE);
    expect(await late.verdictOn(id(1n, 2n))).to.equal(Verdict.Expired);
  });

  it("calls silence expired only after the deadline", async () => {
    const { wait, verdictOn } = await networkHelpers.loadFixture(committed);
    await wait(360n);
    expect(await verdictOn(id(1n, 1n))).to.equal(Verdict.Pending);
    await wait(361n);
    expect(await verdictOn(id(1n, 1n))).to.equal(Verdict.Expired);
  });

  it("OR1: calls a negative or zero round unusable, and never the next one the first", async () => {
    for (const bad of [-37_63000000n, 0n]) {
      const { answer, verdictOn } = await networkHelpers.loadFixture(committed);
      await answer(70n, bad);
      await answer(80n, PRICE);
      expect(await verdictOn(id(1n, 2n))).to.equal(Verdict.Unusable);
      expect(await verdictOn(id(1n, 3n))).to.equal(Verdict.NotFirst);
    }
  });

  it("takes no hint of another phase or from before the commit", async () => {
    const { answer, verdictOn } = await networkHelpers.loadFixture(committed);
    await answer(70n, PRICE);
    for (const hint of [0n, 2n, id(1n, 0n), id(0n, 2n), id(2n, 2n), 2n ** 80n - 1n]) {
      expect(await verdictOn(hint), `${hint}`).to.equal(Verdict.WrongPhase);
    }
  });

  it("finds a round of the old phase after the feed has moved on", async () => {
    const { answer, changePhase, verdictOn } = await networkHelpers.loadFixture(committed);
    await answer(70n, PRICE + 1n);
    const next = await changePhase();
    await submitRound(ethers, next, PRICE + 2n);
    expect(await verdictOn(id(1n, 2n))).to.equal(Verdict.Found);
    expect(await verdictOn(id(1n, 1n))).to.equal(Verdict.TooEarly);
    expect(await verdictOn(id(2n, 1n))).to.equal(Verdict.WrongPhase);
  });

  it("says that the phase changed when the old one ended before the round", async () => {
    const { answer, changePhase, verdictOn } = await networkHelpers.loadFixture(committed);
    await answer(30n, PRICE + 1n);
    const next = await changePhase();
    await answer(70n, PRICE + 2n, next);
    expect(await verdictOn(id(1n, 2n))).to.equal(Verdict.PhaseChanged);
    // Not the last round of the old phase.
    expect(await verdictOn(id(1n, 1n))).to.equal(Verdict.TooEarly);
    expect(await verdictOn(id(1n, 3n))).to.equal(Verdict.NoAnswer);
    expect(await verdictOn(id(2n, 1n))).to.equal(Verdict.WrongPhase);
  });

  it("LI1: waits for a new phase without rounds, and lets the order expire", async () => {
    const { changePhase, verdictOn, wait } = await networkHelpers.loadFixture(committed);
    await changePhase();
    expect(await verdictOn(id(1n, 1n))).to.equal(Verdict.Silent);
    await wait(361n);
    expect(await verdictOn(id(1n, 1n))).to.equal(Verdict.Expired);
  });

  it("proves nothing while the proxy locks readers out", async () => {
    const { proxy, question, answer, verdictOn } = await networkHelpers.loadFixture(committed);
    await answer(70n, PRICE);
    await proxy.setController(question.feed); // a contract that is no access controller
    for (const hint of [1n, 2n, 3n]) expect(await verdictOn(id(1n, hint))).to.equal(Verdict.NoAnswer);
    await proxy.setController(ethers.ZeroAddress);
    expect(await verdictOn(id(1n, 2n))).to.equal(Verdict.Found);
  });

  it("refuses to judge with too little gas to tell an absent round from a starved call", async () => {
    const { margin, question, answer } = await networkHelpers.loadFixture(committed);
    await answer(50n, PRICE);
    await answer(70n, PRICE);
    for (let gasLimit = 60_000n; gasLimit < 400_000n; gasLimit += 17_000n) {
      const judged = await margin.judge(question, id(1n, 3n), { gasLimit }).catch((error: unknown) => error);
      if (judged instanceof Error) expect(judged.message).to.match(/InsufficientFeedGas|out of gas/);
      else expect((judged as { verdict: bigint }).verdict).to.equal(Verdict.Found);
    }
  });

  it("passes over a round that timed out, whose answer is older than its time", async () => {
    const { aggregator, commitAt, verdictOn } = await networkHelpers.loadFixture(committed);
    const [first, second] = await ethers.getSigners();
    // With two nodes, of which one stays silent, round 2 is started and times out after an hour.
    await aggregator.changeOracles([], [second!.address], [second!.address], 2, 2, 0);
    await networkHelpers.time.setNextBlockTimestamp(commitAt + 10n);
    await aggregator.submit(2n, PRICE + 1n);
    await networkHelpers.time.setNextBlockTimestamp(commitAt + 3_700n);
    await aggregator.connect(second).submit(3n, PRICE + 2n);
    await aggregator.connect(first).submit(3n, PRICE + 4n);
    const carried = await aggregator.getRoundData(2n);
    expect([carried.answer, carried.answeredInRound]).to.deep.equal([PRICE, 1n]);
    expect(carried.updatedAt).to.equal(commitAt + 3_700n);
    // It would have been the first round after the commit, at the price known then.
    expect(await verdictOn(id(1n, 2n))).to.equal(Verdict.TooEarly);
    expect(await verdictOn(id(1n, 3n))).to.equal(Verdict.Expired);
  });
});

describe("FeedRounds on feeds that misbehave", () => {
  async function mocked() {
    const feed = await ethers.deployContract("MockAggregator", [8, PRICE]);
    const margin = await ethers.deployContract("MarginLibraryHarness");
    const at = BigInt(await networkHelpers.time.latest());
    const question = { feed: await feed.getAddress(), knownRoundId: 1n, notBefore: at + 1n, deadline: at + 1_000_000n };
    const verdictOn = async (hint: bigint) => (await margin.judge(question, hint)).verdict;
    return { feed, verdictOn, at };
  }

  it("does not believe a round from the future", async () => {
    const { feed, verdictOn, at } = await networkHelpers.loadFixture(mocked);
    await feed.setAnswerAt(PRICE, at + 5_000n);
    expect(await verdictOn(2n)).to.equal(Verdict.NoAnswer);
    await networkHelpers.time.increaseTo(at + 5_000n);
    expect(await verdictOn(2n)).to.equal(Verdict.Found);
  });

  it("says that it cannot know while the latest round cannot be read", async () => {
    const { feed, verdictOn } = await networkHelpers.loadFixture(mocked);
    for (const behavior of [Behavior.Revert, Behavior.RevertBomb, Behavior.BurnGas]) {
      await feed.setBehavior(behavior);
      expect(await verdictOn(1n)).to.equal(Verdict.Silent);
    }
    await feed.setRawReturn("0x1234");
    expect(await verdictOn(1n)).to.equal(Verdict.Silent);
  });

  it("finds the round although the latest one cannot be read", async () => {
    const { feed, verdictOn } = await networkHelpers.loadFixture(mocked);
    await feed.setAnswer(PRICE);
    await feed.setBehavior(Behavior.Revert);
    expect(await verdictOn(2n)).to.equal(Verdict.Found);
  });

  it("takes an account without code for a feed that does not answer", async () => {
    const margin = await ethers.deployContract("MarginLibraryHarness");
    const question = {
      feed: "0x00000000000000000000000000000000000000A5",
      knownRoundId: 1n,
      notBefore: 5n,
      deadline: 6n,
    };
    expect((await margin.judge(question, 1n)).verdict).to.equal(Verdict.NoAnswer);
  });
});
