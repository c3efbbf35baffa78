/** What one run of `--once` has found and done, for machines and for people. */
import { WAD } from "./book/book.ts";
import { type Settled } from "./executor/lane.ts";
import { type Tick } from "./keeper.ts";
import { printedTable } from "../lib/table.ts";

export interface Summary {
  readonly block: number;
  readonly blockHash: string;
  readonly positions: number;
  /** Margin accounts; the counts that follow are of both. */
  readonly accounts: number;
  readonly liquidatable: number;
  readonly insolvent: number;
  readonly unpriced: number;
  readonly proposals: readonly {
    readonly strategy: string;
    readonly name: string;
    readonly status: string;
    readonly detail: string;
    readonly hash?: string;
    readonly gainAssets?: string;
    readonly costAssets?: string;
  }[];
  readonly mined: readonly { readonly hash: string; readonly succeeded: boolean; readonly gasUsed: string }[];
  /** Nothing is on its way any more. */
  readonly isSettled: boolean;
}

export function summaryOf(tick: Tick, mined: readonly Settled[], isSettled: boolean): Summary {
  const { head, judged, accounts, outcomes } = tick;
  return {
    ...{ block: head.number, blockHash: head.hash, positions: judged.length, accounts: accounts.length },
    ...countsOf(tick),
    proposals: outcomes.map(({ proposal, status, detail, hash, gainAssets, costAssets }) => ({
      ...{ strategy: proposal.strategy, name: proposal.name, status, detail },
      ...(hash === undefined ? {} : { hash }),
      ...(gainAssets === undefined ? {} : { gainAssets: gainAssets.toString() }),
      ...(costAssets === undefined ? {} : { costAssets: costAssets.toString() }),
    })),
    mined: mined.map(({ hash, receipt }) => ({
      ...{ hash, succeeded: receipt.succeeded },
      gasUsed: receipt.gasUsed.toString(),
    })),
    isSettled,
  };
}

/** How many positions and accounts are in which state. */
export function countsOf({ judged, accounts }: Pick<Tick, "judged" | "accounts">) {
  const standings = accounts.map(({ standing }) => standing).filter((standing) => standing !== undefined);
  const sunk = standings.filter(({ equityAssets, maintenanceAssets }) => equityAssets < maintenanceAssets);
  return {
    liquidatable: judged.filter(({ healthWad }) => healthWad < WAD).length + sunk.length,
    insolvent: [...judged, ...standings].filter(({ shortfallAssets }) => shortfallAssets !== 0n).length,
    unpriced: judged.filter(({ priced }) => !priced).length + accounts.length - standings.length,
  };
}

/** For people, at 80 columns. */
export function describe(summary: Summary): string {
  const { block, positions, accounts, liquidatable, insolvent, unpriced, proposals, mined, isSettled } = summary;
  const kept = accounts === 0 ? `${positions} positions` : `${positions} positions, ${accounts} accounts`;
  const facts = `Block ${block}: ${kept}, ${liquidatable} liquidatable, ${insolvent} insolvent, ${unpriced} without a price\n`;
  if (proposals.length === 0) return `${facts}Nothing to do.\n`;
  const table = printedTable(
    [
      { heading: "Strategy", width: 15 },
      { heading: "What became of it", width: 17 },
      { heading: "Detail", width: 38 },
    ],
    proposals.map(({ strategy, status, detail }) => [strategy, status, detail]),
  );
  const failed = mined.filter(({ succeeded }) => !succeeded).length;
  const closing = isSettled ? `${mined.length} mined, ${failed} of them failed.` : "Not everything was mined in time.";
  return `${facts}${table}\n${closing}\n`;
}
