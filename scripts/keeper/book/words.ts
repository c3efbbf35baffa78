/**
 * Lists of rows as the lenses answer with them, read by hand: every field is a word, so a thousand rows take a few
 * milliseconds where a general decoder takes most of a second. Tests compare the two.
 */

/** Characters of a word. */
export const WORD = 64;
/** Words before the first row: where the list begins, and how long it is. */
const HEAD_WORDS = 2;
const NO_SELECTOR = "0".repeat(8);

/** The words of one row, by their place in it. */
export interface Words {
  readonly word: (field: number) => string;
  readonly figure: (field: number) => bigint;
  readonly signed: (field: number) => bigint;
  /** The first four bytes of a word; empty if they are zero. */
  readonly selector: (field: number) => string;
}

/** The answer of a node is not what the lens gives. */
export class BadAnswer extends Error {
  override readonly name = "BadAnswer";

  constructor(expected: number, length: number) {
    super(`the lens was asked for ${expected} rows and gave ${length} bytes`);
  }
}

/**
 * Reads an answer row by row.
 * @param width words in a row
 * @param count rows that were asked for; undefined for as many as there are
 * @throws BadAnswer if the answer is not that long
 */
export function rowsIn<T>(data: string, width: number, count: number | undefined, read: (words: Words) => T): T[] {
  const length = count ?? (data.length - 2 - HEAD_WORDS * WORD) / (width * WORD);
  if (!Number.isInteger(length) || data.length !== 2 + (HEAD_WORDS + length * width) * WORD) {
    throw new BadAnswer(count ?? 0, (data.length - 2) / 2);
  }
  return Array.from({ length }, (_, index) => {
    const start = 2 + (HEAD_WORDS + index * width) * WORD;
    const word = (field: number) => data.slice(start + field * WORD, start + (field + 1) * WORD);
    const figure = (field: number) => BigInt(`0x${word(field)}`);
    const signed = (field: number) => BigInt.asIntN(256, figure(field));
    const selector = (field: number) => {
      const bytes = word(field).slice(0, NO_SELECTOR.length);
      return bytes === NO_SELECTOR ? "" : `0x${bytes}`;
    };
    return read({ word, figure, signed, selector });
  });
}
