import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Kinds of tests; each has a folder of its own under test/. */
export type MochaKind = "unit" | "attacks" | "integration" | "gas" | "fork";
export type SolidityKind = "fuzz" | "invariant";

/**
 * Files of these kinds of tests, sorted. Hardhat takes one folder or a list of files; a list is what keeps the
 * fork tests out of the default run. Every TypeScript file in a Mocha folder counts, so that none is forgotten because
 * of its name; what tests share lives in test/helpers.
 */
export function testFiles(...kinds: readonly (MochaKind | SolidityKind)[]): string[] {
  return kinds
    .flatMap((kind) => {
      const folder = join("test", kind);
      const extension = kind === "fuzz" || kind === "invariant" ? ".t.sol" : ".ts";
      const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
      return names.filter((name) => name.endsWith(extension)).map((name) => join(folder, name));
    })
    .sort();
}
