/** The market of a local chain: two test tokens and real Chainlink aggregators, whose operator is one of its accounts. */
import { type Signer } from "ethers";

import LocalMarketModule from "../../deploy/modules/local-market.ts";
import { EACAggregatorProxy__factory, FluxAggregator__factory } from "../../types/ethers-contracts/index.ts";
import { type NetworkFile, type TokenEntry } from "../lib/network-file.ts";
import { type Runner } from "./ignition.ts";

/** Which of the chain's accounts runs the feeds; not among the owners of the Safes, and not the deployer. */
const OPERATOR_ACCOUNT = 10;

/** Addresses of tokens and feeds. */
export interface Market {
  readonly asset: string;
  readonly collateral: string;
  readonly assetFeed: string;
  readonly collateralFeed: string;
}

/** The market a network file names. */
export function namedMarket({ market }: NetworkFile): Market {
  const { asset, collateral } = market;
  const named = (what: string, address: string | null): string => {
    if (address === null) throw new TypeError(`${what} has no address, and the network is not local`);
    return address;
  };
  return {
    asset: named(asset.symbol, asset.address),
    collateral: named(collateral.symbol, collateral.address),
    assetFeed: named(asset.feed.description, asset.feed.proxy),
    collateralFeed: named(collateral.feed.description, collateral.feed.proxy),
  };
}

/** Makes the market unless the journal says that it is there; gives it to the operator, and a price while it has no fresh one. */
export async function ensureLocalMarket(run: Runner, file: NetworkFile, signers: readonly Signer[]): Promise<Market> {
  const [deployer] = signers;
  const operator = signers[OPERATOR_ACCOUNT];
  if (deployer === undefined || operator === undefined) {
    throw new RangeError(`a local chain needs ${OPERATOR_ACCOUNT + 1} accounts, this one has ${signers.length}`);
  }
  const { asset, collateral } = file.market;
  const made = await run("market", LocalMarketModule, {
    LocalMarket: {
      ...{ nameAsset: asset.name, symbolAsset: asset.symbol, decimalsAsset: asset.decimals },
      ...{ nameCollateral: collateral.name, symbolCollateral: collateral.symbol },
      ...{ decimalsCollateral: collateral.decimals, feedAsset: asset.feed.description },
      feedCollateral: collateral.feed.description,
      oracleAccount: await operator.getAddress(),
    },
  });
  const at = (future: string): string => {
    const address = made.get(`LocalMarket#${future}`);
    if (address === undefined) throw new RangeError(`the market has no ${future}`);
    return address;
  };
  for (const future of ["AssetAggregator", "AssetFeed", "CollateralAggregator", "CollateralFeed"]) {
    await handOver(at(future), deployer, operator);
  }
  await answer(at("AssetAggregator"), asset, operator);
  await answer(at("CollateralAggregator"), collateral, operator);
  return {
    asset: at("Asset"),
    collateral: at("Collateral"),
    assetFeed: at("AssetFeed"),
    collateralFeed: at("CollateralFeed"),
  };
}

/** Chainlink's ownership takes two steps. The proxy and the aggregator have the same functions for it. */
async function handOver(contract: string, deployer: Signer, operator: Signer): Promise<void> {
  const owned = EACAggregatorProxy__factory.connect(contract, deployer);
  const to = await operator.getAddress();
  if ((await owned.owner()) === to) return;
  await (await owned.transferOwnership(to)).wait();
  await (await owned.connect(operator).acceptOwnership()).wait();
}

async function answer(address: string, { feed }: TokenEntry, operator: Signer): Promise<void> {
  const aggregator = FluxAggregator__factory.connect(address, operator);
  const round = await aggregator.latestRound();
  const updatedAt = round === 0n ? 0n : await aggregator.latestTimestamp();
  const now = BigInt((await operator.provider?.getBlock("latest"))?.timestamp ?? 0);
  if (round !== 0n && now - updatedAt <= BigInt(feed.maxStaleness)) return;
  await (await aggregator.submit(round + 1n, feed.localAnswer ?? 0n)).wait();
}
