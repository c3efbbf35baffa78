/**
 * Every margin account, in memory. A row is read when an event names the account, while it is impaired, and from time to
 * time; its figures at a block come from the markets of that block (`margin-health.ts`). Nothing is sent on the strength
 * of it: the chain is asked before.
 */
import { MARGIN_LENS, MARGIN_VAULT } from "../abi.ts";
import { type Header } from "../rpc/endpoint.ts";
import { type Views } from "../rpc/pool.ts";
import { type Sighting, type Store } from "../store/types.ts";
import { type BookRules, nameOfPosition } from "./book.ts";
import { type Standing, standingOf } from "./margin-health.ts";
import { type AccountRow, decodeAccounts, decodeLegs, decodeMarkets, type Leg, type Market } from "./margin-rows.ts";
import { inPages } from "./pages.ts";
import { readBasics, type VaultBasics, vaultsThat } from "./vaults.ts";

/** One account and what is known of it. */
export interface AccountEntry {
  readonly vault: VaultBasics;
  readonly trader: string;
  readonly row: AccountRow;
  readonly legs: readonly Leg[];
  /** Block at which the row was read. */
  readonly readAt: number;
}

/** An account at the present prices; `standing` is undefined where a price source does not answer. */
export interface JudgedAccount {
  /** Named as positions are, so that what is on its way is told in one way. */
  readonly name: string;
  readonly entry: AccountEntry;
  readonly standing: Standing | undefined;
}

/** In place of the collateral, which an account has not. */
const NO_COLLATERAL = `0x${"0".repeat(40)}`;
/** Blocks after which what is set apart for an impaired account is looked at again. */
const NEAR_AGE_BLOCKS = 5;

export const nameOfAccount = (vault: string, trader: string): string =>
  nameOfPosition(vault, { borrower: trader, collateral: NO_COLLATERAL });

/** All margin vaults of the engine, in order of registration. */
export async function readMarginVaults(rpc: Views, blockHash: string, engine: string): Promise<VaultBasics[]> {
  const addresses = await vaultsThat(rpc, blockHash, engine, { abi: MARGIN_VAULT, name: "marketCount" });
  return Promise.all(addresses.map(async (address) => readBasics(rpc, blockHash, engine, address)));
}

export class MarginBook {
  readonly entries = new Map<string, AccountEntry>();
  vaults: readonly VaultBasics[] = [];
  private readonly rpc: Views;
  private readonly rules: BookRules;

  /** @param rules with the address of `MarginLens` as their lens */
  constructor(rpc: Views, rules: BookRules) {
    this.rpc = rpc;
    this.rules = rules;
  }

  /** Brings the book to a block: accounts that were touched, all after a restart, and what is left after a reorganisation. */
  async catchUp(
    head: Header,
    store: Pick<Store, "sightings">,
    { touched, orphaned }: { touched: readonly Sighting[]; orphaned: number },
  ): Promise<void> {
    if (this.vaults.length === 0) return;
    if (this.entries.size === 0 || orphaned > 0) {
      const known = (await store.sightings("account")).filter(({ source }) =>
        this.vaults.some(({ address }) => address === source),
      );
      const names = new Set(known.map(({ source, first }) => nameOfAccount(source, first)));
      for (const name of [...this.entries.keys()]) if (!names.has(name)) this.entries.delete(name);
      await this.read(
        known.filter(({ source, first }) => !this.entries.has(nameOfAccount(source, first))),
        head,
      );
    }
    await this.read(
      touched.filter(({ kind }) => kind === "account"),
      head,
    );
  }

  /** Reads these accounts and their positions. */
  async read(keys: readonly Pick<Sighting, "source" | "first">[], head: Header): Promise<void> {
    const { lens, pageRows, concurrency } = this.rules;
    const ask = async (name: string, args: readonly unknown[]) =>
      this.rpc.call({ to: lens, data: MARGIN_LENS.encodeFunctionData(name, args) }, head.hash);
    for (const vault of this.vaults) {
      const traders = [...new Set(keys.filter(({ source }) => source === vault.address).map(({ first }) => first))];
      await inPages(traders, pageRows, concurrency, async (page) => {
        const rows = decodeAccounts(await ask("accounts", [vault.address, page]), page.length);
        const open = page.flatMap((trader, index) =>
          (rows[index]?.openMarkets ?? []).map((marketId) => ({ trader, marketId })),
        );
        const legs = new Map<string, Leg[]>();
        await inPages(open, pageRows, 1, async (part) => {
          const found = decodeLegs(await ask("marginPositions", [vault.address, part]), part);
          for (const [index, leg] of found.entries()) {
            const trader = part[index]?.trader ?? "";
            legs.set(trader, [...(legs.get(trader) ?? []), leg]);
          }
        });
        for (const [index, trader] of page.entries()) {
          const row = rows[index];
          if (row === undefined) continue;
          const name = nameOfAccount(vault.address, trader);
          // The entry read last is the last of the map.
          this.entries.delete(name);
          this.entries.set(name, { vault, trader, row, legs: legs.get(trader) ?? [], readAt: head.number });
        }
      });
    }
  }

  /** Every account that has something to lose, or has lost it, at the prices of a block. */
  async judge(head: Header): Promise<JudgedAccount[]> {
    const markets = new Map(
      await Promise.all(
        this.vaults.map(async ({ address }): Promise<[string, Market[]]> => {
          const data = MARGIN_LENS.encodeFunctionData("markets", [address]);
          return [address, decodeMarkets(await this.rpc.call({ to: this.rules.lens, data }, head.hash))];
        }),
      ),
    );
    const judged: JudgedAccount[] = [];
    for (const [name, entry] of this.entries) {
      const { row, legs, vault } = entry;
      if (legs.length === 0 && row.deficitAssets === 0n && row.impairedAt === 0) continue;
      judged.push({ name, entry, standing: standingOf(row, legs, markets.get(vault.address) ?? []) });
    }
    return judged;
  }

  /** Accounts that should be read again: impaired ones, then those not looked at for longest. */
  stale(head: number): Pick<Sighting, "source" | "first">[] {
    const entries = [...this.entries.values()];
    const impaired = entries.filter(({ row, readAt }) => row.impairedAt !== 0 && head - readAt >= NEAR_AGE_BLOCKS);
    const oldest = entries.filter(({ readAt }) => head - readAt >= this.rules.maxAgeBlocks);
    const chosen = [...new Set([...impaired, ...oldest])].slice(0, this.rules.pageRows);
    return chosen.map(({ vault, trader }) => ({ source: vault.address, first: trader }));
  }
}
