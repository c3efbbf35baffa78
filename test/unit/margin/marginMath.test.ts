import { expect } from "chai";
import { network } from "hardhat";

import { initialMargin, maintenanceMargin, notional, profit, remainingSize } from "../../../scripts/lib/margin-math.js";

const { ethers, networkHelpers } = await network.create();

const UNIT = 10n ** 18n;
const PERCENT = 10n ** 16n;
/** 200 dollars in six decimals. */
const PRICE = 200_000_000n * UNIT;
const DOLLAR = 1_000_000n;
/** 2 % maintenance, 1 % more per 100 units; initial 1.5 times that, at least 10 %; half the volatility on top. */
const RULES = {
  maintenanceWad: 2n * PERCENT,
  depthWad: 10_000n * UNIT,
  initialMultipleWad: 150n * PERCENT,
  maxJumpWad: 10n * PERCENT,
  volatilityWeightWad: 50n * PERCENT,
};

describe("MarginMath", () => {
  const deploy = () => ethers.deployContract("MarginLibraryHarness");

  it("asks a larger share of a larger position", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    // 100 units are 20,000 dollars at 3 %; 400 units 80,000 dollars at 6 %.
    expect(await margin.maintenanceUp(RULES, 100n * UNIT, PRICE)).to.equal(600n * DOLLAR);
    expect(await margin.maintenanceUp(RULES, -400n * UNIT, PRICE)).to.equal(4_800n * DOLLAR);
  });

  it("asks a maintenance margin of at most the whole value", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    expect(await margin.maintenanceUp(RULES, 20_000n * UNIT, PRICE)).to.equal(20_000n * 200n * DOLLAR);
  });

  it("asks at least the maximum jump to open, and a multiple of the maintenance margin where that is more", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    // 100 units: 1.5 x 3 % is less than 10 %. 800 units: 1.5 x 10 % is more.
    expect(await margin.initialUp(RULES, 100n * UNIT, PRICE, 0n)).to.equal(2_000n * DOLLAR);
    expect(await margin.initialUp(RULES, -800n * UNIT, PRICE, 0n)).to.equal(24_000n * DOLLAR);
  });

  it("widens the initial margin with volatility, up to the whole value", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    expect(await margin.initialUp(RULES, 100n * UNIT, PRICE, 6n * PERCENT)).to.equal(2_600n * DOLLAR);
    expect(await margin.initialUp(RULES, 100n * UNIT, PRICE, 1_000n * PERCENT)).to.equal(20_000n * DOLLAR);
  });

  it("values longs and shorts against what they have cost", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    const bought = 3n * UNIT * (190_000_000n * UNIT);
    expect(await margin.profitDown(3n * UNIT, PRICE, bought)).to.equal(30n * DOLLAR);
    expect(await margin.profitDown(-3n * UNIT, PRICE, -bought)).to.equal(-30n * DOLLAR);
    expect(await margin.notionalUp(-3n * UNIT, PRICE)).to.equal(600n * DOLLAR);
  });

  it("LV3: rounds profits down, losses and margins up, in assets of every scale", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    for (const decimals of [0n, 2n, 6n, 8n, 18n, 24n]) {
      const price = (19_431n * 10n ** decimals * UNIT) / 100n + 1n;
      const size = 3n * UNIT + 1n;
      for (const signed of [size, -size]) {
        expect(await margin.notionalUp(signed, price)).to.equal(notional(signed, price));
        expect(await margin.profitDown(signed, price, 7n)).to.equal(profit(signed, price, 7n));
        expect(await margin.maintenanceUp(RULES, signed, price)).to.equal(maintenanceMargin(RULES, signed, price));
        expect(await margin.initialUp(RULES, signed, price, 12_345n)).to.equal(
          initialMargin(RULES, signed, price, 12_345n),
        );
      }
    }
    expect(await margin.profitDown(1n, 1n, 0n)).to.equal(0n);
    expect(await margin.profitDown(-1n, 1n, 0n)).to.equal(-1n);
    expect(await margin.notionalUp(1n, 1n)).to.equal(1n);
  });

  it("closes down to the size that a search finds for the target", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    for (const size of [1n * UNIT, 100n * UNIT, 399n * UNIT + 7n]) {
      const needed = maintenanceMargin(RULES, size, PRICE);
      for (const share of [1n, 10n, 50n, 90n, 99n, 100n]) {
        for (const cost of [0n, PERCENT / 2n, PERCENT, 3n * PERCENT]) {
          const terms = { equity: (needed * share) / 100n, cost, target: (125n * UNIT) / 100n, size, price: PRICE };
          // A unit of rounding in what the equity carries is 1 / (maintenance - cost / target) units of size.
          const remaining = await margin.remainingDown(RULES, terms.equity, cost, terms.target, size, PRICE);
          const searched = remainingSize(RULES, terms);
          expect(remaining, `${size} ${share} ${cost}`).to.be.at.most(searched);
          expect(searched - remaining, `${size} ${share} ${cost}`).to.be.at.most(100n);
        }
      }
    }
  });

  it("finds the size by hand: 100 units with 400 dollars, a fee of 1 %, a target of 1.25", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    // Left y: 400 - 2 (100 - y) = 250 y (0.02 + y / 10,000), so y^2 + 120 y - 8,000 = 0 and y = sqrt(11,600) - 60.
    const y = await margin.remainingDown(RULES, 400n * DOLLAR, PERCENT, (125n * UNIT) / 100n, 100n * UNIT, PRICE);
    expect(y / 10n ** 6n).to.equal(47_703_296_142_690n);
  });

  it("leaves nothing open where the equity does not even pay for closing", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    // A fee of 1 % of 20,000 dollars.
    expect(await margin.remainingDown(RULES, 200n * DOLLAR, PERCENT, UNIT, 100n * UNIT, PRICE)).to.equal(0n);
    expect(await margin.remainingDown(RULES, 201n * DOLLAR, PERCENT, UNIT, 100n * UNIT, PRICE)).to.be.above(0n);
    expect(await margin.remainingDown(RULES, -1n, 0n, UNIT, 100n * UNIT, PRICE)).to.equal(0n);
  });

  it("leaves everything open where no liquidation is needed", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    expect(await margin.remainingDown(RULES, 601n * DOLLAR, PERCENT, UNIT, 100n * UNIT, PRICE)).to.equal(100n * UNIT);
  });
});
