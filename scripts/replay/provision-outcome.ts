/**
 * What became of everything that was set apart for losses while they were not final: used for a write-off, given back, or
 * (were the replay to end in between) still held. A debt under which nothing was ever written off was a false alarm.
 */
import { combined, NO_PROVISION, type Provision, provisionTotal } from "../lib/provision.ts";
import { totalOf } from "../lib/waterfall.ts";
import { type Holder, inEpochs } from "./holders.ts";
import { type LedgerMirror } from "./ledger-mirror.ts";
import { type ProvisionStep } from "./loss-books.ts";

/** Sums over all debts. Asset units. */
export interface ProvisionOutcome {
  /** Debts for which something was set apart. */
  readonly debts: number;
  readonly taken: Provision;
  readonly used: Provision;
  readonly givenBack: Provision;
  /** Those that charged lenders most come first. */
  readonly falseAlarms: readonly FalseAlarm[];
}

/** A debt that was impaired and never written off. Asset units; seconds. */
export interface FalseAlarm {
  readonly id: bigint;
  readonly from: number;
  readonly until: number;
  readonly taken: Provision;
  readonly givenBack: Provision;
}

/** What the holders who were charged by a false alarm have in the end. Asset units. */
export interface HoldersOutcome {
  readonly lenders: { readonly charged: bigint; readonly claimed: bigint };
  readonly stakers: { readonly charged: bigint; readonly claimed: bigint };
}

export function provisionOutcome(mirror: LedgerMirror): ProvisionOutcome {
  const { steps } = mirror.books;
  const ids = [...new Set(steps.map(({ id }) => id))];
  const falseAlarms = ids
    .filter((id) => isFalseAlarm(mirror, id))
    .map((id) =>
      alarmOf(
        id,
        steps.filter((step) => step.id === id),
      ),
    )
    .sort((left, right) => (left.taken.charged < right.taken.charged ? 1 : -1));
  return {
    debts: ids.length,
    taken: total(steps, "taken"),
    used: total(steps, "used"),
    givenBack: total(steps, "given back"),
    falseAlarms,
  };
}

/** What holders were charged for `id`, and have claimed back. */
export function holdersOutcome(
  id: bigint,
  { books }: LedgerMirror,
  lenders: readonly Holder[],
  stakers: readonly Holder[],
): HoldersOutcome {
  return {
    lenders: inEpochs(lenders, books.vaultEpochs.epochsOf(id)),
    stakers: inEpochs(stakers, books.fundEpochs.epochsOf(id)),
  };
}

function isFalseAlarm({ entries, books }: LedgerMirror, id: bigint): boolean {
  const entry = entries.get(id);
  return entry !== undefined && totalOf(entry) === 0n && provisionTotal(books.provisionOf(id)) === 0n;
}

function alarmOf(id: bigint, steps: readonly ProvisionStep[]): FalseAlarm {
  return {
    id,
    from: steps[0]?.time ?? 0,
    until: steps.at(-1)?.time ?? 0,
    taken: total(steps, "taken"),
    givenBack: total(steps, "given back"),
  };
}

function total(steps: readonly ProvisionStep[], kind: ProvisionStep["kind"]): Provision {
  return steps
    .filter((step) => step.kind === kind)
    .reduce<Provision>((sums, step) => combined(sums, step), NO_PROVISION);
}
