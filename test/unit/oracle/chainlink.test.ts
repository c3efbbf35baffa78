import { expect } from "chai";
import { network } from "hardhat";

import {
  addAsset,
  deployClassicFeed,
  deployFluxAggregator,
  deployOracle,
  HOUR,
  sourceParams,
  submitRound,
} from "../../helpers/oracle.js";

const { ethers, networkHelpers } = await network.create();

/** Highest answers believed: 100,000 $ in 8 decimals. */
const BAND = { minAnswer: 1_00000000n, maxAnswer: 100_000_00000000n };

describe("ChainlinkOracle on a real Chainlink proxy", () => {
  async function realFeed() {
    const oracle = await deployOracle(ethers);
    const token = await ethers.deployContract("TestToken", ["Ether", "ETH", 18]);
    const { proxy, aggregator } = await deployClassicFeed(ethers);
    const dollar = await addAsset(ethers, oracle, { tokenDecimals: 6, answer: 1_00000000n, maxStaleness: 24n * HOUR });
    const ether = await token.getAddress();
    await oracle.setFeed(ether, await sourceParams(proxy, BAND));
    return { oracle, proxy, aggregator, dollar, ether, feed: await proxy.getAddress() };
  }

  async function realFeedWithARound() {
    const fixture = await realFeed();
    await submitRound(ethers, fixture.aggregator, 2_500_00000000n);
    return fixture;
  }

  /** A second aggregator, proposed and confirmed behind the same proxy. */
  async function changePhase({ proxy }: Awaited<ReturnType<typeof realFeed>>, decimals = 8) {
    const next = await deployFluxAggregator(ethers, decimals);
    const address = await next.getAddress();
    await proxy.proposeAggregator(address);
    await proxy.confirmAggregator(address);
    return next;
  }

  it("reads the decimals through the proxy", async () => {
    const { oracle, ether } = await networkHelpers.loadFixture(realFeed);
    expect((await oracle.feedConfig(ether)).primaryDecimals).to.equal(8n);
  });

  it("OR1: gives no quote before the first round", async () => {
    const { oracle, ether, feed } = await networkHelpers.loadFixture(realFeed);
    await expect(oracle.latest(ether)).to.be.revertedWithCustomError(oracle, "FeedReverted").withArgs(ether, feed);
  });

  it("quotes the first round", async () => {
    const { oracle, ether, dollar } = await networkHelpers.loadFixture(realFeedWithARound);
    expect(await oracle.getQuote(2n * 10n ** 18n, ether, dollar.address)).to.equal(5_000_000000n);
  });

  it("follows every new round", async () => {
    const { oracle, aggregator, ether } = await networkHelpers.loadFixture(realFeedWithARound);
    const answers: bigint[] = [];
    for (const answer of [2_400_00000000n, 2_600_12345678n, 1_999_99999999n]) {
      await submitRound(ethers, aggregator, answer);
      answers.push((await oracle.latest(ether)).answer);
    }
    expect(answers).to.deep.equal([2_400_00000000n, 2_600_12345678n, 1_999_99999999n]);
  });

  it("takes the time of a round from the aggregator", async () => {
    const { oracle, aggregator, ether, dollar } = await networkHelpers.loadFixture(realFeedWithARound);
    const roundAt = BigInt(await networkHelpers.time.latest()) + 1_000n;
    await networkHelpers.time.setNextBlockTimestamp(roundAt);
    await submitRound(ethers, aggregator, 2_500_00000000n);
    await dollar.feed.setAnswer(1_00000000n);
    expect((await oracle.getLossQuote(1n, ether, dollar.address)).oldestRoundAt).to.equal(roundAt);
  });

  it("OR1: gives no quote when the nodes have been silent for longer than allowed", async () => {
    const { oracle, ether, feed, dollar } = await networkHelpers.loadFixture(realFeedWithARound);
    const roundAt = BigInt(await networkHelpers.time.latest());
    await networkHelpers.time.increaseTo(roundAt + HOUR);
    expect(await oracle.getQuote(10n ** 18n, ether, dollar.address)).to.equal(2_500_000000n);
    await networkHelpers.time.increaseTo(roundAt + HOUR + 1n);
    await expect(oracle.getQuote(10n ** 18n, ether, dollar.address))
      .to.be.revertedWithCustomError(oracle, "StaleAnswer")
      .withArgs(ether, feed, roundAt, HOUR, roundAt + HOUR + 1n);
  });

  it("LI1: quotes again with the first round after the silence", async () => {
    const { oracle, aggregator, ether, dollar } = await networkHelpers.loadFixture(realFeedWithARound);
    await networkHelpers.time.increase(2n * HOUR);
    await submitRound(ethers, aggregator, 2_300_00000000n);
    expect(await oracle.getQuote(10n ** 18n, ether, dollar.address)).to.equal(2_300_000000n);
  });

  it("OR1: gives no quote on a negative round", async () => {
    const { oracle, aggregator, ether, feed } = await networkHelpers.loadFixture(realFeedWithARound);
    await submitRound(ethers, aggregator, -37_63000000n);
    await expect(oracle.latest(ether))
      .to.be.revertedWithCustomError(oracle, "NonPositiveAnswer")
      .withArgs(ether, feed, -37_63000000n);
  });

  it("keeps quoting the old phase while a new aggregator is only proposed", async () => {
    const { oracle, proxy, ether } = await networkHelpers.loadFixture(realFeedWithARound);
    const proposed = await deployFluxAggregator(ethers);
    await submitRound(ethers, proposed, 9_999_00000000n);
    await proxy.proposeAggregator(await proposed.getAddress());
    expect((await oracle.latest(ether)).answer).to.equal(2_500_00000000n);
  });

  it("OR1: gives no quote after a phase change until the new aggregator has a round", async () => {
    const fixture = await networkHelpers.loadFixture(realFeedWithARound);
    const { oracle, ether, feed } = fixture;
    const next = await changePhase(fixture);
    await expect(oracle.latest(ether)).to.be.revertedWithCustomError(oracle, "FeedReverted").withArgs(ether, feed);
    await submitRound(ethers, next, 2_510_00000000n);
    expect((await oracle.latest(ether)).answer).to.equal(2_510_00000000n);
  });

  it("OR1: no longer hears the old aggregator after a phase change", async () => {
    const fixture = await networkHelpers.loadFixture(realFeedWithARound);
    const next = await changePhase(fixture);
    await submitRound(ethers, next, 2_510_00000000n);
    await submitRound(ethers, fixture.aggregator, 1_00000000n);
    expect((await fixture.oracle.latest(fixture.ether)).answer).to.equal(2_510_00000000n);
  });

  it("OR1: refuses by its band the answer of a new phase that changed the decimals", async () => {
    const fixture = await networkHelpers.loadFixture(realFeedWithARound);
    const { oracle, ether, feed } = fixture;
    const next = await changePhase(fixture, 18);
    await submitRound(ethers, next, 2_510n * 10n ** 18n);
    await expect(oracle.latest(ether))
      .to.be.revertedWithCustomError(oracle, "AnswerOutOfBand")
      .withArgs(ether, feed, 2_510n * 10n ** 18n, BAND.minAnswer, BAND.maxAnswer);
  });

  it("OR1: gives no quote when the proxy's access controller locks readers out", async () => {
    const { oracle, proxy, ether, feed } = await networkHelpers.loadFixture(realFeedWithARound);
    await proxy.setController(feed); // a contract that is no access controller
    await expect(oracle.latest(ether)).to.be.revertedWithCustomError(oracle, "FeedReverted").withArgs(ether, feed);
  });

  it("reads a second source through a proxy within its share of gas", async () => {
    const { oracle, ether, dollar } = await networkHelpers.loadFixture(realFeedWithARound);
    const second = await deployClassicFeed(ethers, 18);
    await submitRound(ethers, second.aggregator, 2_450n * 10n ** 18n);
    await oracle.setSecondSource(ether, await sourceParams(second.proxy));
    expect(await oracle.getLowQuote(10n ** 18n, ether, dollar.address)).to.equal(2_450_000000n);
  });
});
