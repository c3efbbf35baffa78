import { formatFixed, formatPercent } from "../../lib/units.ts";
import { type TokenInfo } from "../world.ts";

/** Writes amounts of one token for people. */
export interface MoneyFormat {
  /** "1,453,609 DAI" */
  readonly full: (assets: bigint) => string;
  /** "1,453,609" */
  readonly bare: (assets: bigint) => string;
  /** "61.0 %" */
  readonly share: (part: bigint, whole: bigint) => string;
  readonly symbol: string;
}

export function moneyFormat({ symbol, decimals }: TokenInfo): MoneyFormat {
  const bare = (assets: bigint): string => formatFixed(assets, decimals, 0);
  return { bare, full: (assets) => `${bare(assets)} ${symbol}`, share: formatPercent, symbol };
}

/** "13 Mar 02:15" in UTC. */
export function formatMoment(time: number): string {
  const date = new Date(time * 1000);
  const month = date.toLocaleString("en-US", { month: "short", timeZone: "UTC" });
  return `${date.getUTCDate()} ${month} ${date.toISOString().slice(11, 16)}`;
}
