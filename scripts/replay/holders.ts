/**
 * Whoever can be charged by a loss: lenders of the vault, stakers of the fund. What each was charged, and what it may
 * claim, is computed here from its own share balance at each loss, apart from the contracts.
 */
import { eventsOf, type Mined } from "../lib/chain.ts";
import { type LossEpochs } from "../lib/loss-epochs.ts";
import { sum } from "../lib/units.ts";
import { type LossWorld } from "./world.ts";

/** One epoch in which a holder was charged. Assets in asset units, shares in share units. */
export interface HolderEpoch {
  readonly charged: bigint;
  readonly shares: bigint;
  /** All shares that bore the loss. */
  readonly epochShares: bigint;
  claimed: bigint;
}

/** A lender or a staker. */
export interface Holder {
  readonly name: string;
  readonly account: string;
  shares: bigint;
  /** Charged by all loss epochs so far, each rounded down. */
  charged: bigint;
  claimed: bigint;
  readonly epochs: Map<bigint, HolderEpoch>;
}

/** A holder was paid something else than its shares make of what came back. */
export class ClaimMismatch extends Error {
  override readonly name = "ClaimMismatch";
}

/** Epochs whose recoveries are claimed in one transaction. */
const CLAIMS_PER_CALL = 100;

/** A holder who has not been charged yet. */
export function newHolder(name: string, account: string, shares: bigint): Holder {
  return { name, account, shares, charged: 0n, claimed: 0n, epochs: new Map() };
}

/** Books the losses of a transaction: each holder bears the part of its shares. */
export function noticeCharges(
  mined: Mined,
  by: LossWorld["vault"] | LossWorld["fund"],
  holders: readonly Holder[],
): void {
  for (const { args } of eventsOf(mined, by, "LossCharged")) {
    const {
      epoch,
      chargedAssets,
      shares: epochShares,
    } = args as unknown as Record<"epoch" | "chargedAssets" | "shares", bigint>;
    for (const holder of holders) {
      if (holder.shares === 0n) continue;
      const charged = (chargedAssets * holder.shares) / epochShares;
      holder.epochs.set(epoch, { charged, shares: holder.shares, epochShares, claimed: 0n });
      holder.charged += charged;
    }
  }
}

/** Every holder claims what has come back for its epochs, gone or not, and must be paid exactly its part. */
export async function claimRecoveries(
  world: LossWorld,
  from: LossWorld["vault"] | LossWorld["fund"],
  holders: readonly Holder[],
  books: LossEpochs,
): Promise<void> {
  for (const holder of holders) {
    const epochs = [...holder.epochs.keys()];
    for (let first = 0; first < epochs.length; first += CLAIMS_PER_CALL) {
      const some = epochs.slice(first, first + CLAIMS_PER_CALL);
      const call = from.claimRecovery.populateTransaction(holder.account, some, holder.account);
      const mined = await world.chain.send(holder.account, call);
      for (const { args } of eventsOf(mined, from, "RecoveryClaimed")) {
        const { epoch, assets } = args as unknown as { epoch: bigint; assets: bigint };
        const entry = holder.epochs.get(epoch);
        if (entry === undefined) throw new ClaimMismatch(`${holder.name} was never charged in epoch ${epoch}`);
        entry.claimed += assets;
        holder.claimed += assets;
      }
    }
    for (const [epoch, { shares, epochShares, claimed }] of holder.epochs) {
      const expected = (books.recoveredIn(epoch) * shares) / epochShares;
      if (claimed !== expected) {
        throw new ClaimMismatch(`${holder.name} claimed ${claimed} for epoch ${epoch}, computed ${expected}`);
      }
    }
  }
}

/** What all holders together were charged in some epochs, and have claimed for them. */
export function inEpochs(
  holders: readonly Holder[],
  epochs: readonly bigint[],
): { readonly charged: bigint; readonly claimed: bigint } {
  const entries = holders.flatMap((holder) => epochs.map((epoch) => holder.epochs.get(epoch)));
  const known = entries.filter((entry) => entry !== undefined);
  return { charged: sum(known, ({ charged }) => charged), claimed: sum(known, ({ claimed }) => claimed) };
}
