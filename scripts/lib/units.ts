/**
 * Fixed-point money: parsing, formatting and rounding of `bigint` figures. Nothing here, and nothing that uses it,
 * holds money in a floating-point number; only a chart converts, at its very edge, with `toChartNumber`.
 */

/** 1.0 in WAD. */
export const WAD = 10n ** 18n;
/** 100 % in basis points. */
export const BPS = 10_000n;

/** A text that should have been a fixed-point number is not one. */
export class FixedPointError extends Error {
  override readonly name = "FixedPointError";

  constructor(text: string, decimals: number) {
    super(`"${text}" is not a decimal number with at most ${decimals} decimals`);
  }
}

/**
 * Reads a decimal text exactly.
 * @param text digits, optionally a sign and a point: "194.61"
 * @param decimals decimals of the result's unit
 * @returns `text` x 10^decimals
 */
export function parseFixed(text: string, decimals: number): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[3] ?? "";
  if (match === null || fraction.length > decimals) throw new FixedPointError(text, decimals);
  const magnitude = BigInt(`${match[2] ?? ""}${fraction.padEnd(decimals, "0")}`);
  return match[1] === "-" ? -magnitude : magnitude;
}

/** Quotient rounded half away from zero. `denominator` must be positive. */
export function divRound(numerator: bigint, denominator: bigint): bigint {
  const half = denominator / 2n;
  return (numerator < 0n ? numerator - half : numerator + half) / denominator;
}

/**
 * Writes a fixed-point figure for people: thousands separated by commas, rounded to `places`.
 * @param value figure in units of 10^-decimals
 * @param decimals decimals of that unit
 * @param places decimals to show
 */
export function formatFixed(value: bigint, decimals: number, places = 2): string {
  const scaled =
    places < decimals ? divRound(value, 10n ** BigInt(decimals - places)) : value * 10n ** BigInt(places - decimals);
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = places === 0 ? "" : `.${digits.slice(-places)}`;
  return `${scaled < 0n ? "-" : ""}${whole}${fraction}`;
}

/**
 * Part of a whole as a percentage text.
 * @param places decimals to show
 */
export function formatPercent(part: bigint, whole: bigint, places = 1): string {
  if (whole === 0n) return "–";
  return `${formatFixed(divRound(part * 10n ** BigInt(places + 2), whole), places, places)} %`;
}

/** The smaller of two figures. */
export function min(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}

/** The larger of two figures. */
export function max(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}

/** Sum of a figure over a list. */
export function sum<T>(items: readonly T[], figure: (item: T) => bigint): bigint {
  return items.reduce((total, item) => total + figure(item), 0n);
}

/**
 * The drawing edge: a figure as a floating-point number for a chart's axis, never for a calculation.
 * @param decimals decimals of the figure's unit
 */
export function toChartNumber(value: bigint, decimals: number): number {
  // Six places are more than any chart can show.
  const shown = divRound(value * 1_000_000n, 10n ** BigInt(decimals));
  return Number(shown) / 1_000_000;
}
