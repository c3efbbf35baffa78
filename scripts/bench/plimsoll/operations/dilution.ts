import { expectChange, expectThat, netChange } from "../../checks.ts";
import { closeWhole, drainReserves, sink } from "../losses.ts";
import { both, leaves, reaches } from "../checks.ts";
import type { Operation, Send } from "../operation.ts";
import { BUYBACK, DAY, HOUR, MAX, ONE, SALE } from "../terms.ts";
import { inSeconds, type World } from "../world.ts";
import { closeSunk, fullySocialized } from "./liquidations.ts";

/** A loss that every layer has its part in: a lot is open for what the lenders were charged. Returns its number. */
export async function coverByAll(world: World): Promise<bigint> {
  await sink(world, world.actors.victim, 10_000n * ONE);
  await closeWhole(world, world.actors.victim);
  return world.engine.writeOffCount(world.vault);
}

async function buy(world: World, id: bigint, tokens: bigint): Promise<Send> {
  const { vault, debtAuction, actors } = world;
  const deadline = await inSeconds(world, HOUR);
  return () => debtAuction.connect(actors.buyer).buy(vault, id, tokens, SALE.startPrice, actors.buyer, deadline);
}

/** Tokens of a lot were sold and then enough came back that some of it buys tokens back. */
async function openBuyback(world: World): Promise<bigint> {
  const { vault, engine, actors } = world;
  const id = await coverByAll(world);
  await (
    await buy(world, id, 50n * ONE)
  )();
  const toLenders = await engine.lendersOutstanding(vault, id);
  await engine.connect(actors.payer).recover(vault, id, toLenders + 700n * ONE);
  return id;
}

function sell({ vault, buybackAuction, actors }: World, id: bigint): Send {
  return () => buybackAuction.connect(actors.buyer).sell(vault, id, 0n, 10n * ONE, 100n * ONE, actors.buyer);
}

/** The sale of minted tokens, and the way back. */
export const dilutionOperations: readonly Operation[] = [
  {
    operation: "Dilution.buy: first of a lot",
    prepare: async (world) => buy(world, await coverByAll(world), 20n * ONE),
    check: ({ backstop, actors }, receipt) => expectChange(receipt, backstop, actors.buyer, 20n * ONE),
  },
  {
    operation: "Dilution.buy: later",
    prepare: async (world) => {
      const id = await coverByAll(world);
      await (
        await buy(world, id, 20n * ONE)
      )();
      return buy(world, id, 20n * ONE);
    },
    check: ({ backstop, actors }, receipt) => expectChange(receipt, backstop, actors.buyer, 20n * ONE),
  },
  {
    operation: "Dilution.settle: expired, partly sold",
    prepare: async (world) => {
      const id = await coverByAll(world);
      await (
        await buy(world, id, 20n * ONE)
      )();
      await world.pass(SALE.saleSeconds);
      return () => world.debtAuction.connect(world.actors.operator).settle(world.vault, id);
    },
    check: async ({ vault, engine, debtAuction }) => {
      const remaining = await debtAuction.remainingTokens(vault, await engine.writeOffCount(vault));
      expectThat(remaining === 0n, "no tokens that are left for sale");
    },
  },
  {
    operation: "BuybackAuction.sell: first of a write-off",
    prepare: async (world) => sell(world, await openBuyback(world)),
    check: ({ backstop, actors }, receipt) => expectChange(receipt, backstop, actors.buyer, -10n * ONE),
  },
  {
    operation: "BuybackAuction.sell: later",
    prepare: async (world) => {
      const id = await openBuyback(world);
      await sell(world, id)();
      return sell(world, id);
    },
    check: ({ backstop, actors }, receipt) => expectChange(receipt, backstop, actors.buyer, -10n * ONE),
  },
  {
    operation: "BuybackAuction.settle: ended, partly spent",
    prepare: async (world) => {
      const id = await openBuyback(world);
      await sell(world, id)();
      await world.pass(BUYBACK.offerSeconds);
      return () => world.buybackAuction.connect(world.actors.operator).settle(world.vault, id, 0n);
    },
    check: async ({ dollar, buybackAuction }, receipt) => {
      expectThat((await netChange(receipt, dollar, buybackAuction)) < 0n, "what was not spent goes on");
    },
  },
];

/** Nothing but dilution stands between an empty reserve and the lenders. */
async function dilutionAlone(world: World): Promise<void> {
  await drainReserves(world);
  await world.engine.setStack(world.vault, world.stack.slice(-1));
}

/** Standing bids for the whole loss, at the two best of sixteen prices from 35 down to the floor. */
async function bid(world: World): Promise<void> {
  const { connection, vault, dilution, dollar, actors } = world;
  const prices = Array.from({ length: 16 }, (_, i) => (35n - BigInt(i)) * ONE);
  const book = await connection.ethers.deployContract("UnderwriterBook", [vault, dilution, prices, 7n * DAY, DAY]);
  await dilution.setUnderwriters(vault, book);
  await dollar.connect(actors.payer).approve(book, MAX);
  for (const level of [0n, 1n]) await book.connect(actors.payer).commit(level, 7_000n * ONE, actors.payer);
}

/** Tokens for a loss are sold within the write-off itself, to those who have bid before. */
export const bidsFilled: Operation = {
  operation: "insolvent: bids of two prices filled, no fund",
  prepare: async (world) => {
    await dilutionAlone(world);
    await bid(world);
    return closeSunk(world, 10_000n * ONE);
  },
  check: async ({ vault, engine }) => {
    const { badDebt, dilutionCash } = await engine.ledger(vault, await engine.writeOffCount(vault));
    expectThat(badDebt === dilutionCash, "bids that pay for the loss, to the unit");
  },
};

/** A write-off that opens a lot, and the same one without. */
export const lotOpened: Operation = {
  operation: "insolvent: lot opened, socialized, no fund",
  prepare: async (world) => {
    await dilutionAlone(world);
    return closeSunk(world, 10_000n * ONE);
  },
  check: both(reaches("lot", "socialized"), leaves("nothing")),
};
export const noLot = fullySocialized;

/** One buyer, whose purchase ends the lot. */
export const lotSold: Operation = {
  operation: "Dilution.buy: all that lenders are owed",
  prepare: async (world) => {
    await dilutionAlone(world);
    return buy(world, await coverByAll(world), MAX);
  },
  check: async ({ vault, engine, debtAuction }) => {
    const id = await engine.writeOffCount(vault);
    expectThat((await engine.lendersOutstanding(vault, id)) === 0n, "lenders who are owed nothing");
    expectThat((await debtAuction.remainingTokens(vault, id)) === 0n, "no tokens that are left for sale");
  },
};
