import { expect } from "chai";

import { Rng } from "../../../../scripts/lib/rng.ts";

const draw = (rng: Rng, count: number): number[] => Array.from({ length: count }, () => rng.uint32());

describe("rng", () => {
  it("repeats itself for a seed and not for another", () => {
    expect(draw(new Rng("a"), 8)).to.deep.equal(draw(new Rng("a"), 8));
    expect(draw(new Rng("a"), 8)).to.not.deep.equal(draw(new Rng("b"), 8));
  });

  it("keeps giving the numbers it gives today", () => {
    expect(draw(new Rng("plimsoll"), 3)).to.deep.equal([933_146_359, 2_854_704_961, 391_664_818]);
  });

  it("has streams that do not disturb each other", () => {
    const alone = new Rng("a").fork("book");
    const parent = new Rng("a");
    draw(parent, 5);
    expect(draw(parent.fork("book"), 4)).to.deep.equal(draw(alone, 4));
    expect(draw(new Rng("a").fork("x"), 4)).to.not.deep.equal(draw(new Rng("a").fork("y"), 4));
  });

  it("stays within its bounds and reaches both", () => {
    const rng = new Rng("bounds");
    const drawn = new Set(Array.from({ length: 500 }, () => rng.between(-1n, 2n)));
    expect([...drawn].sort()).to.deep.equal([-1n, 0n, 1n, 2n]);
    expect(rng.between(5n, 5n)).to.equal(5n);
  });

  it("is even enough", () => {
    const rng = new Rng("even");
    const hits = Array.from({ length: 10_000 }, () => rng.chance(2_500)).filter(Boolean).length;
    expect(hits).to.be.within(2_300, 2_700);
  });

  it("shuffles without losing anything", () => {
    const items = Array.from({ length: 20 }, (_, index) => index);
    const shuffled = new Rng("shuffle").shuffled(items);
    expect(shuffled).to.not.deep.equal(items);
    expect([...shuffled].sort((a, b) => a - b)).to.deep.equal(items);
  });

  it("refuses to pick from nothing", () => {
    expect(() => new Rng("a").pick([])).to.throw("nothing to pick from");
  });
});
