import { expect } from "chai";

import { ethPrices2020, usdcRounds2023 } from "../../../../scripts/replay/prices.ts";

describe("price tables", () => {
  describe("ETH/USD of 12 and 13 March 2020", () => {
    const prices = ethPrices2020();

    it("holds a close every five minutes from midnight to midnight, and one low", () => {
      expect(prices).to.have.length(578);
      expect(prices[0]).to.deep.equal({ time: Date.UTC(2020, 2, 12) / 1000, price: 19_461_000_000n });
      expect(prices.at(-1)?.time).to.equal(Date.UTC(2020, 2, 14) / 1000);
      expect(prices.filter(({ time }) => time % 300 !== 0)).to.have.length(1);
    });

    it("reaches 86.00 in the bar of 02:15 UTC on 13 March", () => {
      const lowest = prices.reduce((low, point) => (point.price < low.price ? point : low));
      expect(lowest.price).to.equal(8_600_000_000n);
      expect(lowest.time).to.equal(Date.UTC(2020, 2, 13, 2, 15) / 1000 + 150);
    });
  });

  describe("USDC/USD rounds of November 2022 to March 2023", () => {
    const rounds = usdcRounds2023();

    it("holds all 400 rounds in order", () => {
      expect(rounds).to.have.length(400);
      expect(rounds[0]).to.deep.equal({ updatedAt: 1_668_921_395, answer: 100_018_009n });
      expect(rounds.at(-1)).to.deep.equal({ updatedAt: 1_678_610_987, answer: 95_434_030n });
    });

    it("falls to 0.88 and comes back", () => {
      const lowest = rounds.reduce((low, round) => (round.answer < low.answer ? round : low));
      expect(lowest.answer).to.equal(88_000_000n);
      const afterwards = rounds.filter(({ updatedAt }) => updatedAt > lowest.updatedAt);
      expect(afterwards.some(({ answer }) => answer > 98_000_000n)).to.equal(true);
    });
  });
});
