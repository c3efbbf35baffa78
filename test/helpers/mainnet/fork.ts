/**
 * A fork of Ethereum mainnet to test on. The runner (scripts/tooling/mainnet-source.ts) says where mainnet is; without it
 * every fork test is skipped and counted as skipped.
 */
import { network } from "hardhat";

/** `archive`: any node with old state. `slice`: a small part of the real state of one block; what is missing reads as zero. */
export type ForkKind = "archive" | "slice";

interface Fork {
  readonly url: string;
  /** Undefined: a recent block. */
  readonly block: number | undefined;
  readonly kind: ForkKind;
}

function forkFrom(env: NodeJS.ProcessEnv): Fork | undefined {
  const { MAINNET_FORK_URL: url = "", MAINNET_FORK_BLOCK: block = "", MAINNET_FORK_KIND: kind = "" } = env;
  if (url === "") return undefined;
  return { url, block: block === "" ? undefined : Number(block), kind: kind === "slice" ? "slice" : "archive" };
}

const FORK = forkFrom(process.env);

/** Tests that hold at any recent block. */
export const describeFork = FORK === undefined ? describe.skip : describe;
/** Tests of figures that only one block has, or of state that only the slice's layout fits. */
export const describeSlice = FORK?.kind === "slice" ? describe : describe.skip;
/** Tests that need state which the slice has not got; the reason is part of the name. */
export const describeArchive = FORK?.kind === "archive" ? describe : describe.skip;

/** A new chain that begins where mainnet is; chain id 1, because signatures on real contracts are bound to it. */
export async function forkMainnet() {
  if (FORK === undefined) throw new Error("no mainnet to fork: this test should have been skipped");
  const { url, block } = FORK;
  return network.create({
    override: {
      chainId: 1,
      forking: { url, ...(block === undefined ? {} : { blockNumber: block }) },
    },
  });
}

/** A fork and this project's plugins. */
export type MainnetFork = Awaited<ReturnType<typeof forkMainnet>>;
