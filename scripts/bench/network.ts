import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { fixBlockTimes } from "./clock.ts";

const START = "2026-01-01T00:00:00Z";
/** Enough for the largest batch, one borrower for each position. */
const ACCOUNTS = 130;

let blockTimesFixed = false;

/** A new chain; the same each time. */
export async function newChain(): Promise<NetworkConnection> {
  if (!blockTimesFixed) fixBlockTimes(hre);
  blockTimesFixed = true;
  return hre.network.create({ override: { initialDate: START, accounts: { count: ACCOUNTS } } });
}
