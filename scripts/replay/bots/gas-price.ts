/** What gas costs a bot of the replay, in the vault's asset: the keeper's own conversion. */
import { type GasPricer } from "../../keeper/executor/executor.ts";
import { weiInAssets } from "../../keeper/executor/fees.ts";
import { type Views } from "../../keeper/rpc/pool.ts";
import { type BotPlan } from "../scenarios/types.ts";
import { type LossWorld } from "../world.ts";
import { type Lookout } from "./lookout.ts";

/** Views are of the present whatever the hash. */
const NO_HASH = "";
/** From the feeds' 8 decimals to WAD. */
const FEED_TO_WAD = 10n ** 10n;

/** Asked of the vault's oracle where the coin is the collateral. */
export function gasPricer({ rpc, vault: { collaterals } }: Lookout, coin: BotPlan["gasCoin"]): GasPricer {
  const token = collaterals[0]?.token ?? "";
  return async (vault) => weiInAssets(rpc, NO_HASH, coin === "collateral" ? { token } : coin, vault);
}

/** The coin's price is the feed's latest answer, and a dollar is an asset. */
export function coinAtFeed(rpc: Views, { collateralFeed }: Pick<LossWorld, "collateralFeed">): GasPricer {
  return async (vault) => weiInAssets(rpc, NO_HASH, { assetsWad: collateralFeed.answer * FEED_TO_WAD }, vault);
}
