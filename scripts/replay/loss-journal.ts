/** What a transaction must have written about losses, and the comparison with what it did write, to the unit. */
import { eventsOf, type Mined } from "../lib/chain.ts";
import { type EpochAssets } from "../lib/loss-epochs.ts";
import { type Provision } from "../lib/provision.ts";
import { type Fill } from "../lib/standing-bids.ts";
import { type LossWorld } from "./world.ts";

/** Expectations of one transaction. Assets in asset units, tokens in token units. */
export interface Journal {
  readonly vaultCharges: EpochAssets[];
  readonly vaultCredits: EpochAssets[];
  readonly fundCharges: EpochAssets[];
  readonly fundCredits: EpochAssets[];
  readonly taken: (Provision & { readonly id: bigint })[];
  readonly given: (Provision & { readonly id: bigint })[];
  readonly fills: (Fill & { readonly id: bigint })[];
  readonly offered: { readonly id: bigint; readonly tokens: bigint }[];
  /** Lots that were closed, with what was left of them. */
  readonly settled: { readonly id: bigint; readonly tokens: bigint }[];
}

/** The contracts and the books kept beside them disagree. */
export class BooksMismatch extends Error {
  override readonly name = "BooksMismatch";
}

export function newJournal(): Journal {
  return {
    vaultCharges: [],
    vaultCredits: [],
    fundCharges: [],
    fundCredits: [],
    taken: [],
    given: [],
    fills: [],
    offered: [],
    settled: [],
  };
}

/** Ends the replay unless the transaction wrote exactly what the journal says. */
export function compareJournal(world: LossWorld, mined: Mined, journal: Journal): void {
  const { vault, fund, engine, underwriters, debtAuction } = world;
  const wrote = (emitter: Parameters<typeof eventsOf>[1], event: string, ...fields: string[]): string[] =>
    eventsOf(mined, emitter, event).map(({ args }) => fields.map((field) => String(args[field])).join(" "));
  const failed = wrote(engine, "TrancheFailed", "id", "tranche");
  if (failed.length > 0) throw new BooksMismatch(`a layer of the waterfall failed: ${failed.join(", ")}`);

  compare("charged to lenders", wrote(vault, "LossCharged", "epoch", "chargedAssets"), epochs(journal.vaultCharges));
  compare("charged to stakers", wrote(fund, "LossCharged", "epoch", "chargedAssets"), epochs(journal.fundCharges));
  compare("credited to lenders", wrote(vault, "RecoveryCredited", "epoch", "assets"), epochs(journal.vaultCredits));
  compare("credited to stakers", wrote(fund, "RecoveryCredited", "epoch", "assets"), epochs(journal.fundCredits));
  compare(
    "set apart",
    wrote(vault, "Provisioned", "id", "fromReserves", "earmarked", "charged"),
    journal.taken.map(provision),
  );
  compare(
    "given back",
    wrote(vault, "ProvisionReleased", "id", "toReserves", "toFund", "toLenders"),
    journal.given.map(provision),
  );
  compare(
    "bids filled",
    wrote(underwriters, "Filled", "id", "level", "assets", "tokens"),
    journal.fills.map(({ id, level, assets, tokens }) => [id, level, assets, tokens].join(" ")),
  );
  compare(
    "tokens offered",
    wrote(debtAuction, "LotOpened", "id", "tokens"),
    journal.offered.map(({ id, tokens }) => `${id} ${tokens}`),
  );
  compare(
    "tokens left over",
    wrote(debtAuction, "LotSettled", "id", "unsoldTokens"),
    journal.settled.map(({ id, tokens }) => `${id} ${tokens}`),
  );
}

function epochs(changes: readonly EpochAssets[]): string[] {
  return changes.map(({ epoch, assets }) => `${epoch} ${assets}`);
}

function provision({ id, reserves, earmarked, charged }: Provision & { readonly id: bigint }): string {
  return [id, reserves, earmarked, charged].join(" ");
}

function compare(what: string, actual: readonly string[], expected: readonly string[]): void {
  if (actual.join(", ") !== expected.join(", ")) {
    throw new BooksMismatch(`${what}: contracts [${actual.join(", ")}], computed [${expected.join(", ")}]`);
  }
}
