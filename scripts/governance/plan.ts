/**
 * Calls to batches that a Safe can execute. AccessManager says for each call whether this Safe may make it at once, after a
 * delay, or never; what has a delay becomes a pair of batches, one that schedules and one that executes.
 */
import { AbiCoder, type Contract, keccak256 } from "ethers";

import { formatSeconds } from "./words/values.ts";
import { readSafe, type SafeState } from "../lib/safe/index.ts";
import { ROLE_IDS, ROLE_TABLE } from "../lib/roles.ts";
import { abiOf, ACCESS_MANAGER } from "./abis.ts";
import { actionCall, type PlannedCall, plainCall } from "./calls.ts";
import { GovernanceError } from "./errors.ts";
import { type BatchCall } from "./safe/transaction.ts";
import { setCall } from "./set-call.ts";
import { type System } from "./system.ts";
import { type CancelChange, type Change } from "./words/grammar.ts";

/** At once; announce; carry out what was announced. */
export type BatchKind = "direct" | "schedule" | "execute";

export interface PlannedBatch {
  readonly kind: BatchKind;
  readonly calls: readonly BatchCall[];
}

export interface Plan {
  readonly safe: SafeState;
  readonly calls: readonly PlannedCall[];
  readonly batches: readonly PlannedBatch[];
  /** Seconds between schedule and execute; zero without such a pair. */
  readonly delay: bigint;
  /** Seconds after the delay in which the batch can be executed. */
  readonly window: bigint;
}

/** The calls that another proposal has scheduled, and who scheduled them. */
export type ScheduledCalls = (proposal: string) => { safe: string; calls: readonly { to: string; data: string }[] };

/** How this Safe may make a call. */
type Route = { readonly may: "now" } | { readonly may: "after"; readonly delay: bigint } | { readonly may: "never" };

/**
 * Plans changes for the Safe that may make them.
 * @param safe that Safe, or nothing: the governor's or the guardian's, whichever may make every call
 */
export async function planChanges(
  changes: readonly Change[],
  system: System,
  { safe, scheduled }: { safe?: string | undefined; scheduled: ScheduledCalls },
): Promise<Plan> {
  const candidates = safe === undefined ? safesOf(system) : [system.names.resolve(safe, "SAFE")];
  let refusal: unknown;
  for (const candidate of candidates) {
    const calls = await callsOf(changes, system, candidate, scheduled);
    try {
      return await planFor(candidate, calls, system);
    } catch (error) {
      // Another Safe may be the one that may.
      if (!(error instanceof GovernanceError) || error.name !== "NotAllowed") throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}

/** The Safes of the deployment: the governor's first. */
function safesOf({ names }: System): string[] {
  const found = names.entries.filter(({ contract }) => contract === "Safe").map(({ address }) => address);
  if (found.length === 0) throw new GovernanceError("NoAddresses", "the address file names no Safe: say SAFE=0x…");
  return [...new Set(found)];
}

async function callsOf(
  changes: readonly Change[],
  system: System,
  safe: string,
  scheduled: ScheduledCalls,
): Promise<PlannedCall[]> {
  const calls: PlannedCall[] = [];
  for (const change of changes) {
    switch (change.verb) {
      case "set":
      case "list":
        calls.push(await setCall(change, system));
        break;
      case "act":
        calls.push(await actionCall(change, system, safe));
        break;
      case "call":
        calls.push(plainCall(change, system));
        break;
      case "cancel":
        calls.push(...cancelCalls(change, system, scheduled));
    }
  }
  return calls;
}

function cancelCalls({ proposal, words }: CancelChange, system: System, scheduled: ScheduledCalls): PlannedCall[] {
  const { safe, calls } = scheduled(proposal);
  return calls.map(({ to, data }) => ({
    to: system.names.addressOf("AccessManager"),
    value: 0n,
    data: ACCESS_MANAGER.encodeFunctionData("cancel", [safe, to, data]),
    ...{ words, changes: [], basis: undefined, loosens: undefined },
  }));
}

async function planFor(address: string, calls: readonly PlannedCall[], system: System): Promise<Plan> {
  const safe = await readSafe(system.provider, address);
  refuseDuplicates(calls);
  const now: BatchCall[] = [];
  const later: PlannedCall[] = [];
  let delay = 0n;
  for (const call of calls) {
    const route = await routeOf(call, address, system);
    if (route.may === "never") throw notAllowed(call, address, system);
    if (route.may === "now") now.push(call);
    else {
      later.push(call);
      if (route.delay > delay) delay = route.delay;
    }
  }
  const manager = system.names.addressOf("AccessManager");
  const managed = (name: "schedule" | "execute", { to, data }: BatchCall): BatchCall => ({
    to: manager,
    value: 0n,
    data:
      name === "schedule"
        ? ACCESS_MANAGER.encodeFunctionData("schedule", [to, data, 0])
        : ACCESS_MANAGER.encodeFunctionData("execute", [to, data]),
  });
  for (const call of later) await refuseScheduled(call, address, system);
  const batches: PlannedBatch[] = [
    { kind: "direct", calls: now },
    { kind: "schedule", calls: later.map((call) => managed("schedule", call)) },
    { kind: "execute", calls: later.map((call) => managed("execute", call)) },
  ];
  const window = (await system.accessManager.getFunction("expiration").staticCall()) as bigint;
  return { safe, calls, batches: batches.filter((batch) => batch.calls.length > 0), delay, window };
}

async function routeOf(call: BatchCall, safe: string, system: System): Promise<Route> {
  const { accessManager, names } = system;
  const selector = call.data.slice(0, 10);
  const target = names.find(call.to);
  // Safes, tokens and strangers obey no access manager; a cancellation is checked by the simulation.
  if (target?.contract === undefined || target.contract === "Safe" || target.contract === "ERC20")
    return { may: "now" };
  if (target.contract === "AccessManager" && ["cancel", "schedule", "execute"].includes(functionOf(call))) {
    return { may: "now" };
  }
  if (target.contract !== "AccessManager" && !isRestricted(target.contract, functionOf(call))) return { may: "now" };
  const answer = (await accessManager.getFunction("canCall").staticCall(safe, call.to, selector)) as [boolean, bigint];
  const [immediate, delay] = answer;
  if (immediate) return { may: "now" };
  return delay > 0n ? { may: "after", delay } : { may: "never" };

  function functionOf({ data }: BatchCall): string {
    return abiOf(target?.contract ?? "ERC20").getFunction(data.slice(0, 10))?.name ?? "";
  }
}

function isRestricted(contract: string, name: string): boolean {
  return ROLE_TABLE.some((row) => row.contract === contract && row.functions.includes(name));
}

function notAllowed(call: PlannedCall, safe: string, { names }: System): GovernanceError {
  const target = names.find(call.to);
  const name =
    target?.contract === undefined ? undefined : abiOf(target.contract).getFunction(call.data.slice(0, 10))?.name;
  const row = ROLE_TABLE.find(
    ({ contract, functions }) => contract === target?.contract && functions.includes(name ?? ""),
  );
  const role = row?.role ?? "ADMIN";
  return new GovernanceError(
    "NotAllowed",
    `"${call.words}": ${target?.name ?? call.to}.${name ?? "?"} is for role ${role} (${ROLE_IDS[role]}), which ${names.nameOf(safe)} does not hold`,
  );
}

function refuseDuplicates(calls: readonly PlannedCall[]): void {
  const seen = new Map<string, PlannedCall>();
  for (const call of calls) {
    const key = `${call.to}${call.data}`;
    const before = seen.get(key);
    if (before !== undefined) {
      throw new GovernanceError(
        "DuplicateCall",
        `"${call.words}" is the same call as "${before.words}": leave one out`,
      );
    }
    seen.set(key, call);
    refuseOverwriting(call, calls);
  }
}

/** Two calls that set the same rules were both computed from the present: the second would undo the first. */
function refuseOverwriting(call: PlannedCall, calls: readonly PlannedCall[]): void {
  const { basis } = call;
  if (basis === undefined) return;
  const same = calls.find(
    (other) =>
      other !== call &&
      other.basis?.contract === basis.contract &&
      other.basis.subject === basis.subject &&
      other.basis.keys.join() === basis.keys.join(),
  );
  if (same === undefined) return;
  throw new GovernanceError(
    "DuplicateCall",
    `"${call.words}" and "${same.words}" set the same rules, the later would undo the earlier: write them as one set`,
  );
}

/** Identity of a scheduled call, as AccessManager computes it. */
export function operationId(safe: string, { to, data }: { to: string; data: string }): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(["address", "address", "bytes"], [safe, to, data]));
}

async function refuseScheduled(call: PlannedCall, safe: string, system: System): Promise<void> {
  const readyAt = await scheduledAt(system.accessManager, safe, call);
  if (readyAt === 0n) return;
  const { timestamp = 0 } = (await system.provider.getBlock("latest")) ?? {};
  const rest = readyAt - BigInt(timestamp);
  throw new GovernanceError(
    "AlreadyScheduled",
    `"${call.words}" is scheduled already, ${rest > 0n ? `executable in ${formatSeconds(rest)}` : "and executable now"}: execute or cancel that`,
  );
}

/** Second from which a scheduled call can be executed; zero if it is not scheduled, or too old. */
export async function scheduledAt(
  accessManager: Contract,
  safe: string,
  call: { to: string; data: string },
): Promise<bigint> {
  return (await accessManager.getFunction("getSchedule").staticCall(operationId(safe, call))) as bigint;
}
