import { expect } from "chai";

import { newPlace, type Place, runOnce, startBot } from "../../../scripts/keeper/local/bot.ts";
import { type Misbehaviour, type Proxy, type Question, startProxy } from "../../../scripts/keeper/local/proxy.ts";
import { type KeeperWorld, ONE, SECOND_KEY, startWorld } from "../../../scripts/keeper/local/world.ts";
import { branchForEachTest } from "../../helpers/keeperBranch.ts";

const LOAN = { collateral: 10n, debt: 1_400n };
/** Enough to come through every state of the bot: it asks fewer questions than this before it is done. */
const MOST_QUESTIONS = 90;
/** Every question in a deep campaign, every fifth otherwise; odd and even ones either way. */
const STRIDE = process.env.CAMPAIGN === "deep" ? 1 : 5;

describe("keeper: what goes wrong around it, against a hardhat node", function () {
  this.timeout(400_000);
  let world: KeeperWorld;
  let place: Place;
  let proxy: Proxy;

  before(async () => {
    world = await startWorld();
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

  /** Two positions to liquidate and one that is sound; the desk pays a little less than the feeds. */
  const crash = async (): Promise<string[]> => {
    const borrowers = await world.plant([LOAN, LOAN, { collateral: 10n, debt: 600n }]);
    await world.setPrice(170n);
    await world.desk.setPrice((170n * ONE * 99n) / 100n);
    return borrowers;
  };
  const healthOf = async (borrower: string) => world.vault.healthFactor(borrower, await world.collateral.getAddress());
  const liquidations = async (): Promise<number> =>
    (await world.vault.queryFilter(world.vault.filters.Liquidated(), world.fromBlock)).length;

  it("killed at whatever question it asks, it does the rest when started again, and nothing twice", async () => {
    let killedAt = 0;
    for (let step = 1; step <= MOST_QUESTIONS; step += STRIDE) {
      const back = await world.chain.branch();
      const own = newPlace();
      try {
        await crash();
        let kill = (): unknown => undefined;
        // Odd steps die before the node hears of the question, even steps after.
        proxy.behave((question) => {
          if (question.number !== step) return undefined;
          kill();
          return { drop: step % 2 === 1 ? "before" : "after" };
        });
        const bot = await startBot(world, own, ["--once", "--json"], { urls: [proxy.url] });
        kill = () => bot.child.kill("SIGKILL");
        const first = await bot.done;
        if (first.exitCode === 0) break;
        killedAt += 1;
        proxy.behave(() => undefined);
        const again = await runOnce(world, own, { urls: [proxy.url] });
        expect(again.exitCode, `after a kill at ${step}: ${again.stderr}`).to.equal(0);
        expect(again.summary?.positions, `after a kill at ${step}`).to.equal(3);
        expect(await liquidations(), `after a kill at ${step}`).to.equal(2);
      } finally {
        own.clean();
        await back();
      }
    }
    expect(killedAt).to.be.greaterThan(20 / STRIDE);
  });

  const MISCHIEF: Record<string, (question: Question) => Misbehaviour | undefined> = {
    "drops every third answer": ({ number }) => (number % 3 === 0 ? { drop: "after" } : undefined),
    "drops every third question": ({ number }) => (number % 3 === 0 ? { drop: "before" } : undefined),
    "delays answers so that they come in another order": ({ number }) => ({ delayMs: ((number * 7) % 5) * 40 }),
    "gives every fourth answer to another question": ({ number }) => (number % 4 === 0 ? { wrongId: true } : undefined),
    "gives logs in another order": ({ method }) =>
      method === "eth_getLogs" ? { falsify: (logs) => [...(logs as unknown[])].reverse() } : undefined,
    "never answers": () => ({ drop: "before" }),
  };
  for (const [what, how] of Object.entries(MISCHIEF)) {
    it(`works on when its first node ${what}`, async () => {
      const [first, second, sound] = await crash();
      proxy.behave(how);
      const { exitCode, summary, stderr } = await runOnce(world, place, { urls: [proxy.url, world.node.url] });
      expect(exitCode, stderr).to.equal(0);
      expect(summary?.positions).to.equal(3);
      expect(await liquidations()).to.equal(2);
      for (const borrower of [first!, second!]) expect(await healthOf(borrower)).to.be.at.least(ONE);
      expect(await healthOf(sound!)).to.be.greaterThan(ONE);
    });
  }

  const LIES: Record<string, (header: Record<string, string>) => Record<string, string>> = {
    "a head far ahead": (header) => ({ ...header, number: `0x${(Number(header.number) + 1_000).toString(16)}` }),
    "a head that nobody knows": (header) => ({ ...header, hash: `0x${"ab".repeat(32)}` }),
  };
  for (const [what, lie] of Object.entries(LIES)) {
    it(`does not believe a node that claims ${what}, and follows the others`, async () => {
      await crash();
      proxy.behave(({ method, params }) =>
        method === "eth_getBlockByNumber" && params[0] === "latest"
          ? { falsify: (header) => lie(header as Record<string, string>) }
          : undefined,
      );
      const { exitCode, stderr } = await runOnce(world, place, { urls: [proxy.url, world.node.url] });
      expect(exitCode, stderr).to.equal(0);
      expect(stderr).to.include("a head that cannot be believed");
      expect(await liquidations()).to.equal(2);
    });
  }

  it("does nothing rather than believe a node that lies alone", async () => {
    await crash();
    proxy.behave(({ method, params }) =>
      method === "eth_getBlockByNumber" && params[0] === "latest"
        ? { falsify: (header) => ({ ...(header as object), number: "0xffffff" }) }
        : undefined,
    );
    const { exitCode, stderr } = await runOnce(world, place, { urls: [proxy.url] });
    expect(exitCode).to.equal(1);
    expect(stderr).to.include("NoCredibleHead");
    expect(await liquidations()).to.equal(0);
  });

  it("follows a reorganisation of five blocks: positions neither vanish nor are counted twice", async () => {
    await world.plant([LOAN, LOAN]);
    await world.mine(3);
    const fork = await world.chain.branch();
    // Five blocks: two with positions that will be gone, three without.
    await world.plant([LOAN]);
    await world.plant([{ collateral: 10n, debt: 900n }]);
    await world.mine(3);
    const before = await runOnce(world, place);
    expect(before.summary?.positions).to.equal(4);
    const height = await world.head();

    await fork();
    // The other fork, one longer: one position that was never seen, and one with the borrower of a lost one.
    await world.plant([{ collateral: 10n, debt: 700n }]);
    await world.mine(height - (await world.head()) + 1);
    const after = await runOnce(world, place);
    expect(after.exitCode, after.stderr).to.equal(0);
    expect(after.summary?.positions).to.equal(3);
    expect(after.stderr).to.include("a reorganisation");
    const fresh = newPlace();
    const anew = await runOnce(world, fresh);
    fresh.clean();
    expect(anew.summary?.positions).to.equal(3);
  });

  it("two bots race for the same positions: each is liquidated once, and nobody breaks", async () => {
    const borrowers = await crash();
    const other = newPlace();
    const bots = await Promise.all([
      startBot(world, place, ["--once", "--json"]),
      startBot(world, other, ["--once", "--json"], { urgentKey: SECOND_KEY }),
    ]);
    const runs = await Promise.all(bots.map(async ({ done }) => done));
    other.clean();
    // One that comes too late has a transaction that fails on chain (3), or nothing to do (0).
    for (const { exitCode, stderr } of runs) expect([0, 3], stderr).to.include(exitCode);
    expect(await liquidations()).to.equal(2);
    for (const borrower of borrowers) expect(await healthOf(borrower)).to.be.at.least(ONE);
  });
});
