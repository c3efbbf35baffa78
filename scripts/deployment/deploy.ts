/**
 * One deployment from beginning to end: check, plan, Safes, market of a local chain, contracts, handover, a look at the
 * chain, address file. Every part does only what is not done yet, so a second run changes nothing.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { keccak256, type Provider } from "ethers";

import MarginPlimsollModule from "../../deploy/modules/margin-plimsoll.ts";
import PlimsollModule from "../../deploy/modules/plimsoll.ts";
import { type AddressFile, ADDRESSES_DIRECTORY, findAddressFile, writeAddressFile } from "../lib/addresses.ts";
import { type Connection } from "../lib/chain.ts";
import { hasMarginVault, ignitionParameters, type NetworkFile } from "../lib/network-file.ts";
import { createGovernors, type GovernorsPlan, planGovernors } from "./governors.ts";
import { ignitionRunner } from "./ignition.ts";
import { ensureLocalMarket, namedMarket } from "./local-market.ts";
import { marketFindings, refuseIf, requireChain } from "./preflight.ts";
import { rangeFindings } from "./ranges.ts";
import { buildAddressFile } from "./record.ts";
import { findingsOnChain } from "./verify.ts";

const JOURNALS_DIRECTORY = fileURLToPath(new URL("../../deploy/deployments/", import.meta.url));

export interface DeployOptions {
  /** Name of the network's parameter file. */
  readonly name: string;
  readonly file: NetworkFile;
  readonly connection: Connection;
  readonly journals?: string;
  readonly addresses?: string;
  /** Shown the plan before anything is sent; refuses by returning false. */
  readonly confirm?: (plan: DeploymentPlan) => Promise<boolean>;
  readonly onStep?: (step: string) => void;
}

/** What a deployment is about to do. */
export interface DeploymentPlan {
  readonly name: string;
  readonly file: NetworkFile;
  readonly deployer: string;
  readonly balance: bigint;
  readonly governors: GovernorsPlan;
  /** What is deployed already, by this file or by its journal. */
  readonly existing: AddressFile | undefined;
}

/** The plan was not agreed to. */
export class DeploymentDeclined extends Error {
  override readonly name = "DeploymentDeclined";
}

/** What this chain already has, and what is on it is not what the file says. */
export class AlreadyDeployed extends Error {
  override readonly name = "AlreadyDeployed";
}

/** Deploys, or goes on where an earlier run stopped; the address file of what is then on the chain. */
export async function deployNetwork(options: DeployOptions): Promise<AddressFile> {
  const { name, file, connection, confirm, onStep = () => undefined } = options;
  const addresses = options.addresses ?? ADDRESSES_DIRECTORY;
  const { provider } = connection.ethers;
  await requireChain(provider, file);
  const signers = await connection.ethers.getSigners();
  const [deployer] = signers;
  if (deployer === undefined) throw new RangeError("the network has no account to deploy from");

  const governors = await planGovernors(provider, file, deployer.address);
  const early = [...governors.findings, ...rangeFindings(file)];
  if (!file.network.isLocal) early.push(...(await marketFindings(provider, file, namedMarket(file))));
  refuseIf(unique(early));
  const existing = await existingDeployment(provider, findAddressFile(file.network.chainId, addresses), file);
  const balance = await provider.getBalance(deployer.address);
  const plan: DeploymentPlan = { name, file, deployer: deployer.address, balance, governors, existing };
  if (confirm !== undefined && !(await confirm(plan))) throw new DeploymentDeclined("nothing was sent");

  const journals = await journalsOf(provider, name, file, options.journals ?? JOURNALS_DIRECTORY);
  if (existing !== undefined && !existsSync(join(journals, "plimsoll"))) {
    // Deployed from another machine: without its journal Ignition would deploy a second time.
    refuseIf(await findingsOnChain(provider, existing, file));
    return existing;
  }
  const run = ignitionRunner(connection, journals, onStep);
  await createGovernors(deployer, governors);
  const market = file.network.isLocal ? await ensureLocalMarket(run, file, signers) : namedMarket(file);
  if (file.network.isLocal) refuseIf(await marketFindings(provider, file, market));

  const known = { ...market, ...governors.governors };
  const ignitionModule = hasMarginVault(file) ? MarginPlimsollModule : PlimsollModule;
  await run("plimsoll", ignitionModule, ignitionParameters(file, known), file.network.create2Salt);
  const record = await buildAddressFile(provider, journals, {
    ...{ name, file, deployer: deployer.address, market },
    governors: governors.governors,
  });
  refuseIf(await findingsOnChain(provider, record, file));
  writeAddressFile(record, addresses);
  return record;
}

/**
 * What the chain has of an earlier deployment. The file of a local chain that has been started anew is out of date; on
 * any other chain, a file that does not fit is a reason to stop.
 */
async function existingDeployment(
  provider: Provider,
  found: AddressFile | undefined,
  file: NetworkFile,
): Promise<AddressFile | undefined> {
  if (found === undefined) return undefined;
  const { network } = file;
  for (const [contract, { address, codeHash }] of Object.entries(found.contracts)) {
    if (keccak256(await provider.getCode(address)) === codeHash) continue;
    if (network.isLocal) return undefined;
    throw new AlreadyDeployed(
      `deploy/addresses/${network.chainId}.json names ${contract} at ${address}, but its code there is another; move the file away to deploy anew`,
    );
  }
  if (hasMarginVault(file) && !("MarginVault" in found.contracts)) {
    throw new AlreadyDeployed(
      `the deployment on chain ${network.chainId} has no margin vault, and its deployer holds no role any more: ` +
        "governance adds one (deploy/modules/margin-addition.ts), or the parameters MarginVault, MarginFund and MarginWiring go",
    );
  }
  return found;
}

/** Journals by network; those of a local chain by its first block as well, because every start is another chain. */
async function journalsOf(provider: Provider, name: string, file: NetworkFile, directory: string): Promise<string> {
  const { chainId, isLocal } = file.network;
  if (!isLocal) return join(directory, `${name}-${chainId}`);
  const genesis = await provider.getBlock(0);
  return join(directory, `${name}-${chainId}-${genesis?.hash?.slice(2, 10) ?? "0"}`);
}

function unique<T extends { name: string; message: string }>(findings: readonly T[]): T[] {
  return [...new Map(findings.map((finding) => [`${finding.name} ${finding.message}`, finding])).values()];
}
