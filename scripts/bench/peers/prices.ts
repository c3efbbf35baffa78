import type { NetworkConnection } from "hardhat/types/network";

import { deployClassicFeed, submitRound } from "../../../test/helpers/oracle.ts";
import type { Deployer } from "./contracts.ts";

/** One slot for each price, or a real Chainlink proxy and aggregator for each. */
export type PriceKind = "slot" | "chainlink";

/** Where a peer reads prices. */
export interface Feeds {
  ether: string;
  dollar: string;
  /** What one ether is worth, dollars, WAD. */
  set: (dollarsWad: bigint) => Promise<void>;
}

const toFeedDecimals = (wad: bigint) => wad / 10n ** 10n;
const ONE_DOLLAR = 10n ** 8n;

/** A feed in dollars with 8 decimals for each token. */
export async function feedsOf(kind: PriceKind, connection: NetworkConnection, deployer: Deployer): Promise<Feeds> {
  if (kind === "chainlink") return chainlinkFeeds(connection);
  const ether = await deployer.deploy("SlotFeed");
  const dollar = await deployer.deploy("SlotFeed");
  await dollar.getFunction("set").send(ONE_DOLLAR);
  return {
    ether: await ether.getAddress(),
    dollar: await dollar.getAddress(),
    set: async (dollarsWad) => {
      await ether.getFunction("set").send(toFeedDecimals(dollarsWad));
    },
  };
}

/** One price of ether in dollars, scaled as Morpho Blue wants it. */
export async function pairPriceOf(kind: PriceKind, connection: NetworkConnection, deployer: Deployer): Promise<Feeds> {
  if (kind === "chainlink") {
    const feeds = await chainlinkFeeds(connection);
    const oracle = await (await deployer.deploy("FeedPairPrice", feeds.ether, feeds.dollar)).getAddress();
    return { ether: oracle, dollar: oracle, set: feeds.set };
  }
  const feed = await deployer.deploy("SlotFeed");
  const oracle = await feed.getAddress();
  return {
    ether: oracle,
    dollar: oracle,
    set: async (dollarsWad) => {
      await feed.getFunction("set").send(dollarsWad * 10n ** 18n);
    },
  };
}

async function chainlinkFeeds({ ethers }: NetworkConnection): Promise<Feeds> {
  const ether = await deployClassicFeed(ethers);
  const dollar = await deployClassicFeed(ethers);
  return {
    ether: await ether.proxy.getAddress(),
    dollar: await dollar.proxy.getAddress(),
    set: async (dollarsWad) => {
      await submitRound(ethers, ether.aggregator, toFeedDecimals(dollarsWad));
      await submitRound(ethers, dollar.aggregator, ONE_DOLLAR);
    },
  };
}
