/** What a margin replay has come to: figures for machines, and groups of traders for tables. */
import { sum } from "../../lib/units.ts";
import { provisionSummary } from "../crash-summary.ts";
import { type Charged } from "../report/layers.ts";
import { summarize } from "../summary.ts";
import { type MarginCast, marginTokensMinted, type MarginRun } from "./crash.ts";
import { type Trader } from "./traders.ts";

/** Traders of similar leverage. Leverage in hundredths, money in asset units. */
export interface LeverageGroup {
  readonly name: string;
  readonly traders: number;
  readonly notional: bigint;
  readonly margin: bigint;
  readonly cutInPart: number;
  readonly closed: number;
  readonly writtenOff: number;
  readonly badDebt: bigint;
}

const GROUPS = [
  { name: "below 10x", from: 0n },
  { name: "10x to 20x", from: 1_000n },
  { name: "20x to 35x", from: 2_000n },
  { name: "35x to 50x", from: 3_500n },
] as const;

export function leverageGroups({ traders, audit }: Pick<MarginCast, "traders" | "audit">): LeverageGroup[] {
  const groupOf = ({ leverage }: Trader): string => GROUPS.findLast(({ from }) => leverage >= from)?.name ?? "";
  return GROUPS.map(({ name }) => {
    const members = traders.all.filter((trader) => groupOf(trader) === name);
    const closings = members
      .map(({ account }) => audit.closings.get(account))
      .filter((closing) => closing !== undefined);
    return {
      name,
      traders: members.length,
      notional: sum(members, ({ notional }) => notional),
      margin: sum(members, ({ firstMargin }) => firstMargin),
      cutInPart: closings.filter(({ partial }) => partial > 0).length,
      closed: closings.filter(({ complete }) => complete > 0).length,
      writtenOff: closings.filter(({ badDebt }) => badDebt > 0n).length,
      badDebt: sum(closings, ({ badDebt }) => badDebt),
    };
  });
}

/** How many of each kind have been charged. */
export function marginCharged({ stakers, providers, underwriters }: MarginCast): Charged {
  const bearing = (holders: readonly { charged: bigint }[]): number =>
    holders.filter(({ charged }) => charged > 0n).length;
  const filled = underwriters.all.filter(({ tokens }) => tokens > 0n);
  return {
    ...{ stakers: bearing(stakers.all), lenders: bearing(providers.all), underwriters: filled.length },
    called: "providers",
  };
}

/** Liquidations of all accounts, in part and whole. */
export function liquidationCount({ audit }: Pick<MarginCast, "audit">) {
  const all = [...audit.closings.values()];
  return {
    partial: all.reduce((total, { partial }) => total + partial, 0),
    complete: all.reduce((total, { complete }) => total + complete, 0),
  };
}

/** summary.json: money in base units and leverage in hundredths, as decimal strings. */
export function marginSummary(run: MarginSummarized) {
  const { partial, complete } = liquidationCount(run);
  const { providers, mirror, stakers, keepers, traders } = run;
  return {
    ...summarize({
      scenario: run.scenario.name,
      seed: run.seed,
      asset: run.world.assetInfo.symbol,
      positions: traders.all.length,
      liquidations: partial + complete,
      writeOffs: run.audit.writeOffs,
      mirror,
      tokensMinted: marginTokensMinted(run),
      sharePriceBefore: run.sharePriceBefore,
      sharePriceAfter: run.sharePriceAfter,
    }),
    ...provisionSummary({ mirror, stakers, lenders: providers }),
    partialLiquidations: partial,
    completeLiquidations: complete,
    recordedInsolvencies: keepers.recorded,
    followedInsolvencies: keepers.refreshed,
    clearedInsolvencies: keepers.cleared,
    keeperRewards: keepers.rewards.toString(),
    feesPaid: feesPaid(run).toString(),
    leverage: leverageGroups(run).map(({ notional, margin, badDebt, ...group }) => ({
      ...group,
      notional: notional.toString(),
      margin: margin.toString(),
      badDebt: badDebt.toString(),
    })),
  };
}

/** The parts of a run that its summary needs; both vaults side by side have them too. */
export type MarginSummarized = Omit<MarginRun, "scenario" | "unsoldTokens"> & {
  readonly scenario: { readonly name: string };
};

/** Fees that all traders have paid, keepers' rewards aside, asset units. */
export function feesPaid({ audit }: Pick<MarginCast, "audit">): bigint {
  return audit.books.fees;
}
