/**
 * Building blocks of a report: one HTML file that opens from disk, with everything inside it. Texts given to these
 * functions are HTML; pass what is not yours through `escapeHtml`.
 */
import { divRound, toChartNumber } from "../units.ts";
import { escapeHtml, type ChartColor } from "./chart.ts";
import { HOVER_SCRIPT } from "./hover.ts";
import { STYLE } from "./style.ts";

/** The load line on a ship's side. */
const PLIMSOLL_MARK = `<svg class="mark" viewBox="0 0 64 48" role="img" aria-label="Plimsoll mark" fill="none" stroke="currentColor" stroke-width="4"><circle cx="32" cy="24" r="16"/><path d="M4 24h56"/></svg>`;

/** A whole report. */
export interface Page {
  readonly title: string;
  /** First paragraph, HTML. */
  readonly lead: string;
  /** Everything after it, HTML blocks in order. */
  readonly blocks: readonly string[];
  /** Last line, HTML. */
  readonly footer: string;
}

/** The complete file. */
export function pageHtml({ title, lead, blocks, footer }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>${PLIMSOLL_MARK}<h1>${escapeHtml(title)}</h1><p class="lead">${lead}</p></header>
${blocks.join("\n")}
<footer>${footer}</footer>
</main>
<script>${HOVER_SCRIPT}</script>
</body>
</html>
`;
}

/** A heading with paragraphs. */
export function section(heading: string, ...paragraphs: readonly string[]): string {
  return `<h2>${heading}</h2>\n${paragraphs.map((text) => `<p>${text}</p>`).join("\n")}`;
}

/** A row of large figures, each with what it is. */
export function facts(items: readonly (readonly [figure: string, meaning: string])[]): string {
  return `<div class="facts">${items.map(([figure, meaning]) => `<div><b>${figure}</b><span>${meaning}</span></div>`).join("")}</div>`;
}

/** A column of a table. */
export interface Column {
  readonly heading: string;
  /** Figures stand right. */
  readonly number?: boolean;
}

/** A table that scrolls sideways where it does not fit. `total` is a last row set apart. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  total?: readonly string[],
): string {
  const cells = (tag: "td" | "th", texts: readonly string[]): string =>
    texts.map((text, i) => `<${tag}${columns[i]?.number ? ' class="number"' : ""}>${text}</${tag}>`).join("");
  const body = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("\n");
  const last = total === undefined ? "" : `<tr class="total">${cells("td", total)}</tr>`;
  const heading = cells(
    "th",
    columns.map((column) => column.heading),
  );
  return `<div class="scroll"><table><thead><tr>${heading}</tr></thead><tbody>\n${body}\n${last}</tbody></table></div>`;
}

/** One bar of the waterfall picture: it starts at its attachment point and is as long as what the layer paid. */
export interface CascadeRow {
  readonly name: string;
  readonly note: string;
  readonly color: ChartColor;
  /** Where the bar starts and how long it is, in the same unit as the picture's `whole`. */
  readonly from: bigint;
  readonly size: bigint;
  /** The figure as text, and what to say below it. */
  readonly value: string;
  readonly share: string;
}

/** The waterfall as a picture: rows of bars over a common scale; "gap" sets groups apart. */
export function cascade(rows: readonly (CascadeRow | "gap")[], whole: bigint): string {
  const percent = (part: bigint): number => (whole === 0n ? 0 : toChartNumber(divRound(part * 100_000n, whole), 3));
  const html = rows.map((row) => {
    if (row === "gap") return `<div class="gap"></div>`;
    const bar = `<div class="bar" style="--bar:var(--${row.color});left:${percent(row.from)}%;width:${percent(row.size)}%"></div>`;
    return `<div class="row"><div class="name"><b>${row.name}</b><span>${row.note}</span></div>
<div class="track">${row.size === 0n ? "" : bar}</div>
<div class="value">${row.value}<span>${row.share}</span></div></div>`;
  });
  return `<div class="cascade">${html.join("\n")}</div>`;
}
