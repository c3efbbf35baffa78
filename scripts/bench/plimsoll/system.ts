import type { NetworkConnection } from "hardhat/types/network";

import type {
  BackstopToken,
  BuybackAuction,
  DebtAuction,
  Dilution,
  InsuranceFund,
  LendingVault,
  LossPreparer,
  TestToken,
  WriteOffEngine,
} from "../../../types/ethers-contracts/index.js";
import type { Prices, PriceSource } from "./prices.ts";
import {
  BACKSTOP,
  BUYBACK,
  COLLATERAL,
  FUND,
  GLOBAL_CAP,
  LIMITS,
  RATE_MODEL,
  RESERVE_TARGET,
  RISK,
  SALE,
  STIPENDS,
  USUAL_PRICE,
} from "./terms.ts";

type Ethers = NetworkConnection["ethers"];

/** `IWriteOffEngine.Kind` */
const Kind = { Insurance: 0, Dilution: 1 } as const;

/** One vault that lends dollars against ether, with every layer of its waterfall. */
export interface System {
  /** What is lent, 18 decimals. */
  dollar: TestToken;
  /** What it is lent against, 18 decimals. */
  ether: TestToken;
  prices: Prices;
  engine: WriteOffEngine;
  vault: LendingVault;
  fund: InsuranceFund;
  dilution: Dilution;
  backstop: BackstopToken;
  debtAuction: DebtAuction;
  buybackAuction: BuybackAuction;
  preparer: LossPreparer;
  /** The usual layers between reserves and lenders. */
  stack: { tranche: string; gasStipend: bigint; kind: number }[];
}

/** Deploys everything; the first signer is admin of the AccessManager and may call every restricted function. */
export async function deploySystem(ethers: Ethers, priceSource: PriceSource): Promise<System> {
  const [admin] = await ethers.getSigners();
  if (admin === undefined) throw new Error("no signers");
  const manager = await ethers.deployContract("AccessManager", [admin.address]);
  const engine = await ethers.deployContract("WriteOffEngine", [manager]);
  const dollar = await ethers.deployContract("TestToken", ["Dollar", "USD", 18]);
  const ether = await ethers.deployContract("TestToken", ["Wrapped Ether", "WETH", 18]);
  const prices = await priceSource(ethers, manager, ether, dollar);
  await prices.set(USUAL_PRICE);

  const vault = await deployVault(ethers, { manager, engine, dollar, oracle: prices.oracle });
  const fund = await ethers.deployContract("InsuranceFund", [vault, "Staked Dollar", "stUSD", manager, FUND]);
  const dilution = await ethers.deployContract("Dilution", [
    manager,
    engine,
    { ...BACKSTOP, initialHolder: admin },
    GLOBAL_CAP,
  ]);
  const stack = [
    { tranche: await fund.getAddress(), gasStipend: STIPENDS.insurance, kind: Kind.Insurance },
    { tranche: await dilution.getAddress(), gasStipend: STIPENDS.dilution, kind: Kind.Dilution },
  ];
  await engine.setStack(vault, stack);

  await vault.setRateModel(RATE_MODEL);
  await vault.setRiskConfig(RISK);
  await vault.setCollateral(ether, COLLATERAL);
  await vault.setReservePolicy(RESERVE_TARGET, fund);
  await dilution.setLimits(vault, LIMITS);
  await dilution.setSaleTerms(vault, SALE);
  await dilution.setBuybackTerms(vault, BUYBACK);

  const backstop = await ethers.getContractAt("BackstopToken", await dilution.token());
  const debtAuction = await ethers.getContractAt("DebtAuction", await dilution.debtAuction());
  const buybackAuction = await ethers.getContractAt("BuybackAuction", await dilution.buybackAuction());
  const preparer = await ethers.deployContract("LossPreparer", [engine]);
  return {
    dollar,
    ether,
    prices,
    engine,
    vault,
    fund,
    dilution,
    backstop,
    debtAuction,
    buybackAuction,
    preparer,
    stack,
  };
}

/** The vault with its modules, in the engine's books but with an empty stack. */
async function deployVault(
  ethers: Ethers,
  { manager, engine, dollar, oracle }: { manager: Contract; engine: WriteOffEngine; dollar: TestToken; oracle: string },
): Promise<LendingVault> {
  const wired = [await dollar.getAddress(), await engine.getAddress(), oracle] as const;
  const liquidationModule = await ethers.deployContract("LiquidationModule", [...wired]);
  const impairmentModule = await ethers.deployContract("ImpairmentModule", [...wired]);
  const restructuringModule = await ethers.deployContract("RestructuringModule", [...wired]);
  const configModule = await ethers.deployContract("ConfigModule", [...wired]);
  const viewModule = await ethers.deployContract("ViewModule", [...wired]);
  const wiring = {
    asset: wired[0],
    engine: wired[1],
    oracle,
    liquidationModule: await liquidationModule.getAddress(),
    impairmentModule: await impairmentModule.getAddress(),
    restructuringModule: await restructuringModule.getAddress(),
    configModule: await configModule.getAddress(),
    viewModule: await viewModule.getAddress(),
    authority: await manager.getAddress(),
  };
  const vault = await ethers.deployContract("LendingVault", [wiring, "Plimsoll Dollar", "plUSD"]);
  await engine.registerVault(vault, []);
  return vault;
}

interface Contract {
  getAddress(): Promise<string>;
}
