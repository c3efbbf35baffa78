/** What differs between a chain and what is on file: code, roles, Safes, parameters. Sends nothing. */
import { Contract, getAddress, keccak256, type Provider } from "ethers";

import { type AccessManager, AccessManager__factory } from "../../types/ethers-contracts/index.ts";
import { type AddressFile, addressOf, namesOf } from "../lib/addresses.ts";
import { type ContractName } from "../lib/interfaces.ts";
import { type NetworkFile } from "../lib/network-file.ts";
import { roleHolders } from "../lib/role-holders.ts";
import { type Holder, restrictedFunctions, ROLE_IDS, ROLE_NAMES, ROLES } from "../lib/roles.ts";
import { readSafe, SafeAccountError } from "../lib/safe/index.ts";
import { marginFindings } from "./margin-on-chain.ts";
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
    ...(await marginFindings(provider, record, file)),
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

/**
 * Contracts under another authority, functions under another role than the table's, holders that are missing or too many,
 * roles that others than the admin may give, a deployer that holds anything.
 */
export async function roleFindings(provider: Provider, record: AddressFile): Promise<Finding[]> {
  const manager = AccessManager__factory.connect(addressOf(record, "AccessManager"), provider);
  return [
    ...(await functionFindings(manager, record)),
    ...(await rankFindings(manager)),
    ...(await holderFindings(manager, record)),
  ];
}

async function functionFindings(manager: AccessManager, record: AddressFile): Promise<Finding[]> {
  const findings: Finding[] = [];
  const authority = await manager.getAddress();
  const rows = restrictedFunctions().flatMap((row) =>
    instancesOf(record, row.contract).map((instance) => ({ ...row, instance })),
  );
  for (const instance of new Set(rows.map((row) => row.instance))) {
    const target = addressOf(record, instance);
    const managed = new Contract(target, ["function authority() view returns (address)"], manager.runner);
    const found = (await managed.getFunction("authority").staticCall()) as string;
    if (found !== authority) findings.push({ name: "WrongAuthority", message: `${instance} obeys ${found}` });
    if (await manager.isTargetClosed(target)) findings.push({ name: "TargetClosed", message: `${instance} is closed` });
  }
  for (const { instance, name, selector, role } of rows) {
    const id = await manager.getTargetFunctionRole(addressOf(record, instance), selector);
    if (id === ROLE_IDS[role]) continue;
    const found = ROLE_NAMES.find((other) => ROLE_IDS[other] === id) ?? `role ${id}`;
    findings.push({ name: "WrongRole", message: `${instance}.${name} belongs to ${found}, the table says ${role}` });
  }
  return findings;
}

/** All contracts that the table's rows are about; only the margin vault may be missing, any other must be on file. */
function instancesOf(record: AddressFile, contract: ContractName): readonly string[] {
  const found = namesOf(record, contract);
  return found.length > 0 || contract === "MarginVault" ? found : [contract];
}

/** Who gives a role, and who cancels what was announced under it. */
async function rankFindings(manager: AccessManager): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const role of ROLE_NAMES) {
    const admin = await manager.getRoleAdmin(ROLE_IDS[role]);
    if (admin !== ROLE_IDS.ADMIN) {
      findings.push({ name: "WrongRoleAdmin", message: `${role} is given by role ${admin}, not by ADMIN` });
    }
    const expected = ROLE_IDS[ROLES[role].cancelledBy ?? "ADMIN"];
    const guardian = await manager.getRoleGuardian(ROLE_IDS[role]);
    if (guardian !== expected) {
      findings.push({
        name: "WrongRoleGuardian",
        message: `${role} is cancelled by role ${guardian}, not ${expected}`,
      });
    }
  }
  return findings;
}

async function holderFindings(manager: AccessManager, record: AddressFile): Promise<Finding[]> {
  const findings: Finding[] = [];
  const key = (role: string, account: string, delay: bigint) => `${role} of ${getAddress(account)}, delay ${delay} s`;
  const meant = new Set(
    ROLE_NAMES.flatMap((role) =>
      ROLES[role].grants.map(({ holder, delayed }) =>
        key(role, holderAddress(record, holder), delayed ? BigInt(record.governance.governorDelay) : 0n),
      ),
    ),
  );
  const holders = await roleHolders(manager, record.contracts.AccessManager?.block ?? 0);
  const found = new Set(holders.map(({ role, account, delay }) => key(role, account, delay)));
  for (const grant of meant) if (!found.has(grant)) findings.push({ name: "RoleMissing", message: `no ${grant}` });
  for (const grant of found) if (!meant.has(grant)) findings.push({ name: "RoleTooMany", message: grant });
  for (const { role, account } of holders) {
    if (account !== getAddress(record.deployer)) continue;
    findings.push({ name: "DeployerHoldsRole", message: `the deployer ${account} holds ${role}` });
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
