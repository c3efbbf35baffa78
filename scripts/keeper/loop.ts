/** Block after block until told to stop; or once. */
import { setTimeout as sleep } from "node:timers/promises";

import { StateMoved } from "./indexer/indexer.ts";
import { type Tick } from "./keeper.ts";
import { type OpenKeeper } from "./open.ts";

/** Runs until `signal`. What has begun is finished first: no block is left half decided, nothing signed is left unsaved. */
export async function runLoop(open: OpenKeeper, signal: AbortSignal): Promise<void> {
  const { pollMs } = open.parts.config.operations;
  while (!signal.aborted) {
    await lookOnce(open);
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

/** One look; whatever goes wrong is told, and the next look begins afresh. */
export async function lookOnce({ keeper, parts, alerts }: OpenKeeper): Promise<Tick | undefined> {
  const { watch, log, metrics } = parts;
  watch.begin();
  try {
    const tick = await keeper.look();
    watch.end();
    return tick;
  } catch (error) {
    if (error instanceof StateMoved) {
      log.debug("another keeper has written to the same state");
      watch.end();
    } else {
      metrics.failedTicks.inc();
      log.error({ error }, "a block could not be decided on");
      watch.end(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
    return undefined;
  } finally {
    alerts.state(watch.read().problems);
  }
}

/** Looks until nothing of this keeper is on its way any more, or the time is over. */
export async function waitForTransactions({ parts }: OpenKeeper, timeoutMs: number): Promise<boolean> {
  const { lanes, rpc, config } = parts;
  const until = performance.now() + timeoutMs;
  const isWaiting = () => Object.values(lanes).some((lane) => lane.waiting.size > 0);
  while (isWaiting() && performance.now() < until) {
    const head = await rpc.head();
    for (const lane of new Set(Object.values(lanes))) await lane.settle(head);
    if (isWaiting()) await sleep(config.operations.pollMs);
  }
  return !isWaiting();
}
