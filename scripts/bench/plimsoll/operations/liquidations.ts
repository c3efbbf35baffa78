import { expectThat } from "../../checks.ts";
import { both, leaves, reaches } from "../checks.ts";
import { closeWhole, debtOf, drainReserves, dropTranches, emptyFund, setCoverage, sink } from "../losses.ts";
import type { Operation, Send } from "../operation.ts";
import { ONE, RISK } from "../terms.ts";
import type { World } from "../world.ts";

/** Bad debts, dollars. Reserves hold some 1,800, the fund may be drawn on for 4,000. */
const BELOW_RESERVES = 1_000n * ONE;
const BELOW_FUND = 5_000n * ONE;
const ABOVE_ALL = 10_000n * ONE;

/** The victim's position, sunk by this bad debt, is about to be closed. */
export async function closeSunk(world: World, badDebt: bigint): Promise<Send> {
  await sink(world, world.actors.victim, badDebt);
  // Bounds are those of the moment before: a debt grows by less than that in ten minutes.
  const { vault, ether, actors } = world;
  const debt = await debtOf(world, actors.victim);
  return () => vault.connect(actors.liquidator).liquidate(actors.victim, ether, debt, 9n * ONE, debt, "0x");
}

/** Neither reserves nor tranches are left: the lenders alone stand for a loss. */
async function leaveLendersAlone(world: World): Promise<void> {
  await drainReserves(world);
  await dropTranches(world);
}

export const fullySocialized: Operation = {
  operation: "insolvent: socialized, no reserves, no tranches",
  prepare: async (world) => {
    await leaveLendersAlone(world);
    return closeSunk(world, ABOVE_ALL);
  },
  check: both(reaches("socialized"), leaves("nothing")),
};

export const solventPart: Operation = {
  operation: "solvent: a part",
  prepare: async (world) => {
    const { vault, ether, actors } = world;
    await setCoverage(world, actors.victim, 12_000n);
    const part = (await debtOf(world, actors.victim)) / 4n;
    return () => vault.connect(actors.liquidator).liquidate(actors.victim, ether, part, ONE, part, "0x");
  },
  check: both(reaches(), leaves("a part")),
};

/** Every way in which a position ends. Names say who pays for what its collateral does not cover. */
export const liquidationOperations: readonly Operation[] = [
  solventPart,
  {
    operation: "solvent: all",
    prepare: async (world) => {
      await setCoverage(world, world.actors.victim, 10_300n);
      return () => closeWhole(world, world.actors.victim);
    },
    check: both(reaches(), leaves("nothing")),
  },
  {
    operation: "insolvent: reserves",
    prepare: (world) => closeSunk(world, BELOW_RESERVES),
    check: both(reaches("reserves"), leaves("nothing")),
  },
  {
    operation: "insolvent: reserves, insurance fund",
    prepare: (world) => closeSunk(world, BELOW_FUND),
    check: both(reaches("reserves", "insurance"), leaves("nothing")),
  },
  fullySocialized,
  {
    operation: "insolvent: reserves, then socialized, no tranches",
    prepare: async (world) => {
      await dropTranches(world);
      return closeSunk(world, ABOVE_ALL);
    },
    check: both(reaches("reserves", "socialized"), leaves("nothing")),
  },
  {
    operation: "insolvent: fund empty, lot opened, socialized",
    prepare: async (world) => {
      await drainReserves(world);
      await emptyFund(world);
      return closeSunk(world, ABOVE_ALL);
    },
    check: both(reaches("lot", "socialized"), leaves("nothing")),
  },
  {
    operation: "insolvent: reserves, fund, lot opened, socialized",
    prepare: (world) => closeSunk(world, ABOVE_ALL),
    check: both(reaches("reserves", "insurance", "lot", "socialized"), leaves("nothing")),
  },
  {
    operation: "insolvent: a half, socialized",
    prepare: async (world) => {
      await leaveLendersAlone(world);
      await sink(world, world.actors.victim, ABOVE_ALL);
      const { vault, ether, actors } = world;
      const half = ((await debtOf(world, actors.victim)) - ABOVE_ALL) / 2n;
      return () => vault.connect(actors.liquidator).liquidate(actors.victim, ether, half, ONE, ABOVE_ALL, "0x");
    },
    check: both(reaches("socialized"), leaves("a part")),
  },
  {
    operation: "impair",
    prepare: async (world) => {
      await sink(world, world.actors.victim, ABOVE_ALL);
      const { vault, ether, actors } = world;
      return () => vault.connect(actors.operator).impair(actors.victim, ether);
    },
    check: async ({ vault, ether, actors }) => {
      expectThat((await vault.positionOf(actors.victim, ether)).impairedAt !== 0n, "an impairment");
    },
  },
  {
    operation: "writeOff without cash, socialized",
    prepare: async (world) => {
      await leaveLendersAlone(world);
      await sink(world, world.actors.victim, ABOVE_ALL);
      const { vault, ether, actors } = world;
      await vault.connect(actors.operator).impair(actors.victim, ether);
      await world.pass(RISK.confirmationDelay);
      await sink(world, actors.victim, ABOVE_ALL);
      const debt = await debtOf(world, actors.victim);
      return () => vault.connect(actors.operator).writeOff(actors.victim, ether, debt);
    },
    check: both(reaches("socialized"), leaves("a part")),
  },
];
