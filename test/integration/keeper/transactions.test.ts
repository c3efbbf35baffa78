import { expect } from "chai";
import { Transaction, Wallet } from "ethers";

import { parseConfig } from "../../../scripts/keeper/config/parse.ts";
import { lookOnce, waitForTransactions } from "../../../scripts/keeper/loop.ts";
import { openKeeper, type OpenKeeper } from "../../../scripts/keeper/open.ts";
import {
  type BotOptions,
  configFor,
  envFor,
  newPlace,
  type Place,
  startBot,
} from "../../../scripts/keeper/local/bot.ts";
import { freePort } from "../../../scripts/keeper/local/node.ts";
import { type Proxy, startProxy } from "../../../scripts/keeper/local/proxy.ts";
import {
  HOUSEKEEPING_KEY,
  type KeeperWorld,
  ONE,
  startWorld,
  URGENT_KEY,
} from "../../../scripts/keeper/local/world.ts";

const LOAN = { collateral: 10n, debt: 1_400n };
const QUIET = { port: 0, pollMs: 20, logLevel: "silent" };
const URGENT = new Wallet(URGENT_KEY).address;

interface Pending {
  readonly nonce: string;
  readonly hash: string;
  readonly maxFeePerGas: string;
  readonly to: string;
  readonly input: string;
  readonly from: string;
}

describe("keeper: its transactions, on a hardhat node that mines when told", function () {
  this.timeout(180_000);
  let world: KeeperWorld;
  let place: Place;
  let proxy: Proxy;
  let goBack: () => Promise<void>;
  let open: OpenKeeper | undefined;

  before(async () => {
    world = await startWorld();
    proxy = await startProxy(world.node.url);
  });
  after(async () => {
    await proxy.stop();
    await world.stop();
  });
  beforeEach(async () => {
    goBack = await world.chain.branch();
    place = newPlace();
    await world.plant([LOAN, LOAN]);
    await world.setPrice(170n);
    await world.desk.setPrice(168n * ONE);
    await world.node.request("evm_setAutomine", [false]);
    proxy.behave(() => undefined);
  });
  afterEach(async () => {
    await open?.close();
    open = undefined;
    await world.node.request("evm_setAutomine", [true]);
    await goBack();
    place.clean();
  });

  const openBot = async (options: BotOptions = {}) => {
    const config = await configFor(world, place, { ...options, config: { operations: QUIET, ...options.config } });
    open = await openKeeper(parseConfig(config), envFor(options), { dryRun: false });
    return open;
  };
  const pool = async (): Promise<Pending[]> => {
    const { transactions } = (await world.node.request("eth_getBlockByNumber", ["pending", true])) as {
      transactions: Pending[];
    };
    return transactions.filter(({ from }) => from.toLowerCase() === URGENT.toLowerCase());
  };
  const liquidations = async () => (await world.vault.queryFilter(world.vault.filters.Liquidated())).length;
  /** A block that leaves this keeper's transactions out: its account cannot pay while it is mined. */
  const mineWithoutThem = async () => {
    const balance = await world.node.request("eth_getBalance", [URGENT, "latest"]);
    const left = await pool();
    for (const { hash } of left) await world.node.request("hardhat_dropTransaction", [hash]);
    await world.mine(1);
    await world.node.request("hardhat_setBalance", [URGENT, balance]);
  };

  it("does not propose again what is on its way, and finds it mined", async () => {
    const bot = await openBot();
    const first = await lookOnce(bot);
    expect(first?.outcomes.map(({ status }) => status)).to.deep.equal(["sent", "sent"]);
    expect((await pool()).map(({ nonce }) => Number(nonce))).to.have.length(2);
    await world.mine(1);
    expect(await waitForTransactions(bot, 5_000)).to.equal(true);
    expect(bot.mined.map(({ receipt }) => receipt.succeeded)).to.deep.equal([true, true]);
    const second = await lookOnce(bot);
    expect(second?.outcomes).to.deep.equal([]);
    expect(await liquidations()).to.equal(2);
  });

  it("offers a transaction again that the nodes have lost", async () => {
    const bot = await openBot();
    await lookOnce(bot);
    const before = (await pool()).map(({ hash }) => hash).sort();
    await mineWithoutThem();
    expect(await pool()).to.deep.equal([]);
    const second = await lookOnce(bot);
    expect(second?.outcomes.filter(({ status }) => status === "sent")).to.deep.equal([]);
    expect((await pool()).map(({ hash }) => hash).sort()).to.deep.equal(before);
  });

  it("replaces one that is not mined at the same nonce, at a price that nodes accept", async () => {
    const bot = await openBot();
    await lookOnce(bot);
    const before = await pool();
    for (let block = 0; block < 3; block++) {
      await mineWithoutThem();
      await lookOnce(bot);
    }
    const after = await pool();
    expect(after.map(({ nonce }) => nonce)).to.deep.equal(before.map(({ nonce }) => nonce));
    for (const [index, { maxFeePerGas, input, hash }] of after.entries()) {
      const old = before[index]!;
      expect(hash).to.not.equal(old.hash);
      expect(input).to.equal(old.input);
      expect(BigInt(maxFeePerGas) * 100n).to.be.at.least(BigInt(old.maxFeePerGas) * 115n);
    }
    await world.mine(1);
    await lookOnce(bot);
    expect(await liquidations()).to.equal(2);
  });

  it("replaces one that would fail now by nothing, to free its nonce", async () => {
    const bot = await openBot();
    await lookOnce(bot);
    // The desk goes away: the sale would fail.
    await mineWithoutThem();
    await world.node.request("evm_setAutomine", [true]);
    await world.desk.setPrice(1n);
    await world.node.request("evm_setAutomine", [false]);
    for (let block = 0; block < 3; block++) {
      await lookOnce(bot);
      await mineWithoutThem();
    }
    await lookOnce(bot);
    const after = await pool();
    expect(after.map(({ to }) => to.toLowerCase())).to.deep.equal([URGENT.toLowerCase(), URGENT.toLowerCase()]);
    expect(after.map(({ input }) => input)).to.deep.equal(["0x", "0x"]);
    await world.mine(1);
    await lookOnce(bot);
    expect(await liquidations()).to.equal(0);
  });

  it("sends urgent transactions to the private relay alone", async () => {
    await openBot({ urls: [world.node.url], config: { privateRelay: proxy.url } });
    await lookOnce(open!);
    const sent = proxy.questions.filter(({ method }) => method === "eth_sendRawTransaction");
    expect(sent).to.have.length(2);
    for (const { params } of sent) expect(Transaction.from(String(params[0])).from).to.equal(URGENT);
  });

  it("does not fall back to the public nodes when the relay is silent", async () => {
    proxy.behave(() => ({ drop: "before" }));
    await openBot({ config: { privateRelay: proxy.url } });
    const tick = await lookOnce(open!);
    expect(tick?.outcomes.map(({ status }) => status)).to.deep.equal(["failed", "failed"]);
    expect(await pool()).to.deep.equal([]);
  });

  it("sends housekeeping from an account of its own", async () => {
    // Everything repaid: nothing is urgent, and what is swept is housekeeping.
    const strategies = [{ use: "sweep", everyBlocks: 1, maxCost: "1000" }];
    const bot = await openBot({ config: { strategies } });
    const tick = await lookOnce(bot);
    // Below its target nothing can be swept: refused, and from which account is what the simulation was asked for.
    expect(tick?.outcomes.map(({ status, detail }) => [status, detail.split("(")[0]])).to.deep.equal([
      ["refused", "sweep: NothingToSweep"],
    ]);
    expect(bot.parts.lanes.housekeeping.address).to.equal(new Wallet(HOUSEKEEPING_KEY).address.toLowerCase());
    expect(bot.parts.lanes.urgent).to.not.equal(bot.parts.lanes.housekeeping);
  });

  it("stops cleanly when told, having finished the block it was in; serves health and metrics until then", async () => {
    const port = await freePort();
    const bot = await startBot(world, place, [], { config: { operations: { port, pollMs: 20, logLevel: "info" } } });
    const until = performance.now() + 30_000;
    let health: Response | undefined;
    while (health?.status !== 200 && performance.now() < until) {
      health = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    }
    expect(health?.status).to.equal(200);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).to.match(/^keeper_head_block \d+$/m);
    bot.child.kill("SIGTERM");
    const run = await bot.done;
    expect(run.exitCode, run.stderr).to.equal(0);
    expect(run.stderr).to.include('"msg":"stopped"');
  });

  it("says what is wrong with its configuration on one page, with exit code 2", async () => {
    const bot = await startBot(world, place, ["--once"], { config: { chainId: 5 } });
    const { exitCode, stderr } = await bot.done;
    expect(exitCode).to.equal(2);
    expect(stderr).to.include("WrongChain: the endpoints serve chain 31337, the configuration says 5");
  });
});
