/** What the replay of both vaults says on the terminal and in summary.json. */
import { printedTable } from "../../lib/table.ts";
import { formatFixed } from "../../lib/units.ts";
import { tokensMinted } from "../crash-summary.ts";
import { type MoneyFormat } from "../report/money.ts";
import { summarizeRun } from "../summary.ts";
import { type BothRun } from "./both.ts";
import { type Coverage } from "./coverage.ts";
import { marginSummary } from "./outcome.ts";

const TOKEN_DECIMALS = 18;

/** Rows: what each layer of both vaults was before the crash and after it. */
export function coverageRows({ before, after }: BothRun, money: MoneyFormat): string[][] {
  const row = (name: string, figure: (coverage: Coverage) => string): string[] => [
    name,
    figure(before.lending),
    figure(after.lending),
    figure(before.margin),
    figure(after.margin),
  ];
  return [
    row("Insurance fund", ({ insurance }) => money.bare(insurance)),
    row("Standing bids", ({ bids }) => money.bare(bids)),
    row("Tokens issued", ({ issuedTokens }) => formatFixed(issuedTokens, TOKEN_DECIMALS, 0)),
    row("Loss epochs", ({ vaultEpoch }) => String(vaultEpoch - 1n)),
    row("Ledger entries", ({ entries }) => String(entries)),
  ];
}

export function coverageTable(run: BothRun, money: MoneyFormat): string {
  return printedTable(
    [
      { heading: `In ${money.symbol}`, width: 14 },
      { heading: "Lending: before", width: 11, number: true },
      { heading: "after", width: 11, number: true },
      { heading: "Margin: before", width: 11, number: true },
      { heading: "after", width: 11, number: true },
    ],
    coverageRows(run, money),
  );
}

/** summary.json of both: each vault's figures, and how often one lost while the other was watched. */
export function bothSummary(run: BothRun) {
  const { lending, margin, scenario, seed, lendingWorld, marginWorld } = run;
  const lendingRun = {
    ...lending,
    ...{ scenario, seed, world: lendingWorld },
    ...{ sharePriceBefore: run.sharePriceBefore.lending, sharePriceAfter: run.sharePriceAfter.lending },
  };
  const marginRun = {
    ...margin,
    ...{ scenario, seed, world: marginWorld },
    ...{ sharePriceBefore: run.sharePriceBefore.margin, sharePriceAfter: run.sharePriceAfter.margin },
  };
  return {
    scenario: scenario.name,
    seed,
    lending: summarizeRun(lendingRun, tokensMinted(lending)),
    margin: marginSummary(marginRun),
    coverageUnchanged: {
      ofLendingDuringMarginLosses: run.watches.lending,
      ofMarginDuringLendingLosses: run.watches.margin,
    },
  };
}
