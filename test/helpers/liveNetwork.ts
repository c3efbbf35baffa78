/**
 * A rehearsal of a live network: an in-process chain with that network's chain id, and at the very addresses its parameter
 * file names, tokens and real Chainlink proxies in front of real aggregators.
 */
import { ZeroAddress } from "ethers";
import { network } from "hardhat";
import { type NetworkConnection } from "hardhat/types/network";

import { type NetworkFile, readNetworkFile, type TokenEntry } from "../../scripts/lib/network-file.ts";

/** Storage of the copied contracts ends well before this slot, mappings apart. */
const COPIED_SLOTS = 10;
const PRICES = { USDC: 10n ** 8n, WETH: 2_500n * 10n ** 8n } as Record<string, bigint>;

/** The chain and the file, with owners filled in as a team would. */
export interface Rehearsal {
  readonly connection: NetworkConnection;
  readonly file: NetworkFile;
  /** Answers a feed as its operator does. */
  answer: (token: TokenEntry, price: bigint) => Promise<void>;
}

/** @param name a network in deploy/parameters */
export async function rehearse(name: string): Promise<Rehearsal> {
  const written = readNetworkFile(name);
  // On some chains the deterministic deployer's signed transaction offers little for gas.
  const override = { chainId: written.network.chainId, initialBaseFeePerGas: 0n };
  const connection = await network.create({ override });
  const { ethers } = connection;
  const signers = await ethers.getSigners();
  const operator = signers[10]!;
  const aggregators = new Map<string, string>();

  const copy = async (from: string, to: string): Promise<void> => {
    await connection.networkHelpers.setCode(to, await ethers.provider.getCode(from));
    for (let slot = 0; slot < COPIED_SLOTS; slot++) {
      await connection.networkHelpers.setStorageAt(to, slot, await ethers.provider.getStorage(from, slot));
    }
  };
  const answer = async ({ symbol }: TokenEntry, price: bigint): Promise<void> => {
    const aggregator = await ethers.getContractAt("FluxAggregator", aggregators.get(symbol)!, operator);
    await aggregator.submit((await aggregator.latestRound()) + 1n, price);
  };

  for (const token of [written.market.asset, written.market.collateral]) {
    const { symbol, feed } = token;
    const made = await ethers.deployContract("TestToken", [token.name, symbol, token.decimals]);
    await copy(await made.getAddress(), token.address!);
    const aggregator = await ethers.deployContract("FluxAggregator", [
      ...([ZeroAddress, 0, 0, ZeroAddress, 1, 10n ** 16n, feed.decimals, feed.description] as const),
    ]);
    await aggregator.changeOracles([], [operator.address], [operator.address], 1, 1, 0);
    const proxy = await ethers.deployContract("EACAggregatorProxy", [await aggregator.getAddress(), ZeroAddress]);
    await copy(await proxy.getAddress(), feed.proxy!);
    aggregators.set(symbol, await aggregator.getAddress());
    await answer(token, PRICES[symbol]!);
  }

  const owners = (first: number) => ({
    owners: signers.slice(first, first + 3).map(({ address }) => address),
    threshold: 2,
  });
  const governance = { ...written.governance, governor: owners(1), guardian: owners(4), riskCouncil: owners(7) };
  return { connection, file: { ...written, governance }, answer };
}
