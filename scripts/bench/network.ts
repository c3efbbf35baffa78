import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { fixBlockTimes } from "./clock.ts";

const START = "2026-01-01T00:00:00Z";
/** Enough for the largest batch, one borrower for each position. */
const ACCOUNTS = 130;

/** A new chain; the same each time. */
export async function newChain(): Promise<NetworkConnection> {
  const connection = await hre.network.create({ override: { initialDate: START, accounts: { count: ACCOUNTS } } });
  fixBlockTimes(hre, connection);
  return connection;
}
