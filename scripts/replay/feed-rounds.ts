import { BPS } from "../lib/units.ts";
import { type FeedRound, type PricePoint } from "./prices.ts";

/** When a feed publishes. */
export interface FeedRule {
  /** A price this far from the last answer makes a new round, basis points of that answer. */
  readonly deviationBps: bigint;
  /** A round at least this old is followed by a new one whatever the price, seconds. */
  readonly heartbeat: number;
}

/** ETH/USD and most other large feeds on Ethereum: 0.5 % or one hour. */
export const HALF_PERCENT_HOURLY: FeedRule = { deviationBps: 50n, heartbeat: 3_600 };

/**
 * The rounds a feed publishes while the market goes through `prices`. The first price is the first round. After that,
 * at each price: a new round if it lies `deviationBps` or more away from the last answer, or if the last round is
 * `heartbeat` old. Between two prices the market stands still, so heartbeats that fall there repeat the earlier price.
 */
export function feedRounds(prices: readonly PricePoint[], rule: FeedRule): FeedRound[] {
  const rounds: FeedRound[] = [];
  let market: bigint | undefined;
  let last: FeedRound | undefined;
  const publish = (updatedAt: number, answer: bigint): FeedRound => {
    const round = { updatedAt, answer };
    rounds.push(round);
    return round;
  };
  for (const { time, price } of prices) {
    while (last !== undefined && market !== undefined && last.updatedAt + rule.heartbeat < time) {
      last = publish(last.updatedAt + rule.heartbeat, market);
    }
    market = price;
    if (
      last === undefined ||
      deviates(price, last.answer, rule.deviationBps) ||
      last.updatedAt + rule.heartbeat <= time
    ) {
      last = publish(time, price);
    }
  }
  return rounds;
}

/** Heartbeat rounds of a price that never moves, from `start` to `end` seconds, both included. */
export function constantRounds(answer: bigint, start: number, end: number, heartbeat: number): FeedRound[] {
  const rounds: FeedRound[] = [];
  for (let updatedAt = start; updatedAt <= end; updatedAt += heartbeat) rounds.push({ updatedAt, answer });
  return rounds;
}

function deviates(price: bigint, answer: bigint, deviationBps: bigint): boolean {
  const distance = price > answer ? price - answer : answer - price;
  return distance * BPS >= answer * deviationBps;
}
