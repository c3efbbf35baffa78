/**
 * The ledger of write-offs kept a second time, from events, by the arithmetic of scripts/lib/waterfall.ts. Money that
 * comes back must go where that arithmetic sends it, and at the end every entry must equal the engine's, to the unit.
 */
import { eventsOf, type Mined } from "../lib/chain.ts";
import {
  addLayers,
  type Climb,
  climb,
  climbOn,
  type Ladder,
  type Layers,
  standing,
  totalOf,
} from "../lib/waterfall.ts";
import { LossBooks } from "./loss-books.ts";
import { type LossWorld } from "./world.ts";

/** One write-off and what has come back of it. Asset units. */
export interface LedgerEntry extends Ladder {
  readonly id: bigint;
  auctionProceeds: bigint;
  returned: bigint;
  /** Outside money received. */
  recovered: bigint;
}

/** Outside money that arrived for one write-off, and where it went. */
export interface Recovery extends Climb {
  readonly id: bigint;
  readonly payer: string;
  readonly timestamp: number;
}

/** The contracts sent money elsewhere than the computation, or their ledger differs. */
export class LedgerMismatch extends Error {
  override readonly name = "LedgerMismatch";
}

export class LedgerMirror {
  readonly entries = new Map<bigint, LedgerEntry>();
  readonly recoveries: Recovery[] = [];
  /** What dilution sent on upwards; `toDilution` is negative. */
  readonly sentOn: Climb[] = [];
  readonly books: LossBooks;
  private readonly world: LossWorld;

  constructor(world: LossWorld, books: LossBooks) {
    this.world = world;
    this.books = books;
  }

  static async create(world: LossWorld): Promise<LedgerMirror> {
    return new LedgerMirror(world, await LossBooks.create(world));
  }

  /** An entry of an impaired debt, under which nothing may ever be written off. */
  open(id: bigint): void {
    if (!this.entries.has(id)) this.add(id, { reserves: 0n, insurance: 0n, dilutionCash: 0n, socialized: 0n });
  }

  /** A write-off, or one more part of one. */
  add(id: bigint, layers: Layers): void {
    const before = this.entries.get(id);
    const entry = before ?? { id, auctionProceeds: 0n, returned: 0n, recovered: 0n };
    this.entries.set(id, { ...entry, ...(before === undefined ? layers : addLayers(before, layers)) });
  }

  /** Entries under which a debt was written off. */
  writeOffs(): LedgerEntry[] {
    return [...this.entries.values()].filter((entry) => totalOf(entry) > 0n);
  }

  /** What the lenders charged by `id` have not got back yet. */
  owedToLenders(id: bigint): bigint {
    const entry = this.entries.get(id);
    if (entry === undefined) return 0n;
    return entry.socialized - entry.auctionProceeds - standing(entry, entry.recovered).toLenders;
  }

  /** Those of them that are not fully repaid. */
  outstanding(): LedgerEntry[] {
    return this.writeOffs().filter((entry) => totalOf(entry) > entry.recovered);
  }

  /** Takes note of everything that a transaction did to existing write-offs, and checks it. */
  follow(mined: Mined): void {
    const { engine, debtAuction } = this.world;
    for (const { args } of eventsOf(mined, engine, "ProceedsCredited")) {
      const { id, assets } = args as unknown as { id: bigint; assets: bigint };
      this.entry(id).auctionProceeds += assets;
      this.books.recover(id, { toLenders: assets, toInsurance: 0n });
    }
    for (const { args } of eventsOf(mined, engine, "Recovered")) {
      const { id, payer, toLenders, toDilution, toInsurance, toReserves } = args as unknown as RecoveredEvent;
      const actual = { toLenders, toDilution, toInsurance, toReserves };
      const entry = this.entry(id);
      const assets = toLenders + toDilution + toInsurance + toReserves;
      compare(id, actual, climb(entry, entry.recovered, assets));
      entry.recovered += assets;
      this.books.recover(id, actual);
      this.recoveries.push({ id, payer, timestamp: mined.timestamp, ...actual });
    }
    for (const { args } of eventsOf(mined, engine, "Returned")) {
      const { id, toInsurance, toReserves } = args as unknown as RecoveredEvent;
      const entry = this.entry(id);
      const assets = toInsurance + toReserves;
      const actual = { toLenders: 0n, toDilution: -assets, toInsurance, toReserves };
      compare(id, actual, climbOn(entry, entry.recovered, assets));
      entry.returned += assets;
      this.books.recover(id, actual);
      this.sentOn.push(actual);
    }
    for (const { args } of eventsOf(mined, debtAuction, "LotBought")) {
      this.books.dilution.sold(args.id as bigint, args.tokens as bigint);
    }
    // A lot that a further loss opens again was taken back by the books already.
    const opened = eventsOf(mined, debtAuction, "LotOpened").map(({ args }) => args.id as bigint);
    for (const { args } of eventsOf(mined, debtAuction, "LotSettled")) {
      if (!opened.includes(args.id as bigint)) this.books.settleLot(args.id as bigint, mined.timestamp);
    }
    this.books.check(mined);
  }

  /** Compares every entry with the engine's ledger. Returns how many there are. */
  async checkAgainstChain(): Promise<number> {
    const { engine, vault } = this.world;
    const count = Number(await engine.writeOffCount(vault));
    if (count !== this.entries.size)
      throw new LedgerMismatch(`the engine has ${count} entries, the mirror ${this.entries.size}`);
    for (const entry of this.entries.values()) {
      const chained = await engine.ledger(vault, entry.id);
      const pairs = [
        ["reserves", chained.reserves, entry.reserves],
        ["insurance", chained.insurance, entry.insurance],
        ["dilutionCash", chained.dilutionCash, entry.dilutionCash],
        ["socialized", chained.socialized, entry.socialized],
        ["auctionProceeds", chained.auctionProceeds, entry.auctionProceeds],
        ["recovered", chained.recovered, entry.recovered],
      ] as const;
      for (const [field, theirs, ours] of pairs) {
        if (theirs !== ours) throw new LedgerMismatch(`write-off ${entry.id}: ${field} is ${theirs}, computed ${ours}`);
      }
    }
    return count;
  }

  private entry(id: bigint): LedgerEntry {
    const entry = this.entries.get(id);
    if (entry === undefined) throw new LedgerMismatch(`write-off ${id} is unknown`);
    return entry;
  }
}

/** Values of the engine's events that are read here. */
interface RecoveredEvent extends Climb {
  readonly id: bigint;
  readonly payer: string;
}

function compare(id: bigint, actual: Climb, expected: Climb): void {
  for (const layer of ["toLenders", "toDilution", "toInsurance", "toReserves"] as const) {
    if (actual[layer] !== expected[layer]) {
      throw new LedgerMismatch(
        `recovery of write-off ${id}: ${layer} is ${actual[layer]}, computed ${expected[layer]}`,
      );
    }
  }
}
