import { closeWhole, sink } from "../losses.ts";
import type { Operation, Send } from "../measure.ts";
import { BUYBACK, HOUR, ONE, SALE } from "../terms.ts";
import { inSeconds, type World } from "../world.ts";

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
    operation: "DebtAuction.buy: first of a lot",
    prepare: async (world) => buy(world, await coverByAll(world), 20n * ONE),
  },
  {
    operation: "DebtAuction.buy: later",
    prepare: async (world) => {
      const id = await coverByAll(world);
      await (
        await buy(world, id, 20n * ONE)
      )();
      return buy(world, id, 20n * ONE);
    },
  },
  {
    operation: "DebtAuction.settle: expired, partly sold",
    prepare: async (world) => {
      const id = await coverByAll(world);
      await (
        await buy(world, id, 20n * ONE)
      )();
      await world.pass(SALE.saleSeconds);
      return () => world.debtAuction.connect(world.actors.operator).settle(world.vault, id);
    },
  },
  {
    operation: "BuybackAuction.sell: first of a write-off",
    prepare: async (world) => sell(world, await openBuyback(world)),
  },
  {
    operation: "BuybackAuction.sell: later",
    prepare: async (world) => {
      const id = await openBuyback(world);
      await sell(world, id)();
      return sell(world, id);
    },
  },
  {
    operation: "BuybackAuction.settle: ended, partly spent",
    prepare: async (world) => {
      const id = await openBuyback(world);
      await sell(world, id)();
      await world.pass(BUYBACK.offerSeconds);
      return () => world.buybackAuction.connect(world.actors.operator).settle(world.vault, id, 0n);
    },
  },
];
