/** A figure with commas; nothing where there is none. */
export function exact(gas: number | undefined): string {
  return gas === undefined ? "" : gas.toLocaleString("en-US");
}

/** A figure in thousands with one decimal: 78.2k. */
export function thousands(gas: number | undefined): string {
  return gas === undefined ? "–" : `${(gas / 1_000).toFixed(1)}k`;
}

/** How much one figure is of another: 0.92. */
export function ratio(gas: number, other: number | undefined): string {
  return other === undefined ? "–" : (gas / other).toFixed(2);
}
