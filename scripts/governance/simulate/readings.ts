/** What is read of a deployment before and after: a list of texts, so that two of them can be compared line by line. */

export type Section = "parameters" | "switches" | "roles" | "safe" | "balances" | "losses";

/** One thing that can be read, and what it is. */
export interface Reading {
  readonly section: Section;
  readonly what: string;
  readonly value: string;
}

/** One reading that is different afterwards; what was not there has no value. */
export interface Difference {
  readonly section: Section;
  readonly what: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Accounts and positions that a reading is about. */
export interface Scope {
  readonly safes: readonly string[];
  readonly borrowers: readonly string[];
  /** Accounts that hold a role, or may be given one. */
  readonly accounts: readonly string[];
}

/** Nothing of a token that was not looked at before says nothing. */
const ZERO = /^0( |$)/;

/** What differs, in the order of the readings. */
export function differences(before: readonly Reading[], after: readonly Reading[]): Difference[] {
  const key = ({ section, what }: Reading): string => `${section} ${what}`;
  const first = new Map(before.map((reading) => [key(reading), reading.value]));
  const second = new Map(after.map((reading) => [key(reading), reading.value]));
  const all = [...before, ...after.filter((reading) => !first.has(key(reading)))];
  return all
    .map((reading) => ({
      section: reading.section,
      what: reading.what,
      before: first.get(key(reading)),
      after: second.get(key(reading)),
    }))
    .filter(({ before: then, after: now }) => then !== now && !(then === undefined && ZERO.test(now ?? "")));
}
