/** The keeper as its operator runs it: a process with a configuration file. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Summary } from "../summary.ts";
import { type RunningNode } from "./node.ts";
import { HOUSEKEEPING_KEY, URGENT_KEY } from "./world.ts";

interface Addressed {
  getAddress(): Promise<string>;
}

/** What the bot has to be told of a world; a KeeperWorld is one. */
export interface BotWorld {
  readonly node: Pick<RunningNode, "url">;
  readonly chainId?: number;
  readonly engine: Addressed;
  readonly keeperLens: Addressed;
  readonly marginLens?: Addressed;
  readonly flash: Addressed;
  /** The token that stands for the chain's coin. */
  readonly collateral: Addressed;
  /** Buys collateral; where there is none, `config` names other venues. */
  readonly desk?: Addressed;
  readonly fromBlock: number;
}

/** A folder for one test's configuration and database. */
export interface Place {
  readonly folder: string;
  readonly database: string;
  clean(): void;
}

export function newPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-keeper-"));
  return {
    ...{ folder, database: join(folder, "keeper.sqlite") },
    clean: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface BotOptions {
  readonly urls?: readonly string[];
  readonly urgentKey?: string;
  /** Put over the usual configuration, part by part. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The usual configuration of these tests. */
export async function configFor(world: BotWorld, place: Place, { urls, config = {} }: BotOptions = {}) {
  return {
    chainId: world.chainId ?? 31_337,
    rpc: { urls: urls ?? [world.node.url], timeoutMs: 4_000, maxBlocksPerSecond: 1_000, slackBlocks: 2_000 },
    contracts: {
      engine: await world.engine.getAddress(),
      lens: await world.keeperLens.getAddress(),
      ...(world.marginLens === undefined ? {} : { marginLens: await world.marginLens.getAddress() }),
      flashLiquidator: await world.flash.getAddress(),
      fromBlock: world.fromBlock,
    },
    database: { kind: "sqlite", path: place.database },
    accounts: { urgent: { env: "TEST_URGENT_KEY" }, housekeeping: { env: "TEST_HOUSEKEEPING_KEY" } },
    native: { token: await world.collateral.getAddress() },
    strategies: [
      { use: "liquidate", minProfit: "1" },
      { use: "impair", maxCost: "1000" },
      { use: "writeOff", alwaysWriteOff: true, maxCost: "1000" },
      { use: "auctions", settle: true, maxCost: "1000" },
    ],
    venues: world.desk === undefined ? [] : [{ use: "desk", desk: await world.desk.getAddress() }],
    operations: { port: 0, pollMs: 50, logLevel: "info" },
    ...config,
  };
}

export function envFor({ urgentKey = URGENT_KEY }: BotOptions = {}): NodeJS.ProcessEnv {
  return { TEST_URGENT_KEY: urgentKey, TEST_HOUSEKEEPING_KEY: HOUSEKEEPING_KEY };
}

export interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What --json printed; undefined if the bot did not come that far. */
  readonly summary: Summary | undefined;
}

export interface StartedBot {
  readonly child: ChildProcess;
  readonly done: Promise<Run>;
}

/** Starts the command; the caller may kill it. */
export async function startBot(
  world: BotWorld,
  place: Place,
  args: readonly string[],
  options: BotOptions = {},
): Promise<StartedBot> {
  const file = join(place.folder, "config.mjs");
  writeFileSync(file, `export default ${JSON.stringify(await configFor(world, place, options), undefined, 2)};\n`);
  const child = spawn(process.execPath, ["scripts/keeper/main.ts", "--config", file, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...envFor(options) },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const done = new Promise<Run>((resolve) => {
    child.on("close", (exitCode) => {
      const line = stdout.trim();
      resolve({ exitCode, stdout, stderr, summary: line.startsWith("{") ? (JSON.parse(line) as Summary) : undefined });
    });
  });
  return { child, done };
}

/** One block, to the end. */
export async function runOnce(world: BotWorld, place: Place, options: BotOptions = {}): Promise<Run> {
  return (await startBot(world, place, ["--once", "--json"], options)).done;
}
