/**
 * The leaky bucket of DESIGN step 3, from its definition: what is drawn fills it, a full one empties linearly in its
 * window, and what may be drawn is what still fits. A second opinion on the contract's library.
 */
import { max, min } from "./units.ts";

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

  /** Takes back at second `now` a draw of second `drawnAt` that was not used: only what cannot have leaked since. */
  release(quantity: bigint, now: number, drawnAt: number): void {
    this.level = max(0n, this.levelAt(now) - max(0n, quantity - this.leaked(now - drawnAt)));
    this.updatedAt = now;
  }

  /** The level at second `now`, rounded up. */
  private levelAt(now: number): bigint {
    return max(0n, this.level - this.leaked(now - this.updatedAt));
  }

  /** What leaks out of a full bucket in that many seconds, rounded down. */
  private leaked(seconds: number): bigint {
    return (this.capacity * BigInt(seconds)) / this.windowSeconds;
  }
}

/** An hourly and a thirty-day bucket that limit the same thing together. */
export class BucketPair {
  private readonly buckets: readonly LeakyBucket[];

  constructor(hourCap: bigint, monthCap: bigint) {
    this.buckets = [new LeakyBucket(hourCap, 3_600n), new LeakyBucket(monthCap, 30n * 86_400n)];
  }

  /** What may be drawn at second `now`: what fits into both. */
  available(now: number): bigint {
    return this.buckets.map((bucket) => bucket.available(now)).reduce(min);
  }

  draw(quantity: bigint, now: number): void {
    for (const bucket of this.buckets) bucket.draw(quantity, now);
  }

  release(quantity: bigint, now: number, drawnAt: number): void {
    for (const bucket of this.buckets) bucket.release(quantity, now, drawnAt);
  }
}
