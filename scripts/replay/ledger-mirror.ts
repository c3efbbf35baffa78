/**
 * The ledger of write-offs kept a second time, from events, by the arithmetic of scripts/lib/waterfall.ts. Money that
 * comes back must go where that arithmetic sends it, and at the end every entry must equal the engine's, to the unit.
 */
import { eventsOf, type Mined } from "../lib/chain.ts";
import { type Climb, climb, climbOn, type Ladder, type Layers } from "../lib/waterfall.ts";
import { type World } from "./world.ts";

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
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** A new write-off. */
  add(id: bigint, layers: Layers): void {
    this.entries.set(id, { ...layers, id, auctionProceeds: 0n, returned: 0n, recovered: 0n });
  }

  /** Takes note of everything that a transaction did to existing write-offs, and checks it. */
  follow(mined: Mined): void {
    const { engine } = this.world;
    for (const { args } of eventsOf(mined, engine, "ProceedsCredited")) {
      this.entry(args.id as bigint).auctionProceeds += args.assets as bigint;
    }
    for (const { args } of eventsOf(mined, engine, "Recovered")) {
      const { id, payer, toLenders, toDilution, toInsurance, toReserves } = args as unknown as RecoveredEvent;
      const actual = { toLenders, toDilution, toInsurance, toReserves };
      const entry = this.entry(id);
      const assets = toLenders + toDilution + toInsurance + toReserves;
      compare(id, actual, climb(entry, entry.recovered, assets));
      entry.recovered += assets;
      this.recoveries.push({ id, payer, timestamp: mined.timestamp, ...actual });
    }
    for (const { args } of eventsOf(mined, engine, "Returned")) {
      const { id, toInsurance, toReserves } = args as unknown as RecoveredEvent;
      const entry = this.entry(id);
      const assets = toInsurance + toReserves;
      const actual = { toLenders: 0n, toDilution: -assets, toInsurance, toReserves };
      compare(id, actual, climbOn(entry, entry.recovered, assets));
      entry.returned += assets;
      this.sentOn.push(actual);
    }
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
