import { expect } from "chai";
import { network } from "hardhat";

import { addAsset, addSecondSource, countStorageReads, deployOracle, MAX_UINT96 } from "../../helpers/oracle.js";

const { ethers, networkHelpers } = await network.create();

const DECIMALS = [0, 2, 6, 8, 18, 24];

/** Exact worth by the definition of a price, with no regard for the size of the intermediate figures. */
function expectedQuote(
  inAssets: bigint,
  base: { answer: bigint; feed: number; token: number },
  quote: { answer: bigint; feed: number; token: number },
): bigint {
  const numerator = inAssets * base.answer * 10n ** BigInt(quote.feed + quote.token);
  return numerator / (quote.answer * 10n ** BigInt(base.feed + base.token));
}

describe("ChainlinkOracle quotes", () => {
  async function etherAndDollarCoin() {
    const oracle = await deployOracle(ethers);
    const ether = await addAsset(ethers, oracle, { tokenDecimals: 18, feedDecimals: 8, answer: 2_500_00000000n });
    const dollar = await addAsset(ethers, oracle, { tokenDecimals: 6, feedDecimals: 8, answer: 99_900000n });
    return { oracle, ether, dollar };
  }

  it("prices 1.5 ether at 2,500 $ in a coin of 0.999 $", async () => {
    const { oracle, ether, dollar } = await networkHelpers.loadFixture(etherAndDollarCoin);
    // 3,750 / 0.999 = 3,753.753753...
    expect(await oracle.getQuote(1_500_000_000_000_000_000n, ether.address, dollar.address)).to.equal(3_753_753753n);
  });

  it("prices the way back as well", async () => {
    const { oracle, ether, dollar } = await networkHelpers.loadFixture(etherAndDollarCoin);
    expect(await oracle.getQuote(2_500_000000n, dollar.address, ether.address)).to.equal(999_000_000_000_000_000n);
  });

  it("LV3: rounds down to nothing rather than up to one unit", async () => {
    const { oracle, ether, dollar } = await networkHelpers.loadFixture(etherAndDollarCoin);
    // One coin unit is worth 3.996e8 wei, so 399,599,999 wei are not quite one unit.
    expect(await oracle.getQuote(399_599_999n, ether.address, dollar.address)).to.equal(0n);
    expect(await oracle.getQuote(399_600_000n, ether.address, dollar.address)).to.equal(1n);
  });

  it("gives the same figure for primary, lowest and highest when no asset has a second source", async () => {
    const { oracle, ether, dollar } = await networkHelpers.loadFixture(etherAndDollarCoin);
    const pair = [10n ** 18n, ether.address, dollar.address] as const;
    const loss = await oracle.getLossQuote(...pair);
    expect(await oracle.getQuote(...pair)).to.equal(2_502_502502n);
    expect(await oracle.getLowQuote(...pair)).to.equal(2_502_502502n);
    expect(loss.primaryAssets).to.equal(2_502_502502n);
    expect(loss.highAssets).to.equal(2_502_502502n);
    expect(loss.lossBlockedBy).to.equal(ethers.ZeroAddress);
  });

  it("reads two storage slots per asset, and two more only for a second source", async () => {
    const { oracle, ether, dollar } = await networkHelpers.loadFixture(etherAndDollarCoin);
    const address = await oracle.getAddress();
    const data = oracle.interface.encodeFunctionData("getLowQuote", [1n, ether.address, dollar.address]);
    expect(await countStorageReads(ethers, address, data)).to.equal(4);
    await addSecondSource(ethers, oracle, ether);
    expect(await countStorageReads(ethers, address, data)).to.equal(6);
  });

  it("says which of the two primary rounds is the older one", async () => {
    const { oracle, ether, dollar } = await networkHelpers.loadFixture(etherAndDollarCoin);
    const [, olderRoundAt] = await oracle.latest(ether.address);
    await dollar.feed.setAnswer(1_00000000n);
    expect((await oracle.getLossQuote(1n, ether.address, dollar.address)).oldestRoundAt).to.equal(olderRoundAt);
    expect((await oracle.getLossQuote(1n, dollar.address, ether.address)).oldestRoundAt).to.equal(olderRoundAt);
  });

  it("returns the latest checked answer with its time", async () => {
    const { oracle, ether } = await networkHelpers.loadFixture(etherAndDollarCoin);
    const now = BigInt(await networkHelpers.time.latest());
    await ether.feed.setAnswerAt(2_400_00000000n, now - 100n);
    expect(await oracle.latest(ether.address)).to.deep.equal([2_400_00000000n, now - 100n]);
  });

  describe("of an asset in itself", () => {
    const UNKNOWN = "0x00000000000000000000000000000000000000A5";

    it("are the amount, without any feed", async () => {
      const { oracle } = await networkHelpers.loadFixture(etherAndDollarCoin);
      expect(await oracle.getQuote(7n, UNKNOWN, UNKNOWN)).to.equal(7n);
      expect(await oracle.getLowQuote(7n, UNKNOWN, UNKNOWN)).to.equal(7n);
    });

    it("rest on evidence of this moment", async () => {
      const { oracle } = await networkHelpers.loadFixture(etherAndDollarCoin);
      const now = BigInt(await networkHelpers.time.latest());
      expect(await oracle.getLossQuote(7n, UNKNOWN, UNKNOWN)).to.deep.equal([7n, 7n, now, ethers.ZeroAddress]);
    });
  });

  describe("across decimals", () => {
    for (const baseDecimals of DECIMALS) {
      for (const quoteDecimals of DECIMALS) {
        it(`LV3: are exact from ${baseDecimals} to ${quoteDecimals} decimals`, async () => {
          const oracle = await deployOracle(ethers);
          const base = { answer: 1_234_567890123456789n, feed: 18, token: baseDecimals };
          const quote = { answer: 98_765431n, feed: 8, token: quoteDecimals };
          const baseAsset = await addAsset(ethers, oracle, {
            tokenDecimals: baseDecimals,
            feedDecimals: 18,
            answer: base.answer,
          });
          const quoteAsset = await addAsset(ethers, oracle, {
            tokenDecimals: quoteDecimals,
            feedDecimals: 8,
            answer: quote.answer,
          });
          for (const inAssets of [0n, 1n, 3n * 10n ** BigInt(baseDecimals) + 1n, 2n ** 128n - 1n]) {
            const [there, back] = await Promise.all([
              oracle.getQuote(inAssets, baseAsset.address, quoteAsset.address),
              oracle.getQuote(inAssets, quoteAsset.address, baseAsset.address),
            ]);
            expect(there).to.equal(expectedQuote(inAssets, base, quote));
            expect(back).to.equal(expectedQuote(inAssets, quote, base));
          }
        });
      }
    }
  });

  describe("at the limits", () => {
    /** Base with the most decimals and quote with the fewest, or the other way round. */
    async function extremes() {
      const oracle = await deployOracle(ethers);
      const fine = await addAsset(ethers, oracle, { tokenDecimals: 36, feedDecimals: 36, answer: MAX_UINT96 });
      const coarse = await addAsset(ethers, oracle, { tokenDecimals: 0, feedDecimals: 0, answer: MAX_UINT96 });
      return { oracle, fine, coarse };
    }

    it("take 2^128 - 1 units of 36 decimals, priced with 36 decimals", async () => {
      const { oracle, fine, coarse } = await networkHelpers.loadFixture(extremes);
      await coarse.feed.setAnswer(1n);
      const expected = ((2n ** 128n - 1n) * MAX_UINT96) / 10n ** 72n;
      expect(await oracle.getQuote(2n ** 128n - 1n, fine.address, coarse.address)).to.equal(expected);
    });

    it("take an intermediate product of more than 256 bits", async () => {
      const { oracle, fine, coarse } = await networkHelpers.loadFixture(extremes);
      // 13 x 7 x 10^72 / (2^96 - 1), then 10^4 times as much: the product has 259 bits.
      await coarse.feed.setAnswer(7n);
      expect(await oracle.getQuote(13n, coarse.address, fine.address)).to.equal((13n * 7n * 10n ** 72n) / MAX_UINT96);
      expect(await oracle.getQuote(130_000n, coarse.address, fine.address)).to.equal(
        (130_000n * 7n * 10n ** 72n) / MAX_UINT96,
      );
    });

    it("take amounts of up to 160 bits", async () => {
      const { oracle, fine, coarse } = await networkHelpers.loadFixture(extremes);
      const inAssets = 2n ** 160n - 1n;
      const expected = (inAssets * MAX_UINT96) / 10n ** 72n / MAX_UINT96;
      expect(await oracle.getQuote(inAssets, fine.address, coarse.address)).to.equal(expected);
    });

    it("refuse a larger amount by name", async () => {
      const { oracle, fine, coarse } = await networkHelpers.loadFixture(extremes);
      await expect(oracle.getQuote(2n ** 160n, fine.address, coarse.address))
        .to.be.revertedWithCustomError(oracle, "QuoteOverflow")
        .withArgs(2n ** 160n, fine.address, coarse.address);
    });

    it("refuse a result of more than 256 bits by name", async () => {
      const { oracle, fine, coarse } = await networkHelpers.loadFixture(extremes);
      await fine.feed.setAnswer(1n);
      await coarse.feed.setAnswer(1n);
      // 10^72 x 115,792 < 2^256 <= 10^72 x 115,793
      expect(await oracle.getQuote(115_792n, coarse.address, fine.address)).to.equal(115_792n * 10n ** 72n);
      // 2^256 / 10^72 = 115,792.08...
      await expect(oracle.getQuote(115_793n, coarse.address, fine.address))
        .to.be.revertedWithCustomError(oracle, "QuoteOverflow")
        .withArgs(115_793n, coarse.address, fine.address);
    });
  });

  describe("a price for many amounts", () => {
    it("says of every amount what its quote says, whatever the decimals", async () => {
      const oracle = await deployOracle(ethers);
      const assets = [];
      for (const tokenDecimals of DECIMALS) {
        assets.push(await addAsset(ethers, oracle, { tokenDecimals, feedDecimals: 8, answer: 2_345_67891234n }));
      }
      for (const base of assets) {
        for (const quote of assets) {
          const price = await oracle.getLossPrice(base.address, quote.address);
          for (const amount of [1n, 999_999_937n, 2n ** 100n + 12_345n]) {
            const { primaryAssets, highAssets, oldestRoundAt, lossBlockedBy } = await oracle.getLossQuote(
              amount,
              base.address,
              quote.address,
            );
            expect((amount * price.primaryNumerator) / price.primaryDenominator).to.equal(primaryAssets);
            expect([price.highNumerator, price.highDenominator]).to.deep.equal([0n, 0n]);
            expect(highAssets).to.equal(primaryAssets);
            if (base === quote) continue;
            expect([price.oldestRoundAt, price.lossBlockedBy]).to.deep.equal([oldestRoundAt, lossBlockedBy]);
          }
        }
      }
    });

    it("OR1: is the most generous one where a second source says more, and names a silent one", async () => {
      const { oracle, ether, dollar } = await networkHelpers.loadFixture(etherAndDollarCoin);
      const second = await addSecondSource(ethers, oracle, ether);
      await second.setAnswer(2_600_00000000n);
      const price = await oracle.getLossPrice(ether.address, dollar.address);
      const amount = 10n ** 18n;
      // 2,500 / 0.999 and 2,600 / 0.999
      expect((amount * price.primaryNumerator) / price.primaryDenominator).to.equal(2_502_502502n);
      expect((amount * price.highNumerator) / price.highDenominator).to.equal(2_602_602602n);
      await second.setAnswer(0n);
      expect((await oracle.getLossPrice(ether.address, dollar.address)).lossBlockedBy).to.equal(ether.address);
    });

    it("is refused where no word holds it, and quotes are given all the same", async () => {
      const oracle = await deployOracle(ethers);
      const wide = await addAsset(ethers, oracle, { tokenDecimals: 36, feedDecimals: 18, answer: 10n ** 18n });
      const near = await addAsset(ethers, oracle, { tokenDecimals: 6, feedDecimals: 0, answer: 1n });
      const far = await addAsset(ethers, oracle, { tokenDecimals: 5, feedDecimals: 0, answer: 1n });
      for (const [base, quote] of [
        [wide, far],
        [far, wide],
      ] as const) {
        await expect(oracle.getLossPrice(base.address, quote.address))
          .to.be.revertedWithCustomError(oracle, "ScalesTooFarApart")
          .withArgs(base.address, quote.address);
      }
      expect((await oracle.getLossQuote(1n, far.address, wide.address)).primaryAssets).to.equal(10n ** 31n);
      const price = await oracle.getLossPrice(near.address, wide.address);
      expect([price.primaryNumerator, price.primaryDenominator]).to.deep.equal([10n ** 48n, 10n ** 18n]);
      const own = await oracle.getLossPrice(wide.address, wide.address);
      expect([own.primaryNumerator, own.primaryDenominator]).to.deep.equal([1n, 1n]);
    });
  });
});
