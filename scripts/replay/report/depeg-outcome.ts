/** What became of the loans in a depeg, counted once for the table, the JSON and the report. */
import { sum, WAD } from "../../lib/units.ts";
import { type DepegRun, type Worst } from "../depeg.ts";

/** Loans by the worst state they were in. Debt in asset units, as at the end. */
export interface LoanGroup {
  readonly worst: Worst;
  readonly loans: number;
  readonly debt: bigint;
  /** Liquidated at least in part, without a loss. */
  readonly liquidated: number;
  /** Neither liquidated nor written off. */
  readonly leftAlone: number;
  /** Of those left alone: not liquidatable any more at the last round. */
  readonly healthyAgain: number;
}

export function loanGroups({
  worst,
  liquidators,
  positions,
}: Pick<DepegRun, "worst" | "liquidators" | "positions">): LoanGroup[] {
  const atTheEnd = positions.judge();
  const debtOf = new Map(atTheEnd.map(({ position, debt }) => [position, debt]));
  const healthy = new Set(atTheEnd.filter(({ healthWad }) => healthWad >= WAD).map(({ position }) => position));
  return (["healthy", "liquidatable", "insolvent"] as const).map((state) => {
    const loans = [...worst].filter(([, is]) => is === state).map(([position]) => position);
    const leftAlone = loans.filter(({ account }) => !liquidators.touched.has(account));
    return {
      worst: state,
      loans: loans.length,
      debt: sum(loans, (position) => debtOf.get(position) ?? 0n),
      liquidated: loans.length - leftAlone.length,
      leftAlone: leftAlone.length,
      healthyAgain: leftAlone.filter((position) => healthy.has(position)).length,
    };
  });
}

/** The loans that looked bad or lost at the worst moment, were left alone, and are healthy again. */
export function rightlyLeftAlone(groups: readonly LoanGroup[]): number {
  return groups.filter(({ worst }) => worst !== "healthy").reduce((total, { healthyAgain }) => total + healthyAgain, 0);
}
