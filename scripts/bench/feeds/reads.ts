/** What a price feed costs whoever reads it; and the committed figures of mainnet's own feed. */
import { readFileSync } from "node:fs";

import type { NetworkConnection } from "hardhat/types/network";

import { deployClassicFeed, submitRound } from "../../../test/helpers/oracle.ts";

/** Gas of the first read of a transaction, which finds everything cold, and of one after it. */
export interface FeedReads {
  readonly firstRead: number;
  readonly secondRead: number;
}

/** Figures of a feed on mainnet, and which state they are of. */
export interface MainnetReads extends FeedReads {
  readonly chainId: number;
  readonly block: number;
  /** Proxy of the feed, and how many aggregators it has had, this one included. */
  readonly feed: string;
  readonly description: string;
  readonly phase: number;
}

/** Written by `make bench-fork`. */
export const MAINNET_FIGURES = new URL("mainnet.json", import.meta.url);

export function readMainnetFigures(): MainnetReads {
  return JSON.parse(readFileSync(MAINNET_FIGURES, "utf8")) as MainnetReads;
}

/** Measures a feed on any chain. */
export async function measureReads({ ethers }: NetworkConnection, feed: string): Promise<FeedReads> {
  const gas = await ethers.deployContract("FeedGas");
  const { first, second } = await gas.measure(feed);
  return { firstRead: Number(first), secondRead: Number(second) };
}

/** Measures the feeds of this benchmark: the same proxy, and Chainlink's older aggregator behind it. */
export async function measureOwnReads(connection: NetworkConnection): Promise<FeedReads> {
  const { proxy, aggregator } = await deployClassicFeed(connection.ethers);
  await submitRound(connection.ethers, aggregator, 200n * 10n ** 8n);
  return measureReads(connection, await proxy.getAddress());
}
