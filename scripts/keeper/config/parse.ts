/** From what an operator wrote to a checked configuration, with the defaults that fit most. */
import { findAddressFile } from "../../lib/addresses.ts";
import { parseActions } from "./actions.ts";
import { InvalidConfig, Reader } from "./reader.ts";
import { envSecret, keySecret, type SecretSource, urlSource } from "./secrets.ts";
import { type Contracts, type DatabaseSource, type KeeperConfig, type NativePrice } from "./types.ts";

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;

/** Throws InvalidConfig with everything that is wrong. */
export function parseConfig(value: unknown): KeeperConfig {
  const problems: string[] = [];
  const reader = new Reader("", value, problems);
  const config: KeeperConfig = {
    chainId: reader.whole("chainId", { min: 1, max: Number.MAX_SAFE_INTEGER }),
    rpc: parseRpc(reader),
    privateRelay: reader.has("privateRelay") ? parseUrl(reader, "privateRelay", reader.raw("privateRelay")) : undefined,
    contracts: parseContracts(optional(reader, "contracts"), Number(reader.raw("chainId"))),
    database: parseDatabase(reader.object("database")),
    accounts: parseAccounts(reader.object("accounts")),
    native: parseNative(reader.object("native")),
    ...parseRules(reader),
    ...parseActions(
      reader,
      findAddressFile(Number(reader.raw("chainId")))?.contracts.LossPreparer?.address.toLowerCase(),
    ),
    operations: parseOperations(reader),
  };
  reader.done();
  if (problems.length > 0) throw new InvalidConfig(problems);
  return config;
}

function parseRpc(reader: Reader): KeeperConfig["rpc"] {
  const rpc = reader.object("rpc");
  const urls = rpc.raw("urls");
  const list: unknown[] = Array.isArray(urls) ? urls : [];
  if (list.length === 0) rpc.complain("urls", urls, "a list of at least one URL");
  const settings = {
    urls: list.map((url, index) => parseUrl(rpc, `urls[${index}]`, url)),
    timeoutMs: rpc.whole("timeoutMs", { min: 50, max: 60_000, fallback: 4_000 }),
    maxBlocksPerSecond: rpc.whole("maxBlocksPerSecond", { min: 1, max: 10_000, fallback: 4 }),
    slackBlocks: rpc.whole("slackBlocks", { min: 1, max: 1_000_000, fallback: 64 }),
    ...(rpc.has("quorum") ? { quorum: rpc.whole("quorum", { min: 1, max: Math.max(1, list.length) }) } : {}),
  };
  rpc.done();
  return settings;
}

function parseUrl(reader: Reader, key: string, value: unknown): SecretSource | string {
  const source = urlSource(value);
  if (source === undefined) reader.complain(key, "(not shown)", `a URL, or { env: "NAME" } where it carries a key`);
  return source ?? "http://invalid";
}

/** As written; engine and lens may be left out where `make deploy` has left an address file for the chain. */
function parseContracts(reader: Reader, chainId: number): Contracts {
  const flashLiquidator = reader.has("flashLiquidator") ? reader.address("flashLiquidator") : undefined;
  const ownMarginLens = reader.has("marginLens") ? reader.address("marginLens") : undefined;
  const file = reader.has("engine") ? undefined : findAddressFile(chainId);
  const [engine, lens] = [file?.contracts.WriteOffEngine, file?.contracts.KeeperLens];
  const marginLens = ownMarginLens ?? file?.contracts.MarginLens?.address.toLowerCase();
  const contracts: Contracts =
    engine === undefined || lens === undefined
      ? {
          ...{ engine: reader.address("engine"), lens: reader.address("lens"), marginLens, flashLiquidator },
          fromBlock: reader.whole("fromBlock", { min: 0, max: Number.MAX_SAFE_INTEGER }),
        }
      : {
          ...{ engine: engine.address.toLowerCase(), lens: lens.address.toLowerCase(), marginLens, flashLiquidator },
          fromBlock: engine.block,
        };
  reader.done();
  return contracts;
}

function parseDatabase(reader: Reader): DatabaseSource {
  const kind = reader.oneOf("kind", ["sqlite", "postgres"], "sqlite");
  const database: DatabaseSource =
    kind === "sqlite"
      ? { kind, path: reader.text("path", "data/keeper.sqlite") }
      : { kind, url: envSecret(reader, "url") };
  reader.done();
  return database;
}

function parseAccounts(reader: Reader): KeeperConfig["accounts"] {
  const accounts = { urgent: keySecret(reader, "urgent"), housekeeping: keySecret(reader, "housekeeping") };
  reader.done();
  return accounts;
}

function parseNative(reader: Reader): NativePrice {
  const native = reader.has("token") ? { token: reader.address("token") } : { assetsWad: reader.amount("assets") };
  reader.done();
  return native;
}

function parseRules(reader: Reader): Pick<KeeperConfig, "gas" | "indexer" | "book"> {
  const gas = optional(reader, "gas");
  const indexer = optional(reader, "indexer");
  const book = optional(reader, "book");
  const rules = {
    gas: {
      maxFee: gas.gwei("maxFeeGwei", "300"),
      priorityFee: gas.gwei("priorityFeeGwei", "1"),
      replaceAfterBlocks: gas.whole("replaceAfterBlocks", { min: 1, max: 100, fallback: 3 }),
      bumpPercent: gas.whole("bumpPercent", { min: 10, max: 200, fallback: 15 }),
      marginPercent: gas.whole("marginPercent", { min: 0, max: 200, fallback: 25 }),
      maxInFlight: gas.whole("maxInFlight", { min: 1, max: 64, fallback: 8 }),
    },
    indexer: {
      rangeBlocks: indexer.whole("rangeBlocks", { min: 1, max: 1_000_000, fallback: 2_000 }),
      reorgDepth: indexer.whole("reorgDepth", { min: 1, max: 256, fallback: 12 }),
    },
    book: {
      pageRows: book.whole("pageRows", { min: 1, max: 1_000, fallback: 500 }),
      concurrency: book.whole("concurrency", { min: 1, max: 32, fallback: 4 }),
      bandBps: book.whole("bandBps", { min: 0, max: 10_000, fallback: 200 }),
      maxAgeBlocks: book.whole("maxAgeBlocks", { min: 1, max: 100_000, fallback: 100 }),
    },
  };
  for (const part of [gas, indexer, book]) part.done();
  return rules;
}

function parseOperations(reader: Reader): KeeperConfig["operations"] {
  const operations = optional(reader, "operations");
  const parsed = {
    port: operations.whole("port", { min: 0, max: 65_535, fallback: 9464 }),
    host: operations.text("host", "127.0.0.1"),
    logLevel: operations.oneOf("logLevel", LOG_LEVELS, "info"),
    pollMs: operations.whole("pollMs", { min: 10, max: 60_000, fallback: 500 }),
    maxBlockGapSeconds: operations.whole("maxBlockGapSeconds", { min: 1, max: 86_400, fallback: 120 }),
    maxTickSeconds: operations.whole("maxTickSeconds", { min: 1, max: 3_600, fallback: 60 }),
    maxInsolvencyBlocks: operations.whole("maxInsolvencyBlocks", { min: 1, max: 100_000, fallback: 25 }),
    minBalance: operations.gwei("minBalanceGwei", "50000000"),
    webhook: operations.has("webhook") ? envSecret(operations, "webhook") : undefined,
  };
  operations.done();
  return parsed;
}

/** A part that may be left out whole. */
function optional(reader: Reader, key: string): Reader {
  return reader.has(key) ? reader.object(key) : reader.empty(key);
}
