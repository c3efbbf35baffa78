/** What a setter takes, figure by figure: how each is written, which way it loosens, and where its present value is read. */
import { type Unit } from "./values.ts";

/** Which direction gives borrowers, keepers or governance more room at the expense of who stands ready to lose. */
export type Looser = "up" | "down" | "any" | "none";

/** Whose decimals a sum of money has. */
export type MoneyOf = "asset" | "backstop" | "collateralPrice" | "feed";

export interface Field {
  /** As in the getter's ABI. */
  readonly name: string;
  readonly unit: Unit;
  readonly money?: MoneyOf;
  readonly looser: Looser;
  /** Zero turns the protection off, whatever the direction otherwise. */
  readonly zeroIsOff?: true;
}

/** What stands between the subject and its fields. */
export type Key = "token" | "vault" | "market";

export interface Getter {
  readonly name: string;
  /** Path inside its answer to the fields; empty for the answer itself. */
  readonly path?: readonly string[];
  /** How many of the fields it gives. */
  readonly count: number;
  /** The getter takes the vault although the setter does not. */
  readonly forVault?: true;
}

export const field = (name: string, unit: Unit, looser: Looser, more: Partial<Field> = {}): Field => ({
  name,
  unit,
  looser,
  ...more,
});
export const ratio = (name: string, looser: Looser): Field => field(name, "ratio", looser);
export const seconds = (name: string, looser: Looser): Field => field(name, "seconds", looser);
export const assets = (name: string, looser: Looser, more: Partial<Field> = {}): Field =>
  field(name, "money", looser, { money: "asset", ...more });
export const tokens = (name: string, looser: Looser): Field => field(name, "money", looser, { money: "backstop" });
export const wad = (name: string, looser: Looser): Field => field(name, "wad", looser);
export const address = (name: string): Field => field(name, "address", "any");

/** One getter that gives all fields. */
export const whole = (name: string, fields: readonly Field[], path: readonly string[] = []): readonly Getter[] => [
  { name, path, count: fields.length },
];

/** One setter of a contract: `set<Name>`. */
export type Row = readonly [
  name: string,
  keys: readonly Key[],
  form: "struct" | "plain",
  fields: readonly Field[],
  getters?: readonly Getter[],
];

/** Endings that say a unit, which people leave out: `lltv` for `lltvBps`. */
const UNIT_ENDING = /(Bps|Wad|Assets|Seconds)$/;

/** Names under which a field can be written. */
export function fieldNames({ name }: Field): readonly string[] {
  const short = name.replace(UNIT_ENDING, "");
  return short === "" || short === name ? [name] : [short, name];
}
