/** summary.json of a crash: the waterfall's figures, and what was known early, bid for, and paid back. */
import { type Provision } from "../lib/provision.ts";
import { sum } from "../lib/units.ts";
import { type CrashRun } from "./crash.ts";
import { type Holder } from "./holders.ts";
import { type LedgerMirror } from "./ledger-mirror.ts";
import { type PaidBack } from "./paid-back.ts";
import { type FalseAlarm, holdersOutcome, provisionOutcome } from "./provision-outcome.ts";
import { type Restructured } from "./restructuring.ts";
import { summarizeRun } from "./summary.ts";

/** Tokens minted in a crash: bought in auctions, and by standing bids within write-offs. Token units. */
export function tokensMinted({ buyer, mirror }: Pick<CrashRun, "buyer" | "mirror">): bigint {
  return sum(buyer.purchases, ({ tokens }) => tokens) + mirror.books.dilution.filledTokens;
}

/** Money in base units, tokens in units of 10^-18, all as decimal strings; times in unix seconds. */
export function crashSummary(run: CrashRun) {
  return {
    ...summarizeRun(run, tokensMinted(run)),
    ...provisionSummary(run),
    underwriters: run.underwriters.all.map(({ name, price, committed, left, tokens }) => ({
      name,
      price: price.toString(),
      committed: committed.toString(),
      filled: (committed - left).toString(),
      tokens: tokens.toString(),
    })),
    paidBack: run.paidBack.map(paidBackSummary),
    restructuring: restructuringSummary(run.restructured),
  };
}

/** What was set apart before it was final, and one loss that never came. */
export function provisionSummary(run: Charged) {
  const { debts, taken, used, givenBack, falseAlarms } = provisionOutcome(run.mirror);
  const [largest] = falseAlarms;
  return {
    provisions: {
      debts,
      falseAlarms: falseAlarms.length,
      setApart: layers(taken),
      becameFinal: layers(used),
      givenBack: layers(givenBack),
    },
    falseAlarm: largest === undefined ? null : alarmSummary(run, largest),
  };
}

/** The parts of a run that were charged, and the books about it. */
interface Charged {
  readonly mirror: LedgerMirror;
  readonly lenders: { readonly all: readonly Holder[] };
  readonly stakers: { readonly all: readonly Holder[] };
}

function alarmSummary({ mirror, lenders, stakers }: Charged, alarm: FalseAlarm) {
  const holders = holdersOutcome(alarm.id, mirror, lenders.all, stakers.all);
  return {
    id: alarm.id.toString(),
    from: alarm.from,
    until: alarm.until,
    setApart: layers(alarm.taken),
    givenBack: layers(alarm.givenBack),
    lenders: { charged: holders.lenders.charged.toString(), claimedBack: holders.lenders.claimed.toString() },
    stakers: { charged: holders.stakers.charged.toString(), claimedBack: holders.stakers.claimed.toString() },
  };
}

function paidBackSummary(paidBack: PaidBack) {
  const { toReserves, toInsurance, toDilution, toLenders } = paidBack.received;
  return {
    borrower: paidBack.borrower,
    ids: paidBack.ids.map(String),
    refusedBefore: paidBack.refusal.error,
    paid: paidBack.paid.toString(),
    toLenders: toLenders.toString(),
    toDilution: toDilution.toString(),
    toInsurance: toInsurance.toString(),
    toReserves: toReserves.toString(),
    borrowedAgain: paidBack.borrowedAgain.toString(),
  };
}

function restructuringSummary({ layers: paid, ...restructured }: Restructured) {
  return {
    borrower: restructured.borrower,
    id: restructured.id.toString(),
    announcedAt: restructured.announcedAt,
    executedAt: restructured.executedAt,
    principal: restructured.principal.toString(),
    interest: restructured.interest.toString(),
    badDebt: restructured.badDebt.toString(),
    reserves: paid.reserves.toString(),
    insurance: paid.insurance.toString(),
    dilutionCash: paid.dilutionCash.toString(),
    socialized: paid.socialized.toString(),
    debtBefore: restructured.debtBefore.toString(),
    debtAfter: restructured.debtAfter.toString(),
  };
}

function layers({ reserves, earmarked, charged }: Provision) {
  return { reserves: reserves.toString(), insurance: earmarked.toString(), lenders: charged.toString() };
}
