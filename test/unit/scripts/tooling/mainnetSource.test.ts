import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import { NO_MAINNET, openMainnet } from "../../../../scripts/tooling/mainnet-source.ts";

const FORK_CACHE = "cache/edr-fork-cache";
const NOWHERE = join(tmpdir(), "no-slice-of-mainnet-here");

describe("where the fork tests find mainnet", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-slice-"));
    mkdirSync(FORK_CACHE, { recursive: true });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** A slice whose `serve` runs this. */
  const makeSlice = (script: string) => {
    writeFileSync(join(folder, "block.json"), JSON.stringify({ number: "0x1386" }));
    writeFileSync(join(folder, "serve"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  };
  const isAlive = (pid: number) => {
    try {
      process.kill(pid, 0);
    } catch {
      return false;
    }
    // A process that has ended and was not asked about is still listed, on Linux as a zombie.
    if (!existsSync("/proc/self/status")) return true;
    try {
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    } catch {
      return false;
    }
  };

  it("is nowhere without an address and without a slice, and one line says what to set", async () => {
    expect(await openMainnet({ MAINNET_SLICE: NOWHERE })).to.equal(undefined);
    expect(NO_MAINNET).to.contain("MAINNET_RPC_URL").and.to.contain("FORK_BLOCK").and.not.to.contain("\n");
  });

  it("is an archive node that was named, at the block that was named, even where a slice is", async () => {
    makeSlice("exit 1");
    const url = "http://archive.example:8545";
    const source = await openMainnet({ MAINNET_RPC_URL: url, FORK_BLOCK: "21000000", MAINNET_SLICE: folder });
    expect(source?.env).to.deep.equal({
      ...{ MAINNET_FORK_URL: url, MAINNET_FORK_BLOCK: "21000000", MAINNET_FORK_KIND: "archive" },
    });
    await source?.close();
    expect(existsSync(FORK_CACHE)).to.equal(false);
  });

  it("leaves the block to the node if none was named, and refuses one that is no number", async () => {
    const url = "http://archive.example:8545";
    expect((await openMainnet({ MAINNET_RPC_URL: url }))?.env.MAINNET_FORK_BLOCK).to.equal("");
    for (const block of ["latest", "-1", "0x10", "1.5"]) {
      const error = await openMainnet({ MAINNET_RPC_URL: url, FORK_BLOCK: block }).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(RangeError);
      expect(String(error)).to.contain(`"${block}"`);
    }
  });

  it("is else the slice: served at its block, and afterwards neither process nor cache is left", async () => {
    // The node is a process that `serve` has started.
    makeSlice(`sleep 600 & echo $! > ${folder}/pid; echo http://127.0.0.1:$1; wait`);
    const source = await openMainnet({ MAINNET_SLICE: folder });
    expect(source?.env.MAINNET_FORK_URL).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(source?.env.MAINNET_FORK_BLOCK).to.equal("4998");
    expect(source?.env.MAINNET_FORK_KIND).to.equal("slice");
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    expect(isAlive(pid)).to.equal(true);
    await source?.close();
    for (let waits = 0; isAlive(pid) && waits < 20; ++waits) await sleep(100);
    expect(isAlive(pid)).to.equal(false);
    expect(existsSync(FORK_CACHE)).to.equal(false);
  });

  it("says why a slice could not be served", async () => {
    makeSlice("echo there is no anvil here >&2; exit 3");
    const error = String(await openMainnet({ MAINNET_SLICE: folder }).catch((reason: unknown) => reason));
    expect(error).to.contain(folder).and.to.contain("ended with code 3").and.to.contain("there is no anvil here");
  });
});
