/**
 * Some actions of ours, and where their gas goes: `make bench ONLY="borrow; repay"`. Compares with nobody and writes
 * nothing, so it takes seconds once the production build is there. *Base* is what every transaction pays, *rest* what is
 * computed, less refunds.
 */
import hre from "hardhat";

import { printedTable } from "../lib/table.ts";
import { type Explained, explain } from "./measure.ts";
import { newChain } from "./network.ts";
import { GROUPS, operationNamed } from "./plimsoll/operations/index.ts";
import { fixedPrices } from "./plimsoll/prices.ts";
import { buildWorld } from "./plimsoll/world.ts";

if (hre.globalOptions.buildProfile !== "production") {
  throw new Error('These are figures of the production build. Run: make bench ONLY="borrow; repay"');
}
const names = (process.env.ONLY ?? "").split(";").map((name) => name.trim());
const known = new Set(GROUPS.flatMap(({ operations }) => operations.map(({ operation }) => operation)));
const wrong = names.filter((name) => !known.has(name));

if (wrong.length > 0) {
  console.error(`No action is named ${wrong.map((name) => `"${name}"`).join(", ")}. There are:`);
  console.error([...known].map((name) => `  ${name}`).join("\n"));
  process.exitCode = 1;
} else {
  const world = await buildWorld(await newChain(), fixedPrices);
  const explained: Explained[] = [];
  for (const name of names) explained.push(await explain(world, operationNamed(name)));
  console.log(
    printedTable(
      [
        { heading: "action", width: 15 },
        { heading: "gas", width: 6, number: true },
        { heading: "base", width: 5, number: true },
        { heading: "cold", width: 6, number: true },
        { heading: "stores", width: 6, number: true },
        { heading: "calls", width: 5, number: true },
        { heading: "logs", width: 5, number: true },
        { heading: "rest", width: 6, number: true },
      ],
      explained.map(({ operation, gas, breakdown: { intrinsic, coldLoads, stores, calls, logs, compute, refunds } }) =>
        [operation, gas, intrinsic, coldLoads, stores, calls, logs, compute + refunds].map(String),
      ),
    ),
  );
}
