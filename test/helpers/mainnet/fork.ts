/**
 * A fork of Ethereum mainnet to test on. The runner (scripts/tooling/mainnet-source.ts) says where mainnet is; without it
 * every fork test is skipped and counted as skipped.
 */
import { network } from "hardhat";

import { type RunningNode, startNode } from "../../../scripts/keeper/local/node.ts";

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

/** On chain id 1, because signatures on real contracts are bound to it. */
const CHAIN_ID = 1;

function fork(): Fork {
  if (FORK === undefined) throw new Error("no mainnet to fork: this test should have been skipped");
  return FORK;
}

/** A new chain that begins where mainnet is, in this process. */
export async function forkMainnet() {
  const { url, block } = fork();
  const connection = await network.create({
    override: {
      chainId: CHAIN_ID,
      forking: { url, ...(block === undefined ? {} : { blockNumber: block }) },
    },
  });
  await freeAccounts(connection);
  return connection;
}

/** The same in a process of its own, a `hardhat node` that others can be pointed at. */
export async function serveFork(): Promise<{ node: RunningNode; connection: MainnetFork; stop(): Promise<void> }> {
  const { url, block } = fork();
  const options = ["--fork", url, "--chain-id", String(CHAIN_ID)];
  const node = await startNode(block === undefined ? options : [...options, "--fork-block-number", String(block)]);
  const connection = await network.create({ network: "localhost", override: { url: node.url, chainId: CHAIN_ID } });
  await freeAccounts(connection);
  return {
    ...{ node, connection },
    stop: async () => {
      await connection.close();
      await node.stop();
    },
  };
}

/**
 * The keys of Hardhat's accounts are known to everybody, and on mainnet somebody has delegated the accounts to code of
 * their own (EIP-7702). Tests need accounts as they are without it.
 */
async function freeAccounts({ ethers, provider }: MainnetFork): Promise<void> {
  for (const { address } of await ethers.getSigners()) {
    if ((await ethers.provider.getCode(address)) === "0x") continue;
    await provider.request({ method: "hardhat_setCode", params: [address, "0x"] });
  }
}

/** A fork and this project's plugins. */
export type MainnetFork = Awaited<ReturnType<typeof network.create>>;
