import { expect } from "chai";
import { network } from "hardhat";

import { MAX } from "../../helpers/lending.js";
import {
  addInsurance,
  commit,
  deployMargin,
  ETH,
  MARKET,
  plain,
  publish,
  trade,
  USD,
  WAD,
} from "../../helpers/margin.js";

const { ethers, networkHelpers } = await network.create();

const NONE = "0x00000000";

/**
 * Alice is long 10 ETH at 2,000 with a margin of 1,500 and a basis of 20,010 (premium 10); Bob long 5 from a skew of 10 to
 * 15: premium 2,000 x 5 x 12.5 / 10,000 = 12.5, fee 10, keeper 1, so 776.5 of 800 are his margin + 12.5 in the basis.
 */
async function twoLongs() {
  const room = await deployMargin(ethers);
  const { alice, bob } = room;
  await trade(networkHelpers, room, alice, { size: 10n * ETH, deposit: 1_521n * USD, acceptable: 2_000n });
  await trade(networkHelpers, room, bob, { size: 5n * ETH, deposit: 800n * USD, acceptable: 2_000n });
  const lens = await ethers.deployContract("MarginLens");
  const selector = (name: "AccountHealthy" | "AccountSolvent" | "LossBlocked" | "LossDisputed") =>
    room.vault.interface.getError(name)!.selector;
  const rowsOf = async () => lens.accounts(room.vault, [alice, bob, room.carol]);
  return { ...room, lens, selector, rowsOf };
}

/** What a call reverts with; empty if it does not. */
async function revertOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return (error as { data: string }).data;
  }
  return "0x";
}

describe("MarginLens: accounts", () => {
  it("shows equity, maintenance, health and why nothing can be done, figure by figure", async () => {
    const { rowsOf, selector } = await networkHelpers.loadFixture(twoLongs);
    const [alice, bob, carol] = await rowsOf();
    // 1,500 + 20,000 - 20,010; 20,000 x (3 % + 10 / 100,000).
    expect(alice!.equityAssets).to.equal(1_490n * USD);
    expect(alice!.maintenanceAssets).to.equal(602n * USD);
    expect(alice!.healthWad).to.equal((1_490n * WAD) / 602n);
    // 789 + 10,000 - 10,012.5; 10,000 x 3.005 %.
    expect(bob!.marginAssets).to.equal(789n * USD);
    expect(bob!.equityAssets).to.equal(776_500_000n);
    expect(bob!.maintenanceAssets).to.equal(300_500_000n);
    for (const row of [alice!, bob!]) {
      expect([row.openMarkets, row.pendingMarkets, row.largestMarket]).to.deep.equal([1n, 0n, 0n]);
      expect([row.liquidationFailure, row.lossFailure, row.failure]).to.deep.equal([
        ...[selector("AccountHealthy"), selector("AccountSolvent"), NONE],
      ]);
    }
    expect([carol!.healthWad, carol!.largestMarket, carol!.equityAssets]).to.deep.equal([MAX, MAX, 0n]);
  });

  it("says that an account can be closed in part, or whole with a loss, and how much that is", async () => {
    const { rowsOf, selector, ...room } = await networkHelpers.loadFixture(twoLongs);
    await publish(room, 1_900n);
    let [alice] = await rowsOf();
    // 1,500 + 19,000 - 20,010 of 19,000 x 3.01 %.
    expect([alice!.equityAssets, alice!.maintenanceAssets]).to.deep.equal([490n * USD, 571_900_000n]);
    expect([alice!.liquidationFailure, alice!.lossFailure]).to.deep.equal([NONE, selector("AccountSolvent")]);
    expect(alice!.shortfallAssets).to.equal(0n);
    await publish(room, 1_800n);
    [alice] = await rowsOf();
    // 1,500 + 18,000 - 20,010; closing 10 of a skew of 15 gives back 18,000 x 10 / 10,000.
    expect([alice!.equityAssets, alice!.healthWad]).to.deep.equal([-510n * USD, 0n]);
    expect(alice!.shortfallAssets).to.equal(492n * USD);
    expect([alice!.liquidationFailure, alice!.lossFailure]).to.deep.equal([NONE, NONE]);
  });

  it("is what the vault says of the same accounts, at any price, with funding and shorts (WO3)", async () => {
    const { rowsOf, lens, ...room } = await networkHelpers.loadFixture(twoLongs);
    const { vault, alice, bob, carol } = room;
    const funding = { maxFundingVelocityWad: 10n ** 7n, maxFundingRateWad: 10n ** 11n };
    await vault.setMarket(0, { ...MARKET, ...funding });
    await trade(networkHelpers, room, carol, { size: -7n * ETH, deposit: 1_100n * USD, acceptable: 2_000n });
    for (const dollars of [2_000n, 1_850n, 1_790n, 2_080n, 2_140n]) {
      await networkHelpers.time.increase(7_000);
      await publish(room, dollars);
      const rows = await rowsOf();
      for (const [index, trader] of [alice, bob, carol].entries()) {
        const health = await vault.healthOf(trader);
        const row = rows[index]!;
        expect(row.equityAssets).to.equal(health.equityAssets);
        expect(row.maintenanceAssets).to.equal(health.maintenanceAssets);
        expect(row.healthWad).to.equal(await vault.healthFactor(trader, ethers.ZeroAddress));
        expect(row.shortfallAssets).to.equal((await vault.shortfallOf(trader, ethers.ZeroAddress)).shortfallAssets);
        const refusal = await revertOf(vault.liquidate.staticCall(trader, 0, MAX));
        expect(row.liquidationFailure).to.equal(refusal === "0x" ? NONE : refusal.slice(0, 10));
        const [position] = await lens.marginPositions(vault, [{ trader, marketId: 0 }]);
        const stored = plain(await vault.positionOf(trader, 0));
        expect({ sizeWad: position!.sizeWad, basis: position!.basis }).to.deep.equal(stored);
        expect(row.marginAssets + position!.profitAssets).to.equal(row.equityAssets);
        expect(position!.maintenanceAssets).to.equal(row.maintenanceAssets);
      }
    }
  });

  it("follows the vault through a dispute, a silent second source, and a record with its provision (OR1)", async () => {
    const { rowsOf, lens, selector, ...room } = await networkHelpers.loadFixture(twoLongs);
    const { vault, alice, oracle, eth } = room;
    await addInsurance(ethers, room, 10_000n * USD);
    await vault.setMinProvision(10n * USD);
    const second = await ethers.deployContract("MockAggregator", [8, 2_000n * 10n ** 8n]);
    const params = { feed: second, maxStaleness: 86_400, minAnswer: 1, maxAnswer: 10n ** 18n };
    await oracle.setSecondSource(eth, params);
    await publish(room, 1_800n);
    const expectFailure = async (name: "LossBlocked" | "LossDisputed") => {
      const [row] = await rowsOf();
      expect([row!.liquidationFailure, row!.lossFailure]).to.deep.equal([selector(name), selector(name)]);
      const [outlook] = await lens.explainAccounts(vault, [alice]);
      expect(outlook!.liquidationFailure).to.equal(await revertOf(vault.liquidate.staticCall(alice, 0, MAX)));
      expect(outlook!.lossFailure).to.equal(await revertOf(vault.impair.staticCall(alice)));
      return row!;
    };
    expect((await expectFailure("LossDisputed")).shortfallAssets).to.equal(0n);
    await second.setBehavior(1);
    await expectFailure("LossBlocked");
    await second.setBehavior(0);
    await second.setAnswer(1_810n * 10n ** 8n);
    const [row] = await rowsOf();
    expect([row!.lossFailure, row!.impairedAt, row!.provisionedAssets]).to.deep.equal([NONE, 0n, 0n]);
    await vault.impair(alice);
    const [recorded] = await rowsOf();
    expect(recorded!.impairedAt).to.equal(BigInt(await networkHelpers.time.latest()));
    expect(recorded!.provisionedAssets).to.equal(492n * USD);
  });

  it("gives the vault's own plan and errors, by itself for each", async () => {
    const { lens, ...room } = await networkHelpers.loadFixture(twoLongs);
    const { vault, alice, bob, carol } = room;
    await publish(room, 1_800n);
    const [sunk, low, empty] = await lens.explainAccounts(vault, [alice, bob, carol]);
    expect([sunk!.liquidationFailure, sunk!.lossFailure, sunk!.plan.badDebtAssets]).to.deep.equal([
      ...["0x", "0x", 492n * USD],
    ]);
    // 789 + 9,000 - 10,012.5.
    expect(low!.plan.debtAssets).to.equal(223_500_000n);
    expect(low!.lossFailure).to.equal("0x");
    expect(vault.interface.parseError(empty!.liquidationFailure)!.name).to.equal("AccountHealthy");
    expect(vault.interface.parseError(empty!.lossFailure)!.args.toArray()).to.deep.equal([carol.address, 0n]);
    const before = await room.engine.writeOffCount(vault);
    await vault.liquidate(alice, 0, MAX);
    expect(await room.engine.writeOffCount(vault)).to.equal(before + 1n);
    const [row] = await lens.accounts(vault, [alice]);
    expect(row!.writeOffId).to.equal(1n);
  });

  it("names the failing source of one market and hides no account of another", async () => {
    const { rowsOf, lens, ...room } = await networkHelpers.loadFixture(twoLongs);
    const { vault, oracle, feed, carol, alice } = room;
    const btc = await ethers.deployContract("TestToken", ["Bitcoin", "BTC", 18]);
    const second = await ethers.deployContract("MockAggregator", [8, 20_000n * 10n ** 8n]);
    await oracle.setFeed(btc, { feed: second, maxStaleness: 86_400, minAnswer: 1, maxAnswer: 10n ** 18n });
    await vault.listMarket(btc, MARKET);
    await commit(room, carol, { size: ETH, deposit: 3_000n * USD, marketId: 1n, acceptable: 30_000n });
    await networkHelpers.time.increase(10);
    await publish(room, 20_000n, second);
    await vault.resolveOrder(carol, 1, (await second.latestRoundData())[0]);
    await feed.setBehavior(1);
    const [blind, , sound] = await rowsOf();
    const failure = oracle.interface.getError("FeedReverted")!.selector;
    expect([blind!.failure, blind!.healthWad, blind!.liquidationFailure]).to.deep.equal([failure, 0n, failure]);
    expect(blind!.marginAssets).to.equal(1_500n * USD);
    expect([sound!.failure, sound!.largestMarket, sound!.openMarkets]).to.deep.equal([NONE, 1n, 2n]);
    // 3,000 - 1 - 20 - premium 20,000 x 0.5 / 10,000.
    expect(sound!.equityAssets).to.equal(2_978n * USD);
    const listed = await lens.markets(vault);
    expect(listed.map((market) => [market.failure, market.primaryWad])).to.deep.equal([
      ...[
        [failure, 0n],
        [NONE, 20_000n * USD * WAD],
      ],
    ]);
    const [outlook] = await lens.explainAccounts(vault, [alice]);
    expect(oracle.interface.parseError(outlook!.lossFailure)!.name).to.equal("FeedReverted");
  });

  it("names the larger of two positions as the one to close in first", async () => {
    const { lens, ...room } = await networkHelpers.loadFixture(twoLongs);
    const { vault, oracle, alice } = room;
    const btc = await ethers.deployContract("TestToken", ["Bitcoin", "BTC", 18]);
    const second = await ethers.deployContract("MockAggregator", [8, 30_000n * 10n ** 8n]);
    await oracle.setFeed(btc, { feed: second, maxStaleness: 86_400, minAnswer: 1, maxAnswer: 10n ** 18n });
    await vault.listMarket(btc, MARKET);
    await commit(room, alice, { size: ETH, deposit: 4_000n * USD, marketId: 1n, acceptable: 40_000n });
    await networkHelpers.time.increase(10);
    await publish(room, 30_000n, second);
    await vault.resolveOrder(alice, 1, (await second.latestRoundData())[0]);
    const [row] = await lens.accounts(vault, [alice]);
    expect([row!.openMarkets, row!.largestMarket]).to.deep.equal([3n, 1n]);
    expect(row!.equityAssets).to.equal((await vault.healthOf(alice)).equityAssets);
  });

  it("refuses pages that are too long", async () => {
    const { lens, vault, alice } = await networkHelpers.loadFixture(twoLongs);
    const traders = Array.from({ length: 1_001 }, () => alice.address);
    const keys = traders.map((trader) => ({ trader, marketId: 0 }));
    for (const call of [lens.accounts(vault, traders), lens.orders(vault, keys), lens.marginPositions(vault, keys)]) {
      await expect(call).to.be.revertedWithCustomError(lens, "TooManyRows").withArgs(1_001n, 1_000n);
    }
    await expect(lens.explainAccounts(vault, traders.slice(0, 101)))
      .to.be.revertedWithCustomError(lens, "TooManyRows")
      .withArgs(101n, 100n);
  });
});
