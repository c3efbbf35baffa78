/** Phrases and functions by name to calls. What sets figures is in `set-call.ts`. */
import { ROLE_IDS } from "../lib/roles.ts";
import { abiOf } from "./abis.ts";
import { GovernanceError } from "./errors.ts";
import { type BatchCall } from "./safe/transaction.ts";
import { type System } from "./system.ts";
import { type Action, type Callee, NOTHING } from "./words/actions.ts";
import { type ActionChange, type CallChange } from "./words/grammar.ts";
import { didYouMean, sameWord } from "./words/suggest.ts";
import { parseValue } from "./words/values.ts";

/** One figure that a call changes, for people. */
export interface FigureChange {
  readonly what: string;
  readonly before: string;
  readonly after: string;
  readonly isLooser: boolean;
}

/** What a call was computed from: if it is different when the call is made, the call does something else than was meant. */
export interface Basis {
  readonly contract: string;
  readonly subject: string;
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

export interface PlannedCall extends BatchCall {
  readonly words: string;
  readonly changes: readonly FigureChange[];
  readonly basis: Basis | undefined;
  /** Why it gives somebody more room, if it does. */
  readonly loosens: string | undefined;
}

/** Call of a phrase. */
export async function actionCall(change: ActionChange, system: System, safe: string): Promise<PlannedCall> {
  const { action, words, values } = change;
  const given: unknown[] = [];
  for (const { name, kind, text } of values) {
    if (kind === "token" || kind === "account") given.push(system.names.resolve(text, name));
    else if (kind === "role") given.push(roleId(text));
    else if (kind === "assets") {
      given.push(
        parseValue(text, await system.scaleOf({ name, unit: "money", money: "asset", looser: "none" }, {}), name),
      );
    } else given.push(parseValue(text, { unit: kind }, name));
  }
  const args = await argumentsOf(action, given, system, safe);
  return {
    to: action.callee === "Safe" ? safe : system.names.addressOf(action.place ?? action.callee),
    value: 0n,
    data: action.function === NOTHING ? "0x" : encode(action.callee, action.function, args),
    words,
    changes: [],
    basis: undefined,
    loosens: action.loosens,
  };
}

/** Call of a function by name. */
export function plainCall({ contract, function: name, args, words }: CallChange, system: System): PlannedCall {
  return {
    to: system.names.addressOf(contract),
    value: 0n,
    data: encode(contract, name, args),
    words,
    changes: [],
    basis: undefined,
    loosens: undefined,
  };
}

async function argumentsOf(
  action: Action,
  given: readonly unknown[],
  system: System,
  safe: string,
): Promise<unknown[]> {
  if (action.callee === "Safe" && (action.function === "swapOwner" || action.function === "removeOwner")) {
    return [await ownerBefore(String(given[0]), system, safe), ...given];
  }
  return (action.args ?? given.map((_value, i) => i)).map((arg) => {
    if (arg === "$vault") return system.names.addressOf("LendingVault");
    if (arg === "$marginVault") return system.names.addressOf("MarginVault");
    return typeof arg === "number" ? given[arg] : arg;
  });
}

const SENTINEL = "0x0000000000000000000000000000000000000001";

/** Who stands before `owner` in the Safe's list. */
async function ownerBefore(owner: string, { provider }: System, safe: string): Promise<string> {
  const answer = await provider.call({ to: safe, data: abiOf("Safe").encodeFunctionData("getOwners") });
  const [list] = abiOf("Safe").decodeFunctionResult("getOwners", answer) as unknown as [string[]];
  const owners = [...list];
  const at = owners.indexOf(owner);
  if (at < 0) throw new GovernanceError("NotAnOwner", `${owner} owns nothing here; owners: ${owners.join(", ")}`);
  return owners[at - 1] ?? SENTINEL;
}

function roleId(text: string): bigint {
  const known = Object.keys(ROLE_IDS);
  const name = sameWord(text, known) as keyof typeof ROLE_IDS | undefined;
  if (name === undefined) throw new GovernanceError("UnknownName", `role "${text}"; ${didYouMean(text, known)}`);
  return ROLE_IDS[name];
}

/** Calldata of a function by name; arguments that do not fit are a `BadValue`. */
export function encode(callee: Callee, name: string, args: readonly unknown[]): string {
  try {
    return abiOf(callee).encodeFunctionData(name, args);
  } catch (error) {
    const why = error instanceof Error ? error.message.split(" (")[0] : String(error);
    throw new GovernanceError("BadValue", `${callee}.${name}: the arguments do not fit: ${why}`);
  }
}
