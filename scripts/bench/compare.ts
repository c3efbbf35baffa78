import { type Breakdown, combine } from "./breakdown.ts";
import type { Figure, Row } from "./contest.ts";
import { explain, type World } from "./measure.ts";
import type { AaveWorld } from "./peers/aaveV3.ts";
import type { MorphoWorld } from "./peers/morphoBlue.ts";
import type { World as PlimsollWorld } from "./plimsoll/world.ts";

/** Gas of one figure, and where it went. */
export interface Evaluated {
  gas: number;
  breakdown: Breakdown;
}

/** One row with everybody's figures; null where a peer has nothing that does the same. */
export interface Compared {
  row: Row;
  plimsoll: Evaluated;
  /** Ours where nobody has prepared slots; null where that makes no difference. */
  unprepared: Evaluated | null;
  morphoBlue: Evaluated | null;
  aaveV3: Evaluated | null;
}

export interface Worlds {
  plimsoll: PlimsollWorld;
  morphoBlue: MorphoWorld;
  aaveV3: AaveWorld;
}

export async function compare(worlds: Worlds, row: Row): Promise<Compared> {
  return {
    row,
    plimsoll: await evaluate(worlds.plimsoll, row.plimsoll),
    unprepared: row.unprepared === undefined ? null : await evaluate(worlds.plimsoll, row.unprepared),
    morphoBlue: row.morphoBlue === undefined ? null : await evaluate(worlds.morphoBlue, row.morphoBlue),
    aaveV3: row.aaveV3 === undefined ? null : await evaluate(worlds.aaveV3, row.aaveV3),
  };
}

async function evaluate<W extends World>(world: W, { plus, minus = [], sharedBy = 1 }: Figure<W>): Promise<Evaluated> {
  const parts: { times: number; breakdown: Breakdown }[] = [];
  let gas = 0;
  for (const [times, operations] of [
    [1, plus],
    [-1, minus],
  ] as const) {
    for (const operation of operations) {
      const explained = await explain(world, operation);
      gas += times * explained.gas;
      parts.push({ times, breakdown: explained.breakdown });
    }
  }
  return { gas: Math.round(gas / sharedBy), breakdown: combine(parts, sharedBy) };
}

export function meetsGoal({ row, plimsoll }: Compared): boolean {
  return row.goal !== undefined && plimsoll.gas <= row.goal;
}

/** The cheapest of all peers, measured or fixed; undefined where nobody does it. */
export function bestPeer({ row, morphoBlue, aaveV3 }: Compared): { name: string; gas: number } | undefined {
  const peers = Object.entries({ morphoBlue: morphoBlue?.gas, aaveV3: aaveV3?.gas, ...row.fixedPeers });
  return peers
    .flatMap(([name, gas]) => (gas === undefined ? [] : [{ name, gas }]))
    .sort((left, right) => left.gas - right.gas)[0];
}
