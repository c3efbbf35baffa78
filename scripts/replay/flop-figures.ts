/** The recapitalisation in figures: what was reported, what an auction and what standing bids make of the same loss. */
import { sum } from "../lib/units.ts";
import { type FlopOutcome, type FlopRun, type FlopSale } from "./flop.ts";
import { type FlopBid, type FlopScenario } from "./scenarios/maker-flop.ts";
import { summarize } from "./summary.ts";

const WHOLE_TOKEN = 10n ** 18n;

/** One run in figures. Assets in asset units, tokens in token units, prices in asset units per whole token. */
export interface FlopFigures {
  readonly raised: bigint;
  readonly tokens: bigint;
  readonly averagePrice: bigint;
  readonly lowestPrice: bigint;
  /** Lots of history that the money is worth, in hundredths. */
  readonly lotsBps: bigint;
  /** Seconds until the last of the money was there. */
  readonly seconds: number;
}

export function flopFigures({ sales }: FlopOutcome, { lotAssets }: FlopScenario): FlopFigures {
  const raised = sum(sales, ({ assets }) => assets);
  const tokens = sum(sales, (sale) => sale.tokens);
  return {
    raised,
    tokens,
    averagePrice: averagePrice(raised, tokens),
    lowestPrice: sales.reduce((low, { price }) => (price < low ? price : low), sales[0]?.price ?? 0n),
    lotsBps: (raised * 100n + lotAssets / 2n) / lotAssets,
    seconds: Math.max(0, ...sales.map(({ after }) => after)),
  };
}

/** Money over tokens, asset units per whole token, rounded down. */
export function averagePrice(assets: bigint, tokens: bigint): bigint {
  return tokens === 0n ? 0n : (assets * WHOLE_TOKEN) / tokens;
}

/** What one bid of history became: sold in the auction, or filled as a standing bid. */
export interface BidOutcome extends FlopBid {
  readonly sold: readonly FlopSale[];
}

/** The auction's sales by the bid they come from. */
export function salesByBid({ scenario, auction }: FlopRun): BidOutcome[] {
  let first = 0;
  return scenario.bids.map((bid) => {
    const sold = auction.sales.slice(first, first + bid.lots);
    first += sold.length;
    return { ...bid, sold };
  });
}

/** What the lots without a known price would have fetched on average if both reported sums are right. */
export function impliedPrice({ bids, lotAssets, reported }: FlopScenario): bigint {
  const known = bids.filter((bid) => bid.known);
  const assets = sum(known, ({ lots }) => BigInt(lots) * lotAssets);
  const tokens = sum(known, ({ lots, price }) => (BigInt(lots) * lotAssets * WHOLE_TOKEN) / price);
  return averagePrice(reported.raised - assets, reported.tokens - tokens);
}

/** summary.json: the waterfall of the auction's run, and the three ways side by side. Integers as decimal strings. */
export function flopSummary(run: FlopRun) {
  const { scenario, auction, standing } = run;
  const { reported } = scenario;
  return {
    ...summarize({
      scenario: scenario.name,
      seed: "",
      asset: auction.world.assetInfo.symbol,
      positions: 1,
      liquidations: 1,
      writeOffs: [auction.writeOff],
      mirror: auction.mirror,
      tokensMinted: auction.tokensMinted,
      sharePriceBefore: auction.sharePrices.before,
      sharePriceAfter: auction.sharePrices.after,
    }),
    reported: {
      raised: reported.raised.toString(),
      lots: reported.lots,
      tokens: reported.tokens.toString(),
      averagePrice: averagePrice(reported.raised, reported.tokens).toString(),
      impliedPriceOfUnknownLots: impliedPrice(scenario).toString(),
    },
    auction: outcomeSummary(auction, scenario),
    standingBids: outcomeSummary(standing, scenario),
    bids: salesByBid(run).map(({ price, lots, known, sold }) => ({
      price: price.toString(),
      lots,
      known,
      purchases: sold.length,
      assets: sum(sold, ({ assets }) => assets).toString(),
      tokens: sum(sold, ({ tokens }) => tokens).toString(),
    })),
  };
}

function outcomeSummary(outcome: FlopOutcome, scenario: FlopScenario) {
  const { layers, badDebt } = outcome.writeOff;
  const { raised, tokens, averagePrice: average, lowestPrice, seconds } = flopFigures(outcome, scenario);
  return {
    badDebt: badDebt.toString(),
    reserves: layers.reserves.toString(),
    insurance: layers.insurance.toString(),
    dilutionCash: layers.dilutionCash.toString(),
    socialized: layers.socialized.toString(),
    raised: raised.toString(),
    tokensMinted: tokens.toString(),
    averagePrice: average.toString(),
    lowestPrice: lowestPrice.toString(),
    secondsToLastPurchase: seconds,
    lendersCharged: outcome.lendersCharged.toString(),
    lendersClaimedBack: outcome.lendersClaimed.toString(),
  };
}
