import { newChain } from "./network.ts";
import { measure, type Operation as OperationIn, type World as AnyWorld } from "./measure.ts";
import type { AaveWorld } from "./peers/aaveV3.ts";
import { aaveOperations } from "./peers/aaveOperations.ts";
import type { MorphoWorld } from "./peers/morphoBlue.ts";
import { morphoOperations } from "./peers/morphoOperations.ts";
import { batch } from "./plimsoll/operations/batches.ts";
import { claimAfter, lossAfter, transferAfter } from "./plimsoll/operations/epochs.ts";
import { fullySocialized } from "./plimsoll/operations/liquidations.ts";
import { operationNamed } from "./plimsoll/operations/index.ts";
import { withPreparedSlots } from "./plimsoll/operations/prepared.ts";
import { throughTranches } from "./plimsoll/operations/stacks.ts";
import { fixedPrices } from "./plimsoll/prices.ts";
import { buildWorld, type World } from "./plimsoll/world.ts";
import type { Worlds } from "./compare.ts";

const LENDERS = [1, 100, 1_000];
const POSITIONS = [1, 5, 20, 100];
const TRANCHES = [1, 2, 3, 4];
const EPOCHS = [1, 10, 50];

/** Gas of whole transactions, as the number of something grows. */
export interface Growth {
  lenders: { lenders: number; deposit: number; socializedLoss: number }[];
  batch: { positions: number; plimsoll: number; morphoBlue: number; aaveV3: number }[];
  tranches: { tranches: number; gas: number }[];
  /** After so many losses that one lender has sat through. */
  lossEpochs: { epochs: number; nextLoss: number; nextTransfer: number; claimOfAll: number }[];
}

export async function measureGrowth(worlds: Worlds, progress: (note: string) => void): Promise<Growth> {
  const { plimsoll, morphoBlue, aaveV3 } = worlds;
  const growth: Growth = { lenders: [], batch: [], tranches: [], lossEpochs: [] };
  for (const lenders of LENDERS) {
    progress(`${lenders} lenders`);
    const world = await buildWorld(await newChain(), fixedPrices, lenders);
    growth.lenders.push({
      lenders,
      deposit: await gasOf(world, operationNamed("deposit")),
      socializedLoss: await gasOf(world, operationNamed(fullySocialized.operation)),
    });
  }
  for (const positions of POSITIONS) {
    progress(`${positions} positions`);
    growth.batch.push({
      positions,
      plimsoll: await gasOf(plimsoll, withPreparedSlots(batch(positions), positions)),
      morphoBlue: await gasOf<MorphoWorld>(morphoBlue, morphoOperations.batch(positions)),
      aaveV3: await gasOf<AaveWorld>(aaveV3, aaveOperations.batch(positions)),
    });
  }
  for (const tranches of TRANCHES) {
    progress(`${tranches} tranches`);
    growth.tranches.push({ tranches, gas: await gasOf<World>(plimsoll, withPreparedSlots(throughTranches(tranches))) });
  }
  for (const epochs of EPOCHS) {
    progress(`${epochs} loss epochs`);
    growth.lossEpochs.push({
      epochs,
      nextLoss: await gasOf(plimsoll, withPreparedSlots(lossAfter(epochs))),
      nextTransfer: await gasOf(plimsoll, transferAfter(epochs)),
      claimOfAll: await gasOf(plimsoll, claimAfter(epochs)),
    });
  }
  return growth;
}

async function gasOf<W extends AnyWorld>(world: W, operation: OperationIn<W>): Promise<number> {
  return (await measure(world, operation)).gas;
}
