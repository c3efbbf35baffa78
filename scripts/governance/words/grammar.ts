/** Plain words to what is meant, without asking a chain: which setter or phrase, and the texts of its values. */
import { type ContractName, INTERFACES } from "../../lib/interfaces.ts";
import { GovernanceError } from "../errors.ts";
import { type Action, type ActionKind, ACTIONS } from "./actions.ts";
import { type Field, fieldNames } from "./fields.ts";
import { type Subject, SUBJECTS } from "./subjects.ts";
import { didYouMean, nearest, sameWord } from "./suggest.ts";

/** One change as it was asked for. */
export type Change = SetChange | ActionChange | CallChange | CancelChange;

export interface SetChange {
  readonly verb: "set" | "list";
  /** The risk council's way: at once, within the steward's steps. */
  readonly bySteward: boolean;
  readonly words: string;
  readonly subject: Subject;
  /** Texts of the keys that were given; a vault may be left out. */
  readonly keys: readonly string[];
  readonly values: readonly { readonly field: Field; readonly text: string }[];
}

export interface ActionChange {
  readonly verb: "act";
  readonly words: string;
  readonly action: Action;
  readonly values: readonly { readonly name: string; readonly kind: ActionKind; readonly text: string }[];
}

/** A function called by name, with its arguments as JSON. */
export interface CallChange {
  readonly verb: "call";
  readonly words: string;
  readonly contract: ContractName;
  readonly function: string;
  readonly args: readonly unknown[];
}

/** Takes back what another proposal has scheduled. */
export interface CancelChange {
  readonly verb: "cancel";
  readonly words: string;
  readonly proposal: string;
}

const CONTRACTS = Object.keys(INTERFACES) as readonly ContractName[];
const VERBS = ["set", "list", "steward", "call", "cancel", ...new Set(ACTIONS.map(({ phrase }) => firstWord(phrase)))];
const STEWARDED: readonly string[] = ["collateral", "rateModel", "riskConfig"];
const PLAIN_FIGURE = /^-?[\d_,.]+$/;
const UNIT_WORD = /^(%|bps|%\/y(ear)?|wad\/s|[A-Z][A-Z0-9]+)$/;

/** Changes in a text: one a line or between semicolons; `#` begins a comment. */
export function parseChanges(text: string): Change[] {
  const changes = text
    .split(/[\n;]/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "")
    .map(parseChange);
  if (changes.length === 0) throw new GovernanceError("NothingToChange", "no change is named");
  return changes;
}

/** One change. */
export function parseChange(line: string): Change {
  if (/^call\s/i.test(line)) return parseCall(line);
  const words = joinUnits(line.split(/\s+/));
  const [first = "", ...rest] = words;
  const verb = sameWord(first, VERBS);
  if (verb === undefined) throw new GovernanceError("UnknownWord", `"${first}": ${didYouMean(first, VERBS)}`);
  if (verb === "set") return parseSet("set", line, rest);
  if (verb === "list") return parseSet("list", line, ["lendingVault.collateral", ...rest]);
  if (verb === "cancel") return parseCancel(line, rest);
  if (verb === "steward") return parseSteward(line, rest);
  return parseAction(line, verb, words);
}

/** A figure and the unit after it are one word: `80 %`, `1,000 DAI`. */
function joinUnits(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const before = joined.at(-1);
    if (before !== undefined && PLAIN_FIGURE.test(before) && UNIT_WORD.test(word)) {
      joined[joined.length - 1] = before + word;
    } else joined.push(word);
  }
  return joined;
}

function parseSet(verb: "set" | "list", line: string, words: readonly string[]): SetChange {
  const [path = "", ...rest] = words;
  const subject = findSubject(path);
  const known = subject.fields.flatMap(fieldNames);
  const keys: string[] = [];
  for (const key of subject.keys) {
    const next = rest[0];
    if (next === undefined || sameWord(next, known) !== undefined || (key === "vault" && !isVaultWord(next))) break;
    keys.push(next);
    rest.shift();
  }
  if (subject.keys.includes("token") && keys.length === 0) {
    throw new GovernanceError("MissingValue", `${path} needs a token: set ${path} WETH ${known[0] ?? ""} ...`);
  }
  if (subject.keys.includes("market") && !/^\d+$/.test(keys[0] ?? "")) {
    throw new GovernanceError("MissingValue", `${path} needs a market's number: set ${path} 0 ${known[0] ?? ""} ...`);
  }
  const [only] = subject.fields;
  if (subject.fields.length === 1 && only !== undefined && rest.length === 1) {
    return { verb, bySteward: false, words: line, subject, keys, values: [{ field: only, text: rest[0] ?? "" }] };
  }
  const values: { field: Field; text: string }[] = [];
  while (rest.length > 0) {
    const name = rest.shift() ?? "";
    const field = subject.fields.find((candidate) => sameWord(name, fieldNames(candidate)) !== undefined);
    if (field === undefined) {
      const shown = subject.fields.map((candidate) => fieldNames(candidate)[0] ?? candidate.name);
      throw new GovernanceError("UnknownField", `no parameter ${name} in ${path}; ${didYouMean(name, shown)}`);
    }
    const text = rest.shift();
    if (text === undefined) throw new GovernanceError("MissingValue", `${path}: ${name} has no value`);
    if (values.some((value) => value.field === field)) {
      throw new GovernanceError("BadValue", `${path}: ${name} is given twice`);
    }
    values.push({ field, text });
  }
  if (values.length === 0) {
    throw new GovernanceError("MissingValue", `${path}: say what to set; ${known.join(", ")}`);
  }
  return { verb, bySteward: false, words: line, subject, keys, values };
}

/** `steward set …`: only what the steward passes on. */
function parseSteward(line: string, [verb, ...words]: readonly string[]): SetChange {
  if (verb?.toLowerCase() !== "set") throw new GovernanceError("UnknownWord", `"${line}": write steward set …`);
  const change = parseSet("set", line, words);
  const { contract, place, name } = change.subject;
  if (contract !== "LendingVault" || !STEWARDED.includes(name)) {
    const known = STEWARDED.map((subject) => `lendingVault.${subject}`).join(", ");
    throw new GovernanceError(
      "UnknownParameter",
      `the steward changes ${known}; ${lowerFirst(place)}.${name} is the governor's`,
    );
  }
  return { ...change, bySteward: true };
}

function findSubject(path: string): Subject {
  const [contractWord = "", name, ...more] = path.split(".");
  const contracts = [...new Set([...CONTRACTS, ...SUBJECTS.map(({ place }) => place)])].map(lowerFirst);
  const contract = sameWord(contractWord, contracts);
  if (contract === undefined) {
    throw new GovernanceError("UnknownContract", `"${contractWord}": ${didYouMean(contractWord, contracts)}`);
  }
  const subjects = SUBJECTS.filter((subject) => lowerFirst(subject.place) === contract);
  const names = subjects.map((subject) => subject.name);
  const found = subjects.find((subject) => subject.name.toLowerCase() === name?.toLowerCase());
  if (found === undefined || more.length > 0) {
    const asked = [name, ...more].join(".");
    throw new GovernanceError(
      "UnknownParameter",
      names.length === 0
        ? `${contract} has no parameter that is set this way: use call`
        : `${contract} has no parameter ${asked}; ${didYouMean(asked, names)}`,
    );
  }
  return found;
}

function parseAction(line: string, verb: string, words: readonly string[]): ActionChange {
  const candidates = ACTIONS.filter(({ phrase }) => firstWord(phrase) === verb);
  for (const action of candidates) {
    const pattern = action.phrase.split(" ");
    if (pattern.length !== words.length) continue;
    const values: { name: string; kind: ActionKind; text: string }[] = [];
    const fits = pattern.every((expected, i) => {
      const text = words[i] ?? "";
      const slot = /^<(\w+):(\w+)>$/.exec(expected);
      if (slot === null) return expected.toLowerCase() === text.toLowerCase();
      values.push({ name: slot[1] ?? "", kind: slot[2] as ActionKind, text });
      return true;
    });
    if (fits) return { verb: "act", words: line, action, values };
  }
  const phrases = candidates.map(({ phrase }) => phrase.replace(/<(\w+):\w+>/g, "<$1>"));
  const near = nearest(words.join(" "), phrases);
  throw new GovernanceError(
    "UnknownWord",
    `"${line}" is not understood; ${near === undefined ? `write one of: ${phrases.join("; ")}` : `did you mean: ${near}`}`,
  );
}

/** `call lendingVault.setMinProvision ["1000"]`: arguments are JSON, whole numbers as strings. */
function parseCall(line: string): CallChange {
  const match = /^call\s+(\w+)\.(\w+)\s*(\[.*\])?$/i.exec(line);
  if (match === null) throw new GovernanceError("UnknownWord", `"${line}": write call contract.function [arguments]`);
  const [, contractWord = "", name = "", json = "[]"] = match;
  const contracts = CONTRACTS.map(lowerFirst);
  const index = contracts.findIndex((known) => known.toLowerCase() === contractWord.toLowerCase());
  const contract = CONTRACTS[index];
  if (contract === undefined) {
    throw new GovernanceError("UnknownContract", `"${contractWord}": ${didYouMean(contractWord, contracts)}`);
  }
  const functions = INTERFACES[contract].fragments.flatMap((fragment) =>
    fragment.type === "function" && "name" in fragment ? [String(fragment.name)] : [],
  );
  const found = sameWord(name, functions);
  if (found === undefined) {
    const near = nearest(name, functions);
    throw new GovernanceError(
      "UnknownFunction",
      `${contract} has no function ${name}${near === undefined ? "" : `; did you mean ${near}?`}`,
    );
  }
  try {
    return { verb: "call", words: line, contract, function: found, args: JSON.parse(json) as unknown[] };
  } catch (error) {
    throw new GovernanceError("BadValue", `${name}: the arguments are no JSON list: ${String(error)}`);
  }
}

function parseCancel(line: string, words: readonly string[]): CancelChange {
  const [proposal, ...more] = words;
  if (proposal === undefined || more.length > 0) {
    throw new GovernanceError("MissingValue", "write cancel <folder of the proposal>");
  }
  return { verb: "cancel", words: line, proposal };
}

function isVaultWord(word: string): boolean {
  return /vault$/i.test(word) || /^0x[0-9a-f]{40}$/i.test(word);
}

function firstWord(phrase: string): string {
  return phrase.split(" ")[0] ?? "";
}

/** `LendingVault` as it is written in words. */
export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
