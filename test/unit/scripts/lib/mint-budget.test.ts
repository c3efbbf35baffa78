import { expect } from "chai";

import { MintBudget } from "../../../../scripts/lib/mint-budget.ts";

const HOUR = 3_600;

describe("mint budget (DI1)", () => {
  const budget = (): MintBudget => new MintBudget({ hourCap: 100n, monthCap: 720n, lifetimeCap: 130n });

  it("is what fits into the hour, the month and the whole life", () => {
    const tokens = budget();
    expect(tokens.available(0)).to.equal(100n);
    tokens.draw(100n, 0);
    expect(tokens.available(0)).to.equal(0n);
    expect(tokens.available(HOUR / 2)).to.equal(30n);
    tokens.draw(30n, HOUR / 2);
    expect(tokens.available(10 * HOUR)).to.equal(0n);
  });

  it("takes back what nobody bought, in the buckets only what cannot have leaked since", () => {
    const tokens = budget();
    tokens.draw(100n, 0);
    // After a quarter of an hour 25 have leaked: giving 40 back frees 15 more in the hour's bucket.
    tokens.release(40n, HOUR / 4, 0);
    expect(tokens.available(HOUR / 4)).to.equal(40n);
  });
});
