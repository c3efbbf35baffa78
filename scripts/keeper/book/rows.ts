/** Rows of `KeeperLens`, read by hand, and the keys that are asked for, written by hand. */
import { rowsIn, WORD } from "./words.ts";

/** One position as the lens shows it; see IKeeperLens.Row. */
export interface Row {
  readonly collateralAssets: bigint;
  readonly debtAssets: bigint;
  readonly defaultedAssets: bigint;
  readonly valueAssets: bigint;
  readonly highAssets: bigint;
  readonly healthWad: bigint;
  readonly shortfallAssets: bigint;
  readonly provisionedAssets: bigint;
  readonly impairedAt: number;
  readonly oldestRoundAt: bigint;
  readonly writeOffId: number;
  /** Empty if nothing blocks a loss. */
  readonly lossBlockedBy: string;
  /** First four bytes of the price source's error; empty if it answers. */
  readonly failure: string;
}

/** Key of a position within a vault. */
export interface PositionKey {
  readonly borrower: string;
  readonly collateral: string;
}

const ROW_WORDS = 13;
const NO_ADDRESS = "0".repeat(40);

/** Rows of `KeeperLens.positions`. */
export function decodeRows(data: string, count: number): Row[] {
  return rowsIn(data, ROW_WORDS, count, ({ word, figure, selector }) => {
    const blockedBy = word(11).slice(24);
    return {
      collateralAssets: figure(0),
      debtAssets: figure(1),
      defaultedAssets: figure(2),
      valueAssets: figure(3),
      highAssets: figure(4),
      healthWad: figure(5),
      shortfallAssets: figure(6),
      provisionedAssets: figure(7),
      impairedAt: Number(figure(8)),
      oldestRoundAt: figure(9),
      writeOffId: Number(figure(10)),
      lossBlockedBy: blockedBy === NO_ADDRESS ? "" : `0x${blockedBy}`,
      failure: selector(12),
    };
  });
}

/** Words of a call: the list of keys as `KeeperLens.positions` and `explain` take it, after selector and vault. */
export function encodeKeys(selector: string, vault: string, keys: readonly PositionKey[]): string {
  const word = (value: string) => value.slice(2).toLowerCase().padStart(WORD, "0");
  const length = keys.length.toString(16).padStart(WORD, "0");
  const list = keys.map(({ borrower, collateral }) => word(borrower) + word(collateral)).join("");
  return `${selector}${word(vault)}${word("0x40")}${length}${list}`;
}
