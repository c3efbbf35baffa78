/** deploy/addresses/<chainId>.json: what is deployed where, as the deployment found it on chain when it ended. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** One deployed contract. */
export interface DeployedContract {
  readonly address: string;
  /** Fully qualified name of its source: file and contract. */
  readonly source: string;
  /** As the source declares them; whole numbers as decimal text. */
  readonly constructorArguments: unknown;
  /** The same, ABI-encoded: what follows the creation code. */
  readonly encodedArguments: string;
  readonly block: number;
  readonly transaction: string;
  /** keccak256 of its runtime code. */
  readonly codeHash: string;
}

/** One deployment. */
export interface AddressFile {
  readonly chainId: number;
  readonly network: string;
  readonly version: string;
  readonly deployer: string;
  readonly governance: {
    readonly governor: string;
    readonly guardian: string;
    readonly riskCouncil: string;
    readonly treasury: string;
    /** Seconds. */
    readonly governorDelay: number;
  };
  readonly market: {
    readonly asset: string;
    readonly collateral: string;
    readonly assetFeed: string;
    readonly collateralFeed: string;
    readonly sequencerUptimeFeed: string;
  };
  /** By contract name; the margin vault's own fund and bids are `MarginFund` and `MarginUnderwriters`. */
  readonly contracts: Readonly<Record<string, DeployedContract>>;
}

/** A chain without a deployment, or one without the contract asked for. */
export class AddressFileError extends Error {
  override readonly name: "NotDeployed" | "UnknownContract";

  constructor(name: AddressFileError["name"], message: string) {
    super(message);
    this.name = name;
  }
}

/** Where address files are, unless a test says otherwise. */
export const ADDRESSES_DIRECTORY = fileURLToPath(new URL("../../deploy/addresses/", import.meta.url));

/** Path of a chain's file. */
export function addressFilePath(chainId: number | bigint, directory = ADDRESSES_DIRECTORY): string {
  return `${directory.replace(/\/$/, "")}/${chainId}.json`;
}

/** A chain's file; undefined if it has none. */
export function findAddressFile(chainId: number | bigint, directory = ADDRESSES_DIRECTORY): AddressFile | undefined {
  const path = addressFilePath(chainId, directory);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as AddressFile) : undefined;
}

/** A chain's file, which must exist. */
export function readAddressFile(chainId: number | bigint, directory = ADDRESSES_DIRECTORY): AddressFile {
  const file = findAddressFile(chainId, directory);
  if (file !== undefined) return file;
  throw new AddressFileError("NotDeployed", `${addressFilePath(chainId, directory)} is not there: deploy first`);
}

/** Address of a contract by name. */
export function addressOf(file: AddressFile, contract: string): string {
  const found = file.contracts[contract];
  if (found !== undefined) return found.address;
  const names = Object.keys(file.contracts).join(", ");
  throw new AddressFileError("UnknownContract", `chain ${file.chainId} has no ${contract}; it has ${names}`);
}

/** Names under which a deployment has a contract of this kind: none, one, or one for each vault. */
export function namesOf({ contracts }: AddressFile, contract: string): string[] {
  return Object.keys(contracts).filter((name) => contracts[name]?.source.endsWith(`:${contract}`));
}

/** Writes a chain's file in one move, so that a reader never finds half of one; nothing if it is there already. */
export function writeAddressFile(file: AddressFile, directory = ADDRESSES_DIRECTORY): string {
  const path = addressFilePath(file.chainId, directory);
  const text = `${JSON.stringify(file, undefined, 2)}\n`;
  if (existsSync(path) && readFileSync(path, "utf8") === text) return path;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
  return path;
}
