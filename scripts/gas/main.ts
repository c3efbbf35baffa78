/**
 * Measures what each action and each way of a loss costs, and prints it: `make gas`, see README.md beside this file.
 */
import { mkdir, writeFile } from "node:fs/promises";

import hre from "hardhat";

import { fixBlockTimes } from "./clock.ts";
import { measure, type Operation } from "./measure.ts";
import { borrowerOperations } from "./operations/borrowers.ts";
import { dilutionOperations } from "./operations/dilution.ts";
import { fundOperations } from "./operations/fund.ts";
import { lenderOperations } from "./operations/lenders.ts";
import { fullySocialized, liquidationOperations, solventPart } from "./operations/liquidations.ts";
import { recoveryOperations } from "./operations/recoveries.ts";
import { chainlinkPrices, fixedPrices, type PriceSource } from "./prices.ts";
import { type LenderCount, renderLenderCounts, renderTable } from "./report.ts";
import { buildWorld } from "./world.ts";

const REPORT = "reports/gas.json";
const PROFILE = "production";
const START = "2026-01-01T00:00:00Z";

const GROUPS: readonly { title: string; operations: readonly Operation[] }[] = [
  { title: "Lenders", operations: lenderOperations },
  { title: "Borrowers", operations: borrowerOperations },
  { title: "Liquidation and write-off: who pays", operations: liquidationOperations },
  { title: "Recovery", operations: recoveryOperations },
  { title: "Dilution", operations: dilutionOperations },
  { title: "Insurance fund and reserves", operations: fundOperations },
];

/** Those that read a price. */
const PRICED = [...borrowerOperations.filter(({ operation }) => operation === "borrow"), solventPart, fullySocialized];

/** A new chain with a vault in use; the same each time. */
async function newWorld(prices: PriceSource, lenders?: number) {
  return buildWorld(await hre.network.create({ override: { initialDate: START } }), prices, lenders);
}

async function countLenders(lenders: number): Promise<LenderCount> {
  const world = await newWorld(fixedPrices, lenders);
  const [measured] = await measure(world, [fullySocialized]);
  return { lenders, gas: measured?.gas ?? 0 };
}

if (hre.globalOptions.buildProfile !== PROFILE) {
  throw new Error(`Gas is that of the ${PROFILE} build: run this with --build-profile ${PROFILE}`);
}
fixBlockTimes(hre);

const world = await newWorld(fixedPrices);
const sections = [];
for (const { title, operations } of GROUPS) sections.push({ title, rows: await measure(world, operations) });
console.log(renderTable(sections));

const lenders = [];
for (const count of [1, 10, 200]) lenders.push(await countLenders(count));
console.log(renderLenderCounts(lenders));

const chainlink = await measure(
  await newWorld(chainlinkPrices),
  PRICED.map(({ mark: _mark, ...operation }) => operation),
);
console.log(renderTable([{ title: "With real Chainlink feeds: a proxy and an aggregator each", rows: chainlink }]));

await mkdir("reports", { recursive: true });
const report = { profile: PROFILE, operations: sections.flatMap(({ rows }) => rows), lenders, chainlink };
await writeFile(REPORT, `${JSON.stringify(report, null, 2)}\n`);
console.log(`Written to ${REPORT}`);

if (new Set(lenders.map(({ gas }) => gas)).size !== 1) throw new Error("The cost of a loss depends on the lenders");
