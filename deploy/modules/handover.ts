import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { type ArgumentType, type CallOptions, type ContractFuture } from "@nomicfoundation/ignition-core";

import { type ContractName, selectorOf } from "../../scripts/lib/interfaces.ts";
import { type Holder, ROLE_IDS, ROLE_NAMES, ROLE_TABLE, ROLES } from "../../scripts/lib/roles.ts";
import AccessModule from "./access.ts";
import OracleModule from "./oracle.ts";
import StewardModule from "./steward.ts";
import VaultModule from "./vault.ts";
import WiringModule from "./wiring.ts";

/**
 * The last step: every restricted function gets its role, the roles get their holders, the deployer lets go. All of it
 * follows from the role table; a new contract in the table needs its future in `targets`.
 */
export default buildModule("Handover", (m) => {
  const { accessManager } = m.useModule(AccessModule);
  const { oracle } = m.useModule(OracleModule);
  const { riskSteward } = m.useModule(StewardModule);
  const wired = m.useModule(WiringModule);
  const targets: Record<ContractName, ContractFuture<string>> = {
    ChainlinkOracle: oracle,
    WriteOffEngine: wired.engine,
    LendingVault: wired.vault,
    InsuranceFund: wired.fund,
    Dilution: wired.dilution,
    RiskSteward: riskSteward,
  };
  const holders: Record<Holder, ArgumentType> = {
    governor: m.getParameter<string>("governor"),
    guardian: m.getParameter<string>("guardian"),
    riskCouncil: m.getParameter<string>("riskCouncil"),
    riskSteward,
  };
  const delay = m.getParameter<number>("governorDelay");

  // Until all is configured, every restricted function is the admin's, and the admin is the deployer.
  const configured: NonNullable<CallOptions["after"]> = [OracleModule, VaultModule, WiringModule, StewardModule];
  const call = (name: string, args: ArgumentType[], id: string, after = configured) =>
    m.call(accessManager, name, args, { id, after });

  const functions = ROLE_TABLE.map(({ contract, functions, role }) =>
    call(
      "setTargetFunctionRole",
      [targets[contract], functions.map((name) => selectorOf(contract, name)), ROLE_IDS[role]],
      `${contract}_${role}_${functions[0] ?? ""}`,
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
  return { accessManager };
});
