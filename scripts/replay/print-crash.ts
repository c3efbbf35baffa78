/** What a crash says on the terminal about losses that were known early, standing bids, and who was paid back. */
import { printedTable } from "../lib/table.ts";
import { type Provision } from "../lib/provision.ts";
import { formatFixed, sum } from "../lib/units.ts";
import { type CrashRun } from "./crash.ts";
import { type LedgerMirror } from "./ledger-mirror.ts";
import { type PaidBack } from "./paid-back.ts";
import { provisionOutcome } from "./provision-outcome.ts";
import { daysBetween, type Restructured } from "./restructuring.ts";
import { formatMoment, type MoneyFormat } from "./report/money.ts";

const TOKEN_DECIMALS = 18;
const NONE = "–";

/** Provisions, a false alarm, debtors who paid back and one who was forgiven, by layer. */
export function earlyTable(
  mirror: LedgerMirror,
  money: MoneyFormat,
  paidBack: readonly PaidBack[] = [],
  restructured?: Restructured,
): string {
  const { taken, used, givenBack, falseAlarms } = provisionOutcome(mirror);
  const row = (what: string, { reserves, earmarked, charged }: Provision): string[] => [
    what,
    money.bare(reserves),
    money.bare(earmarked),
    NONE,
    money.bare(charged),
  ];
  const early = [row("Set apart for known losses", taken), row("  became final", used), row("  given back", givenBack)];
  const alarms = falseAlarms
    .slice(0, 1)
    .flatMap((alarm) => [row("A false alarm: set apart", alarm.taken), row("  given back", alarm.givenBack)]);
  const debtors = paidBack.map(({ borrower, received }) => [
    `Repaid by borrower ${borrower}`,
    money.bare(received.toReserves),
    money.bare(received.toInsurance),
    money.bare(received.toDilution),
    money.bare(received.toLenders),
  ]);
  return printedTable(
    [
      { heading: `In ${money.symbol}`, width: 27 },
      { heading: "Reserves", width: 8, number: true },
      { heading: "Insurance", width: 9, number: true },
      { heading: "Dilution", width: 8, number: true },
      { heading: "Lenders", width: 9, number: true },
    ],
    [...early, ...alarms, ...debtors, ...forgivenRows(restructured, money)],
    early.length,
    early.length + alarms.length,
    early.length + alarms.length + debtors.length,
  );
}

function forgivenRows(restructured: Restructured | undefined, money: MoneyFormat): string[][] {
  if (restructured === undefined) return [];
  const { borrower, layers } = restructured;
  return [
    [
      `Forgiven to borrower ${borrower}`,
      money.bare(layers.reserves),
      money.bare(layers.insurance),
      money.bare(layers.dilutionCash),
      money.bare(layers.socialized),
    ],
  ];
}

/** The bids, one line each. */
export function underwritersTable(
  { underwriters, tokenSymbol }: Pick<CrashRun, "underwriters" | "tokenSymbol">,
  money: MoneyFormat,
): string {
  const rows = underwriters.all.map(({ name, price, committed, left, tokens }) => [
    name,
    money.bare(price),
    money.bare(committed),
    money.bare(committed - left),
    formatFixed(tokens, TOKEN_DECIMALS),
  ]);
  const all = [
    "All",
    "",
    money.bare(sum(underwriters.all, ({ committed }) => committed)),
    money.bare(sum(underwriters.all, ({ committed, left }) => committed - left)),
    formatFixed(
      sum(underwriters.all, ({ tokens }) => tokens),
      TOKEN_DECIMALS,
    ),
  ];
  return printedTable(
    [
      { heading: "Standing bids", width: 15 },
      { heading: `Bid per ${tokenSymbol}`, width: 12, number: true },
      { heading: `Committed`, width: 11, number: true },
      { heading: "Filled", width: 11, number: true },
      { heading: `${tokenSymbol} received`, width: 13, number: true },
    ],
    [...rows, all],
    rows.length,
  );
}

/** Lines about them. */
export function earlyFacts(run: CrashRun, money: MoneyFormat): (readonly [label: string, value: string])[] {
  const { debts, falseAlarms } = provisionOutcome(run.mirror);
  const { paidBack, restructured, underwriters } = run;
  const facts: (readonly [string, string])[] = [
    [
      "Provisions",
      `${debts} debts impaired at once, ${falseAlarms.length} of them false alarms: all given back to those charged`,
    ],
  ];
  const [alarm] = falseAlarms;
  if (alarm !== undefined) {
    const times = `${formatMoment(alarm.from)} to ${formatMoment(alarm.until)} UTC`;
    facts.push(["False alarm", `the one that charged lenders most lasted from ${times}`]);
  }
  for (const { borrower, paid, refusal, borrowedAgain } of paidBack) {
    facts.push([
      "Paid back",
      `borrower ${borrower} paid ${money.full(paid)}: before, a new loan was refused (${refusal.error}), afterwards it took ${money.bare(borrowedAgain)}`,
    ]);
  }
  const { borrower, principal, interest, debtAfter, announcedAt, executedAt } = restructured;
  facts.push([
    "Restructured",
    `borrower ${borrower}: ${money.bare(principal)} of principal and ${money.bare(interest)} of interest forgiven ${daysBetween(announcedAt, executedAt)} days after the announcement, ${money.bare(debtAfter)} stay owed`,
  ]);
  if (underwriters.panic !== undefined) {
    facts.push(["Bids", `an underwriter who wanted out without notice was told ${underwriters.panic.error}`]);
  }
  return facts;
}
