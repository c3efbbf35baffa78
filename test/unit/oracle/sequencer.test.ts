import { expect } from "chai";
import { network } from "hardhat";

import { addAsset, addSecondSource, Behavior, DAY, deployOracle, HOUR } from "../../helpers/oracle.js";

const { ethers, networkHelpers } = await network.create();

const UP = 0n;
const DOWN = 1n;

describe("ChainlinkOracle on an L2", () => {
  async function layerTwo() {
    const sequencer = await ethers.deployContract("MockAggregator", [0, UP]);
    const sequencerFeed = await sequencer.getAddress();
    const oracle = await deployOracle(ethers, { sequencerFeed, gracePeriod: HOUR });
    const ether = await addAsset(ethers, oracle, { answer: 2_000n, maxStaleness: 7n * DAY });
    const dollar = await addAsset(ethers, oracle, { answer: 1n, maxStaleness: 7n * DAY });

    /** The sequencer's status has been `answer` since `startedAt`. */
    const setSequencer = async (answer: bigint, startedAt: bigint) => {
      const now = await networkHelpers.time.latest();
      await sequencer.setRound(7n, answer, startedAt, now, 7n);
    };
    const expectEveryReadToFail = async (error: string, args: unknown[]) => {
      const reads = [
        () => oracle.latest(ether.address),
        () => oracle.getQuote(1n, ether.address, dollar.address),
        () => oracle.getLowQuote(1n, ether.address, dollar.address),
        () => oracle.getLossQuote(1n, ether.address, dollar.address),
        () => oracle.getQuote(1n, ether.address, ether.address),
        () => oracle.getLowQuote(1n, ether.address, ether.address),
        () => oracle.getLossQuote(1n, ether.address, ether.address),
      ];
      for (const read of reads) {
        await expect(read())
          .to.be.revertedWithCustomError(oracle, error)
          .withArgs(...args);
      }
    };
    const startedAt = BigInt(await networkHelpers.time.latest());
    await setSequencer(UP, startedAt);
    await networkHelpers.time.increaseTo(startedAt + 2n * HOUR);
    return { oracle, ether, dollar, sequencer, sequencerFeed, setSequencer, expectEveryReadToFail, startedAt };
  }

  it("quotes while the sequencer is up", async () => {
    const { oracle, ether, dollar } = await networkHelpers.loadFixture(layerTwo);
    expect(await oracle.getQuote(3n, ether.address, dollar.address)).to.equal(6_000n);
    expect(await oracle.getLowQuote(3n, ether.address, dollar.address)).to.equal(6_000n);
    expect((await oracle.getLossQuote(3n, ether.address, dollar.address)).highAssets).to.equal(6_000n);
  });

  it("tells which feed and which grace period it uses", async () => {
    const { oracle, sequencerFeed } = await networkHelpers.loadFixture(layerTwo);
    expect(await oracle.sequencerUptimeFeed()).to.equal(sequencerFeed);
    expect(await oracle.gracePeriod()).to.equal(HOUR);
  });

  it("OR1: gives no quote while the sequencer is down, however long", async () => {
    const { setSequencer, expectEveryReadToFail, sequencerFeed, startedAt } =
      await networkHelpers.loadFixture(layerTwo);
    await setSequencer(DOWN, startedAt);
    await expectEveryReadToFail("SequencerDown", [sequencerFeed]);
  });

  it("OR1: takes any status but 0 for down", async () => {
    const { setSequencer, expectEveryReadToFail, sequencerFeed, startedAt } =
      await networkHelpers.loadFixture(layerTwo);
    await setSequencer(-1n, startedAt);
    await expectEveryReadToFail("SequencerDown", [sequencerFeed]);
  });

  it("OR1: gives no quote in the last second of the grace period", async () => {
    const { setSequencer, expectEveryReadToFail } = await networkHelpers.loadFixture(layerTwo);
    const backAt = BigInt(await networkHelpers.time.latest());
    await setSequencer(UP, backAt);
    const now = backAt + HOUR - 1n;
    await networkHelpers.time.increaseTo(now);
    await expectEveryReadToFail("SequencerGracePeriod", [backAt, HOUR, now]);
  });

  it("quotes again when the grace period is over", async () => {
    const { oracle, ether, dollar, setSequencer } = await networkHelpers.loadFixture(layerTwo);
    const backAt = BigInt(await networkHelpers.time.latest());
    await setSequencer(UP, backAt);
    await networkHelpers.time.increaseTo(backAt + HOUR);
    expect(await oracle.getQuote(3n, ether.address, dollar.address)).to.equal(6_000n);
  });

  it("OR1: gives no quote on a sequencer round that never started", async () => {
    const { setSequencer, expectEveryReadToFail } = await networkHelpers.loadFixture(layerTwo);
    await setSequencer(UP, 0n);
    await expectEveryReadToFail("SequencerRoundInvalid", [0n, BigInt(await networkHelpers.time.latest())]);
  });

  it("OR1: gives no quote on a sequencer round from the future", async () => {
    const { setSequencer, expectEveryReadToFail } = await networkHelpers.loadFixture(layerTwo);
    const tomorrow = BigInt(await networkHelpers.time.latest()) + DAY;
    await setSequencer(UP, tomorrow);
    await expectEveryReadToFail("SequencerRoundInvalid", [tomorrow, BigInt(await networkHelpers.time.latest())]);
  });

  for (const behavior of ["Revert", "RevertBomb", "BurnGas"] as const) {
    it(`OR1: gives no quote when the sequencer feed answers with ${behavior}`, async () => {
      const { sequencer, sequencerFeed, expectEveryReadToFail } = await networkHelpers.loadFixture(layerTwo);
      await sequencer.setBehavior(Behavior[behavior]);
      await expectEveryReadToFail("SequencerFeedReverted", [sequencerFeed]);
    });
  }

  it("OR1: counts a second source's silence from the sequencer's return, for it could not speak before", async () => {
    const { oracle, ether, dollar, setSequencer } = await networkHelpers.loadFixture(layerTwo);
    const second = await addSecondSource(ethers, oracle, ether, { answer: 2_000n });
    const backAt = BigInt(await networkHelpers.time.latest());
    await second.setAnswerAt(2_000n, backAt - 3n * DAY);
    await setSequencer(UP, backAt);
    const blockedBy = async () => (await oracle.getLossQuote(1n, ether.address, dollar.address)).lossBlockedBy;
    await networkHelpers.time.increaseTo(backAt + DAY - 1n);
    expect(await blockedBy()).to.equal(ether.address);
    await networkHelpers.time.increaseTo(backAt + DAY);
    expect(await blockedBy()).to.equal(ethers.ZeroAddress);
  });
});
