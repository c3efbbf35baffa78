/** Puts a keeper together from its configuration, and takes it apart again. */
import { Wallet } from "ethers";

import { reveal, type SecretSource, unlock } from "./config/secrets.ts";
import { type KeeperConfig } from "./config/types.ts";
import { Executor } from "./executor/executor.ts";
import { Lane, type LaneObserver, type Settled } from "./executor/lane.ts";
import { privateRelay, publicRelay } from "./executor/relay.ts";
import { Keeper, type Parts } from "./keeper.ts";
import { Alerts } from "./operations/alerts.ts";
import { Watch } from "./operations/health.ts";
import { openLog } from "./operations/log.ts";
import { Metrics } from "./operations/metrics.ts";
import { checkChain, openPool } from "./rpc/open.ts";
import { type DatabaseSettings, openStore } from "./store/open.ts";
import { openStrategy } from "./strategies/open.ts";
import { openVenue } from "./venues/open.ts";

export interface OpenKeeper {
  readonly keeper: Keeper;
  readonly parts: Parts;
  readonly alerts: Alerts;
  /** Transactions found mined so far. */
  readonly mined: readonly Settled[];
  close(): Promise<void>;
}

export interface Mode {
  readonly dryRun: boolean;
}

const GWEI = 1_000_000_000n;

export async function openKeeper(config: KeeperConfig, env: NodeJS.ProcessEnv, mode: Mode): Promise<OpenKeeper> {
  const log = openLog(config.operations.logLevel);
  const metrics = new Metrics();
  const watch = new Watch(config.operations);
  const { webhook } = config.operations;
  const alerts = new Alerts(webhook === undefined ? undefined : reveal(webhook, env), log);
  const urls = config.rpc.urls.map((source) => reveal(source, env));
  const rpc = openPool(urls, config.rpc, {
    failed: (endpoint, method) => {
      metrics.rpcFailures.inc({ endpoint, method });
      log.debug({ endpoint, method }, "an endpoint failed");
    },
    lied: (endpoint, reason) => {
      metrics.rpcLies.inc({ endpoint });
      log.warn({ endpoint, reason }, "a head that cannot be believed");
    },
  });
  await checkChain(rpc, config.chainId);
  const store = await openStore(databaseOf(config, env), config.chainId, config.contracts.engine);

  const mined: Settled[] = [];
  const observer: LaneObserver = {
    mined: (lane, settled) => {
      mined.push(settled);
      const { purpose, hash, receipt } = settled;
      const result = receipt.succeeded ? "mined" : "failed";
      metrics.transactions.inc({ lane: lane.name, result });
      metrics.gasGwei.inc({ lane: lane.name }, Number((receipt.gasUsed * receipt.effectiveGasPrice) / GWEI));
      log.info({ lane: lane.name, purpose, hash, result, gas: receipt.gasUsed.toString() }, "mined");
      if (!receipt.succeeded) alerts.tell({ level: "notice", text: `a transaction of ${lane.name} failed on chain` });
    },
    replaced: (lane, purpose, how) => {
      metrics.transactions.inc({ lane: lane.name, result: how });
      log.warn({ lane: lane.name, purpose, how }, "a transaction was not mined in time");
    },
  };
  const open = async (source: SecretSource): Promise<Wallet> => {
    try {
      return await unlock(source, env);
    } catch (error) {
      if (!mode.dryRun) throw error;
      log.warn("no key: the dry run simulates as an account that holds nothing");
      return new Wallet(Wallet.createRandom().privateKey);
    }
  };
  const relay = config.privateRelay === undefined ? undefined : reveal(config.privateRelay, env);
  const laneRules = { ...config.gas, chainId: config.chainId, finalAfterBlocks: config.indexer.reorgDepth };
  const shared = { rpc, store, observer };
  const urgentRelay = relay === undefined ? publicRelay(rpc) : privateRelay(relay, config.rpc.timeoutMs);
  const urgent = new Lane("urgent", await open(config.accounts.urgent), { ...shared, relay: urgentRelay }, laneRules);
  const ofHousekeeping = await open(config.accounts.housekeeping);
  // One key for both is allowed; then both are one lane, because an account has one row of nonces.
  const housekeeping =
    ofHousekeeping.address.toLowerCase() === urgent.address
      ? urgent
      : new Lane("housekeeping", ofHousekeeping, { ...shared, relay: publicRelay(rpc) }, laneRules);
  if (!mode.dryRun) for (const lane of new Set([urgent, housekeeping])) await lane.start();

  const lanes = { urgent, housekeeping };
  const venues = config.venues.map(openVenue);
  const parts: Parts = {
    ...{ config, rpc, store, lanes, log, metrics, watch },
    executor: new Executor(rpc, store, lanes, {
      ...config.gas,
      concurrency: config.book.concurrency,
      dryRun: mode.dryRun,
    }),
    strategies: config.strategies.map((strategy) => openStrategy(strategy, venues)),
  };
  return {
    ...{ keeper: new Keeper(parts), parts, alerts, mined },
    close: async () => {
      await alerts.flush();
      await store.close();
    },
  };
}

function databaseOf({ database }: KeeperConfig, env: NodeJS.ProcessEnv): DatabaseSettings {
  return database.kind === "sqlite" ? database : { kind: "postgres", url: reveal(database.url, env) };
}
