import { expect } from "chai";

import {
  closedByKeeper,
  closedByLiquidator,
  expectedLoss,
  forgiven,
  forgivenLoss,
  isInsolvent,
  keeperReward,
} from "../../../../scripts/replay/closing.ts";

const WAD = 10n ** 18n;

const RULES = { minIncentiveBps: 200n, minDebt: 50n, keeperRewardBps: 100n, maxKeeperReward: 3n };
/** Debt 1,000, of which 900 principal, over collateral worth 816: it covers 816 / 1.02 = 800. */
const POSITION = { debt: 1_000n, principal: 900n, value: 816n, reserves: 40n };

describe("what is closed of an insolvent position", () => {
  it("is expected to be lost, and insured for aged principal only, when it is impaired", () => {
    // 1,000 - 800; of the principal 900 - 816 = 84 are lost, half of it aged.
    expect(expectedLoss({ ...POSITION, aged: 450n }, RULES)).to.deep.equal({ shortfall: 200n, insurable: 42n });
    // The incentive of 16 is never insured.
    expect(expectedLoss({ ...POSITION, principal: 1_000n, aged: 1_000n }, RULES).insurable).to.equal(184n);
  });

  it("begins where the debt exceeds what the collateral covers, to the unit", () => {
    expect(isInsolvent({ value: 816n, debt: 800n }, 200n)).to.equal(false);
    expect(isInsolvent({ value: 816n, debt: 801n }, 200n)).to.equal(true);
  });

  it("a keeper leaves what the collateral covers", () => {
    expect(closedByKeeper(POSITION, RULES)).to.deep.equal({
      repaid: 0n,
      incentive: 16n,
      debt: 200n,
      principalLeft: 800n,
      wad: WAD,
    });
  });

  it("a keeper leaves nothing that is too small to stand", () => {
    const { debt, principalLeft, incentive } = closedByKeeper({ ...POSITION, value: 50n }, RULES);
    expect([debt, principalLeft, incentive]).to.deep.equal([1_000n, 0n, 50n]);
  });

  it("a liquidator with enough money closes everything", () => {
    expect(closedByLiquidator(POSITION, RULES, 10_000n)).to.deep.equal({
      repaid: 800n,
      incentive: 16n,
      debt: 1_000n,
      principalLeft: 0n,
      wad: WAD,
    });
  });

  it("a liquidator with half the money closes half of debt and principal", () => {
    expect(closedByLiquidator(POSITION, RULES, 400n)).to.deep.equal({
      repaid: 400n,
      incentive: 8n,
      debt: 500n,
      principalLeft: 450n,
      wad: WAD / 2n,
    });
  });

  it("governance forgives interest as announced, and of the principal only what the collateral does not cover", () => {
    // 100 of interest are owed. Without them 900 are left, of which the collateral covers 800.
    expect(forgiven(POSITION, RULES, { principalAssets: 500n, interestAssets: 500n })).to.deep.equal({
      principalAssets: 100n,
      interestAssets: 100n,
    });
    expect(forgiven(POSITION, RULES, { principalAssets: 30n, interestAssets: 0n }).principalAssets).to.equal(30n);
    // A healthy debtor is forgiven interest at most.
    const healthy = { ...POSITION, value: 2_000n };
    expect(forgiven(healthy, RULES, { principalAssets: 500n, interestAssets: 40n })).to.deep.equal({
      principalAssets: 0n,
      interestAssets: 40n,
    });
  });

  it("tranches pay for forgiven principal, insurance for the aged part beyond the collateral's worth", () => {
    const figures = { ...POSITION, aged: 450n };
    // 84 of the principal are above the collateral's 816, half of it aged; 150 of a shortfall of 200 become final.
    expect(forgivenLoss(figures, RULES, { principalAssets: 100n, interestAssets: 50n }, 150n)).to.deep.equal({
      coverable: 100n,
      insurable: 42n,
      closedWad: (WAD * 3n) / 4n,
    });
  });

  it("a keeper is rewarded, within its bounds, only where nothing else is to be earned", () => {
    expect(keeperReward(200n, POSITION, RULES)).to.equal(0n);
    expect(keeperReward(200n, { ...POSITION, value: 0n }, RULES)).to.equal(2n);
    expect(keeperReward(900n, { ...POSITION, value: 0n }, RULES)).to.equal(3n);
    expect(keeperReward(900n, { ...POSITION, value: 0n, reserves: 1n }, RULES)).to.equal(1n);
  });
});
