/** The network a command was started for: its file and a connection that answers. */
import { network } from "hardhat";

import { type Connection } from "../lib/chain.ts";
import { type NetworkFile, readNetworkFile } from "../lib/network-file.ts";
import { NoChain } from "./cli.ts";

export interface Session {
  readonly name: string;
  readonly file: NetworkFile;
  readonly connection: Connection;
}

/** `hardhat run --network <name>` says which network; one without a file is refused by name. */
export async function openSession(): Promise<Session> {
  const name = process.env.NETWORK ?? "";
  const file = readNetworkFile(name);
  const connection = await network.create(name);
  try {
    await connection.provider.request({ method: "eth_chainId" });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const help = file.network.isLocal ? "start a chain with `make node`" : `see deploy/README.md, "Keys"`;
    throw new NoChain(`${file.network.title} does not answer (${reason}); ${help}`);
  }
  return { name, file, connection };
}
