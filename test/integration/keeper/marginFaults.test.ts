import { expect } from "chai";

import { newPlace, type Place, runOnce, startBot } from "../../../scripts/keeper/local/bot.ts";
import { type MarginKeeperWorld, startMarginWorld } from "../../../scripts/keeper/local/margin-world.ts";
import { type Proxy, startProxy } from "../../../scripts/keeper/local/proxy.ts";
import { ONE } from "../../../scripts/keeper/local/world.ts";
import { MARKET } from "../../../scripts/lib/add-margin.ts";
import { branchForEachTest } from "../../helpers/keeperBranch.ts";

const CONFIG = {
  strategies: [
    { use: "liquidateMargin", minProfit: "1" },
    { use: "orders", minProfit: "0" },
    { use: "writeOff", alwaysWriteOff: true, maxCost: "1000" },
  ],
};
/** More than the bot asks before it is done. */
const MOST_QUESTIONS = 120;
/** Every question in a deep campaign, every seventh otherwise: odd and even ones either way. */
const STRIDE = process.env.CAMPAIGN === "deep" ? 1 : 7;

describe("keeper: what goes wrong around margin vaults, against a hardhat node", function () {
  this.timeout(400_000);
  let world: MarginKeeperWorld;
  let place: Place;
  let proxy: Proxy;

  before(async () => {
    world = await startMarginWorld();
    proxy = await startProxy(world.node.url);
  });
  after(async () => {
    await proxy.stop();
    await world.stop();
  });
  branchForEachTest(
    () => ({ world, proxy }),
    (fresh) => {
      place = fresh;
    },
  );

  /** One account to close in part, one that owes more than it has, one that is sound, and an order whose round has come. */
  const crash = async () => {
    const [sunk, lost, sound] = await world.open(
      [
        { name: "sunk", units: 50n, margin: 400n },
        { name: "lost", units: 90n, margin: 500n },
        { name: "sound", units: 20n, margin: 2_000n },
      ],
      200n,
    );
    const buyer = await world.commit("buyer", 10n, 800n);
    await world.decide(194n);
    return { sunk: sunk!, lost: lost!, sound: sound!, buyer };
  };

  /** How often each thing has happened since the deployment. */
  const happened = async () => {
    const { vault } = world.margin;
    const closed = await vault.queryFilter(vault.filters.AccountLiquidated(), world.fromBlock);
    const resolved = await vault.queryFilter(vault.filters.OrderResolved(), world.fromBlock);
    return { closed: closed.length, resolved: resolved.length, written: await world.engine.writeOffCount(vault) };
  };

  it("killed at whatever question it asks, it does the rest when started again, and nothing twice", async () => {
    let killedAt = 0;
    for (let step = 1; step <= MOST_QUESTIONS; step += STRIDE) {
      const back = await world.chain.branch();
      const own = newPlace();
      try {
        const { sunk, lost, sound, buyer } = await crash();
        let kill = (): unknown => undefined;
        // Odd steps die before the node hears of the question, even steps after.
        proxy.behave((question) => {
          if (question.number !== step) return undefined;
          kill();
          return { drop: step % 2 === 1 ? "before" : "after" };
        });
        const bot = await startBot(world, own, ["--once", "--json"], { urls: [proxy.url], config: CONFIG });
        kill = () => bot.child.kill("SIGKILL");
        if ((await bot.done).exitCode === 0) break;
        killedAt += 1;
        proxy.behave(() => undefined);
        const again = await runOnce(world, own, { urls: [proxy.url], config: CONFIG });
        expect(again.exitCode, `after a kill at ${step}: ${again.stderr}`).to.equal(0);
        // Three openings and the buyer's; the sunk and the lost.
        expect(await happened(), `after a kill at ${step}`).to.deep.equal({ closed: 2, resolved: 4, written: 1n });
        const { vault } = world.margin;
        expect((await vault.positionOf(sunk, MARKET)).sizeWad).to.be.greaterThan(0n);
        expect((await vault.positionOf(lost, MARKET)).sizeWad).to.equal(0n);
        expect((await vault.positionOf(sound, MARKET)).sizeWad).to.equal(20n * ONE);
        expect((await vault.positionOf(buyer, MARKET)).sizeWad).to.equal(10n * ONE);
      } finally {
        own.clean();
        await back();
      }
    }
    expect(killedAt).to.be.greaterThan(20 / STRIDE);
  });

  it("follows a reorganisation of five blocks that takes an order and a position away", async () => {
    await world.open([{ name: "first", units: 20n, margin: 2_000n }], 200n);
    await world.mine(3);
    const fork = await world.chain.branch();
    const before = await world.head();
    await world.open([{ name: "gone", units: 50n, margin: 400n }], 200n);
    await world.commit("buyer", 10n, 800n);
    await world.decide(193n);
    const bot = await startBot(world, place, ["--once", "--json", "--dry-run"], { config: CONFIG });
    const seen = (await bot.done).summary;
    expect(seen?.accounts).to.equal(2);
    expect(seen?.proposals.map(({ strategy }) => strategy)).to.have.members(["liquidateMargin", "orders"]);
    const height = await world.head();
    expect(height - before).to.be.at.least(5);

    await fork();
    // The other fork, one longer: another trader's order in place of the two.
    const other = await world.commit("other", 10n, 800n);
    await world.decide(199n);
    await world.mine(height - (await world.head()) + 1);
    const after = await runOnce(world, place, { config: CONFIG });
    expect(after.exitCode, after.stderr).to.equal(0);
    expect(after.stderr).to.include("a reorganisation");
    expect(after.summary?.accounts).to.equal(1);
    expect(after.summary?.proposals.map(({ strategy, status }) => [strategy, status])).to.deep.equal([
      ["orders", "sent"],
    ]);
    expect((await world.margin.vault.positionOf(other, MARKET)).sizeWad).to.equal(10n * ONE);
    const fresh = newPlace();
    const anew = await runOnce(world, fresh, { config: CONFIG });
    fresh.clean();
    expect([anew.summary?.accounts, anew.summary?.proposals]).to.deep.equal([2, []]);
  });

  it("a running bot forgets what a reorganisation has taken away, and what it had held for over is open again", async () => {
    const trader = await world.commit("buyer", 10n, 800n);
    await world.decide(200n);
    const fork = await world.chain.branch();
    const before = await world.head();
    const config = { ...CONFIG, operations: { port: 0, pollMs: 50, logLevel: "info" } };
    const bot = await startBot(world, place, [], { config });
    const until = async (condition: () => Promise<boolean>) => {
      for (let i = 0; i < 400 && !(await condition()); i++) await new Promise((resolve) => setTimeout(resolve, 100));
    };
    const size = async () => (await world.margin.vault.positionOf(trader, MARKET)).sizeWad;
    try {
      await until(async () => (await size()) !== 0n);
      expect(await size()).to.equal(10n * ONE);
      await world.mine(4);
      // Long enough for the bot to look at the block in which the order is over.
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      const height = await world.head();
      await fork();
      expect(await size()).to.equal(0n);
      await world.mine(height - before + 2);
      await until(async () => (await size()) !== 0n);
      expect(await size()).to.equal(10n * ONE);
    } finally {
      bot.child.kill("SIGTERM");
    }
    const { stderr } = await bot.done;
    expect(stderr).to.include("a reorganisation");
  });
});
