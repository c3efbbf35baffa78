/** The margin vault's side of the world: its own vault, fund and book of bids; everything else is the system's. */
import { type MarginVault } from "../../../types/ethers-contracts/index.ts";
import { deployAddition, governAddition, type MarginAddition } from "../../lib/add-margin.ts";
import { type LossWorld, type World } from "../world.ts";

/** File in deploy/parameters with the margin vault's figures. */
const PARAMETERS = "black-thursday-margin";

export interface MarginWorld extends LossWorld, Pick<World, "assetFeed" | "collateralInfo" | "marginLens"> {
  readonly vault: MarginVault;
}

/** Puts the contracts on the chain; to be called right after the system's deployment. */
export async function deployMarginWorld(system: World): Promise<MarginAddition> {
  return deployAddition(system, PARAMETERS);
}

/**
 * Lets governance open the vault: announced now, done when the governor's delay has passed.
 * @param answers first answers of both feeds, 8 decimals
 */
export async function openMarginWorld(
  system: World,
  margin: MarginAddition,
  answers: { readonly collateral: bigint; readonly asset: bigint },
): Promise<MarginWorld> {
  const { chain, assetFeed, collateralFeed } = system;
  await governAddition(system, margin, PARAMETERS, async () => {
    await assetFeed.publish({ updatedAt: chain.now + 1, answer: answers.asset });
    await collateralFeed.publish({ updatedAt: chain.now + 1, answer: answers.collateral });
  });
  return { ...system, ...margin, troupe: "margin " };
}

/** Asset units x 1e18 per whole ether at an answer of the feed (8 decimals): one dollar counts as one whole asset. */
export function priceWad({ assetInfo }: Pick<LossWorld, "assetInfo">, answer: bigint): bigint {
  return answer * 10n ** 10n * 10n ** BigInt(assetInfo.decimals);
}

/** Id of a round of the feed's proxy: its aggregator is the first, so the phase is one. */
export function proxyRound(round: number): bigint {
  return (1n << 64n) | BigInt(round);
}
