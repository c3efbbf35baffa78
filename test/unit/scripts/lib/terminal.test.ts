import { expect } from "chai";

import { Progress } from "../../../../scripts/lib/progress.ts";
import { printedTable } from "../../../../scripts/lib/table.ts";

/** A stream that keeps what it is given. */
class Screen {
  text = "";
  readonly isTTY: boolean;
  readonly columns = 80;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }
}

describe("terminal", () => {
  it("prints tables of at most 80 columns, ruled where asked", () => {
    const columns = [
      { heading: "Layer", width: 20 },
      { heading: "Paid", width: 12, number: true },
    ];
    const lines = printedTable(
      columns,
      [
        ["a", "1"],
        ["b", "2"],
        ["all", "3"],
      ],
      2,
    ).split("\n");
    expect(lines.every((line) => line.length <= 80)).to.equal(true);
    expect(lines.filter((line) => line.startsWith("├"))).to.have.length(2);
    expect(lines.at(-2)).to.match(/all .* 3 │$/);
  });

  it("refuses a table that is too wide", () => {
    expect(() => printedTable([{ heading: "x", width: 78 }], [])).to.throw("does not fit 80");
  });

  it("rewrites one line on a terminal", () => {
    const screen = new Screen(true);
    const progress = new Progress(screen);
    progress.start("Replaying", 10);
    progress.update(10, "done");
    progress.finish();
    expect(screen.text)
      .to.include("100 %")
      .and.match(/Replaying: [\d.]+ s\n$/);
    expect(screen.text.split("\n")).to.have.length(2);
  });

  it("writes a plain line every ten percent elsewhere", () => {
    const screen = new Screen(false);
    const progress = new Progress(screen);
    progress.start("Replaying", 100);
    for (let done = 0; done <= 100; done++) progress.update(done);
    progress.finish("well");
    const lines = screen.text.trimEnd().split("\n");
    expect(lines).to.have.length(12);
    expect(lines.at(-1)).to.match(/^Replaying: well, [\d.]+ s$/);
    expect(screen.text).to.not.include("\r");
  });
});
