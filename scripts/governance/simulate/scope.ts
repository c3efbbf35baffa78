/** What a simulation looks at besides the deployment itself: who holds roles, whose debts there are. */
import { type Contract, type EventLog, getAddress, isAddress } from "ethers";

import { type Decoded, decodeTransaction } from "../decode.ts";
import { type Proposal } from "../proposal.ts";
import { type System } from "../system.ts";
import { type Scope } from "./readings.ts";

/** Blocks asked for at once; many RPCs give no more. */
const BLOCKS_AT_ONCE = 10_000;

/** @param fromBlock block before which the deployment did not exist */
export async function scopeOf(system: System, proposal: Proposal, fromBlock = 0): Promise<Scope> {
  const safes = new Set(
    system.names.entries.filter(({ contract }) => contract === "Safe").map(({ address }) => address),
  );
  safes.add(proposal.safe);
  const granted = await eventsOf(system.accessManager, "RoleGranted", fromBlock);
  const borrowed = await eventsOf(system.contract("LendingVault"), "Borrowed", fromBlock);
  const named = proposal.batches.flatMap(({ transaction }) =>
    decodeTransaction(transaction, system.names).flatMap((call) => roleAccounts(call)),
  );
  const members = granted.map(({ args }) => String(args.getValue("account")));
  return {
    safes: [...safes],
    accounts: [...new Set([...safes, ...members, ...named])],
    borrowers: [...new Set(borrowed.map(({ args }) => String(args.getValue("borrower"))))],
  };
}

/** Accounts that a call to the access manager gives or takes a role. */
function roleAccounts({ target, args, inner }: Decoded): string[] {
  if (inner !== undefined) return roleAccounts(inner);
  if (target?.contract !== "AccessManager") return [];
  return args
    .filter((value): value is string => typeof value === "string" && isAddress(value))
    .map((value) => getAddress(value));
}

async function eventsOf(contract: Contract, name: string, fromBlock: number): Promise<EventLog[]> {
  const last = (await contract.runner?.provider?.getBlockNumber()) ?? 0;
  const found: EventLog[] = [];
  for (let from = fromBlock; from <= last; from += BLOCKS_AT_ONCE) {
    const logs = await contract.queryFilter(name, from, Math.min(last, from + BLOCKS_AT_ONCE - 1));
    found.push(...(logs as EventLog[]));
  }
  return found;
}
