/**
 * `make rehearse RPC=http://127.0.0.1:8545 [TOP=5 | POSITIONS=borrower:collateral,…,trader,…]`: what writing off would be like, on a
 * copy of a chain (`hardhat node` or anvil, forking or not). Contracts come from deploy/addresses, or from ENGINE,
 * LENS, MARGIN_LENS and FROM_BLOCK. JSON on stdout; exit code 3 if a position could not be written off.
 */
import { findAddressFile } from "../../lib/addresses.ts";
import { type PositionKey } from "../book/rows.ts";
import { openPool } from "../rpc/open.ts";
import { openCopy } from "./copy.ts";
import { forceInsolvent } from "./force-insolvent.ts";
import { forceMarginInsolvent } from "./force-margin.ts";
import { largestAccounts, largestPositions, marginVaultsOf, vaultsOf } from "./positions.ts";

const { RPC, ENGINE, LENS, MARGIN_LENS, FROM_BLOCK = "0", TOP = "5", POSITIONS } = process.env;

async function main(): Promise<number> {
  if (!RPC) throw new Error("RPC is not set: the URL of a copy, such as http://127.0.0.1:8545");
  const settings = { timeoutMs: 60_000, maxBlocksPerSecond: 10_000, slackBlocks: 1_000_000 };
  const rpc = openPool([RPC], settings, { failed: () => undefined, lied: () => undefined });
  const file = findAddressFile(BigInt((await rpc.request("eth_chainId", [])) as string));
  const engine = ENGINE ?? file?.contracts.WriteOffEngine?.address;
  const lens = LENS ?? file?.contracts.KeeperLens?.address;
  if (engine === undefined || lens === undefined)
    throw new Error("no address file for this chain: set ENGINE and LENS");
  const marginLens = MARGIN_LENS ?? file?.contracts.MarginLens?.address;
  const fromBlock = file?.contracts.WriteOffEngine?.block ?? Number(FROM_BLOCK);

  const copy = await openCopy(RPC);
  try {
    const head = await rpc.head();
    const named = POSITIONS?.toLowerCase().split(",");
    const contracts = { engine, lens, fromBlock };
    const report = [];
    for (const vault of await vaultsOf(rpc, head, engine)) {
      const given = named
        ?.filter((pair) => pair.includes(":"))
        .map((pair): PositionKey => {
          const [borrower = "", collateral = ""] = pair.split(":");
          return { borrower, collateral };
        });
      const keys = given ?? (await largestPositions(rpc, head, contracts, vault, Number(TOP)));
      const positions = await forceInsolvent(copy, lens, vault, keys);
      report.push({ vault: vault.address, kind: "lending", asset: vault.asset, positions });
    }
    const marginVaults = await marginVaultsOf(rpc, head, engine);
    if (marginVaults.length > 0 && marginLens === undefined) throw new Error("set MARGIN_LENS for the margin vaults");
    for (const vault of marginVaults) {
      const of = { ...contracts, lens: marginLens ?? "" };
      const given = named?.filter((name) => !name.includes(":"));
      const traders = given ?? (await largestAccounts(rpc, head, of, vault, Number(TOP)));
      const positions = await forceMarginInsolvent(copy, of.lens, vault, traders);
      report.push({ vault: vault.address, kind: "margin", asset: vault.asset, positions });
    }
    console.log(JSON.stringify({ block: head.number, vaults: report }, undefined, 2));
    return report.every(({ positions }) => positions.every(({ outcome }) => outcome === "written off")) ? 0 : 3;
  } finally {
    await copy.goBack();
  }
}

process.exitCode = await main();
