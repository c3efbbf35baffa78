/**
 * A margin vault over the real oracle, engine and insurance fund, one ETH market whose feed a test drives, and the
 * steps traders take. Money has six decimals, prices are named in whole dollars.
 */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { Result } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import type {
  AccessManager,
  ChainlinkOracle,
  HonestTranche,
  InsuranceFund,
  MarginVault,
  MockAggregator,
  TestToken,
  WriteOffEngine,
} from "../../types/ethers-contracts/index.js";
import { MAX } from "./lending.js";
import { deployOracle, sourceParams } from "./oracle.js";
import { Kind, STIPEND } from "./tranches.js";

type Ethers = NetworkConnection["ethers"];
type Helpers = NetworkConnection["networkHelpers"];

/** One dollar in asset units, one whole ETH, 100 % in WAD. */
export const USD = 10n ** 6n;
export const ETH = 10n ** 18n;
export const WAD = 10n ** 18n;
export const DAY = 86_400n;

/** `IMarginVault.Outcome` */
export const Outcome = {
  Executed: 0n,
  NotAcceptable: 1n,
  Expired: 2n,
  FeedChanged: 3n,
  NothingToReduce: 4n,
  MarketSettled: 5n,
} as const;

/** Price of the vault (asset units x 1e18 per whole unit) for `dollars`. */
export const priceWad = (dollars: bigint) => dollars * USD * WAD;

/** No funding, no volatility, maintenance 3 %, initial 6 %, both growing by 1 % per 1,000 ETH. */
export const MARKET = {
  openInterestCapWad: 1_000n * ETH,
  skewCapWad: 100n * ETH,
  skewScaleWad: 10_000n * ETH,
  depthWad: 100_000n * ETH,
  maxFundingVelocityWad: 0n,
  maxFundingRateWad: 0n,
  maintenanceWad: (3n * WAD) / 100n,
  initialMultipleWad: 2n * WAD,
  maxJumpWad: (2n * WAD) / 100n,
  volatilityWeightWad: 0n,
  targetMultipleWad: (3n * WAD) / 2n,
  feeBps: 10n,
  deviationBps: 50n,
  liquidationFeeBps: 100n,
  profitCoverBps: 2_000n,
  insuranceMultipleBps: 100_000n,
};

export const RISK = {
  minDelay: 10n,
  expiry: 600n,
  minNotional: 100n * USD,
  minKeeperFee: 1n * USD,
  minKeeperReward: 1n * USD,
  maxKeeperReward: 100n * USD,
  keeperShareBps: 5_000n,
  reserveFactorBps: 2_000n,
};

export const PRICE = 2_000n;
export const POOL = 1_000_000n * USD;
/** What every trader of a scene has in its wallet. */
export const WALLET = 1_000_000n * USD;
export const KEEPER_FEE = 1n * USD;

export interface MarginScene {
  manager: AccessManager;
  engine: WriteOffEngine;
  oracle: ChainlinkOracle;
  asset: TestToken;
  eth: TestToken;
  feed: MockAggregator;
  vault: MarginVault;
  admin: HardhatEthersSigner;
  provider: HardhatEthersSigner;
  alice: HardhatEthersSigner;
  bob: HardhatEthersSigner;
  carol: HardhatEthersSigner;
  keeper: HardhatEthersSigner;
}

interface Params {
  market?: Partial<typeof MARKET>;
  risk?: Partial<typeof RISK>;
  decimals?: number;
}

/** Deploys all and deposits the pool. The first signer is the manager's admin, so it may call every setter. */
export async function deployMargin(ethers: Ethers, { market, risk, decimals = 6 }: Params = {}): Promise<MarginScene> {
  const [admin, provider, alice, bob, carol, keeper] = await ethers.getSigners();
  const oracle = await deployOracle(ethers);
  const manager = await ethers.getContractAt("AccessManager", await oracle.authority());
  const engine = await ethers.deployContract("WriteOffEngine", [await manager.getAddress()]);
  const asset = await ethers.deployContract("TestToken", ["Test Dollar", "TUSD", decimals]);
  const vault = await deployMarginVault(ethers, { manager, engine, oracle, asset });
  await engine.registerVault(vault, []);
  await vault.setRiskConfig({ ...RISK, ...risk });

  const eth = await ethers.deployContract("TestToken", ["Ether", "ETH", 18]);
  const feed = await ethers.deployContract("MockAggregator", [8, PRICE * 10n ** 8n]);
  await oracle.setFeed(eth, await sourceParams(feed, { maxStaleness: DAY }));
  await vault.listMarket(eth, { ...MARKET, ...market });

  const scene = {
    manager,
    engine,
    oracle,
    asset,
    eth,
    feed,
    vault,
    admin: admin!,
    provider: provider!,
    alice: alice!,
    bob: bob!,
    carol: carol!,
    keeper: keeper!,
  };
  for (const account of [provider!, alice!, bob!, carol!]) {
    await asset.mint(account.address, WALLET);
    await asset.connect(account).approve(vault, MAX);
  }
  await vault.connect(provider).deposit(POOL, provider!);
  return scene;
}

/** A margin vault with modules of its own. */
export async function deployMarginVault(
  ethers: Ethers,
  room: {
    manager: { getAddress(): Promise<string> };
    engine: WriteOffEngine;
    oracle: ChainlinkOracle;
    asset: TestToken;
  },
): Promise<MarginVault> {
  const builtFor = [room.asset, room.engine, room.oracle] as const;
  return ethers.deployContract("MarginVault", [
    {
      asset: room.asset,
      engine: room.engine,
      oracle: room.oracle,
      orderModule: await ethers.deployContract("OrderModule", [...builtFor]),
      resolveModule: await ethers.deployContract("ResolveModule", [...builtFor]),
      lossModule: await ethers.deployContract("MarginLossModule", [...builtFor]),
      configModule: await ethers.deployContract("MarginConfigModule", [...builtFor]),
      viewModule: await ethers.deployContract("MarginViewModule", [...builtFor]),
      authority: await room.manager.getAddress(),
    },
    "Margin Pool",
    "MPOOL",
  ]);
}

/** Insurance that pays the insurable part of a loss out of `units`. */
export async function addInsurance(ethers: Ethers, scene: MarginScene, units: bigint): Promise<HonestTranche> {
  const tranche = await ethers.deployContract("HonestTranche", [scene.asset, scene.engine, true]);
  await scene.asset.mint(tranche, units);
  await scene.engine.setStack(scene.vault, [{ tranche, gasStipend: STIPEND, kind: Kind.Insurance }]);
  return tranche;
}

/** The real fund, with `units` of the admin's stake. */
export async function addFund(ethers: Ethers, scene: MarginScene, units: bigint): Promise<InsuranceFund> {
  const cap = 2n ** 100n;
  const terms = { cooldown: 20n * DAY, withdrawalWindow: 2n * DAY, hourCap: cap, monthCap: cap };
  const fund = await ethers.deployContract("InsuranceFund", [scene.vault, "Fund", "FUND", scene.manager, terms]);
  await scene.engine.setStack(scene.vault, [{ tranche: fund, gasStipend: STIPEND, kind: Kind.Insurance }]);
  await scene.asset.mint(scene.admin, units);
  await scene.asset.approve(fund, MAX);
  await fund.deposit(units, scene.admin);
  return fund;
}

interface Order {
  size: bigint;
  acceptable?: bigint;
  deposit?: bigint;
  margin?: bigint;
  fee?: bigint;
  marketId?: bigint;
}

/** Commits an order; any price is acceptable unless said. */
export async function commit(scene: MarginScene, trader: HardhatEthersSigner, order: Order) {
  const { size, deposit = 0n, margin = 0n, fee = KEEPER_FEE, marketId = 0n } = order;
  const acceptable = order.acceptable ?? (size > 0n ? PRICE * 2n : 1n);
  return scene.vault.connect(trader).commitOrder({
    trader: trader.address,
    marketId,
    sizeDeltaWad: size,
    acceptablePriceWad: priceWad(acceptable),
    marginAssets: margin,
    depositAssets: deposit,
    keeperFeeAssets: fee,
  });
}

/** A feed round of `dollars`, now; its id. */
export async function publish(scene: MarginScene, dollars: bigint, feed = scene.feed): Promise<bigint> {
  await feed.setAnswer(dollars * 10n ** 8n);
  return (await feed.latestRoundData())[0];
}

/** Lets the delay of an order pass and publishes the round that decides it. */
export async function decide(helpers: Helpers, scene: MarginScene, dollars = PRICE): Promise<bigint> {
  await helpers.time.increase(RISK.minDelay);
  return publish(scene, dollars);
}

/** Resolves by the keeper. */
export async function resolve(scene: MarginScene, trader: HardhatEthersSigner, roundId: bigint, marketId = 0n) {
  return scene.vault.connect(scene.keeper).resolveOrder(trader.address, marketId, roundId);
}

/** Commits, decides and executes at `dollars`. */
export async function trade(
  helpers: Helpers,
  scene: MarginScene,
  trader: HardhatEthersSigner,
  order: Order,
  dollars = PRICE,
) {
  await commit(scene, trader, order);
  return resolve(scene, trader, await decide(helpers, scene, dollars));
}

/** A struct as the contract returns it, as an object with its field names. */
export function plain(struct: object): Record<string, bigint> {
  return (struct as Result).toObject() as Record<string, bigint>;
}

/** All that LV1 and MA2 compare. */
export async function books(scene: MarginScene, traders: HardhatEthersSigner[]) {
  const { vault, asset } = scene;
  let equities = 0n;
  let escrows = 0n;
  for (const trader of traders) {
    equities += (await vault.healthOf(trader)).equityAssets;
    for (let marketId = 0n; marketId < (await vault.marketCount()); marketId++) {
      const order = await vault.orderOf(trader, marketId);
      escrows += order.escrowAssets + order.keeperFeeAssets;
    }
  }
  const [provisioned, unfunded] = await vault.provisions();
  return {
    balance: await asset.balanceOf(vault),
    cash: await vault.cash(),
    traderAssets: await vault.traderAssets(),
    claims: (await vault.claimsOwed()) - unfunded,
    total: await vault.totalAssets(),
    reserves: await vault.reserves(),
    provisioned,
    unfunded,
    equities,
    escrows,
  };
}
