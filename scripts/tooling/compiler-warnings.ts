/**
 * Fails when the compiler warned about a source of this project (dependencies are not ours to fix).
 *
 * Hardhat prints a warning only while it compiles, so a cached build would hide it. The compiler's full output stays
 * in artifacts/build-info, which is what is read here. A build info may outlive a source it contains (Hardhat keeps
 * it as long as any of its contracts is current); what it says about an older text of a file is skipped.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const BUILD_INFO = "artifacts/build-info";
/** Hardhat's prefix for the source names of the project itself; dependencies have `npm/`. */
const PROJECT = "project/";
/**
 * "Contract code size is" and "Contract initcode size is": test/gas holds what is deployed to its limits. The compiler
 * also warns of what a test carries in itself, which may be of other settings (LendingVault without IR).
 */
const SIZE_WARNINGS = new Set(["5574", "3860"]);

interface BuildInput {
  input: { sources: Record<string, { content: string }> };
}

interface Diagnostic {
  errorCode: string;
  formattedMessage: string;
  sourceLocation?: { file: string };
}

interface BuildOutput {
  output: { errors?: Diagnostic[] };
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

function isCurrent(source: string, { input }: BuildInput): boolean {
  const path = source.slice(PROJECT.length);
  return existsSync(path) && readFileSync(path, "utf8") === input.sources[source]?.content;
}

function concernsUs({ errorCode, sourceLocation }: Diagnostic): boolean {
  return (sourceLocation?.file ?? "").startsWith(PROJECT) && !SIZE_WARNINGS.has(errorCode);
}

const warnings = new Set<string>();
const outputs = existsSync(BUILD_INFO) ? readdirSync(BUILD_INFO).filter((name) => name.endsWith(".output.json")) : [];

for (const name of outputs) {
  const { output } = readJson(join(BUILD_INFO, name)) as BuildOutput;
  const found = (output.errors ?? []).filter(concernsUs);
  if (found.length === 0) continue;

  const input = readJson(join(BUILD_INFO, name.replace(".output.json", ".json"))) as BuildInput;
  for (const { sourceLocation, formattedMessage } of found) {
    if (isCurrent(sourceLocation?.file ?? "", input)) warnings.add(formattedMessage.replaceAll(PROJECT, ""));
  }
}

if (outputs.length === 0) {
  console.error(`Nothing to check: ${BUILD_INFO} is missing or empty. Build first.`);
  process.exitCode = 1;
} else if (warnings.size > 0) {
  console.error([...warnings].join("\n"));
  console.error(`${warnings.size} compiler warning(s).`);
  process.exitCode = 1;
} else {
  console.log("No compiler warnings.");
}
