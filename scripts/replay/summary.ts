/** The result of a replay for machines: integers in base units as decimal strings. */
import { mkdirSync, writeFileSync } from "node:fs";

import { sum } from "../lib/units.ts";
import { type LedgerMirror } from "./ledger-mirror.ts";
import { totalLayers } from "./recorder.ts";
import { type WriteOff } from "./write-off-audit.ts";

/** summary.json. Money in the asset's base units, tokens in units of 10^-18, prices in base units per whole share. */
export interface Summary {
  readonly scenario: string;
  readonly seed: string;
  readonly asset: string;
  /** Borrowers in the book. */
  readonly positions: number;
  /** Calls of `liquidate` that went through. */
  readonly liquidations: number;
  /** Entries of the ledger under which a debt was written off, whatever caused them. */
  readonly writeOffs: number;
  readonly badDebt: string;
  readonly reserves: string;
  readonly insurance: string;
  readonly dilutionCash: string;
  readonly socialized: string;
  readonly auctionProceeds: string;
  readonly recovered: string;
  readonly tokensMinted: string;
  readonly sharePriceBefore: string;
  readonly sharePriceAfter: string;
}

/** What a summary is made of. */
export interface Outcome {
  readonly scenario: string;
  readonly seed: string;
  readonly asset: string;
  readonly positions: number;
  readonly liquidations: number;
  readonly writeOffs: readonly Pick<WriteOff, "badDebt">[];
  readonly mirror: LedgerMirror;
  readonly tokensMinted: bigint;
  readonly sharePriceBefore: bigint;
  readonly sharePriceAfter: bigint;
}

export function summarize(outcome: Outcome): Summary {
  const entries = outcome.mirror.writeOffs();
  const layers = totalLayers(entries);
  return {
    scenario: outcome.scenario,
    seed: outcome.seed,
    asset: outcome.asset,
    positions: outcome.positions,
    liquidations: outcome.liquidations,
    writeOffs: entries.length,
    badDebt: sum(outcome.writeOffs, ({ badDebt }) => badDebt).toString(),
    reserves: layers.reserves.toString(),
    insurance: layers.insurance.toString(),
    dilutionCash: layers.dilutionCash.toString(),
    socialized: layers.socialized.toString(),
    auctionProceeds: sum(entries, ({ auctionProceeds }) => auctionProceeds).toString(),
    recovered: sum(entries, ({ recovered }) => recovered).toString(),
    tokensMinted: outcome.tokensMinted.toString(),
    sharePriceBefore: outcome.sharePriceBefore.toString(),
    sharePriceAfter: outcome.sharePriceAfter.toString(),
  };
}

/** A replay of a book of positions, as far as its summary asks. */
interface BookRun {
  readonly scenario: { readonly name: string };
  readonly seed: string;
  readonly world: { readonly assetInfo: { readonly symbol: string } };
  readonly positions: { readonly all: readonly unknown[] };
  readonly liquidators: { readonly count: number };
  readonly audit: { readonly all: readonly WriteOff[] };
  readonly mirror: LedgerMirror;
  readonly sharePriceBefore: bigint;
  readonly sharePriceAfter: bigint;
}

/** The summary that all replays of a book of positions have in common. */
export function summarizeRun(run: BookRun, tokensMinted: bigint): Summary {
  return summarize({
    scenario: run.scenario.name,
    seed: run.seed,
    asset: run.world.assetInfo.symbol,
    positions: run.positions.all.length,
    liquidations: run.liquidators.count,
    writeOffs: run.audit.all,
    mirror: run.mirror,
    tokensMinted,
    sharePriceBefore: run.sharePriceBefore,
    sharePriceAfter: run.sharePriceAfter,
  });
}

/** Files a replay has written, relative to the project. */
export interface WrittenFiles {
  readonly summary: string;
  readonly report: string;
}

/** Writes reports/<scenario>/summary.json and report.html. */
export function writeResults(summary: object & { scenario: string }, html: string): WrittenFiles {
  const folder = `reports/${summary.scenario}`;
  const root = new URL("../../", import.meta.url);
  mkdirSync(new URL(folder, root), { recursive: true });
  const files = { summary: `${folder}/summary.json`, report: `${folder}/report.html` };
  writeFileSync(new URL(files.summary, root), `${JSON.stringify(summary, null, 2)}\n`);
  writeFileSync(new URL(files.report, root), html);
  return files;
}
