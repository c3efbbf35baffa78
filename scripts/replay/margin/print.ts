/** What a margin replay says on the terminal when it is done: 80 columns, no color needed. */
import { printedTable } from "../../lib/table.ts";
import { formatFixed, sum } from "../../lib/units.ts";
import { type MoneyFormat } from "../report/money.ts";
import { provisionOutcome } from "../provision-outcome.ts";
import { type MarginCast } from "./crash.ts";
import { feesPaid, leverageGroups, liquidationCount } from "./outcome.ts";

/** Traders by leverage, and what became of them. */
export function leverageTable(cast: MarginCast, money: MoneyFormat): string {
  const groups = leverageGroups(cast);
  return printedTable(
    [
      { heading: "Leverage", width: 10 },
      { heading: "Traders", width: 7, number: true },
      { heading: `Notional (${money.symbol})`, width: 10, number: true },
      { heading: "Cut in part", width: 6, number: true },
      { heading: "Closed", width: 6, number: true },
      { heading: "Written off", width: 7, number: true },
      { heading: "Bad debt", width: 9, number: true },
    ],
    [
      ...groups.map((group) => [
        group.name,
        String(group.traders),
        money.bare(group.notional),
        String(group.cutInPart),
        String(group.closed),
        String(group.writtenOff),
        money.bare(group.badDebt),
      ]),
      [
        "All",
        String(cast.traders.all.length),
        money.bare(sum(groups, ({ notional }) => notional)),
        String(groups.reduce((total, { cutInPart }) => total + cutInPart, 0)),
        String(groups.reduce((total, { closed }) => total + closed, 0)),
        String(groups.reduce((total, { writtenOff }) => total + writtenOff, 0)),
        money.bare(sum(groups, ({ badDebt }) => badDebt)),
      ],
    ],
    groups.length,
  );
}

/** Lines about the run. */
export function marginFacts(cast: MarginCast, money: MoneyFormat): (readonly [label: string, value: string])[] {
  const { partial, complete } = liquidationCount(cast);
  const { debts, falseAlarms } = provisionOutcome(cast.mirror);
  const { keepers, traders, audit } = cast;
  const highest = traders.all.reduce((most, { leverage }) => (leverage > most ? leverage : most), 0n);
  return [
    [
      "Positions",
      `${traders.all.length}, up to ${formatFixed(highest, 2, 1)}x after fees; ${partial} liquidations in part, ${complete} of a whole account, ${audit.writeOffs.length} write-offs`,
    ],
    [
      "Known early",
      `${keepers.recorded} insolvencies recorded at once, ${keepers.refreshed} times one was followed, ${keepers.cleared} cleared again; ${debts} provisioned, ${falseAlarms.length} of them never final`,
    ],
    ["Fees", `${money.full(feesPaid(cast))} paid by traders, ${money.full(keepers.rewards)} to liquidators`],
    ["Pool", poolLine(cast, money)],
    ["Provider", `one who wanted to leave in the crash without notice was told ${cast.panic.error ?? "nothing"}`],
  ];
}

/** What the pool has won or lost by standing against everybody; bad debt comes on top. */
export function poolLine({ audit, atTheEnd }: Pick<MarginCast, "audit" | "atTheEnd">, money: MoneyFormat): string {
  const { toPool } = audit.books;
  const closed =
    toPool < 0n
      ? `traders have won ${money.full(-toPool)} net of fees by what they closed`
      : `traders have lost ${money.full(toPool)} with fees by what they closed`;
  return `${closed}; for what is open they are owed ${money.full(atTheEnd.owed)}`;
}
