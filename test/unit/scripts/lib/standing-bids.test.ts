import { expect } from "chai";

import { StandingBids } from "../../../../scripts/lib/standing-bids.ts";

const UNIT = 10n ** 18n;
const MANY = 1_000n * UNIT;

/** Levels at 100, 90 and 80 a token; 60 and 20 are bid at the first, 1,000 at the last. */
function bids(): StandingBids {
  const book = new StandingBids([100n * UNIT, 90n * UNIT, 80n * UNIT]);
  book.commit("una", 0, 60n * UNIT);
  book.commit("ugo", 0, 20n * UNIT);
  book.commit("uma", 2, 1_000n * UNIT);
  return book;
}

describe("standing bids", () => {
  it("are filled best price first, pro rata within a level", () => {
    const book = bids();
    const fills = book.quote(160n * UNIT, MANY, UNIT);
    expect(fills).to.deep.equal([
      { level: 0, tokens: (8n * UNIT) / 10n, assets: 80n * UNIT },
      { level: 2, tokens: UNIT, assets: 80n * UNIT },
    ]);
    book.fill(fills);
    expect(book.collect("una", 0)).to.deep.equal({ tokens: (6n * UNIT) / 10n, dust: 0n });
    expect(book.collect("ugo", 0)).to.deep.equal({ tokens: (2n * UNIT) / 10n, dust: 0n });
    expect(book.collect("uma", 2).tokens).to.equal(UNIT);
    expect(book.assetsOf("uma", 2)).to.equal(920n * UNIT);
  });

  it("sell no more tokens than are allowed, and none under the floor (DI1)", () => {
    expect(bids().quote(160n * UNIT, UNIT / 2n, UNIT)).to.deep.equal([
      { level: 0, tokens: UNIT / 2n, assets: 50n * UNIT },
    ]);
    expect(bids().quote(160n * UNIT, MANY, 81n * UNIT)).to.have.length(1);
  });

  it("round tokens down, pay all that is wanted for them, and what is left of a budget up", () => {
    const book = new StandingBids([3n * UNIT]);
    book.commit("una", 0, 100n);
    // 100 / 3 = 33.3: 33 token units, which would cost 99; the loss is 100 and all of it is paid.
    expect(book.quote(100n, MANY, 1n)).to.deep.equal([{ level: 0, tokens: 33n, assets: 100n }]);
    expect(book.quote(100n, 32n, 1n)).to.deep.equal([{ level: 0, tokens: 32n, assets: 96n }]);
    // What buys no token unit is not paid.
    expect(book.quote(2n, MANY, 1n)).to.deep.equal([]);
    const odd = new StandingBids([(7n * UNIT) / 2n]);
    odd.commit("una", 0, 100n);
    // One token unit would cost 3.5, so 4.
    expect(odd.quote(100n, 1n, 1n)).to.deep.equal([{ level: 0, tokens: 1n, assets: 4n }]);
    // 100 / 3.5 = 28.57
    expect(odd.quote(100n, MANY, 1n)).to.deep.equal([{ level: 0, tokens: 28n, assets: 100n }]);
  });

  it("begin anew at a level that was drained: a newcomer shares nothing of what was bought before", () => {
    const book = bids();
    book.fill(book.quote(80n * UNIT, MANY, UNIT));
    book.commit("eve", 0, 10n * UNIT);
    book.fill(book.quote(5n * UNIT, MANY, UNIT));
    expect(book.collect("eve", 0).tokens).to.equal((5n * UNIT) / 100n);
    expect(book.collect("una", 0).tokens).to.equal((6n * UNIT) / 10n);
    expect(book.assetsOf("una", 0)).to.equal(0n);
  });

  it("leave a withdrawing bidder with its part of what is left", () => {
    const book = bids();
    book.fill(book.quote(40n * UNIT, MANY, UNIT));
    // Half of the level is spent; una holds three quarters of the other half.
    expect(book.withdraw("una", 0, 60n * UNIT * 10n ** 6n)).to.equal(30n * UNIT);
    expect(book.assetsOf("ugo", 0)).to.equal(10n * UNIT);
    expect(book.collect("una", 0).tokens).to.equal((3n * UNIT) / 10n);
  });
});
