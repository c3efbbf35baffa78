import { expect } from "chai";

import MarginPlimsollModule from "../../deploy/modules/margin-plimsoll.js";
import { deploymentParameters } from "../../scripts/lib/parameters.js";
import {
  InsuranceFund__factory,
  MarginVault__factory,
  UnderwriterBook__factory,
  WriteOffEngine__factory,
} from "../../types/ethers-contracts/index.js";
import { ETH_USD_FEED, TOKENS } from "../helpers/mainnet/addresses.js";
import { deployFeed, DOLLAR, type Feed, replaceEthUsdAggregator } from "../helpers/mainnet/feeds.js";
import { describeFork, forkMainnet } from "../helpers/mainnet/fork.js";
import { ETHER, MAX } from "../helpers/mainnet/market.js";
import { createSafe } from "../helpers/mainnet/safe.js";
import { deal, tokenAt } from "../helpers/mainnet/tokens.js";

const MARKET = 0n;
const POOL = 1_000_000n * ETHER;
const STAKED = 20_000n * ETHER;
/** A long position of 100 ether, and the part of its worth that stands behind it, bps. */
const SIZE = 100n * ETHER;
const DEPOSIT_BPS = 530n;
/** A basis is in asset units, times this. */
const BASIS_SCALE = 10n ** 36n;
/** An underwriter's bid, at a price of 250 DAI a token. */
const BID = 3_000n * ETHER;
const BID_LEVEL = 5n;
const KEEPER_FEE = 2n * ETHER;
const MIN_DELAY = 15n;
/** As in the parameter file: what may be drawn from insurance is five times the fees that the market paid. */
const INSURANCE_MULTIPLE = 5n;

/** Both kinds of vault on a fork, lending DAI and trading ether against DAI; only the margin vault is used. */
async function deployBoth() {
  const fork = await forkMainnet();
  const signers = await fork.ethers.getSigners();
  const [deployer, provider, trader, keeper, staker, underwriter] = signers;
  const governor = await createSafe(fork, signers.slice(10, 13));
  const assetFeed = await deployFeed(fork, "DAI / USD", DOLLAR);
  const deployed = await fork.ignition.deploy(MarginPlimsollModule, {
    config: { blockPollingInterval: 20, requiredConfirmations: 1 },
    parameters: deploymentParameters("margin", {
      asset: TOKENS.DAI.address,
      assetFeed: assetFeed.proxy,
      collateral: TOKENS.WETH.address,
      collateralFeed: ETH_USD_FEED,
      governor: governor.address,
      guardian: governor.address,
      riskCouncil: governor.address,
      treasury: governor.address,
    }),
  });
  const vault = MarginVault__factory.connect(await deployed.marginVault.getAddress(), deployer);
  const fund = InsuranceFund__factory.connect(await deployed.marginFund.getAddress(), deployer);
  const lendingFund = InsuranceFund__factory.connect(await deployed.fund.getAddress(), deployer);
  const engine = WriteOffEngine__factory.connect(await deployed.engine.getAddress(), deployer);
  const underwriters = UnderwriterBook__factory.connect(await deployed.marginUnderwriters.getAddress(), deployer);
  for (const account of [provider!, trader!, staker!, underwriter!]) {
    await deal(fork, "DAI", account.address, POOL);
    for (const spender of [vault, fund, lendingFund, underwriters, engine]) {
      await tokenAt(fork, "DAI", account).approve(await spender.getAddress(), MAX);
    }
  }
  await vault.connect(provider).deposit(POOL, provider!.address);
  await fund.connect(staker).deposit(STAKED, staker!.address);
  await lendingFund.connect(staker).deposit(STAKED, staker!.address);
  await underwriters.connect(underwriter).commit(BID_LEVEL, BID, underwriter!.address);
  return {
    ...{ fork, vault, fund, lendingFund, engine, assetFeed },
    ...{ provider: provider!, trader: trader!, keeper: keeper!, staker: staker! },
  };
}

describeFork("mainnet: a margin vault of DAI, priced by Chainlink's ETH / USD proxy", () => {
  let scene: Awaited<ReturnType<typeof deployBoth>>;
  let feed: Feed;
  let answer: bigint;

  before(async () => {
    scene = await deployBoth();
    const { fork } = scene;
    const { provider } = fork.ethers;
    const proxy = await fork.ethers.getContractAt("EACAggregatorProxy", ETH_USD_FEED);
    answer = await proxy.connect(await provider.getSigner(0)).latestAnswer();
    feed = await replaceEthUsdAggregator(fork, answer);
  });
  after(async () => {
    await scene.fork.close();
  });

  const roundId = async () => {
    const proxy = await scene.fork.ethers.getContractAt("EACAggregatorProxy", ETH_USD_FEED);
    return (await proxy.latestRoundData()).roundId;
  };

  it("opens a position at the first round after the order, and at no round that was known before (MA6)", async () => {
    const { vault, trader, keeper, fork } = scene;
    const known = await roundId();
    await vault.connect(trader).commitOrder({
      trader: trader.address,
      marketId: MARKET,
      sizeDeltaWad: SIZE,
      acceptablePriceWad: (answer * 2n * ETHER * ETHER) / DOLLAR,
      marginAssets: 0n,
      depositAssets: (SIZE * answer * DEPOSIT_BPS) / (DOLLAR * 10_000n),
      keeperFeeAssets: KEEPER_FEE,
    });
    await expect(vault.connect(keeper).resolveOrder(trader.address, MARKET, known)).to.be.revertedWithCustomError(
      vault,
      "OrderUndecided",
    );
    await fork.networkHelpers.time.increase(MIN_DELAY);
    await feed.publish(answer);
    const decisive = await roundId();
    // A later round changes nothing: the first one after the delay decides.
    await feed.publish(answer * 2n);
    await vault.connect(keeper).resolveOrder(trader.address, MARKET, decisive);
    await feed.publish(answer);
    const position = await vault.positionOf(trader.address, MARKET);
    expect(position.sizeWad).to.equal(SIZE);
    expect(await tokenAt(fork, "DAI").balanceOf(keeper.address)).to.equal(KEEPER_FEE);
    // Bought at the decisive answer and half the skew it made: within a hundredth of a per cent.
    const notional = (SIZE * answer) / DOLLAR;
    expect(position.basis / BASIS_SCALE - notional).to.be.within(0n, notional / 10_000n);
  });

  it("an account below its maintenance margin is reduced while it can still pay, and nobody else loses", async () => {
    const { vault, fund, engine, trader, keeper, fork } = scene;
    const snapshot = await fork.networkHelpers.takeSnapshot();
    // Of 5.3 % margin 4 % are gone; maintenance is 1.5 %.
    await feed.publish((answer * 96n) / 100n);
    const { equityAssets, maintenanceAssets } = await vault.healthOf(trader.address);
    const worth = (SIZE * answer) / DOLLAR;
    expect(equityAssets).to.be.within((worth * 10n) / 1_000n, (worth * 13n) / 1_000n);
    expect(equityAssets).to.be.lessThan(maintenanceAssets);
    const share = await vault.convertToAssets(10n ** 24n);
    const paid = await tokenAt(fork, "DAI").balanceOf(keeper.address);
    await vault.connect(keeper).liquidate(trader.address, MARKET, 0n);
    const { sizeWad } = await vault.positionOf(trader.address, MARKET);
    expect(sizeWad).to.be.lessThan(SIZE);
    expect(await tokenAt(fork, "DAI").balanceOf(keeper.address)).to.be.greaterThan(paid);
    const after = await vault.healthOf(trader.address);
    expect(after.equityAssets).to.be.greaterThan(0n);
    expect(after.equityAssets).to.be.greaterThanOrEqual(after.maintenanceAssets);
    expect(await engine.writeOffCount(vault)).to.equal(0n);
    expect(await fund.totalAssets()).to.be.greaterThanOrEqual(STAKED);
    expect(await vault.convertToAssets(10n ** 24n)).to.be.greaterThanOrEqual(share);
    await snapshot.restore();
  });

  it("a negative equity is provisioned as soon as it is known, and given back when the price returns (IM1)", async () => {
    const { vault, fund, trader, keeper, provider, staker, fork } = scene;
    const snapshot = await fork.networkHelpers.takeSnapshot();
    const held = async () => vault.convertToAssets(await vault.balanceOf(provider.address));
    const staked = async () => fund.convertToAssets(await fund.balanceOf(staker.address));
    const before = { held: await held(), staked: await staked() };
    await feed.publish((answer * 88n) / 100n);
    const { equityAssets } = await vault.healthOf(trader.address);
    // What the trader has lost the pool has won; what the trader cannot pay of it is charged again.
    const won = await held();
    await vault.connect(keeper).impair(trader.address);
    const { impairmentId } = await vault.accountOf(trader.address);
    const [reserveAssets, earmarkedAssets, chargedAssets] = await vault.provisionOf(impairmentId);
    // Closing the position moves the price by the skew that goes: within a hundredth of a per cent of its worth.
    const provisioned = reserveAssets + earmarkedAssets + chargedAssets;
    const moved = (SIZE * answer) / DOLLAR / 10_000n;
    expect(provisioned + equityAssets).to.be.within(-moved, moved);
    expect(earmarkedAssets).to.be.greaterThan(0n);
    expect(await fund.totalEarmarked()).to.equal(earmarkedAssets);
    expect(won - (await held()) - chargedAssets).to.be.within(-ETHER, ETHER);

    await feed.publish(answer);
    await vault.connect(keeper).impair(trader.address);
    expect((await vault.accountOf(trader.address)).impairmentId).to.equal(0n);
    expect(await fund.totalEarmarked()).to.equal(0n);
    const epoch = (await vault.openEpoch()) - 1n;
    const back = (await held()) + (await vault.claimableRecovery(provider.address, epoch));
    expect(back - before.held).to.be.within(-2n, ETHER);
    const fundEpoch = (await fund.openEpoch()) - 1n;
    const stakeBack = (await staked()) + (await fund.claimableRecovery(staker.address, fundEpoch));
    expect(stakeBack - before.staked).to.be.within(-2n, ETHER);
    await snapshot.restore();
  });

  it("an equity below zero goes down the waterfall in one transaction, through every layer, insurance within its bound (WO1, IN2)", async () => {
    const { vault, fund, lendingFund, engine, trader, keeper } = scene;
    await feed.publish((answer * 88n) / 100n);
    const { equityAssets } = await vault.healthOf(trader.address);
    expect(equityAssets).to.be.lessThan(0n);
    const [allowance, fees] = await vault.insuranceAllowance(MARKET);
    expect(allowance).to.equal(fees * INSURANCE_MULTIPLE);
    const before = { share: await vault.convertToAssets(10n ** 24n), lending: await lendingFund.totalAssets() };
    await vault.connect(keeper).liquidate(trader.address, MARKET, MAX);
    const id = await engine.writeOffCount(vault);
    const entry = await engine.ledger(vault, id);
    expect(entry.badDebt).to.equal(entry.reserves + entry.insurance + entry.dilutionCash + entry.socialized);
    // What was owed beyond the margin; the price may move by the skew's premium when the position is closed.
    const notional = (SIZE * answer) / DOLLAR;
    expect(entry.badDebt + equityAssets).to.be.within(-notional / 1_000n, notional / 1_000n);
    expect(entry.insurance).to.be.greaterThan(0n);
    expect(entry.insurance).to.be.lessThanOrEqual(allowance);
    expect(STAKED - (await fund.totalAssets())).to.equal(entry.insurance);
    expect(await lendingFund.totalAssets()).to.equal(before.lending);
    expect(BID - entry.dilutionCash).to.be.within(0n, 1_000n * ETHER);
    expect(entry.reserves).to.be.greaterThan(0n);
    expect(entry.socialized).to.be.greaterThan(0n);
    expect((await vault.positionOf(trader.address, MARKET)).sizeWad).to.equal(0n);
    expect((await vault.accountOf(trader.address)).marginAssets).to.equal(0n);
  });

  it("what the trader pays back later reaches those who were charged (RE1)", async () => {
    const { vault, engine, trader, provider, fork } = scene;
    const id = await engine.writeOffCount(vault);
    const owed = await engine.lendersOutstanding(vault, id);
    await engine.connect(trader).recover(vault, id, owed);
    const epoch = (await vault.openEpoch()) - 1n;
    const claimable = await vault.claimableRecovery(provider.address, epoch);
    expect(owed - claimable).to.be.within(0n, 2n);
    const held = await tokenAt(fork, "DAI").balanceOf(provider.address);
    await vault.connect(provider).claimRecovery(provider.address, [epoch], provider.address);
    expect((await tokenAt(fork, "DAI").balanceOf(provider.address)) - held).to.equal(claimable);
  });
});
