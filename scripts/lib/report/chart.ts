/**
 * Line charts over time as inline SVG, drawn by echarts without a browser. Each chart is drawn twice, wide and narrow,
 * and the page shows the one that fits. Colors are CSS variables, so light and dark mode need no second drawing.
 */
import * as echarts from "echarts";

/** Color of a series by meaning; the page's style sheet defines `--<color>` for light and dark. */
export type ChartColor =
  "ink" | "price" | "reserves" | "insurance" | "dilution" | "socialized" | "recovered" | "warning";

/** One line or area. Numbers are for drawing only; `labels` are what a reader sees on hover. */
export interface ChartSeries {
  readonly name: string;
  readonly color: ChartColor;
  readonly values: readonly number[];
  /** One text per value, with unit. */
  readonly labels: readonly string[];
  /** A filled area stacked on the series before it, instead of a line. */
  readonly stacked?: boolean;
  /** The value holds until the next one, instead of a slope between them. */
  readonly step?: boolean;
  readonly dashed?: boolean;
}

/** A chart over time. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  /** What the reader should see in it. */
  readonly caption: string;
  /** What the vertical axis counts. */
  readonly axis: string;
  /** Unix seconds, one per value. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  /** Vertical range; by default from zero to what the values need. */
  readonly range?: { readonly min?: number; readonly max?: number };
  /** Vertical marks with a word, unix seconds. */
  readonly marks?: readonly { readonly time: number; readonly text: string }[];
  /** Digits after the point at the vertical axis. */
  readonly axisPlaces?: number;
}

/** Size of a drawing and the place of its plot inside it, in drawing units. */
interface Layout {
  readonly name: "wide" | "narrow";
  readonly width: number;
  readonly height: number;
  readonly grid: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly ticks: number;
}

const WIDE: Layout = {
  name: "wide",
  width: 960,
  height: 300,
  grid: { left: 64, right: 18, top: 26, bottom: 34 },
  ticks: 8,
};
const NARROW: Layout = {
  name: "narrow",
  width: 400,
  height: 240,
  grid: { left: 52, right: 10, top: 24, bottom: 32 },
  ticks: 3,
};

/** Sizes in a drawing assume a font about this wide. */
const FONT = "system-ui, sans-serif";

/** Stand-ins that the drawing carries until they are replaced by CSS variables. */
const STAND_INS: Record<ChartColor | "muted" | "line", string> = {
  ink: "#fe0001",
  price: "#fe0002",
  reserves: "#fe0003",
  insurance: "#fe0004",
  dilution: "#fe0005",
  socialized: "#fe0006",
  recovered: "#fe0007",
  warning: "#fe0008",
  muted: "#fe0009",
  line: "#fe000a",
};

/** A chart as HTML: both drawings, the legend, the caption, and the figures for the hover script. */
export function chartHtml(chart: Chart): string {
  const legend = chart.series
    .map(
      ({ name, color, dashed }) =>
        `<li><i class="key${dashed ? " dashed" : ""}" style="--key:var(--${color})"></i>${name}</li>`,
    )
    .join("");
  const drawings = [WIDE, NARROW]
    .map((layout) => {
      const plot = [
        layout.grid.left,
        layout.grid.top,
        layout.width - layout.grid.right,
        layout.height - layout.grid.bottom,
      ];
      return `<div class="plot ${layout.name}" data-plot="${plot.join(" ")}">${draw(chart, layout)}</div>`;
    })
    .join("\n");
  const figures = {
    times: chart.times,
    series: chart.series.map(({ name, color, labels }) => ({ name, color, labels })),
  };
  return `<figure class="chart" id="${chart.id}">
<figcaption><h3>${chart.title}</h3><p>${chart.caption}</p></figcaption>
<ul class="legend"><li class="axis">${chart.axis}</li>${legend}</ul>
${drawings}
<script type="application/json">${JSON.stringify(figures).replaceAll("<", "\\u003c")}</script>
</figure>`;
}

let drawn = 0;

function draw(chart: Chart, layout: Layout): string {
  const instance = echarts.init(null, null, { renderer: "svg", ssr: true, width: layout.width, height: layout.height });
  try {
    instance.setOption(option(chart, layout));
    return themed(instance.renderToSVGString({ useViewBox: true }), `${chart.title}. ${chart.caption}`);
  } finally {
    instance.dispose();
  }
}

function option(chart: Chart, layout: Layout): echarts.EChartsCoreOption {
  const label = { color: STAND_INS.muted, fontSize: 12, fontFamily: FONT };
  const { axisPlaces = 0 } = chart;
  return {
    useUTC: true,
    animation: false,
    grid: { ...layout.grid, containLabel: false },
    xAxis: {
      type: "time",
      min: (chart.times[0] ?? 0) * 1000,
      max: (chart.times.at(-1) ?? 0) * 1000,
      splitNumber: layout.ticks,
      axisLine: { lineStyle: { color: STAND_INS.line } },
      axisTick: { lineStyle: { color: STAND_INS.line } },
      axisLabel: {
        ...label,
        hideOverlap: true,
        formatter: { year: "{d} {MMM} {yyyy}", month: "{d} {MMM}", day: "{d} {MMM}", hour: "{HH}:{mm}" },
      },
    },
    yAxis: {
      type: "value",
      ...chart.range,
      splitNumber: 4,
      splitLine: { lineStyle: { color: STAND_INS.line, width: 1 } },
      axisLabel: {
        ...label,
        formatter: (value: number) => value.toLocaleString("en-US", { minimumFractionDigits: axisPlaces }),
      },
    },
    series: chart.series.map((series, index) => seriesOption(chart, series, index)),
  };
}

function seriesOption(chart: Chart, series: ChartSeries, index: number): object {
  const color = STAND_INS[series.color];
  return {
    type: "line",
    name: series.name,
    showSymbol: false,
    data: series.values.map((value, i) => [(chart.times[i] ?? 0) * 1000, value]),
    lineStyle: { color, width: series.stacked ? 0.5 : 1.8, type: series.dashed ? "dashed" : "solid" },
    ...(series.step ? { step: "end" } : {}),
    ...(series.stacked ? { stack: "all", areaStyle: { color, opacity: 0.75 } } : {}),
    ...(index === 0 && chart.marks ? { markLine: markOption(chart.marks) } : {}),
  };
}

function markOption(marks: NonNullable<Chart["marks"]>): object {
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: STAND_INS.muted, width: 1, type: "dotted" },
    label: { color: STAND_INS.muted, fontSize: 11, fontFamily: FONT, position: "end", distance: 4 },
    data: marks.map(({ time, text }) => ({ xAxis: time * 1000, label: { formatter: text } })),
  };
}

/** Makes the drawing's ids its own, drops echarts' hover styles and puts the page's colors in. */
function themed(svg: string, description: string): string {
  drawn += 1;
  let result = svg
    .replace(/<style\s*>[\s\S]*?<\/style>/g, "")
    .replace(/ class="zr\d+-cls-\d+"/g, "")
    .replace(/zr\d+-c/g, `c${drawn}-`)
    .replace(/^<svg /, `<svg role="img" aria-label="${escapeHtml(description)}" `);
  for (const [name, color] of Object.entries(STAND_INS)) result = result.replaceAll(color, `var(--${name})`);
  return result;
}

/** Text as it may stand in HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
