import AccessManagerArtifact from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import { expect } from "chai";
import type { NetworkConnection } from "hardhat/types/network";

import type {
  BlocklistToken,
  DilutionStandInVault,
  FeeToken,
  HookToken,
  NoReturnToken,
  TestToken,
} from "../../types/ethers-contracts/index.js";

type Ethers = NetworkConnection["ethers"];

export const MINUTE = 60n;
export const HOUR = 3_600n;
export const DAY = 24n * HOUR;
/** One whole backstop token. */
export const TOKEN = 10n ** 18n;
export const NEVER = 2n ** 48n;

/** Role ids of `Roles.sol`. */
const GOVERNOR = 1n;
const GUARDIAN = 2n;

/** `IWriteOffEngine.Kind.Dilution` */
const KIND_DILUTION = 1;
/** Gas that the engine gives the dilution layer in these tests. */
export const GAS_STIPEND = 350_000n;

export const TOKEN_CAP = 1_000_000n * TOKEN;
export const INITIAL_SUPPLY = 900_000n * TOKEN;
export const GLOBAL_CAP = 50_000n * TOKEN;

export const LIMITS = { hourCap: 1_000n * TOKEN, monthCap: 5_000n * TOKEN, lifetimeCap: 20_000n * TOKEN };

/** From 300 to 200 assets per token in ten hours, on sale for two days. */
export const saleTerms = (unit: bigint) => ({
  startPrice: 300n * unit,
  floorPrice: 200n * unit,
  fallSeconds: 10n * HOUR,
  saleSeconds: 2n * DAY,
});

/** From 40 % of the average issue price to all of it in twenty hours, for three days. */
export const BUYBACK_TERMS = { startBps: 4_000n, riseSeconds: 20n * HOUR, offerSeconds: 3n * DAY };

export type AssetToken = TestToken | FeeToken | NoReturnToken | BlocklistToken | HookToken;

/** A vault in the engine's books, with terms and limits of its own. */
export interface DilutedVault {
  vault: DilutionStandInVault;
  address: string;
}

/**
 * A real engine and dilution layer under a real AccessManager, and one vault with the standard terms. The governor
 * sets, the guardian pauses; buyer and seller have all the asset they need.
 */
export async function deployDilution<T extends AssetToken = TestToken>(ethers: Ethers, asset: T, decimals = 6) {
  const [admin, governor, guardian, holder, buyer, other] = await ethers.getSigners();
  if (!admin || !governor || !guardian || !holder || !buyer || !other) throw new Error("too few signers");
  const unit = 10n ** BigInt(decimals);

  const managers = await ethers.getContractFactory(AccessManagerArtifact.abi, AccessManagerArtifact.bytecode);
  const manager = await managers.deploy(admin.address);
  const engine = await ethers.deployContract("WriteOffEngine", [manager]);
  const dilution = await ethers.deployContract("Dilution", [
    manager,
    engine,
    { name: "Backstop", symbol: "BKS", cap: TOKEN_CAP, initialSupply: INITIAL_SUPPLY, initialHolder: holder },
    GLOBAL_CAP,
  ]);
  const token = await ethers.getContractAt("BackstopToken", await dilution.token());
  const debtAuction = await ethers.getContractAt("DebtAuction", await dilution.debtAuction());
  const buybackAuction = await ethers.getContractAt("BuybackAuction", await dilution.buybackAuction());

  const manage = (name: string, ...args: unknown[]) => manager.getFunction(name)(...args);
  const { interface: functions } = dilution;
  const settings = [
    ...(["setLimits", "setSaleTerms", "setBuybackTerms", "setUnderwriters", "setTokenOracle"] as const),
    ...(["setGlobalCap", "unpauseDilution"] as const),
  ];
  const selectors = settings.map((name) => functions.getFunction(name).selector);
  await manage("setTargetFunctionRole", dilution, selectors, GOVERNOR);
  await manage("setTargetFunctionRole", dilution, [functions.getFunction("pauseDilution").selector], GUARDIAN);
  await manage("grantRole", GOVERNOR, governor.address, 0);
  await manage("grantRole", GUARDIAN, guardian.address, 0);

  /** A registered vault whose only tranche is this layer. */
  const addBareVault = async (): Promise<DilutedVault> => {
    const vault = await ethers.deployContract("DilutionStandInVault", [asset, engine]);
    await engine.registerVault(vault, [
      { tranche: await dilution.getAddress(), gasStipend: GAS_STIPEND, kind: KIND_DILUTION },
    ]);
    return { vault, address: await vault.getAddress() };
  };

  /** The same with the standard terms. */
  const addVault = async (limits = LIMITS): Promise<DilutedVault> => {
    const added = await addBareVault();
    await dilution.connect(governor).setLimits(added.address, limits);
    await dilution.connect(governor).setSaleTerms(added.address, saleTerms(unit));
    await dilution.connect(governor).setBuybackTerms(added.address, BUYBACK_TERMS);
    return added;
  };

  for (const spender of [debtAuction, engine]) {
    for (const payer of [buyer, other]) await asset.connect(payer).approve(spender, ethers.MaxUint256);
  }
  for (const payer of [buyer, other]) await asset.mint(payer, 10_000_000n * unit);
  await token.connect(holder).approve(buybackAuction, ethers.MaxUint256);
  await token.connect(buyer).approve(buybackAuction, ethers.MaxUint256);

  const { vault, address } = await addVault();
  return {
    ...{ admin, governor, guardian, holder, buyer, other, unit, manager, engine, asset },
    ...{ dilution, token, debtAuction, buybackAuction, vault, address, addVault, addBareVault },
  };
}

/** The vault loses `assets` and this layer is asked for all of it; returns when its lot opened. */
export async function lose(ethers: Ethers, vault: DilutionStandInVault, assets: bigint, fromReserves = 0n) {
  const transaction = await vault.lose(assets, fromReserves);
  const block = await ethers.provider.getBlock((await transaction.wait())!.blockNumber);
  return BigInt(block!.timestamp);
}

/**
 * 60,000 are lost; 200 tokens sell at 250 and 50 at the floor of 200, so the lenders are whole and 250 tokens have
 * brought 60,000: 240 each. Recoveries now reach this layer; a round rises from 96 (40 %) to 240 in twenty hours.
 */
export async function deployIssued<T extends AssetToken = TestToken>(
  ethers: Ethers,
  { time }: NetworkConnection["networkHelpers"],
  asset: T,
) {
  const setup = await deployDilution(ethers, asset);
  const { engine, dilution, debtAuction, buybackAuction, vault, address, buyer, holder, other, unit } = setup;
  const openedAt = await lose(ethers, vault, 60_000n * unit);
  for (const [elapsed, tokens] of [
    [5n * HOUR, 200n * TOKEN],
    [10n * HOUR, 300n * TOKEN],
  ] as const) {
    await time.setNextBlockTimestamp(openedAt + elapsed);
    await debtAuction.connect(buyer).buy(address, 1n, tokens, ethers.MaxUint256, buyer, NEVER);
  }
  expect(await dilution.issueOf(address, 1n)).to.deep.equal([60_000n * unit, 250n * TOKEN]);

  /** Somebody returns `assets` for the write-off; returns when the round opened. */
  const recover = async (assets: bigint) => {
    await engine.connect(other).recover(address, 1n, assets);
    return BigInt(await time.latest());
  };
  /** The first holder sells into a round at second `at`, and is paid itself. */
  const sellAt = async (at: bigint, tokens: bigint, number = 0n) => {
    await time.setNextBlockTimestamp(at);
    return buybackAuction.connect(holder).sell(address, 1n, number, tokens, 0n, holder);
  };
  /** Anybody settles a round at second `at`. */
  const settleAt = async (at: bigint, number = 0n) => {
    await time.setNextBlockTimestamp(at);
    return buybackAuction.connect(other).settle(address, 1n, number);
  };
  return { ...setup, recover, sellAt, settleAt };
}
