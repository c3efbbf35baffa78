/** The two parts of the package that are made from other files: the module of addresses, and a version's ABIs. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import hre from "hardhat";

import { type Deployment } from "../../package/deployment.ts";
import { type AddressFile, ADDRESSES_DIRECTORY } from "../lib/addresses.ts";

/** A chain that ends with its process has no place in a package. */
const LOCAL_CHAIN = "31337.json";
const ABIS = fileURLToPath(new URL("../../deploy/abis/", import.meta.url));

/** Names of the contracts that the package exports, from its own source. */
export function exportedContracts(): string[] {
  const source = readFileSync(new URL("../../package/index.ts", import.meta.url), "utf8");
  return [...source.matchAll(/export \{ (\w+)__factory \}/g)].map(([, name]) => name ?? "");
}

/** Every deployment that has a file, by chain. */
export function readDeployments(directory = ADDRESSES_DIRECTORY): Deployment[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => /^\d+\.json$/.test(file) && file !== LOCAL_CHAIN)
    .sort((one, other) => parseInt(one, 10) - parseInt(other, 10))
    .map((file) => deploymentOf(JSON.parse(readFileSync(`${directory}/${file}`, "utf8")) as AddressFile));
}

/** Source of package/addresses.ts. */
export function addressesModule(deployments: readonly Deployment[]): string {
  const byChain = Object.fromEntries(deployments.map((deployment) => [deployment.chainId, deployment]));
  return [
    "/** Every deployment by chain id. Written by `npm run package:addresses` from deploy/addresses; do not edit. */",
    'import type { Deployment } from "./deployment.js";',
    "",
    `export const addresses: Readonly<Record<number, Deployment>> = ${JSON.stringify(byChain, undefined, 2)};`,
    "",
  ].join("\n");
}

/** Writes the present build's ABIs as those of `version`, one entry a line, and forgets what was there. */
export async function writeAbis(version: string, directory = ABIS): Promise<string> {
  const target = `${directory.replace(/\/$/, "")}/${version}`;
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const name of exportedContracts()) {
    const { abi } = await hre.artifacts.readArtifact(name);
    const entries = abi.map((entry: unknown) => JSON.stringify(entry)).join(",\n");
    writeFileSync(`${target}/${name}.json`, `[\n${entries}\n]\n`);
  }
  return target;
}

function deploymentOf({ chainId, version, governance, market, contracts }: AddressFile): Deployment {
  const { governor, guardian, riskCouncil } = governance;
  return {
    ...{ chainId, version },
    governance: { governor, guardian, riskCouncil },
    market: { asset: market.asset, collateral: market.collateral },
    contracts: Object.fromEntries(
      Object.entries(contracts).map(([name, { address, block, codeHash }]) => [name, { address, block, codeHash }]),
    ),
  };
}
