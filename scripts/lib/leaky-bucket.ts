/**
 * The leaky bucket of DESIGN step 3, from its definition: what is drawn fills it, a full one empties linearly in its
 * window, and what may be drawn is what still fits. A second opinion on the contract's library.
 */
import { max } from "./units.ts";

/** One bucket; levels and capacity in the unit of whatever is limited. */
export class LeakyBucket {
  private level = 0n;
  private updatedAt = 0;
  readonly capacity: bigint;
  readonly windowSeconds: bigint;

  constructor(capacity: bigint, windowSeconds: bigint) {
    this.capacity = capacity;
    this.windowSeconds = windowSeconds;
  }

  /** What may be drawn at second `now`. */
  available(now: number): bigint {
    return max(0n, this.capacity - this.levelAt(now));
  }

  /** Books a draw at second `now`. */
  draw(quantity: bigint, now: number): void {
    this.level = this.levelAt(now) + quantity;
    this.updatedAt = now;
  }

  /** Takes back a draw that was not used. */
  release(quantity: bigint, now: number): void {
    this.level = max(0n, this.levelAt(now) - quantity);
    this.updatedAt = now;
  }

  /** The level at second `now`, rounded up. */
  private levelAt(now: number): bigint {
    const leaked = (this.capacity * BigInt(now - this.updatedAt)) / this.windowSeconds;
    return max(0n, this.level - leaked);
  }
}
