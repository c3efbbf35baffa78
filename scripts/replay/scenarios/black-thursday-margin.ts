/**
 * 12 and 13 March 2020 again, against a margin vault: traders hold ether long and short at 5x to 50x, as far as the
 * market's rules allow, and the providers of the pool stand against all of them.
 *
 * What is real: the prices and the feed's rule, as in the lending replay. What is a model: everybody below. The market's
 * rules are those of `deploy/parameters/black-thursday-margin.json`: it is made for jumps of 1 % between two rounds,
 * twice the deviation at which the feed publishes. On this day the price jumped by more than that many times, and
 * liquidations got through only slowly: that is where the negative equity comes from.
 */
import { blackThursday } from "./black-thursday.ts";
import { type BotPlan, type BuyerPlan, type CongestionBand, type LenderPlan, type ScenarioBase } from "./types.ts";
import { type StakerPlan, type UnderwriterPlan } from "./types.ts";

const HOUR = 3_600;
const DAY = 86_400;
/** One whole stablecoin, 18 decimals. */
const ONE = 10n ** 18n;

/** Traders of one size. */
export interface TraderClass {
  /** Share of all traders, basis points. */
  readonly weightBps: number;
  /** Notional at the opening, asset units. */
  readonly lowest: bigint;
  readonly highest: bigint;
}

/** Who trades. */
export interface TraderPlan {
  readonly traders: number;
  readonly sizes: readonly TraderClass[];
  /** Traders who are long, basis points. */
  readonly longBps: number;
  /** Leverage asked for, hundredths: lowest + (highest - lowest) x the product of two even draws. */
  readonly lowestLeverage: bigint;
  readonly highestLeverage: bigint;
  /** Hours before the replay over which positions are opened, one round each. */
  readonly openingHours: number;
  /** Traders who add half of their first margin, once, when their equity falls below so many parts of the maintenance. */
  readonly watcherBps: number;
  readonly watcherEquityBps: bigint;
  /** Traders who buy in the crash, each at one of these seconds, with a leverage of ten. */
  readonly bargainHunters: readonly { readonly at: number; readonly notional: bigint }[];
}

/** How much gets through while prices move this fast. */
export interface MarginBand extends Omit<CongestionBand, "recycleSeconds"> {
  /** Accounts without equity that the providers' keeper closes per step. */
  readonly closingsPerStep: number;
}

/** Settings of the keeper's strategies for margin accounts; gas is paid in ether, at the feed's price. */
export type MarginBotPlan = Pick<BotPlan, "minProfitWad" | "perStep" | "maxCostWad" | "refreshBps">;

/** Money that turns up later for a write-off, basis points of what is outstanding. */
export interface MarginRecovery {
  readonly at: number;
  readonly sharesBps: readonly bigint[];
  readonly soldBackBps: bigint;
  readonly sellAtWad: bigint;
}

export interface MarginScenario extends Pick<
  ScenarioBase,
  "title" | "seed" | "start" | "end" | "collateralRounds" | "assetRounds"
> {
  readonly name: "black-thursday-margin" | "black-thursday-both";
  readonly stepSeconds: number;
  readonly traders: TraderPlan;
  readonly providers: LenderPlan & { readonly assets: bigint };
  /** A provider tries to leave without notice at this second. */
  readonly panicAt: number;
  readonly stakers: StakerPlan;
  readonly underwriters: UnderwriterPlan;
  /** How full the chain is, as in the lending replay; nothing seized waits to be sold here. */
  readonly congestion: readonly MarginBand[];
  readonly bots: MarginBotPlan;
  readonly buyer: BuyerPlan;
  readonly recovery: MarginRecovery;
}

export function blackThursdayMargin(): MarginScenario {
  const { start, end, stepSeconds, collateralRounds, assetRounds, buyer } = blackThursday();
  return {
    name: "black-thursday-margin",
    title: "Black Thursday at 5x to 50x, 12 and 13 March 2020",
    seed: "plimsoll-margin-2020-03-12",
    ...{ start, end, stepSeconds, collateralRounds, assetRounds },
    traders: {
      traders: 180,
      sizes: [
        { weightBps: 5_500, lowest: 5_000n * ONE, highest: 50_000n * ONE },
        { weightBps: 3_300, lowest: 50_000n * ONE, highest: 300_000n * ONE },
        { weightBps: 1_200, lowest: 300_000n * ONE, highest: 1_500_000n * ONE },
      ],
      longBps: 6_500,
      lowestLeverage: 500n,
      highestLeverage: 5_000n,
      openingHours: 6,
      watcherBps: 1_500,
      watcherEquityBps: 15_000n,
      bargainHunters: [
        { at: start + 11 * HOUR + 900, notional: 200_000n * ONE },
        { at: start + 15 * HOUR, notional: 400_000n * ONE },
        { at: start + 23 * HOUR + 1_800, notional: 300_000n * ONE },
        { at: start + 26 * HOUR, notional: 500_000n * ONE },
        { at: start + 30 * HOUR, notional: 300_000n * ONE },
      ],
    },
    // Nobody comes or leaves within the two days: leaving takes two days' notice.
    providers: {
      initial: 24,
      utilizationBps: 10_000n,
      leaving: 0,
      joining: 3,
      joiningAssets: 200_000n * ONE,
      assets: 9_000_000n * ONE,
    },
    panicAt: start + 12 * HOUR,
    stakers: { count: 6, assets: 150_000n * ONE, orderlyExitAt: start + 6 * HOUR, panicAt: start + 9 * HOUR },
    underwriters: {
      bids: [
        { price: 260n * ONE, assets: 15_000n * ONE },
        { price: 240n * ONE, assets: 20_000n * ONE },
        { price: 220n * ONE, assets: 25_000n * ONE },
      ],
    },
    congestion: [
      { fromMoveBps: 0n, gasGwei: 10n, liquidationsPerStep: 4, keeperCallsPerStep: 12, closingsPerStep: 4 },
      { fromMoveBps: 200n, gasGwei: 60n, liquidationsPerStep: 1, keeperCallsPerStep: 8, closingsPerStep: 1 },
      { fromMoveBps: 500n, gasGwei: 200n, liquidationsPerStep: 0, keeperCallsPerStep: 6, closingsPerStep: 0 },
    ],
    bots: { minProfitWad: ONE, perStep: 20, maxCostWad: 1_000n * ONE, refreshBps: 2_500 },
    buyer: { ...buyer, capital: 250_000n * ONE },
    recovery: { at: end + 4 * DAY, sharesBps: [10_000n, 3_000n], soldBackBps: 5_000n, sellAtWad: 100n * ONE },
  };
}
