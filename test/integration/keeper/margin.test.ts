import { expect } from "chai";
import { MaxUint256, Wallet } from "ethers";

import { type Place, runOnce, type Run, startBot } from "../../../scripts/keeper/local/bot.ts";
import {
  EXPIRY,
  KEEPER_FEE,
  type MarginKeeperWorld,
  MIN_DELAY,
  startMarginWorld,
} from "../../../scripts/keeper/local/margin-world.ts";
import { startProxy } from "../../../scripts/keeper/local/proxy.ts";
import { HOUSEKEEPING_KEY, ONE, URGENT_KEY } from "../../../scripts/keeper/local/world.ts";
import { MARKET } from "../../../scripts/lib/add-margin.ts";
import { branchForEachTest } from "../../helpers/keeperBranch.ts";

const KEEPER = new Wallet(URGENT_KEY).address;
const STRATEGIES = [
  { use: "liquidateMargin", minProfit: "1" },
  { use: "orders", minProfit: "0.5" },
  { use: "writeOff", alwaysWriteOff: true, maxCost: "1000" },
  { use: "impair", maxCost: "1000" },
];
const WITH_ALL = { config: { strategies: STRATEGIES } };
/** At 200 dollars a notional of 10,000; the margin needed is 156, fee and premium some 36 more at most. */
const UNITS = 50n;
const MARGIN = 400n;

const statuses = ({ summary }: Run) =>
  summary?.proposals.map(({ strategy, status, detail }) => [strategy, status, detail]);

describe("keeper: margin vaults, against a hardhat node", function () {
  this.timeout(240_000);
  let world: MarginKeeperWorld;
  let place: Place;

  before(async () => {
    world = await startMarginWorld();
  });
  after(async () => {
    await world.stop();
  });
  branchForEachTest(
    () => ({ world }),
    (fresh) => {
      place = fresh;
    },
  );

  const vault = () => world.margin.vault;
  const sizeOf = async (trader: string) => (await vault().positionOf(trader, MARKET)).sizeWad;
  const orderOf = async (trader: string) => (await vault().orderOf(trader, MARKET)).earliestRoundAt;
  const balance = async () => world.asset.balanceOf(KEEPER);

  it("waits for an order's round, executes it at the first one after the delay, and is paid its fee", async () => {
    const trader = await world.commit("buyer", UNITS, MARGIN, { acceptable: 203n });
    const early = await runOnce(world, place, WITH_ALL);
    expect(early.exitCode, early.stderr).to.equal(0);
    expect(statuses(early)).to.deep.equal([]);
    // A round before the delay is over, the deciding one, and later ones that the order would not accept.
    await world.setPrice(205n);
    const round = await world.decide(202n);
    for (const dollars of [206n, 207n, 208n]) await world.setPrice(dollars);
    const run = await runOnce(world, place, WITH_ALL);
    expect(run.exitCode, run.stderr).to.equal(0);
    expect(statuses(run)).to.deep.equal([["orders", "sent", "execute"]]);
    expect(run.summary?.accounts).to.equal(0);
    const [event] = await vault().queryFilter(vault().filters.OrderResolved(trader), world.fromBlock);
    expect([event!.args.outcome, event!.args.roundId, event!.args.priceWad]).to.deep.equal([
      ...[0n, round, 202n * ONE * ONE],
    ]);
    expect(await sizeOf(trader)).to.equal(UNITS * ONE);
    expect(await balance()).to.equal(KEEPER_FEE);
    const again = await runOnce(world, place, WITH_ALL);
    expect([statuses(again), again.summary?.accounts]).to.deep.equal([[], 1]);
  });

  it("sends back orders that their round does not accept, or that no round came for in time", async () => {
    const picky = await world.commit("picky", UNITS, 2n * MARGIN, { acceptable: 199n });
    await world.decide(201n);
    const late = await world.commit("late", UNITS, 2n * MARGIN);
    // The next round comes when it is too late.
    await world.pass(EXPIRY + MIN_DELAY, 201n);
    const kept = { strategies: [{ use: "orders", cancel: false }] };
    expect(statuses(await runOnce(world, place, { config: kept }))).to.deep.equal([]);
    const run = await runOnce(world, place, WITH_ALL);
    expect(run.exitCode, run.stderr).to.equal(0);
    expect(statuses(run)).to.have.deep.members([
      ...[
        ["orders", "sent", "not acceptable"],
        ["orders", "sent", "expired"],
      ],
    ]);
    for (const trader of [picky, late]) {
      expect([await orderOf(trader), await sizeOf(trader)]).to.deep.equal([0n, 0n]);
      expect((await vault().accountOf(trader)).marginAssets).to.equal(2n * MARGIN * ONE - KEEPER_FEE);
    }
    expect(await balance()).to.equal(2n * KEEPER_FEE);
  });

  it("does not end an order for less than it costs", async () => {
    const trader = await world.commit("stingy", UNITS, MARGIN, { fee: ONE });
    await world.decide(200n);
    const dear = { strategies: [{ use: "orders", minProfit: "1" }] };
    const run = await runOnce(world, place, { config: dear });
    expect(run.summary?.proposals.map(({ status }) => status)).to.deep.equal(["not worth it"]);
    expect(await orderOf(trader)).to.not.equal(0n);
  });

  it("sends nothing on a node's word: the vault refuses the wrong round that a lying node names", async () => {
    const trader = await world.commit("buyer", UNITS, MARGIN);
    const round = await world.decide(200n);
    await world.setPrice(201n);
    const proxy = await startProxy(world.node.url);
    const orders = world.marginLens.interface.getFunction("orders").selector;
    proxy.behave(({ method, params }) => {
      const [call] = params as [{ data?: string }];
      if (method !== "eth_call" || !call.data?.startsWith(orders)) return undefined;
      const [right, wrong] = [round, round + 1n].map((id) => id.toString(16).padStart(64, "0"));
      return { falsify: (result) => (result as string).replace(right!, wrong!) };
    });
    const run = await runOnce(world, place, { ...WITH_ALL, urls: [proxy.url] });
    await proxy.stop();
    expect(run.exitCode, run.stderr).to.equal(0);
    const [[, status, detail]] = statuses(run) as [[string, string, string]];
    // Verdict 8: an earlier round decides.
    expect([status, detail]).to.deep.equal(["refused", `execute: OrderUndecided(${trader}, 0, 8)`]);
    expect(await orderOf(trader)).to.not.equal(0n);
    expect(statuses(await runOnce(world, place, WITH_ALL))).to.deep.equal([["orders", "sent", "execute"]]);
  });

  it("closes a part of an account that has sunk, for its reward, and leaves the healthy alone", async () => {
    const [sunk, sound] = await world.open(
      [
        { name: "sunk", units: UNITS, margin: MARGIN },
        { name: "sound", units: UNITS, margin: 3_000n },
      ],
      200n,
    );
    await world.setPrice(194n);
    const before = await vault().healthOf(sunk!);
    expect(before.equityAssets).to.be.greaterThan(0n);
    expect(before.equityAssets).to.be.lessThan(before.maintenanceAssets);
    const run = await runOnce(world, place, WITH_ALL);
    expect(run.exitCode, run.stderr).to.equal(0);
    expect(statuses(run)).to.deep.equal([["liquidateMargin", "sent", "close in market 0"]]);
    expect(run.summary).to.deep.include({ accounts: 2, liquidatable: 1, insolvent: 0 });
    const left = await sizeOf(sunk!);
    expect(left).to.be.greaterThan(0n);
    expect(left).to.be.lessThan(UNITS * ONE);
    const after = await vault().healthOf(sunk!);
    expect(after.equityAssets).to.be.at.least(after.maintenanceAssets);
    expect(await sizeOf(sound!)).to.equal(UNITS * ONE);
    // 30 % of a fee of 60 bps of what was closed at 194.
    const reward = ((UNITS * ONE - left) * 194n * 18n) / 10_000n;
    expect(await balance()).to.be.closeTo(reward, 2n);
    expect(reward).to.be.greaterThan(ONE);
  });

  it("writes insolvent accounts off, longs and shorts, with a reward too small only if told to", async () => {
    const [long, other, short] = await world.open(
      [
        { name: "long", units: UNITS, margin: MARGIN },
        { name: "other", units: 20n, margin: 200n },
        { name: "short", units: -10n, margin: 3_000n },
      ],
      200n,
    );
    await world.setPrice(180n);
    const owed = await vault().shortfallOf(long!, await world.collateral.getAddress());
    // 400 less keeper 2 and fee 5, less 50 x 20 lost; the premium is a few cents.
    expect(owed.shortfallAssets).to.be.closeTo(607n * ONE, ONE);
    const unpaid = [
      { use: "liquidateMargin", minProfit: "5" },
      { use: "writeOff", maxCost: "1000" },
    ];
    const refused = await runOnce(world, place, { config: { strategies: unpaid } });
    expect(refused.summary).to.deep.include({ accounts: 3, insolvent: 2 });
    // A reward of one dollar from the reserves is more than gas, and less than five.
    const always = [
      { use: "liquidateMargin", minProfit: "5" },
      { use: "writeOff", alwaysWriteOff: true, maxCost: "1000" },
    ];
    const run = await runOnce(world, place, { config: { strategies: always } });
    expect(run.exitCode, run.stderr).to.equal(0);
    for (const trader of [long!, other!]) {
      expect(await sizeOf(trader)).to.equal(0n);
      expect((await vault().accountOf(trader)).writeOffId).to.not.equal(0n);
    }
    expect(await sizeOf(short!)).to.equal(-10n * ONE);
    expect(await world.engine.writeOffCount(vault())).to.equal(2n);
  });

  it("records a loss, follows it as it grows, and clears it when it has healed", async () => {
    const [trader] = await world.open([{ name: "long", units: UNITS, margin: MARGIN }], 200n);
    const impair = { config: { strategies: [{ use: "impair", maxCost: "1000", refreshBps: 2_500 }] } };
    const provision = async () => {
      const { impairmentId } = await vault().accountOf(trader!);
      if (impairmentId === 0n) return 0n;
      const { reserveAssets, earmarkedAssets, chargedAssets } = await vault().provisionOf(impairmentId);
      return reserveAssets + earmarkedAssets + chargedAssets;
    };
    await world.setPrice(180n);
    expect(statuses(await runOnce(world, place, impair))).to.deep.equal([["impair", "sent", "impair"]]);
    expect(await provision()).to.be.closeTo(607n * ONE, ONE);
    expect(statuses(await runOnce(world, place, impair))).to.deep.equal([]);
    await world.setPrice(165n);
    expect(statuses(await runOnce(world, place, impair))).to.deep.equal([["impair", "sent", "impair"]]);
    expect(await provision()).to.be.closeTo(1_357n * ONE, ONE);
    await world.setPrice(198n);
    expect(statuses(await runOnce(world, place, impair))).to.deep.equal([["impair", "sent", "impair"]]);
    expect((await vault().accountOf(trader!)).impairedAt).to.equal(0n);
    expect(statuses(await runOnce(world, place, impair))).to.deep.equal([]);
  });

  it("buys what a margin loss has put on sale, and claims for a provider what the sale brings", async () => {
    await world.open([{ name: "long", units: UNITS, margin: MARGIN }], 200n);
    await world.setPrice(180n);
    expect((await runOnce(world, place, WITH_ALL)).summary?.mined).to.have.length(1);
    expect(await world.debtAuction.remainingTokens(vault(), 1n)).to.be.greaterThan(0n);
    const provider = await world.chain.actor("margin provider");
    const housekeeping = new Wallet(HOUSEKEEPING_KEY).address;
    const auction = await world.debtAuction.getAddress();
    for (const account of [provider, housekeeping]) {
      await world.node.request("hardhat_impersonateAccount", [account]);
      await world.node.request("hardhat_setBalance", [account, "0x56bc75e2d63100000"]);
    }
    await world.pass(5 * 3_600, 180n);
    await world.chain.send(provider, vault().setAuthorization.populateTransaction(housekeeping, true));
    await world.chain.send(housekeeping, world.asset.mint.populateTransaction(housekeeping, 10_000n * ONE));
    await world.chain.send(housekeeping, world.asset.approve.populateTransaction(auction, MaxUint256));
    const buying = { strategies: [{ use: "auctions", maxCost: "1000", buyAt: "200", maxSpend: "300" }] };
    expect(statuses(await runOnce(world, place, { config: buying }))).to.deep.equal([["auctions", "sent", "buy"]]);
    const before = await world.asset.balanceOf(provider);
    const accounts = [{ account: provider, receiver: provider, shares: await vault().getAddress() }];
    const claiming = { strategies: [{ use: "claim", everyBlocks: 1, minAssets: "100", maxCost: "1000", accounts }] };
    expect(statuses(await runOnce(world, place, { config: claiming }))).to.deep.equal([["claim", "sent", "1 epochs"]]);
    expect((await world.asset.balanceOf(provider)) - before).to.be.closeTo(300n * ONE, ONE);
    expect(statuses(await runOnce(world, place, { config: claiming }))).to.deep.equal([]);
  });

  it("sends nothing in a dry run, and says why nothing is done without its lens", async () => {
    const trader = await world.commit("buyer", UNITS, MARGIN);
    await world.decide(200n);
    const bot = await startBot(world, place, ["--once", "--json", "--dry-run"], WITH_ALL);
    expect(statuses(await bot.done)).to.deep.equal([["orders", "would send", "execute"]]);
    const { marginLens, ...blind } = world;
    expect(await marginLens.getAddress()).to.match(/^0x/);
    const run = await runOnce(blind, place, WITH_ALL);
    expect(run.exitCode, run.stderr).to.equal(0);
    expect(statuses(run)).to.deep.equal([]);
    expect(run.stderr).to.include("margin vaults need contracts.marginLens");
    expect(await orderOf(trader)).to.not.equal(0n);
  });
});
