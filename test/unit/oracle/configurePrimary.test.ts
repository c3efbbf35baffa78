import { expect } from "chai";
import { network } from "hardhat";

import {
  addAsset,
  addSecondSource,
  Behavior,
  DAY,
  deployConfigurable,
  HOUR,
  MAX_STALENESS,
  MAX_UINT96,
  sourceParams,
} from "../../helpers/oracle.js";

const { ethers, networkHelpers } = await network.create();

const NOBODY = "0x00000000000000000000000000000000000000A5";

describe("ChainlinkOracle configuration of a primary feed", () => {
  async function configured() {
    return deployConfigurable(ethers);
  }

  it("reads the decimals of token and feed, and says so", async () => {
    const { oracle, fresh, feed, feedAddress } = await networkHelpers.loadFixture(configured);
    await expect(oracle.setFeed(fresh, { feed, maxStaleness: 90n, minAnswer: 3n, maxAnswer: 7n }))
      .to.emit(oracle, "FeedSet")
      .withArgs(fresh, feedAddress, 8, 6, 90, 3, 7);
    expect(await oracle.feedConfig(fresh)).to.deep.equal([
      [feedAddress, 90n, 3n, 7n],
      8n,
      [ethers.ZeroAddress, 0n, 0n, 0n],
      0n,
      6n,
    ]);
  });

  it("replaces another one and keeps the second source", async () => {
    const { oracle, ether, feed, feedAddress } = await networkHelpers.loadFixture(configured);
    const second = await addSecondSource(ethers, oracle, ether, { feedDecimals: 18 });
    await feed.setDecimals(11);
    await oracle.setFeed(ether.address, await sourceParams(feed, { minAnswer: 2n }));
    expect(await oracle.feedConfig(ether.address)).to.deep.equal([
      [feedAddress, MAX_STALENESS, 2n, MAX_UINT96],
      11n,
      [await second.getAddress(), MAX_STALENESS, 1n, MAX_UINT96],
      18n,
      18n,
    ]);
  });

  it("accepts 36 decimals of token and feed", async () => {
    const { oracle } = await networkHelpers.loadFixture(configured);
    const asset = await addAsset(ethers, oracle, { tokenDecimals: 36, feedDecimals: 36 });
    const { primaryDecimals, tokenDecimals } = await oracle.feedConfig(asset.address);
    expect([primaryDecimals, tokenDecimals]).to.deep.equal([36n, 36n]);
  });

  for (const feed of [NOBODY, ethers.ZeroAddress]) {
    it(`refuses ${feed}, which is not a contract, as a feed`, async () => {
      const { oracle, fresh } = await networkHelpers.loadFixture(configured);
      const params = { feed, maxStaleness: HOUR, minAnswer: 1n, maxAnswer: 2n };
      await expect(oracle.setFeed(fresh, params))
        .to.be.revertedWithCustomError(oracle, "FeedWithoutCode")
        .withArgs(feed);
    });
  }

  for (const maxStaleness of [0n, 7n * DAY + 1n]) {
    it(`refuses a maximum staleness of ${maxStaleness} s`, async () => {
      const { oracle, fresh, feed } = await networkHelpers.loadFixture(configured);
      await expect(oracle.setFeed(fresh, await sourceParams(feed, { maxStaleness })))
        .to.be.revertedWithCustomError(oracle, "InvalidStaleness")
        .withArgs(maxStaleness, 7n * DAY);
    });
  }

  it("accepts a maximum staleness of a week", async () => {
    const { oracle, fresh, feed } = await networkHelpers.loadFixture(configured);
    await oracle.setFeed(fresh, await sourceParams(feed, { maxStaleness: 7n * DAY }));
    expect((await oracle.feedConfig(fresh)).primary.maxStaleness).to.equal(7n * DAY);
  });

  for (const [minAnswer, maxAnswer] of [
    [0n, 5n],
    [5n, 5n],
    [6n, 5n],
  ] as const) {
    it(`refuses a band from ${minAnswer} to ${maxAnswer}`, async () => {
      const { oracle, fresh, feed } = await networkHelpers.loadFixture(configured);
      await expect(oracle.setFeed(fresh, await sourceParams(feed, { minAnswer, maxAnswer })))
        .to.be.revertedWithCustomError(oracle, "InvalidBand")
        .withArgs(minAnswer, maxAnswer);
    });
  }

  it("refuses a feed with 37 decimals", async () => {
    const { oracle, fresh, feed, feedAddress } = await networkHelpers.loadFixture(configured);
    await feed.setDecimals(37);
    await expect(oracle.setFeed(fresh, await sourceParams(feed)))
      .to.be.revertedWithCustomError(oracle, "UnsupportedDecimals")
      .withArgs(feedAddress, 37n, 36n);
  });

  it("refuses a feed whose decimals do not fit a byte", async () => {
    const { oracle, fresh, feed, feedAddress } = await networkHelpers.loadFixture(configured);
    await feed.setRawReturn(ethers.toBeHex(256n + 8n, 32));
    await expect(oracle.setFeed(fresh, await sourceParams(feed)))
      .to.be.revertedWithCustomError(oracle, "UnsupportedDecimals")
      .withArgs(feedAddress, 264n, 36n);
  });

  it("refuses a feed whose decimals cannot be read", async () => {
    const { oracle, fresh, feed, feedAddress } = await networkHelpers.loadFixture(configured);
    await feed.setBehavior(Behavior.Revert);
    await expect(oracle.setFeed(fresh, await sourceParams(feed)))
      .to.be.revertedWithCustomError(oracle, "DecimalsUnreadable")
      .withArgs(feedAddress);
  });

  it("refuses a feed that returns less than a word of decimals", async () => {
    const { oracle, fresh, feed, feedAddress } = await networkHelpers.loadFixture(configured);
    await feed.setRawReturn(new Uint8Array(31));
    await expect(oracle.setFeed(fresh, await sourceParams(feed)))
      .to.be.revertedWithCustomError(oracle, "DecimalsUnreadable")
      .withArgs(feedAddress);
  });

  it("refuses an asset that is not a contract", async () => {
    const { oracle, feed } = await networkHelpers.loadFixture(configured);
    await expect(oracle.setFeed(NOBODY, await sourceParams(feed)))
      .to.be.revertedWithCustomError(oracle, "DecimalsUnreadable")
      .withArgs(NOBODY);
  });

  it("refuses a token with 37 decimals", async () => {
    const { oracle, feed } = await networkHelpers.loadFixture(configured);
    const token = await ethers.deployContract("TestToken", ["Fine", "FIN", 37]);
    await expect(oracle.setFeed(token, await sourceParams(feed)))
      .to.be.revertedWithCustomError(oracle, "UnsupportedDecimals")
      .withArgs(await token.getAddress(), 37n, 36n);
  });

  it("refuses the feed that is already the second source", async () => {
    const { oracle, ether } = await networkHelpers.loadFixture(configured);
    const second = await addSecondSource(ethers, oracle, ether);
    await expect(oracle.setFeed(ether.address, await sourceParams(second)))
      .to.be.revertedWithCustomError(oracle, "SameFeed")
      .withArgs(ether.address, await second.getAddress());
  });

  it("can be removed, which removes the second source and ends all quotes", async () => {
    const { oracle, ether } = await networkHelpers.loadFixture(configured);
    await addSecondSource(ethers, oracle, ether);
    await expect(oracle.removeFeed(ether.address)).to.emit(oracle, "FeedRemoved").withArgs(ether.address);
    expect(await oracle.feedConfig(ether.address)).to.deep.equal([
      [ethers.ZeroAddress, 0n, 0n, 0n],
      0n,
      [ethers.ZeroAddress, 0n, 0n, 0n],
      0n,
      0n,
    ]);
    await expect(oracle.latest(ether.address)).to.be.revertedWithCustomError(oracle, "FeedNotSet");
  });

  it("cannot be removed where there is none", async () => {
    const { oracle, fresh } = await networkHelpers.loadFixture(configured);
    await expect(oracle.removeFeed(fresh)).to.be.revertedWithCustomError(oracle, "FeedNotSet").withArgs(fresh);
  });
});
