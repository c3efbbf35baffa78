import { expect } from "chai";
import { network } from "hardhat";

import { borrow, commit, deployWaterfallScene, lend, liquidate, MAX, UNIT } from "../helpers/waterfallScene.js";

const { ethers, networkHelpers } = await network.create();

/** A loss of 409.900990099009900990; tokens start at 150 and fall to 40 within an hour. */
const LOSS = 409_900_990_099_009_900_990n;

describe("Attacks on the sale of tokens (DI1)", () => {
  async function scene() {
    const t = await deployWaterfallScene(ethers);
    await lend(t, t.ann, 100_000n);
    await borrow(t, 10n, 1_400n);
    await t.setPrice(100n);
    return t;
  }

  const buy = (t: Awaited<ReturnType<typeof scene>>, maxPrice: bigint) =>
    t.sale.connect(t.buyer).buy(t.address, 1n, 10n ** 30n, maxPrice, t.buyer.address, 10n ** 12n);

  it("no competition: a lone bidder who waits it out pays the floor, never zero", async () => {
    const t = await networkHelpers.loadFixture(scene);
    await liquidate(t);
    await networkHelpers.time.increase(80_000n);
    await buy(t, MAX);
    const tokens = await t.token.balanceOf(t.buyer.address);
    const paid = 1_000_000n * t.one - (await t.asset.balanceOf(t.buyer.address));
    // All of the loss is paid for, at 40 a token: 10.247524752475247524 tokens
    expect(paid).to.be.closeTo(LOSS, 100n);
    expect(tokens).to.be.closeTo(10_247_524_752_475_247_524n, 10n);
    expect(paid * UNIT).to.be.greaterThanOrEqual(tokens * 40n * t.one);
  });

  it("no competition: without a single bidder nothing is minted, and the budget is whole again", async () => {
    const t = await networkHelpers.loadFixture(scene);
    const supply = await t.token.totalSupply();
    await liquidate(t);
    await networkHelpers.time.increase(86_400n);
    await t.sale.settle(t.address, 1n);
    expect(await t.token.totalSupply()).to.equal(supply);
    expect((await t.dilution.budget(t.address)).issuedTokens).to.equal(0n);
    expect((await t.engine.ledger(t.address, 1n)).socialized).to.be.closeTo(LOSS, 10n);
  });

  it("waiting for a better price: standing bids have bought before anybody can wait", async () => {
    const t = await networkHelpers.loadFixture(scene);
    await commit(t, t.una, 2n, 1_000n);
    await liquidate(t);
    // At 90 a token the loss is paid in its own transaction, to the last base unit: there is no lot.
    expect((await t.engine.ledger(t.address, 1n)).dilutionCash).to.be.closeTo(LOSS, 10n);
    expect((await t.engine.ledger(t.address, 1n)).socialized).to.equal(0n);
    expect(await t.sale.remainingTokens(t.address, 1n)).to.equal(0n);
  });

  it("waiting for a better price: what a recovery has paid meanwhile is not sold any more", async () => {
    const t = await networkHelpers.loadFixture(scene);
    await liquidate(t);
    await t.engine.connect(t.cleo).recover(t.address, 1n, 400n * t.one);
    await networkHelpers.time.increase(80_000n);
    await buy(t, MAX);
    const paid = 1_000_000n * t.one - (await t.asset.balanceOf(t.buyer.address));
    expect(paid).to.be.closeTo(LOSS - 400n * t.one, 100n);
    await expect(buy(t, MAX)).to.revert(ethers);
  });

  it("a loss split into many calls mints no more than one loss: bids and lots share one budget", async () => {
    const t = await deployWaterfallScene(ethers, { mintCap: 3n });
    await lend(t, t.ann, 100_000n);
    await commit(t, t.una, 0n, 150n);
    await borrow(t, 100n, 14_000n);
    await t.setPrice(100n);
    for (const maxRepaid of [2_000n, 2_000n, 2_000n, 10n ** 12n]) {
      await liquidate(t, { maxRepaid: maxRepaid * t.one });
    }
    await networkHelpers.time.increase(3_600n);
    for (let id = 1n; id <= 4n; id++) {
      const buyLot = t.sale
        .connect(t.buyer)
        .buy(t.address, id, 10n ** 30n, MAX, t.buyer.address, 10n ** 12n)
        .catch(() => undefined);
      await buyLot;
    }
    const minted = (await t.token.totalSupply()) - 10n ** 22n;
    // 150 bought 1.5 tokens at 100; the lots had the other 1.5.
    expect(minted).to.equal(3n * UNIT);
    expect((await t.dilution.budget(t.address)).issuedTokens).to.equal(3n * UNIT);
  });
});
