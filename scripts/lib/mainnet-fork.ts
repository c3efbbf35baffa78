/** A fork of Ethereum mainnet, in this process or in one of its own. Where mainnet is, the environment says. */
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { type RunningNode, startNode } from "../keeper/local/node.ts";

/** `archive`: any node with old state. `slice`: a small part of the real state of one block; what is missing reads as zero. */
export type MainnetKind = "archive" | "slice";

/** Where mainnet is, as scripts/tooling/mainnet-source.ts says it. */
export interface Mainnet {
  readonly url: string;
  /** Undefined: a recent block. */
  readonly block: number | undefined;
  readonly kind: MainnetKind;
}

/** On chain id 1, because signatures on real contracts are bound to it. */
const CHAIN_ID = 1;

/** Undefined if there is none. */
export function mainnetIn(env: NodeJS.ProcessEnv): Mainnet | undefined {
  const { MAINNET_FORK_URL: url = "", MAINNET_FORK_BLOCK: block = "", MAINNET_FORK_KIND: kind = "" } = env;
  if (url === "") return undefined;
  return { url, block: block === "" ? undefined : Number(block), kind: kind === "slice" ? "slice" : "archive" };
}

/** A new chain that begins where mainnet is, in this process. */
export async function forkMainnet(mainnet: Mainnet | undefined): Promise<NetworkConnection> {
  const { url, block } = given(mainnet);
  const forking = { url, ...(block === undefined ? {} : { blockNumber: block }) };
  const connection = await network.create({ override: { chainId: CHAIN_ID, forking } });
  await freeAccounts(connection);
  return connection;
}

/** A fork that others can be pointed at. */
export interface ServedFork {
  readonly node: RunningNode;
  readonly connection: NetworkConnection;
  stop(): Promise<void>;
}

/** The same in a process of its own: a `hardhat node`. */
export async function serveFork(mainnet: Mainnet | undefined): Promise<ServedFork> {
  const { url, block } = given(mainnet);
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

function given(mainnet: Mainnet | undefined): Mainnet {
  if (mainnet === undefined) throw new Error("no mainnet to fork: MAINNET_FORK_URL is not set");
  return mainnet;
}

/**
 * The keys of Hardhat's accounts are known to everybody, and on mainnet somebody has delegated the accounts to code of
 * their own (EIP-7702). Here they are accounts as they would be without it.
 */
async function freeAccounts({ ethers, provider }: NetworkConnection): Promise<void> {
  for (const { address } of await ethers.getSigners()) {
    if ((await ethers.provider.getCode(address)) === "0x") continue;
    await provider.request({ method: "hardhat_setCode", params: [address, "0x"] });
  }
}
