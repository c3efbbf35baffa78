import { expect } from "chai";

import { giveBack, NO_PROVISION, takeMore } from "../../../../scripts/lib/provision.ts";

const MEANS = { reserves: 100n, fundCash: 10_000n, drawable: 250n, lendersAssets: 5_000n };

describe("a provision", () => {
  it("takes reserves, then what insurance may and can set apart, then the lenders", () => {
    expect(takeMore(NO_PROVISION, { shortfall: 1_000n, insurable: 400n }, MEANS)).to.deep.equal({
      reserves: 100n,
      earmarked: 250n,
      charged: 650n,
    });
    expect(takeMore(NO_PROVISION, { shortfall: 1_000n, insurable: 40n }, MEANS).earmarked).to.equal(40n);
  });

  it("takes only what is missing, and insures no more than is insurable in all", () => {
    const held = { reserves: 10n, earmarked: 30n, charged: 60n };
    const means = { ...MEANS, reserves: 0n };
    expect(takeMore(held, { shortfall: 150n, insurable: 45n }, means)).to.deep.equal({
      reserves: 0n,
      earmarked: 15n,
      charged: 35n,
    });
  });

  it("leaves a thousandth of fund and vault alone, rounded up", () => {
    const poor = { reserves: 0n, fundCash: 1_001n, drawable: 10_000n, lendersAssets: 500n };
    expect(takeMore(NO_PROVISION, { shortfall: 9_999n, insurable: 9_999n }, poor)).to.deep.equal({
      reserves: 0n,
      earmarked: 999n,
      charged: 499n,
    });
  });

  it("gives back the other way: lenders, insurance, reserves", () => {
    const held = { reserves: 100n, earmarked: 250n, charged: 650n };
    expect(giveBack(held, 900n)).to.deep.equal({ reserves: 0n, earmarked: 0n, charged: 100n });
    expect(giveBack(held, 300n)).to.deep.equal({ reserves: 0n, earmarked: 50n, charged: 650n });
    expect(giveBack(held, 0n)).to.deep.equal(held);
  });
});
