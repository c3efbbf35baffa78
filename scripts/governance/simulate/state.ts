/** Rules, switches, roles and owners as they are. */
import { type Contract } from "ethers";

import { selectorOf } from "../../lib/interfaces.ts";
import { ROLE_IDS, ROLE_TABLE, type RoleName } from "../../lib/roles.ts";
import { readSafe } from "../../lib/safe/index.ts";
import { labelOf } from "../set-call.ts";
import { showFigure } from "../decode.ts";
import { type System } from "../system.ts";
import { type Subject, SUBJECTS } from "../words/subjects.ts";
import { formatSeconds } from "../words/values.ts";
import { readBalances, readLosses } from "./money.ts";
import { type Reading, type Scope } from "./readings.ts";

/** All readings, in a fixed order. */
export async function readState(system: System, scope: Scope): Promise<Reading[]> {
  return [
    ...(await readParameters(system)),
    ...(await readSwitches(system)),
    ...(await readRoles(system, scope)),
    ...(await readSafes(system, scope)),
    ...(await readBalances(system, scope)),
    ...(await readLosses(system, scope)),
  ];
}

async function readParameters(system: System): Promise<Reading[]> {
  const readings: Reading[] = [];
  const vaults = vaultsOf(system);
  const markets = await marketsOf(system);
  const tokens = [system.asset, ...system.collaterals].map(({ address }) => address);
  const values = { token: tokens, vault: vaults, market: markets };
  for (const subject of SUBJECTS.filter(({ place }) => system.names.has(place))) {
    const [first] = subject.keys;
    const keys = first === undefined ? [[]] : values[first].map((value) => [value]);
    for (const key of keys) readings.push(...(await readSubject(system, subject, key)));
  }
  return readings;
}

/** The lending vault, and the margin vault if there is one. */
function vaultsOf({ names }: System): string[] {
  return ["LendingVault", "MarginVault"].filter((name) => names.has(name)).map((name) => names.addressOf(name));
}

async function marketsOf(system: System): Promise<string[]> {
  if (!system.names.has("MarginVault")) return [];
  const count = (await system.contract("MarginVault").getFunction("marketCount").staticCall()) as bigint;
  return Array.from({ length: Number(count) }, (_, market) => String(market));
}

async function readSubject(system: System, subject: Subject, keys: readonly string[]): Promise<Reading[]> {
  const figures = await system.read(subject, keys);
  const isOfToken = subject.keys[0] === "token";
  // A collateral or source that does not exist has no rules to show.
  if (isOfToken && figures.every((figure) => BigInt(figure) === 0n)) return [];
  const feed = figures[subject.fields.findIndex(({ name }) => name === "feed")];
  const known = { token: isOfToken ? keys[0] : undefined, feed: typeof feed === "string" ? feed : undefined };
  const readings: Reading[] = [];
  const label = labelOf(subject, keys, system);
  for (const [i, field] of subject.fields.entries()) {
    const value = showFigure(field, figures[i], system.names, await system.scaleOf(field, known));
    readings.push({ section: "parameters", what: `${label} ${field.name}`, value });
  }
  return readings;
}

async function readSwitches(system: System): Promise<Reading[]> {
  const vault = system.contract("LendingVault");
  const address = system.names.addressOf("LendingVault");
  const ask = async (contract: Contract, name: string, ...args: unknown[]): Promise<unknown> =>
    contract.getFunction(name).staticCall(...args);
  const [deposits, borrowing] = (await ask(vault, "paused")) as [boolean, boolean];
  const [wipedOut, windingUp] = (await ask(vault, "closure")) as [boolean, boolean];
  const stack = (await ask(system.contract("WriteOffEngine"), "stackOf", address)) as Iterable<{ tranche: string }>;
  const rows: [string, boolean | string][] = [
    ["lendingVault deposits paused", deposits],
    ["lendingVault borrowing paused", borrowing],
    ["lendingVault wiped out", wipedOut],
    ["lendingVault winding up", windingUp],
    ["insuranceFund deposits paused", (await ask(system.contract("InsuranceFund"), "depositsPaused")) as boolean],
    ["dilution paused", (await ask(system.contract("Dilution"), "isPaused", address)) as boolean],
    ["layers in order", [...stack].map(({ tranche }) => system.names.nameOf(tranche)).join(", ")],
  ];
  if (system.names.has("MarginVault")) {
    const [entries, trading] = (await ask(system.contract("MarginVault"), "paused")) as [boolean, boolean];
    rows.push(["marginVault deposits paused", entries], ["marginVault trading paused", trading]);
    const minting = await ask(system.contract("Dilution"), "isPaused", system.names.addressOf("MarginVault"));
    rows.push(["dilution paused for marginVault", minting as boolean]);
  }
  if (system.names.has("RiskSteward")) {
    rows.push(["riskSteward paused", (await ask(system.contract("RiskSteward"), "isStewardPaused")) as boolean]);
  }
  for (const { address: token, symbol } of system.collaterals) {
    const [announcedAt, retired] = (await ask(vault, "retirementOf", token)) as [bigint, boolean];
    rows.push([`${symbol} retirement`, retired ? "retired" : announcedAt === 0n ? "no" : "announced"]);
  }
  return rows.map(([what, value]) => ({
    section: "switches",
    what,
    value: typeof value === "boolean" ? (value ? "yes" : "no") : value,
  }));
}

async function readRoles({ accessManager, names }: System, { accounts }: Scope): Promise<Reading[]> {
  const readings: Reading[] = [];
  const add = (what: string, value: string): void => void readings.push({ section: "roles", what, value });
  const roles = Object.keys(ROLE_IDS) as RoleName[];
  const roleName = (id: bigint): string => roles.find((name) => ROLE_IDS[name] === id) ?? `role ${id}`;
  const ask = async (name: string, ...args: unknown[]): Promise<unknown> =>
    accessManager.getFunction(name).staticCall(...args);
  for (const role of roles) {
    for (const account of accounts) {
      const [isMember, delay] = (await ask("hasRole", ROLE_IDS[role], account)) as [boolean, bigint];
      add(`${names.nameOf(account)} is ${role}`, isMember ? `yes, delay ${formatSeconds(delay)}` : "no");
    }
    add(`${role} can be cancelled by`, roleName((await ask("getRoleGuardian", ROLE_IDS[role])) as bigint));
  }
  for (const { contract, functions } of ROLE_TABLE.filter((row) => names.has(row.contract))) {
    for (const name of functions) {
      const id = await ask("getTargetFunctionRole", names.addressOf(contract), selectorOf(contract, name));
      add(`${contract}.${name} is for`, roleName(id as bigint));
    }
  }
  return readings;
}

async function readSafes({ provider, names }: System, { safes }: Scope): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (const address of safes) {
    const { owners, threshold, modules, guard, fallbackHandler } = await readSafe(provider, address);
    const rows = {
      owners: [...owners].sort().join(", "),
      threshold: String(threshold),
      modules: modules.length === 0 ? "none" : modules.join(", "),
      ...{ guard, fallbackHandler },
    };
    for (const [what, value] of Object.entries(rows)) {
      readings.push({ section: "safe", what: `${names.nameOf(address)} ${what}`, value });
    }
  }
  return readings;
}
