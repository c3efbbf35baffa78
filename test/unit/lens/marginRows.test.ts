import { expect } from "chai";
import { network } from "hardhat";

import { standingOf } from "../../../scripts/keeper/book/margin-health.ts";
import { decodeAccounts, decodeLegs, decodeMarkets, decodeOrders } from "../../../scripts/keeper/book/margin-rows.ts";
import { addInsurance, commit, deployMargin, ETH, MARKET, publish, trade, USD } from "../../helpers/margin.js";

const { ethers, networkHelpers } = await network.create();

/** A long, a short and an empty account in two markets with funding; the long is impaired. */
async function scene() {
  const room = await deployMargin(ethers);
  const { vault, oracle, alice, bob } = room;
  await addInsurance(ethers, room, 10_000n * USD);
  await vault.setMinProvision(10n * USD);
  await vault.setMarket(0, { ...MARKET, maxFundingVelocityWad: 10n ** 7n, maxFundingRateWad: 10n ** 11n });
  const btc = await ethers.deployContract("TestToken", ["Bitcoin", "BTC", 18]);
  const second = await ethers.deployContract("MockAggregator", [8, 30_000n * 10n ** 8n]);
  await oracle.setFeed(btc, { feed: second, maxStaleness: 604_800, minAnswer: 1, maxAnswer: 10n ** 18n });
  await vault.listMarket(btc, MARKET);
  await trade(networkHelpers, room, alice, { size: 10n * ETH, deposit: 1_521n * USD, acceptable: 2_000n });
  await trade(networkHelpers, room, bob, { size: -7n * ETH, deposit: 1_100n * USD, acceptable: 2_000n });
  await commit(room, bob, { size: -ETH, deposit: 4_000n * USD, marketId: 1n });
  await networkHelpers.time.increase(10);
  await publish(room, 30_000n, second);
  await vault.resolveOrder(bob, 1, (await second.latestRoundData())[0]);
  const lens = await ethers.deployContract("MarginLens");
  const raw = async (name: "accounts" | "marginPositions" | "orders" | "markets", args: readonly unknown[]) => {
    const data = lens.interface.encodeFunctionData(name as "accounts", args as [string, string[]]);
    return ethers.provider.call({ to: await lens.getAddress(), data });
  };
  return { ...room, lens, raw };
}

describe("keeper: rows of the margin lens, read by hand", () => {
  it("are what a general decoder reads, and an answer of another length is refused", async () => {
    const { vault, lens, raw, alice, bob, carol, ...room } = await networkHelpers.loadFixture(scene);
    await publish({ ...room, vault, alice, bob, carol }, 1_790n);
    await vault.impair(alice);
    await commit({ ...room, vault, alice, bob, carol }, carol, { size: -3n * ETH, deposit: 900n * USD });
    const at = await vault.getAddress();
    const traders = [alice, bob, carol].map(({ address }) => address);
    const accounts = decodeAccounts(await raw("accounts", [at, traders]), 3);
    for (const [index, row] of (await lens.accounts(at, traders)).entries()) {
      const open = [0, 1].filter((bit) => (row.openMarkets >> BigInt(bit)) & 1n);
      expect(accounts[index]).to.deep.equal({
        ...{ marginAssets: row.marginAssets, deficitAssets: row.deficitAssets },
        ...{ provisionedAssets: row.provisionedAssets, impairedAt: Number(row.impairedAt), openMarkets: open },
      });
    }
    expect(accounts[0]!.provisionedAssets).to.be.greaterThan(0n);
    const keys = traders.flatMap((trader) => [0, 1].map((marketId) => ({ trader, marketId })));
    const legs = decodeLegs(await raw("marginPositions", [at, keys]), keys);
    for (const [index, row] of (await lens.marginPositions(at, keys)).entries()) {
      expect(legs[index]).to.deep.equal({ sizeWad: row.sizeWad, basis: row.basis, marketId: keys[index]!.marketId });
    }
    const orders = decodeOrders(await raw("orders", [at, keys]), keys.length);
    for (const [index, row] of (await lens.orders(at, keys)).entries()) {
      expect(orders[index]).to.deep.equal({
        ...{
          sizeDeltaWad: row.sizeDeltaWad,
          keeperFeeAssets: row.keeperFeeAssets,
          committedAt: Number(row.committedAt),
        },
        ...{ earliestRoundAt: Number(row.earliestRoundAt), latestRoundAt: Number(row.latestRoundAt) },
        ...{ isResolvable: row.isResolvable, outcome: Number(row.outcome) },
        ...{ roundId: row.roundId, verdict: Number(row.verdict) },
      });
    }
    expect(orders[4]!.sizeDeltaWad).to.equal(-3n * ETH);
    const markets = decodeMarkets(await raw("markets", [at]));
    for (const [index, row] of (await lens.markets(at)).entries()) {
      expect(markets[index]).to.deep.equal({
        ...{ underlying: row.underlying.toLowerCase(), primaryWad: row.primaryWad, lowWad: row.lowWad },
        ...{ highWad: row.highWad, fundingIndex: row.fundingIndex, skewWad: row.skewWad },
        ...{ skewScaleWad: row.skewScaleWad, maintenanceWad: row.maintenanceWad, depthWad: row.depthWad },
        ...{ blocksLoss: row.blocksLoss, failure: "" },
      });
    }
    const page = await raw("accounts", [at, traders]);
    expect(() => decodeAccounts(page, 4)).to.throw("4 rows");
  });

  it("stand, judged in memory, where the vault says they stand, at any price and time", async () => {
    const { vault, raw, alice, bob, carol, ...room } = await networkHelpers.loadFixture(scene);
    const at = await vault.getAddress();
    const traders = [alice, bob, carol];
    const rows = decodeAccounts(await raw("accounts", [at, traders.map(({ address }) => address)]), 3);
    const legsOf = async (index: number) => {
      const keys = rows[index]!.openMarkets.map((marketId) => ({ trader: traders[index]!.address, marketId }));
      return decodeLegs(await raw("marginPositions", [at, keys]), keys);
    };
    const legs = [await legsOf(0), await legsOf(1), await legsOf(2)];
    for (const dollars of [2_000n, 1_860n, 1_795n, 2_100n, 2_500n]) {
      await networkHelpers.time.increase(5_000);
      await publish({ ...room, vault, alice, bob, carol }, dollars);
      const markets = decodeMarkets(await raw("markets", [at]));
      for (const [index, trader] of traders.entries()) {
        const standing = standingOf(rows[index]!, legs[index]!, markets)!;
        const health = await vault.healthOf(trader);
        expect(standing.equityAssets).to.equal(health.equityAssets);
        expect(standing.maintenanceAssets).to.equal(health.maintenanceAssets);
        const { shortfallAssets } = await vault.shortfallOf(trader, ethers.ZeroAddress);
        expect(standing.shortfallAssets).to.equal(shortfallAssets);
        if (index !== 2) expect(standing.healthWad).to.equal(await vault.healthFactor(trader, ethers.ZeroAddress));
      }
    }
  });

  it("have no standing where a price is missing", async () => {
    const { vault, raw, alice, feed } = await networkHelpers.loadFixture(scene);
    const at = await vault.getAddress();
    const keys = [{ trader: alice.address, marketId: 0 }];
    const [row] = decodeAccounts(await raw("accounts", [at, [alice.address]]), 1);
    const legs = decodeLegs(await raw("marginPositions", [at, keys]), keys);
    await feed.setBehavior(1);
    expect(standingOf(row!, legs, decodeMarkets(await raw("markets", [at])))).to.equal(undefined);
  });
});
