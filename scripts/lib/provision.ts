/**
 * What is set apart for a loss that is known but not final, from the definition: first free reserves, then what
 * insurance may and can set apart, then a charge to the lenders. Giving back goes the other way. Asset units.
 */
import { max, min } from "./units.ts";

/** What is set apart for one debt, by where it came from. */
export interface Provision {
  readonly reserves: bigint;
  readonly earmarked: bigint;
  readonly charged: bigint;
}

/** Nothing set apart. */
export const NO_PROVISION: Provision = { reserves: 0n, earmarked: 0n, charged: 0n };

/** A loss as it is expected now. */
export interface Expected {
  readonly shortfall: bigint;
  /** Part of it that insurance may pay for. */
  readonly insurable: bigint;
}

/** What can be set apart at this moment. */
export interface Means {
  readonly reserves: bigint;
  /** Money of the fund, and what its draw limits allow. */
  readonly fundCash: bigint;
  readonly drawable: bigint;
  /** All that belongs to the lenders. */
  readonly lendersAssets: bigint;
}

/** One part in so many is never set apart: what may be a false alarm must not end a share price. */
const UNTOUCHED_DIVISOR = 1_000n;

/** All of a provision. */
export function provisionTotal({ reserves, earmarked, charged }: Provision): bigint {
  return reserves + earmarked + charged;
}

/** What is taken on top of `held` for a loss that has grown to `expected`. */
export function takeMore(held: Provision, { shortfall, insurable }: Expected, means: Means): Provision {
  const missing = max(0n, shortfall - provisionTotal(held));
  const reserves = min(missing, means.reserves);
  const earmarkable = min(mostOf(means.fundCash), means.drawable);
  const earmarked = min(min(missing - reserves, max(0n, insurable - held.earmarked)), earmarkable);
  const charged = min(missing - reserves - earmarked, mostOf(means.lendersAssets));
  return { reserves, earmarked, charged };
}

/** What is given back of `held` for a loss that has fallen to `shortfall`. */
export function giveBack(held: Provision, shortfall: bigint): Provision {
  const surplus = max(0n, provisionTotal(held) - shortfall);
  const charged = min(held.charged, surplus);
  const earmarked = min(held.earmarked, surplus - charged);
  return { reserves: surplus - charged - earmarked, earmarked, charged };
}

/** Sum (or with `sign` -1n difference) of two provisions. */
export function combined(one: Provision, other: Provision, sign: 1n | -1n = 1n): Provision {
  return {
    reserves: one.reserves + sign * other.reserves,
    earmarked: one.earmarked + sign * other.earmarked,
    charged: one.charged + sign * other.charged,
  };
}

function mostOf(assets: bigint): bigint {
  return assets - (assets + UNTOUCHED_DIVISOR - 1n) / UNTOUCHED_DIVISOR;
}
