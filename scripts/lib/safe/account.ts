/** One Safe: its owners and threshold, its address before it exists, its creation, and what a chain says about it. */
import {
  AbiCoder,
  concat,
  Contract,
  dataSlice,
  getAddress,
  getCreate2Address,
  keccak256,
  type Provider,
  type Signer,
  solidityPacked,
  toBeHex,
  ZeroAddress,
} from "ethers";

import { type CanonicalContract, providerOf, proxyCreationCode, SAFE_CONTRACTS, SAFE_SINGLETONS } from "./canonical.ts";

/** Who signs, and how many of them it takes. */
export interface SafePolicy {
  readonly owners: readonly string[];
  readonly threshold: number;
  /** Says that one signature, or all of them, is really meant. */
  readonly allowUnusualThreshold?: boolean;
}

/** What a chain says about a Safe. */
export interface SafeState {
  readonly address: string;
  readonly version: string;
  readonly singleton: string;
  /** In the order the contract lists them. */
  readonly owners: readonly string[];
  readonly threshold: number;
  /** Number of the next transaction. */
  readonly nonce: bigint;
  /** Contracts that may act without signatures. */
  readonly modules: readonly string[];
  /** Contract that may refuse transactions; zero if there is none. */
  readonly guard: string;
  readonly fallbackHandler: string;
}

/** Owners or a threshold that nobody should govern with, or an address that is no Safe. */
export class SafeAccountError extends Error {
  override readonly name:
    | "NoOwners"
    | "InvalidOwner"
    | "DuplicateOwner"
    | "ThresholdOutOfRange"
    | "OneSignatureSuffices"
    | "EverySignatureNeeded"
    | "NotASafe";

  constructor(name: SafeAccountError["name"], message: string) {
    super(message);
    this.name = name;
  }
}

/** The linked lists of a Safe begin and end here; it can be no owner. */
const SENTINEL = "0x0000000000000000000000000000000000000001";
/** Where a Safe keeps its guard and its fallback handler: keccak256 of these names, by Safe's own definition. */
const GUARD_SLOT = "0x4a204f620c8c5ccdca3fd54d003badd85ba500436a431f0cbda4f558c93c34c8";
const FALLBACK_HANDLER_SLOT = "0x6c9a6c4a39284e37ed1cf53d337577d14212a4870fb976a4366c693b939918d5";
const MOST_MODULES = 50n;

/**
 * Refuses owners that are missing, invalid or listed twice, and a threshold of one or of all: with one, the first lost key
 * decides; with all, the first lost key ends everything.
 */
export function checkSafePolicy({ owners, threshold, allowUnusualThreshold = false }: SafePolicy): void {
  if (owners.length === 0) throw new SafeAccountError("NoOwners", "a Safe needs owners: none are named");
  const seen = new Set<string>();
  for (const owner of owners) {
    const address = toAddress(owner);
    if (address === ZeroAddress || address === SENTINEL) {
      throw new SafeAccountError("InvalidOwner", `${owner} can own no Safe`);
    }
    if (seen.has(address)) throw new SafeAccountError("DuplicateOwner", `${address} is listed twice among the owners`);
    seen.add(address);
  }
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > owners.length) {
    throw new SafeAccountError(
      "ThresholdOutOfRange",
      `a threshold of ${threshold} is not between 1 and the ${owners.length} owners`,
    );
  }
  if (allowUnusualThreshold) return;
  if (threshold === 1) {
    throw new SafeAccountError(
      "OneSignatureSuffices",
      `1 of ${owners.length}: one stolen key would govern; set allowUnusualThreshold if that is meant`,
    );
  }
  if (threshold === owners.length) {
    throw new SafeAccountError(
      "EverySignatureNeeded",
      `${threshold} of ${owners.length}: one lost key would end it; set allowUnusualThreshold if that is meant`,
    );
  }
}

/** The implementation behind a new Safe: the one that says in events what it did, except on mainnet, as Safe's own app has it. */
export function singletonFor(chainId: bigint): CanonicalContract {
  return chainId === 1n ? SAFE_CONTRACTS.Safe : SAFE_CONTRACTS.SafeL2;
}

/** The call that a new Safe is set up with. */
export function safeSetupData({ owners, threshold }: SafePolicy): string {
  return SAFE_CONTRACTS.Safe.interface.encodeFunctionData("setup", [
    owners.map(toAddress),
    threshold,
    ZeroAddress,
    "0x",
    SAFE_CONTRACTS.CompatibilityFallbackHandler.address,
    ZeroAddress,
    0,
    ZeroAddress,
  ]);
}

/** Address of the Safe that these owners, this threshold and this number give, whether or not it exists yet. */
export function predictSafe(chainId: bigint, policy: SafePolicy, saltNonce: bigint): string {
  const salt = keccak256(solidityPacked(["bytes32", "uint256"], [keccak256(safeSetupData(policy)), saltNonce]));
  const creationCode = concat([
    proxyCreationCode(),
    AbiCoder.defaultAbiCoder().encode(["address"], [singletonFor(chainId).address]),
  ]);
  return getCreate2Address(SAFE_CONTRACTS.SafeProxyFactory.address, salt, keccak256(creationCode));
}

/**
 * The Safe of these owners, created through the real factory unless it exists already.
 * @returns its address and whether this call created it
 */
export async function ensureSafe(
  signer: Signer,
  policy: SafePolicy,
  saltNonce = 0n,
): Promise<{ address: string; created: boolean }> {
  checkSafePolicy(policy);
  const provider = providerOf(signer);
  const { chainId } = await provider.getNetwork();
  const address = predictSafe(chainId, policy, saltNonce);
  if ((await provider.getCode(address)) !== "0x") return { address, created: false };
  const { address: factory, interface: abi } = SAFE_CONTRACTS.SafeProxyFactory;
  const data = abi.encodeFunctionData("createProxyWithNonce", [
    singletonFor(chainId).address,
    safeSetupData(policy),
    saltNonce,
  ]);
  await (await signer.sendTransaction({ to: factory, data })).wait();
  if ((await provider.getCode(address)) === "0x") throw new Error(`the factory created no Safe at ${address}`);
  return { address, created: true };
}

/** A Safe as an ethers contract. */
export function safeAt(address: string, runner: Provider | Signer): Contract {
  return new Contract(address, SAFE_CONTRACTS.SafeL2.interface, runner);
}

/** What the chain says about the Safe at `address`; `NotASafe` if its code is not Safe's proxy in front of a published implementation. */
export async function readSafe(provider: Provider, address: string): Promise<SafeState> {
  const code = await provider.getCode(address);
  if (code === "0x") throw new SafeAccountError("NotASafe", `${address} has no code: it is an ordinary account`);
  const singleton = addressIn(await provider.getStorage(address, 0));
  const codeHash = SAFE_SINGLETONS.get(singleton);
  if (codeHash === undefined || keccak256(await provider.getCode(singleton)) !== codeHash) {
    throw new SafeAccountError("NotASafe", `${address} does not run published Safe code: it points to ${singleton}`);
  }
  const safe = safeAt(address, provider);
  const call = (name: string, ...args: unknown[]): Promise<unknown> => safe.getFunction(name).staticCall(...args);
  const [modules] = (await call("getModulesPaginated", SENTINEL, MOST_MODULES)) as [string[], string];
  return {
    address: getAddress(address),
    version: (await call("VERSION")) as string,
    singleton,
    owners: [...((await call("getOwners")) as string[])],
    threshold: Number(await call("getThreshold")),
    nonce: (await call("nonce")) as bigint,
    modules: [...modules],
    guard: addressIn(await provider.getStorage(address, GUARD_SLOT)),
    fallbackHandler: addressIn(await provider.getStorage(address, FALLBACK_HANDLER_SLOT)),
  };
}

function addressIn(word: string): string {
  return getAddress(dataSlice(toBeHex(word, 32), 12));
}

function toAddress(text: string): string {
  try {
    return getAddress(text);
  } catch {
    throw new SafeAccountError("InvalidOwner", `"${text}" is no address`);
  }
}
