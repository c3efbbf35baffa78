/** The charts of a crash, from its samples. */
import { type Chart } from "../../lib/report/chart.ts";
import { formatFixed, toChartNumber } from "../../lib/units.ts";
import { type CrashRun } from "../crash.ts";
import { PRICE_DECIMALS } from "../prices.ts";
import { sampledSeries } from "./series.ts";

const WAD_DECIMALS = 18;

export function crashCharts(
  run: Pick<CrashRun, "recorder"> & { world: Pick<CrashRun["world"], "assetInfo" | "collateralInfo"> },
) {
  const { samples } = run.recorder;
  const { assetInfo, collateralInfo } = run.world;
  const { times, lowest, marks, line, assets } = sampledSeries(samples, assetInfo);

  const price: Chart = {
    id: "price",
    title: `Price of ${collateralInfo.symbol}`,
    caption: `Answers of the price feed, to ${formatFixed(lowest.price, PRICE_DECIMALS)} dollars at the lowest.`,
    axis: "dollars",
    times,
    marks,
    series: [line("feed answer", "price", ({ price }) => price, PRICE_DECIMALS, 2, " USD")],
  };
  const health: Chart = {
    id: "health",
    title: "Health of the whole book",
    caption: "All collateral × liquidation threshold ÷ all debt. Below 1.0 the average loan may be liquidated.",
    axis: "health factor",
    axisPlaces: 1,
    times,
    marks,
    series: [
      line("book", "insurance", ({ bookHealthWad }) => bookHealthWad, WAD_DECIMALS, 3, ""),
      {
        name: "threshold",
        color: "warning",
        dashed: true,
        values: samples.map(() => 1),
        labels: samples.map(() => "1.0"),
      },
    ],
  };
  const trouble: Chart = {
    id: "trouble",
    title: "Loans waiting for a liquidator",
    caption:
      "Debt that may be liquidated at this moment, and the part of it whose collateral no longer covers it. With enough liquidators both would stay near zero.",
    axis: `million ${assetInfo.symbol}`,
    times,
    marks,
    series: [
      { ...assets("insolvent", "socialized", ({ insolventDebt }) => insolventDebt, 6), stacked: true },
      { ...assets("still covered", "warning", ({ liquidatableDebt }) => liquidatableDebt, 6), stacked: true },
    ],
  };
  const losses: Chart = {
    id: "losses",
    title: "Losses by layer, cumulative",
    caption:
      "Reserves and insurance pay first; when they are empty or at their draw limits, the rest is charged to the lenders.",
    axis: `thousand ${assetInfo.symbol}`,
    times,
    series: [
      { ...assets("reserves", "reserves", ({ losses }) => losses.reserves, 3), stacked: true },
      { ...assets("insurance", "insurance", ({ losses }) => losses.insurance, 3), stacked: true },
      { ...assets("dilution, cash", "dilution", ({ losses }) => losses.dilutionCash, 3), stacked: true },
      { ...assets("socialized", "socialized", ({ losses }) => losses.socialized, 3), stacked: true },
    ],
  };
  const sharePrice: Chart = {
    id: "share-price",
    title: "Share price",
    caption:
      "What one whole share of the vault is worth. It rises by interest and falls by loss epochs, by nothing else.",
    axis: `${assetInfo.symbol} per share`,
    axisPlaces: 3,
    range: flatRange(
      samples.map(({ sharePrice }) => sharePrice),
      assetInfo.decimals,
    ),
    times,
    series: [
      line("share price", "price", ({ sharePrice }) => sharePrice, assetInfo.decimals, 6, ` ${assetInfo.symbol}`),
    ],
  };
  const buffers: Chart = {
    id: "buffers",
    title: "Insurance and reserves",
    caption:
      "What the fund holds for its stakers, and the vault's fees not yet paid out. Liquidation fees refill the reserves between losses.",
    axis: `thousand ${assetInfo.symbol}`,
    times,
    series: [
      assets("insurance fund", "insurance", ({ insurance }) => insurance, 3),
      assets("reserves", "reserves", ({ reserves }) => reserves, 3),
    ],
  };
  const tokens: Chart = {
    id: "tokens",
    title: "Tokens minted",
    caption:
      "Backstop tokens bought by standing bids and in the Dutch auctions. A token exists only once somebody has paid for it.",
    axis: "tokens",
    times,
    series: [
      { ...line("tokens minted", "dilution", ({ tokensMinted }) => tokensMinted, WAD_DECIMALS, 1, ""), step: true },
    ],
  };
  const provisions: Chart = {
    id: "provisions",
    title: "Set apart for losses that are not final",
    caption:
      "Reserves, earmarks of the fund and charges to the lenders. It falls when a loss is final or did not come.",
    axis: `thousand ${assetInfo.symbol}`,
    times,
    marks,
    series: [{ ...assets("provisions", "warning", (sample) => sample.provisions, 3), step: true }],
  };
  return { price, health, trouble, losses, sharePrice, buffers, tokens, provisions };
}

/** A range just around values that move by a percent or two; from zero they would look flat. */
function flatRange(values: readonly bigint[], decimals: number): { min: number; max: number } {
  const numbers = values.map((value) => toChartNumber(value, decimals));
  const step = 0.005;
  const min = Math.floor(Math.min(...numbers) / step) * step;
  const max = Math.ceil(Math.max(...numbers) / step) * step;
  return { min: Number(min.toFixed(3)), max: Number(max.toFixed(3)) };
}
