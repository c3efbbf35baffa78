/**
 * Values as people write them, to the exact figure a contract takes, and back. Nothing is rounded silently: a figure with
 * more decimals than its unit has is refused, but for yearly rates, which are rounded down to whole WAD per second.
 */
import { FixedPointError, formatFixed, parseFixed } from "../../lib/units.ts";
import { GovernanceError } from "../errors.ts";

/** How a figure is written: `money` and `answer` have decimals of their own. */
export type Unit = "ratio" | "seconds" | "rate" | "wad" | "money" | "address" | "flag" | "integer";

/** A unit with what it takes to read it. */
export interface Scale {
  readonly unit: Unit;
  /** Of money: decimals of its smallest unit, and its symbol, which may follow the figure. */
  readonly decimals?: number;
  readonly symbol?: string;
}

const YEAR = 31_536_000n;
const BPS_DECIMALS = 4;
const WAD_DECIMALS = 18;
/** No ratio here is above 1,000 %: a larger figure was meant in basis points. */
const MOST_RATIO_BPS = 100_000n;

const SECONDS: Readonly<Record<string, bigint>> = { w: 604_800n, d: 86_400n, h: 3_600n, m: 60n, s: 1n };

/** Reads `text`, which names the parameter `what` in errors. Addresses are resolved elsewhere. */
export function parseValue(text: string, scale: Scale, what: string): bigint {
  const bad = (hint: string): GovernanceError => new GovernanceError("BadValue", `${what}: "${text}" is no ${hint}`);
  try {
    switch (scale.unit) {
      case "ratio":
        return parseRatio(text, bad);
      case "seconds":
        return parseSeconds(text, bad);
      case "rate":
        return parseRate(text, bad);
      case "wad":
        return parseWad(text, bad);
      case "money":
        return parseMoney(text, scale, bad);
      case "flag":
        return parseFlag(text, bad);
      case "integer":
        if (!/^\d+$/.test(text)) throw bad("whole number");
        return BigInt(text);
      case "address":
        throw new TypeError("addresses are resolved by name");
    }
  } catch (error) {
    if (!(error instanceof FixedPointError)) throw error;
    throw bad(`exact figure here: ${error.message}`);
  }
}

/** Writes a figure so that `parseValue` reads it back. */
export function formatValue(value: bigint, { unit, decimals = 0, symbol }: Scale): string {
  switch (unit) {
    case "ratio":
      return `${trimmed(value, 2)} %`;
    case "seconds":
      return formatSeconds(value);
    case "rate":
      return `${value} WAD/s (${formatFixed(value * YEAR, 16, 2)} %/year)`;
    case "wad":
      return trimmed(value, WAD_DECIMALS);
    case "money":
      return `${trimmed(value, decimals)}${symbol === undefined ? "" : ` ${symbol}`}`;
    case "flag":
      return value === 0n ? "no" : "yes";
    case "integer":
    case "address":
      return value.toString();
  }
}

type Refuse = (hint: string) => GovernanceError;

function parseRatio(text: string, bad: Refuse): bigint {
  const match = /^(-?[\d.]+)\s*(%|bps)?$/i.exec(text);
  if (match === null) throw bad("ratio: write 0.80, 80% or 8000bps");
  const [, figure = "", suffix = ""] = match;
  const decimals = suffix === "%" ? BPS_DECIMALS - 2 : suffix === "" ? BPS_DECIMALS : 0;
  const bps = parseFixed(figure, decimals);
  if (bps < 0n) throw bad("ratio: it is negative");
  if (bps > MOST_RATIO_BPS) throw bad(`sane ratio: it is ${formatFixed(bps, 2, 0)} %; write 0.80, 80% or 8000bps`);
  return bps;
}

function parseSeconds(text: string, bad: Refuse): bigint {
  if (/^0[wdhms]?$/.test(text)) return 0n;
  if (!/^(\d+[wdhms])+$/.test(text)) throw bad("duration: write 90s, 30m, 48h, 2d, 1w or 1d12h");
  return [...text.matchAll(/(\d+)([wdhms])/g)].reduce(
    (total, [, count = "0", letter = "s"]) => total + BigInt(count) * (SECONDS[letter] ?? 1n),
    0n,
  );
}

function parseRate(text: string, bad: Refuse): bigint {
  const perSecond = /^(\d+)\s*wad\/s$/i.exec(text);
  if (perSecond !== null) return BigInt(perSecond[1] ?? "0");
  const perYear = /^([\d.]+)\s*%\/(?:y|year)$/i.exec(text);
  if (perYear === null) throw bad("rate: write 5%/year, or 1585489599wad/s");
  return parseFixed(perYear[1] ?? "", 16) / YEAR;
}

/** A size in whole units, or a factor: 20,000 or 0.015. */
function parseWad(text: string, bad: Refuse): bigint {
  if (!/^(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/.test(text)) throw bad("size or factor: write 20,000 or 0.015");
  return parseFixed(text.replaceAll(",", ""), WAD_DECIMALS);
}

function parseMoney(text: string, { decimals = 0, symbol }: Scale, bad: Refuse): bigint {
  const match = /^(-?[\d_,]+(?:\.\d+)?)\s*([A-Za-z][\w.₮]*)?$/.exec(text);
  if (match === null) throw bad(`sum of ${symbol ?? "money"}`);
  const [, figure = "", unit] = match;
  if (unit !== undefined && symbol !== undefined && unit.toLowerCase() !== symbol.toLowerCase()) {
    throw bad(`sum of ${symbol}: it says ${unit}`);
  }
  if (figure.includes(",") && !/^\d{1,3}(,\d{3})*(\.\d+)?$/.test(figure)) throw bad("sum with commas at the thousands");
  const value = parseScaled(figure.replace(/[_,]/g, ""), decimals);
  if (value < 0n) throw bad("sum: it is negative");
  return value;
}

/** As `parseFixed`; with negative decimals the figure must be a multiple of the unit. */
function parseScaled(text: string, decimals: number): bigint {
  if (decimals >= 0) return parseFixed(text, decimals);
  const unit = 10n ** BigInt(-decimals);
  const value = parseFixed(text, 0);
  if (value % unit !== 0n) throw new FixedPointError(text, decimals);
  return value / unit;
}

function parseFlag(text: string, bad: Refuse): bigint {
  if (/^(yes|true|on)$/i.test(text)) return 1n;
  if (/^(no|false|off)$/i.test(text)) return 0n;
  throw bad("yes or no");
}

/** 93784 as 1d2h3m4s. */
export function formatSeconds(value: bigint): string {
  let rest = value;
  let text = "";
  for (const letter of ["d", "h", "m", "s"]) {
    const size = SECONDS[letter] ?? 1n;
    if (rest >= size) text += `${rest / size}${letter}`;
    rest %= size;
  }
  return text === "" ? "0s" : text;
}

/** All decimals that say something, thousands apart. */
function trimmed(value: bigint, decimals: number): string {
  if (decimals < 0) return formatFixed(value * 10n ** BigInt(-decimals), 0, 0);
  const text = formatFixed(value, decimals, decimals);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
