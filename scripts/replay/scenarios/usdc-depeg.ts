/**
 * 10 to 12 March 2023: USDC lost its peg to the dollar for a weekend, down to 0.88, and came back. A vault lends
 * another dollar stablecoin against it.
 *
 * What is real: all 400 rounds of Chainlink's USDC/USD feed, from 20 November 2022 on, at their own seconds: 110 daily
 * heartbeats, then the depeg. What is a model: the lent stablecoin is held at one dollar, and the actors below.
 * USDC could not be redeemed before Monday, so what liquidators seized was not sold before the rounds end. None of the
 * interest goes to reserves, so losses that are known, and never come, reach the lenders as well.
 */
import { constantRounds } from "../feed-rounds.ts";
import { ONE_USD, usdcRounds2023 } from "../prices.ts";
import { type BotPlan, type LiquidatorPlan, type ScenarioBase } from "./types.ts";

const HOUR = 3_600;
/** One whole stablecoin of the vault, 18 decimals. */
const ONE = 10n ** 18n;

/** The scenario's own parts beyond what every scenario has. */
export interface DepegScenario extends ScenarioBase {
  readonly liquidators: LiquidatorPlan;
  readonly bots: BotPlan;
  /** From this second on the rounds are the depeg; before it, heartbeats. */
  readonly depegFrom: number;
}

export function usdcDepeg(): DepegScenario {
  const collateralRounds = usdcRounds2023();
  const start = collateralRounds[0]?.updatedAt ?? 0;
  const end = collateralRounds.at(-1)?.updatedAt ?? 0;
  return {
    name: "usdc-depeg",
    title: "The USDC depeg, March 2023",
    seed: "plimsoll-2023-03-11",
    start,
    end,
    collateralRounds,
    // A second before each full hour of the replay: no round of the other feed falls on it.
    assetRounds: constantRounds(ONE_USD, start - 1, end + HOUR, HOUR),
    depegFrom: Date.UTC(2023, 2, 10, 12) / 1000,
    book: {
      borrowers: 420,
      sizes: [
        { weightBps: 6_000, lowestDebt: 1_000n * ONE, highestDebt: 20_000n * ONE },
        { weightBps: 3_000, lowestDebt: 20_000n * ONE, highestDebt: 150_000n * ONE },
        { weightBps: 1_000, lowestDebt: 150_000n * ONE, highestDebt: 600_000n * ONE },
      ],
      lowestLtvBps: 7_000n,
      highestLtvBps: 8_750n,
      ltvDraws: 1,
      openingDays: 30,
      youngBps: 1_000,
      watcherBps: 500,
      watcherHealthBps: 10_100n,
    },
    // Three leave and two come during the weekend, some of them at a share price that is lowered by false alarms.
    lenders: { initial: 20, utilizationBps: 8_000n, leaving: 3, joining: 2, joiningAssets: 500_000n * ONE },
    stakers: { count: 5, assets: 500_000n * ONE },
    underwriters: { bids: [{ price: 240n * ONE, assets: 100_000n * ONE }] },
    liquidators: {
      liquidators: [
        { capital: 60_000n * ONE, aim: "incentive" },
        { capital: 20_000n * ONE, aim: "incentive" },
      ],
      leastMoney: 500n * ONE,
      slippageBps: 50n,
      congestion: [
        { fromMoveBps: 0n, gasGwei: 0n, liquidationsPerStep: 1, keeperCallsPerStep: 4, recycleSeconds: 72 * HOUR },
      ],
    },
    bots: {
      // Nobody took a sinking stablecoin at less than two percent below its price. Gas is not counted.
      ...{ minProfitWad: 5n * ONE, perStep: 10, haircutBps: 200, maxCostWad: 1_000n * ONE, refreshBps: 2_500 },
      gasCoin: { assetsWad: 0n },
    },
  };
}
