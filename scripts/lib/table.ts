import Table from "cli-table3";

/** Width that every terminal has. */
export const TERMINAL_COLUMNS = 80;

const MIDDLE_LINE_START = "├";

/** A column of a printed table. `width` counts the characters of its cells without padding. */
export interface PrintedColumn {
  readonly heading: string;
  readonly width: number;
  readonly number?: boolean;
}

/**
 * A table as text of at most 80 columns, long cells wrapped.
 * @param ruledRows rows with a line above them, by index
 */
export function printedTable(
  columns: readonly PrintedColumn[],
  rows: readonly (readonly string[])[],
  ...ruledRows: readonly number[]
): string {
  const total = columns.reduce((sum, { width }) => sum + width + 3, 1);
  if (total > TERMINAL_COLUMNS) throw new RangeError(`a table of ${total} columns does not fit ${TERMINAL_COLUMNS}`);
  const table = new Table({
    head: columns.map(({ heading }) => heading),
    colWidths: columns.map(({ width }) => width + 2),
    colAligns: columns.map(({ number }) => (number ? "right" : "left")),
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const row of rows) table.push([...row]);
  // The package draws a line above every row; the one below the heading stays.
  let above = -1;
  return table
    .toString()
    .split("\n")
    .filter((line) => {
      if (!line.startsWith(MIDDLE_LINE_START)) return true;
      above += 1;
      return above === 0 || ruledRows.includes(above);
    })
    .join("\n");
}
