/** What the commands of this folder share: errors by name, exit codes, a question before money is spent. */
import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline/promises";

/** All is as it should be. */
export const OK = 0;
/** Something differs, or failed on the way. */
export const FAILED = 1;
/** Refused before anything was sent: wrong input, a finding, no agreement. */
export const REFUSED = 2;

const REFUSALS = new Set([
  ...["PreflightError", "UnknownNetwork", "IncompleteNetworkFile", "DeploymentDeclined", "AlreadyDeployed"],
  ...["NotDeployed", "NoChain", "UnknownContract"],
]);

/** A network that does not answer. */
export class NoChain extends Error {
  override readonly name = "NoChain";
}

/** Runs a command; an error becomes one message with its name, and an exit code. */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(`${error.name}: ${error.message}`);
    process.exitCode = REFUSALS.has(error.name) ? REFUSED : FAILED;
  }
}

/** Whether output is for a machine. */
export function wantsJson(): boolean {
  return process.env.JSON === "1";
}

/** Asks for a word to be typed; where nobody can type, CONFIRM must be that word. */
export async function agree(word: string): Promise<boolean> {
  if (process.env.CONFIRM !== undefined) return process.env.CONFIRM === word;
  if (!stdin.isTTY) {
    console.error(`nobody is here to agree; set CONFIRM=${word} to go on without being asked`);
    return false;
  }
  const prompt = createInterface({ input: stdin, output: stdout });
  const answer = await prompt.question(`\nType ${word} to go on: `);
  prompt.close();
  return answer.trim() === word;
}
