import type { NetworkConnection } from "hardhat/types/network";

/** Parts that add up to the gas of a transaction. */
export interface Breakdown {
  /** What every transaction pays, and its calldata. */
  intrinsic: number;
  /** First touch of a storage slot or of an account in the transaction. */
  coldLoads: number;
  /** Writing storage, without the first touch of the slot. */
  stores: number;
  /** Calling other contracts and delegating to modules, without the first touch of the account. */
  calls: number;
  logs: number;
  /** Everything else that is executed. */
  compute: number;
  /** Gas given back for cleared slots: zero or negative. */
  refunds: number;
}

interface Step {
  op: string;
  gas: number | string;
  gasCost: number | string;
  depth: number;
}

interface Trace {
  gas: number | string;
  structLogs: Step[];
}

interface SentTransaction {
  input: string;
}

/** Prices of EIP-2028 and EIP-2929. */
const TRANSACTION = 21_000;
const ZERO_BYTE = 4;
const OTHER_BYTE = 16;
const COLD_SLOT = 2_100;
const COLD_SLOT_EXTRA = 2_000;
const COLD_ACCOUNT_EXTRA = 2_500;
const WARM = 100;

const CALLS = new Set(["CALL", "STATICCALL", "DELEGATECALL", "CALLCODE"]);
const ACCOUNT_READS = new Set(["EXTCODESIZE", "EXTCODEHASH", "EXTCODECOPY", "BALANCE"]);
type Executed = Exclude<keyof Breakdown, "intrinsic" | "refunds">;

/** Replays a transaction and sorts every unit of its gas. */
export async function breakdownOf({ provider }: NetworkConnection, hash: string): Promise<Breakdown> {
  const options = { disableMemory: true, disableStack: true, disableStorage: true };
  const trace = (await provider.request({ method: "debug_traceTransaction", params: [hash, options] })) as Trace;
  const sent = (await provider.request({ method: "eth_getTransactionByHash", params: [hash] })) as SentTransaction;
  return sortGas(trace, sent);
}

/** Own gas of each step: what it took at its depth, without what the frame that it opened has used. */
export function sortGas({ gas, structLogs }: Trace, sent: SentTransaction): Breakdown {
  const steps = structLogs.map(({ op, depth, ...step }) => ({
    op,
    depth,
    gas: Number(step.gas),
    cost: Number(step.gasCost),
  }));
  const parts: Record<Executed, number> = { coldLoads: 0, stores: 0, calls: 0, logs: 0, compute: 0 };
  /** By depth: gas that frames opened by the current step of that depth have used. */
  const usedBelow: number[] = [];
  let executed = 0;
  // From the end, so that a call's frame is complete before the call itself is reached.
  const laterAtDepth: (number | undefined)[] = [];
  for (const { op, depth, gas: before, cost } of steps.toReversed()) {
    const after = laterAtDepth[depth];
    const total = after === undefined ? cost : before - after;
    const own = total - (usedBelow[depth + 1] ?? 0);
    usedBelow[depth + 1] = 0;
    laterAtDepth.length = depth + 1;
    laterAtDepth[depth] = before;
    usedBelow[depth] = (usedBelow[depth] ?? 0) + total;
    executed += own;
    add(parts, op, own);
  }
  const intrinsic = intrinsicGas(sent.input);
  return { intrinsic, ...parts, refunds: Number(gas) - intrinsic - executed };
}

function add(parts: Record<Executed, number>, op: string, own: number): void {
  if (op === "SLOAD") {
    const cold = own >= COLD_SLOT ? COLD_SLOT_EXTRA : 0;
    parts.coldLoads += cold;
    parts.compute += own - cold;
  } else if (op === "SSTORE") {
    // Warm stores cost 100, 2,900 or 20,000; a cold slot adds 2,100 to that.
    const cold = [WARM, 2_900, 20_000].includes(own) ? 0 : COLD_SLOT;
    parts.coldLoads += cold;
    parts.stores += own - cold;
  } else if (CALLS.has(op)) {
    const cold = own >= COLD_ACCOUNT_EXTRA + WARM ? COLD_ACCOUNT_EXTRA : 0;
    parts.coldLoads += cold;
    parts.calls += own - cold;
  } else if (ACCOUNT_READS.has(op)) {
    const cold = own >= COLD_ACCOUNT_EXTRA + WARM ? COLD_ACCOUNT_EXTRA : 0;
    parts.coldLoads += cold;
    parts.compute += own - cold;
  } else if (op.startsWith("LOG")) {
    parts.logs += own;
  } else {
    parts.compute += own;
  }
}

function intrinsicGas(input: string): number {
  const bytes = Buffer.from(input.slice(2), "hex");
  const zeros = bytes.filter((byte) => byte === 0).length;
  return TRANSACTION + ZERO_BYTE * zeros + OTHER_BYTE * (bytes.length - zeros);
}

/** Parts of several transactions added up, or taken off, and shared out; in whole units of gas. */
export function combine(transactions: readonly { times: number; breakdown: Breakdown }[], sharedBy: number): Breakdown {
  const sum = (part: keyof Breakdown) =>
    Math.round(transactions.reduce((total, { times, breakdown }) => total + times * breakdown[part], 0) / sharedBy);
  return {
    intrinsic: sum("intrinsic"),
    coldLoads: sum("coldLoads"),
    stores: sum("stores"),
    calls: sum("calls"),
    logs: sum("logs"),
    compute: sum("compute"),
    refunds: sum("refunds"),
  };
}
