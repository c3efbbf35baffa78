/** Lines of a chart from the samples of a replay. Numbers become floating point here and nowhere before. */
import { type ChartColor, type ChartSeries } from "../../lib/report/chart.ts";
import { formatFixed, toChartNumber } from "../../lib/units.ts";
import { moneyFormat } from "./money.ts";

/** What every replay samples. */
interface Sampled {
  readonly time: number;
  readonly price: bigint;
}

/** The moments of the samples, the lowest price among them, and how a figure of theirs becomes a line. */
export function sampledSeries<S extends Sampled>(samples: readonly S[], assetInfo: Parameters<typeof moneyFormat>[0]) {
  const money = moneyFormat(assetInfo);
  const lowest = samples.reduce((low, sample) => (sample.price < low.price ? sample : low));
  return {
    times: samples.map(({ time }) => time),
    lowest,
    marks: [{ time: lowest.time, text: "low" }],
    /** A figure with so many decimals, shown with so many places. */
    line: (
      name: string,
      color: ChartColor,
      figure: (sample: S) => bigint,
      decimals: number,
      places: number,
      unit: string,
    ): ChartSeries => ({
      name,
      color,
      values: samples.map((sample) => toChartNumber(figure(sample), decimals)),
      labels: samples.map((sample) => `${formatFixed(figure(sample), decimals, places)}${unit}`),
    }),
    /** Assets in a power of ten on the axis, in full on hover. */
    assets: (name: string, color: ChartColor, figure: (sample: S) => bigint, power: number): ChartSeries => ({
      name,
      color,
      values: samples.map((sample) => toChartNumber(figure(sample), assetInfo.decimals + power)),
      labels: samples.map((sample) => money.full(figure(sample))),
    }),
  };
}
