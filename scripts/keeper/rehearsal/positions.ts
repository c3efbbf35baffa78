/** Which positions there are, for a rehearsal that was not told. */
import { Book } from "../book/book.ts";
import { type PositionKey } from "../book/rows.ts";
import { eventSources, readVaults, type Vault } from "../book/vaults.ts";
import { Indexer } from "../indexer/indexer.ts";
import { type Header } from "../rpc/endpoint.ts";
import { type RpcPool } from "../rpc/pool.ts";
import { openStore } from "../store/open.ts";

const RULES = { pageRows: 250, concurrency: 2, bandBps: 0, maxAgeBlocks: 1 };

export async function vaultsOf(rpc: RpcPool, head: Header, engine: string): Promise<Vault[]> {
  return readVaults(rpc, head.hash, engine.toLowerCase());
}

/** The largest debts of a vault that have collateral, largest first. */
export async function largestPositions(
  rpc: RpcPool,
  head: Header,
  contracts: { engine: string; lens: string; fromBlock: number },
  vault: Vault,
  count: number,
): Promise<PositionKey[]> {
  const store = await openStore({ kind: "sqlite", path: ":memory:" }, 0, contracts.engine);
  try {
    const sources = eventSources(contracts.engine.toLowerCase(), [vault], []);
    const rules = { fromBlock: contracts.fromBlock, rangeBlocks: 5_000, reorgDepth: 1 };
    await new Indexer(rpc, store, sources, rules).catchUp(head);
    const keys = (await store.sightings("position"))
      .filter(({ source }) => source === vault.address)
      .map(({ source, first, second }) => ({ source, borrower: first, collateral: second }));
    const book = new Book(rpc, { ...RULES, lens: contracts.lens }, [vault]);
    await book.read(keys, head);
    return [...book.entries.values()]
      .filter(({ row }) => row.debtAssets !== 0n && row.collateralAssets !== 0n)
      .sort((left, right) => (left.row.debtAssets < right.row.debtAssets ? 1 : -1))
      .slice(0, count)
      .map(({ borrower, collateral }) => ({ borrower, collateral }));
  } finally {
    await store.close();
  }
}
