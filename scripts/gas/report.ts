import Table from "cli-table3";

import type { Measured } from "./measure.ts";

/** A part of the report: a heading and its operations. */
export interface Section {
  title: string;
  rows: readonly Measured[];
}

/** Gas of one operation, for each number of lenders. */
export interface LenderCount {
  lenders: number;
  gas: number;
}

const figure = (gas: number | undefined) => (gas === undefined ? "" : gas.toLocaleString("en-US"));

/** A table that fits into 80 columns. */
export function renderTable(sections: readonly Section[]): string {
  const table = new Table({
    head: ["action", "gas", "mark to aim at"],
    colWidths: [51, 9, 16],
    colAligns: ["left", "right", "right"],
    style: { head: [], border: [], compact: true },
    wordWrap: true,
  });
  for (const { title, rows } of sections) {
    table.push([{ content: title.toUpperCase(), colSpan: 3 }]);
    for (const { operation, gas, mark } of rows) table.push([operation, figure(gas), figure(mark)]);
  }
  return table.toString();
}

/** One line: a loss costs the same however many lenders bear it. */
export function renderLenderCounts(counts: readonly LenderCount[]): string {
  const figures = counts.map(({ lenders, gas }) => `${figure(gas)} (${lenders})`).join(", ");
  return `A socialized loss, by number of lenders: ${figures}`;
}
