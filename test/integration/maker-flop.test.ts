import { expect } from "chai";

import { Progress, SILENT_STREAM } from "../../scripts/lib/progress.ts";
import { sum } from "../../scripts/lib/units.ts";
import { type FlopRun, runFlop } from "../../scripts/replay/flop.ts";
import { flopFigures, flopSummary, salesByBid } from "../../scripts/replay/flop-figures.ts";
import { flopReport } from "../../scripts/replay/report/flop-report.ts";
import { makerFlop } from "../../scripts/replay/scenarios/maker-flop.ts";

const ONE = 10n ** 18n;
/** What rounding may leave of a sum paid in about a hundred purchases, asset units. */
const DUST = 1_000n;

describe("maker's recapitalisation", function () {
  this.timeout(240_000);
  let run: FlopRun;

  before(async () => {
    run = await runFlop(makerFlop(), new Progress(SILENT_STREAM));
  });
  after(async () => {
    for (const { world } of [run.auction, run.standing]) await world.chain.connection.close();
  });

  it("loses exactly 5.67 million and spends the buffer of half a million first (WO1, WO2)", () => {
    for (const { writeOff } of [run.auction, run.standing]) {
      expect(writeOff.badDebt).to.equal(5_670_000n * ONE);
      expect(writeOff.layers.reserves).to.equal(0n);
      expect(writeOff.layers.insurance).to.equal(500_000n * ONE);
    }
    expect(run.auction.writeOff.layers.dilutionCash).to.equal(0n);
    expect(run.auction.writeOff.layers.socialized).to.equal(5_170_000n * ONE);
  });

  it("sells every lot of 50,000 at its own price, highest first, bidders of one price in one block", () => {
    // Tokens = 50,000 / price, rounded down, by hand.
    const pieces: readonly (readonly [price: bigint, purchases: number, tokens: bigint])[] = [
      [28_957n, 7, 172_669_820_768_726_042_062n],
      [26_500n, 33, 188_679_245_283_018_867_924n],
      [25_000n, 2, 200_000_000_000_000_000_000n],
      // The average of the known lots, 4,200,000 / 17,208.24..., is met at the next lower hundredth.
      [24_406n, 22, 204_867_655_494_550_520_363n],
      [23_364n, 7, 214_004_451_292_586_885_807n],
      [22_660n, 12, 220_653_133_274_492_497_793n],
      [22_000n, 20, 227_272_727_272_727_272_727n],
    ];
    const expected = pieces.flatMap(([cents, purchases, tokens]) =>
      Array.from({ length: purchases }, () => ({
        price: (cents * ONE) / 100n,
        tokens,
        // The price starts at 300 and falls by a hundredth a second.
        after: Number(30_000n - cents),
      })),
    );
    // The last bidder is needed for 20,000 only: 103 lots of 50,000 and 0.4 of one.
    const sales = run.auction.sales.map(({ price, tokens, after }) => ({ price, tokens, after }));
    expect(sales).to.have.length(104);
    expect(sales.slice(0, 103)).to.deep.equal(expected);
    const last = run.auction.sales[103]!;
    expect([last.price, last.after]).to.deep.equal([220n * ONE, 8_000]);
    expect(last.assets - 20_000n * ONE).to.satisfy((dust: bigint) => dust >= 0n && dust < 100n * DUST);
  });

  it("mints 21,124.42 tokens at 244.74 on average, beside 20,980 at 252.62 reported", async () => {
    expect(run.auction.tokensMinted).to.equal(21_124_424_655_306_470_921_765n);
    const { raised, averagePrice, seconds } = flopFigures(run.auction, run.scenario);
    expect(5_170_000n * ONE - raised).to.satisfy((dust: bigint) => dust >= 0n && dust < DUST);
    expect(averagePrice).to.equal(244_740_393_376_881_496_233n);
    expect(seconds).to.equal(8_000);
    const { reported } = flopSummary(run);
    // 5,300,000 / 20,980; and (5,300,000 - 4,200,000) / (20,980 - 17,208.24532...) for the lots without a price.
    expect(reported.averagePrice).to.equal("252621544327931363203");
    expect(BigInt(reported.impliedPriceOfUnknownLots) / 10n ** 14n).to.equal(2_916_414n);
    expect(await run.auction.world.token.totalSupply()).to.equal(1_000_000n * ONE + run.auction.tokensMinted);
  });

  it("pays the lenders back by the sale, and charges none of them where bids stood", () => {
    const { lendersCharged, lendersClaimed } = run.auction;
    expect(5_170_000n * ONE - lendersCharged).to.satisfy((left: bigint) => left >= 0n && left < 10n * DUST);
    expect(lendersCharged - lendersClaimed).to.satisfy((left: bigint) => left >= 0n && left < 200n * DUST);
    expect(run.standing.lendersCharged < DUST).to.equal(true);
    const { sharePrices } = run.standing;
    // A unit at most: what rounding of the fills has left over.
    expect(sharePrices.before - sharePrices.loss <= 1n).to.equal(true);
  });

  it("fills the best standing bids within the write-off: 21,262.59 tokens at 243.15 (DI1)", async () => {
    // Money / level, rounded down: 350,000 / 285, 1,650,000 / 265, ... and of the last level 1,020,000 / 220.
    const tokens = [
      1_228_070_175_438_596_491_228n,
      6_226_415_094_339_622_641_509n,
      400_000_000_000_000_000_000n,
      4_583_333_333_333_333_333_333n,
      1_521_739_130_434_782_608_695n,
      2_666_666_666_666_666_666_666n,
      4_636_363_636_363_636_363_636n,
    ];
    const levels = [285n, 265n, 250n, 240n, 230n, 225n, 220n];
    const { sales, writeOff, world } = run.standing;
    expect(sales.map((sale) => sale.tokens)).to.deep.equal(tokens);
    expect(sales.map(({ price }) => price)).to.deep.equal(levels.map((level) => level * ONE));
    expect(sales.every(({ after }) => after === 0)).to.equal(true);
    expect(run.standing.tokensMinted).to.equal(21_262_588_036_576_638_105_067n);
    expect(writeOff.layers.dilutionCash).to.equal(5_170_000n * ONE);
    // 106 lots of 50,000 were bid, 130,000 of them are left at the last level.
    expect((await world.underwriters.levelOf(14n)).assets).to.equal(130_000n * ONE);
  });

  it("tells the same in summary and report", () => {
    const summary = flopSummary(run);
    expect(summary.tokensMinted).to.equal(summary.auction.tokensMinted);
    expect(sum(salesByBid(run), ({ sold }) => BigInt(sold.length))).to.equal(104n);
    const html = flopReport(run);
    for (const text of ["20,980", "21,124.42", "21,262.59", "252.62", "244.74", 'id="price"', 'id="raised"']) {
      expect(html).to.include(text);
    }
    expect(html).to.not.match(/NaN|undefined|\[object/);
  });
});
