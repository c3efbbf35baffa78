/** What deploy/parameters/<network>.json says of a network: chain, market with its sources, governance, parameters. */
import { existsSync, readdirSync, readFileSync } from "node:fs";

import { type DeploymentParameters } from "@nomicfoundation/ignition-core";
import { ZeroAddress } from "ethers";

/** A price feed. `heartbeat` and `maxStaleness` are seconds, answers are in the feed's decimals. */
export interface FeedEntry {
  readonly proxy: string | null;
  readonly description: string;
  readonly decimals: number;
  readonly heartbeat: number;
  readonly maxStaleness: number;
  readonly minAnswer: bigint;
  readonly maxAnswer: bigint;
  readonly source: string;
  readonly heartbeatSource: string;
  /** First answer of a feed that a local chain gets. */
  readonly localAnswer?: bigint;
}

/** A token; `address` is null where a local chain makes it. */
export interface TokenEntry {
  readonly address: string | null;
  readonly name: string;
  readonly symbol: string;
  readonly decimals: number;
  readonly source: string;
  readonly feed: FeedEntry;
}

/** Who governs: the owners of a Safe to be, or a Safe that exists. */
export interface SafeEntry {
  readonly safe?: string;
  readonly owners?: readonly string[];
  readonly threshold?: number;
  /** Distinguishes Safes of the same owners. */
  readonly saltNonce?: number;
  readonly allowUnusualThreshold?: boolean;
}

export interface NetworkFile {
  readonly network: {
    readonly chainId: number;
    readonly title: string;
    /** Tokens and feeds are made by the deployment, and the feeds' operator is one of the chain's own accounts. */
    readonly isLocal: boolean;
    readonly isLayer2: boolean;
    /** Text for CREATE2; null deploys at ordinary addresses. */
    readonly create2Salt: string | null;
  };
  readonly governance: {
    readonly governorDelay: number;
    readonly governor: SafeEntry;
    readonly guardian: SafeEntry;
    readonly riskCouncil: SafeEntry;
    /** Receives the tokens that exist at the start; the governor's Safe if null. */
    readonly treasury: string | null;
  };
  readonly market: {
    readonly asset: TokenEntry;
    readonly collateral: TokenEntry;
    readonly sequencer: { readonly feed: string; readonly gracePeriod: number; readonly source: string };
  };
  readonly modules: DeploymentParameters;
}

/** A network without a file, or a file that says too little. */
export class NetworkFileError extends Error {
  override readonly name: "UnknownNetwork" | "IncompleteNetworkFile";

  constructor(name: NetworkFileError["name"], message: string) {
    super(message);
    this.name = name;
  }
}

const DIRECTORY = new URL("../../deploy/parameters/", import.meta.url);
const SECTIONS = ["network", "governance", "market", "modules"];

/** Names of the networks that have a file. */
export function networkNames(): string[] {
  return readdirSync(DIRECTORY)
    .filter((file) => file.endsWith(".json") && "network" in (parseFile(file) as object))
    .map((file) => file.slice(0, -".json".length));
}

/** The file of a network. Whole numbers beyond 2^53 are written `"123n"` there, as Hardhat Ignition does. */
export function readNetworkFile(network: string): NetworkFile {
  const file = `${network}.json`;
  if (!/^[a-z0-9-]+$/.test(network) || !existsSync(new URL(file, DIRECTORY))) {
    throw new NetworkFileError(
      "UnknownNetwork",
      `"${network}" has no parameters; there are: ${networkNames().join(", ")}`,
    );
  }
  const parsed = parseFile(file) as object;
  const missing = SECTIONS.filter((section) => !(section in parsed));
  if (missing.length > 0) {
    throw new NetworkFileError(
      "IncompleteNetworkFile",
      `deploy/parameters/${file} has no section ${missing.join(", ")}`,
    );
  }
  return parsed as NetworkFile;
}

/** Addresses that are known once market and governance exist. */
export interface KnownAddresses {
  readonly asset: string;
  readonly collateral: string;
  readonly assetFeed: string;
  readonly collateralFeed: string;
  readonly governor: string;
  readonly guardian: string;
  readonly riskCouncil: string;
  readonly treasury: string;
}

/** Parameters of the Ignition modules: those of the file, and what follows from market and governance. */
export function ignitionParameters(file: NetworkFile, known: KnownAddresses): DeploymentParameters {
  const { asset, collateral, sequencer } = file.market;
  return {
    ...file.modules,
    Oracle: {
      sequencerUptimeFeed: sequencer.feed,
      gracePeriod: sequencer.gracePeriod,
      maxStalenessAsset: asset.feed.maxStaleness,
      minAnswerAsset: asset.feed.minAnswer,
      maxAnswerAsset: asset.feed.maxAnswer,
      maxStalenessCollateral: collateral.feed.maxStaleness,
      minAnswerCollateral: collateral.feed.minAnswer,
      maxAnswerCollateral: collateral.feed.maxAnswer,
    },
    [hasMarginVault(file) ? "MarginHandover" : "Handover"]: { governorDelay: file.governance.governorDelay },
    $global: { ...known },
  };
}

/** Whether a margin vault is to stand beside the lending vault: its modules have parameters. */
export function hasMarginVault({ modules }: Pick<NetworkFile, "modules">): boolean {
  return "MarginVault" in modules;
}

/** Whether the network has a sequencer feed to ask. */
export function hasSequencerFeed({ market }: NetworkFile): boolean {
  return market.sequencer.feed !== ZeroAddress;
}

function parseFile(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, DIRECTORY), "utf8"), (_key, value: unknown) =>
    typeof value === "string" && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  );
}
