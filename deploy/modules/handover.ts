import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { type ArgumentType, type CallOptions, type ContractFuture } from "@nomicfoundation/ignition-core";

import { type ContractName, selectorOf } from "../../scripts/lib/interfaces.ts";
import { ROLE_IDS, ROLE_TABLE, type RoleName } from "../../scripts/lib/roles.ts";
import AccessModule from "./access.ts";
import OracleModule from "./oracle.ts";
import VaultModule from "./vault.ts";
import WiringModule from "./wiring.ts";

/** The last step: every restricted function gets its role, the roles get their holders, the deployer lets go. */
export default buildModule("Handover", (m) => {
  const { accessManager } = m.useModule(AccessModule);
  const { oracle } = m.useModule(OracleModule);
  const wired = m.useModule(WiringModule);
  const targets: Record<ContractName, ContractFuture<string>> = {
    ChainlinkOracle: oracle,
    WriteOffEngine: wired.engine,
    LendingVault: wired.vault,
    InsuranceFund: wired.fund,
    Dilution: wired.dilution,
  };
  const governor = m.getParameter<string>("governor");
  const guardian = m.getParameter<string>("guardian");
  const delay = m.getParameter<number>("governorDelay");

  // Until all is configured, every restricted function is the admin's, and the admin is the deployer.
  const configured: NonNullable<CallOptions["after"]> = [OracleModule, VaultModule, WiringModule];
  const call = (name: string, args: ArgumentType[], id: string, after = configured) =>
    m.call(accessManager, name, args, { id, after });

  const functions = ROLE_TABLE.map(({ contract, functions, role }) =>
    call(
      "setTargetFunctionRole",
      [targets[contract], functions.map((name) => selectorOf(contract, name)), ROLE_IDS[role]],
      `${contract}_${role}_${functions[0] ?? ""}`,
    ),
  );
  const labels = (Object.keys(ROLE_IDS) as RoleName[])
    .filter((role) => role !== "ADMIN")
    .map((role) => call("labelRole", [ROLE_IDS[role], role], `label_${role}`));
  const holders = [
    call("grantRole", [ROLE_IDS.GOVERNOR, governor, delay], "grant_GOVERNOR"),
    call("grantRole", [ROLE_IDS.GUARDIAN, guardian, 0], "grant_GUARDIAN"),
    call("grantRole", [ROLE_IDS.ADMIN, governor, delay], "grant_ADMIN"),
    // A guardian may cancel what the governor has announced.
    call("setRoleGuardian", [ROLE_IDS.GOVERNOR, ROLE_IDS.GUARDIAN], "guard_GOVERNOR"),
  ];
  call("renounceRole", [ROLE_IDS.ADMIN, m.getAccount(0)], "renounce_ADMIN", [...functions, ...labels, ...holders]);
  return { accessManager };
});
