/** How a deployment lets go, for every module that is the last of one. */
import {
  type ArgumentType,
  type CallableContractFuture,
  type CallOptions,
  type ContractFuture,
  type IgnitionModuleBuilder,
} from "@nomicfoundation/ignition-core";

import { type ContractName, selectorOf } from "../../scripts/lib/interfaces.ts";
import { type Holder, ROLE_IDS, ROLE_NAMES, ROLE_TABLE, ROLES } from "../../scripts/lib/roles.ts";

/** All contracts of a deployment that the role table names. */
export type Targets = Record<ContractName, readonly ContractFuture<string>[]>;

/**
 * Gives every restricted function of `targets` its role, the roles their holders, and takes the admin role from the
 * deployer, once everything in `configured` is done.
 */
export function handOver(
  m: IgnitionModuleBuilder,
  accessManager: CallableContractFuture<string>,
  riskSteward: ContractFuture<string>,
  targets: Targets,
  configured: NonNullable<CallOptions["after"]>,
): void {
  const holders: Record<Holder, ArgumentType> = {
    governor: m.getParameter<string>("governor"),
    guardian: m.getParameter<string>("guardian"),
    riskCouncil: m.getParameter<string>("riskCouncil"),
    riskSteward,
  };
  const delay = m.getParameter<number>("governorDelay");

  // Until all is configured, every restricted function is the admin's, and the admin is the deployer.
  const call = (name: string, args: ArgumentType[], id: string, after = configured) =>
    m.call(accessManager, name, args, { id, after });

  const functions = ROLE_TABLE.flatMap(({ contract, functions, role }) =>
    targets[contract].map((target, k) =>
      call(
        "setTargetFunctionRole",
        [target, functions.map((name) => selectorOf(contract, name)), ROLE_IDS[role]],
        `${contract}_${role}_${functions[0] ?? ""}${k === 0 ? "" : `_${k}`}`,
      ),
    ),
  );
  const labels = ROLE_NAMES.filter((role) => role !== "ADMIN").map((role) =>
    call("labelRole", [ROLE_IDS[role], role], `label_${role}`),
  );
  const grants = ROLE_NAMES.flatMap((role) =>
    ROLES[role].grants.map(({ holder, delayed }) =>
      call("grantRole", [ROLE_IDS[role], holders[holder], delayed ? delay : 0], `grant_${role}_${holder}`),
    ),
  );
  // Who may cancel what has been announced under a role.
  const guards = ROLE_NAMES.flatMap((role) => {
    const { cancelledBy } = ROLES[role];
    if (cancelledBy === undefined) return [];
    return [call("setRoleGuardian", [ROLE_IDS[role], ROLE_IDS[cancelledBy]], `guard_${role}`)];
  });
  const everything = [...functions, ...labels, ...grants, ...guards];
  call("renounceRole", [ROLE_IDS.ADMIN, m.getAccount(0)], "renounce_ADMIN", everything);
}
