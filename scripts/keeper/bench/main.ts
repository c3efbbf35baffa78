/**
 * How fast the keeper is with many positions: `make bench-keeper`. A `hardhat node` with 10,000 of them, the keeper as a
 * process of its own, and blocks in each of which the price falls a little. Measured from the moment a block is asked for to
 * the moment the keeper's first transaction arrives at the node, its polling included. Prints a table and writes
 * reports/keeper.json.
 */
import { mkdirSync, writeFileSync } from "node:fs";

import { Progress } from "../../lib/progress.ts";
import { printedTable } from "../../lib/table.ts";
import { configFor, newPlace, startBot } from "../local/bot.ts";
import { freePort } from "../local/node.ts";
import { startProxy } from "../local/proxy.ts";
import { type KeeperWorld, ONE, startWorld } from "../local/world.ts";

const POSITIONS = Number(process.env.POSITIONS ?? 10_000);
const BLOCKS = Number(process.env.BLOCKS ?? 30);
const PER_TRANSACTION = 25;
const POLL_MS = 25;
/** A block in which the keeper has not sent anything after this is a failure, not a slow one. */
const GIVE_UP_MS = 60_000;
/** Debts of ten units of collateral, spread evenly between these: at 200 dollars all are sound. */
const LEAST_DEBT = 600;
const MOST_DEBT = 1_480;
const FIRST_PRICE = 184_00n;
/** In cents a block: about ninety positions sink at each. */
const FALL = 100n;
const REPORT = "reports/keeper.json";

const sleep = async (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function plantAll(world: KeeperWorld, progress: Progress): Promise<void> {
  progress.start("Opening positions", POSITIONS);
  for (let opened = 0; opened < POSITIONS; opened += PER_TRANSACTION) {
    const count = Math.min(PER_TRANSACTION, POSITIONS - opened);
    const debts = Array.from({ length: count }, (_, index) => {
      const place = ((opened + index) * 7_919) % POSITIONS;
      return BigInt(LEAST_DEBT + Math.floor((place * (MOST_DEBT - LEAST_DEBT)) / POSITIONS));
    });
    await world.plant(debts.map((debt) => ({ collateral: 10n, debt })));
    progress.update(opened + count, "");
  }
  progress.finish(`${POSITIONS} positions`);
}

async function measure(world: KeeperWorld, progress: Progress): Promise<{ latencies: number[]; peakRssMiB: number }> {
  const place = newPlace();
  const proxy = await startProxy(world.node.url);
  const port = await freePort();
  /** When transactions arrived since the block was asked for. */
  const sentAt: number[] = [];
  proxy.behave(({ method }) => {
    if (method === "eth_sendRawTransaction") sentAt.push(performance.now());
    return undefined;
  });
  const { operations, rpc } = await configFor(world, place);
  const config = {
    // Reading ten thousand rows at the start takes a busy machine a while.
    rpc: { ...rpc, urls: [proxy.url], timeoutMs: 60_000 },
    operations: { ...operations, port, pollMs: POLL_MS, logLevel: "warn" },
  };
  const bot = await startBot(world, place, [], { config });
  bot.child.stderr?.on("data", (chunk: Buffer) => process.stderr.write(chunk));
  const metric = async (name: string): Promise<number> => {
    const text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
      async (response) => response.text(),
      () => "",
    );
    return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1] ?? 0);
  };
  try {
    progress.start("Reading them", POSITIONS);
    while ((await metric("keeper_positions")) < POSITIONS) await sleep(200);
    progress.finish("the keeper knows them all");

    const latencies: number[] = [];
    await world.node.request("evm_setAutomine", [false]);
    progress.start("Blocks", BLOCKS);
    for (let block = 0; block < BLOCKS; block++) {
      await world.submitPrice(FIRST_PRICE - BigInt(block) * FALL);
      sentAt.length = 0;
      // From before the block is mined: what mining takes is counted too.
      const askedAt = performance.now();
      await world.node.request("evm_mine", []);
      while (sentAt.length === 0) {
        if (performance.now() - askedAt > GIVE_UP_MS) throw new Error(`block ${block}: nothing sent`);
        await sleep(2);
      }
      latencies.push((sentAt[0] ?? askedAt) - askedAt);
      // The next block comes when the keeper is through with this one, as on a chain with seconds between blocks.
      const head = await world.head();
      while ((await metric("keeper_finished_block")) < head) await sleep(20);
      progress.update(block + 1, `${Math.round(latencies.at(-1) ?? 0)} ms`);
    }
    progress.finish(`${BLOCKS} blocks`);
    return { latencies, peakRssMiB: Math.ceil((await metric("keeper_peak_rss_bytes")) / 1_048_576) };
  } finally {
    bot.child.kill("SIGTERM");
    await bot.done;
    await proxy.stop();
    place.clean();
  }
}

const progress = new Progress();
const world = await startWorld();
try {
  await plantAll(world, progress);
  // Always more than the market, so that every liquidation pays and the first is decided by the keeper alone.
  await world.desk.setPrice(190n * ONE);
  const { latencies, peakRssMiB } = await measure(world, progress);
  const sorted = [...latencies].sort((left, right) => left - right);
  const at = (part: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  const report = {
    ...{ positions: POSITIONS, blocks: latencies.length, blockToDecisionMs: at(0.5), p95Ms: at(0.95) },
    ...{ slowestMs: at(1), peakRssMiB, pollMs: POLL_MS, node: process.version },
  };
  mkdirSync("reports", { recursive: true });
  writeFileSync(REPORT, `${JSON.stringify(report, undefined, 2)}\n`);
  const rows = [
    ["Positions", String(report.positions)],
    ["Blocks measured", String(report.blocks)],
    ["Block to first transaction, median", `${report.blockToDecisionMs} ms`],
    ["Block to first transaction, 95th percentile", `${report.p95Ms} ms`],
    ["Slowest", `${report.slowestMs} ms`],
    ["Peak memory of the keeper", `${report.peakRssMiB} MiB`],
  ];
  const columns = [
    { heading: "Keeper", width: 46 },
    { heading: "Measured", width: 14, number: true },
  ];
  console.log(`${printedTable(columns, rows)}\nWritten to ${REPORT}`);
} finally {
  await world.stop();
}
