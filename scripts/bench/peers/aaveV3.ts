import { AbiCoder, type Contract, encodeBytes32String, id, ZeroAddress } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkConnection } from "hardhat/types/network";

import { COLLATERAL, MAX, USUAL_PRICE } from "../plimsoll/terms.ts";
import { compile } from "./compile.ts";
import { Deployer, read, send } from "./contracts.ts";
import { aavePackage } from "./packages.ts";
import { feedsOf, type PriceKind } from "./prices.ts";
import { bringIntoUse, equip, people, type People, type PeerWorld } from "./world.ts";

/** The only kind of debt there is. */
export const VARIABLE_RATE = 2;
/** In basis points, as the vault's own rate model: 1 % + 4 % up to 80 % lent out, 60 % above. */
const RATES = [8_000, 100, 400, 6_000] as const;
const LIQUIDATION_BONUS = 10_800;
const REWARDS = id("INCENTIVES_CONTROLLER");
const RESERVE_FACTOR = 1_000;
const LIQUIDATION_PROTOCOL_FEE = 1_000;

/** One market of Aave v3 with two reserves, set up as its own deployment scripts do. */
export interface AaveWorld extends PeerWorld {
  pool: Contract;
  /** What lenders of dollars hold, and what borrowers of dollars owe. */
  dollarShares: Contract;
  dollarDebt: Contract;
  etherShares: Contract;
}

export async function buildAaveWorld(connection: NetworkConnection, priceKind: PriceKind): Promise<AaveWorld> {
  const { ethers } = connection;
  const everybody = await people(connection);
  const deployer = new Deployer(await compile(aavePackage()), everybody.admin);
  const dollar = await ethers.deployContract("TestToken", ["Dollar", "USD", 18]);
  const ether = await ethers.deployContract("TestToken", ["Wrapped Ether", "WETH", 18]);
  const prices = await feedsOf(priceKind, connection, deployer);
  await prices.set(USUAL_PRICE);
  const tokens = [await dollar.getAddress(), await ether.getAddress()] as const;

  const pool = await deployPool(deployer, everybody, tokens, [prices.dollar, prices.ether]);
  const shares = async (token: string) =>
    deployer.at("ATokenInstance", (await read(pool, "getReserveAToken", token)) as string);
  const dollarDebt = (await read(pool, "getReserveVariableDebtToken", tokens[0])) as string;
  const world: AaveWorld = {
    connection,
    dollar,
    ether,
    prices,
    people: everybody,
    pool,
    dollarShares: await shares(tokens[0]),
    dollarDebt: deployer.at("VariableDebtTokenInstance", dollarDebt),
    etherShares: await shares(tokens[1]),
  };
  await equip(world, await pool.getAddress());
  await bringIntoUse(world, {
    lend: (lender, assets) => send(pool, lender, "supply", tokens[0], assets, lender.address, 0),
    takeLoan: (borrower, collateral, debt) => takeLoan(world, borrower, collateral, debt),
    closeInsolvent: (borrower) => liquidate(world, borrower, MAX),
  });
  return world;
}

export async function takeLoan(
  { pool, dollar, ether }: AaveWorld,
  borrower: HardhatEthersSigner,
  collateral: bigint,
  debt: bigint,
) {
  await send(pool, borrower, "supply", ether, collateral, borrower.address, 0);
  await send(pool, borrower, "borrow", dollar, debt, VARIABLE_RATE, 0, borrower.address);
}

/** Pays at most `assets` of a debt for collateral; what no collateral is left for becomes the reserve's deficit. */
export async function liquidate(world: AaveWorld, borrower: HardhatEthersSigner, assets: bigint) {
  const { pool, dollar, ether, people } = world;
  return send(pool, people.liquidator, "liquidationCall", ether, dollar, borrower.address, assets, false);
}

async function deployPool(
  deployer: Deployer,
  { admin, umbrella }: People,
  tokens: readonly [string, string],
  feeds: readonly [string, string],
): Promise<Contract> {
  for (const library of ["BorrowLogic", "FlashLoanLogic", "LiquidationLogic", "PoolLogic", "SupplyLogic"]) {
    await deployer.deployLibrary(library);
  }
  await deployer.deployLibrary("ConfiguratorLogic");
  const provider = await deployer.deploy("PoolAddressesProvider", "bench", admin.address);
  const oracle = await deployer.deploy("AaveOracle", provider, tokens, feeds, ZeroAddress, ZeroAddress, 10n ** 8n);
  const rates = await deployer.deploy("DefaultReserveInterestRateStrategyV2", provider);
  await send(provider, admin, "setPriceOracle", oracle);
  await send(provider, admin, "setPoolImpl", await deployer.deploy("PoolInstance", provider, rates));
  await send(provider, admin, "setPoolConfiguratorImpl", await deployer.deploy("PoolConfiguratorInstance"));
  await send(provider, admin, "setACLAdmin", admin.address);
  const roles = await deployer.deploy("ACLManager", provider);
  await send(provider, admin, "setACLManager", roles);
  await send(roles, admin, "addPoolAdmin", admin.address);

  await send(provider, admin, "setAddress", encodeBytes32String("UMBRELLA"), umbrella.address);

  const pool = deployer.at("PoolInstance", (await read(provider, "getPool")) as string);
  const configurator = deployer.at("PoolConfiguratorInstance", (await read(provider, "getPoolConfigurator")) as string);
  // Nothing is paid out; but its tokens ask it at every change of a balance, as on mainnet.
  const rewards = await deployer.deploy("RewardsController", admin.address);
  await send(provider, admin, "setAddressAsProxy", REWARDS, rewards);
  const rewardsProxy = (await read(provider, "getAddress(bytes32)", REWARDS)) as string;
  await listTokens({ deployer, admin, pool, configurator, rewardsProxy }, tokens);
  return pool;
}

async function listTokens(
  {
    deployer,
    admin,
    pool,
    configurator,
    rewardsProxy,
  }: Record<"pool" | "configurator", Contract> & {
    deployer: Deployer;
    admin: HardhatEthersSigner;
    rewardsProxy: string;
  },
  tokens: readonly string[],
): Promise<void> {
  // Any address will do for the treasury; it only holds what it is given.
  const aToken = await deployer.deploy("ATokenInstance", pool, rewardsProxy, id("treasury").slice(0, 42));
  const debtToken = await deployer.deploy("VariableDebtTokenInstance", pool, rewardsProxy);
  const rateData = AbiCoder.defaultAbiCoder().encode(["uint16", "uint32", "uint32", "uint32"], RATES);
  const reserve = (token: string) => [aToken, debtToken, token, "Lent", "aTOKEN", "Owed", "debtTOKEN", "0x", rateData];
  await send(configurator, admin, "initReserves", tokens.map(reserve));
  for (const token of tokens) {
    const threshold = COLLATERAL.lltvBps;
    await send(
      configurator,
      admin,
      "configureReserveAsCollateral",
      token,
      COLLATERAL.ltvBps,
      threshold,
      LIQUIDATION_BONUS,
    );
    await send(configurator, admin, "setReserveBorrowing", token, true);
    await send(configurator, admin, "setReserveFactor", token, RESERVE_FACTOR);
    await send(configurator, admin, "setLiquidationProtocolFee", token, LIQUIDATION_PROTOCOL_FEE);
  }
}
