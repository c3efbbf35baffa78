import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { cell, readTable } from "../../../../scripts/lib/csv.ts";

describe("csv", () => {
  let folder: string;
  const file = (text: string): string => {
    const path = join(folder, "table.csv");
    writeFileSync(path, text);
    return path;
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-csv-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("reads rows by column and skips comments", () => {
    const rows = readTable(file("# source\na,b\n1,2\n\n3,4\n"), ["a", "b"]);
    expect(rows.map(({ cells }) => cells)).to.deep.equal([
      { a: "1", b: "2" },
      { a: "3", b: "4" },
    ]);
    expect(rows[1]?.line).to.equal(5);
  });

  it("names file and line of what is wrong", () => {
    expect(() => readTable(file("a,c\n1,2\n"), ["a", "b"])).to.throw(/table\.csv:1: expected the heading a,b/);
    expect(() => readTable(file("a,b\n1\n"), ["a", "b"])).to.throw(/table\.csv:2: expected 2 cells/);
    expect(() => readTable(file("a,b\n"), ["a", "b"])).to.throw("no rows");
    const [row] = readTable(file("a,b\n1,x\n"), ["a", "b"]);
    expect(() => cell(row!, "b", BigInt)).to.throw(/table\.csv:2: b: /);
  });
});
