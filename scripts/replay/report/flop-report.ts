/** The report of Maker's recapitalisation: the same loss as it was, as an auction here, and with standing bids. */
import { type Chart, chartHtml } from "../../lib/report/chart.ts";
import { cascade, type CascadeRow, type Column, facts, pageHtml, section, table } from "../../lib/report/page.ts";
import { formatFixed, sum, toChartNumber } from "../../lib/units.ts";
import { type FlopOutcome, type FlopRun } from "../flop.ts";
import { averagePrice, flopFigures, impliedPrice, salesByBid } from "../flop-figures.ts";
import { durationText } from "../print-flop.ts";
import { formatMoment, type MoneyFormat, moneyFormat } from "./money.ts";

const DECIMALS = 18;

const text = (heading: string): Column => ({ heading });
const number = (heading: string): Column => ({ heading, number: true });
const tokens = (count: bigint, places = 2): string => formatFixed(count, DECIMALS, places);

export function flopReport(run: FlopRun): string {
  const { scenario, auction, standing } = run;
  const money = moneyFormat(auction.world.assetInfo);
  const [here, bids] = [flopFigures(auction, scenario), flopFigures(standing, scenario)];
  const { reported } = scenario;
  const unknown = scenario.bids.find(({ known }) => !known);
  return pageHtml({
    title: scenario.title,
    lead: `After Black Thursday <b>${money.full(scenario.loss)}</b> were missing. A buffer of about half a million went first; the
rest was raised by selling new MKR, ${tokens(reported.tokens, 0)} of them were reported. The same loss runs here against the
contracts, once sold at the prices of those lots, once with bids that stood beforehand.`,
    blocks: [
      facts([
        [tokens(reported.tokens, 0), "MKR reported, for 5.3 million"],
        [tokens(here.tokens, 0), `tokens in the auction here, for ${money.bare(here.raised)}`],
        [tokens(bids.tokens, 0), `tokens with standing bids, for ${money.bare(bids.raised)}`],
        [durationText(here.seconds), "until the auction had raised it all"],
        ["0 s", "with standing bids: within the write-off"],
        [money.bare(standing.lendersCharged), `${money.symbol} charged to the lenders with standing bids`],
      ]),
      section("Side by side"),
      comparisonTable(run, money),
      section(
        "The auction here",
        `One position stands for all of Maker's, because Maker knew one debt and not whose it was. It is liquidated on
${formatMoment(scenario.at)} UTC at the lowest price and leaves exactly ${money.full(scenario.loss)}. The fund pays
${money.full(scenario.buffer)}, the lenders are charged with the rest, and one lot of tokens is put on offer. Its price falls
in a straight line; every lot of history is one bidder with ${money.full(scenario.lotAssets)} who buys at the first second at
which the price is not above what that lot fetched. So prices and amounts are those of history and their order is not: in
a falling price whoever bids most buys first. The lenders were paid back as the tokens sold.`,
      ),
      cascade(picture(auction, money), auction.writeOff.badDebt),
      chartHtml(priceChart(run)),
      chartHtml(raisedChart(run, money)),
      lotsTable(run, money),
      section(
        "With standing bids",
        `The same bidders with the same money had committed beforehand, each at the book's next level below the same price.
The write-off fills the best first, in its own transaction: the cash is there at once and nobody else is charged. It costs
${tokens(bids.tokens - here.tokens)} tokens more than the auction, because levels are five apart. Nobody is assumed to have
bid more in calm days than in the crash, and the premium that underwriters earn for standing ready is not counted.`,
      ),
      cascade(picture(standing, money), standing.writeOff.badDebt),
      section(
        "What is reported and what is assumed",
        `${scenario.bids.filter(({ known }) => known).reduce((total, { lots }) => total + lots, 0)} of the ${reported.lots} lots
have a reported price. The other ${unknown?.lots ?? 0} are assumed to bid the average of those,
${tokens(unknown?.price ?? 0n)}; if both reported sums are right they really fetched ${tokens(impliedPrice(scenario))}, which is
most of the difference between the reported average of ${tokens(averagePrice(reported.raised, reported.tokens))} and
${tokens(here.averagePrice)} here. The often quoted 296.35 is not ${money.bare(reported.raised)} divided by
${tokens(reported.tokens, 0)}. Maker raised 5.3 million; here it is what the loss less the buffer comes to.`,
      ),
    ],
    footer: `Made by <code>make start SCENARIO=maker-flop</code>. Source of the lots: Cointelegraph, 23 March 2020. Exact figures in base units are in <code>summary.json</code> beside this file.`,
  });
}

function comparisonTable({ scenario, auction, standing }: FlopRun, money: MoneyFormat): string {
  const { reported } = scenario;
  const [here, bids] = [flopFigures(auction, scenario), flopFigures(standing, scenario)];
  return table(
    [text(""), number("Reported"), number("Auction here"), number("Standing bids")],
    [
      ["Loss", money.bare(scenario.loss), money.bare(auction.writeOff.badDebt), money.bare(standing.writeOff.badDebt)],
      [
        "Buffer, spent first",
        `about ${money.bare(scenario.buffer)}`,
        money.bare(auction.writeOff.layers.insurance),
        money.bare(standing.writeOff.layers.insurance),
      ],
      ["Raised by new tokens", money.bare(reported.raised), money.bare(here.raised), money.bare(bids.raised)],
      ["Tokens minted", tokens(reported.tokens), tokens(here.tokens), tokens(bids.tokens)],
      [
        "Average price",
        tokens(averagePrice(reported.raised, reported.tokens)),
        tokens(here.averagePrice),
        tokens(bids.averagePrice),
      ],
      ["Lowest price", "–", tokens(here.lowestPrice), tokens(bids.lowestPrice)],
      ["All money there after", "–", durationText(here.seconds), durationText(bids.seconds)],
      ["Lenders charged", "–", money.bare(auction.lendersCharged), money.bare(standing.lendersCharged)],
      ["of it paid back by the sale", "–", money.bare(auction.lendersClaimed), money.bare(standing.lendersClaimed)],
    ],
  );
}

/** The layers from attachment to detachment point, and the sale that pays the lenders back. */
function picture({ writeOff, sales }: FlopOutcome, money: MoneyFormat): CascadeRow[] {
  const { badDebt, layers } = writeOff;
  const sold = sum(
    sales.filter(({ after }) => after > 0),
    ({ assets }) => assets,
  );
  const layered = [
    ["Insurance", "the buffer", "insurance", layers.insurance],
    ["Dilution, cash", "standing bids", "dilution", layers.dilutionCash],
    ["Socialized", "charged to the lenders", "socialized", layers.socialized],
  ] as const;
  let from = layers.reserves;
  const rows = layered.map(([name, note, color, size]): CascadeRow => {
    const row = { name, note, color, from, size, value: money.bare(size), share: money.share(size, badDebt) };
    from += size;
    return row;
  });
  const whole = { from: 0n, size: badDebt, value: money.bare(badDebt), share: money.symbol };
  const sale: CascadeRow = {
    ...{ name: "Sale of tokens", note: "pays the charged lenders", color: "recovered" },
    ...{ from: badDebt - layers.socialized, size: sold, value: money.bare(sold), share: money.share(sold, badDebt) },
  };
  return [{ name: "Bad debt", note: "taken off the books", color: "ink", ...whole }, ...rows, sale];
}

/** The falling price at the moments at which somebody bought. */
function priceChart({ scenario, auction }: FlopRun): Chart {
  const sales = auction.sales;
  return {
    id: "price",
    title: "Price of the lot",
    caption: "Each step is a price at which lots of history were sold; the height is what was paid per token.",
    axis: `${auction.world.assetInfo.symbol} per token`,
    range: { min: 200, max: 300 },
    times: sales.map(({ after }) => scenario.at + after),
    series: [
      {
        ...{ name: "paid per token", color: "price", step: true },
        values: sales.map(({ price }) => toChartNumber(price, DECIMALS)),
        labels: sales.map(({ price }) => `${tokens(price)} ${auction.world.assetInfo.symbol}`),
      },
    ],
  };
}

function raisedChart({ scenario, auction }: FlopRun, money: MoneyFormat): Chart {
  let raised = 0n;
  const sums = auction.sales.map(({ assets }) => (raised += assets));
  return {
    id: "raised",
    title: "Money raised",
    caption: "What the sale has brought the charged lenders, purchase by purchase.",
    axis: `million ${money.symbol}`,
    axisPlaces: 1,
    times: auction.sales.map(({ after }) => scenario.at + after),
    series: [
      {
        ...{ name: "raised", color: "recovered", step: true },
        values: sums.map((assets) => toChartNumber(assets, auction.world.assetInfo.decimals + 6)),
        labels: sums.map((assets) => money.full(assets)),
      },
    ],
  };
}

function lotsTable(run: FlopRun, money: MoneyFormat): string {
  const rows = salesByBid(run).map(({ price, lots, known, sold }) => [
    tokens(price),
    known ? "reported" : "average of the reported ones",
    String(lots),
    String(sold.length),
    money.bare(sum(sold, ({ assets }) => assets)),
    tokens(sum(sold, (sale) => sale.tokens)),
  ]);
  return table(
    [number("Price"), text("Where it is from"), number("Lots"), number("Purchases"), number("Paid"), number("Tokens")],
    rows,
  );
}
