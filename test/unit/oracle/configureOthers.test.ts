import { expect } from "chai";
import { network } from "hardhat";

import {
  addSecondSource,
  Behavior,
  DAY,
  deployConfigurable,
  deployOracle,
  HOUR,
  sourceParams,
} from "../../helpers/oracle.js";

const { ethers, networkHelpers } = await network.create();

const NOBODY = "0x00000000000000000000000000000000000000A5";

describe("ChainlinkOracle configuration", () => {
  async function configured() {
    return deployConfigurable(ethers);
  }

  describe("of a second source", () => {
    it("reads its decimals and says so", async () => {
      const { oracle, ether, feed, feedAddress } = await networkHelpers.loadFixture(configured);
      await expect(oracle.setSecondSource(ether.address, { feed, maxStaleness: 90n, minAnswer: 3n, maxAnswer: 7n }))
        .to.emit(oracle, "SecondSourceSet")
        .withArgs(ether.address, feedAddress, 8, 90, 3, 7);
      const { second, secondDecimals } = await oracle.feedConfig(ether.address);
      expect([second, secondDecimals]).to.deep.equal([[feedAddress, 90n, 3n, 7n], 8n]);
    });

    it("needs a primary feed first", async () => {
      const { oracle, fresh, feed } = await networkHelpers.loadFixture(configured);
      await expect(oracle.setSecondSource(fresh, await sourceParams(feed)))
        .to.be.revertedWithCustomError(oracle, "FeedNotSet")
        .withArgs(fresh);
    });

    it("refuses the primary feed itself", async () => {
      const { oracle, ether } = await networkHelpers.loadFixture(configured);
      await expect(oracle.setSecondSource(ether.address, await sourceParams(ether.feed)))
        .to.be.revertedWithCustomError(oracle, "SameFeed")
        .withArgs(ether.address, await ether.feed.getAddress());
    });

    it("is held to the same limits as a primary feed", async () => {
      const { oracle, ether, feed } = await networkHelpers.loadFixture(configured);
      const params = await sourceParams(feed);
      const set = (changes: object) => oracle.setSecondSource(ether.address, { ...params, ...changes });
      await expect(set({ feed: NOBODY })).to.be.revertedWithCustomError(oracle, "FeedWithoutCode");
      await expect(set({ maxStaleness: 0n })).to.be.revertedWithCustomError(oracle, "InvalidStaleness");
      await expect(set({ minAnswer: 0n })).to.be.revertedWithCustomError(oracle, "InvalidBand");
      await feed.setDecimals(37);
      await expect(set({})).to.be.revertedWithCustomError(oracle, "UnsupportedDecimals");
    });

    it("can be removed, after which the primary decides alone", async () => {
      const { oracle, ether, fresh, feed } = await networkHelpers.loadFixture(configured);
      await oracle.setFeed(fresh, await sourceParams(feed));
      const second = await addSecondSource(ethers, oracle, ether);
      await second.setBehavior(Behavior.Revert);
      await expect(oracle.removeSecondSource(ether.address))
        .to.emit(oracle, "SecondSourceRemoved")
        .withArgs(ether.address);
      const loss = await oracle.getLossQuote(1n, ether.address, fresh);
      expect(loss.lossBlockedBy).to.equal(ethers.ZeroAddress);
      expect(await oracle.sourceStatus(ether.address)).to.deep.equal([1n, 0n, 0n]); // Live, Unset, not silent
    });

    it("cannot be removed where there is none", async () => {
      const { oracle, ether } = await networkHelpers.loadFixture(configured);
      await expect(oracle.removeSecondSource(ether.address))
        .to.be.revertedWithCustomError(oracle, "SecondSourceNotSet")
        .withArgs(ether.address);
    });
  });

  describe("by a stranger", () => {
    for (const setter of ["setFeed", "setSecondSource"] as const) {
      it(`AC1: ${setter} is refused`, async () => {
        const { oracle, ether, feed, stranger } = await networkHelpers.loadFixture(configured);
        await expect(oracle.connect(stranger)[setter](ether.address, await sourceParams(feed)))
          .to.be.revertedWithCustomError(oracle, "AccessManagedUnauthorized")
          .withArgs(stranger.address);
      });
    }

    for (const remover of ["removeFeed", "removeSecondSource"] as const) {
      it(`AC1: ${remover} is refused`, async () => {
        const { oracle, ether, stranger } = await networkHelpers.loadFixture(configured);
        await addSecondSource(ethers, oracle, ether);
        await expect(oracle.connect(stranger)[remover](ether.address))
          .to.be.revertedWithCustomError(oracle, "AccessManagedUnauthorized")
          .withArgs(stranger.address);
      });
    }
  });

  describe("at deployment", () => {
    it("on an L1 has neither sequencer feed nor grace period", async () => {
      const { oracle } = await networkHelpers.loadFixture(configured);
      expect(await oracle.sequencerUptimeFeed()).to.equal(ethers.ZeroAddress);
      expect(await oracle.gracePeriod()).to.equal(0n);
    });

    it("refuses a grace period without a sequencer feed", async () => {
      const { oracle } = await networkHelpers.loadFixture(configured);
      await expect(deployOracle(ethers, { gracePeriod: HOUR }))
        .to.be.revertedWithCustomError(oracle, "InvalidGracePeriod")
        .withArgs(ethers.ZeroAddress, HOUR);
    });

    for (const gracePeriod of [0n, DAY + 1n]) {
      it(`refuses a sequencer feed with a grace period of ${gracePeriod} s`, async () => {
        const { oracle, feedAddress } = await networkHelpers.loadFixture(configured);
        await expect(deployOracle(ethers, { sequencerFeed: feedAddress, gracePeriod }))
          .to.be.revertedWithCustomError(oracle, "InvalidGracePeriod")
          .withArgs(feedAddress, gracePeriod);
      });
    }

    it("refuses a sequencer feed that is not a contract", async () => {
      const { oracle } = await networkHelpers.loadFixture(configured);
      await expect(deployOracle(ethers, { sequencerFeed: NOBODY, gracePeriod: HOUR }))
        .to.be.revertedWithCustomError(oracle, "FeedWithoutCode")
        .withArgs(NOBODY);
    });
  });
});
