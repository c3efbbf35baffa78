/** Gives contracts of a test the roles that a deployment gives them, from the same table. */
import type { AccessManager } from "../../types/ethers-contracts/index.js";
import { type ContractName } from "../../scripts/lib/interfaces.ts";
import { type Holder, restrictedFunctions, ROLE_IDS, ROLE_NAMES, ROLES } from "../../scripts/lib/roles.ts";

/**
 * @param manager connected to its admin
 * @param targets addresses of the contracts that the test has
 * @param holders addresses of the holders that the test has
 * @param governorDelay seconds
 */
export async function assignRoles(
  manager: AccessManager,
  targets: Partial<Record<ContractName, string>>,
  holders: Partial<Record<Holder, string>>,
  governorDelay = 0n,
): Promise<void> {
  for (const { contract, selector, role } of restrictedFunctions()) {
    const target = targets[contract];
    if (target !== undefined) await manager.setTargetFunctionRole(target, [selector], ROLE_IDS[role]);
  }
  for (const role of ROLE_NAMES) {
    for (const { holder, delayed } of ROLES[role].grants) {
      const address = holders[holder];
      // A second admin would let a test pass for the wrong reason.
      if (address !== undefined && role !== "ADMIN") {
        await manager.grantRole(ROLE_IDS[role], address, delayed ? governorDelay : 0n);
      }
    }
  }
}
