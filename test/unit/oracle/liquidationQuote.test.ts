import { expect } from "chai";
import { network } from "hardhat";

import { addSecondSource, Behavior, deployOneSecondSource } from "../../helpers/oracle.js";

const { ethers, networkHelpers } = await network.create();

const ONE = 10n ** 18n;
const MAX = 2n ** 256n - 1n;
/** What one ether is worth by the primary sources, in units of a token with six decimals. */
const PRIMARY = 2_000_000000n;

describe("ChainlinkOracle: a quote that asks further sources only where a loss may follow", () => {
  /** Ether's second source says 2,100 where the primary says 2,000. */
  async function disputed() {
    const fixture = await deployOneSecondSource(ethers);
    await fixture.second.setAnswer(2_100n * 10n ** (await fixture.second.decimals()));
    const { oracle, ether, dollar } = fixture;
    return {
      ...fixture,
      quote: (enough: bigint) => oracle.getLiquidationQuote(ONE, ether.address, dollar.address, enough),
    };
  }

  it("OR1: is the loss quote where the primary sources say less than is enough, to the unit", async () => {
    const { quote, oracle, ether, dollar } = await networkHelpers.loadFixture(disputed);
    const loss = await oracle.getLossQuote(ONE, ether.address, dollar.address);
    expect(loss.highAssets).to.equal(2_100_000000n);
    for (const enough of [PRIMARY + 1n, MAX]) expect(await quote(enough)).to.deep.equal(loss);
  });

  it("is what the primary sources say where that is enough, and as old", async () => {
    const { quote, oracle, ether, dollar } = await networkHelpers.loadFixture(disputed);
    const { oldestRoundAt } = await oracle.getLossQuote(ONE, ether.address, dollar.address);
    for (const enough of [0n, PRIMARY]) {
      expect(await quote(enough)).to.deep.equal([PRIMARY, PRIMARY, oldestRoundAt, ethers.ZeroAddress]);
    }
  });

  it("is not blocked by a silent second source, nor does it call it, where it is not asked", async () => {
    const { quote, oracle, ether, dollar, second } = await networkHelpers.loadFixture(disputed);
    await second.setBehavior(Behavior.BurnGas);
    expect((await quote(PRIMARY + 1n)).lossBlockedBy).to.equal(ether.address);
    expect((await quote(PRIMARY)).lossBlockedBy).to.equal(ethers.ZeroAddress);
    const gas = await oracle.getLiquidationQuote.estimateGas(ONE, ether.address, dollar.address, PRIMARY);
    expect(gas).to.be.lessThan(100_000n);
  });

  it("asks both second sources where there are two", async () => {
    const { quote, oracle, dollar } = await networkHelpers.loadFixture(disputed);
    await addSecondSource(ethers, oracle, dollar, { feedDecimals: 8, answer: 80_000_000n });
    // Ether at the higher price of 2,100, the dollar at the lower one of 0.8.
    expect((await quote(MAX)).highAssets).to.equal(2_625_000000n);
    expect((await quote(PRIMARY)).highAssets).to.equal(PRIMARY);
  });

  it("OR1: is refused as any other where a primary source cannot be believed, however little is enough", async () => {
    const { quote, oracle, ether } = await networkHelpers.loadFixture(disputed);
    await ether.feed.setAnswer(0n);
    for (const enough of [0n, MAX]) {
      await expect(quote(enough))
        .to.be.revertedWithCustomError(oracle, "NonPositiveAnswer")
        .withArgs(ether.address, await ether.feed.getAddress(), 0n);
    }
  });
});
