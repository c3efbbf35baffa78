import type { NetworkConnection } from "hardhat/types/network";

import { deployClassicFeed, HOUR, sourceParams, submitRound } from "../../../test/helpers/oracle.ts";
import type { AccessManager, TestToken } from "../../../types/ethers-contracts/index.js";

/** Where the vault reads the price of ether in dollars. */
export interface Prices {
  oracle: string;
  /** A new round: what one ether is worth, dollars, WAD. */
  set: (dollarsWad: bigint) => Promise<void>;
}

type Ethers = NetworkConnection["ethers"];

/** Makes the prices of a world, once its tokens are there. */
export type PriceSource = (
  ethers: Ethers,
  manager: AccessManager,
  ether: TestToken,
  dollar: TestToken,
) => Promise<Prices>;

/** One storage slot per price, as the peers are measured. */
export const fixedPrices: PriceSource = async (ethers, _manager, ether, dollar) => {
  const oracle = await ethers.deployContract("FixedPriceOracle");
  return {
    oracle: await oracle.getAddress(),
    set: async (dollarsWad) => {
      // Both tokens have 18 decimals, so the price per unit, times 10^36, has 18 digits more than the WAD.
      await oracle.set(ether, dollar, dollarsWad * 10n ** 18n);
    },
  };
};

/** The real thing: two feeds, each an aggregator behind its proxy, as they stand on mainnet. */
export const chainlinkPrices: PriceSource = async (ethers, manager, ether, dollar) => {
  const oracle = await ethers.deployContract("ChainlinkOracle", [manager, ethers.ZeroAddress, 0n]);
  const etherFeed = await deployClassicFeed(ethers);
  const dollarFeed = await deployClassicFeed(ethers);
  await oracle.setFeed(ether, await sourceParams(etherFeed.proxy, { maxStaleness: HOUR }));
  await oracle.setFeed(dollar, await sourceParams(dollarFeed.proxy, { maxStaleness: HOUR }));
  return {
    oracle: await oracle.getAddress(),
    set: async (dollarsWad) => {
      await submitRound(ethers, etherFeed.aggregator, dollarsWad / 10n ** 10n);
      await submitRound(ethers, dollarFeed.aggregator, 10n ** 8n);
    },
  };
};
