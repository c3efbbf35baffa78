/**
 * Where the fork tests find Ethereum mainnet: an archive node named by MAINNET_RPC_URL, or else a folder with a slice of
 * real mainnet state and a `serve` command (MAINNET_SLICE, `../shared/mainnet` unless said otherwise).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";

const DEFAULT_SLICE = "../shared/mainnet";
/** The slice may have to fetch its node first. */
const SERVE_TIMEOUT_MS = 180_000;
const FORK_CACHE = "cache/edr-fork-cache";

export const NO_MAINNET =
  "Fork tests are skipped: set MAINNET_RPC_URL to an archive node (and FORK_BLOCK to a block number, if you like).";

/** What the tests are told through their environment (see test/helpers/mainnet/fork.ts). */
export interface MainnetSource {
  readonly env: { MAINNET_FORK_URL: string; MAINNET_FORK_BLOCK: string; MAINNET_FORK_KIND: "archive" | "slice" };
  /** Stops what was started and deletes the cache that a fork leaves. */
  close(): Promise<void>;
}

/** Opens mainnet; undefined if there is none to be had. */
export async function openMainnet(env: NodeJS.ProcessEnv = process.env): Promise<MainnetSource | undefined> {
  const { MAINNET_RPC_URL: url = "", FORK_BLOCK: block = "", MAINNET_SLICE: folder = DEFAULT_SLICE } = env;
  if (block !== "" && !/^\d+$/.test(block)) throw new RangeError(`FORK_BLOCK is no block number: "${block}"`);
  if (url !== "") {
    return {
      env: { MAINNET_FORK_URL: url, MAINNET_FORK_BLOCK: block, MAINNET_FORK_KIND: "archive" },
      close: deleteForkCache,
    };
  }
  if (!existsSync(join(folder, "serve"))) return undefined;
  const { number } = JSON.parse(readFileSync(join(folder, "block.json"), "utf8")) as { number: string | number };
  const { child, served } = await serve(folder);
  return {
    env: { MAINNET_FORK_URL: served, MAINNET_FORK_BLOCK: Number(number).toString(), MAINNET_FORK_KIND: "slice" },
    close: async () => {
      await stop(child);
      await deleteForkCache();
    },
  };
}

/** Another chain may be served on the same port next time. */
async function deleteForkCache(): Promise<void> {
  await rm(FORK_CACHE, { recursive: true, force: true });
}

async function serve(folder: string): Promise<{ child: ChildProcess; served: string }> {
  const port = await freePort();
  // A process group of its own, so that stopping it stops the node it starts, too.
  const child = spawn(join(folder, "serve"), [String(port)], { stdio: ["ignore", "pipe", "pipe"], detached: true });
  process.once("exit", () => {
    signal(child, "SIGKILL");
  });
  return new Promise((done, fail) => {
    let said = "";
    const giveUp = (why: string) => {
      clearTimeout(timer);
      signal(child, "SIGKILL");
      fail(new Error(`the slice of mainnet in ${folder} could not be served: ${why}\n${said}`));
    };
    const timer = setTimeout(() => {
      giveUp(`no answer within ${SERVE_TIMEOUT_MS / 1000} s`);
    }, SERVE_TIMEOUT_MS);
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      const served = /^http:\/\/\S+$/m.exec(said)?.[0];
      if (served === undefined) return;
      clearTimeout(timer);
      done({ child, served });
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("error", (error) => {
      giveUp(error.message);
    });
    child.once("exit", (code) => {
      giveUp(`it ended with code ${code ?? "none"}`);
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  signal(child, "SIGTERM");
  const timer = setTimeout(() => {
    signal(child, "SIGKILL");
  }, 5_000);
  await ended;
  clearTimeout(timer);
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // It has ended in between.
  }
}

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === "object" && address !== null) done(address.port);
        else fail(new Error("no free port"));
      });
    });
  });
}
