/** The world of the keeper's tests with a margin vault in it: a pool, one market, and traders who commit orders. */
import { rmSync } from "node:fs";

import { MaxUint256 } from "ethers";

import { deployAddition, governAddition, MARKET, type MarginAddition } from "../../lib/add-margin.ts";
import { type KeeperWorld, ONE, startWorld } from "./world.ts";

export interface MarginKeeperWorld extends KeeperWorld {
  readonly margin: MarginAddition;
  /** Commits an order for whole units of the underlying, with a margin in whole assets, by a trader of this name. */
  commit(name: string, units: bigint, margin: bigint, terms?: { acceptable?: bigint; fee?: bigint }): Promise<string>;
  /** Lets the delay of orders pass and publishes the round that decides them; its id. */
  decide(dollars: bigint): Promise<bigint>;
  /** Opens positions at a price, each by a trader of its own; the bot has no part in it. */
  open(positions: readonly { name: string; units: bigint; margin: bigint }[], dollars: bigint): Promise<string[]>;
  /** Lets time pass and publishes a round. */
  pass(seconds: number, dollars: bigint): Promise<void>;
}

const PARAMETERS = "black-thursday-margin";
const START = 200n;
const POOL = 2_000_000n * ONE;
/** Seconds from a commit until a round may decide it, and until none does any more. */
export const MIN_DELAY = 60;
export const EXPIRY = 7_200;
export const KEEPER_FEE = 2n * ONE;

export async function startMarginWorld(): Promise<MarginKeeperWorld> {
  const world = await startWorld();
  try {
    return await addMargin(world);
  } catch (error) {
    await world.stop();
    throw error;
  }
}

async function addMargin(world: KeeperWorld): Promise<MarginKeeperWorld> {
  const { chain, asset, node } = world;
  const journal = `keeper-margin-${process.pid}-${new URL(node.url).port}`;
  const margin = await deployAddition(world, PARAMETERS, journal).finally(() => {
    rmSync(`deploy/deployments/${journal}`, { recursive: true, force: true });
  });
  // Ignition has mined blocks by the wall clock.
  const sync = async () => {
    const block = (await node.request("eth_getBlockByNumber", ["latest", false])) as { timestamp: string };
    chain.advanceTo(Number(block.timestamp) + 1);
  };
  await sync();
  await governAddition(world, margin, PARAMETERS, async () => world.setPrice(START));
  const { vault } = margin;
  // Tests go back in the chain, to before an actor had ether.
  const actor = async (name: string) => {
    const account = await chain.actor(name);
    await node.request("hardhat_setBalance", [account, "0x56bc75e2d63100000"]);
    return account;
  };
  const funded = async (name: string, assets: bigint) => {
    const account = await actor(name);
    await chain.send(account, asset.mint.populateTransaction(account, assets));
    await chain.send(account, asset.approve.populateTransaction(vault, MaxUint256));
    return account;
  };
  const provider = await funded("margin provider", POOL);
  await chain.send(provider, vault.deposit.populateTransaction(POOL, provider));

  const pass = async (seconds: number, dollars: bigint) => {
    await node.request("evm_increaseTime", [seconds]);
    await world.mine(1);
    await world.setPrice(dollars);
  };
  const commit: MarginKeeperWorld["commit"] = async (name, units, assets, { acceptable, fee = KEEPER_FEE } = {}) => {
    await sync();
    const trader = await funded(name, assets * ONE);
    const request = {
      ...{ trader, marketId: MARKET, sizeDeltaWad: units * ONE, marginAssets: 0n, depositAssets: assets * ONE },
      acceptablePriceWad: (acceptable ?? (units > 0n ? 2n * START : 1n)) * ONE * ONE,
      keeperFeeAssets: fee,
    };
    await chain.send(trader, vault.commitOrder.populateTransaction(request));
    return trader;
  };
  const decide = async (dollars: bigint) => {
    await pass(MIN_DELAY, dollars);
    // The aggregator behind the proxy is its first.
    return (1n << 64n) | (await world.collateralAggregator.latestRound());
  };
  return {
    ...world,
    ...{ margin, pass, commit, decide },
    open: async (positions, dollars) => {
      const traders: string[] = [];
      for (const { name, units, margin: assets } of positions) {
        traders.push(await commit(name, units, assets, units > 0n ? { acceptable: dollars } : {}));
      }
      const round = await decide(dollars);
      const keeper = await actor("keeper of openings");
      for (const trader of traders) {
        await chain.send(keeper, vault.resolveOrder.populateTransaction(trader, MARKET, round));
      }
      return traders;
    },
  };
}
