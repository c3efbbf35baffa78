import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { encryptKeystoreJsonSync, Wallet } from "ethers";

import example from "../../../../scripts/keeper/config/example.ts";
import { parseConfig } from "../../../../scripts/keeper/config/parse.ts";
import { InvalidConfig } from "../../../../scripts/keeper/config/reader.ts";
import { MissingSecret, reveal, unlock } from "../../../../scripts/keeper/config/secrets.ts";

const KEY = `0x${"45".repeat(32)}`;

/** What parseConfig complains of when these parts are put over the example. */
function problemsWith(changes: Record<string, unknown>): readonly string[] {
  try {
    parseConfig({ ...example, ...changes });
    return [];
  } catch (error) {
    if (error instanceof InvalidConfig) return error.problems;
    throw error;
  }
}

describe("keeper: configuration", () => {
  it("takes the example, with the defaults that fit most", () => {
    const config = parseConfig(example);
    expect(config.gas.maxFee).to.equal(300n * 10n ** 9n);
    expect(config.indexer).to.deep.equal({ rangeBlocks: 2_000, reorgDepth: 12 });
    expect(config.strategies.map(({ use }) => use)).to.deep.equal([
      ...["liquidate", "liquidateMargin", "orders", "writeOff", "impair", "auctions", "prepare", "sweep"],
    ]);
    expect(config.strategies[2]).to.deep.equal({ use: "orders", minProfitWad: 0n, cancel: true, perBlock: 50 });
    expect(config.strategies[6]).to.deep.equal({
      ...{ use: "prepare", preparer: "0x0000000000000000000000000000000000000008", losses: 16, everyBlocks: 300 },
      ...{ maxBaseFee: 3n * 10n ** 9n, maxCostWad: 20n * 10n ** 18n },
    });
    expect(config.contracts.marginLens).to.equal("0x0000000000000000000000000000000000000007");
    expect(config.strategies[0]).to.deep.include({ minProfitWad: 5n * 10n ** 18n, perBlock: 20 });
  });

  it("tells everything that is wrong at once, with the setting, what it found and what it expects", () => {
    expect(problemsWith({ chainId: "one", gas: { maxFeeGwei: 300 }, nativ: {} })).to.deep.equal([
      `chainId is "one", expected a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`,
      'gas.maxFeeGwei is 300, expected a decimal text of at least 0 with at most 9 decimals, such as "12.5"',
      "nativ is not a setting; known: chainId, rpc, privateRelay, contracts, database, accounts, native, gas, indexer, book, strategies, venues, operations",
    ]);
  });

  const WRONG: Record<string, [Record<string, unknown>, string]> = {
    "no URL": [{ rpc: { urls: [] } }, "rpc.urls is a list, expected a list of at least one URL"],
    "a quorum of more endpoints than there are": [{ rpc: { urls: ["http://a"], quorum: 2 } }, "rpc.quorum is 2"],
    "an address with a wrong checksum": [
      { native: { token: "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756CC2" } },
      "native.token",
    ],
    "a strategy that does not exist": [{ strategies: [{ use: "steal" }] }, 'strategies[0].use is "steal"'],
    "losses prepared without a limit of the base fee": [
      { strategies: [{ use: "prepare", preparer: `0x${"1".repeat(40)}`, losses: 4, maxCost: "1" }] },
      "strategies[0].maxBaseFeeGwei",
    ],
    "more prepared losses than there can be": [
      { strategies: [{ use: "prepare", preparer: `0x${"1".repeat(40)}`, losses: 129, maxBaseFeeGwei: "1" }] },
      "strategies[0].losses is 129, expected a whole number from 1 to 128",
    ],
    "losses prepared by nobody knows what": [
      { strategies: [{ use: "prepare", losses: 4, maxBaseFeeGwei: "1", maxCost: "1" }] },
      "strategies[0].preparer",
    ],
    "a path that is none": [
      { venues: [{ use: "uniswapV3", router: `0x${"1".repeat(40)}`, paths: [{ path: "0x1234" }] }] },
      "venues[0].paths[0].path",
    ],
    "a key in place of where it is": [{ accounts: { urgent: KEY, housekeeping: { env: "A" } } }, "accounts.urgent"],
    "an amount with a sign": [{ strategies: [{ use: "impair", maxCost: "-1" }] }, "strategies[0].maxCost"],
    "blocks that are no number": [{ indexer: { reorgDepth: 0 } }, "indexer.reorgDepth is 0"],
  };
  for (const [what, [changes, complaint]] of Object.entries(WRONG)) {
    it(`refuses ${what}`, () => {
      const problems = problemsWith(changes);
      expect(
        problems.some((problem) => problem.startsWith(complaint)),
        problems.join("\n"),
      ).to.equal(true);
      expect(problems.join("\n")).to.not.include(KEY);
    });
  }
});

describe("keeper: secrets", () => {
  it("come from the environment, and a missing one is named", () => {
    expect(reveal({ kind: "env", name: "A" }, { A: "x" })).to.equal("x");
    expect(() => reveal({ kind: "env", name: "A" }, {})).to.throw(MissingSecret, "A: ");
  });

  it("come from a keystore that its password opens", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "plimsoll-keystore-")), "key.json");
    const wallet = new Wallet(KEY);
    const weak = { scrypt: { N: 2, r: 8, p: 1 } };
    writeFileSync(file, encryptKeystoreJsonSync({ address: wallet.address, privateKey: KEY }, "right", weak));
    const source = { kind: "keystore" as const, file, passwordEnv: "P" };
    expect((await unlock(source, { P: "right" })).address).to.equal(wallet.address);
    await unlock(source, { P: "wrong" }).then(
      () => expect.fail("opened with a wrong password"),
      (error: unknown) => expect(error).to.be.instanceOf(MissingSecret),
    );
  });

  it("never appear in what is said of a wrong key", async () => {
    const notAKey = KEY.slice(0, -2);
    const error = await unlock({ kind: "env", name: "K" }, { K: notAKey }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(MissingSecret);
    expect((error as Error).message).to.not.include(notAKey.slice(2));
  });
});
