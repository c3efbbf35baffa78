import AccessManagerArtifact from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { AddressLike, BigNumberish } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import type {
  BlocklistToken,
  FeeToken,
  HookToken,
  InsuranceFund,
  NoReturnToken,
  StandInEngine,
  StandInVault,
  TestToken,
} from "../../types/ethers-contracts/index.js";

type Ethers = NetworkConnection["ethers"];

export type Token = TestToken | FeeToken | NoReturnToken | BlocklistToken | HookToken;

export const DAY = 86_400n;
export const MONTH = 30n * DAY;
export const HOUR = 3_600n;
export const VIRTUAL_SHARES = 10n ** 6n;

/** What the funds of the tests are deployed with, unless they say otherwise: terms in seconds, caps out of the way. */
export const TERMS = {
  cooldown: 20n * DAY,
  withdrawalWindow: 2n * DAY,
  hourCap: 2n ** 112n - 1n,
  monthCap: 2n ** 112n - 1n,
};

const GOVERNOR_ROLE = 1n;
const GUARDIAN_ROLE = 2n;

export interface FundFixture<T extends Token = TestToken> {
  asset: T;
  engine: StandInEngine;
  vault: StandInVault;
  fund: InsuranceFund;
  governor: HardhatEthersSigner;
  guardian: HardhatEthersSigner;
  alice: HardhatEthersSigner;
  bob: HardhatEthersSigner;
  carol: HardhatEthersSigner;
  /** One whole unit of the asset, in its smallest units. */
  one: bigint;
}

/** A fund over `asset` whose vault and engine are stand-ins, under a real AccessManager with its roles handed out. */
export async function deployFundOver<T extends Token>(
  ethers: Ethers,
  asset: T,
  terms: Partial<typeof TERMS> = {},
): Promise<FundFixture<T>> {
  const [admin, governor, guardian, alice, bob, carol] = await ethers.getSigners();
  const engine = await ethers.deployContract("StandInEngine");
  const vault = await ethers.deployContract("StandInVault", [asset, engine]);
  const managers = await ethers.getContractFactory(AccessManagerArtifact.abi, AccessManagerArtifact.bytecode);
  const manager = await managers.deploy(admin!.address);
  const fund = await ethers.deployContract("InsuranceFund", [
    vault,
    "Staked insurance",
    "sINS",
    manager,
    { ...TERMS, ...terms },
  ]);

  const selectors = (...names: ("setCooldown" | "setDrawCaps" | "pauseDeposits" | "unpauseDeposits")[]) =>
    names.map((name) => fund.interface.getFunction(name).selector);
  const call = (name: string, ...args: unknown[]) => manager.getFunction(name)(...args);
  await call("setTargetFunctionRole", fund, selectors("setCooldown", "setDrawCaps", "unpauseDeposits"), GOVERNOR_ROLE);
  await call("setTargetFunctionRole", fund, selectors("pauseDeposits"), GUARDIAN_ROLE);
  await call("grantRole", GOVERNOR_ROLE, governor!.address, 0);
  await call("grantRole", GUARDIAN_ROLE, guardian!.address, 0);

  return {
    asset,
    engine,
    vault,
    fund,
    governor: governor!,
    guardian: guardian!,
    alice: alice!,
    bob: bob!,
    carol: carol!,
    one: 10n ** (await asset.decimals()),
  };
}

/** The same over a well-behaved token of `decimals` decimals. */
export async function deployFund(
  ethers: Ethers,
  { decimals = 6, ...terms }: Partial<typeof TERMS> & { decimals?: number } = {},
): Promise<FundFixture> {
  return deployFundOver(ethers, await ethers.deployContract("TestToken", ["Asset", "AST", decimals]), terms);
}

type Fund = FundFixture<Token>;

/** Gives `who` `assets` and the fund its allowance over them. */
export async function provide({ asset, fund }: Fund, who: HardhatEthersSigner, assets: bigint): Promise<void> {
  await asset.mint(who.address, assets);
  await asset.connect(who).approve(fund, assets);
}

/** Stakes `assets` of `who`, who gets them from nowhere; returns the shares minted. */
export async function stake(fixture: Fund, who: HardhatEthersSigner, assets: bigint): Promise<bigint> {
  const before = await fixture.fund.balanceOf(who);
  await provide(fixture, who, assets);
  await fixture.fund.connect(who).deposit(assets, who);
  return (await fixture.fund.balanceOf(who)) - before;
}

/** Adds a premium of `assets`, paid by `who`, who gets them from nowhere. */
export async function addPremium(fixture: Fund, who: HardhatEthersSigner, assets: bigint): Promise<void> {
  await provide(fixture, who, assets);
  await fixture.fund.connect(who).addPremium(assets);
}

/** Draws on the fund for write-off `id`; everything is insurable unless said otherwise. Returns what was paid. */
export async function cover(
  { asset, engine, fund, vault }: Fund,
  id: BigNumberish,
  shortfall: bigint,
  insurable = shortfall,
): Promise<bigint> {
  const before = await asset.balanceOf(vault);
  await engine.cover(fund, vault, id, shortfall, insurable);
  return (await asset.balanceOf(vault)) - before;
}

/** Hands `assets` from nowhere back to the fund for write-off `id`. */
export async function recover({ asset, engine, fund, vault }: Fund, id: BigNumberish, assets: bigint): Promise<void> {
  await asset.mint(engine, assets);
  await engine.recover(fund, asset, vault, id, assets);
}

/** What `move` changes the balance of `account` by, in asset units. */
export async function gain({ asset }: Fund, account: AddressLike, move: () => Promise<unknown>): Promise<bigint> {
  const before = await asset.balanceOf(account);
  await move();
  return (await asset.balanceOf(account)) - before;
}

/** Alice has staked 1,000 and Bob 500 of a token with 6 decimals; draw caps are out of the way. */
export async function stakedFund(ethers: Ethers) {
  const fixture = await deployFund(ethers);
  const aliceShares = await stake(fixture, fixture.alice, 1_000n * fixture.one);
  const bobShares = await stake(fixture, fixture.bob, 500n * fixture.one);
  return { ...fixture, aliceShares, bobShares };
}

/** The same, but losses may draw 100 within an hour and 250 within thirty days. */
export async function cappedFund(ethers: Ethers) {
  const fixture = await stakedFund(ethers);
  const { fund, governor, one } = fixture;
  await fund.connect(governor).setDrawCaps(100n * one, 250n * one);
  return fixture;
}
