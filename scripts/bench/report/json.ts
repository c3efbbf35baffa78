import type { Compared } from "../compare.ts";

/** One operation as `reports/bench.json` has it. Gas of whole transactions; null where a peer has no such operation. */
export interface OperationJson {
  operation: string;
  gas: number;
  peers: { morphoBlue: number | null; aaveV3: number | null };
  fixedPeers: Record<string, number>;
  goal: number | null;
}

export function operationsJson(compared: readonly Compared[]): OperationJson[] {
  return compared.map(({ row, plimsoll, morphoBlue, aaveV3 }) => ({
    operation: row.operation,
    gas: plimsoll.gas,
    peers: { morphoBlue: morphoBlue?.gas ?? null, aaveV3: aaveV3?.gas ?? null },
    fixedPeers: row.fixedPeers,
    goal: row.goal ?? null,
  }));
}
