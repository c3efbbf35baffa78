/**
 * Measures Plimsoll and its peers side by side, and what grows with what: `make bench`, see README.md beside this file.
 */
import { mkdir, writeFile } from "node:fs/promises";

import hre from "hardhat";

import { Progress } from "../lib/progress.ts";
import { measureOwnReads, readMainnetFigures } from "./feeds/reads.ts";
import { compare, type Compared, type Worlds } from "./compare.ts";
import { PRICED_ROWS, ROWS } from "./contest.ts";
import { measureGrowth } from "./growth.ts";
import { measureAll } from "./measure.ts";
import { newChain } from "./network.ts";
import { buildAaveWorld } from "./peers/aaveV3.ts";
import { buildMorphoWorld } from "./peers/morphoBlue.ts";
import type { PriceKind } from "./peers/prices.ts";
import { GROUPS } from "./plimsoll/operations/index.ts";
import { chainlinkPrices, fixedPrices } from "./plimsoll/prices.ts";
import { buildWorld } from "./plimsoll/world.ts";
import { feedReadsLine } from "./report/feeds.ts";
import { operationsJson } from "./report/json.ts";
import { performancePage } from "./report/page.ts";
import { deployableSizes } from "./snapshot.ts";
import { renderComparison, renderGrowth, renderSections, renderUnprepared } from "./report/terminal.ts";

const PROFILE = "production";
const REPORT = "reports/bench.json";
const DETAILS = "reports/bench-details.json";
const PAGE = "docs/performance.md";

async function buildWorlds(prices: PriceKind, progress: Progress): Promise<Worlds> {
  progress.start(`Vault and peers, prices: ${prices}`, 3);
  const plimsoll = await buildWorld(await newChain(), prices === "slot" ? fixedPrices : chainlinkPrices);
  progress.update(1, "compiles Morpho Blue, if need be");
  const morphoBlue = await buildMorphoWorld(await newChain(), prices);
  progress.update(2, "compiles Aave v3, if need be");
  const aaveV3 = await buildAaveWorld(await newChain(), prices);
  progress.finish();
  return { plimsoll, morphoBlue, aaveV3 };
}

async function compareAll(worlds: Worlds, rows: typeof ROWS, progress: Progress): Promise<Compared[]> {
  const compared: Compared[] = [];
  progress.start("Comparison", rows.length);
  for (const row of rows) {
    progress.update(compared.length, row.operation);
    compared.push(await compare(worlds, row));
  }
  progress.finish();
  return compared;
}

if (hre.globalOptions.buildProfile !== PROFILE) {
  throw new Error(`The comparison is that of the ${PROFILE} build. Run: make bench`);
}
const progress = new Progress();

const worlds = await buildWorlds("slot", progress);
const compared = await compareAll(worlds, ROWS, progress);

progress.start("Every action of ours", GROUPS.length);
const sections = [];
for (const { title, operations } of GROUPS) {
  sections.push({ title, rows: await measureAll(worlds.plimsoll, operations) });
  progress.update(sections.length, title);
}
progress.finish();

const STEPS_OF_GROWTH = 14;
let step = 0;
progress.start("Growth", STEPS_OF_GROWTH);
const growth = await measureGrowth(worlds, (note) => {
  progress.update(step++, note);
});
progress.finish();

const chainlink = await compareAll(await buildWorlds("chainlink", progress), PRICED_ROWS, progress);
const feeds = { own: await measureOwnReads(await newChain()), mainnet: readMainnetFigures() };
const results = { compared, chainlink, feeds, sections, growth, sizes: await deployableSizes() };

const bench = { operations: operationsJson(compared), growth };
const details = {
  profile: PROFILE,
  chainlink: operationsJson(chainlink),
  feeds,
  breakdown: compared.map(({ row, plimsoll, morphoBlue, aaveV3 }) => ({
    operation: row.operation,
    plimsoll: plimsoll.breakdown,
    morphoBlue: morphoBlue?.breakdown ?? null,
    aaveV3: aaveV3?.breakdown ?? null,
  })),
  actions: sections.flatMap(({ rows }) => rows),
  bytes: results.sizes,
};
await mkdir("reports", { recursive: true });
await writeFile(REPORT, `${JSON.stringify(bench, null, 2)}\n`);
await writeFile(DETAILS, `${JSON.stringify(details, null, 2)}\n`);
await writeFile(PAGE, performancePage(results));

console.log(renderSections(sections));
console.log(renderGrowth(growth));
console.log("\nWith real Chainlink feeds: a proxy and an aggregator for each token");
console.log(renderComparison(chainlink));
console.log(feedReadsLine(feeds.own, feeds.mainnet));
console.log("\nPlimsoll and its peers, prices in one slot");
console.log(renderComparison(compared));
console.log(renderUnprepared(compared));
console.log(`Written to ${REPORT}, ${DETAILS} and ${PAGE}`);

const [, five, twenty, hundred] = growth.batch;
if (five !== undefined && twenty !== undefined && hundred !== undefined) {
  const upTo = (less: typeof five, more: typeof five) =>
    (more.plimsoll - less.plimsoll) / (more.positions - less.positions);
  const [few, many] = [upTo(five, twenty), upTo(twenty, hundred)];
  if (many > few * 1.02) throw new Error(`The cost of a further position grows with the batch: ${few}, then ${many}`);
}
const losses = new Set(growth.lenders.map(({ socializedLoss }) => socializedLoss));
if (losses.size !== 1)
  throw new Error(`The cost of a loss depends on the number of lenders: ${[...losses].join(", ")}`);
