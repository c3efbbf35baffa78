/**
 * What turns up after the crash: outside money for some write-offs, paid to the engine, which sends it up the
 * waterfall: lenders, dilution (which buys tokens back), insurance, reserves.
 */
import { BPS } from "../lib/units.ts";
import { type Buybacks } from "./actors/buybacks.ts";
import { type LedgerEntry, type LedgerMirror } from "./ledger-mirror.ts";
import { type RecoveryPlan } from "./scenarios/types.ts";
import { fundedActor, type LossWorld } from "./world.ts";

/** Pays in what the plan says for the write-offs it chooses. */
export async function returnFunds(
  world: LossWorld,
  plan: Pick<RecoveryPlan, "at" | "sharesBps">,
  mirror: LedgerMirror,
  buybacks: Buybacks,
): Promise<void> {
  const { chain, vault, engine } = world;
  chain.advanceTo(plan.at);
  const entries = chosen(mirror.outstanding(), plan.sharesBps.length);
  for (const [index, { id }] of entries.entries()) {
    const assets = ((await engine.outstanding(vault, id)) * (plan.sharesBps[index] ?? 0n)) / BPS;
    if (assets === 0n) continue;
    const payer = await fundedActor(world, "payer of returned funds", assets, await engine.getAddress());
    const mined = await chain.send(payer, engine.recover.populateTransaction(vault, id, assets));
    mirror.follow(mined);
    buybacks.notice(mined);
  }
}

/** The write-off of which insurance paid most, then those whose lenders are still owed most. */
function chosen(entries: readonly LedgerEntry[], count: number): LedgerEntry[] {
  const insured = entries.reduce((most, one) => (one.insurance > most.insurance ? one : most));
  const owed = ({ socialized, auctionProceeds, recovered }: LedgerEntry): bigint =>
    socialized - auctionProceeds - recovered;
  const others = entries
    .filter((entry) => entry !== insured)
    .sort((left, right) => (owed(left) < owed(right) ? 1 : -1));
  return [insured, ...others].slice(0, count);
}
