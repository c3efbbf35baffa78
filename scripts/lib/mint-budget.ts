/**
 * How many tokens a vault's losses may mint, from the definition: what fits into an hourly and a thirty-day bucket and
 * under the lifetime cap. Tokens count when they are offered; what nobody took is given back.
 */
import { BucketPair } from "./leaky-bucket.ts";
import { max, min } from "./units.ts";

/** Token units. */
export interface MintLimits {
  readonly hourCap: bigint;
  readonly monthCap: bigint;
  readonly lifetimeCap: bigint;
}

export class MintBudget {
  private readonly buckets: BucketPair;
  private readonly lifetimeCap: bigint;
  private issued = 0n;

  constructor({ hourCap, monthCap, lifetimeCap }: MintLimits) {
    this.buckets = new BucketPair(hourCap, monthCap);
    this.lifetimeCap = lifetimeCap;
  }

  /** Tokens that may be offered or minted at second `now`. */
  available(now: number): bigint {
    return min(this.buckets.available(now), max(0n, this.lifetimeCap - this.issued));
  }

  /** Books tokens that are minted or put on offer at second `now`. */
  draw(tokens: bigint, now: number): void {
    this.buckets.draw(tokens, now);
    this.issued += tokens;
  }

  /** Gives back tokens that were put on offer at second `offeredAt` and not sold. */
  release(tokens: bigint, now: number, offeredAt: number): void {
    this.buckets.release(tokens, now, offeredAt);
    this.issued -= tokens;
  }
}
