/** What a replay says on the terminal when it is done: 80 columns, no color needed. */
import { printedTable, TERMINAL_COLUMNS } from "../lib/table.ts";
import { type Charged, layerRows, type WaterfallTotals } from "./report/layers.ts";
import { type Attempt } from "./attempts.ts";
import { type LoanGroup } from "./report/depeg-outcome.ts";
import { STATE_TEXTS } from "./report/depeg-report.ts";
import { type MoneyFormat } from "./report/money.ts";

/** The waterfall layer by layer and who was charged. */
export function waterfallTable(totals: WaterfallTotals, charged: Charged, money: MoneyFormat): string {
  const { badDebt } = totals;
  const rows = layerRows(totals, charged).map(({ name, paid, charged: who }) => [
    name,
    money.bare(paid),
    money.share(paid, badDebt),
    who,
  ]);
  return printedTable(
    [
      { heading: "Layer", width: 14 },
      { heading: `Paid (${money.symbol})`, width: 12, number: true },
      { heading: "Share", width: 7, number: true },
      { heading: "Who was charged", width: 34 },
    ],
    [...rows, ["Bad debt", money.bare(badDebt), "100.0 %", "= the four layers, to the unit"]],
    rows.length,
  );
}

/** What came back of it, and to whom. */
export function returnsTable(totals: WaterfallTotals, money: MoneyFormat): string {
  const { badDebt, auctionProceeds, recovered, lendersNet } = totals;
  return printedTable(
    [
      { heading: "What came back", width: 14 },
      { heading: money.symbol, width: 12, number: true },
      { heading: "Share", width: 7, number: true },
      { heading: "To whom", width: 34 },
    ],
    [
      [
        "Sale of tokens",
        money.bare(auctionProceeds),
        money.share(auctionProceeds, badDebt),
        "the lenders who were charged",
      ],
      ["Recovered", money.bare(recovered), money.share(recovered, badDebt), "up the ladder, from the lenders"],
      ["Lenders\u2019 net", money.bare(lendersNet), money.share(lendersNet, badDebt), "charged and not come back yet"],
    ],
    2,
  );
}

/** Loans by the worst state they were in, and what became of them. */
export function loansTable(groups: readonly LoanGroup[], money: MoneyFormat): string {
  return printedTable(
    [
      { heading: "At its worst round", width: 18 },
      { heading: "Loans", width: 5, number: true },
      { heading: `Debt (${money.symbol})`, width: 11, number: true },
      { heading: "Partly liquidated", width: 10, number: true },
      { heading: "Left alone", width: 5, number: true },
      { heading: "Healthy at the end", width: 10, number: true },
    ],
    groups.map(({ worst, loans, debt, liquidated, leftAlone, healthyAgain }) => [
      STATE_TEXTS[worst],
      String(loans),
      money.bare(debt),
      String(liquidated),
      String(leftAlone),
      String(healthyAgain),
    ]),
  );
}

/** What was tried while the feed had nothing new to say, and the answers. */
export function attemptsTable(attempts: readonly Attempt[]): string {
  return printedTable(
    [
      { heading: "When", width: 26 },
      { heading: "What", width: 16 },
      { heading: "Times", width: 5, number: true },
      { heading: "Answer", width: 20 },
    ],
    attempts.map(({ when, call, count, answer }) => [when, call, String(count), answer]),
  );
}

/** Lines of "label: value", aligned, long ones wrapped. */
export function factLines(facts: readonly (readonly [label: string, value: string])[]): string {
  const width = Math.max(...facts.map(([label]) => label.length));
  return facts
    .flatMap(([label, value]) =>
      wrapped(value, TERMINAL_COLUMNS - width - 4).map(
        (line, index) => `  ${(index === 0 ? label : "").padEnd(width)}  ${line}`,
      ),
    )
    .join("\n");
}

/** A text in lines of at most `columns`, broken at spaces. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
