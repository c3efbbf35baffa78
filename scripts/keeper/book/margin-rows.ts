/** Rows of `MarginLens`, read by hand. */
import { rowsIn } from "./words.ts";

/** One account as the lens shows it; see IMarginLens.AccountRow. */
export interface AccountRow {
  readonly marginAssets: bigint;
  readonly deficitAssets: bigint;
  readonly provisionedAssets: bigint;
  readonly impairedAt: number;
  readonly openMarkets: readonly number[];
}

/** One position: unrealized profit less funding = size x (price - funding index) - basis, asset units x 1e36. */
export interface Leg {
  readonly marketId: number;
  readonly sizeWad: bigint;
  readonly basis: bigint;
}

/** One market at one block; see IMarginLens.MarketRow. */
export interface Market {
  readonly underlying: string;
  readonly primaryWad: bigint;
  readonly lowWad: bigint;
  readonly highWad: bigint;
  readonly fundingIndex: bigint;
  readonly skewWad: bigint;
  /** Zero in a settled market. */
  readonly skewScaleWad: bigint;
  readonly maintenanceWad: bigint;
  readonly depthWad: bigint;
  readonly blocksLoss: boolean;
  /** First four bytes of the price source's error; empty if it answers. */
  readonly failure: string;
}

/** One order on its way; see IMarginLens.OrderRow. */
export interface OrderRow {
  readonly sizeDeltaWad: bigint;
  readonly keeperFeeAssets: bigint;
  readonly committedAt: number;
  /** Zero if there is no order. */
  readonly earliestRoundAt: number;
  readonly latestRoundAt: number;
  readonly isResolvable: boolean;
  /** `IMarginVault.Outcome`, if it is. */
  readonly outcome: number;
  readonly roundId: bigint;
  /** `FeedRounds.Verdict`: why it is not, if it is not. */
  readonly verdict: number;
}

export interface TraderMarket {
  readonly trader: string;
  readonly marketId: number;
}

const ACCOUNT_WORDS = 15;
const POSITION_WORDS = 5;
const ORDER_WORDS = 13;
const MARKET_WORDS = 12;

export function decodeAccounts(data: string, count: number): AccountRow[] {
  return rowsIn(data, ACCOUNT_WORDS, count, ({ figure }) => ({
    ...{ marginAssets: figure(0), deficitAssets: figure(1), provisionedAssets: figure(6) },
    ...{ impairedAt: Number(figure(7)), openMarkets: bitsOf(Number(figure(9))) },
  }));
}

export function decodeLegs(data: string, keys: readonly TraderMarket[]): Leg[] {
  const rows = rowsIn(data, POSITION_WORDS, keys.length, ({ signed }) => ({ sizeWad: signed(0), basis: signed(1) }));
  return rows.map((row, index) => ({ ...row, marketId: keys[index]?.marketId ?? 0 }));
}

export function decodeOrders(data: string, count: number): OrderRow[] {
  return rowsIn(data, ORDER_WORDS, count, ({ figure, signed }) => ({
    ...{ sizeDeltaWad: signed(0), keeperFeeAssets: figure(3), committedAt: Number(figure(4)) },
    ...{ earliestRoundAt: Number(figure(5)), latestRoundAt: Number(figure(6)), isResolvable: figure(8) !== 0n },
    ...{ outcome: Number(figure(9)), roundId: figure(10), verdict: Number(figure(12)) },
  }));
}

/** However many there are. */
export function decodeMarkets(data: string): Market[] {
  return rowsIn(data, MARKET_WORDS, undefined, ({ word, figure, signed, selector }) => ({
    ...{ underlying: `0x${word(0).slice(24)}`, primaryWad: figure(1), lowWad: figure(2), highWad: figure(3) },
    ...{ fundingIndex: signed(5), skewWad: signed(6), skewScaleWad: figure(7) },
    ...{ maintenanceWad: figure(8), depthWad: figure(9), blocksLoss: figure(10) !== 0n },
    failure: selector(11),
  }));
}

function bitsOf(bitmap: number): number[] {
  return Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => ((bitmap >>> bit) & 1) === 1);
}
