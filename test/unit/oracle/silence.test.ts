import { expect } from "chai";
import { network } from "hardhat";

import { addAsset, addSecondSource, Behavior, DAY, deployOracle, HOUR } from "../../helpers/oracle.js";

const { ethers, networkHelpers } = await network.create();

describe("ChainlinkOracle record of silence", () => {
  /** `ether` has a second source that can be silenced at will. Primaries stay live for a week. */
  async function silentSecondSource() {
    const oracle = await deployOracle(ethers);
    const ether = await addAsset(ethers, oracle, { answer: 2_000n, maxStaleness: 7n * DAY });
    const dollar = await addAsset(ethers, oracle, { answer: 1n, maxStaleness: 7n * DAY });
    const second = await addSecondSource(ethers, oracle, ether, { answer: 2_000n, maxStaleness: 7n * DAY });
    const feed = await second.getAddress();
    const stranger = (await ethers.getSigners())[5]!;
    await second.setBehavior(Behavior.Revert);

    const record = () => oracle.connect(stranger).recordSilence(ether.address);
    const isBlocked = async () => {
      const loss = await oracle.getLossQuote(1n, ether.address, dollar.address);
      return loss.lossBlockedBy === ether.address;
    };
    /** Records now and every six hours, in all `times` times; returns when the first was. */
    const recordEverySixHours = async (times: number) => {
      await record();
      const since = BigInt(await networkHelpers.time.latest());
      for (let i = 1n; i < times; i++) {
        await networkHelpers.time.setNextBlockTimestamp(since + i * 6n * HOUR);
        await record();
      }
      return since;
    };
    return { oracle, ether, dollar, second, feed, record, isBlocked, recordEverySixHours };
  }

  it("can be started by anybody", async () => {
    const { oracle, ether, feed, record } = await networkHelpers.loadFixture(silentSecondSource);
    const now = BigInt(await networkHelpers.time.latest()) + 10n;
    await networkHelpers.time.setNextBlockTimestamp(now);
    await expect(record()).to.emit(oracle, "SilenceRecorded").withArgs(ether.address, feed, now);
    expect((await oracle.sourceStatus(ether.address)).silentSince).to.equal(now);
  });

  it("OR1: without a record a reverting source blocks a loss for good", async () => {
    const { isBlocked } = await networkHelpers.loadFixture(silentSecondSource);
    await networkHelpers.time.increase(5n * DAY);
    expect(await isBlocked()).to.equal(true);
  });

  it("OR1: a record one second under 24 hours still blocks a loss", async () => {
    const { isBlocked, recordEverySixHours } = await networkHelpers.loadFixture(silentSecondSource);
    const since = await recordEverySixHours(4);
    await networkHelpers.time.increaseTo(since + DAY - 1n);
    expect(await isBlocked()).to.equal(true);
  });

  it("LI1: a reverting source stops blocking a loss 24 hours after its first record", async () => {
    const { isBlocked, recordEverySixHours } = await networkHelpers.loadFixture(silentSecondSource);
    const since = await recordEverySixHours(4);
    await networkHelpers.time.increaseTo(since + DAY);
    expect(await isBlocked()).to.equal(false);
  });

  it("LI1: goes on not blocking while it is confirmed", async () => {
    const { isBlocked, recordEverySixHours } = await networkHelpers.loadFixture(silentSecondSource);
    await recordEverySixHours(12);
    expect(await isBlocked()).to.equal(false);
  });

  it("OR1: blocks again when the last confirmation is over six hours old", async () => {
    const { isBlocked, recordEverySixHours } = await networkHelpers.loadFixture(silentSecondSource);
    const since = await recordEverySixHours(5);
    await networkHelpers.time.increaseTo(since + 30n * HOUR);
    expect(await isBlocked()).to.equal(false);
    await networkHelpers.time.increaseTo(since + 30n * HOUR + 1n);
    expect(await isBlocked()).to.equal(true);
  });

  it("OR1: two faults with a gap between them do not pass for one silence", async () => {
    const { oracle, ether, isBlocked, record } = await networkHelpers.loadFixture(silentSecondSource);
    await record();
    await networkHelpers.time.increase(30n * HOUR);
    await record();
    const now = BigInt(await networkHelpers.time.latest());
    expect(await isBlocked()).to.equal(true);
    expect((await oracle.sourceStatus(ether.address)).silentSince).to.equal(now);
  });

  it("OR1: is cleared by anybody once the source is live", async () => {
    const { oracle, ether, feed, second, isBlocked, record, recordEverySixHours } =
      await networkHelpers.loadFixture(silentSecondSource);
    await recordEverySixHours(5);
    await second.setBehavior(Behavior.Normal);
    await expect(record()).to.emit(oracle, "SilenceCleared").withArgs(ether.address, feed);
    await second.setBehavior(Behavior.Revert);
    expect(await isBlocked()).to.equal(true);
  });

  it("of a live source changes nothing", async () => {
    const { oracle, ether, second, record } = await networkHelpers.loadFixture(silentSecondSource);
    await second.setBehavior(Behavior.Normal);
    const receipt = await (await record()).wait();
    expect(receipt!.logs).to.deep.equal([]);
    expect((await oracle.sourceStatus(ether.address)).silentSince).to.equal(0n);
  });

  it("of a stale source starts when its round went stale, and outlasts a later revert", async () => {
    const { oracle, ether, feed, second, isBlocked, record } = await networkHelpers.loadFixture(silentSecondSource);
    const now = BigInt(await networkHelpers.time.latest());
    const staleSince = now - 20n * HOUR;
    await second.setAnswerAt(2_000n, staleSince - 7n * DAY);
    await second.setBehavior(Behavior.Normal);
    await expect(record()).to.emit(oracle, "SilenceRecorded").withArgs(ether.address, feed, staleSince);
    await second.setBehavior(Behavior.Revert);
    await networkHelpers.time.increaseTo(staleSince + DAY - 1n);
    expect(await isBlocked()).to.equal(true);
    await networkHelpers.time.increaseTo(staleSince + DAY);
    expect(await isBlocked()).to.equal(false);
  });

  it("OR1: does not count for a source that spoke again and then went stale", async () => {
    const { isBlocked, recordEverySixHours, second } = await networkHelpers.loadFixture(silentSecondSource);
    const since = await recordEverySixHours(5);
    await second.setAnswerAt(2_000n, since + 6n * HOUR - 7n * DAY);
    await second.setBehavior(Behavior.Normal);
    expect(await isBlocked()).to.equal(true);
  });

  it("OR1: is forgotten when the second source is replaced", async () => {
    const { oracle, ether, isBlocked, recordEverySixHours } = await networkHelpers.loadFixture(silentSecondSource);
    await recordEverySixHours(5);
    expect(await isBlocked()).to.equal(false);
    const other = await addSecondSource(ethers, oracle, ether, { answer: 2_000n });
    await other.setBehavior(Behavior.Revert);
    expect(await isBlocked()).to.equal(true);
  });

  it("needs a second source", async () => {
    const { oracle, dollar } = await networkHelpers.loadFixture(silentSecondSource);
    await expect(oracle.recordSilence(dollar.address))
      .to.be.revertedWithCustomError(oracle, "SecondSourceNotSet")
      .withArgs(dollar.address);
  });
});
