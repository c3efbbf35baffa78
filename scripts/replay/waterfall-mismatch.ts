/** How the audit says that contracts and computation disagree. */
import { type Layers } from "../lib/waterfall.ts";

/** The contracts and the independent computation disagree. */
export class WaterfallMismatch extends Error {
  override readonly name = "WaterfallMismatch";
}

/** Asset units by which debts and repayments may be rounded. */
export const ROUNDING = 2n;

/** Ends the replay if two figures differ by more than rounding. */
export function near(what: string, actual: bigint, expected: bigint): void {
  const distance = actual > expected ? actual - expected : expected - actual;
  if (distance > ROUNDING) throw new WaterfallMismatch(`${what} is ${actual}, computed ${expected}`);
}

/** Whether two splits are the same to the unit. */
export function sameLayers(left: Layers, right: Layers): boolean {
  return (
    left.reserves === right.reserves &&
    left.insurance === right.insurance &&
    left.dilutionCash === right.dilutionCash &&
    left.socialized === right.socialized
  );
}

/** The layers' figures as a line. */
export function layersText({ reserves, insurance, dilutionCash, socialized }: Layers): string {
  return [reserves, insurance, dilutionCash, socialized].join(" + ");
}
