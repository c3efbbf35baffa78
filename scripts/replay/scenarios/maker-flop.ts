/**
 * The recapitalisation of Maker, March 2020: after Black Thursday 5.67 million DAI were missing. A buffer of about half a
 * million was spent first; for the rest new MKR were sold, in 106 lots of 50,000 DAI.
 *
 * Here one position stands for all of Maker's, because Maker knew one debt and not whose it was. It is liquidated at the
 * lowest price and leaves exactly 5.67 million; the insurance fund is the buffer. The loss is run twice.
 *
 * Auction: one lot of tokens, whose price falls in a straight line. Every lot of history is one bidder with 50,000 DAI
 * who buys at the first second at which the price is not above what that lot fetched. So prices and amounts are those of
 * history, their order is not: in a falling price whoever bids most buys first.
 *
 * Standing bids: the same bidders with the same money, committed beforehand at the book's next level below the same
 * prices. Nobody is assumed to have bid more in calm days than in the crash; their premium is not counted.
 *
 * The table has a price for 84 of the 106 lots. The other 22 are assumed to bid the average of those.
 */
import { averageKnownPrice, flopLots } from "../flop-lots.ts";
import { ethPrices2020, ONE_USD } from "../prices.ts";
import { type ScenarioName } from "./types.ts";

const DAY = 86_400;
/** One DAI, one MKR, one ether. */
const ONE = 10n ** 18n;

/** Bidders with the same price. */
export interface FlopBid {
  /** DAI units per whole MKR. */
  readonly price: bigint;
  /** Each of the lots is another bidder's. */
  readonly lots: number;
  /** Whether the table has this price, or it is the average of those that it has. */
  readonly known: boolean;
}

export interface FlopScenario {
  readonly name: ScenarioName;
  readonly title: string;
  /** Second of the lowest price, at which the position is liquidated. */
  readonly at: number;
  readonly openedAt: number;
  /** Answers of the collateral's feed at both seconds, 8 decimals. */
  readonly openingAnswer: bigint;
  readonly lowestAnswer: bigint;
  readonly assetAnswer: bigint;
  /** Collateral units, and debt in asset units. */
  readonly collateral: bigint;
  readonly debt: bigint;
  readonly lent: bigint;
  /** What is missing, and the buffer that is spent first, asset units. */
  readonly loss: bigint;
  readonly buffer: bigint;
  readonly lotAssets: bigint;
  /** Highest first. */
  readonly bids: readonly FlopBid[];
  readonly reported: ReportedFlop;
}

/** What was reported. Asset units, token units; the price in asset units per whole token. */
export interface ReportedFlop {
  readonly raised: bigint;
  readonly lots: number;
  readonly tokens: bigint;
}

export function makerFlop(): FlopScenario {
  const prices = ethPrices2020();
  const lowest = prices.reduce((low, point) => (point.price < low.price ? point : low));
  const { lotAssets, rows } = flopLots();
  const reported = { raised: 5_300_000n * ONE, lots: 106, tokens: 20_980n * ONE };
  const known = rows.flatMap(({ price, lots }): FlopBid[] =>
    price === undefined ? [] : [{ price, lots, known: true }],
  );
  const unknown = reported.lots - known.reduce((total, { lots }) => total + lots, 0);
  const bids = [...known, { price: averageKnownPrice(rows, lotAssets), lots: unknown, known: false }];
  return {
    name: "maker-flop",
    title: "Maker’s recapitalisation, March 2020",
    at: lowest.time,
    openedAt: lowest.time - 30 * DAY,
    openingAnswer: prices[0]?.price ?? 0n,
    lowestAnswer: lowest.price,
    assetAnswer: ONE_USD,
    // Worth 8,772,000 at 86.00, which covers 8,772,000 / 1.02 = 8,600,000 of the debt.
    collateral: 102_000n * ONE,
    debt: 14_270_000n * ONE,
    lent: 18_000_000n * ONE,
    loss: 5_670_000n * ONE,
    buffer: 500_000n * ONE,
    lotAssets,
    bids: bids.sort((left, right) => (left.price < right.price ? 1 : -1)),
    reported,
  };
}
