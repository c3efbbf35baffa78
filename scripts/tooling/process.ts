import { spawn } from "node:child_process";
import { delimiter, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";

export interface Finished {
  exitCode: number;
  /** Everything it printed, without colors. */
  output: string;
}

/** Runs a command of node_modules/.bin (or of the system), shows what it prints as it comes, and returns it too. */
export async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}),
      PATH: [resolve("node_modules/.bin"), process.env.PATH].join(delimiter),
      ...env,
    },
  });

  let output = "";
  const collect = (target: NodeJS.WriteStream) => (chunk: Buffer) => {
    output += chunk.toString();
    target.write(chunk);
  };
  child.stdout.on("data", collect(process.stdout));
  child.stderr.on("data", collect(process.stderr));

  const exitCode = await new Promise<number>((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      done(code ?? 1);
    });
  });
  return { exitCode, output: stripVTControlCharacters(output) };
}
