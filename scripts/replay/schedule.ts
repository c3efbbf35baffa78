import { WAD } from "../lib/units.ts";
import { type FeedRound } from "./prices.ts";
import { type ScenarioBase } from "./scenarios/types.ts";
import { type World } from "./world.ts";

/** A round of one of the feeds that is still to come. */
export interface ScheduledRound {
  readonly round: FeedRound;
  readonly feed: "collateral" | "asset";
  readonly publish: () => Promise<void>;
}

/** Rounds of both feeds in order of time. */
export function scheduledRounds(world: World, { collateralRounds, assetRounds }: ScenarioBase): ScheduledRound[] {
  const { collateralFeed, assetFeed } = world;
  const ofCollateral = collateralRounds.map((round): ScheduledRound => {
    return { round, feed: "collateral", publish: () => collateralFeed.publish(round) };
  });
  const ofAsset = assetRounds.map((round): ScheduledRound => {
    return { round, feed: "asset", publish: () => assetFeed.publish(round, true) };
  });
  return [...ofCollateral, ...ofAsset].sort((left, right) => left.round.updatedAt - right.round.updatedAt);
}

/** Asset units per collateral unit at a scenario's first rounds, WAD. */
export function firstPriceWad({ assetInfo, collateralInfo }: World, scenario: ScenarioBase): bigint {
  const collateral = scenario.collateralRounds[0]?.answer ?? 0n;
  const asset = scenario.assetRounds[0]?.answer ?? 1n;
  return (collateral * WAD * 10n ** BigInt(assetInfo.decimals)) / (asset * 10n ** BigInt(collateralInfo.decimals));
}
