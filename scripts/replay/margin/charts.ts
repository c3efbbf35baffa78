/** The charts of a margin replay, from its samples. */
import { type Chart, type ChartSeries } from "../../lib/report/chart.ts";
import { formatFixed, toChartNumber } from "../../lib/units.ts";
import { sampledSeries } from "../report/series.ts";
import { type MarginCast } from "./crash.ts";
import { type MarginWorld } from "./world.ts";
import { PRICE_DECIMALS } from "../prices.ts";

/** Decimals of a ratio in WAD as percent. */
const PERCENT_DECIMALS = 16;

export function marginCharts({ recorder }: MarginCast, { assetInfo, collateralInfo }: MarginWorld) {
  const { samples } = recorder;
  const { times, lowest, marks, line, assets } = sampledSeries(samples, assetInfo);
  const chart = (
    id: string,
    title: string,
    caption: string,
    axis: string,
    series: readonly ChartSeries[],
    rest: Partial<Chart> = {},
  ): Chart => ({ id, title, caption, axis, times, marks, series, ...rest });

  const shares = samples.map(({ sharePrice }) => toChartNumber(sharePrice, assetInfo.decimals));
  const step = 0.02;
  return {
    price: chart(
      "margin-price",
      `Price of ${collateralInfo.symbol}`,
      `Answers of the price feed, to ${formatFixed(lowest.price, PRICE_DECIMALS)} dollars at the lowest.`,
      "dollars",
      [line("feed answer", "price", ({ price }) => price, PRICE_DECIMALS, 2, " USD")],
    ),
    openInterest: chart(
      "open-interest",
      "Open positions",
      "Long and short positions at the feed's price. The pool stands against the difference.",
      `million ${assetInfo.symbol}`,
      [assets("long", "insurance", ({ longs }) => longs, 6), assets("short", "dilution", ({ shorts }) => shorts, 6)],
    ),
    trouble: chart(
      "margin-trouble",
      "Positions waiting for a liquidator, and negative equity",
      "Notional of accounts below their maintenance margin, and what accounts owe beyond their margin, not yet written off.",
      `thousand ${assetInfo.symbol}`,
      [
        assets("below maintenance", "warning", ({ liquidatable }) => liquidatable, 3),
        assets("negative equity", "socialized", ({ negativeEquity }) => negativeEquity, 3),
      ],
    ),
    losses: chart(
      "margin-losses",
      "Losses by layer, cumulative",
      "Reserves first; then insurance, as far as the fees of the market and the draw limits allow; then bids; then the providers.",
      `thousand ${assetInfo.symbol}`,
      [
        { ...assets("reserves", "reserves", ({ losses }) => losses.reserves, 3), stacked: true },
        { ...assets("insurance", "insurance", ({ losses }) => losses.insurance, 3), stacked: true },
        { ...assets("dilution, cash", "dilution", ({ losses }) => losses.dilutionCash, 3), stacked: true },
        { ...assets("socialized", "socialized", ({ losses }) => losses.socialized, 3), stacked: true },
      ],
    ),
    buffers: chart(
      "margin-buffers",
      "Insurance, reserves and provisions",
      "What the fund holds for its stakers, fees not yet paid out, and what is set apart for losses that are not final.",
      `thousand ${assetInfo.symbol}`,
      [
        assets("insurance fund", "insurance", ({ insurance }) => insurance, 3),
        assets("reserves", "reserves", ({ reserves }) => reserves, 3),
        { ...assets("provisions", "warning", ({ provisions }) => provisions, 3), step: true },
      ],
    ),
    sharePrice: chart(
      "margin-share-price",
      "Share price of the pool",
      "Providers win what traders lose and pay what traders win, and bear what no layer before them pays.",
      `${assetInfo.symbol} per share`,
      [line("share price", "price", ({ sharePrice }) => sharePrice, assetInfo.decimals, 6, ` ${assetInfo.symbol}`)],
      {
        axisPlaces: 2,
        range: {
          min: Number((Math.floor(Math.min(...shares) / step) * step).toFixed(2)),
          max: Number((Math.ceil(Math.max(...shares) / step) * step).toFixed(2)),
        },
      },
    ),
    initial: chart(
      "initial-margin",
      "Initial margin of a small position",
      "It widens with the volatility of the feed's rounds and narrows again within days. The maintenance margin does not move.",
      "percent",
      [line("initial margin", "ink", ({ initialRatioWad }) => initialRatioWad, PERCENT_DECIMALS, 2, " %")],
      { axisPlaces: 1 },
    ),
  };
}
