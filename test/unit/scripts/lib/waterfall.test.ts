import { expect } from "chai";

import { climb, climbOn, type Ladder, splitLoss, standing, totalOf } from "../../../../scripts/lib/waterfall.ts";

/** Reserves paid 10, insurance 30, dilution 5 in cash, lenders 55, of which a sale has brought back 20. */
const LADDER: Ladder = {
  reserves: 10n,
  insurance: 30n,
  dilutionCash: 5n,
  socialized: 55n,
  auctionProceeds: 20n,
  returned: 0n,
};

describe("waterfall", () => {
  describe("a loss going down", () => {
    const capacities = { reserves: 10n, insurance: 30n, dilutionCash: 5n };

    it("stops at the first layer that can pay it all", () => {
      expect(splitLoss({ badDebt: 7n, insurable: 7n }, capacities)).to.deep.equal({
        reserves: 7n,
        insurance: 0n,
        dilutionCash: 0n,
        socialized: 0n,
      });
    });

    it("fills layer after layer and leaves the rest to the lenders", () => {
      const layers = splitLoss({ badDebt: 100n, insurable: 100n }, capacities);
      expect(layers).to.deep.equal({ reserves: 10n, insurance: 30n, dilutionCash: 5n, socialized: 55n });
      expect(totalOf(layers)).to.equal(100n);
    });

    it("asks insurance for the insurable part only", () => {
      expect(splitLoss({ badDebt: 100n, insurable: 12n }, capacities).insurance).to.equal(12n);
      expect(splitLoss({ badDebt: 100n, insurable: 0n }, capacities).socialized).to.equal(85n);
    });

    it("pays all that a layer has when it is one unit short", () => {
      expect(splitLoss({ badDebt: 41n, insurable: 41n }, { ...capacities, dilutionCash: 0n })).to.deep.equal({
        reserves: 10n,
        insurance: 30n,
        dilutionCash: 0n,
        socialized: 1n,
      });
    });
  });

  describe("money coming back", () => {
    it("goes to lenders first, then dilution, insurance, reserves (RE2)", () => {
      expect(climb(LADDER, 0n, 30n)).to.deep.equal({ toLenders: 30n, toDilution: 0n, toInsurance: 0n, toReserves: 0n });
      expect(climb(LADDER, 30n, 10n)).to.deep.equal({ toLenders: 5n, toDilution: 5n, toInsurance: 0n, toReserves: 0n });
      expect(climb(LADDER, 40n, 60n)).to.deep.equal({
        toLenders: 0n,
        toDilution: 20n,
        toInsurance: 30n,
        toReserves: 10n,
      });
    });

    it("is never more than was written off (RE1)", () => {
      expect(() => climb(LADDER, 40n, 61n)).to.throw("1 more than was written off");
    });

    it("does not depend on how it is cut into payments", () => {
      const sums = { toLenders: 0n, toDilution: 0n, toInsurance: 0n, toReserves: 0n };
      let recovered = 0n;
      for (const assets of [13n, 1n, 40n, 39n]) {
        const step = climb(LADDER, recovered, assets);
        recovered += assets;
        for (const layer of ["toLenders", "toDilution", "toInsurance", "toReserves"] as const)
          sums[layer] += step[layer];
      }
      expect(sums).to.deep.equal(climb(LADDER, 0n, 93n));
    });

    it("goes on up when dilution finds no token to buy back", () => {
      // 60 recovered: 35 to lenders, 25 to dilution, none above. Dilution sends 25 on.
      expect(standing(LADDER, 60n).toDilution).to.equal(25n);
      expect(climbOn(LADDER, 60n, 25n)).to.deep.equal({
        toLenders: 0n,
        toDilution: -25n,
        toInsurance: 25n,
        toReserves: 0n,
      });
    });

    it("is not handed to dilution a second time after it was sent on", () => {
      const returned = { ...LADDER, returned: 25n };
      expect(climb(returned, 60n, 40n)).to.deep.equal({
        toLenders: 0n,
        toDilution: 0n,
        toInsurance: 5n,
        toReserves: 35n,
      });
    });
  });
});
