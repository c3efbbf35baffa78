/**
 * Every position, in memory, as it is at the newest block. A row is read from the lens when its position is touched, when
 * it is near its limit, and from time to time; in between it follows the price of its collateral, which is exact but for
 * the interest of a few blocks. Nothing is ever sent on the strength of it: the chain is asked before.
 */
import { LENS } from "../abi.ts";
import { type Header } from "../rpc/endpoint.ts";
import { type Views } from "../rpc/pool.ts";
import { type Sighting } from "../store/types.ts";
import { inPages } from "./pages.ts";
import { priceKey, type Prices } from "./prices.ts";
import { decodeRows, encodeKeys, type PositionKey, type Row } from "./rows.ts";
import { type Vault } from "./vaults.ts";

export interface BookRules {
  readonly lens: string;
  readonly pageRows: number;
  readonly concurrency: number;
  readonly bandBps: number;
  readonly maxAgeBlocks: number;
}

/** One position and what is known of it. */
export interface Entry extends PositionKey {
  vault: Vault;
  readonly row: Row;
  /** Block at which the row was read. */
  readonly readAt: number;
}

/** A position at the present price. */
export interface Judged {
  readonly entry: Entry;
  readonly healthWad: bigint;
  readonly shortfallAssets: bigint;
  /** The price source answers. */
  readonly priced: boolean;
}

export const WAD = 10n ** 18n;
const BPS = 10_000n;
/** Blocks after which a row near its limit has gathered interest worth reading. */
const NEAR_AGE_BLOCKS = 5;

export const nameOfPosition = (vault: string, { borrower, collateral }: PositionKey): string =>
  `${vault}:${borrower}:${collateral}`;

const SELECTOR = LENS.getFunction("positions")?.selector ?? "";

export class Book {
  readonly entries = new Map<string, Entry>();
  private readonly rpc: Views;
  private readonly rules: BookRules;
  private vaults: ReadonlyMap<string, Vault>;

  constructor(rpc: Views, rules: BookRules, vaults: readonly Vault[]) {
    this.rpc = rpc;
    this.rules = rules;
    this.vaults = new Map(vaults.map((vault) => [vault.address, vault]));
  }

  /** The vaults' rules have been read again. */
  setVaults(vaults: readonly Vault[]): void {
    this.vaults = new Map(vaults.map((vault) => [vault.address, vault]));
    for (const entry of this.entries.values()) entry.vault = this.vaults.get(entry.vault.address) ?? entry.vault;
  }

  /** Reads the rows of these positions at a block; positions that are new are entered. */
  async read(keys: readonly (PositionKey & { source: string })[], head: Header): Promise<void> {
    for (const [address, vault] of this.vaults) {
      const own = keys.filter(({ source }) => source === address);
      await inPages(own, this.rules.pageRows, this.rules.concurrency, async (page) => {
        const data = encodeKeys(SELECTOR, address, page);
        const rows = decodeRows(await this.rpc.call({ to: this.rules.lens, data }, head.hash), page.length);
        for (const [index, { borrower, collateral }] of page.entries()) {
          const row = rows[index];
          if (row === undefined) continue;
          const entry: Entry = { vault, borrower, collateral, row, readAt: head.number };
          const name = nameOfPosition(address, entry);
          // The entry read last is the last of the map.
          this.entries.delete(name);
          this.entries.set(name, entry);
        }
      });
    }
  }

  /** After a reorganisation: only what is known to exist stays. */
  retain(sightings: readonly Sighting[]): void {
    const known = new Set(
      sightings.map(({ source, first, second }) => nameOfPosition(source, { borrower: first, collateral: second })),
    );
    for (const name of [...this.entries.keys()]) if (!known.has(name)) this.entries.delete(name);
  }

  /** Every position with debt at the present prices. */
  judge(prices: Prices): Judged[] {
    const judged: Judged[] = [];
    for (const entry of this.entries.values()) {
      if (entry.row.debtAssets !== 0n) judged.push(judge(entry, prices));
    }
    return judged;
  }

  /** Positions that should be read again: near their limit first, then those not looked at for longest. */
  stale(judged: readonly Judged[], head: number): (PositionKey & { source: string })[] {
    const limit = WAD + (WAD * BigInt(this.rules.bandBps)) / BPS;
    const near = judged.filter(
      ({ entry, healthWad }) =>
        head - entry.readAt >= NEAR_AGE_BLOCKS && (healthWad < limit || entry.row.impairedAt !== 0),
    );
    near.sort((left, right) => (left.healthWad < right.healthWad ? -1 : left.healthWad > right.healthWad ? 1 : 0));
    const budget = Math.ceil(this.entries.size / this.rules.maxAgeBlocks) + this.rules.pageRows;
    const chosen = new Set(near.slice(0, this.rules.pageRows).map(({ entry }) => entry));
    // Entries come in the order in which they were entered last, so the first are the oldest.
    for (const entry of this.entries.values()) {
      if (chosen.size >= budget || head - entry.readAt < this.rules.maxAgeBlocks) break;
      chosen.add(entry);
    }
    return [...chosen].map(({ vault, borrower, collateral }) => ({ source: vault.address, borrower, collateral }));
  }
}

function judge(entry: Entry, prices: Prices): Judged {
  const { row, vault, collateral } = entry;
  const now = prices.get(priceKey(vault.address, collateral));
  const rules = vault.collaterals.find(({ token }) => token === collateral);
  if (rules === undefined || rules.retired || row.collateralAssets === 0n) {
    return { entry, healthWad: row.healthWad, shortfallAssets: row.shortfallAssets, priced: row.failure === "" };
  }
  if (now === undefined) return { entry, healthWad: WAD * WAD, shortfallAssets: 0n, priced: false };
  const valueAssets = (row.collateralAssets * now.primaryAssets) / rules.probe;
  const highAssets = (row.collateralAssets * now.highAssets) / rules.probe;
  const covered = (highAssets * BPS) / (BPS + rules.minIncentiveBps);
  return {
    ...{ entry, priced: true },
    healthWad: (valueAssets * rules.lltvBps * (WAD / BPS)) / (row.debtAssets + row.defaultedAssets),
    shortfallAssets: row.debtAssets > covered ? row.debtAssets - covered : 0n,
  };
}
