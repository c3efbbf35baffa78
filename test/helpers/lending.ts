/**
 * A lending vault with its engine and a hand-set price, for tests of one room at a time. No fund and no dilution: add
 * them through `engine.setStack` where a test needs them.
 */
import type { NetworkConnection } from "hardhat/types/network";

import type {
  AccessManager,
  FixedPriceOracle,
  LendingVault,
  TestToken,
  WriteOffEngine,
} from "../../types/ethers-contracts/index.js";

/** 1.0 in WAD. */
export const WAD = 10n ** 18n;
/** 100 % in basis points. */
export const BPS = 10_000n;
/** Shares per asset unit in a new vault. */
export const SHARES_PER_ASSET = 1_000_000n;
/** Largest uint256, for "as much as allowed". */
export const MAX = 2n ** 256n - 1n;
/** Scale of FixedPriceOracle's prices. */
const E36 = 10n ** 36n;

/** Tokens that a vault may meet. */
export type TokenKind = "TestToken" | "FeeToken" | "BlocklistToken" | "HookToken" | "NoReturnToken";

/** What a test may want otherwise. */
export interface LendingOptions {
  assetKind?: TokenKind;
  collateralKind?: TokenKind;
  assetDecimals?: number;
  collateralDecimals?: number;
  /** Whole asset units one whole collateral unit is worth at the start. */
  price?: bigint;
  ltvBps?: bigint;
  lltvBps?: bigint;
  liquidationIncentiveBps?: bigint;
  minIncentiveBps?: bigint;
  targetHealthBps?: bigint;
  liquidationFeeBps?: bigint;
  reserveFactorBps?: bigint;
  /** Interest per second at any utilization, WAD. */
  flatRateWad?: bigint;
  waitingPeriod?: bigint;
  confirmationDelay?: bigint;
  confirmationWindow?: bigint;
  keeperRewardBps?: bigint;
  /** Whole asset units. */
  maxKeeperReward?: bigint;
  /** Whole asset units. */
  minDebt?: bigint;
}

/** Everything a test needs to talk to the system. */
export interface Lending {
  manager: AccessManager;
  engine: WriteOffEngine;
  oracle: FixedPriceOracle;
  asset: TestToken;
  collateral: TestToken;
  vault: LendingVault;
  /** Where the vault's LiquidationModule is. */
  liquidationModule: string;
  /** Smallest units per whole asset. */
  one: bigint;
  /** Smallest units per whole collateral. */
  oneCollateral: bigint;
  /** Sets the price: asset units per collateral unit, as a rational number of whole units. */
  setPrice: (numerator: bigint, denominator?: bigint) => Promise<void>;
  /** Address of a contract. */
  at: (contract: { getAddress: () => Promise<string> }) => Promise<string>;
}

type Ethers = NetworkConnection["ethers"];

/** Deploys the system; the first signer is admin of the AccessManager and may call every restricted function. */
export async function deployLending(ethers: Ethers, options: LendingOptions = {}): Promise<Lending> {
  const [admin] = await ethers.getSigners();
  const assetDecimals = options.assetDecimals ?? 18;
  const collateralDecimals = options.collateralDecimals ?? 18;
  const one = 10n ** BigInt(assetDecimals);
  const oneCollateral = 10n ** BigInt(collateralDecimals);
  const at = (contract: { getAddress: () => Promise<string> }) => contract.getAddress();

  const manager = await ethers.deployContract("AccessManager", [admin!.address]);
  const engine = await ethers.deployContract("WriteOffEngine", [await at(manager)]);
  const oracle = await ethers.deployContract("FixedPriceOracle");
  const asset = await deployToken(ethers, options.assetKind, "Test Dollar", "USDT6", assetDecimals);
  const collateral = await deployToken(ethers, options.collateralKind, "Test Ether", "WETH", collateralDecimals);
  const wired = [await at(asset), await at(engine), await at(oracle)] as const;
  const liquidationModule = await ethers.deployContract("LiquidationModule", [...wired]);
  const impairmentModule = await ethers.deployContract("ImpairmentModule", [...wired]);
  const restructuringModule = await ethers.deployContract("RestructuringModule", [...wired]);
  const configModule = await ethers.deployContract("ConfigModule", [...wired]);
  const viewModule = await ethers.deployContract("ViewModule", [...wired]);
  const vault = await ethers.deployContract("LendingVault", [
    {
      asset: wired[0],
      engine: wired[1],
      oracle: wired[2],
      liquidationModule: await at(liquidationModule),
      impairmentModule: await at(impairmentModule),
      restructuringModule: await at(restructuringModule),
      configModule: await at(configModule),
      viewModule: await at(viewModule),
      authority: await at(manager),
    },
    "Plimsoll Test Dollar",
    "plUSD",
  ]);

  const setPrice = async (numerator: bigint, denominator = 1n) => {
    const priceE36 = (numerator * one * E36) / (denominator * oneCollateral);
    await oracle.set(await at(collateral), await at(asset), priceE36);
  };
  await setPrice(options.price ?? 200n);
  await engine.registerVault(await at(vault), []);
  await vault.setRateModel({
    baseRateWad: options.flatRateWad ?? 0n,
    slopeBelowKinkWad: 0n,
    slopeAboveKinkWad: 0n,
    kinkBps: 8_000n,
    reserveFactorBps: options.reserveFactorBps ?? 1_000n,
  });
  await vault.setRiskConfig({
    debtCap: 10n ** 9n * one,
    minDebt: (options.minDebt ?? 10n) * one,
    waitingPeriod: options.waitingPeriod ?? 0n,
    confirmationDelay: options.confirmationDelay ?? 3_600n,
    confirmationWindow: options.confirmationWindow ?? 86_400n,
    liquidationFeeBps: options.liquidationFeeBps ?? 0n,
    keeperRewardBps: options.keeperRewardBps ?? 0n,
    maxKeeperReward: (options.maxKeeperReward ?? 0n) * one,
  });
  await vault.setCollateral(await at(collateral), {
    ltvBps: options.ltvBps ?? 7_500n,
    lltvBps: options.lltvBps ?? 8_000n,
    liquidationIncentiveBps: options.liquidationIncentiveBps ?? 800n,
    minIncentiveBps: options.minIncentiveBps ?? 100n,
    targetHealthBps: options.targetHealthBps ?? 10_500n,
    principalCap: 10n ** 9n * one,
  });
  return {
    ...{ manager, engine, oracle, asset, collateral, vault },
    liquidationModule: await at(liquidationModule),
    ...{ one, oneCollateral, setPrice, at },
  };
}

/** A token of one kind, seen as the ordinary token whose functions all kinds share. A FeeToken starts without a fee. */
async function deployToken(
  ethers: Ethers,
  kind: TokenKind = "TestToken",
  name: string,
  symbol: string,
  decimals: number,
): Promise<TestToken> {
  if (kind === "FeeToken") return ethers.deployContract(kind, [name, symbol, decimals, 0n]);
  return ethers.deployContract(kind as "TestToken", [name, symbol, decimals]);
}

/** Gives `units` of `token` to `account` and lets `spender` take them. */
export async function fundAccount(
  token: TestToken,
  account: { address: string },
  spender: string,
  units: bigint,
): Promise<void> {
  await token.mint(account.address, units);
  await token.connect(account as never).approve(spender, MAX);
}
