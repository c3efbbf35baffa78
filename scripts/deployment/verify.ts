/** What differs between a chain and what is on file: code, roles, Safes, parameters. Sends nothing. */
import { getAddress, keccak256, type Provider } from "ethers";

import { AccessManager__factory } from "../../types/ethers-contracts/index.ts";
import { type AddressFile, addressOf } from "../lib/addresses.ts";
import { type ContractName } from "../lib/interfaces.ts";
import { type NetworkFile } from "../lib/network-file.ts";
import { roleHolders } from "../lib/role-holders.ts";
import { type Holder, restrictedFunctions, ROLE_IDS, ROLE_NAMES, ROLES } from "../lib/roles.ts";
import { readSafe, SafeAccountError } from "../lib/safe/index.ts";
import { parameterFindings } from "./parameters-on-chain.ts";
import { type Finding } from "./ranges.ts";

/** Everything that differs; empty if the chain is as the files say. */
export async function findingsOnChain(provider: Provider, record: AddressFile, file: NetworkFile): Promise<Finding[]> {
  const code = await codeFindings(provider, record);
  // Without its code, nothing a contract says is worth reading.
  if (code.length > 0) return code;
  return [
    ...(await roleFindings(provider, record)),
    ...(await safeFindings(provider, record)),
    ...(await parameterFindings(provider, record, file)),
  ];
}

/** Contracts without code, or with other code than was recorded. */
export async function codeFindings(provider: Provider, record: AddressFile): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, { address, codeHash }] of Object.entries(record.contracts)) {
    const code = await provider.getCode(address);
    if (code === "0x") findings.push({ name: "ContractWithoutCode", message: `${name} at ${address} has no code` });
    else if (keccak256(code) !== codeHash) {
      findings.push({
        name: "WrongCode",
        message: `${name} at ${address} has code ${keccak256(code)}, on file is ${codeHash}`,
      });
    }
  }
  return findings;
}

/** Functions under another role than the table's, holders that are missing or too many, a deployer that holds anything. */
export async function roleFindings(provider: Provider, record: AddressFile): Promise<Finding[]> {
  const findings: Finding[] = [];
  const address = addressOf(record, "AccessManager");
  const manager = AccessManager__factory.connect(address, provider);
  for (const { contract, name, selector, role } of restrictedFunctions()) {
    const id = await manager.getTargetFunctionRole(addressOf(record, contract satisfies ContractName), selector);
    if (id === ROLE_IDS[role]) continue;
    const found = ROLE_NAMES.find((other) => ROLE_IDS[other] === id) ?? id.toString();
    findings.push({ name: "WrongRole", message: `${contract}.${name} belongs to ${found}, the table says ${role}` });
  }
  for (const role of ROLE_NAMES) {
    const { cancelledBy } = ROLES[role];
    const expected = ROLE_IDS[cancelledBy ?? "ADMIN"];
    const guardian = await manager.getRoleGuardian(ROLE_IDS[role]);
    if (guardian !== expected) {
      findings.push({
        name: "WrongRoleGuardian",
        message: `${role} is cancelled by role ${guardian}, not ${expected}`,
      });
    }
  }

  const key = (role: string, account: string, delay: bigint) =>
    `${role} of ${getAddress(account)} with ${delay} s delay`;
  const meant = new Set(
    ROLE_NAMES.flatMap((role) =>
      ROLES[role].grants.map(({ holder, delayed }) =>
        key(role, holderAddress(record, holder), delayed ? BigInt(record.governance.governorDelay) : 0n),
      ),
    ),
  );
  const since = record.contracts.AccessManager?.block ?? 0;
  const found = new Set(
    (await roleHolders(manager, since)).map(({ role, account, delay }) => key(role, account, delay)),
  );
  for (const grant of meant) if (!found.has(grant)) findings.push({ name: "RoleMissing", message: `no ${grant}` });
  for (const grant of found) if (!meant.has(grant)) findings.push({ name: "RoleTooMany", message: grant });
  for (const role of ROLE_NAMES) {
    if ((await manager.hasRole(ROLE_IDS[role], record.deployer))[0]) {
      findings.push({ name: "DeployerHoldsRole", message: `the deployer ${record.deployer} holds ${role}` });
    }
  }
  return findings;
}

/** Address of a role's holder in a deployment. */
export function holderAddress(record: AddressFile, holder: Holder): string {
  if (holder === "riskSteward") return addressOf(record, "RiskSteward");
  return record.governance[holder];
}

/** Safes that are none, that modules can act for, or that the deployer has a part in. */
async function safeFindings(provider: Provider, record: AddressFile): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of ["governor", "guardian", "riskCouncil"] as const) {
    const address = record.governance[name];
    try {
      const { owners, modules } = await readSafe(provider, address);
      if (owners.includes(getAddress(record.deployer))) {
        findings.push({ name: "DeployerIsOwner", message: `the deployer is an owner of the ${name} Safe ${address}` });
      }
      if (modules.length > 0) {
        findings.push({
          name: "SafeHasModules",
          message: `${modules.join(", ")} can act for the ${name} Safe ${address}`,
        });
      }
    } catch (error) {
      if (!(error instanceof SafeAccountError)) throw error;
      findings.push({ name: error.name, message: `${name}: ${error.message}` });
    }
  }
  return findings;
}
