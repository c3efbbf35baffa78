/** What a scenario fixes. Money is in base units, times in seconds, ratios in basis points. */
import { type BookPlan } from "../book.ts";
import { type FeedRound } from "../prices.ts";

/** Names a scenario can be asked for by. */
export type ScenarioName =
  "black-thursday" | "black-thursday-margin" | "black-thursday-both" | "usdc-depeg" | "maker-flop";

/** What every scenario says of itself. */
export interface ScenarioBase {
  readonly name: ScenarioName;
  readonly title: string;
  /** Seed used unless SEED is set. */
  readonly seed: string;
  /** First and last second of the replay proper; before it the book is opened. */
  readonly start: number;
  readonly end: number;
  /** Rounds of the two feeds in the replay, in order. */
  readonly collateralRounds: readonly FeedRound[];
  readonly assetRounds: readonly FeedRound[];
  readonly book: BookPlan;
  readonly lenders: LenderPlan;
  readonly stakers: StakerPlan;
  readonly underwriters: UnderwriterPlan;
}

/** Who lends, and who comes and goes. */
export interface LenderPlan {
  /** Lenders who are there from the beginning. */
  readonly initial: number;
  /** Share of the money they put in that the borrowers have drawn at the start. */
  readonly utilizationBps: bigint;
  /** Initial lenders who take out all they can at some moment of the replay. */
  readonly leaving: number;
  /** Lenders who come during the replay, and what each brings. */
  readonly joining: number;
  readonly joiningAssets: bigint;
}

/** Who stakes in the insurance fund. */
export interface StakerPlan {
  readonly count: number;
  /** All stakes together, asset units. */
  readonly assets: bigint;
  /** The first staker gave notice in time and leaves at this second. */
  readonly orderlyExitAt?: number;
  /** The second staker tries to leave at this second without notice. */
  readonly panicAt?: number;
}

/** Who has standing bids for the backstop token. */
export interface UnderwriterPlan {
  /** Each with the level it bids at (asset units per whole token) and what it commits (asset units). */
  readonly bids: readonly { readonly price: bigint; readonly assets: bigint }[];
  /** The first one tries to leave at this second without notice. */
  readonly panicAt?: number;
}

/** What governance forgives one debtor after the crash. Asset units. */
export interface RestructuringPlan {
  /** The loan, which nobody liquidates or writes off in the replay: its creditors wait for governance. */
  readonly debt: bigint;
  readonly ltvBps: bigint;
  readonly openedDaysBefore: number;
  /** What is announced at most. */
  readonly principal: bigint;
  readonly interest: bigint;
  /** What the debtor pays in when it is done. */
  readonly repays: bigint;
}

/** How full the chain is while prices move this fast. */
export interface CongestionBand {
  /** Applies from this range of the price within the last hour, (high - low) / high. */
  readonly fromMoveBps: bigint;
  /** Price of gas: what every bot counts as its cost. */
  readonly gasGwei: bigint;
  /** Liquidations that get through per step. */
  readonly liquidationsPerStep: number;
  /** Calls of keepers (impair, write off) that get through per step. */
  readonly keeperCallsPerStep: number;
  /** Seconds until a liquidator has turned seized collateral into money again. */
  readonly recycleSeconds: number;
}

/**
 * Settings of the keeper's strategies, as operators of that day would have written them. Amounts in WAD of whole assets.
 */
export interface BotPlan {
  /** Least profit of a liquidation after gas. */
  readonly minProfitWad: bigint;
  /** Most positions a bot looks at in a step. */
  readonly perStep: number;
  /** By how much less than the feed's price a liquidator values what it seizes. */
  readonly haircutBps: number;
  /** Most that a transaction for which nobody is paid may cost. */
  readonly maxCostWad: bigint;
  /** A provision is followed when its loss has moved by this part of it. */
  readonly refreshBps: number;
  /** What gas is paid in: the collateral, or a coin of this worth. */
  readonly gasCoin: "collateral" | { readonly assetsWad: bigint };
}

/** What a liquidator is after: the largest incentive, or the collateral of insolvent loans just below its price. */
export type LiquidatorAim = "incentive" | "collateral";

/** Who liquidates, and with what. */
export interface LiquidatorPlan {
  /** Each with its money at the start, asset units. */
  readonly liquidators: readonly { readonly capital: bigint; readonly aim: LiquidatorAim }[];
  /** With less money at hand they wait until something is sold, asset units. */
  readonly leastMoney: bigint;
  /** What selling seized collateral loses against the feed's price. */
  readonly slippageBps: bigint;
  readonly congestion: readonly CongestionBand[];
}

/** Who buys the tokens that the auction sells. */
export interface BuyerPlan {
  /** Money at the start, asset units. */
  readonly capital: bigint;
  /** Steps from one look at the auctions to the next. */
  readonly everySteps: number;
  /** Highest prices, asset units per whole token, each with its weight. */
  readonly limits: readonly { readonly price: bigint; readonly lots: number }[];
}

/** Money that turns up later. */
export interface RecoveryPlan {
  /** Second at which it is paid in; by then every sale has ended. */
  readonly at: number;
  /**
   * How much of what is still outstanding comes back, basis points: first for the write-off of which insurance paid most,
   * then for those whose lenders are still owed most.
   */
  readonly sharesBps: readonly bigint[];
  /** Part of the tokens that could be bought back which their holders let their bots sell, basis points. */
  readonly soldBackBps: bigint;
  /** Price at which they sell, WAD of whole assets a token. */
  readonly sellAtWad: bigint;
  /** What the debtor who pays everything back borrows afterwards, asset units. */
  readonly borrowsAgain: bigint;
}
