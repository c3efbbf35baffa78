/** The report's tables of losses that were known before they were final, of standing bids, and of debts paid back. */
import { type Column, table } from "../../lib/report/page.ts";
import { type Provision, provisionTotal } from "../../lib/provision.ts";
import { formatFixed, sum } from "../../lib/units.ts";
import { type Underwriter } from "../actors/underwriters.ts";
import { type Holder } from "../holders.ts";
import { type LedgerMirror } from "../ledger-mirror.ts";
import { type PaidBack } from "../paid-back.ts";
import { type FalseAlarm, provisionOutcome } from "../provision-outcome.ts";
import { type Restructured } from "../restructuring.ts";
import { formatMoment, type MoneyFormat } from "./money.ts";

const TOKEN_DECIMALS = 18;

const text = (heading: string): Column => ({ heading });
const number = (heading: string): Column => ({ heading, number: true });

/** What was set apart, and what became of it. */
export function provisionsTable(mirror: LedgerMirror, money: MoneyFormat): string {
  const { taken, used, givenBack } = provisionOutcome(mirror);
  const row = (what: string, provision: Provision): string[] => [
    what,
    money.bare(provision.reserves),
    money.bare(provision.earmarked),
    money.bare(provision.charged),
    money.bare(provisionTotal(provision)),
  ];
  return table(
    [text("Provisions"), number("Reserves"), number("Insurance fund"), number("Lenders"), number("Together")],
    [row("Set apart while the loss was not final", taken), row("Became final, paid for a write-off", used)],
    row("Given back to those who were charged", givenBack),
  );
}

/** One false alarm, epoch by epoch: what each group was charged, and what it has claimed back. */
export function falseAlarmTable(
  { id, taken, givenBack }: FalseAlarm,
  { books }: LedgerMirror,
  lenders: readonly Holder[],
  stakers: readonly Holder[],
  money: MoneyFormat,
): string {
  const holders = (group: readonly Holder[], epochs: readonly bigint[], what: string): string[][] =>
    epochs.flatMap((epoch) => {
      const charged = group.filter((holder) => holder.epochs.has(epoch));
      const sums = charged.map((holder) => holder.epochs.get(epoch)).filter((entry) => entry !== undefined);
      const claimed = sum(sums, (entry) => entry.claimed);
      const assets = sum(sums, (entry) => entry.charged);
      return [
        [`${charged.length} ${what}, epoch ${epoch}`, money.full(assets), money.full(claimed), `${assets - claimed}`],
      ];
    });
  return table(
    [text("Who"), number("Set apart"), number("Back"), number("Missing, base units")],
    [
      [
        "reserves",
        money.full(taken.reserves),
        money.full(givenBack.reserves),
        `${taken.reserves - givenBack.reserves}`,
      ],
      ...holders(stakers, books.fundEpochs.epochsOf(id), "stakers"),
      ...holders(lenders, books.vaultEpochs.epochsOf(id), "lenders"),
    ],
  );
}

/** "13 Mar 02:15 to 13 Mar 02:40" */
export function alarmTimes({ from, until }: FalseAlarm): string {
  return `${formatMoment(from)} to ${formatMoment(until)}`;
}

/** Each bid, what was taken of it, and the tokens collected for it. */
export function underwritersHtmlTable(all: readonly Underwriter[], token: string, money: MoneyFormat): string {
  const tokens = (count: bigint): string => formatFixed(count, TOKEN_DECIMALS);
  return table(
    [
      text("Underwriter"),
      number(`Bid per ${token}`),
      number("Committed"),
      number("Filled"),
      number(`${token} collected`),
    ],
    all.map((one) => [
      one.name,
      money.bare(one.price),
      money.bare(one.committed),
      money.bare(one.committed - one.left),
      tokens(one.tokens),
    ]),
    [
      "All",
      "",
      money.bare(sum(all, ({ committed }) => committed)),
      money.bare(sum(all, ({ committed, left }) => committed - left)),
      tokens(sum(all, (one) => one.tokens)),
    ],
  );
}

/** What was forgiven, and which layer bore it. */
export function restructuringTable(one: Restructured, money: MoneyFormat): string {
  return table(
    [
      text("Debtor"),
      text("Announced"),
      text("Executed"),
      number("Owed before"),
      number("Principal forgiven"),
      number("Interest forgiven"),
      number("Reserves"),
      number("Insurance"),
      number("Lenders"),
      number("Owed after"),
    ],
    [
      [
        `borrower ${one.borrower}`,
        formatMoment(one.announcedAt),
        formatMoment(one.executedAt),
        money.bare(one.debtBefore),
        money.bare(one.principal),
        money.bare(one.interest),
        money.bare(one.layers.reserves),
        money.bare(one.layers.insurance),
        money.bare(one.layers.socialized),
        money.bare(one.debtAfter),
      ],
    ],
  );
}

/** Who received what from the debtors who paid back. */
export function paidBackTable(all: readonly PaidBack[], money: MoneyFormat): string {
  return table(
    [
      text("Debtor"),
      text("Before"),
      number("Paid"),
      number("To lenders"),
      number("To dilution"),
      number("To insurance"),
      number("To reserves"),
      number("Borrowed again"),
    ],
    all.map(({ borrower, refusal, paid, received, borrowedAgain }) => [
      `borrower ${borrower}`,
      `<code>${refusal.error}</code>`,
      money.bare(paid),
      money.bare(received.toLenders),
      money.bare(received.toDilution),
      money.bare(received.toInsurance),
      money.bare(received.toReserves),
      money.bare(borrowedAgain),
    ]),
  );
}
