/**
 * The risk steward's table: how far each parameter may move in one change, and how long it rests in between. From here
 * come the deployment, docs/roles.md and the check on chain. What is not in it, the steward cannot change.
 */
import { encodeBytes32String } from "ethers";

/** One parameter; `parameter` is the name of its field in the vault's struct. */
export interface StewardStep {
  readonly parameter: string;
  /** The field's own unit; bps of the present value where `isRelative`. */
  readonly maxStep: bigint;
  readonly isRelative: boolean;
  /** Seconds. */
  readonly minInterval: number;
  /** The step for people. */
  readonly inWords: string;
}

const DAY = 86_400;

/** Rates are WAD per second: one percent a year is 10^16 / 31,536,000. */
export const STEWARD_TABLE: readonly StewardStep[] = [
  { parameter: "ltvBps", maxStep: 50n, isRelative: false, minInterval: 3 * DAY, inWords: "0.5 points" },
  { parameter: "lltvBps", maxStep: 50n, isRelative: false, minInterval: 3 * DAY, inWords: "0.5 points" },
  {
    parameter: "liquidationIncentiveBps",
    maxStep: 50n,
    isRelative: false,
    minInterval: 3 * DAY,
    inWords: "0.5 points",
  },
  { parameter: "principalCap", maxStep: 5_000n, isRelative: true, minInterval: DAY, inWords: "half of what it is" },
  { parameter: "debtCap", maxStep: 5_000n, isRelative: true, minInterval: DAY, inWords: "half of what it is" },
  { parameter: "baseRateWad", maxStep: 158_548_959n, isRelative: false, minInterval: DAY, inWords: "0.5 % a year" },
  { parameter: "slopeBelowKinkWad", maxStep: 317_097_919n, isRelative: false, minInterval: DAY, inWords: "1 % a year" },
  {
    parameter: "slopeAboveKinkWad",
    maxStep: 6_341_958_396n,
    isRelative: false,
    minInterval: DAY,
    inWords: "20 % a year",
  },
  { parameter: "kinkBps", maxStep: 300n, isRelative: false, minInterval: 3 * DAY, inWords: "3 points" },
  { parameter: "reserveFactorBps", maxStep: 200n, isRelative: false, minInterval: 3 * DAY, inWords: "2 points" },
  { parameter: "liquidationFeeBps", maxStep: 500n, isRelative: false, minInterval: 3 * DAY, inWords: "5 points" },
];

/** The table as the contract takes it. */
export function stepRows(): {
  parameter: string;
  limit: { maxStep: bigint; isRelative: boolean; minInterval: number };
}[] {
  return STEWARD_TABLE.map(({ parameter, maxStep, isRelative, minInterval }) => ({
    parameter: encodeBytes32String(parameter),
    limit: { maxStep, isRelative, minInterval },
  }));
}
