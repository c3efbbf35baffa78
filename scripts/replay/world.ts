/** The world a replay happens in: the protocol, both feeds, and money for the actors. */
import { MaxUint256 } from "ethers";

import { type MarginVault } from "../../types/ethers-contracts/index.ts";
import { type Chain } from "../lib/chain.ts";
import { type Deployment, deployAll } from "../lib/deploy.ts";
import { PriceFeed } from "./feed.ts";
import { type ScenarioName } from "./scenarios/types.ts";

/** A token as people speak of it. */
export interface TokenInfo {
  readonly symbol: string;
  readonly decimals: number;
}

/** What everybody who pays for losses, or is paid for them, needs to know; the same for both kinds of vault. */
export interface LossWorld extends Pick<
  Deployment,
  | "chain"
  | "asset"
  | "engine"
  | "fund"
  | "dilution"
  | "underwriters"
  | "token"
  | "debtAuction"
  | "buybackAuction"
  | "keeperLens"
> {
  readonly vault: Deployment["vault"] | MarginVault;
  readonly assetInfo: TokenInfo;
  readonly collateralFeed: PriceFeed;
  /** Begins the names of this vault's actors, so that two vaults on one chain have each their own. */
  readonly troupe: string;
}

export interface World extends Deployment {
  readonly troupe: string;
  readonly assetFeed: PriceFeed;
  readonly collateralFeed: PriceFeed;
  readonly assetInfo: TokenInfo;
  readonly collateralInfo: TokenInfo;
}

/** Deploys everything with the scenario's parameters; the chain stands at `startsAt`. */
export async function createWorld(scenario: ScenarioName, startsAt: number): Promise<World> {
  const deployment = await deployAll(scenario, startsAt);
  const { chain, roles, asset, collateral, assetAggregator, collateralAggregator } = deployment;
  return {
    ...deployment,
    troupe: "",
    assetFeed: new PriceFeed(chain, assetAggregator, roles.oracleAccount),
    collateralFeed: new PriceFeed(chain, collateralAggregator, roles.oracleAccount),
    assetInfo: { symbol: await asset.symbol(), decimals: Number(await asset.decimals()) },
    collateralInfo: { symbol: await collateral.symbol(), decimals: Number(await collateral.decimals()) },
  };
}

/** Worth of collateral in asset units at the feeds' latest answers, rounded down as the oracle does. */
export function collateralValue(world: World, collateral: bigint): bigint {
  const { assetFeed, collateralFeed, assetInfo, collateralInfo } = world;
  return (
    (collateral * collateralFeed.answer * 10n ** BigInt(assetInfo.decimals)) /
    (assetFeed.answer * 10n ** BigInt(collateralInfo.decimals))
  );
}

/** An actor with `assets` of the vault's asset who lets `spender` take them. */
export async function fundedActor(
  world: Pick<LossWorld, "chain" | "asset" | "troupe">,
  name: string,
  assets: bigint,
  ...spenders: string[]
): Promise<string> {
  const address = await world.chain.actor(`${world.troupe}${name}`);
  if (assets > 0n) await world.chain.send(address, world.asset.mint.populateTransaction(address, assets));
  for (const spender of spenders) await approve(world.chain, world.asset, address, spender);
  return address;
}

/** Anything with ERC-20 allowances. */
type Approvable = Deployment["asset"] | Deployment["token"];

/** Unlimited allowance, as test actors give it. */
export async function approve(chain: Chain, token: Approvable, owner: string, spender: string): Promise<void> {
  await chain.send(owner, token.approve.populateTransaction(spender, MaxUint256));
}

/** Turns seized collateral into the asset on the simulated market: at the feeds' price less `slippageBps`. */
export async function sellCollateral(
  world: World,
  seller: string,
  collateral: bigint,
  slippageBps: bigint,
): Promise<bigint> {
  const proceeds = (collateralValue(world, collateral) * (10_000n - slippageBps)) / 10_000n;
  await world.chain.send(seller, world.collateral.burn.populateTransaction(seller, collateral));
  await world.chain.send(seller, world.asset.mint.populateTransaction(seller, proceeds));
  return proceeds;
}
