import { expect } from "chai";
import { network } from "hardhat";

import { addSecondSource, Behavior, DAY, deployOneSecondSource, HOUR } from "../../helpers/oracle.js";
import type { MockAggregator } from "../../../types/ethers-contracts/index.js";

const { ethers, networkHelpers } = await network.create();

const ONE = 10n ** 18n;

describe("ChainlinkOracle second source", () => {
  async function oneSecondSource() {
    return deployOneSecondSource(ethers);
  }

  describe("when faulty", () => {
    const faults: Record<string, (second: MockAggregator) => Promise<unknown>> = {
      "answers zero": (second) => second.setAnswer(0n),
      "answers a negative price": (second) => second.setAnswer(-1n),
      "answers above its band": (second) => second.setAnswer(2n ** 96n),
      "answers from the future": async (second) =>
        second.setAnswerAt(1n, BigInt(await networkHelpers.time.latest()) + DAY),
      "never finished its round": (second) => second.setAnswerAt(1n, 0n),
      reverts: (second) => second.setBehavior(Behavior.Revert),
      "reverts with a megabyte": (second) => second.setBehavior(Behavior.RevertBomb),
      "returns a megabyte, which its gas does not pay for": (second) => second.setBehavior(Behavior.ReturnBomb),
      "burns all its gas": (second) => second.setBehavior(Behavior.BurnGas),
      "returns too little": (second) => second.setRawReturn("0x1234"),
      "has lost its code": async (second) => networkHelpers.setCode(await second.getAddress(), "0x"),
    };

    for (const [fault, commit] of Object.entries(faults)) {
      it(`OR1, WO4: blocks a loss and no other quote when it ${fault}`, async () => {
        const { oracle, ether, dollar, second } = await networkHelpers.loadFixture(oneSecondSource);
        await commit(second);
        expect(await oracle.getQuote(ONE, ether.address, dollar.address)).to.equal(2_000_000000n);
        expect(await oracle.getLowQuote(ONE, ether.address, dollar.address)).to.equal(2_000_000000n);
        const loss = await oracle.getLossQuote(ONE, ether.address, dollar.address);
        expect(loss.primaryAssets).to.equal(2_000_000000n);
        expect(loss.highAssets).to.equal(2_000_000000n);
        expect(loss.lossBlockedBy).to.equal(ether.address);
      });
    }

    it("WO4: costs its reader no more than its share of gas", async () => {
      const { oracle, ether, dollar, second } = await networkHelpers.loadFixture(oneSecondSource);
      await second.setBehavior(Behavior.BurnGas);
      const gas = await oracle.getLowQuote.estimateGas(ONE, ether.address, dollar.address);
      expect(gas).to.be.lessThan(200_000n + 100_000n);
    });

    it("OR1: blocks a loss in the quote asset too", async () => {
      const { oracle, ether, dollar, second } = await networkHelpers.loadFixture(oneSecondSource);
      await second.setAnswer(0n);
      const loss = await oracle.getLossQuote(ONE, dollar.address, ether.address);
      expect(loss.lossBlockedBy).to.equal(ether.address);
    });

    it("names the base when both assets block", async () => {
      const { oracle, ether, dollar, second } = await networkHelpers.loadFixture(oneSecondSource);
      const dollarSecond = await addSecondSource(ethers, oracle, dollar);
      await second.setAnswer(0n);
      await dollarSecond.setAnswer(0n);
      const there = await oracle.getLossQuote(ONE, ether.address, dollar.address);
      const back = await oracle.getLossQuote(ONE, dollar.address, ether.address);
      expect([there.lossBlockedBy, back.lossBlockedBy]).to.deep.equal([ether.address, dollar.address]);
    });

    it("tells its health without reverting, with no proof of silence", async () => {
      const { oracle, ether, second } = await networkHelpers.loadFixture(oneSecondSource);
      const live = await oracle.sourceStatus(ether.address);
      await second.setAnswer(0n);
      const now = BigInt(await networkHelpers.time.latest());
      // Live is 1, NonPositive is 4
      expect(live).to.deep.equal([1n, 1n, 0n]);
      expect(await oracle.sourceStatus(ether.address)).to.deep.equal([1n, 4n, now]);
    });
  });

  describe("starved by its reader", () => {
    // An expensive source is the easiest to starve: what its failed call leaves over is enough to finish the quote.
    async function expensiveSource() {
      const fixture = await deployOneSecondSource(ethers);
      await fixture.second.setAnswer(2_500_00000000n);
      await fixture.second.setBehavior(Behavior.Expensive);
      return fixture;
    }

    it("OR1: is never taken for silent, whatever gas the reader is given", async () => {
      const { oracle, ether, dollar } = await networkHelpers.loadFixture(expensiveSource);
      const outcomes = new Set<string>();
      for (let gasLimit = 100_000n; gasLimit <= 400_000n; gasLimit += 500n) {
        try {
          // 2,000 coins are one ether, or 0.8 by the second source.
          const low = await oracle.getLowQuote(2_000_000000n, dollar.address, ether.address, { gasLimit });
          outcomes.add(low.toString());
        } catch {
          outcomes.add("reverted");
        }
      }
      expect(outcomes).to.deep.equal(new Set(["reverted", "800000000000000000"]));
    });

    it("OR1: makes the read, and a record of its silence, revert by name", async () => {
      const { oracle, ether, dollar } = await networkHelpers.loadFixture(expensiveSource);
      const gasLimit = 200_000n;
      await expect(oracle.getLowQuote(ONE, ether.address, dollar.address, { gasLimit })).to.be.revertedWithCustomError(
        oracle,
        "InsufficientGas",
      );
      await expect(oracle.recordSilence.staticCall(ether.address, { gasLimit })).to.be.revertedWithCustomError(
        oracle,
        "InsufficientGas",
      );
    });
  });

  describe("when stale", () => {
    /** The primaries have just answered, the second source spoke last `age` seconds ago. */
    async function staleFor(age: bigint) {
      const fixture = await deployOneSecondSource(ethers);
      const { oracle, ether, dollar, second } = fixture;
      const now = BigInt(await networkHelpers.time.latest()) + 1_000n;
      await second.setAnswerAt(1_500_00000000n, now - age);
      await ether.feed.setAnswer(2_000_00000000n);
      await dollar.feed.setAnswer(1_00000000n);
      await networkHelpers.time.increaseTo(now);
      const loss = await oracle.getLossQuote(ONE, ether.address, dollar.address);
      return { ...fixture, loss, low: await oracle.getLowQuote(ONE, ether.address, dollar.address) };
    }

    it("still counts at its maximum age", async () => {
      const { low, loss } = await staleFor(HOUR);
      expect(low).to.equal(1_500_000000n);
      expect(loss.lossBlockedBy).to.equal(ethers.ZeroAddress);
    });

    it("OR1: blocks a loss, and is not considered for borrowing, one second later", async () => {
      const { low, loss, ether } = await staleFor(HOUR + 1n);
      expect(low).to.equal(2_000_000000n);
      expect(loss.lossBlockedBy).to.equal(ether.address);
    });

    it("OR1: blocks a loss until it has been silent for 24 hours", async () => {
      const { loss, ether } = await staleFor(HOUR + DAY - 1n);
      expect(loss.lossBlockedBy).to.equal(ether.address);
    });

    it("LI1: is ignored after 24 hours of silence, with no record needed", async () => {
      const { loss } = await staleFor(HOUR + DAY);
      expect(loss.lossBlockedBy).to.equal(ethers.ZeroAddress);
      expect(loss.highAssets).to.equal(2_000_000000n);
    });

    it("says itself since when it has been silent", async () => {
      const { oracle, ether, second } = await staleFor(HOUR + 500n);
      const [, , , updatedAt] = await second.latestRoundData();
      expect(await oracle.sourceStatus(ether.address)).to.deep.equal([1n, 7n, updatedAt + HOUR]);
    });
  });
});
