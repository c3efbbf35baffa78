import { encodeBytes32String } from "ethers";
import { expect } from "chai";
import { network } from "hardhat";

import { MAX } from "../../helpers/lending.js";
import {
  commit,
  DAY,
  deployMargin,
  deployMarginVault,
  ETH,
  MARKET,
  plain,
  publish,
  RISK,
  trade,
  USD,
  WAD,
} from "../../helpers/margin.js";

const { ethers, networkHelpers } = await network.create();

/** 30 days, from announcing a settlement to making it. */
const SETTLEMENT_DELAY = 30n * DAY;

describe("MarginVault: rules", () => {
  const scene = () => deployMargin(ethers);

  const markets: [keyof typeof MARKET, bigint][] = [
    ["openInterestCapWad", MARKET.skewScaleWad + 1n],
    ["skewCapWad", MARKET.openInterestCapWad + 1n],
    ["skewScaleWad", MARKET.skewScaleWad + 1n],
    ["skewScaleWad", MARKET.skewScaleWad - 1n],
    ["maxFundingRateWad", (10n * WAD) / (365n * DAY) + 1n],
    ["maxFundingVelocityWad", 1n],
    ["maxJumpWad", WAD / 1_000n - 1n],
    ["maxJumpWad", WAD / 2n + 1n],
    // The maximum jump and the highest premium: 2 % + 1 %.
    ["maintenanceWad", (3n * WAD) / 100n - 1n],
    ["maintenanceWad", WAD + 1n],
    ["depthWad", WAD / 10n ** 6n - 1n],
    ["initialMultipleWad", (WAD * 105n) / 100n - 1n],
    ["initialMultipleWad", 10n * WAD + 1n],
    ["targetMultipleWad", (WAD * 101n) / 100n - 1n],
    ["targetMultipleWad", MARKET.initialMultipleWad + 1n],
    ["volatilityWeightWad", 10n * WAD + 1n],
    ["feeBps", 0n],
    ["feeBps", 201n],
    ["deviationBps", 0n],
    ["liquidationFeeBps", MARKET.deviationBps - 1n],
    ["liquidationFeeBps", 151n],
    ["profitCoverBps", 199n],
    ["profitCoverBps", 50_001n],
    ["insuranceMultipleBps", 1_000_001n],
  ];
  for (const [name, value] of markets) {
    it(`refuses ${name} = ${value}`, async () => {
      const { vault } = await networkHelpers.loadFixture(scene);
      await expect(vault.setMarket(0, { ...MARKET, [name]: value })).to.be.revertedWithCustomError(
        vault,
        "ParameterOutOfRange",
      );
    });
  }

  const risks: [keyof typeof RISK, bigint][] = [
    ["minDelay", 0n],
    ["minDelay", 601n],
    ["expiry", RISK.minDelay - 1n],
    ["expiry", DAY + 1n],
    ["minNotional", 0n],
    ["minKeeperFee", RISK.minNotional + 1n],
    ["maxKeeperReward", RISK.minKeeperReward - 1n],
    ["keeperShareBps", 10_001n],
    ["reserveFactorBps", 10_001n],
    // The smallest account, 100 dollars, can pay 1 % after a jump.
    ["minKeeperReward", USD + 1n],
  ];
  for (const [name, value] of risks) {
    it(`refuses ${name} = ${value}`, async () => {
      const { vault } = await networkHelpers.loadFixture(scene);
      await expect(vault.setRiskConfig({ ...RISK, [name]: value })).to.be.revertedWithCustomError(
        vault,
        "ParameterOutOfRange",
      );
    });
  }

  it("stores what it is given", async () => {
    const { vault } = await networkHelpers.loadFixture(scene);
    const market = { ...MARKET, feeBps: 20n, maintenanceWad: (4n * WAD) / 100n };
    await expect(vault.setMarket(0, market)).to.emit(vault, "MarketConfigured");
    const read = plain(await vault.marketConfig(0));
    expect(read).to.deep.equal(market);
    await vault.setRiskConfig({ ...RISK, minDelay: 20n });
    expect(plain(await vault.riskConfig())).to.deep.equal({ ...RISK, minDelay: 20n });
    await vault.setMinProvision(5n);
    expect(await vault.minProvision()).to.equal(5n);
  });

  it("lists no market twice, none without rules of the vault, none without a price", async () => {
    const { vault, eth, oracle, asset, manager, engine } = await networkHelpers.loadFixture(scene);
    await expect(vault.listMarket(eth, MARKET))
      .to.be.revertedWithCustomError(vault, "AlreadyListed")
      .withArgs(await eth.getAddress());
    await expect(vault.listMarket(asset, MARKET)).to.be.revertedWithCustomError(oracle, "FeedNotSet");
    const fresh = await deployMarginVault(ethers, { manager, engine, oracle, asset });
    await expect(fresh.listMarket(eth, MARKET))
      .to.be.revertedWithCustomError(fresh, "ParameterOutOfRange")
      .withArgs(encodeBytes32String("expiry"), 0, 1, DAY);
  });

  it("refuses modules that were built for something else", async () => {
    const { vault, eth, oracle, manager, engine, asset } = await networkHelpers.loadFixture(scene);
    const wrong = await ethers.deployContract("MarginViewModule", [eth, engine, oracle]);
    const right = [asset, engine, oracle] as const;
    const wiring = {
      asset,
      engine,
      oracle,
      orderModule: await ethers.deployContract("OrderModule", [...right]),
      resolveModule: await ethers.deployContract("ResolveModule", [...right]),
      lossModule: await ethers.deployContract("MarginLossModule", [...right]),
      configModule: await ethers.deployContract("MarginConfigModule", [...right]),
      viewModule: wrong,
      authority: manager,
    };
    await expect(ethers.deployContract("MarginVault", [wiring, "Pool", "P"]))
      .to.be.revertedWithCustomError(vault, "WrongModule")
      .withArgs(await wrong.getAddress());
  });

  it("modules refuse to be called otherwise than by a vault", async () => {
    const { asset, engine, oracle, alice } = await networkHelpers.loadFixture(scene);
    const loss = await ethers.deployContract("MarginLossModule", [asset, engine, oracle]);
    await expect(loss.impair(alice)).to.be.revertedWithCustomError(loss, "OnlyByDelegateCall");
    const order = await ethers.deployContract("OrderModule", [asset, engine, oracle]);
    await expect(order.depositMargin(1, alice)).to.be.revertedWithCustomError(order, "OnlyByDelegateCall");
    const view = await ethers.deployContract("MarginViewModule", [asset, engine, oracle]);
    await expect(view.marketCount()).to.be.revertedWithCustomError(view, "OnlyByDelegateCall");
  });

  it("a frozen market takes no new risk, and lets everybody out (LI1)", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice, bob } = room;
    await trade(networkHelpers, room, alice, { size: 10n * ETH, deposit: 5_000n * USD });
    await vault.freezeMarket(0);
    await expect(commit(room, bob, { size: ETH, deposit: 5_000n * USD })).to.be.revertedWithCustomError(
      vault,
      "ExceedsOpenInterestCap",
    );
    await trade(networkHelpers, room, alice, { size: -10n * ETH, deposit: 50n * USD });
    expect((await vault.accountOf(alice)).openMarkets).to.equal(0);
  });

  it("a pause stops new risk and deposits, and nothing else (LI1)", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice, bob } = room;
    await trade(networkHelpers, room, alice, { size: 10n * ETH, deposit: 5_000n * USD });
    await vault.pause(true, true);
    await expect(commit(room, bob, { size: ETH, deposit: 5_000n * USD })).to.be.revertedWithCustomError(
      vault,
      "TradingPaused",
    );
    await expect(vault.connect(bob).deposit(1n, bob)).to.be.revertedWithCustomError(vault, "DepositsPaused");
    await trade(networkHelpers, room, alice, { size: -5n * ETH, deposit: 50n * USD });
    await vault.connect(alice).depositMargin(USD, alice);
    await publish(room, 900n);
    await vault.liquidate(alice, 0, MAX);
  });

  it("a vault that is wound up takes no new risk, asks no notice, and sweeps its target once it is empty", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice, bob, provider } = room;
    await trade(networkHelpers, room, alice, { size: 10n * ETH, deposit: 5_000n * USD });
    await vault.setReservePolicy(1_000n * USD, room.admin);
    await vault.windUp();
    await expect(commit(room, bob, { size: ETH, deposit: 5_000n * USD })).to.be.revertedWithCustomError(
      vault,
      "VaultWindingUp",
    );
    await expect(vault.sweepReserves()).to.be.revertedWithCustomError(vault, "NothingToSweep");
    await trade(networkHelpers, room, alice, { size: -10n * ETH, deposit: 50n * USD });
    // Nobody takes a premium at that address, but there is something to sweep now: 8 of two fees of 20.
    await expect(vault.sweepReserves())
      .to.be.revertedWithCustomError(vault, "SweepRefused")
      .withArgs(8n * USD);
    await vault
      .connect(provider)
      .redeem(1_000n, provider, provider)
      .catch(() => undefined);
    await vault.connect(provider).redeem(await vault.balanceOf(provider), provider, provider);
  });

  describe("a market whose feed has died (LI1)", () => {
    it("is settled after thirty days at the last price seen, and everybody is closed at that", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice, bob, feed } = room;
      await trade(networkHelpers, room, alice, { size: 10n * ETH, deposit: 5_000n * USD });
      await trade(networkHelpers, room, bob, { size: -4n * ETH, deposit: 5_000n * USD });
      await publish(room, 2_100n);
      await vault.poke(0);
      await expect(vault.announceSettlement(0)).to.be.revertedWithCustomError(vault, "FeedAlive").withArgs(0);
      await commit(room, alice, { size: -5n * ETH, deposit: 50n * USD });
      await feed.setBehavior(1);
      await vault.announceSettlement(0);
      await expect(vault.settleMarket(0)).to.be.revertedWithCustomError(vault, "SettlementNotDue");
      await networkHelpers.time.increase(SETTLEMENT_DELAY);
      await expect(vault.settleMarket(0))
        .to.emit(vault, "MarketSettledAt")
        .withArgs(0, 2_100n * USD * WAD);
      await expect(vault.settleMarket(0)).to.be.revertedWithCustomError(vault, "AlreadySettled");
      await expect(vault.setMarket(0, MARKET)).to.be.revertedWithCustomError(vault, "AlreadySettled");
      await expect(commit(room, bob, { size: ETH, deposit: 5_000n * USD })).to.be.revertedWithCustomError(
        vault,
        "AlreadySettled",
      );
      // An order that no round of a dead feed can decide any more goes back.
      const { knownRoundId } = await vault.orderOf(alice, 0);
      await vault.resolveOrder(alice, 0, knownRoundId);
      const before = await vault.totalAssets();
      await vault.closeSettled(alice, 0);
      await vault.closeSettled(bob, 0);
      // 21,000 less a basis of 20,010: without premium, without fee.
      expect((await vault.accountOf(alice)).marginAssets).to.equal((4_979n + 49n + 990n) * USD);
      const dust = (await vault.totalAssets()) - before;
      expect(dust >= 0n && dust <= 2n).to.equal(true);
      await expect(vault.closeSettled(bob, 0)).to.be.revertedWithCustomError(vault, "NoPosition");
      await vault.connect(alice).withdrawMargin(6_000n * USD, alice, alice);
    });

    it("is not settled when the feed comes back, and anybody may say so", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, feed, keeper } = room;
      await expect(vault.cancelSettlement(0)).to.be.revertedWithCustomError(vault, "SettlementNotDue").withArgs(0, 0);
      await feed.setBehavior(1);
      await vault.announceSettlement(0);
      await feed.setBehavior(0);
      await publish(room, 2_000n);
      await networkHelpers.time.increase(SETTLEMENT_DELAY);
      await publish(room, 2_000n);
      await expect(vault.settleMarket(0)).to.be.revertedWithCustomError(vault, "FeedAlive");
      await expect(vault.connect(keeper).cancelSettlement(0)).to.emit(vault, "SettlementCancelled").withArgs(0);
      await expect(vault.settleMarket(0)).to.be.revertedWithCustomError(vault, "SettlementNotDue");
      await expect(vault.closeSettled(keeper, 0)).to.be.revertedWithCustomError(vault, "NotSettled");
    });
  });

  it("nobody but the roles may change a rule (AC1)", async () => {
    const { vault, alice, eth } = await networkHelpers.loadFixture(scene);
    const by = vault.connect(alice);
    for (const call of [
      () => by.listMarket(eth, MARKET),
      () => by.setMarket(0, MARKET),
      () => by.freezeMarket(0),
      () => by.setRiskConfig(RISK),
      () => by.setMinProvision(1),
      () => by.announceSettlement(0),
      () => by.setReservePolicy(0, alice),
      () => by.setPremiumShare(alice, 1),
      () => by.setExitNotice(0, 0),
      () => by.windUp(),
      () => by.announceAssignment(alice, alice),
      () => by.withdrawAssignment(alice),
      () => by.pause(true, true),
      () => by.unpause(),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(vault, "AccessManagedUnauthorized");
    }
  });
});
