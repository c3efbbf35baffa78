/**
 * The keeper's command:
 *
 *   node scripts/keeper/main.ts [--config FILE] [--once] [--dry-run] [--json]
 *
 * Exit codes: 0 done; 1 it broke; 2 the configuration or a secret is wrong; 3 something that was due could not be done.
 */
import { parseArgs } from "node:util";

import { loadConfig } from "./config/load.ts";
import { type Outcome } from "./executor/executor.ts";
import { lookOnce, runLoop, waitForTransactions } from "./loop.ts";
import { openKeeper, type OpenKeeper } from "./open.ts";
import { serve } from "./operations/server.ts";
import { describe, summaryOf } from "./summary.ts";

const HELP = `The keeper liquidates, impairs, writes off and settles, block after block.

  --config FILE   configuration; config/keeper/NETWORK.ts if not given
  --once          one block, wait until what was sent is mined, stop
  --dry-run       send nothing, say what would be sent; needs no keys
  --json          the result of --once as JSON on stdout; logs go to stderr

Example configuration: scripts/keeper/config/example.ts
`;

/** How long --once waits for its transactions. */
const ONCE_TIMEOUT_MS = 180_000;
const BAD_CONFIG = new Set(["InvalidConfig", "ConfigNotFound", "MissingSecret", "WrongChain"]);

async function once(open: OpenKeeper, asJson: boolean): Promise<number> {
  const tick = await lookOnce(open);
  if (tick === undefined) return 1;
  const isSettled = await waitForTransactions(open, ONCE_TIMEOUT_MS);
  const summary = summaryOf(tick, open.mined, isSettled);
  process.stdout.write(asJson ? `${JSON.stringify(summary)}\n` : describe(summary));
  const isUndone = ({ status }: Outcome) => status === "failed";
  return !isSettled || tick.outcomes.some(isUndone) || open.mined.some(({ receipt }) => !receipt.succeeded) ? 3 : 0;
}

async function forever(open: OpenKeeper): Promise<number> {
  const { config, watch, metrics, log } = open.parts;
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) process.exit(1);
    log.info({ signal }, "stopping after this block; once more to stop at once");
    stop.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  const { port, host } = config.operations;
  const server = port === 0 ? undefined : await serve(port, host, watch, metrics);
  log.info({ port, host, strategies: config.strategies.map(({ use }) => use) }, "started");
  await runLoop(open, stop.signal);
  server?.close();
  log.info("stopped");
  return 0;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      ...{ config: { type: "string" }, once: { type: "boolean" }, "dry-run": { type: "boolean" } },
      ...{ json: { type: "boolean" }, help: { type: "boolean" } },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const network = process.env.NETWORK;
  const path = values.config ?? (network ? `config/keeper/${network}.ts` : undefined);
  if (path === undefined) {
    process.stderr.write(
      `Which network? make keeper NETWORK=name reads config/keeper/name.ts; --config FILE names another file.\n\n${HELP}`,
    );
    return 2;
  }
  const open = await openKeeper(await loadConfig(path), process.env, { dryRun: values["dry-run"] === true });
  try {
    return values.once === true ? await once(open, values.json === true) : await forever(open);
  } finally {
    await open.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  process.stderr.write(`${name}: ${message}\n`);
  process.exitCode = BAD_CONFIG.has(name) ? 2 : 1;
}
