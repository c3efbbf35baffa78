/** A `set` or `list` to a call with exact figures: present values are read, and fields that nobody named keep theirs. */
import { getAddress } from "ethers";

import { encode, type FigureChange, type PlannedCall } from "./calls.ts";
import { showFigure } from "./decode.ts";
import { GovernanceError } from "./errors.ts";
import { type Figure, type System } from "./system.ts";
import { type Field, fieldNames } from "./words/fields.ts";
import { lowerFirst, type SetChange } from "./words/grammar.ts";
import { type Subject } from "./words/subjects.ts";
import { parseValue, type Scale } from "./words/values.ts";

/** Call of a `set` or `list`. */
export async function setCall(change: SetChange, system: System): Promise<PlannedCall> {
  const { subject, words } = change;
  const keys = resolveKeys(change, system);
  if (subject.keys[0] === "market") await checkMarket(keys[0] ?? "", system);
  const label = labelOf(subject, keys, system);
  const before = await system.read(subject, keys);
  const isNew = before.every((value) => BigInt(value) === 0n);
  const missing = subject.fields.filter((field) => !change.values.some((value) => value.field === field));
  checkListing(change, label, isNew, missing);

  const token = subject.keys[0] === "token" ? keys[0] : undefined;
  const oldFeed = feedOf(subject, before);
  const after: Figure[] = [...before];
  for (const { field, text } of change.values.filter((value) => value.field.unit === "address")) {
    after[subject.fields.indexOf(field)] = system.names.resolve(text, `${label} ${field.name}`);
  }
  const newFeed = feedOf(subject, after);
  if (newFeed !== oldFeed) await checkDecimals(label, oldFeed, newFeed, missing, system);
  const changes: FigureChange[] = [];
  for (const [i, field] of subject.fields.entries()) {
    const scale = await system.scaleOf(field, { token, feed: newFeed });
    const given = change.values.find((value) => value.field === field);
    if (given !== undefined && field.unit !== "address") {
      after[i] = parseValue(given.text, scale, `${label} ${field.name}`);
    }
    const figure = changeOf(
      field,
      { before: before[i] ?? 0n, after: after[i] ?? 0n, isNew: isNew && token !== undefined },
      scale,
      label,
      system,
    );
    if (figure !== undefined) changes.push(figure);
  }
  const figures = subject.fields.map((field, i) => (field.unit === "flag" ? after[i] === 1n : after[i]));
  const args = [...keys, ...(subject.isStruct ? [figures] : figures)];
  const { callee, name, first } = change.bySteward
    ? {
        callee: "RiskSteward" as const,
        name: subject.setter.replace("set", "change"),
        first: [system.names.addressOf("LendingVault")],
      }
    : { callee: subject.contract, name: subject.setter, first: [] };
  const place = change.bySteward ? callee : subject.place;
  const looser = changes.filter(({ isLooser }) => isLooser).map(({ what }) => what);
  return {
    to: system.names.addressOf(place),
    value: 0n,
    data: encode(callee, name, [...first, ...args]),
    words,
    changes,
    basis: { contract: subject.place, subject: subject.name, keys, values: before.map(String) },
    loosens:
      isNew && subject.keys[0] === "token" ? `${label} is new` : looser.length === 0 ? undefined : looser.join(", "),
  };
}

/** `lendingVault.collateral WETH`; the lending vault is left out where it is the key, as it may be in words. */
export function labelOf(subject: Subject, keys: readonly string[], system: System): string {
  const shown = keys.flatMap((key, i) => {
    if (subject.keys[i] === "market") return [key];
    if (subject.keys[i] !== "vault") return [system.names.nameOf(key)];
    return key === system.names.addressOf("LendingVault") ? [] : [lowerFirst(system.names.nameOf(key))];
  });
  return [`${lowerFirst(subject.place)}.${subject.name}`, ...shown].join(" ");
}

/** Whether `after` gives more room than `before`. */
export function isLooser({ looser, zeroIsOff }: Field, before: Figure, after: Figure): boolean {
  if (before === after || looser === "none") return false;
  if (looser === "any") return true;
  const [from, to] = [BigInt(before), BigInt(after)];
  if (zeroIsOff === true) {
    if (to === 0n) return true;
    if (from === 0n) return false;
  }
  return looser === "up" ? to > from : to < from;
}

function resolveKeys({ subject, keys }: SetChange, system: System): string[] {
  const left = [...keys];
  return subject.keys.map((key) => {
    const text = left.shift();
    if (text === undefined) return system.names.addressOf("LendingVault");
    if (key === "market") return text;
    return system.names.resolve(text, key);
  });
}

/** A market's number must be one of the margin vault's. */
async function checkMarket(market: string, system: System): Promise<void> {
  const count = (await system.contract("MarginVault").getFunction("marketCount").staticCall()) as bigint;
  if (BigInt(market) < count) return;
  throw new GovernanceError("UnknownName", `there is no market ${market}: the margin vault has ${count}, from 0 on`);
}

/** A token or source that is not there yet must be described whole, and listing must be meant. */
function checkListing({ verb, subject }: SetChange, label: string, isNew: boolean, missing: readonly Field[]): void {
  if (subject.keys[0] !== "token") return;
  if (verb === "list" && !isNew) throw new GovernanceError("AlreadyListed", `${label} is there already: use set`);
  if (!isNew) return;
  if (verb === "set" && subject.name === "collateral") {
    throw new GovernanceError(
      "NotListed",
      `${label} is not listed: use list ${label.split(" ")[1] ?? ""} with all its rules`,
    );
  }
  if (missing.length > 0 && subject.isStruct) {
    const names = missing.map((field) => fieldNames(field)[0] ?? field.name);
    throw new GovernanceError("MissingValue", `${label} is new: say ${names.join(", ")} too`);
  }
}

/** Bounds are in units of the feed: kept ones would mean something else behind a feed of other decimals. */
async function checkDecimals(
  label: string,
  oldFeed: string | undefined,
  newFeed: string | undefined,
  missing: readonly Field[],
  system: System,
): Promise<void> {
  const kept = missing.filter(({ money }) => money === "feed");
  if (oldFeed === undefined || newFeed === undefined || kept.length === 0) return;
  const [old, now] = [await system.decimalsOf(oldFeed), await system.decimalsOf(newFeed)];
  if (old === now) return;
  throw new GovernanceError(
    "DecimalsDiffer",
    `${label}: the new feed has ${now} decimals, the old one ${old}: say ${kept.map(({ name }) => name).join(" and ")} too`,
  );
}

function feedOf({ fields }: Subject, figures: readonly Figure[]): string | undefined {
  const i = fields.findIndex(({ name }) => name === "feed");
  const feed = figures[i];
  return typeof feed === "string" && BigInt(feed) !== 0n ? getAddress(feed) : undefined;
}

function changeOf(
  field: Field,
  { before, after, isNew }: { before: Figure; after: Figure; isNew: boolean },
  scale: Scale,
  label: string,
  system: System,
): FigureChange | undefined {
  if (String(before).toLowerCase() === String(after).toLowerCase()) return undefined;
  return {
    what: `${label} ${field.name}`,
    before: isNew ? "–" : showFigure(field, before, system.names, scale),
    after: showFigure(field, after, system.names, scale),
    isLooser: !isNew && isLooser(field, before, after),
  };
}
