/**
 * Chainlink feeds on a fork: mainnet's real proxy with its real aggregator, the same proxy with another aggregator put
 * behind it, and, for assets whose feed is not there, Chainlink's own proxy and FluxAggregator deployed anew.
 */
import { ZeroAddress, ZeroHash, keccak256, toBeHex, zeroPadValue, AbiCoder } from "ethers";

import { EACAggregatorProxy__factory, type FluxAggregator } from "../../../types/ethers-contracts/index.js";
import { ETH_USD_FEED } from "./addresses.js";
import type { MainnetFork } from "./fork.js";

/** Dollar feeds answer with 8 decimals. */
export const FEED_DECIMALS = 8;
/** One dollar. */
export const DOLLAR = 10n ** 8n;
const MAX_SUBMISSION = 10n ** 16n;

/** A feed whose answers a test decides. */
export interface Feed {
  readonly proxy: string;
  readonly aggregator: FluxAggregator;
  /** A new round with this answer (8 decimals), in a block of its own. */
  publish(answer: bigint): Promise<void>;
}

async function deployAggregator(fork: MainnetFork, description: string): Promise<FluxAggregator> {
  const [oracle] = await fork.ethers.getSigners();
  const aggregator = await fork.ethers.deployContract("FluxAggregator", [
    ZeroAddress,
    0,
    0,
    ZeroAddress,
    1n,
    MAX_SUBMISSION,
    FEED_DECIMALS,
    description,
  ]);
  await aggregator.changeOracles([], [oracle!.address], [oracle!.address], 1, 1, 0);
  return aggregator;
}

function feedOf(proxy: string, aggregator: FluxAggregator): Feed {
  return {
    proxy,
    aggregator,
    // The number is the chain's, which a test may put back to an earlier state.
    publish: async (answer) => {
      await aggregator.submit((await aggregator.latestRound()) + 1n, answer);
    },
  };
}

/** A real proxy in front of a real FluxAggregator, both new, with a first round. */
export async function deployFeed(fork: MainnetFork, description: string, answer: bigint): Promise<Feed> {
  const aggregator = await deployAggregator(fork, description);
  const proxy = await fork.ethers.deployContract("EACAggregatorProxy", [await aggregator.getAddress(), ZeroAddress]);
  const feed = feedOf(await proxy.getAddress(), aggregator);
  await feed.publish(answer);
  return feed;
}

/**
 * Puts a new aggregator behind mainnet's ETH / USD proxy, as its owner would: a phase change. The owner is replaced by
 * the first account, since its keys are not ours.
 */
export async function replaceEthUsdAggregator(fork: MainnetFork, answer: bigint): Promise<Feed> {
  const [owner] = await fork.ethers.getSigners();
  const word = zeroPadValue(owner!.address, 32);
  await fork.provider.request({ method: "hardhat_setStorageAt", params: [ETH_USD_FEED, ZeroHash, word] });
  const proxy = EACAggregatorProxy__factory.connect(ETH_USD_FEED, owner);
  if ((await proxy.owner()) !== owner!.address) throw new Error("the proxy does not keep its owner in its first slot");
  const aggregator = await deployAggregator(fork, "ETH / USD");
  const feed = feedOf(ETH_USD_FEED, aggregator);
  await feed.publish(answer);
  await proxy.proposeAggregator(aggregator);
  await proxy.confirmAggregator(aggregator);
  return feed;
}

/** Layout of the aggregator behind the proxy at block 20,472,570: rounds in a mapping, the latest one's number beside others. */
const TRANSMISSIONS_SLOT = 44;
const LATEST_ROUND_SLOT = 43;
const LATEST_ROUND_SHIFT = 176n;
const ROUND_MASK = (1n << 32n) - 1n;

/** Writes the next round into mainnet's own aggregator. Holds for the slice's block; later aggregators may differ. */
export async function writeEthUsdRound(fork: MainnetFork, answer: bigint): Promise<void> {
  const proxy = EACAggregatorProxy__factory.connect(ETH_USD_FEED, fork.ethers.provider);
  const aggregator = await proxy.aggregator();
  const { networkHelpers } = fork;
  const updatedAt = BigInt(await networkHelpers.time.latest()) + 1n;
  const hot = BigInt(await fork.ethers.provider.getStorage(aggregator, LATEST_ROUND_SLOT));
  const next = ((hot >> LATEST_ROUND_SHIFT) & ROUND_MASK) + 1n;
  const store = async (slot: string, value: bigint) => {
    await fork.provider.request({ method: "hardhat_setStorageAt", params: [aggregator, slot, toBeHex(value, 32)] });
  };
  const key = keccak256(AbiCoder.defaultAbiCoder().encode(["uint32", "uint256"], [next, TRANSMISSIONS_SLOT]));
  await store(key, (updatedAt << 192n) | answer);
  await store(toBeHex(LATEST_ROUND_SLOT), (hot & ~(ROUND_MASK << LATEST_ROUND_SHIFT)) | (next << LATEST_ROUND_SHIFT));
  await networkHelpers.time.increaseTo(updatedAt);
}
