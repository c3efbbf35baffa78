import { expect } from "chai";

import { Rng } from "../../../../scripts/lib/rng.ts";
import { drawBook } from "../../../../scripts/replay/book.ts";
import { blackThursday } from "../../../../scripts/replay/scenarios/black-thursday.ts";

const PRICE_WAD = 19_461n * 10n ** 16n;
const WAITING_DAYS = 14;
const draw = (seed: string) => drawBook(blackThursday().book, PRICE_WAD, WAITING_DAYS, new Rng(seed));

describe("book", () => {
  const plan = blackThursday().book;

  it("has at least 400 borrowers and is the same for the same seed", () => {
    expect(draw("a").length).to.be.at.least(400);
    expect(draw("a")).to.deep.equal(draw("a"));
    expect(draw("a")).to.not.deep.equal(draw("b"));
  });

  it("keeps debts within the size classes and ratios within their bounds", () => {
    for (const { debt, ltvBps } of draw("a")) {
      expect(plan.sizes.some(({ lowestDebt, highestDebt }) => debt >= lowestDebt && debt <= highestDebt)).to.equal(
        true,
      );
      expect(ltvBps >= plan.lowestLtvBps && ltvBps <= plan.highestLtvBps).to.equal(true);
    }
  });

  it("gives each borrower just enough collateral for the ratio", () => {
    for (const { debt, ltvBps, collateral } of draw("a")) {
      const value = (collateral * PRICE_WAD) / 10n ** 18n;
      expect(value * ltvBps >= debt * 10_000n).to.equal(true);
      expect((value - 2n * PRICE_WAD) * ltvBps < debt * 10_000n).to.equal(true);
    }
  });

  it("opens young loans within the waiting period and the others before it", () => {
    const days = draw("a").map(({ openedDaysBefore }) => openedDaysBefore);
    expect(days.every((day) => day >= 1 && day <= plan.openingDays && day !== WAITING_DAYS)).to.equal(true);
    const young = days.filter((day) => day < WAITING_DAYS).length;
    expect(young).to.be.within(40, 110);
  });

  it("refuses size classes that do not add up", () => {
    const broken = { ...plan, sizes: [{ weightBps: 1, lowestDebt: 1n, highestDebt: 1n }] };
    expect(() => drawBook(broken, PRICE_WAD, WAITING_DAYS, new Rng("a"))).to.throw("add up");
  });
});
