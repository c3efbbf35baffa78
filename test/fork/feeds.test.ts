import { expect } from "chai";

import { EACAggregatorProxy__factory } from "../../types/ethers-contracts/index.js";
import { ETH_USD_FEED, TOKENS } from "../helpers/mainnet/addresses.js";
import { DOLLAR, replaceEthUsdAggregator, writeEthUsdRound } from "../helpers/mainnet/feeds.js";
import { describeFork, describeSlice } from "../helpers/mainnet/fork.js";
import { COLLATERAL, ETHER, MAX, openMarket, WETH } from "../helpers/mainnet/market.js";
import { deployOnMainnet, type MainnetSystem } from "../helpers/mainnet/system.js";
import { endow } from "../helpers/mainnet/market.js";

/** As in the parameter file: the heartbeat of an hour and a quarter of it. */
const MAX_STALENESS = 4_500n;
const PHASE_SHIFT = 64n;

describeFork("mainnet: Chainlink's ETH / USD feed", () => {
  let system: MainnetSystem;
  let restore: () => Promise<void>;

  before(async () => {
    system = await deployOnMainnet("USDC");
    await openMarket(system);
    await endow(system, system.people.liquidator, 1_000_000n);
  });
  beforeEach(async () => {
    const snapshot = await system.fork.networkHelpers.takeSnapshot();
    restore = async () => snapshot.restore();
  });
  afterEach(async () => {
    await restore();
  });
  after(async () => {
    await system.fork.close();
  });

  const proxy = () => EACAggregatorProxy__factory.connect(ETH_USD_FEED, system.fork.ethers.provider);
  const worthOfOne = async () => system.oracle.getQuote(ETHER, WETH, TOKENS.USDC.address);
  /** Debt can always be repaid, and what is there can always leave, whatever a feed does. */
  const expectDoorsOpen = async () => {
    const { vault, people, one } = system;
    await endow(system, people.borrower, 10_000n);
    await vault.connect(people.borrower).repay(WETH, 10_000n * one, people.borrower.address);
    await vault.connect(people.ann).withdraw(10_000n * one, people.ann.address, people.ann.address);
    await endow(system, people.ben, 10_000n);
    await vault.connect(people.ben).deposit(10_000n * one, people.ben.address);
  };
  const borrowMore = () =>
    system.vault
      .connect(system.people.borrower)
      .borrow(WETH, system.one, system.people.borrower.address, system.people.borrower.address);
  const liquidate = () =>
    system.vault.connect(system.people.liquidator).liquidate(system.people.borrower.address, WETH, MAX, 0n, MAX, "0x");

  it("is read as the proxy answers it", async () => {
    const { answer } = await proxy().latestRoundData();
    // The asset is one dollar, of 6 decimals; the feed has 8.
    expect(await worthOfOne()).to.equal(answer / 100n);
  });

  it("that falls silent stops borrowing and losses, and no repayment, deposit or withdrawal (OR1)", async () => {
    const { oracle, fork, vault, people } = system;
    const { updatedAt } = await proxy().latestRoundData();
    await fork.networkHelpers.time.increaseTo(updatedAt + MAX_STALENESS - 1n);
    await worthOfOne();
    await fork.networkHelpers.time.increaseTo(updatedAt + MAX_STALENESS + 1n);
    await expect(worthOfOne()).to.be.revertedWithCustomError(oracle, "StaleAnswer");
    await expect(borrowMore()).to.be.revertedWithCustomError(oracle, "StaleAnswer");
    await expect(liquidate()).to.be.revertedWithCustomError(oracle, "StaleAnswer");
    await expect(vault.impair(people.borrower.address, WETH)).to.be.revertedWithCustomError(oracle, "StaleAnswer");
    await expectDoorsOpen();
  });

  it("goes on in another phase when its owner puts a new aggregator behind the proxy", async () => {
    const before = await proxy().latestRoundData();
    const feed = await replaceEthUsdAggregator(system.fork, before.answer - 100n * DOLLAR);
    const after = await proxy().latestRoundData();
    expect(after.roundId >> PHASE_SHIFT).to.equal((before.roundId >> PHASE_SHIFT) + 1n);
    expect(await worthOfOne()).to.equal((before.answer - 100n * DOLLAR) / 100n);
    await feed.publish(before.answer / 3n);
    await liquidate();
    expect((await system.vault.positionOf(system.people.borrower.address, WETH)).debtAssets).to.equal(0n);
  });

  it("with an aggregator that reverts is refused by name, and the doors stay open", async () => {
    const { oracle, fork, vault, people } = system;
    const aggregator = await proxy().aggregator();
    // INVALID: whatever is called burns its gas and fails.
    await fork.provider.request({ method: "hardhat_setCode", params: [aggregator, "0xfe"] });
    await expect(worthOfOne()).to.be.revertedWithCustomError(oracle, "FeedReverted").withArgs(WETH, ETH_USD_FEED);
    await expect(borrowMore()).to.be.revertedWithCustomError(oracle, "FeedReverted");
    await expect(vault.impair(people.borrower.address, WETH)).to.be.revertedWithCustomError(oracle, "FeedReverted");
    await expectDoorsOpen();
  });

  it("out of the band that governance believes is refused", async () => {
    const { oracle, fork } = system;
    const feed = await replaceEthUsdAggregator(fork, 50n * DOLLAR);
    await expect(worthOfOne()).to.be.revertedWithCustomError(oracle, "AnswerOutOfBand");
    await feed.publish(2_000n * DOLLAR);
    expect(await worthOfOne()).to.equal(2_000n * system.one);
  });

  describeSlice("in the slice's block, whose aggregator's storage is known", () => {
    it("is at 2,467.58 dollars, in phase 6, 744 seconds old", async () => {
      const { answer, roundId, updatedAt } = await proxy().latestRoundData();
      expect(answer).to.equal(246_757_683_426n);
      expect(roundId).to.equal(110_680_464_442_257_330_778n);
      expect(roundId >> PHASE_SHIFT).to.equal(6n);
      expect(updatedAt).to.equal(1_722_983_231n);
    });

    it("answers with a round written into the real aggregator, and a loan sinks by it", async () => {
      const { vault, people, engine, one } = system;
      const { roundId } = await proxy().latestRoundData();
      await writeEthUsdRound(system.fork, 1_000n * DOLLAR);
      const round = await proxy().latestRoundData();
      expect(round.roundId).to.equal(roundId + 1n);
      expect(await worthOfOne()).to.equal(1_000n * one);
      const { debtAssets } = await vault.positionOf(people.borrower.address, WETH);
      await liquidate();
      const { badDebt, insurance } = await engine.ledger(vault, 1n);
      // minIncentive is 2 %: the liquidator pays worth / 1.02, the rest is bad debt. Interest of a few seconds on top.
      const uncovered = debtAssets - (COLLATERAL * 1_000n * one * 10_000n) / 10_200n;
      expect(badDebt - uncovered).to.be.within(-1n, one / 10n);
      // The debt is minutes old: insurance does not pay for it.
      expect(insurance).to.equal(0n);
    });
  });
});
