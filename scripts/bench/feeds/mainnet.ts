/** Mainnet's ETH / USD feed on a fork: what reading it costs, and which round, phase and block that is of. */
import type { NetworkConnection } from "hardhat/types/network";

import { EACAggregatorProxy__factory } from "../../../types/ethers-contracts/index.ts";
import { measureReads, type MainnetReads } from "./reads.ts";

/** Chainlink's proxy for ETH / USD (https://data.chain.link). */
const ETH_USD_FEED = "0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419";

/** @param block the block that the fork begins at */
export async function measureMainnet(fork: NetworkConnection, block: number): Promise<MainnetReads> {
  const { provider } = fork.ethers;
  const proxy = EACAggregatorProxy__factory.connect(ETH_USD_FEED, provider);
  const reads = await measureReads(fork, ETH_USD_FEED);
  return {
    ...{ chainId: Number((await provider.getNetwork()).chainId), block },
    ...{ feed: ETH_USD_FEED, description: await proxy.description(), phase: Number(await proxy.phaseId()) },
    ...reads,
  };
}
