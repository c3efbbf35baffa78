/**
 * Where a margin account stands at the prices of a block: the vault's own arithmetic, a second time, in whole numbers. An
 * account changes only by events that name it, and markets are read at every block, so the figures are exact.
 */
import { ceilDiv, floorDiv, maintenanceMargin, notional, tradeCost, WAD } from "../../lib/margin-math.ts";
import { type AccountRow, type Leg, type Market } from "./margin-rows.ts";

export interface Standing {
  readonly equityAssets: bigint;
  readonly maintenanceAssets: bigint;
  /** Equity / maintenance, WAD; zero below no equity; very much without positions. */
  readonly healthWad: bigint;
  /** What would be written off now; zero unless every live source says that the equity is negative. */
  readonly shortfallAssets: bigint;
  /** A second source forbids, or disputes, a loss that the primary shows. */
  readonly isDisputed: boolean;
  /** Open markets, the largest notional first. */
  readonly markets: readonly number[];
  readonly notionalAssets: bigint;
}

const WAD_SQUARED = WAD * WAD;
const PLENTY = WAD * WAD;

/** Undefined where a price source does not answer. */
export function standingOf(
  { marginAssets, deficitAssets }: AccountRow,
  legs: readonly Leg[],
  markets: readonly Market[],
): Standing | undefined {
  const free = marginAssets - deficitAssets;
  let [equity, highEquity, left, maintenance, isBlocked] = [free, free, free, 0n, false];
  const sizes: { marketId: number; assets: bigint }[] = [];
  for (const { marketId, sizeWad, basis } of legs) {
    const market = markets[marketId];
    if (market?.failure !== "") return undefined;
    const { primaryWad, lowWad, highWad, fundingIndex, skewWad, skewScaleWad } = market;
    const profitAt = (price: bigint) => floorDiv(sizeWad * (price - fundingIndex) - basis, WAD_SQUARED);
    const cost = skewScaleWad === 0n ? -sizeWad * primaryWad : tradeCost(-sizeWad, skewWad, skewScaleWad, primaryWad);
    equity += profitAt(primaryWad);
    highEquity += profitAt(sizeWad > 0n ? highWad : lowWad);
    left += floorDiv(-sizeWad * fundingIndex - cost - basis, WAD_SQUARED);
    maintenance += maintenanceMargin(rulesOf(market), sizeWad, primaryWad);
    isBlocked ||= market.blocksLoss;
    sizes.push({ marketId, assets: notional(sizeWad, primaryWad) });
  }
  sizes.sort((one, other) => (one.assets < other.assets ? 1 : one.assets > other.assets ? -1 : 0));
  const kindest = left > equity ? left : equity;
  const badDebt = kindest < 0n ? -kindest : 0n;
  return {
    ...{ equityAssets: equity, maintenanceAssets: maintenance },
    healthWad: equity < 0n ? 0n : maintenance === 0n ? PLENTY : (equity * WAD) / maintenance,
    shortfallAssets: highEquity < 0n ? badDebt : 0n,
    isDisputed: badDebt > 0n && (isBlocked || highEquity >= 0n),
    markets: sizes.map(({ marketId }) => marketId),
    notionalAssets: sizes.reduce((sum, { assets }) => sum + assets, 0n),
  };
}

/** What the maintenance margin needs of a market's rules. */
function rulesOf({ maintenanceWad, depthWad }: Market) {
  return { maintenanceWad, depthWad, initialMultipleWad: 0n, maxJumpWad: 0n, volatilityWeightWad: 0n };
}

/** Price at which an account's equity is about `targetAssets`, moving one market alone; undefined if none is. */
export function priceForEquity(
  account: AccountRow,
  legs: readonly Leg[],
  markets: readonly Market[],
  marketId: number,
  targetAssets: bigint,
): bigint | undefined {
  const leg = legs.find((one) => one.marketId === marketId);
  const market = markets[marketId];
  const standing = standingOf(account, legs, markets);
  if (leg === undefined || market === undefined || standing === undefined || leg.sizeWad === 0n) return undefined;
  // The equity is linear in the price.
  const price = market.primaryWad + ceilDiv((targetAssets - standing.equityAssets) * WAD_SQUARED, leg.sizeWad);
  return price > 0n ? price : undefined;
}
