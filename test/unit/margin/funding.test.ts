import { expect } from "chai";
import { network } from "hardhat";

import { fundingOwed, fundingStep } from "../../../scripts/lib/margin-math.js";

const { ethers, networkHelpers } = await network.create();

const UNIT = 10n ** 18n;
const SCALE = 1_000n * UNIT;
const PRICE = 100n * UNIT;
/** At a skew of K the rate grows by 1,000 a second, up to a million. */
const RULES = { maxVelocityWad: 1_000n, maxRateWad: 1_000_000n, skewScaleWad: SCALE };

describe("Funding", () => {
  const deploy = () => ethers.deployContract("MarginLibraryHarness");

  it("lets the rate grow with the skew, and the index with the average rate", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    // A tenth of K for 60 seconds: 100 a second; on average 3,000 over 60 seconds, times the price of 100.
    const after = await margin.advanceFunding(RULES, 0n, SCALE / 10n, PRICE, 60n);
    expect([...after]).to.deep.equal([6_000n, 3_000n * 60n * 100n]);
  });

  it("keeps the rate while the market is balanced", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    const after = await margin.advanceFunding(RULES, -500n, 0n, PRICE, 60n);
    expect([...after]).to.deep.equal([-500n, -500n * 60n * 100n]);
  });

  it("lets the rate fall through zero when the other side prevails", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    // From +3,000 at -100 a second for 60 seconds to -3,000: on average nothing.
    const after = await margin.advanceFunding(RULES, 3_000n, -SCALE / 10n, PRICE, 60n);
    expect([...after]).to.deep.equal([-3_000n, 0n]);
  });

  it("stops at the bound, and integrates up to the moment it was met", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    // From 900,000 at 1,000 a second the bound is met after 100 of 250 seconds:
    // 100 x 950,000 + 150 x 1,000,000 = 245,000,000.
    const after = await margin.advanceFunding(RULES, 900_000n, SCALE, PRICE, 250n);
    expect([...after]).to.deep.equal([1_000_000n, 245_000_000n * 100n]);
    const mirrored = await margin.advanceFunding(RULES, -900_000n, -SCALE, PRICE, 250n);
    expect([...mirrored]).to.deep.equal([-1_000_000n, -245_000_000n * 100n]);
  });

  it("brings a rate back to a bound that was lowered", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    const lowered = { ...RULES, maxRateWad: 10n };
    const after = await margin.advanceFunding(lowered, 500n, 0n, PRICE, 60n);
    expect([...after]).to.deep.equal([10n, 10n * 60n * 100n]);
  });

  it("rounds the change down on the way up and up on the way down, so that calls every second gain nothing", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    // A velocity of 1/2 per second.
    const slow = SCALE / 2_000n;
    expect((await margin.advanceFunding(RULES, 7n, slow, PRICE, 1n))[0]).to.equal(7n);
    expect((await margin.advanceFunding(RULES, 7n, -slow, PRICE, 1n))[0]).to.equal(6n);
    expect((await margin.advanceFunding(RULES, -7n, slow, PRICE, 1n))[0]).to.equal(-6n);
    expect((await margin.advanceFunding(RULES, -7n, -slow, PRICE, 1n))[0]).to.equal(-7n);
  });

  it("rounds the index in favor of the pool, which stands against the skew", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    const tiny = 10n ** 16n;
    expect((await margin.advanceFunding(RULES, 7n, 1n, tiny, 1n))[1]).to.equal(1n);
    expect((await margin.advanceFunding(RULES, 7n, -1n, tiny, 1n))[1]).to.equal(0n);
    expect((await margin.advanceFunding(RULES, -7n, 1n, tiny, 1n))[1]).to.equal(0n);
    expect((await margin.advanceFunding(RULES, -7n, -1n, tiny, 1n))[1]).to.equal(-1n);
  });

  it("agrees with the path followed in fractions", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    const realistic = { maxVelocityWad: 48_225_308n, maxRateWad: 1_157_407_407_407n, skewScaleWad: 100_000n * UNIT };
    for (const rate of [-1_157_407_407_407n, -3n, 0n, 1n, 999_999_999_999n]) {
      for (const skew of [-100_000n * UNIT, -77n * UNIT - 1n, 0n, 1n, 31_234n * UNIT]) {
        for (const elapsed of [0n, 1n, 12n, 3_600n, 86_400n * 30n]) {
          const after = await margin.advanceFunding(realistic, rate, skew, 194_310_000n * UNIT + 1n, elapsed);
          const model = fundingStep(realistic, rate, skew, 194_310_000n * UNIT + 1n, elapsed);
          expect([...after], `${rate} ${skew} ${elapsed}`).to.deep.equal([model.rate, model.indexDelta]);
        }
      }
    }
  });

  it("charges longs what it pays to shorts, each rounded against the trader", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    // 3 whole units x 1.5 asset units.
    const index = (15n * UNIT) / 10n;
    expect(await margin.owedUp(3n * UNIT, index, 0n)).to.equal(5n);
    expect(await margin.owedUp(-3n * UNIT, index, 0n)).to.equal(-4n);
    expect(await margin.owedUp(3n * UNIT, 0n, index)).to.equal(-4n);
    expect(await margin.owedUp(-3n * UNIT, 0n, index)).to.equal(5n);
    expect(await margin.owedUp(-3n * UNIT, -index, index)).to.equal(fundingOwed(-3n * UNIT, -index, index));
  });
});
