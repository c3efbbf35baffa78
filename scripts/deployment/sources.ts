/**
 * What block explorers ask for to show a contract's source: the compiler's standard JSON input, its version, the name and
 * the encoded constructor arguments. Written only if this build's code is the code on the chain, immutables apart.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { getBytes, hexlify, type Provider } from "ethers";
import hre from "hardhat";

import { type AddressFile } from "../lib/addresses.ts";
import { type Finding } from "./ranges.ts";

/** Where the files go, by chain. */
const REPORTS = fileURLToPath(new URL("../../reports/verification/", import.meta.url));

interface BuildInfo {
  readonly id: string;
  readonly solcLongVersion: string;
  readonly input: unknown;
}

interface Artifact {
  readonly deployedBytecode: string;
  readonly immutableReferences?: Readonly<Record<string, readonly { start: number; length: number }[]>>;
  readonly inputSourceName?: string;
  readonly contractName: string;
}

/** What was written, and where this build differs from the chain. */
export interface PreparedSources {
  readonly directory: string;
  readonly findings: readonly Finding[];
}

/** Writes the input of each compiler job, and `index.json` with what to enter beside it for each contract. */
export async function prepareSources(
  provider: Provider,
  record: AddressFile,
  reports = REPORTS,
): Promise<PreparedSources> {
  const directory = `${reports.replace(/\/$/, "")}/${record.chainId}`;
  mkdirSync(directory, { recursive: true });
  const findings: Finding[] = [];
  const index: Record<string, unknown> = {};
  const written = new Set<string>();
  for (const [name, contract] of Object.entries(record.contracts)) {
    const artifact = (await hre.artifacts.readArtifact(contract.source)) as unknown as Artifact;
    if (!isSameCode(artifact, await provider.getCode(contract.address))) {
      findings.push({
        name: "OtherBuild",
        message: `${name} on the chain is not what this build makes of ${contract.source}: build as it was deployed`,
      });
      continue;
    }
    const { id, solcLongVersion, input } = await buildInfoOf(contract.source);
    // One compiler job makes many contracts; its input is written once.
    const file = `${id}.json`;
    if (!written.has(file)) writeFileSync(`${directory}/${file}`, JSON.stringify(input));
    written.add(file);
    index[name] = {
      address: contract.address,
      contract: `${artifact.inputSourceName ?? ""}:${artifact.contractName}`,
      compiler: `v${solcLongVersion}`,
      standardJsonInput: file,
      constructorArguments: contract.encodedArguments.slice(2),
    };
  }
  writeFileSync(`${directory}/index.json`, `${JSON.stringify(index, undefined, 2)}\n`);
  return { directory, findings };
}

async function buildInfoOf(source: string): Promise<BuildInfo> {
  const id = await hre.artifacts.getBuildInfoId(source);
  const path = id === undefined ? undefined : await hre.artifacts.getBuildInfoPath(id);
  if (path === undefined) throw new RangeError(`the build has kept no input for ${source}`);
  return JSON.parse(readFileSync(path, "utf8")) as BuildInfo;
}

/** Whether code is the same where no immutable value stands. */
function isSameCode({ deployedBytecode, immutableReferences = {} }: Artifact, code: string): boolean {
  if (code.length !== deployedBytecode.length) return false;
  const blanked = (bytes: Uint8Array): string => {
    for (const { start, length } of Object.values(immutableReferences).flat()) bytes.fill(0, start, start + length);
    return hexlify(bytes);
  };
  return blanked(getBytes(code)) === blanked(getBytes(deployedBytecode));
}
