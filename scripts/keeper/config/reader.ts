/** Reads a configuration value by value and remembers everything that is wrong with it, so that all of it is told at once. */
import { isAddress } from "ethers";

import { FixedPointError, parseFixed } from "../../lib/units.ts";

/** The configuration cannot be used; every problem names its setting, what it found, and what is expected. */
export class InvalidConfig extends Error {
  override readonly name = "InvalidConfig";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the keeper's configuration cannot be used:\n  ${problems.join("\n  ")}`);
    this.problems = problems;
  }
}

/** Amounts are written as decimal texts in whole tokens and held in WAD. */
const AMOUNT_DECIMALS = 18;

/** One object of the configuration. `done` complains about settings that nobody has asked for. */
export class Reader {
  private readonly path: string;
  private readonly values: Readonly<Record<string, unknown>>;
  private readonly problems: string[];
  private readonly asked = new Set<string>();

  constructor(path: string, value: unknown, problems: string[]) {
    this.path = path;
    this.problems = problems;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      problems.push(`${path || "the configuration"} is ${show(value)}, expected an object`);
      this.values = {};
    } else {
      this.values = value as Record<string, unknown>;
    }
  }

  has(key: string): boolean {
    this.asked.add(key);
    return this.values[key] !== undefined;
  }

  /** The value as it stands. */
  raw(key: string): unknown {
    this.asked.add(key);
    return this.values[key];
  }

  object(key: string): Reader {
    return new Reader(this.pathOf(key), this.raw(key), this.problems);
  }

  /** What stands for a part that was left out. */
  empty(key: string): Reader {
    return new Reader(this.pathOf(key), {}, this.problems);
  }

  list(key: string): Reader[] {
    const value = this.raw(key);
    if (Array.isArray(value)) {
      return value.map((item, index) => new Reader(`${this.pathOf(key)}[${index}]`, item, this.problems));
    }
    this.complain(key, value, "a list");
    return [];
  }

  whole(key: string, { min, max, fallback }: { min: number; max: number; fallback?: number }): number {
    const value = this.raw(key) ?? fallback;
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
    this.complain(key, value, `a whole number from ${min} to ${max}`);
    return min;
  }

  text(key: string, fallback?: string): string {
    const value = this.raw(key) ?? fallback;
    if (typeof value === "string" && value !== "") return value;
    this.complain(key, value, "a text");
    return "";
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.raw(key) ?? fallback;
    if (typeof value === "boolean") return value;
    this.complain(key, value, "true or false");
    return fallback;
  }

  oneOf<T extends string>(key: string, options: readonly [T, ...T[]], fallback?: T): T {
    const value = this.raw(key) ?? fallback;
    const found = options.find((option) => option === value);
    if (found !== undefined) return found;
    this.complain(key, value, `one of ${options.join(", ")}`);
    return options[0];
  }

  address(key: string): string {
    const value = this.raw(key);
    if (isAddress(value)) return value.toLowerCase();
    this.complain(key, value, "an address, with a right checksum if it has one");
    return `0x${"0".repeat(40)}`;
  }

  /** A decimal text, such as "12.5", in WAD. */
  amount(key: string, fallback?: string): bigint {
    return this.decimal(key, AMOUNT_DECIMALS, fallback);
  }

  /** A decimal text in gwei, as wei. */
  gwei(key: string, fallback?: string): bigint {
    return this.decimal(key, 9, fallback);
  }

  private decimal(key: string, decimals: number, fallback: string | undefined): bigint {
    const value = this.raw(key) ?? fallback;
    try {
      if (typeof value === "string") {
        const parsed = parseFixed(value, decimals);
        if (parsed >= 0n) return parsed;
      }
    } catch (error) {
      if (!(error instanceof FixedPointError)) throw error;
    }
    this.complain(key, value, `a decimal text of at least 0 with at most ${decimals} decimals, such as "12.5"`);
    return 0n;
  }

  complain(key: string, value: unknown, expected: string): void {
    this.problems.push(`${this.pathOf(key)} is ${show(value)}, expected ${expected}`);
  }

  /** Anything nobody asked for is a slip of the pen. */
  done(): void {
    for (const key of Object.keys(this.values)) {
      if (!this.asked.has(key)) {
        this.problems.push(`${this.pathOf(key)} is not a setting; known: ${[...this.asked].join(", ")}`);
      }
    }
  }

  pathOf(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }
}

/** Values are shown, but nothing longer: it might be a key in the wrong place. */
function show(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  const text = JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? `${part}n` : part));
  return text.length > 50 ? `a text of ${text.length} letters` : text;
}
