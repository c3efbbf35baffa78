/**
 * The price tables as typed figures: 8 decimals, as Chainlink answers have, and seconds. Every row is checked on
 * reading; data/README.md says where the figures come from.
 */
import { cell, readTable, TableError } from "../lib/csv.ts";
import { parseFixed } from "../lib/units.ts";

/** Decimals of every dollar price here. */
export const PRICE_DECIMALS = 8;
/** One dollar. */
export const ONE_USD = 10n ** 8n;

/** A market price at one second. */
export interface PricePoint {
  /** Unix seconds. */
  readonly time: number;
  /** Dollars per unit, 8 decimals. */
  readonly price: bigint;
}

/** An answer of a price feed. */
export interface FeedRound {
  /** Second of the update. */
  readonly updatedAt: number;
  /** Dollars per unit, 8 decimals. */
  readonly answer: bigint;
}

const BAR_SECONDS = 300;

/** Prices of 12 and 13 March 2020: each bar's close at its end, and the table's lowest low in the middle of its bar. */
export function ethPrices2020(): PricePoint[] {
  const bars = readTable(dataFile("eth-usd-2020-03-12_13.csv"), ["bar_open_unix_s", "low_usd", "close_usd"]).map(
    (row) => {
      const bar = {
        row,
        open: cell(row, "bar_open_unix_s", parseSecond),
        low: cell(row, "low_usd", parsePrice),
        close: cell(row, "close_usd", parsePrice),
      };
      if (bar.low > bar.close) throw new TableError(row.file, row.line, "low is above close");
      return bar;
    },
  );
  const lowest = bars.reduce((best, bar) => (bar.low < best.low ? bar : best));
  return bars.flatMap((bar, index) => {
    const previous = bars[index - 1];
    if (previous !== undefined && bar.open !== previous.open + BAR_SECONDS) {
      throw new TableError(bar.row.file, bar.row.line, "bars must follow each other every 300 seconds");
    }
    const close = { time: bar.open + BAR_SECONDS, price: bar.close };
    return bar === lowest ? [{ time: bar.open + BAR_SECONDS / 2, price: bar.low }, close] : [close];
  });
}

/** The 400 rounds of Chainlink's USDC/USD feed, as they were on mainnet. */
export function usdcRounds2023(): FeedRound[] {
  const rows = readTable(dataFile("usdc-usd-2022-11_2023-03.csv"), [
    "round_id",
    "answer_8_decimals",
    "updated_at_unix_s",
  ]);
  let previous: { id: bigint; updatedAt: number } | undefined;
  return rows.map((row) => {
    const id = cell(row, "round_id", parseWhole);
    const updatedAt = cell(row, "updated_at_unix_s", parseSecond);
    const answer = cell(row, "answer_8_decimals", parseWhole);
    if (answer === 0n) throw new TableError(row.file, row.line, "an answer must be positive");
    if (previous !== undefined && id !== previous.id + 1n)
      throw new TableError(row.file, row.line, "a round is missing");
    if (previous !== undefined && updatedAt <= previous.updatedAt) {
      throw new TableError(row.file, row.line, "rounds must be in order of time");
    }
    previous = { id, updatedAt };
    return { updatedAt, answer };
  });
}

function dataFile(name: string): URL {
  return new URL(`data/${name}`, import.meta.url);
}

function parsePrice(text: string): bigint {
  const price = parseFixed(text, PRICE_DECIMALS);
  if (price <= 0n) throw new RangeError("a price must be positive");
  return price;
}

function parseWhole(text: string): bigint {
  const value = parseFixed(text, 0);
  if (value < 0n) throw new RangeError("must not be negative");
  return value;
}

function parseSecond(text: string): number {
  return Number(parseWhole(text));
}
