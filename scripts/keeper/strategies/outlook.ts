/** What the lens says may be done with positions, and why not. */
import { LENS } from "../abi.ts";
import { encodeKeys, type PositionKey } from "../book/rows.ts";

export interface Plan {
  readonly repaidAssets: bigint;
  readonly feeAssets: bigint;
  readonly seizedAssets: bigint;
  readonly badDebtAssets: bigint;
  readonly rewardAssets: bigint;
  /** Encoded error it would meet; "0x" if none. */
  readonly failure: string;
}

/** One position; see IKeeperLens.Outlook. */
export interface Outlook extends PositionKey {
  readonly liquidation: Plan;
  readonly writeOff: Plan;
  /** Encoded error that a write-off would meet now; "0x" if none. */
  readonly writeOffFailure: string;
  readonly earliestWriteOff: number;
  readonly latestWriteOff: number;
}

const SELECTOR = LENS.getFunction("explain")?.selector ?? "";

export async function readOutlooks(
  call: (data: string) => Promise<string>,
  vault: string,
  keys: readonly PositionKey[],
): Promise<Outlook[]> {
  if (keys.length === 0) return [];
  const result = await call(encodeKeys(SELECTOR, vault, keys));
  const [rows] = LENS.decodeFunctionResult("explain", result) as unknown as [
    {
      liquidation: Plan;
      writeOff: Plan;
      writeOffFailure: string;
      earliestWriteOff: bigint;
      latestWriteOff: bigint;
    }[],
  ];
  return keys.flatMap((key, index) => {
    const row = rows[index];
    if (row === undefined) return [];
    return {
      ...{ borrower: key.borrower, collateral: key.collateral },
      ...{ liquidation: row.liquidation, writeOff: row.writeOff, writeOffFailure: row.writeOffFailure },
      ...{ earliestWriteOff: Number(row.earliestWriteOff), latestWriteOff: Number(row.latestWriteOff) },
    };
  });
}
