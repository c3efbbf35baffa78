/** What the recapitalisation says on the terminal: reported, auctioned, and with standing bids, side by side. */
import { printedTable } from "../lib/table.ts";
import { formatFixed, sum } from "../lib/units.ts";
import { type FlopRun } from "./flop.ts";
import { averagePrice, flopFigures, impliedPrice, salesByBid } from "./flop-figures.ts";
import { moneyFormat } from "./report/money.ts";

const DECIMALS = 18;
const UNKNOWN = "–";

/** The three columns. */
export function flopTable(run: FlopRun): string {
  const { scenario, auction, standing } = run;
  const { bare, symbol } = moneyFormat(auction.world.assetInfo);
  const { reported } = scenario;
  const [here, bids] = [flopFigures(auction, scenario), flopFigures(standing, scenario)];
  const tokens = (count: bigint): string => formatFixed(count, DECIMALS);
  const rows = [
    [`Loss (${symbol})`, bare(scenario.loss), bare(auction.writeOff.badDebt), bare(standing.writeOff.badDebt)],
    [
      "Buffer, spent first",
      `~ ${bare(scenario.buffer)}`,
      bare(auction.writeOff.layers.insurance),
      bare(standing.writeOff.layers.insurance),
    ],
    ["Raised by new tokens", bare(reported.raised), bare(here.raised), bare(bids.raised)],
    ["Lots of 50,000", `${reported.lots}`, formatFixed(here.lotsBps, 2, 1), formatFixed(bids.lotsBps, 2, 1)],
    ["Tokens minted", tokens(reported.tokens), tokens(here.tokens), tokens(bids.tokens)],
    [
      "Average price",
      tokens(averagePrice(reported.raised, reported.tokens)),
      tokens(here.averagePrice),
      tokens(bids.averagePrice),
    ],
    ["Lowest price", UNKNOWN, tokens(here.lowestPrice), tokens(bids.lowestPrice)],
    ["All money there after", UNKNOWN, durationText(here.seconds), durationText(bids.seconds)],
    ["Lenders charged", UNKNOWN, bare(auction.lendersCharged), bare(standing.lendersCharged)],
    ["  paid back by sales", UNKNOWN, bare(auction.lendersClaimed), bare(standing.lendersClaimed)],
  ];
  return printedTable(
    [
      { heading: "", width: 22 },
      { heading: "Reported", width: 14, number: true },
      { heading: "Auction here", width: 14, number: true },
      { heading: "Standing bids", width: 14, number: true },
    ],
    rows,
    2,
    7,
  );
}

/** Each price of history, and what was sold at it here. */
export function bidsTable(run: FlopRun): string {
  const { bare, symbol } = moneyFormat(run.auction.world.assetInfo);
  const rows = salesByBid(run).map(({ price, lots, known, sold }) => [
    formatFixed(price, DECIMALS),
    known ? "of the table" : "its average",
    String(lots),
    String(sold.length),
    bare(sum(sold, ({ assets }) => assets)),
    formatFixed(
      sum(sold, ({ tokens }) => tokens),
      DECIMALS,
    ),
  ]);
  return printedTable(
    [
      { heading: "Price", width: 8, number: true },
      { heading: "Which is", width: 12 },
      { heading: "Lots", width: 5, number: true },
      { heading: "Purchases", width: 9, number: true },
      { heading: `Paid (${symbol})`, width: 11, number: true },
      { heading: "Tokens", width: 12, number: true },
    ],
    rows,
  );
}

/** What a reader should know about the figures. */
export function flopFacts({ scenario }: FlopRun): (readonly [label: string, value: string])[] {
  const unknown = scenario.bids.find(({ known }) => !known);
  const price = (figure: bigint): string => formatFixed(figure, DECIMALS);
  return [
    ["Reported", "106 lots; their two sums make 252.62 a token, and not the often quoted 296.35"],
    [
      "Unknown lots",
      `${unknown?.lots ?? 0} of ${scenario.reported.lots} lots have no reported price; here they bid the others’ average, ${price(unknown?.price ?? 0n)}. If both reported sums are right they fetched ${price(impliedPrice(scenario))}`,
    ],
    [
      "Standing bids",
      "the same bidders and money, committed beforehand at the book’s next level below the same prices; their premium is not counted",
    ],
  ];
}

/** "2 h 13 min", or "0 s" within the write-off. */
export function durationText(seconds: number): string {
  if (seconds === 0) return "0 s";
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
