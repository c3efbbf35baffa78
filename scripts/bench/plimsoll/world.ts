import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkConnection } from "hardhat/types/network";

import { closeWhole, sink } from "./losses.ts";
import { fixedPrices, type PriceSource } from "./prices.ts";
import { deploySystem, type System } from "./system.ts";
import { DAY, HOUR, MAX, ONE, SALE, USUAL_PRICE, YEAR } from "./terms.ts";

const ACTORS = [
  "admin",
  "lender",
  "newcomer",
  "borrower",
  "victim",
  "scapegoat",
  "early",
  "whale",
  "liquidator",
  "staker",
  "buyer",
  "payer",
  "operator",
] as const;

export type Actors = Record<(typeof ACTORS)[number], HardhatEthersSigner>;

/** A vault that has been in use for two years, with everybody who uses it. */
export interface World extends System {
  connection: NetworkConnection;
  actors: Actors;
  /** Further lenders, who never send a transaction of their own. */
  crowd: readonly string[];
  /** Accounts that may take small loans; they have nothing yet. */
  smallBorrowers: readonly HardhatEthersSigner[];
  /** Lets time pass, seconds. */
  pass: (seconds: bigint) => Promise<void>;
}

const ALL_DEPOSITS = 1_000_000n * ONE;

/**
 * Two years of a vault. In the middle a loan sinks and its loss reaches every layer, some of it comes back, and all
 * holders move once afterwards: so every counter, total, bucket and balance that an action meets has a value already.
 */
export async function buildWorld(
  connection: NetworkConnection,
  priceSource: PriceSource = fixedPrices,
  lenders = 5,
): Promise<World> {
  const { ethers, networkHelpers } = connection;
  const world: World = {
    ...(await deploySystem(ethers, priceSource)),
    connection,
    ...(await nameActors(connection)),
    crowd: Array.from({ length: lenders - 1 }, (_, i) => ethers.dataSlice(ethers.id(`lender ${i}`), 0, 20)),
    pass: async (seconds) => {
      await networkHelpers.time.increase(seconds);
    },
  };
  await equip(world);
  await enter(world, ALL_DEPOSITS / BigInt(lenders), 50_000n * ONE);
  await lendOut(world);
  await world.pass(YEAR);
  await firstLoss(world);
  await enter(world, 1_000n * ONE, 1_000n * ONE);
  await world.pass(YEAR);
  await world.prices.set(USUAL_PRICE);
  return world;
}

/** A moment of the chain's clock, seconds from its latest block. */
export async function inSeconds({ connection }: World, seconds: bigint): Promise<bigint> {
  return BigInt(await connection.networkHelpers.time.latest()) + seconds;
}

async function nameActors({ ethers }: NetworkConnection): Promise<Pick<World, "actors" | "smallBorrowers">> {
  const signers = await ethers.getSigners();
  const actors = Object.fromEntries(ACTORS.map((name, i) => [name, signers[i]])) as Actors;
  return { actors, smallBorrowers: signers.slice(ACTORS.length) };
}

/** Everybody has more than enough of every token and has approved everything once and for all. */
async function equip({ actors, dollar, ether, backstop, vault, fund, engine, ...auctions }: World): Promise<void> {
  for (const actor of Object.values(actors)) {
    await dollar.mint(actor, 10_000_000n * ONE);
    await ether.mint(actor, 10_000n * ONE);
    await backstop.transfer(actor, 1_000n * ONE);
    for (const spender of [vault, fund, engine, auctions.debtAuction]) {
      await dollar.connect(actor).approve(spender, MAX);
    }
    await ether.connect(actor).approve(vault, MAX);
    await backstop.connect(actor).approve(auctions.buybackAuction, MAX);
  }
}

/** Every lender and every staker brings this much, dollars. */
async function enter({ actors, crowd, vault, fund }: World, deposit: bigint, stake: bigint): Promise<void> {
  for (const receiver of [actors.lender.address, ...crowd]) {
    await vault.connect(actors.lender).deposit(deposit, receiver);
  }
  for (const staker of [actors.staker, actors.payer]) await fund.connect(staker).deposit(stake, staker);
}

/** Some 60 % is lent out; three borrowers are near their limit. */
async function lendOut({ actors, vault, ether }: World): Promise<void> {
  const { whale, borrower, victim, scapegoat, early } = actors;
  for (const [account, collateral, debt] of [
    [whale, 400n, 450_000n],
    [borrower, 100n, 100_000n],
    [victim, 10n, 14_500n],
    [scapegoat, 10n, 14_500n],
    [early, 10n, 14_500n],
  ] as const) {
    await vault.connect(account).supplyCollateral(ether, collateral * ONE, account);
    await vault.connect(account).borrow(ether, debt * ONE, account, account);
  }
}

/** A loss that all layers pay a part of; tokens are sold for it, and some money comes back. */
async function firstLoss(world: World): Promise<void> {
  const { actors, prices, vault, engine, debtAuction } = world;
  await sink(world, actors.early, 10_000n * ONE);
  await closeWhole(world, actors.early);
  await prices.set(USUAL_PRICE);
  const deadline = await inSeconds(world, HOUR);
  await debtAuction.connect(actors.buyer).buy(vault, 1n, 50n * ONE, SALE.startPrice, actors.buyer, deadline);
  await engine.connect(actors.payer).recover(vault, 1n, 500n * ONE);
  await world.pass(10n * DAY);
  await debtAuction.connect(actors.operator).settle(vault, 1n);
}
