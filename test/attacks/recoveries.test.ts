import { expect } from "chai";
import { network } from "hardhat";

import {
  borrow,
  commit,
  deployWaterfallScene,
  impair,
  lend,
  liquidate,
  MAX,
  stake,
} from "../helpers/waterfallScene.js";

const { ethers, networkHelpers } = await network.create();

/**
 * A loan of 14,000 on 100 collateral units at 100, closed for 2,000 first: 2,828 of the debt are closed with it, 828 are
 * lost. Then it is paid back what was lost so far, and only then is the rest lost. All of it is one write-off, because
 * the debt was impaired.
 */
describe("Attacks on recoveries: money that comes back between two parts of one loss", () => {
  async function between() {
    const t = await deployWaterfallScene(ethers);
    await lend(t, t.ann, 100_000n);
    await stake(t, t.sam, 100n);
    await commit(t, t.una, 0n, 50n);
    await borrow(t, 100n, 14_000n);
    await t.setPrice(100n);
    await impair(t);
    await liquidate(t, { maxRepaid: 2_000n * t.one });
    const first = await t.engine.ledger(t.address, 1n);
    await t.engine.connect(t.buyer).recover(t.address, 1n, MAX);
    return { ...t, first };
  }

  it("RE2: the lenders of the second part are paid before any other layer", async () => {
    const t = await networkHelpers.loadFixture(between);
    expect(t.first.insurance).to.be.greaterThan(0n);
    expect(t.first.dilutionCash).to.equal(50n * t.one);
    await liquidate(t);
    const both = await t.engine.ledger(t.address, 1n);
    const lost = both.socialized - t.first.socialized;
    expect(lost).to.be.greaterThan(0n);
    expect(await t.engine.lendersOutstanding(t.address, 1n)).to.equal(lost);
    const before = await t.vault.claimsOwed();
    await t.engine.connect(t.buyer).recover(t.address, 1n, lost);
    expect((await t.vault.claimsOwed()) - before).to.equal(lost);
    expect(await t.engine.lendersOutstanding(t.address, 1n)).to.equal(0n);
  });

  it("LI1: money that dilution returned in between does not brick what comes back later", async () => {
    const t = await networkHelpers.loadFixture(between);
    const buyback = await ethers.getContractAt("BuybackAuction", await t.dilution.buybackAuction());
    // No terms of buying back are set: what dilution got leaves at once, up to insurance and reserves.
    await buyback.settle(t.address, 1n, 0n);
    await liquidate(t);
    const outstanding = await t.engine.outstanding(t.address, 1n);
    expect(outstanding).to.be.greaterThan(0n);
    await expect(t.engine.connect(t.buyer).recover(t.address, 1n, MAX)).to.changeTokenBalance(
      ethers,
      t.asset,
      t.buyer,
      -outstanding,
    );
    expect(await t.engine.outstanding(t.address, 1n)).to.equal(0n);
  });
});
