import { readFileSync } from "node:fs";

import { expect } from "chai";

import type { Breakdown } from "../../../../scripts/bench/breakdown.ts";
import { bestPeer, type Compared, meetsGoal } from "../../../../scripts/bench/compare.ts";
import { ROWS } from "../../../../scripts/bench/contest.ts";
import { readMainnetFigures } from "../../../../scripts/bench/feeds/reads.ts";
import { feedReadsLine } from "../../../../scripts/bench/report/feeds.ts";
import { operationsJson } from "../../../../scripts/bench/report/json.ts";
import { costOfFeeds } from "../../../../scripts/bench/report/page.ts";
import {
  renderComparison,
  renderGrowth,
  renderSections,
  renderUnprepared,
} from "../../../../scripts/bench/report/terminal.ts";

const BREAKDOWN: Breakdown = { intrinsic: 0, coldLoads: 0, stores: 0, calls: 0, logs: 0, compute: 0, refunds: 0 };
const of = (gas: number) => ({ gas, breakdown: BREAKDOWN });

/** Every row, with these figures for those whose row has them. */
const compared = (gas: number, morphoBlue: number, aaveV3: number): Compared[] =>
  ROWS.map((row) => ({
    row,
    plimsoll: of(gas),
    unprepared: row.unprepared === undefined ? null : of(gas + 34_200),
    morphoBlue: row.morphoBlue === undefined ? null : of(morphoBlue),
    aaveV3: row.aaveV3 === undefined ? null : of(aaveV3),
  }));

const widest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

describe("report of the benchmark", () => {
  it("compares with the cheapest peer, whether it is measured or a fixed figure", () => {
    const [deposit] = compared(80_000, 77_000, 146_000);
    expect(bestPeer(deposit!)).to.deep.equal({ name: "comet", gas: 76_500 });
    const [cheaper] = compared(80_000, 76_000, 146_000);
    expect(bestPeer(cheaper!)).to.deep.equal({ name: "morphoBlue", gas: 76_000 });
  });

  it("meets a goal at the figure itself, not one above", () => {
    const [at] = compared(72_000, 0, 0);
    const [above] = compared(72_001, 0, 0);
    expect(meetsGoal(at!)).to.be.true;
    expect(meetsGoal(above!)).to.be.false;
  });

  it("has the ten operations of the comparison in the shape that machines read", () => {
    const operations = operationsJson(compared(100, 200, 300));
    expect(operations).to.have.length(10);
    expect(operations[0]).to.deep.equal({
      operation: "deposit",
      gas: 100,
      unprepared: null,
      peers: { morphoBlue: 200, aaveV3: 300 },
      fixedPeers: { comet: 76_500, eulerV2: 129_000 },
      goal: 72_000,
    });
    expect(operations.map(({ unprepared }) => unprepared !== null)).to.deep.equal([
      ...Array<boolean>(5).fill(false),
      ...Array<boolean>(5).fill(true),
    ]);
    expect(operations[5]?.peers).to.deep.equal({ morphoBlue: null, aaveV3: null });
  });

  it("fits a terminal of 80 columns, with figures as large as a block takes", () => {
    const most = 16_777_216;
    expect(widest(renderComparison(compared(999_949, 999_949, 999_949)))).to.be.at.most(80);
    expect(widest(renderUnprepared(compared(most, most, most)))).to.be.at.most(80);
    const rows = [{ operation: "liquidateBatch: 100 insolvent, with everything that may happen", gas: most }];
    expect(widest(renderSections([{ title: "Lenders", rows }]))).to.be.at.most(80);
    const growth = {
      lenders: [1, 100, 1_000].map((lenders) => ({ lenders, deposit: most, socializedLoss: most })),
      batch: [1, 5, 20, 100].map((positions) => ({ positions, plimsoll: most, morphoBlue: most, aaveV3: most })),
      tranches: [1, 2, 3, 4].map((tranches) => ({ tranches, gas: most })),
      lossEpochs: [1, 10, 50].map((epochs) => ({ epochs, nextLoss: most, nextTransfer: most, claimOfAll: most })),
    };
    expect(widest(renderGrowth(growth))).to.be.at.most(80);
  });

  it("has what mainnet's own feed costs from the committed figures, and so has docs/performance.md", () => {
    const mainnet = readMainnetFigures();
    const own = { firstRead: 18_552, secondRead: 3_552 };
    const row = `| mainnet, ETH / USD | ${mainnet.firstRead.toLocaleString("en-US")} | ${mainnet.secondRead.toLocaleString("en-US")} |`;
    expect(costOfFeeds({ own, mainnet })).to.contain(row).and.to.contain("fork of block 20,472,570");
    expect(readFileSync("docs/performance.md", "utf8")).to.contain(row);
    expect(widest(feedReadsLine(own, mainnet))).to.be.at.most(80);
  });
});
