/**
 * A fork of Ethereum mainnet to test on. The runner (scripts/tooling/mainnet-source.ts) says where mainnet is; without it
 * every fork test is skipped and counted as skipped.
 */
import type { NetworkConnection } from "hardhat/types/network";

import * as mainnetFork from "../../../scripts/lib/mainnet-fork.ts";

const MAINNET = mainnetFork.mainnetIn(process.env);

/** Tests that hold at any recent block. */
export const describeFork = MAINNET === undefined ? describe.skip : describe;
/** Tests of figures that only one block has, or of state that only the slice's layout fits. */
export const describeSlice = MAINNET?.kind === "slice" ? describe : describe.skip;
/** Tests that need state which the slice has not got; the reason is part of the name. */
export const describeArchive = MAINNET?.kind === "archive" ? describe : describe.skip;

/** A fork and this project's plugins. */
export type MainnetFork = NetworkConnection;

/** A new chain that begins where mainnet is, in this process. */
export const forkMainnet = async (): Promise<MainnetFork> => mainnetFork.forkMainnet(MAINNET);
/** The same in a process of its own, a `hardhat node` that others can be pointed at. */
export const serveFork = async (): Promise<mainnetFork.ServedFork> => mainnetFork.serveFork(MAINNET);
