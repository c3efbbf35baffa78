/**
 * The real Safe contracts: where they are on every chain, what their code must hash to, and how to put the missing ones
 * there. Addresses and code hashes come from @safe-global/safe-deployments, creation code from
 * @safe-global/safe-smart-account; both say the same, because an address follows from the creation code (CREATE2).
 */
import { createRequire } from "node:module";

import {
  getCompatibilityFallbackHandlerDeployment,
  getCreateCallDeployment,
  getMultiSendCallOnlyDeployment,
  getMultiSendDeployment,
  getProxyFactoryDeployment,
  getSafeL2SingletonDeployment,
  getSafeSingletonDeployment,
  getSignMessageLibDeployment,
  getSimulateTxAccessorDeployment,
  type DeploymentFilter,
  type SingletonDeployment,
} from "@safe-global/safe-deployments";
import { getSingletonFactoryInfo } from "@safe-global/safe-singleton-factory";
import { concat, getAddress, Interface, keccak256, type Provider, type Signer, ZeroHash } from "ethers";

/** Release of the Safe contracts that everything here uses. */
export const SAFE_VERSION = "1.5.0";

const require = createRequire(import.meta.url);
const ARTIFACTS = "@safe-global/safe-smart-account/build/artifacts/contracts";

/** A contract that has the same address and the same code on every chain. */
export interface CanonicalContract {
  readonly name: SafeContractName;
  readonly address: string;
  /** keccak256 of its runtime code. */
  readonly codeHash: string;
  readonly interface: Interface;
  /** Chains on which Safe's own registry lists it, as decimal ids. */
  readonly listedOn: ReadonlySet<string>;
}

const SOURCES = {
  Safe: { find: getSafeSingletonDeployment, artifact: "Safe.sol/Safe" },
  SafeL2: { find: getSafeL2SingletonDeployment, artifact: "SafeL2.sol/SafeL2" },
  SafeProxyFactory: { find: getProxyFactoryDeployment, artifact: "proxies/SafeProxyFactory.sol/SafeProxyFactory" },
  MultiSend: { find: getMultiSendDeployment, artifact: "libraries/MultiSend.sol/MultiSend" },
  MultiSendCallOnly: {
    find: getMultiSendCallOnlyDeployment,
    artifact: "libraries/MultiSendCallOnly.sol/MultiSendCallOnly",
  },
  CompatibilityFallbackHandler: {
    find: getCompatibilityFallbackHandlerDeployment,
    artifact: "handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler",
  },
  CreateCall: { find: getCreateCallDeployment, artifact: "libraries/CreateCall.sol/CreateCall" },
  SignMessageLib: { find: getSignMessageLibDeployment, artifact: "libraries/SignMessageLib.sol/SignMessageLib" },
  SimulateTxAccessor: {
    find: getSimulateTxAccessorDeployment,
    artifact: "accessors/SimulateTxAccessor.sol/SimulateTxAccessor",
  },
} as const satisfies Record<
  string,
  { find: (filter?: DeploymentFilter) => SingletonDeployment | undefined; artifact: string }
>;

export type SafeContractName = keyof typeof SOURCES;

/** Names of all of them. */
export const SAFE_CONTRACT_NAMES = Object.keys(SOURCES) as readonly SafeContractName[];

/** The canonical contracts of `SAFE_VERSION` by name. */
export const SAFE_CONTRACTS: Readonly<Record<SafeContractName, CanonicalContract>> = Object.fromEntries(
  SAFE_CONTRACT_NAMES.map((name) => [name, canonical(name)]),
) as Record<SafeContractName, CanonicalContract>;

/** Releases whose accounts are signed and executed in the same way; a team may bring a Safe of any of them. */
const ACCEPTED_VERSIONS = ["1.3.0", "1.4.1", SAFE_VERSION];

/** Code hash of every published implementation of an accepted release, by address. */
export const SAFE_SINGLETONS: ReadonlyMap<string, string> = new Map(
  ACCEPTED_VERSIONS.flatMap((version) =>
    [getSafeSingletonDeployment({ version }), getSafeL2SingletonDeployment({ version })].flatMap((deployment) =>
      [deployment?.deployments.canonical, deployment?.deployments.eip155]
        .filter((published) => published !== undefined)
        .map(({ address, codeHash }) => [getAddress(address), codeHash] as const),
    ),
  ),
);

/** What a canonical address should have and has not. */
export class SafeContractError extends Error {
  override readonly name: "SafeContractMissing" | "SafeContractWrongCode" | "SafeFactoryUnavailable";

  constructor(name: SafeContractError["name"], message: string) {
    super(message);
    this.name = name;
  }
}

/** Names of the canonical contracts that a chain has not got; an address with other code than it must have is an error. */
export async function missingSafeContracts(provider: Provider): Promise<SafeContractName[]> {
  const missing: SafeContractName[] = [];
  for (const { name, address, codeHash } of Object.values(SAFE_CONTRACTS)) {
    const code = await provider.getCode(address);
    if (code === "0x") missing.push(name);
    else if (keccak256(code) !== codeHash) {
      throw new SafeContractError(
        "SafeContractWrongCode",
        `${name} ${SAFE_VERSION} at ${address} has code ${keccak256(code)}, not ${codeHash}: do not use this chain`,
      );
    }
  }
  return missing;
}

/** Refuses a chain that has not got all canonical contracts, with the right code. */
export async function requireSafeContracts(provider: Provider): Promise<void> {
  const missing = await missingSafeContracts(provider);
  if (missing.length === 0) return;
  throw new SafeContractError(
    "SafeContractMissing",
    `the chain has no ${missing.join(", ")} of Safe ${SAFE_VERSION}: installSafeContracts puts them there`,
  );
}

/**
 * Puts the canonical contracts that are missing where they belong, through the deterministic deployer that Safe itself
 * uses. Open to everybody on every chain: address and code follow from the creation code. On a chain without the deployer
 * its signed transaction is sent first, which Safe has published for most chain ids, 31337 among them.
 * @returns names of what was put there
 */
export async function installSafeContracts(signer: Signer): Promise<SafeContractName[]> {
  const provider = providerOf(signer);
  const missing = await missingSafeContracts(provider);
  if (missing.length === 0) return missing;
  const deployer = await ensureDeterministicDeployer(signer, provider);
  for (const name of missing) {
    const { bytecode } = artifactOf(name);
    const sent = await signer.sendTransaction({ to: deployer, data: concat([ZeroHash, bytecode]) });
    await sent.wait();
  }
  await requireSafeContracts(provider);
  return missing;
}

/** Creation code of the proxy that every account is. */
export function proxyCreationCode(): string {
  return readArtifact("proxies/SafeProxy.sol/SafeProxy").bytecode;
}

/** @returns address of the deployer on this chain */
async function ensureDeterministicDeployer(signer: Signer, provider: Provider): Promise<string> {
  const { chainId } = await provider.getNetwork();
  const info = getSingletonFactoryInfo(Number(chainId));
  if (info === undefined) {
    throw new SafeContractError(
      "SafeFactoryUnavailable",
      `Safe has published no deterministic deployer for ${chainId}`,
    );
  }
  const address = getAddress(info.address);
  if ((await provider.getCode(address)) !== "0x") return address;
  const cost = BigInt(info.gasPrice) * BigInt(info.gasLimit);
  const balance = await provider.getBalance(info.signerAddress);
  if (balance < cost) {
    await (await signer.sendTransaction({ to: info.signerAddress, value: cost - balance })).wait();
  }
  await (await provider.broadcastTransaction(info.transaction)).wait();
  return address;
}

function canonical(name: SafeContractName): CanonicalContract {
  const deployment = SOURCES[name].find({ version: SAFE_VERSION });
  const found = deployment?.deployments.canonical;
  if (deployment === undefined || found === undefined) throw new RangeError(`${name} ${SAFE_VERSION} is not listed`);
  return {
    name,
    address: getAddress(found.address),
    codeHash: found.codeHash,
    interface: new Interface(deployment.abi as string[]),
    listedOn: new Set(Object.keys(deployment.networkAddresses)),
  };
}

function artifactOf(name: SafeContractName): { bytecode: string } {
  return readArtifact(SOURCES[name].artifact);
}

function readArtifact(path: string): { bytecode: string } {
  return require(`${ARTIFACTS}/${path}.json`) as { bytecode: string };
}

/** The provider a signer is connected to. */
export function providerOf(signer: Signer): Provider {
  if (signer.provider === null) throw new TypeError("the signer is not connected to a chain");
  return signer.provider;
}
