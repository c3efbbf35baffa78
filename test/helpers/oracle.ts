import AccessManagerArtifact from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import type { NetworkConnection } from "hardhat/types/network";

import type {
  ChainlinkOracle,
  EACAggregatorProxy,
  FluxAggregator,
  MockAggregator,
  TestToken,
} from "../../types/ethers-contracts/index.js";

type Ethers = NetworkConnection["ethers"];

export const HOUR = 3_600n;
export const DAY = 24n * HOUR;
/** What the tests of the oracle give their feeds, unless they say otherwise. */
export const MAX_STALENESS = HOUR;
export const MAX_UINT96 = 2n ** 96n - 1n;

/** `MockAggregator.Behavior` */
export const Behavior = {
  Normal: 0,
  Revert: 1,
  RevertBomb: 2,
  ReturnBomb: 3,
  RawReturn: 4,
  BurnGas: 5,
  Expensive: 6,
} as const;

/** `IChainlinkOracle.SourceHealth` */
export const Health = {
  Unset: 0n,
  Live: 1n,
  Unreadable: 2n,
  Incomplete: 3n,
  NonPositive: 4n,
  OutOfBand: 5n,
  Future: 6n,
  Stale: 7n,
} as const;

/** An asset with a feed of its own, as the tests handle it. */
export interface PricedAsset {
  token: TestToken;
  address: string;
  feed: MockAggregator;
}

/** A feed's parameters: an hour of staleness and the widest band. */
export async function sourceParams(
  feed: { getAddress(): Promise<string> },
  { maxStaleness = MAX_STALENESS, minAnswer = 1n, maxAnswer = MAX_UINT96 } = {},
) {
  return { feed: await feed.getAddress(), maxStaleness, minAnswer, maxAnswer };
}

/** An oracle under a real AccessManager; the first signer is its admin, so it may call every setter. */
export async function deployOracle(
  ethers: Ethers,
  { sequencerFeed = ethers.ZeroAddress, gracePeriod = 0n } = {},
): Promise<ChainlinkOracle> {
  const [admin] = await ethers.getSigners();
  const managers = await ethers.getContractFactory(AccessManagerArtifact.abi, AccessManagerArtifact.bytecode);
  const manager = await managers.deploy(admin!.address);
  return ethers.deployContract("ChainlinkOracle", [await manager.getAddress(), sequencerFeed, gracePeriod]);
}

/** A token and its configured primary feed, answering `answer` now. */
export async function addAsset(
  ethers: Ethers,
  oracle: ChainlinkOracle,
  { tokenDecimals = 18, feedDecimals = 8, answer = 1n, ...params }: AssetOptions = {},
): Promise<PricedAsset> {
  const token = await ethers.deployContract("TestToken", ["Asset", "AST", tokenDecimals]);
  const address = await token.getAddress();
  const feed = await ethers.deployContract("MockAggregator", [feedDecimals, answer]);
  await oracle.setFeed(address, await sourceParams(feed, params));
  return { token, address, feed };
}

export interface AssetOptions {
  tokenDecimals?: number;
  feedDecimals?: number;
  answer?: bigint;
  maxStaleness?: bigint;
  minAnswer?: bigint;
  maxAnswer?: bigint;
}

/** A second source for `asset`, answering `answer` now. */
export async function addSecondSource(
  ethers: Ethers,
  oracle: ChainlinkOracle,
  asset: PricedAsset,
  { feedDecimals = 8, answer = 1n, ...params }: Omit<AssetOptions, "tokenDecimals"> = {},
): Promise<MockAggregator> {
  const feed = await ethers.deployContract("MockAggregator", [feedDecimals, answer]);
  await oracle.setSecondSource(asset.address, await sourceParams(feed, params));
  return feed;
}

/** Ether at 2,000.00000000, a coin at 1.00000000: one ether is worth 2,000.000000 coins. */
export async function deployEtherAndDollarCoin(ethers: Ethers) {
  const oracle = await deployOracle(ethers);
  const ether = await addAsset(ethers, oracle, { answer: 2_000_00000000n });
  const dollar = await addAsset(ethers, oracle, { tokenDecimals: 6, answer: 1_00000000n });
  return { oracle, ether, dollar };
}

/** The same, and a second source of ether that agrees. */
export async function deployOneSecondSource(ethers: Ethers) {
  const fixture = await deployEtherAndDollarCoin(ethers);
  const second = await addSecondSource(ethers, fixture.oracle, fixture.ether, { answer: 2_000_00000000n });
  return { ...fixture, second };
}

/** One configured asset, and a token and a feed that wait to be configured. */
export async function deployConfigurable(ethers: Ethers) {
  const oracle = await deployOracle(ethers);
  const ether = await addAsset(ethers, oracle, { answer: 2_000n });
  const fresh = await ethers.deployContract("TestToken", ["Fresh", "FRS", 6]);
  const feed = await ethers.deployContract("MockAggregator", [8, 5n]);
  const stranger = (await ethers.getSigners())[5]!;
  return { oracle, ether, fresh: await fresh.getAddress(), feed, feedAddress: await feed.getAddress(), stranger };
}

/** A real Chainlink proxy over a real aggregator whose only node is the first signer. */
export interface ClassicFeed {
  proxy: EACAggregatorProxy;
  aggregator: FluxAggregator;
}

export async function deployClassicFeed(ethers: Ethers, decimals = 8): Promise<ClassicFeed> {
  const aggregator = await deployFluxAggregator(ethers, decimals);
  const proxy = await ethers.deployContract("EACAggregatorProxy", [
    await aggregator.getAddress(),
    ethers.ZeroAddress, // anybody may read
  ]);
  return { proxy, aggregator };
}

export async function deployFluxAggregator(ethers: Ethers, decimals = 8): Promise<FluxAggregator> {
  const [node] = await ethers.getSigners();
  const aggregator = await ethers.deployContract("FluxAggregator", [
    ethers.ZeroAddress, // LINK: nobody is paid
    0, // payment
    HOUR, // round timeout
    ethers.ZeroAddress, // validator
    -(10n ** 30n),
    10n ** 30n,
    decimals,
    "TEST / USD",
  ]);
  await aggregator.changeOracles([], [node!.address], [node!.address], 1, 1, 0);
  return aggregator;
}

/** The node reports `answer`, which completes a round. */
export async function submitRound(ethers: Ethers, aggregator: FluxAggregator, answer: bigint): Promise<void> {
  const [node] = await ethers.getSigners();
  const state = await aggregator.oracleRoundState(node!.address, 0);
  await aggregator.submit(state[1], answer);
}

/** Storage slots that a call reads in the called contract itself, not in what it calls. */
export async function countStorageReads(ethers: Ethers, to: string, data: string): Promise<number> {
  const [sender] = await ethers.getSigners();
  const { hash } = await sender!.sendTransaction({ to, data });
  const trace = (await ethers.provider.send("debug_traceTransaction", [hash, {}])) as {
    structLogs: { op: string; depth: number }[];
  };
  return trace.structLogs.filter(({ op, depth }) => op === "SLOAD" && depth === 1).length;
}
