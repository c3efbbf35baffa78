import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

import type { InterfaceAbi } from "ethers";

const require = createRequire(import.meta.url);

/** Standard JSON, as the compiler's documentation has it. */
export interface CompilerInput {
  language: "Solidity";
  sources: Record<string, { content: string }>;
  settings: Record<string, unknown>;
}

export interface CompilerOutput {
  contracts: Record<
    string,
    Record<
      string,
      {
        abi: InterfaceAbi;
        evm: {
          bytecode: { object: string; linkReferences: Record<string, Record<string, { start: number }[]>> };
        };
      }
    >
  >;
}

interface Answer extends Partial<CompilerOutput> {
  errors?: { severity: string; formattedMessage: string }[];
}

/**
 * Runs the compiler of an npm package in a process of its own: it is WebAssembly and keeps all memory it ever took.
 * Input and output are files because the compiler's script loses what goes through a pipe that is slow.
 */
export async function runCompiler(compiler: string, inputPath: string, outputPath: string): Promise<CompilerOutput> {
  const files = [openSync(inputPath, "r"), openSync(outputPath, "w")] as const;
  const child = spawn(process.execPath, [require.resolve(`${compiler}/solc.js`), "--standard-json"], {
    stdio: [...files, "inherit"],
  });
  files.forEach(closeSync);
  await once(child, "close");
  const printed = readFileSync(outputPath, "utf8");
  // The wrapper says on the first line that it found no SMT solver of its own; nothing here needs one.
  const { contracts, errors = [] } = JSON.parse(printed.slice(printed.indexOf("{"))) as Answer;
  const fatal = errors.filter(({ severity }) => severity === "error");
  if (contracts === undefined || fatal.length > 0) {
    throw new Error(`${compiler}: ${fatal.map(({ formattedMessage }) => formattedMessage).join("\n")}`);
  }
  return { contracts };
}
