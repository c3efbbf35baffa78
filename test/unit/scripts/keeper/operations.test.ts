import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";

import { expect } from "chai";

import { type Judged } from "../../../../scripts/keeper/book/book.ts";
import { type JudgedAccount } from "../../../../scripts/keeper/book/margin-book.ts";
import { Alerts } from "../../../../scripts/keeper/operations/alerts.ts";
import { Watch } from "../../../../scripts/keeper/operations/health.ts";
import { openLog } from "../../../../scripts/keeper/operations/log.ts";
import { Metrics } from "../../../../scripts/keeper/operations/metrics.ts";
import { serve } from "../../../../scripts/keeper/operations/server.ts";

const RULES = { maxBlockGapSeconds: 60, maxTickSeconds: 30, maxInsolvencyBlocks: 5, minBalance: 1_000n };
const ETHER = 10n ** 18n;

/** A position as far as health looks at it. */
const position = (shortfallAssets: bigint, impairedAt = 0) =>
  ({
    ...{ shortfallAssets, priced: true, healthWad: 0n },
    entry: { borrower: "0xb", collateral: "0xc", vault: { address: "0xv" }, row: { impairedAt } },
  }) as unknown as Judged;

/** A margin account as far as health looks at it. */
const account = (name: string, shortfallAssets: bigint, impairedAt = 0, isDisputed = false) =>
  ({ name, entry: { row: { impairedAt } }, standing: { shortfallAssets, isDisputed } }) as unknown as JudgedAccount;

function watching() {
  let now = 0;
  const watch = new Watch(RULES, () => now);
  const pass = (seconds: number) => (now += seconds);
  watch.sawHead(100);
  watch.setBalance("urgent", ETHER);
  return { watch, pass, problems: () => watch.read().problems };
}

describe("keeper: health", () => {
  it("is green while blocks come and all is well, and red before the first", () => {
    expect(watching().watch.read()).to.deep.include({ isHealthy: true, problems: [], head: 100 });
    expect(new Watch(RULES, () => 0).read().problems).to.deep.equal(["no block has been seen yet"]);
  });

  it("is red when blocks stop arriving, and green again with the next", () => {
    const { watch, pass, problems } = watching();
    pass(60);
    expect(problems()).to.deep.equal([]);
    pass(1);
    expect(problems()).to.deep.equal(["no new block for 61 s"]);
    watch.sawHead(101);
    expect(problems()).to.deep.equal([]);
  });

  it("is red when the loop is stuck in a block, and when a block could not be decided on", () => {
    const { watch, pass, problems } = watching();
    watch.begin();
    pass(31);
    expect(problems()).to.deep.equal(["the loop is stuck in one block for 31 s"]);
    watch.end("it broke");
    expect(problems()).to.deep.equal(["the last block could not be decided on: it broke"]);
    watch.begin();
    watch.end();
    expect(problems()).to.deep.equal([]);
  });

  it("is red when an account runs out of gas money", () => {
    const { watch, problems } = watching();
    watch.setBalance("housekeeping", 999n);
    expect(problems()).to.deep.equal(["housekeeping has 999 wei left, 1000 at least"]);
  });

  it("is red when an insolvency stays unrecorded for more blocks than allowed", () => {
    const { watch, problems } = watching();
    watch.sawPositions([position(1n)], new Map());
    watch.sawHead(105);
    watch.sawPositions([position(2n)], new Map());
    expect(problems()).to.deep.equal([]);
    watch.sawHead(106);
    watch.sawPositions([position(2n)], new Map());
    expect(problems()).to.deep.equal(["1 insolvencies are not recorded, the oldest for 6 blocks"]);
    watch.sawPositions([position(2n, 1_000)], new Map());
    expect(problems()).to.deep.equal([]);
  });

  it("does not count what no price source lets be recorded", () => {
    const { watch, problems } = watching();
    const blocked = new Map([["0xv:0xc", { primaryAssets: 1n, highAssets: 1n, oldestRoundAt: 0n, lossBlocked: true }]]);
    watch.sawPositions([position(1n)], blocked);
    watch.sawHead(200);
    watch.sawPositions([position(1n)], blocked);
    expect(problems()).to.deep.equal([]);
  });
});

describe("keeper: health of margin vaults", () => {
  it("is red when a margin account stays unrecorded for more blocks than allowed, and counts it with positions", () => {
    const { watch, problems } = watching();
    watch.sawPositions([], new Map(), [account("one", 1n)]);
    watch.sawHead(106);
    watch.sawPositions([position(1n)], new Map(), [account("one", 2n), account("two", 5n)]);
    expect(problems()).to.deep.equal(["1 insolvencies are not recorded, the oldest for 6 blocks"]);
    watch.sawHead(112);
    watch.sawPositions([position(1n)], new Map(), [account("one", 2n, 1_000), account("two", 5n)]);
    expect(problems()).to.deep.equal(["2 insolvencies are not recorded, the oldest for 6 blocks"]);
    watch.sawPositions([], new Map(), [account("two", 0n)]);
    expect(problems()).to.deep.equal([]);
  });

  it("does not count what a second source blocks or disputes, nor what no price is known of", () => {
    const { watch, problems } = watching();
    const blind = { ...account("two", 1n), standing: undefined };
    for (const head of [101, 200]) {
      watch.sawHead(head);
      watch.sawPositions([], new Map(), [account("one", 1n, 0, true), blind]);
    }
    expect(problems()).to.deep.equal([]);
  });
});

describe("keeper: what it serves", () => {
  let server: Server;
  const { watch, pass } = watching();
  const metrics = new Metrics();
  const get = async (path: string) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  before(async () => {
    server = await serve(0, "127.0.0.1", watch, metrics);
  });
  after(() => {
    server.close();
  });

  it("answers /health with 200 and 503, with the reasons", async () => {
    expect((await get("/health")).status).to.equal(200);
    pass(61);
    const red = await get("/health");
    expect(red.status).to.equal(503);
    expect(((await red.json()) as { problems: string[] }).problems).to.deep.equal(["no new block for 61 s"]);
  });

  it("answers /metrics in Prometheus' format", async () => {
    metrics.proposals.inc({ strategy: "liquidate", status: "sent" });
    const text = await (await get("/metrics")).text();
    expect(text).to.include('keeper_proposals_total{strategy="liquidate",status="sent"} 1');
    expect(text).to.match(/^keeper_healthy 0$/m);
  });

  it("knows no other path", async () => {
    expect((await get("/")).status).to.equal(404);
  });
});

describe("keeper: alerts", () => {
  it("tell a webhook once when something begins and once when it ends, and survive a webhook that is gone", async () => {
    const received: { level: string; detail: string }[] = [];
    const hook = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        received.push(JSON.parse(Buffer.concat(chunks).toString()) as { level: string; detail: string });
        response.end();
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
    const alerts = new Alerts(`http://127.0.0.1:${(hook.address() as AddressInfo).port}`, openLog("silent"));
    alerts.state(["no new block for 61 s"]);
    alerts.state(["no new block for 62 s"]);
    alerts.state([]);
    await alerts.flush();
    expect(received.map(({ level, detail }) => [level, detail])).to.deep.equal([
      ["problem", "no new block for 61 s"],
      ["resolved", "no new block for # s"],
    ]);
    await new Promise((resolve) => hook.close(resolve));
    alerts.state(["something else"]);
    await alerts.flush();
    expect(received).to.have.length(2);
  });
});
