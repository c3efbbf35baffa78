import { AbiCoder, type Contract, keccak256 } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkConnection } from "hardhat/types/network";

import { ONE, USUAL_PRICE } from "../plimsoll/terms.ts";
import { compile } from "./compile.ts";
import { Deployer, read, send } from "./contracts.ts";
import { morphoPackage } from "./packages.ts";
import { pairPriceOf, type PriceKind } from "./prices.ts";
import { bringIntoUse, equip, people, type PeerWorld } from "./world.ts";

const LLTV = (80n * ONE) / 100n;

/** `MarketParams` */
type MarketParams = readonly [loanToken: string, collateralToken: string, oracle: string, irm: string, lltv: bigint];

/** One market of Morpho Blue. Its rate model is Morpho's own mock: the deployed one is not on npm and costs more. */
export interface MorphoWorld extends PeerWorld {
  morpho: Contract;
  /** The same address with Morpho's events, which its compiler leaves out of the contract's own interface. */
  events: Contract;
  market: MarketParams;
  /** Makes many calls in one transaction, with tokens and approvals of its own. */
  caller: Contract;
}

/** `Position` */
export interface MorphoPosition {
  supplyShares: bigint;
  borrowShares: bigint;
  collateral: bigint;
}

export async function buildMorphoWorld(connection: NetworkConnection, priceKind: PriceKind): Promise<MorphoWorld> {
  const { ethers } = connection;
  const everybody = await people(connection);
  const deployer = new Deployer(await compile(morphoPackage), everybody.admin);
  const dollar = await ethers.deployContract("TestToken", ["Dollar", "USD", 18]);
  const ether = await ethers.deployContract("TestToken", ["Wrapped Ether", "WETH", 18]);
  const prices = await pairPriceOf(priceKind, connection, deployer);
  await prices.set(USUAL_PRICE);
  const morpho = await deployer.deploy("Morpho", everybody.admin.address);
  const irm = await (await deployer.deploy("IrmMock")).getAddress();
  const events = deployer.at("EventsLib", await morpho.getAddress());
  const caller = await deployer.deploy("Caller");
  const market: MarketParams = [await dollar.getAddress(), await ether.getAddress(), prices.ether, irm, LLTV];
  await send(morpho, everybody.admin, "enableIrm", irm);
  await send(morpho, everybody.admin, "enableLltv", LLTV);
  await send(morpho, everybody.admin, "createMarket", market);

  const world: MorphoWorld = { connection, dollar, ether, prices, people: everybody, morpho, events, market, caller };
  await equip(world, await morpho.getAddress());
  await bringIntoUse(world, {
    lend: (lender, assets) => supply(world, lender, assets),
    takeLoan: (borrower, collateral, debt) => takeLoan(world, borrower, collateral, debt),
    closeInsolvent: (borrower) => seizeAll(world, borrower),
  });
  return world;
}

export async function positionOf({ morpho, market }: MorphoWorld, account: HardhatEthersSigner) {
  const [supplyShares, borrowShares, collateral] = (await read(
    morpho,
    "position",
    marketId(market),
    account.address,
  )) as [bigint, bigint, bigint];
  return { supplyShares, borrowShares, collateral } satisfies MorphoPosition;
}

export function supply({ morpho, market }: MorphoWorld, lender: HardhatEthersSigner, assets: bigint) {
  return send(morpho, lender, "supply", market, assets, 0n, lender.address, "0x");
}

export async function takeLoan(world: MorphoWorld, borrower: HardhatEthersSigner, collateral: bigint, debt: bigint) {
  const { morpho, market } = world;
  await send(morpho, borrower, "supplyCollateral", market, collateral, borrower.address, "0x");
  await send(morpho, borrower, "borrow", market, debt, 0n, borrower.address, borrower.address);
}

/** Pays for all collateral of a position; what its debt is more than that is charged to the lenders. */
export async function seizeAll(world: MorphoWorld, borrower: HardhatEthersSigner) {
  const { collateral } = await positionOf(world, borrower);
  return send(world.morpho, world.people.liquidator, "liquidate", world.market, borrower.address, collateral, 0n, "0x");
}

function marketId(market: MarketParams): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(["address", "address", "address", "address", "uint256"], market));
}
