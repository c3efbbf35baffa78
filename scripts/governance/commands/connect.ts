/** The chain a command works on: NETWORK by Hardhat's name, or any RPC instead of the one that network has. */
import { network } from "hardhat";
import { type NetworkConnection } from "hardhat/types/network";

import { knownAddresses } from "../addresses.ts";
import { GovernanceError } from "../errors.ts";
import { System } from "../system.ts";
import { optional, required } from "./variables.ts";

export interface Connected {
  readonly connection: NetworkConnection;
  readonly system: System;
  /** For copies of the chain. */
  readonly url: string;
}

/**
 * Connects to NETWORK.
 * @param sends whether transactions will be sent; only then the network's key is asked for
 */
export async function connect({ sends }: { sends: boolean } = { sends: false }): Promise<Connected> {
  const name = required("NETWORK", "localhost, sepolia, base-sepolia, arbitrum-sepolia or op-sepolia");
  const rpc = optional("RPC");
  const connection = await network.create({
    network: name,
    override: { ...(rpc === undefined ? {} : { url: rpc }), ...(sends ? {} : { accounts: "remote" }) },
  });
  const { networkConfig, networkName } = connection;
  if (networkConfig.type !== "http") {
    throw new GovernanceError(
      "WrongChain",
      `network ${networkName} lives in this process only: say NETWORK=localhost or another`,
    );
  }
  const { chainId } = await connection.ethers.provider.getNetwork();
  const system = await System.open(connection.ethers.provider, knownAddresses(chainId));
  return { connection, system, url: await networkConfig.url.getUrl() };
}
