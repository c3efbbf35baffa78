/**
 * Rows of the lens, read by hand: every field is a word, so a thousand positions take a few milliseconds where a general
 * decoder takes most of a second. A test compares the two.
 */

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

const WORD = 64;
const ROW_WORDS = 13;
const NO_ADDRESS = "0".repeat(40);
const NO_SELECTOR = "0".repeat(8);
/** Words before the first row: where the list begins, and how long it is. */
const HEAD_WORDS = 2;

/** The answer of a node is not what the lens gives. */
export class BadAnswer extends Error {
  override readonly name = "BadAnswer";

  constructor(expected: number, length: number) {
    super(`the lens was asked for ${expected} rows and gave ${length} bytes`);
  }
}

/** Rows of `KeeperLens.positions`. */
export function decodeRows(data: string, count: number): Row[] {
  const words = HEAD_WORDS + count * ROW_WORDS;
  if (data.length !== 2 + words * WORD) throw new BadAnswer(count, (data.length - 2) / 2);
  const rows: Row[] = [];
  for (let index = 0; index < count; index++) {
    const start = 2 + (HEAD_WORDS + index * ROW_WORDS) * WORD;
    const word = (field: number) => data.slice(start + field * WORD, start + (field + 1) * WORD);
    const figure = (field: number) => BigInt(`0x${word(field)}`);
    const blockedBy = word(11).slice(24);
    const failure = word(12).slice(0, 8);
    rows.push({
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
      failure: failure === NO_SELECTOR ? "" : `0x${failure}`,
    });
  }
  return rows;
}

/** Words of a call: the list of keys as `KeeperLens.positions` and `explain` take it, after selector and vault. */
export function encodeKeys(selector: string, vault: string, keys: readonly PositionKey[]): string {
  const word = (value: string) => value.slice(2).toLowerCase().padStart(WORD, "0");
  const length = keys.length.toString(16).padStart(WORD, "0");
  const list = keys.map(({ borrower, collateral }) => word(borrower) + word(collateral)).join("");
  return `${selector}${word(vault)}${word("0x40")}${length}${list}`;
}
