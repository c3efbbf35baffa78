import type { Compared } from "../compare.ts";

/** One operation as `reports/bench.json` has it. Gas of whole transactions; null where a peer has no such operation. */
export interface OperationJson {
  operation: string;
  gas: number;
  /** Where nobody has prepared the slots of losses; null where that makes no difference. */
  unprepared: number | null;
  peers: { morphoBlue: number | null; aaveV3: number | null };
  fixedPeers: Record<string, number>;
  goal: number | null;
}

export function operationsJson(compared: readonly Compared[]): OperationJson[] {
  return compared.map(({ row, plimsoll, unprepared, morphoBlue, aaveV3 }) => ({
    operation: row.operation,
    gas: plimsoll.gas,
    unprepared: unprepared?.gas ?? null,
    peers: { morphoBlue: morphoBlue?.gas ?? null, aaveV3: aaveV3?.gas ?? null },
    fixedPeers: row.fixedPeers,
    goal: row.goal ?? null,
  }));
}
