import { expect } from "chai";
import { network } from "hardhat";

import { countStorageReads } from "../../helpers/oracle.js";

const { ethers, networkHelpers } = await network.create();

const BASE = "0x00000000000000000000000000000000000000b1";
const QUOTE = ethers.getAddress("0x00000000000000000000000000000000000000c2");
const E36 = 10n ** 36n;

describe("FixedPriceOracle", () => {
  /** 1 base unit = 2.5 quote units. */
  async function priced() {
    const oracle = await ethers.deployContract("FixedPriceOracle");
    await oracle.set(BASE, QUOTE, (5n * E36) / 2n);
    const setAt = BigInt(await networkHelpers.time.latest());
    return { oracle, setAt };
  }

  it("quotes the price it was given, rounded down, wherever no other is set", async () => {
    const { oracle, setAt } = await networkHelpers.loadFixture(priced);
    expect(await oracle.getQuote(3n, BASE, QUOTE)).to.equal(7n);
    expect(await oracle.getLowQuote(3n, BASE, QUOTE)).to.equal(7n);
    expect(await oracle.getLossQuote(3n, BASE, QUOTE)).to.deep.equal([7n, 7n, setAt, ethers.ZeroAddress]);
  });

  it("reads one storage slot as long as nothing but a primary price is set", async () => {
    const { oracle } = await networkHelpers.loadFixture(priced);
    const address = await oracle.getAddress();
    for (const quote of ["getQuote", "getLowQuote", "getLossQuote"] as const) {
      // All three take the same arguments; the generated types cannot say so of a union of names.
      const data = oracle.interface.encodeFunctionData(quote as "getQuote", [1n, BASE, QUOTE]);
      expect(await countStorageReads(ethers, address, data)).to.equal(1);
    }
  });

  it("quotes a lower and a higher price when told to", async () => {
    const { oracle } = await networkHelpers.loadFixture(priced);
    await oracle.setRange(BASE, QUOTE, 2n * E36, E36, 3n * E36);
    const { primaryAssets, highAssets } = await oracle.getLossQuote(10n, BASE, QUOTE);
    expect(await oracle.getLowQuote(10n, BASE, QUOTE)).to.equal(10n);
    expect(await oracle.getQuote(10n, BASE, QUOTE)).to.equal(20n);
    expect([primaryAssets, highAssets]).to.deep.equal([20n, 30n]);
  });

  it("asks nothing but the primary price for a liquidation where that is enough", async () => {
    const { oracle } = await networkHelpers.loadFixture(priced);
    await oracle.setRange(BASE, QUOTE, 2n * E36, E36, 3n * E36);
    await oracle.setLossBlockedBy(BASE, QUOTE, QUOTE);
    await oracle.setOldestRoundAt(BASE, QUOTE, 77n);
    const quote = (enough: bigint) => oracle.getLiquidationQuote(10n, BASE, QUOTE, enough);
    expect(await quote(20n)).to.deep.equal([20n, 20n, 77n, ethers.ZeroAddress]);
    expect(await quote(21n)).to.deep.equal([20n, 30n, 77n, QUOTE]);
  });

  it("blocks losses and ages its evidence when told to", async () => {
    const { oracle } = await networkHelpers.loadFixture(priced);
    await oracle.setLossBlockedBy(BASE, QUOTE, QUOTE);
    await oracle.setOldestRoundAt(BASE, QUOTE, 77n);
    expect(await oracle.getLossQuote(2n, BASE, QUOTE)).to.deep.equal([5n, 5n, 77n, QUOTE]);
  });

  it("forgets everything else with a new single price", async () => {
    const { oracle } = await networkHelpers.loadFixture(priced);
    await oracle.setRange(BASE, QUOTE, 2n * E36, E36, 3n * E36);
    await oracle.setLossBlockedBy(BASE, QUOTE, QUOTE);
    await oracle.setDead(BASE, QUOTE, true);
    await oracle.set(BASE, QUOTE, 4n * E36);
    const now = BigInt(await networkHelpers.time.latest());
    expect(await oracle.getLossQuote(1n, BASE, QUOTE)).to.deep.equal([4n, 4n, now, ethers.ZeroAddress]);
  });

  it("reverts for a pair that was never priced, or whose price is dead", async () => {
    const { oracle } = await networkHelpers.loadFixture(priced);
    await expect(oracle.getQuote(1n, QUOTE, BASE)).to.be.revertedWithCustomError(oracle, "PriceNotSet");
    await oracle.setDead(BASE, QUOTE, true);
    await expect(oracle.getQuote(1n, BASE, QUOTE)).to.be.revertedWithCustomError(oracle, "PriceDead");
    await expect(oracle.getLowQuote(1n, BASE, QUOTE)).to.be.revertedWithCustomError(oracle, "PriceDead");
    await expect(oracle.getLossQuote(1n, BASE, QUOTE)).to.be.revertedWithCustomError(oracle, "PriceDead");
  });

  it("quotes an asset in itself as the amount", async () => {
    const { oracle } = await networkHelpers.loadFixture(priced);
    const now = BigInt(await networkHelpers.time.latest());
    expect(await oracle.getQuote(9n, QUOTE, QUOTE)).to.equal(9n);
    expect(await oracle.getLowQuote(9n, QUOTE, QUOTE)).to.equal(9n);
    expect(await oracle.getLossQuote(9n, QUOTE, QUOTE)).to.deep.equal([9n, 9n, now, ethers.ZeroAddress]);
  });
});
