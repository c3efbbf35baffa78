/**
 * Seeded random numbers: sfc32 ("Small Fast Counting", Chris Doty-Humphrey, PractRand), 128 bits of state on unsigned
 * 32-bit integers. The seed text is spread over the state by FNV-1a with one salt per word; the first 20 outputs are
 * thrown away. The same seed gives the same numbers on every machine.
 */
export class Rng {
  /** Printed with every result so that a run can be repeated. */
  readonly seed: string;
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** @param seed any text */
  constructor(seed: string) {
    this.seed = seed;
    this.a = fnv1a(`a:${seed}`);
    this.b = fnv1a(`b:${seed}`);
    this.c = fnv1a(`c:${seed}`);
    for (let i = 0; i < 20; i++) this.uint32();
  }

  /** An independent stream for one purpose, so that a draw added for one does not shift the others. */
  fork(purpose: string): Rng {
    return new Rng(`${this.seed}/${purpose}`);
  }

  /** Next whole number in [0, 2^32). */
  uint32(): number {
    const output = (this.a + this.b + this.counter) >>> 0;
    this.counter = (this.counter + 1) >>> 0;
    this.a = (this.b ^ (this.b >>> 9)) >>> 0;
    this.b = (this.c + (this.c << 3)) >>> 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + output) >>> 0;
    return output;
  }

  /** A whole number in [low, high], both included; 64 bits are drawn, so the bias is below 2^-32 for any money range. */
  between(low: bigint, high: bigint): bigint {
    const draw = (BigInt(this.uint32()) << 32n) | BigInt(this.uint32());
    return low + (draw * (high - low + 1n)) / (1n << 64n);
  }

  /** A whole number in [low, high] as a `number`, for indices and seconds. */
  integer(low: number, high: number): number {
    return Number(this.between(BigInt(low), BigInt(high)));
  }

  /** True in `bps` of 10,000 cases. */
  chance(bps: number): boolean {
    return this.integer(1, 10_000) <= bps;
  }

  /** One of the items, all equally likely. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(0, items.length - 1)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  /** The items in a new random order (Fisher-Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [result[i], result[j]] = [result[j] as T, result[i] as T];
    }
    return result;
  }
}

/** 32-bit FNV-1a hash of a text's UTF-8 bytes. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}
