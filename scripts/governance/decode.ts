/** Bytes of a call, back to what they do: names, arguments, and calls inside calls. Nothing but the bytes is believed. */
import { type FunctionFragment, type ParamType, type Result } from "ethers";

import { abiOf } from "./abis.ts";
import { type NamedAddress, type Names } from "./names.ts";
import { type BatchCall, callsInside, OPERATION, type SafeTransaction } from "./safe/transaction.ts";
import { ACTIONS } from "./words/actions.ts";
import { type Field } from "./words/fields.ts";
import { type Subject, SUBJECTS } from "./words/subjects.ts";
import { formatValue, type Scale } from "./words/values.ts";

/** One call as it is read from its bytes. */
export interface Decoded {
  readonly to: string;
  readonly value: bigint;
  readonly data: string;
  /** What is at the address, if the deployment knows it. */
  readonly target: NamedAddress | undefined;
  /** The function, if the target's ABI has it. */
  readonly fragment: FunctionFragment | undefined;
  readonly args: readonly unknown[];
  /** Arguments for people, as `name: value`. */
  readonly shown: readonly string[];
  /** What AccessManager is told to schedule, execute or cancel. */
  readonly inner: Decoded | undefined;
}

const MANAGED: ReadonlySet<string> = new Set(["schedule", "execute", "cancel"]);
/** Zero means: as soon as the delay allows. */
const AS_SOON_AS_ALLOWED = 0n;

/** All calls of a transaction, in order. */
export function decodeTransaction(transaction: SafeTransaction, names: Names): Decoded[] {
  return callsInside(transaction).map((call) => decodeCall(call, names));
}

/** Whether the Safe would run foreign code as its own, other than the batch contract's. */
export function isForeignDelegateCall(transaction: SafeTransaction): boolean {
  return transaction.operation === OPERATION.delegateCall && callsInside(transaction)[0]?.data === transaction.data;
}

/** One call. */
export function decodeCall({ to, value, data }: BatchCall, names: Names): Decoded {
  const target = names.find(to);
  const undecoded = { to, value, data, target, fragment: undefined, args: [], shown: [], inner: undefined };
  if (target?.contract === undefined || data.length < 10) return undecoded;
  const abi = abiOf(target.contract);
  const fragment = abi.getFunction(data.slice(0, 10));
  if (fragment === null) return undecoded;
  let args: Result;
  try {
    args = abi.decodeFunctionData(fragment, data);
  } catch {
    return undecoded;
  }
  // Bytes that decode but would be encoded otherwise hide something after the arguments.
  if (abi.encodeFunctionData(fragment, args) !== data.toLowerCase()) return undecoded;
  return {
    ...{ to, value, data, target, fragment, args: [...args] },
    shown: fragment.inputs.flatMap((input, i) =>
      showInput({ target, fragment, input, i, value: args[i] as unknown }, names),
    ),
    inner: innerCall(target, fragment, args, names),
  };
}

function innerCall(target: NamedAddress, fragment: FunctionFragment, args: Result, names: Names): Decoded | undefined {
  if (target.contract !== "AccessManager" || !MANAGED.has(fragment.name)) return undefined;
  const [to, data] = (fragment.name === "cancel" ? [args[1], args[2]] : [args[0], args[1]]) as [string, string];
  return decodeCall({ to, value: 0n, data }, names);
}

interface Input {
  readonly target: NamedAddress;
  readonly fragment: FunctionFragment;
  readonly input: ParamType;
  readonly i: number;
  readonly value: unknown;
}

function showInput({ target, fragment, input, i, value }: Input, names: Names): string[] {
  if (target.contract === "AccessManager" && MANAGED.has(fragment.name)) {
    if (input.name === "when" && value !== AS_SOON_AS_ALLOWED) return [`not before: second ${String(value)}`];
    return input.name === "caller" ? [`announced by: ${names.nameOf(String(value))}`] : [];
  }
  const subject = subjectOf(target, fragment);
  // The steward is told the vault first.
  const keys = (subject?.keys.length ?? 0) + (target.contract === "RiskSteward" ? 1 : 0);
  if (subject !== undefined && i >= keys) {
    const fields = subject.isStruct ? subject.fields : subject.fields.slice(i - keys);
    const values = subject.isStruct ? [...(value as Result)] : [value];
    return values.map((figure, k) => showField(fields[k], figure, names));
  }
  const label = input.name === "" ? (subject?.keys[i] ?? slotOf(target, fragment, i)) : input.name;
  return [`${label}: ${showPlain(value, names)}`];
}

/** Parameters without a name in the ABI are called as in the phrase that stands for the function. */
function slotOf({ contract }: NamedAddress, { name }: FunctionFragment, i: number): string {
  const action = ACTIONS.find((row) => row.callee === contract && row.function === name && row.args === undefined);
  const slots = [...(action?.phrase.matchAll(/<(\w+):/g) ?? [])].map(([, slot]) => slot);
  return slots[i] ?? `argument ${i + 1}`;
}

/** What a setter sets, or what the steward changes by it. */
function subjectOf({ contract }: NamedAddress, { name }: FunctionFragment): Subject | undefined {
  if (contract === "RiskSteward" && name.startsWith("change")) {
    return SUBJECTS.find((row) => row.contract === "LendingVault" && row.setter === name.replace("change", "set"));
  }
  return SUBJECTS.find((row) => row.contract === contract && row.setter === name);
}

function showField(field: Field | undefined, value: unknown, names: Names): string {
  if (field === undefined) return showPlain(value, names);
  return `${field.name}: ${showFigure(field, value, names, scaleWithoutChain(field, names))}`;
}

/** A figure by its field; sums only as far as names tell their decimals. */
export function showFigure(field: Field, value: unknown, names: Names, scale: Scale | undefined): string {
  if (field.unit === "address") return names.nameOf(String(value));
  const figure = typeof value === "boolean" ? (value ? 1n : 0n) : (value as bigint);
  return scale === undefined ? figure.toString() : formatValue(figure, scale);
}

/** The scale of a figure as far as names tell it: prices of collateral and feeds need the chain. */
function scaleWithoutChain(field: Field, names: Names): Scale | undefined {
  if (field.unit !== "money") return { unit: field.unit };
  if (field.money !== "asset" && field.money !== "backstop") return undefined;
  const token = names.entries.find((entry) => entry.name === `$${field.money ?? ""}`);
  const symbol = token === undefined ? undefined : names.find(token.address)?.name;
  if (token?.decimals === undefined || symbol === undefined) return undefined;
  return { unit: "money", decimals: token.decimals, symbol };
}

function showPlain(value: unknown, names: Names): string {
  if (Array.isArray(value)) return `[${value.map((item) => showPlain(item, names)).join(", ")}]`;
  const text = String(value);
  return /^0x[0-9a-fA-F]{40}$/.test(text) ? names.nameOf(text) : text;
}
