/** "did you mean": the known word that is nearest to a mistyped one. */

const NEAR = 0.45;

/** Edits (insert, delete, replace, swap neighbors) that turn one word into the other. */
export function editDistance(left: string, right: string): number {
  const rows = Array.from({ length: left.length + 1 }, (_row, i) => [i]);
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let j = 1; j <= right.length; j++) rows[0]?.push(j);
  for (let i = 1; i <= left.length; i++) {
    for (let j = 1; j <= right.length; j++) {
      const replaced = at(i - 1, j - 1) + (left[i - 1] === right[j - 1] ? 0 : 1);
      const swapped =
        left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1] ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      rows[i]?.push(Math.min(replaced, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(left.length, right.length);
}

/** The nearest of `known`, if one is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: { text: string; distance: number } | undefined;
  for (const text of known) {
    const distance = editDistance(word.toLowerCase(), text.toLowerCase());
    if (best === undefined || distance < best.distance) best = { text, distance };
  }
  return best !== undefined && best.distance <= NEAR * Math.max(word.length, best.text.length) ? best.text : undefined;
}

/** End of an error message: the nearest known word, or all of them. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? `there are: ${known.join(", ")}` : `did you mean ${near}?`;
}

/** The one of `known` that is `word` but for its case. */
export function sameWord(word: string, known: readonly string[]): string | undefined {
  return known.find((text) => text.toLowerCase() === word.toLowerCase());
}
