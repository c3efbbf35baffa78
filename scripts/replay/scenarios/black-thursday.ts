/**
 * 12 and 13 March 2020: ETH fell from 195 to 86 dollars in 26 hours. A vault lends a stablecoin against ether.
 *
 * What is real: the prices, five minutes apart, and the rule by which a feed publishes them. What is a model: all
 * actors and their numbers below. They follow what was seen that day: gas prices rose more than tenfold, most
 * liquidators stopped or ran out of the stablecoin, and those who went on could sell what they seized only much later.
 */
import { constantRounds, feedRounds, HALF_PERCENT_HOURLY } from "../feed-rounds.ts";
import { ethPrices2020, ONE_USD } from "../prices.ts";
import {
  type BotPlan,
  type BuyerPlan,
  type LiquidatorPlan,
  type RecoveryPlan,
  type RestructuringPlan,
  type ScenarioBase,
} from "./types.ts";

const HOUR = 3_600;
const DAY = 86_400;
/** One whole stablecoin, 18 decimals. */
const ONE = 10n ** 18n;

/** 12 March 2020, 00:00 UTC. */
const START = Date.UTC(2020, 2, 12) / 1000;
/** 14 March 2020, 00:00 UTC. */
const END = START + 2 * DAY;

/** The scenario's own parts beyond what every scenario has. */
export interface CrashScenario extends ScenarioBase {
  /** Seconds between two looks of the actors at the market. */
  readonly stepSeconds: number;
  readonly liquidators: LiquidatorPlan;
  readonly bots: BotPlan;
  readonly buyer: BuyerPlan;
  readonly recovery: RecoveryPlan;
  readonly restructuring: RestructuringPlan;
}

export function blackThursday(): CrashScenario {
  return {
    name: "black-thursday",
    title: "Black Thursday, 12 and 13 March 2020",
    seed: "plimsoll-2020-03-12",
    start: START,
    end: END,
    stepSeconds: 300,
    collateralRounds: feedRounds(ethPrices2020(), HALF_PERCENT_HOURLY),
    // Held at one dollar, so only heartbeats; a minute before each full hour, clear of the other feed's rounds.
    assetRounds: constantRounds(ONE_USD, START - 60, END + HOUR, HOUR),
    book: {
      borrowers: 480,
      sizes: [
        { weightBps: 5_500, lowestDebt: 2_000n * ONE, highestDebt: 20_000n * ONE },
        { weightBps: 3_300, lowestDebt: 20_000n * ONE, highestDebt: 200_000n * ONE },
        { weightBps: 1_200, lowestDebt: 200_000n * ONE, highestDebt: 1_200_000n * ONE },
      ],
      lowestLtvBps: 4_000n,
      highestLtvBps: 7_400n,
      ltvDraws: 2,
      openingDays: 120,
      youngBps: 1_500,
      watcherBps: 1_000,
      watcherHealthBps: 11_000n,
    },
    lenders: { initial: 28, utilizationBps: 8_000n, leaving: 6, joining: 5, joiningAssets: 400_000n * ONE },
    stakers: {
      count: 7,
      assets: 900_000n * ONE,
      orderlyExitAt: START + 6 * HOUR,
      panicAt: START + 30 * HOUR,
    },
    underwriters: {
      // Together half a million. What they bid lies within what was paid for MKR in March 2020.
      bids: [
        { price: 240n * ONE, assets: 120_000n * ONE },
        { price: 260n * ONE, assets: 40_000n * ONE },
        { price: 260n * ONE, assets: 60_000n * ONE },
        { price: 240n * ONE, assets: 80_000n * ONE },
        { price: 220n * ONE, assets: 100_000n * ONE },
        { price: 170n * ONE, assets: 100_000n * ONE },
      ],
      panicAt: START + 24 * HOUR,
    },
    liquidators: {
      liquidators: [
        { capital: 500_000n * ONE, aim: "incentive" },
        { capital: 300_000n * ONE, aim: "incentive" },
        { capital: 150_000n * ONE, aim: "incentive" },
        { capital: 400_000n * ONE, aim: "collateral" },
      ],
      leastMoney: 2_000n * ONE,
      slippageBps: 100n,
      congestion: [
        { fromMoveBps: 0n, gasGwei: 10n, liquidationsPerStep: 8, keeperCallsPerStep: 20, recycleSeconds: HOUR },
        { fromMoveBps: 300n, gasGwei: 60n, liquidationsPerStep: 3, keeperCallsPerStep: 12, recycleSeconds: 3 * HOUR },
        { fromMoveBps: 800n, gasGwei: 200n, liquidationsPerStep: 1, keeperCallsPerStep: 10, recycleSeconds: 6 * HOUR },
      ],
    },
    bots: {
      ...{ minProfitWad: 5n * ONE, perStep: 20, haircutBps: 100, maxCostWad: 1_000n * ONE, refreshBps: 2_500 },
      gasCoin: "collateral",
    },
    buyer: {
      capital: 600_000n * ONE,
      everySteps: 3,
      // What bidders paid per MKR in Maker's debt auctions of March 2020 (Cointelegraph, 23 March 2020).
      limits: [
        { price: 265n * ONE, lots: 33 },
        { price: (28_957n * ONE) / 100n, lots: 7 },
        { price: 220n * ONE, lots: 23 },
        { price: (22_660n * ONE) / 100n, lots: 12 },
        { price: (23_364n * ONE) / 100n, lots: 7 },
        { price: 250n * ONE, lots: 2 },
      ],
    },
    recovery: {
      at: END + 4 * DAY,
      sharesBps: [10_000n, 4_000n, 2_500n],
      soldBackBps: 5_000n,
      sellAtWad: 100n * ONE,
      borrowsAgain: 5_000n * ONE,
    },
    restructuring: {
      ...{ debt: 400_000n * ONE, ltvBps: 7_200n, openedDaysBefore: 60 },
      ...{ principal: 25_000n * ONE, interest: 10_000n * ONE, repays: 25_000n * ONE },
    },
  };
}
