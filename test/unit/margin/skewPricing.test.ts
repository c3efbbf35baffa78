import { expect } from "chai";
import { network } from "hardhat";

import { tradeCost } from "../../../scripts/lib/margin-math.js";

const { ethers, networkHelpers } = await network.create();

/** One whole unit of the underlying. */
const UNIT = 10n ** 18n;
/** Asset units x 1e18 per whole unit: 200 dollars in six decimals. */
const PRICE = 200_000_000n * UNIT;
/** The premium is 1 % at a skew of 100 units. */
const SCALE = 10_000n * UNIT;
/** Asset units of a cost. */
const dollars = (cost: bigint) => cost / 10n ** 42n;

describe("SkewPricing", () => {
  const deploy = () => ethers.deployContract("MarginLibraryHarness");

  it("charges a buyer the average premium of its way", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    // From a skew of 100 to 300 the average premium is 2 %: 200 x 200 x 1.02.
    const cost = await margin.cost(200n * UNIT, 100n * UNIT, SCALE, PRICE);
    expect(dollars(cost)).to.equal(40_800n);
    expect(await margin.fillPriceWad(200n * UNIT, 100n * UNIT, SCALE, PRICE)).to.equal((PRICE * 102n) / 100n);
  });

  it("pays a seller who balances the market more than the feed's price", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    const cost = await margin.cost(-200n * UNIT, 300n * UNIT, SCALE, PRICE);
    expect(dollars(cost)).to.equal(-40_800n);
  });

  it("pays a seller who unbalances the market less", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    // From -100 to -300: 2 % below.
    const cost = await margin.cost(-200n * UNIT, -100n * UNIT, SCALE, PRICE);
    expect(dollars(cost)).to.equal(-39_200n);
    expect(await margin.fillPriceWad(-200n * UNIT, -100n * UNIT, SCALE, PRICE)).to.equal((PRICE * 98n) / 100n);
  });

  it("charges nothing for crossing from one side to its mirror image", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    expect(dollars(await margin.cost(200n * UNIT, -100n * UNIT, SCALE, PRICE))).to.equal(40_000n);
  });

  it("rounds the last digit against buyer and seller alike", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    // 1 x 7 x (6 + 1) / 6 = 8.17 and 1 x 7 x (6 - 1) / 6 = 5.83.
    expect(await margin.cost(1n, 0n, 3n, 7n)).to.equal(9n);
    expect(await margin.cost(-1n, 0n, 3n, 7n)).to.equal(-5n);
    expect(await margin.fillPriceWad(1n, 0n, 3n, 7n)).to.equal(9n);
    expect(await margin.fillPriceWad(-1n, 0n, 3n, 7n)).to.equal(5n);
  });

  it("agrees with the difference of the two ends' potentials, computed in fractions", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    const ends = [-SCALE, -SCALE + 1n, -12_345n, 0n, 1n, 77n * UNIT + 3n, SCALE];
    for (const from of ends) {
      for (const to of ends) {
        expect(await margin.cost(to - from, from, SCALE, PRICE + 7n), `${from} to ${to}`).to.equal(
          tradeCost(to - from, from, SCALE, PRICE + 7n),
        );
      }
    }
  });

  it("refuses a trade that starts or ends beyond the scale", async () => {
    const margin = await networkHelpers.loadFixture(deploy);
    await expect(margin.cost(1n, SCALE, SCALE, PRICE))
      .to.be.revertedWithCustomError(margin, "SkewBeyondScale")
      .withArgs(SCALE, SCALE + 1n, SCALE);
    await expect(margin.fillPriceWad(1n, -SCALE - 1n, SCALE, PRICE))
      .to.be.revertedWithCustomError(margin, "SkewBeyondScale")
      .withArgs(-SCALE - 1n, -SCALE, SCALE);
  });
});
