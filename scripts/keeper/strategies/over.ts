/**
 * What was found to be over: an order that has ended, a lot or a round that is closed. It is left alone until an event names
 * it, or for some blocks, because the chain may go back and a lot may be opened anew.
 */
import { nameOf } from "../indexer/events.ts";
import { type Sighting } from "../store/types.ts";

/** Blocks after which what was over is looked at again. */
const RECHECK_BLOCKS = 100;

export class Over {
  private readonly since = new Map<string, number>();

  /** Events have named these. */
  reopen(touched: readonly Sighting[]): void {
    for (const sighting of touched) this.since.delete(nameOf(sighting));
  }

  note(sighting: Sighting, block: number): void {
    this.since.set(nameOf(sighting), block);
  }

  has(sighting: Sighting, block: number): boolean {
    return block - (this.since.get(nameOf(sighting)) ?? -RECHECK_BLOCKS) < RECHECK_BLOCKS;
  }
}
