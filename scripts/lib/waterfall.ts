/**
 * The waterfall's arithmetic once more, in TypeScript and from the definition instead of from the contract's code: a
 * loss fills layers in order, money that comes back fills the same layers in reverse. Contracts, replays and tests are
 * compared with these functions to the unit. All figures are integers in the asset's smallest unit.
 */
import { min } from "./units.ts";

/** Who paid what of one bad debt. */
export interface Layers {
  readonly reserves: bigint;
  readonly insurance: bigint;
  readonly dilutionCash: bigint;
  readonly socialized: bigint;
}

/** What each layer could pay at the moment of a bad debt. */
export interface Capacities {
  /** Fees the vault has earned and not paid out. */
  readonly reserves: bigint;
  /** Most that insurance can pay: held, earmarks off, and free in both leaky buckets. */
  readonly insurance: bigint;
  /** Most that dilution can pay in cash at once. */
  readonly dilutionCash: bigint;
}

/** A bad debt as it arrives at the top of the waterfall. */
export interface BadDebt {
  readonly badDebt: bigint;
  /** Part of it that insurance may pay for: aged principal. */
  readonly insurable: bigint;
}

/** Splits a bad debt: reserves, then insurance for the insurable part, then dilution, then the lenders. */
export function splitLoss(loss: BadDebt, capacity: Capacities): Layers {
  let shortfall = loss.badDebt;
  const take = (most: bigint): bigint => {
    const taken = min(shortfall, most);
    shortfall -= taken;
    return taken;
  };
  const reserves = take(capacity.reserves);
  const insurance = take(min(capacity.insurance, loss.insurable));
  const dilutionCash = take(capacity.dilutionCash);
  return { reserves, insurance, dilutionCash, socialized: shortfall };
}

/** Sum of the layers; equals the bad debt in every write-off. */
export function totalOf(layers: Layers): bigint {
  return layers.reserves + layers.insurance + layers.dilutionCash + layers.socialized;
}

/** Two losses together, layer by layer. */
export function addLayers(one: Layers, other: Layers): Layers {
  return {
    reserves: one.reserves + other.reserves,
    insurance: one.insurance + other.insurance,
    dilutionCash: one.dilutionCash + other.dilutionCash,
    socialized: one.socialized + other.socialized,
  };
}

/** One write-off as the ladder that returning money climbs, from the first to be paid back to the last. */
export interface Ladder extends Layers {
  /** Paid to the lenders by the sale of tokens: no longer owed to them, but to dilution. */
  readonly auctionProceeds: bigint;
  /** Sent on upwards by dilution, which had received it and found no token to buy back. */
  readonly returned: bigint;
}

/** What each layer has received, or receives. */
export interface Climb {
  readonly toLenders: bigint;
  readonly toDilution: bigint;
  readonly toInsurance: bigint;
  readonly toReserves: bigint;
}

/**
 * Where `recovered` assets stand on the ladder in total: lenders first, then dilution, insurance, reserves. What
 * dilution has received counts as received even when it sent it on, so it is never handed the same money twice.
 */
export function standing(ladder: Ladder, recovered: bigint): Climb {
  let left = recovered;
  const take = (most: bigint): bigint => {
    const taken = min(left, most);
    left -= taken;
    return taken;
  };
  const toLenders = take(ladder.socialized - ladder.auctionProceeds);
  const toDilution = take(ladder.dilutionCash + ladder.auctionProceeds) - ladder.returned;
  left += ladder.returned;
  const toInsurance = take(ladder.insurance);
  const toReserves = take(ladder.reserves + ladder.returned);
  if (left > 0n) throw new RangeError(`${recovered} recovered is ${left} more than was written off`);
  return { toLenders, toDilution, toInsurance, toReserves };
}

/** Where `assets` that arrive now go, after `recovered` have arrived before. */
export function climb(ladder: Ladder, recovered: bigint, assets: bigint): Climb {
  return difference(standing(ladder, recovered + assets), standing(ladder, recovered));
}

/** Where `assets` go that dilution sends on upwards; `toDilution` is negative by that sum. */
export function climbOn(ladder: Ladder, recovered: bigint, assets: bigint): Climb {
  const afterwards = standing({ ...ladder, returned: ladder.returned + assets }, recovered);
  return difference(afterwards, standing(ladder, recovered));
}

function difference(after: Climb, before: Climb): Climb {
  return {
    toLenders: after.toLenders - before.toLenders,
    toDilution: after.toDilution - before.toDilution,
    toInsurance: after.toInsurance - before.toInsurance,
    toReserves: after.toReserves - before.toReserves,
  };
}
