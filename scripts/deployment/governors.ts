/** The three Safes of a deployment: which they are, whether they may govern, and their creation. */
import { getAddress, type Provider, type Signer } from "ethers";

import { type NetworkFile, type SafeEntry } from "../lib/network-file.ts";
import {
  checkSafePolicy,
  ensureSafe,
  installSafeContracts,
  missingSafeContracts,
  predictSafe,
  readSafe,
  SafeAccountError,
  SafeContractError,
  type SafePolicy,
} from "../lib/safe/index.ts";
import { type Finding } from "./ranges.ts";

const NAMES = ["governor", "guardian", "riskCouncil"] as const;
type Name = (typeof NAMES)[number];

/** Addresses of those who govern. */
export interface Governors extends Record<Name, string> {
  readonly treasury: string;
}

/** Who will govern, what would have to be created for it, and what speaks against it. */
export interface GovernorsPlan {
  readonly governors: Governors;
  readonly toCreate: readonly { name: Name; policy: SafePolicy; saltNonce: bigint }[];
  readonly missingContracts: readonly string[];
  readonly findings: readonly Finding[];
}

/** Reads the chain; sends nothing. */
export async function planGovernors(provider: Provider, file: NetworkFile, deployer: string): Promise<GovernorsPlan> {
  const { chainId } = await provider.getNetwork();
  const findings: Finding[] = [];
  const addresses: Partial<Record<Name, string>> = {};
  const toCreate: { name: Name; policy: SafePolicy; saltNonce: bigint }[] = [];
  for (const name of NAMES) {
    const entry = file.governance[name];
    try {
      const policy = await policyOf(provider, name, entry);
      checkSafePolicy(policy);
      const saltNonce = BigInt(entry.saltNonce ?? 0);
      const address = entry.safe === undefined ? predictSafe(chainId, policy, saltNonce) : getAddress(entry.safe);
      addresses[name] = address;
      if ((await provider.getCode(address)) === "0x") toCreate.push({ name, policy, saltNonce });
      if (policy.owners.some((owner) => getAddress(owner) === getAddress(deployer))) {
        findings.push({ name: "DeployerIsOwner", message: `the deployer ${deployer} is an owner of the ${name} Safe` });
      }
    } catch (error) {
      if (!(error instanceof SafeAccountError)) throw error;
      findings.push({ name: error.name, message: `governance.${name}: ${error.message}` });
    }
  }
  const { governor = "", guardian = "", riskCouncil = "" } = addresses;
  const distinct = new Set([governor, guardian, riskCouncil].filter((address) => address !== ""));
  if (distinct.size < Object.keys(addresses).length) {
    findings.push({
      name: "SameSafeTwice",
      message: "governor, guardian and risk council are three Safes: who governs must not also be who cancels",
    });
  }
  const treasury = getAddress(file.governance.treasury ?? (governor === "" ? deployer : governor));
  if (file.governance.treasury !== null && treasury === getAddress(deployer)) {
    findings.push({ name: "DeployerIsTreasury", message: "the deployer would keep the tokens" });
  }
  let missingContracts: readonly string[] = [];
  try {
    missingContracts = await missingSafeContracts(provider);
  } catch (error) {
    if (!(error instanceof SafeContractError)) throw error;
    findings.push({ name: error.name, message: error.message });
  }
  return { governors: { governor, guardian, riskCouncil, treasury }, toCreate, missingContracts, findings };
}

/** Creates what is missing: the Safe contracts and the Safes. */
export async function createGovernors(signer: Signer, plan: GovernorsPlan): Promise<void> {
  if (plan.toCreate.length === 0) return;
  await installSafeContracts(signer);
  for (const { policy, saltNonce } of plan.toCreate) await ensureSafe(signer, policy, saltNonce);
}

/** Owners and threshold: of the Safe that is named, or those of the Safe to be. */
async function policyOf(provider: Provider, name: string, entry: SafeEntry): Promise<SafePolicy> {
  const allowUnusualThreshold = entry.allowUnusualThreshold ?? false;
  if (entry.safe !== undefined) {
    const { owners, threshold } = await readSafe(provider, entry.safe);
    return { owners, threshold, allowUnusualThreshold };
  }
  if (entry.owners === undefined || entry.owners.length === 0) {
    throw new SafeAccountError("NoOwners", `name the owners of the ${name} Safe, or a Safe that exists as "safe"`);
  }
  return { owners: entry.owners, threshold: entry.threshold ?? 2, allowUnusualThreshold };
}
