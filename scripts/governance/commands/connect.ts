/** The chain a command works on: NETWORK by Hardhat's name, or any RPC instead of the one that network has. */
import { network } from "hardhat";
import { type NetworkConnection } from "hardhat/types/network";

import { knownAddresses } from "../addresses.ts";
import { GovernanceError } from "../errors.ts";
import { System } from "../system.ts";
import { optional } from "./variables.ts";

export interface Connected {
  readonly connection: NetworkConnection;
  readonly system: System;
  /** For copies of the chain. */
  readonly url: string;
}

/** Connects to the network that Hardhat was started with. */
export async function connect(): Promise<Connected> {
  const rpc = optional("RPC");
  const connection = await network.create(rpc === undefined ? undefined : { override: { url: rpc } });
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
