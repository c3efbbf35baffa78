/**
 * Runs the default tests with coverage and fails when fewer than MINIMUM_PERCENT of the lines of contracts/ (without
 * contracts/testing) were executed. Hardhat writes coverage/lcov.info and coverage/html on the way.
 */
import { readFileSync, rmSync } from "node:fs";

import { run } from "./process.ts";
import { testFiles } from "./test-files.ts";

const MINIMUM_PERCENT = 95;
const LCOV = "coverage/lcov.info";

/** Sums lcov's per-file totals: LF is lines found, LH lines hit. */
function readLines(lcov: string): { found: number; hit: number } {
  const lines = { found: 0, hit: 0 };
  for (const record of lcov.split("end_of_record")) {
    const source = /^SF:(.+)$/m.exec(record)?.[1] ?? "";
    if (!source.startsWith("contracts/") || source.startsWith("contracts/testing/")) continue;
    lines.found += Number(/^LF:(\d+)$/m.exec(record)?.[1] ?? 0);
    lines.hit += Number(/^LH:(\d+)$/m.exec(record)?.[1] ?? 0);
  }
  return lines;
}

const files = testFiles("fuzz", "invariant", "unit", "attacks", "integration");
if (files.length === 0) {
  console.error("There are no tests to measure the coverage of.");
  process.exit(1);
}

rmSync(LCOV, { force: true });
const { exitCode } = await run("hardhat", ["--coverage", "test", ...files]);
if (exitCode !== 0) {
  console.error("The tests failed; their coverage means nothing.");
  process.exit(exitCode);
}

const { found, hit } = readLines(readFileSync(LCOV, "utf8"));
const percent = found === 0 ? 0 : (100 * hit) / found;
const enough = percent >= MINIMUM_PERCENT;
console.log(
  `Line coverage of contracts/: ${percent.toFixed(2)} % (${hit} of ${found} lines), ` +
    `${enough ? "at least" : "LESS THAN"} the required ${MINIMUM_PERCENT} %`,
);
process.exitCode = enough ? 0 : 1;
