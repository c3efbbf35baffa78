/**
 * Runs a plan of checks and tests, and closes with one line: `N passed, N failed` (and `, N skipped` if any).
 *
 *   node scripts/tooling/test.ts [plan]
 *
 * The line counts Solidity and Mocha tests. A check that fails (format, lint, types, build, compiler warnings), or a
 * test run that breaks before it can count, is counted as one failure, so the line never says 0 failed after one.
 * A failed check does not stop the rest; a failed build does, since nothing after it would mean anything.
 */
import { NO_MAINNET, openMainnet } from "./mainnet-source.ts";
import { type Finished, run } from "./process.ts";
import { testFiles, type MochaKind, type SolidityKind } from "./test-files.ts";

interface Stage {
  heading: string;
  /** Nothing to do is reported as such, not as success. */
  start: () => Promise<Finished | "nothing to run">;
  countsTests?: boolean;
  stopsOnFailure?: boolean;
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const script = (name: string) => () => run("npm", ["run", "--silent", name]);

const check = (heading: string, name: string): Stage => ({ heading, start: script(name) });

const BUILD: Stage = { heading: "Build", start: script("build"), stopsOnFailure: true };

function hardhatTests(
  runner: "mocha" | "solidity",
  kinds: readonly (MochaKind | SolidityKind)[],
  { globalOptions = [], env }: { globalOptions?: string[]; env?: NodeJS.ProcessEnv } = {},
): Stage {
  return {
    heading: `${runner === "mocha" ? "Mocha" : "Solidity"} tests: ${kinds.join(", ")}`,
    countsTests: true,
    start: async () => {
      const files = testFiles(...kinds);
      if (files.length === 0) return "nothing to run";
      return run("hardhat", [...globalOptions, "test", runner, ...files], env);
    },
  };
}

/** Without mainnet the tests skip themselves, so that they are counted as what they are. */
const FORK_TESTS: Stage = {
  heading: "Mocha tests: fork",
  countsTests: true,
  start: async () => {
    const mainnet = await openMainnet();
    if (mainnet === undefined) console.log(NO_MAINNET);
    try {
      return await run("hardhat", ["test", "mocha", "--no-compile", ...testFiles("fork")], mainnet?.env);
    } finally {
      await mainnet?.close();
    }
  },
};

const PLANS: Record<string, Stage[]> = {
  all: [
    check("Format", "format:check"),
    check("Lint: Solidity", "lint:sol"),
    BUILD,
    check("Compiler warnings", "check:warnings"),
    check("Lint: TypeScript", "lint:ts"),
    check("Types", "typecheck"),
    hardhatTests("solidity", ["fuzz", "invariant"]),
    hardhatTests("mocha", ["unit", "attacks", "integration", "gas"]),
    FORK_TESTS,
  ],
  unit: [BUILD, hardhatTests("mocha", ["unit", "attacks"])],
  integration: [BUILD, hardhatTests("mocha", ["integration"])],
  gas: [BUILD, hardhatTests("mocha", ["gas"])],
  fork: [BUILD, FORK_TESTS],
  solidity: [BUILD, hardhatTests("solidity", ["fuzz", "invariant"])],
  invariants: [BUILD, hardhatTests("solidity", ["invariant"], { env: { CAMPAIGN: "deep" } })],
};

/** Both runners close with lines such as `  12 passing (3s)`, `  1 failing`, and `  2 pending` or `  2 skipped`. */
function readCounts({ output, exitCode }: Finished): Counts {
  const closing = (words: string) => {
    const lines = [...output.matchAll(new RegExp(`^ {2}(\\d+) (?:${words})(?: \\(.+\\))?$`, "gm"))];
    return Number(lines.at(-1)?.[1] ?? Number.NaN);
  };
  const passed = closing("passing");
  if (Number.isNaN(passed) && exitCode === 0) throw new Error("The test run closed without saying how many passed");
  return { passed: passed || 0, failed: closing("failing") || 0, skipped: closing("pending|skipped") || 0 };
}

async function runStage({ heading, start, countsTests = false }: Stage): Promise<Counts> {
  console.log(`\n== ${heading}`);
  const startedAt = performance.now();
  const result = await start();
  const duration = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;

  if (result === "nothing to run") {
    console.log(`-- ${heading}: nothing to run`);
    return { passed: 0, failed: 0, skipped: 0 };
  }
  const counts = countsTests ? readCounts(result) : { passed: 0, failed: 0, skipped: 0 };
  if (result.exitCode !== 0 && counts.failed === 0) counts.failed = 1;
  console.log(`-- ${heading}: ${counts.failed === 0 ? "ok" : "FAILED"}, ${duration}`);
  return counts;
}

const planName = process.argv[2] ?? "all";
const plan = PLANS[planName];
if (plan === undefined) {
  console.error(`Unknown plan "${planName}". Known: ${Object.keys(PLANS).join(", ")}.`);
  process.exit(2);
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const failedStages: string[] = [];

for (const stage of plan) {
  const counts = await runStage(stage);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  if (counts.failed === 0) continue;
  failedStages.push(stage.heading);
  if (stage.stopsOnFailure === true) break;
}

console.log(failedStages.length === 0 ? "" : `\nFailed: ${failedStages.join("; ")}`);
const skipped = total.skipped === 0 ? "" : `, ${total.skipped} skipped`;
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;
