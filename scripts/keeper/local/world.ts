/**
 * The whole protocol on a `hardhat node`, borrowers near their limit, a desk that buys collateral, and the keeper's
 * accounts; what tests of the keeper say again and again.
 */
import { rmSync } from "node:fs";

import { getCreateAddress, MaxUint256, Wallet } from "ethers";
import { network } from "hardhat";

import { deployOn, type Deployment } from "../../lib/deploy.ts";
import {
  FixedPriceDesk__factory,
  FlashLiquidator__factory,
  PositionFarm__factory,
  type FixedPriceDesk,
  type FlashLiquidator,
  type PositionFarm,
} from "../../../types/ethers-contracts/index.ts";
import { type RunningNode, startNode } from "./node.ts";

export const URGENT_KEY = `0x${"11".repeat(32)}`;
export const HOUSEKEEPING_KEY = `0x${"22".repeat(32)}`;
export const SECOND_KEY = `0x${"33".repeat(32)}`;
export const ONE = 10n ** 18n;
const E8 = 10n ** 8n;
/** A cent in the feeds' eight decimals. */
const E6 = 10n ** 6n;
const DAY = 86_400;
/** The desk's price per token unit is in WAD. */
const DESK_MONEY = 10_000_000n * ONE;
const LENT = 20_000_000n * ONE;

export interface KeeperWorld extends Deployment {
  readonly node: RunningNode;
  readonly flash: FlashLiquidator;
  readonly desk: FixedPriceDesk;
  readonly farm: PositionFarm;
  /** First block of the deployment. */
  readonly fromBlock: number;
  /** Sets the price of the collateral in whole dollars, by new rounds of both feeds. */
  setPrice(dollars: bigint): Promise<void>;
  /** Puts a price in cents, and a dollar for the asset, into the pool of transactions without mining them. */
  submitPrice(cents: bigint): Promise<void>;
  /** Opens positions of so many whole units each; returns their borrowers. */
  plant(positions: readonly { collateral: bigint; debt: bigint }[]): Promise<string[]>;
  /** Mines empty blocks. */
  mine(blocks: number): Promise<void>;
  head(): Promise<number>;
  stop(): Promise<void>;
}

export async function startWorld(): Promise<KeeperWorld> {
  const node = await startNode();
  try {
    return await buildWorld(node);
  } catch (error) {
    await node.stop();
    throw error;
  }
}

async function buildWorld(node: RunningNode): Promise<KeeperWorld> {
  const connection = await network.create({ network: "localhost", override: { url: node.url } });
  const startsAt = Math.floor(Date.now() / 1000) + 2 * DAY;
  const journal = `keeper-test-${process.pid}-${startsAt}-${new URL(node.url).port}`;
  const deployment = await deployOn(connection, "black-thursday", startsAt, journal).finally(() => {
    rmSync(`deploy/deployments/${journal}`, { recursive: true, force: true });
  });
  const { chain, asset, collateral, vault, assetAggregator, collateralAggregator, roles } = deployment;
  const signer = await connection.ethers.getSigner(roles.deployer);
  const accounts = [URGENT_KEY, HOUSEKEEPING_KEY, SECOND_KEY].map((key) => new Wallet(key).address);
  const desk = await new FixedPriceDesk__factory(signer).deploy();
  const farm = await new PositionFarm__factory(signer).deploy();
  const owner = await chain.actor("keeper's owner");
  const flash = await new FlashLiquidator__factory(signer).deploy(owner, accounts);
  for (const contract of [desk, farm, flash]) await contract.waitForDeployment();
  for (const account of accounts) await node.request("hardhat_setBalance", [account, "0x56bc75e2d63100000"]);

  const setPrice = async (dollars: bigint) => {
    // Asked of the chain, because tests go back in it.
    const round = (await assetAggregator.latestRound()) + 1n;
    chain.advanceTo(await later(node, 1));
    await chain.send(roles.oracleAccount, assetAggregator.submit.populateTransaction(round, E8));
    await chain.send(roles.oracleAccount, collateralAggregator.submit.populateTransaction(round, dollars * E8));
  };
  await setPrice(200n);
  const lender = await chain.actor("lender");
  await chain.send(lender, asset.mint.populateTransaction(lender, LENT));
  await chain.send(lender, asset.approve.populateTransaction(await vault.getAddress(), MaxUint256));
  await chain.send(lender, vault.deposit.populateTransaction(LENT, lender));
  await chain.send(lender, asset.mint.populateTransaction(await desk.getAddress(), DESK_MONEY));

  const planter = await chain.actor("planter");
  return {
    submitPrice: async (cents) => {
      const round = (await assetAggregator.latestRound()) + 1n;
      const calls = [
        assetAggregator.submit.populateTransaction(round, E8),
        collateralAggregator.submit.populateTransaction(round, cents * E6),
      ];
      for (const { to, data } of await Promise.all(calls)) {
        await node.request("eth_sendTransaction", [{ from: roles.oracleAccount, to, data, gas: "0x4c4b40" }]);
      }
    },
    ...{ ...deployment, node, flash, desk, farm, fromBlock: 0, setPrice },
    plant: async (positions) => {
      chain.advanceTo(await later(node, 1));
      const before = BigInt(
        (await node.request("eth_getTransactionCount", [await farm.getAddress(), "latest"])) as string,
      );
      const call = farm.plant.populateTransaction(
        await vault.getAddress(),
        await collateral.getAddress(),
        positions.map(({ collateral: units }) => units * ONE),
        positions.map(({ debt }) => debt * ONE),
      );
      await chain.send(planter, call);
      return madeBy(await farm.getAddress(), before, positions.length);
    },
    mine: async (blocks) => {
      await node.request("hardhat_mine", [`0x${blocks.toString(16)}`]);
    },
    head: async () => Number(await node.request("eth_blockNumber")),
    stop: async () => {
      await connection.close();
      await node.stop();
    },
  };
}

/** Second after the newest block's. */
async function later(node: RunningNode, seconds: number): Promise<number> {
  const block = (await node.request("eth_getBlockByNumber", ["latest", false])) as { timestamp: string };
  return Number(block.timestamp) + seconds;
}

/** Addresses of what a contract made from its nonce `first` on. */
function madeBy(from: string, first: bigint, count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    getCreateAddress({ from, nonce: first + BigInt(index) }).toLowerCase(),
  );
}
