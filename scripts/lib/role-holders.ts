/** Who holds which role on a chain, from the access manager's events and confirmed by its state. */
import { type AccessManager } from "../../types/ethers-contracts/index.ts";
import { ROLE_IDS, ROLE_NAMES, type RoleName } from "./roles.ts";

/** A member of a role as the chain has it. */
export interface ChainGrant {
  /** Its name in the table, or its number if the table does not know it. */
  readonly role: RoleName | `role ${bigint}`;
  readonly account: string;
  /** Seconds it must wait after announcing. */
  readonly delay: bigint;
}

/** Public RPC servers answer for at most this many blocks. */
const BLOCKS_AT_ONCE = 10_000;

/**
 * All members of all roles.
 * @param since block of the access manager's creation
 */
export async function roleHolders(manager: AccessManager, since: number): Promise<ChainGrant[]> {
  const provider = manager.runner?.provider;
  const latest = (await provider?.getBlockNumber()) ?? since;
  const everGranted = new Map<bigint, Set<string>>();
  for (let from = since; from <= latest; from += BLOCKS_AT_ONCE) {
    const to = Math.min(from + BLOCKS_AT_ONCE - 1, latest);
    for (const { args } of await manager.queryFilter(manager.filters.RoleGranted(), from, to)) {
      everGranted.set(args.roleId, (everGranted.get(args.roleId) ?? new Set()).add(args.account));
    }
  }
  const holders: ChainGrant[] = [];
  for (const [id, accounts] of everGranted) {
    const role = ROLE_NAMES.find((name) => ROLE_IDS[name] === id) ?? (`role ${id}` as const);
    for (const account of accounts) {
      const [isMember, delay] = await manager.hasRole(id, account);
      if (isMember) holders.push({ role, account, delay });
    }
  }
  return holders;
}
