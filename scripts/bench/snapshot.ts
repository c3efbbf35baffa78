import hre from "hardhat";

import { measure, type Measured } from "./measure.ts";
import { newChain } from "./network.ts";
import { GROUPS } from "./plimsoll/operations/index.ts";
import type { Operation } from "./plimsoll/operation.ts";
import { buildWorld, type World } from "./plimsoll/world.ts";

/** Where the committed snapshot is. */
export const SNAPSHOT_PATH = "test/gas/snapshot.json";
/** The daily build, which everybody has: the production build takes minutes. */
export const SNAPSHOT_PROFILE = "default";

/** Bytes of code of one contract. */
export interface Size {
  /** As it stands on chain. */
  deployed: number;
  /** What the transaction that creates it carries, without arguments. */
  creation: number;
}

export interface Snapshot {
  /** Build profile of `hardhat.config.ts` that the figures are of. */
  profile: string;
  /** Gas of whole transactions, by action. */
  gas: Record<string, number>;
  /** By contract. */
  bytes: Record<string, Size>;
}

/** A library without external functions leaves a stub of this size or less; it is never deployed. */
const STUB = 200;

export const ACTIONS: readonly Operation[] = GROUPS.flatMap(({ operations }) => operations);

export async function buildSnapshotWorld(): Promise<World> {
  return buildWorld(await newChain());
}

export function measureAction(world: World, action: Operation): Promise<Measured> {
  return measure(world, action);
}

/** Of every contract of the project that is deployed to a real chain. */
export async function deployableSizes(): Promise<Record<string, Size>> {
  const sizes: Record<string, Size> = {};
  for (const name of [...(await hre.artifacts.getAllFullyQualifiedNames())].sort()) {
    if (!name.startsWith("contracts/") || name.startsWith("contracts/testing/")) continue;
    const { contractName, bytecode, deployedBytecode } = await hre.artifacts.readArtifact(name);
    const size = { deployed: bytesOf(deployedBytecode), creation: bytesOf(bytecode) };
    if (size.deployed > STUB) sizes[contractName] = size;
  }
  return sizes;
}

function bytesOf(code: string): number {
  return (code.length - 2) / 2;
}
