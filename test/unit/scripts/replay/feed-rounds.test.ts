import { expect } from "chai";

import { constantRounds, feedRounds, HALF_PERCENT_HOURLY } from "../../../../scripts/replay/feed-rounds.ts";
import { ethPrices2020, type PricePoint } from "../../../../scripts/replay/prices.ts";

const points = (...pairs: [time: number, price: bigint][]): PricePoint[] =>
  pairs.map(([time, price]) => ({ time, price }));

describe("feed rounds", () => {
  it("publish the first price", () => {
    expect(feedRounds(points([0, 20_000n]), HALF_PERCENT_HOURLY)).to.deep.equal([{ updatedAt: 0, answer: 20_000n }]);
  });

  it("wait for half a percent, measured from the last answer and not from the last price", () => {
    // 0.5 % of 20,000 is 100. 20,050 and 20,099 are nearer; 20,100 is not. Then 0.5 % of 20,100 is 100.5.
    const prices = points(
      [0, 20_000n],
      [300, 20_050n],
      [600, 20_099n],
      [900, 20_100n],
      [1_200, 20_000n],
      [1_500, 19_999n],
    );
    expect(feedRounds(prices, HALF_PERCENT_HOURLY)).to.deep.equal([
      { updatedAt: 0, answer: 20_000n },
      { updatedAt: 900, answer: 20_100n },
      { updatedAt: 1_500, answer: 19_999n },
    ]);
  });

  it("publish after an hour whatever the price", () => {
    const prices = points([0, 20_000n], [1_800, 20_010n], [3_600, 20_020n], [5_400, 20_030n]);
    expect(feedRounds(prices, HALF_PERCENT_HOURLY)).to.deep.equal([
      { updatedAt: 0, answer: 20_000n },
      { updatedAt: 3_600, answer: 20_020n },
    ]);
  });

  it("count the hour from the last round, deviation or heartbeat", () => {
    const prices = points([0, 20_000n], [300, 21_000n], [3_600, 21_000n], [3_900, 21_001n]);
    expect(feedRounds(prices, HALF_PERCENT_HOURLY)).to.deep.equal([
      { updatedAt: 0, answer: 20_000n },
      { updatedAt: 300, answer: 21_000n },
      { updatedAt: 3_900, answer: 21_001n },
    ]);
  });

  it("repeat the price for heartbeats that fall between two prices", () => {
    expect(feedRounds(points([0, 20_000n], [7_500, 20_010n]), HALF_PERCENT_HOURLY)).to.deep.equal([
      { updatedAt: 0, answer: 20_000n },
      { updatedAt: 3_600, answer: 20_000n },
      { updatedAt: 7_200, answer: 20_000n },
    ]);
  });

  it("follow a real crash down to its low, never more than an hour apart", () => {
    const rounds = feedRounds(ethPrices2020(), HALF_PERCENT_HOURLY);
    expect(rounds.some(({ answer }) => answer === 8_600_000_000n)).to.equal(true);
    const gaps = rounds.slice(1).map(({ updatedAt }, index) => updatedAt - rounds[index]!.updatedAt);
    expect(Math.max(...gaps)).to.be.at.most(3_600);
  });

  it("of a constant price are heartbeats", () => {
    expect(constantRounds(1n, 100, 7_300, 3_600).map(({ updatedAt }) => updatedAt)).to.deep.equal([100, 3_700, 7_300]);
  });
});
