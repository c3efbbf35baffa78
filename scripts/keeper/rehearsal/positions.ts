/** Which positions there are, for a rehearsal that was not told. */
import { Book } from "../book/book.ts";
import { MarginBook, readMarginVaults } from "../book/margin-book.ts";
import { type PositionKey } from "../book/rows.ts";
import { eventSources, readVaults, type Vault, type VaultBasics } from "../book/vaults.ts";
import { Indexer } from "../indexer/indexer.ts";
import { type Header } from "../rpc/endpoint.ts";
import { type RpcPool } from "../rpc/pool.ts";
import { openStore } from "../store/open.ts";
import { type Sighting } from "../store/types.ts";
import { compare } from "../strategies/liquidate.ts";

const RULES = { pageRows: 250, concurrency: 2, bandBps: 0, maxAgeBlocks: 1 };

export async function vaultsOf(rpc: RpcPool, head: Header, engine: string): Promise<Vault[]> {
  return readVaults(rpc, head.hash, engine.toLowerCase());
}

export async function marginVaultsOf(rpc: RpcPool, head: Header, engine: string): Promise<VaultBasics[]> {
  return readMarginVaults(rpc, head.hash, engine.toLowerCase());
}

interface Where {
  readonly engine: string;
  readonly lens: string;
  readonly fromBlock: number;
}

/** The largest debts of a vault that have collateral, largest first. */
export async function largestPositions(
  rpc: RpcPool,
  head: Header,
  contracts: Where,
  vault: Vault,
  count: number,
): Promise<PositionKey[]> {
  const keys = (await sightingsOf(rpc, head, contracts, vault, "position")).map(({ source, first, second }) => ({
    ...{ source, borrower: first, collateral: second },
  }));
  const book = new Book(rpc, { ...RULES, lens: contracts.lens }, [vault]);
  await book.read(keys, head);
  return [...book.entries.values()]
    .filter(({ row }) => row.debtAssets !== 0n && row.collateralAssets !== 0n)
    .sort((left, right) => compare(right.row.debtAssets, left.row.debtAssets))
    .slice(0, count)
    .map(({ borrower, collateral }) => ({ borrower, collateral }));
}

/** Traders of a margin vault with positions, the largest notional first; `lens` is `MarginLens`. */
export async function largestAccounts(
  rpc: RpcPool,
  head: Header,
  contracts: Where,
  vault: VaultBasics,
  count: number,
): Promise<string[]> {
  const book = new MarginBook(rpc, { ...RULES, lens: contracts.lens });
  book.vaults = [vault];
  await book.read(await sightingsOf(rpc, head, contracts, vault, "account"), head);
  return (await book.judge(head))
    .filter(({ entry }) => entry.legs.length > 0)
    .sort((left, right) => compare(right.standing?.notionalAssets ?? 0n, left.standing?.notionalAssets ?? 0n))
    .slice(0, count)
    .map(({ entry }) => entry.trader);
}

async function sightingsOf(
  rpc: RpcPool,
  head: Header,
  contracts: Where,
  vault: VaultBasics,
  kind: Sighting["kind"],
): Promise<Sighting[]> {
  const store = await openStore({ kind: "sqlite", path: ":memory:" }, 0, contracts.engine);
  try {
    const sources = eventSources(contracts.engine.toLowerCase(), [vault], []);
    const rules = { fromBlock: contracts.fromBlock, rangeBlocks: 5_000, reorgDepth: 1 };
    await new Indexer(rpc, store, sources, rules).catchUp(head);
    return (await store.sightings(kind)).filter(({ source }) => source === vault.address);
  } finally {
    await store.close();
  }
}
