import { readFileSync } from "node:fs";

/** A table does not look as its reader expects. */
export class TableError extends Error {
  override readonly name = "TableError";

  constructor(file: string, line: number, problem: string) {
    super(`${file}:${line}: ${problem}`);
  }
}

/** One row by column name, with its place for error messages. */
export interface Row {
  readonly file: string;
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/**
 * Reads a small CSV without quoting: comment lines start with `#`, the first other line is the heading.
 * @param columns the heading that must be there, in order
 */
export function readTable(file: string | URL, columns: readonly string[]): Row[] {
  const name = file.toString();
  const lines = readFileSync(file, "utf8").split("\n");
  const rows: Row[] = [];
  let headingSeen = false;
  for (const [index, text] of lines.entries()) {
    if (text === "" || text.startsWith("#")) continue;
    const line = index + 1;
    const values = text.split(",");
    if (!headingSeen) {
      if (text !== columns.join(",")) throw new TableError(name, line, `expected the heading ${columns.join(",")}`);
      headingSeen = true;
      continue;
    }
    if (values.length !== columns.length) throw new TableError(name, line, `expected ${columns.length} cells`);
    rows.push({ file: name, line, cells: Object.fromEntries(columns.map((column, i) => [column, values[i] ?? ""])) });
  }
  if (rows.length === 0) throw new TableError(name, lines.length, "no rows");
  return rows;
}

/** A cell read by `parse`; whatever is wrong with it is reported with its place. */
export function cell<T>(row: Row, column: string, parse: (text: string) => T): T {
  try {
    return parse(row.cells[column] ?? "");
  } catch (error) {
    throw new TableError(row.file, row.line, `${column}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
