import { expect } from "chai";
import { network } from "hardhat";

import { addAsset, addSecondSource, Behavior, deployEtherAndDollarCoin, deployOracle } from "../../helpers/oracle.js";

const { ethers, networkHelpers } = await network.create();

const ONE = 10n ** 18n;

describe("ChainlinkOracle second source while live", () => {
  /** Second sources of both assets answer with 18 decimals, the primaries with 8. */
  async function twoSecondSources() {
    const fixture = await deployEtherAndDollarCoin(ethers);
    const { oracle, ether, dollar } = fixture;
    const etherSecond = await addSecondSource(ethers, oracle, ether, { feedDecimals: 18, answer: 2_000n * ONE });
    const dollarSecond = await addSecondSource(ethers, oracle, dollar, { feedDecimals: 18, answer: ONE });
    const quotes = async () => {
      const pair = [ONE, ether.address, dollar.address] as const;
      const loss = await oracle.getLossQuote(...pair);
      return {
        primary: await oracle.getQuote(...pair),
        low: await oracle.getLowQuote(...pair),
        lossPrimary: loss.primaryAssets,
        high: loss.highAssets,
      };
    };
    return { ...fixture, etherSecond, dollarSecond, quotes };
  }

  async function etherAndDollarCoin() {
    return deployEtherAndDollarCoin(ethers);
  }

  it("leaves every quote alone when it agrees to the last digit, in other decimals", async () => {
    const { quotes } = await networkHelpers.loadFixture(twoSecondSources);
    const same = 2_000_000000n;
    expect(await quotes()).to.deep.equal({ primary: same, low: same, lossPrimary: same, high: same });
  });

  it("lowers only the low quote when it says that the base is worth less", async () => {
    const { quotes, etherSecond } = await networkHelpers.loadFixture(twoSecondSources);
    await etherSecond.setAnswer(1_900n * ONE);
    expect(await quotes()).to.deep.equal({
      primary: 2_000_000000n,
      low: 1_900_000000n,
      lossPrimary: 2_000_000000n,
      high: 2_000_000000n,
    });
  });

  it("OR1: raises only the loss quote's high figure when it says that the base is worth more", async () => {
    const { quotes, etherSecond } = await networkHelpers.loadFixture(twoSecondSources);
    await etherSecond.setAnswer(2_100n * ONE);
    expect(await quotes()).to.deep.equal({
      primary: 2_000_000000n,
      low: 2_000_000000n,
      lossPrimary: 2_000_000000n,
      high: 2_100_000000n,
    });
  });

  it("lowers the low quote when it says that the quote asset is worth more", async () => {
    const { quotes, dollarSecond } = await networkHelpers.loadFixture(twoSecondSources);
    await dollarSecond.setAnswer((ONE * 125n) / 100n);
    expect(await quotes()).to.deep.equal({
      primary: 2_000_000000n,
      low: 1_600_000000n,
      lossPrimary: 2_000_000000n,
      high: 2_000_000000n,
    });
  });

  it("OR1: raises the high figure when it says that the quote asset is worth less", async () => {
    const { quotes, dollarSecond } = await networkHelpers.loadFixture(twoSecondSources);
    await dollarSecond.setAnswer((ONE * 80n) / 100n);
    expect(await quotes()).to.deep.equal({
      primary: 2_000_000000n,
      low: 2_000_000000n,
      lossPrimary: 2_000_000000n,
      high: 2_500_000000n,
    });
  });

  it("OR1: combines the extremes of both assets", async () => {
    const { quotes, etherSecond, dollarSecond, dollar } = await networkHelpers.loadFixture(twoSecondSources);
    await etherSecond.setAnswer(2_200n * ONE); // base: 2,000 to 2,200
    await dollar.feed.setAnswer(80000000n); // quote: 0.80 to 1.00
    await dollarSecond.setAnswer(ONE);
    expect(await quotes()).to.deep.equal({
      primary: 2_500_000000n, // 2,000 / 0.80
      low: 2_000_000000n, // 2,000 / 1.00
      lossPrimary: 2_500_000000n,
      high: 2_750_000000n, // 2,200 / 0.80
    });
  });

  it("sees a difference of one unit of 18 decimals", async () => {
    const { oracle, ether, dollar, etherSecond } = await networkHelpers.loadFixture(twoSecondSources);
    await etherSecond.setAnswer(2_000n * ONE - 1n);
    // 10^30 wei are worth 2,000 x 10^18 coin units, less 10^12 / 10^18 x 10^6 = 1.
    const pair = [10n ** 30n, ether.address, dollar.address] as const;
    expect(await oracle.getLowQuote(...pair)).to.equal(2_000n * ONE - 1n);
    expect(await oracle.getQuote(...pair)).to.equal(2_000n * ONE);
  });

  it("may have fewer decimals than the primary", async () => {
    const { oracle, ether, dollar } = await networkHelpers.loadFixture(etherAndDollarCoin);
    await addSecondSource(ethers, oracle, ether, { feedDecimals: 0, answer: 1_999n });
    expect(await oracle.getLowQuote(ONE, ether.address, dollar.address)).to.equal(1_999_000000n);
    await addSecondSource(ethers, oracle, ether, { feedDecimals: 0, answer: 2_001n });
    expect(await oracle.getLowQuote(ONE, ether.address, dollar.address)).to.equal(2_000_000000n);
    const { highAssets } = await oracle.getLossQuote(ONE, ether.address, dollar.address);
    expect(highAssets).to.equal(2_001_000000n);
  });

  it("compares answers of 96 bits 36 decimals apart", async () => {
    const oracle = await deployOracle(ethers);
    const max = 2n ** 96n - 1n;
    const coarse = await addAsset(ethers, oracle, { tokenDecimals: 36, feedDecimals: 0, answer: max });
    const fine = await addAsset(ethers, oracle, { tokenDecimals: 36, feedDecimals: 36, answer: max });
    await addSecondSource(ethers, oracle, coarse, { feedDecimals: 36, answer: max });
    await addSecondSource(ethers, oracle, fine, { feedDecimals: 0, answer: max });
    // base low: max / 10^36, quote high: max
    expect(await oracle.getLowQuote(10n ** 36n, coarse.address, fine.address)).to.equal(1n);
    const loss = await oracle.getLossQuote(1n, coarse.address, fine.address);
    expect(loss.highAssets).to.equal(10n ** 36n);
  });

  it("does not block a loss", async () => {
    const { oracle, ether, dollar } = await networkHelpers.loadFixture(twoSecondSources);
    const loss = await oracle.getLossQuote(ONE, ether.address, dollar.address);
    expect(loss.lossBlockedBy).to.equal(ethers.ZeroAddress);
  });

  it("leaves the age of the evidence to the primaries", async () => {
    const { oracle, ether, dollar, etherSecond } = await networkHelpers.loadFixture(twoSecondSources);
    const { updatedAt } = await oracle.latest(ether.address);
    await etherSecond.setAnswerAt(2_000n * ONE, updatedAt - 60n);
    const loss = await oracle.getLossQuote(ONE, ether.address, dollar.address);
    expect(loss.oldestRoundAt).to.equal(updatedAt);
  });

  it("OR1: cannot stand in for a dead primary", async () => {
    const { oracle, ether, dollar } = await networkHelpers.loadFixture(twoSecondSources);
    await ether.feed.setBehavior(Behavior.Revert);
    await expect(oracle.getLowQuote(ONE, ether.address, dollar.address)).to.be.revertedWithCustomError(
      oracle,
      "FeedReverted",
    );
    await expect(oracle.getLossQuote(ONE, ether.address, dollar.address)).to.be.revertedWithCustomError(
      oracle,
      "FeedReverted",
    );
  });
});
