import { expect } from "chai";
import { network } from "hardhat";

import { MAX } from "../../helpers/lending.js";
import {
  books,
  commit,
  DAY,
  deployMargin,
  ETH,
  type MarginScene,
  POOL,
  publish,
  resolve,
  decide,
  trade,
  USD,
} from "../../helpers/margin.js";

const { ethers, networkHelpers } = await network.create();

const VIRTUAL_SHARES = 10n ** 6n;

/** Alice is long 10 ETH at 2,000: basis 20,010; the pool has earned 16, the reserves 4. */
async function oneLong(): Promise<MarginScene> {
  const scene = await deployMargin(ethers);
  await trade(networkHelpers, scene, scene.alice, { size: 10n * ETH, deposit: 5_000n * USD });
  return scene;
}

describe("MarginVault: the pool", () => {
  it("asks for notice before leaving from the first day on", async () => {
    const { vault, provider } = await deployMargin(ethers);
    expect(await vault.exitNotice()).to.deep.equal([2n * DAY, DAY]);
    await expect(vault.connect(provider).redeem(10n ** 9n, provider, provider)).to.be.revertedWithCustomError(
      vault,
      "ExceedsMaturedExit",
    );
    const shares = await vault.balanceOf(provider);
    await vault.connect(provider).requestExit(shares, provider);
    await networkHelpers.time.increase(2n * DAY);
    await vault.connect(provider).redeem(shares, provider, provider);
  });

  it("is worth what it would be if all positions were closed now (MA2)", async () => {
    const room = await networkHelpers.loadFixture(oneLong);
    const { vault } = room;
    // Closing 10 of 10 at p brings 10 p x 1.0005.
    await publish(room, 2_100n);
    expect(await vault.tradersNet()).to.equal(21_010_500_000n - 20_010n * USD);
    expect(await vault.totalAssets()).to.equal(POOL + 16n * USD - 1_000_500_000n);
    await publish(room, 1_900n);
    expect(await vault.totalAssets()).to.equal(POOL + 16n * USD + 20_010n * USD - 19_009_500_000n);
  });

  it("moves no value by closing at the same price, but the fee (MA3)", async () => {
    const room = await networkHelpers.loadFixture(oneLong);
    const { vault, alice } = room;
    await publish(room, 2_100n);
    const before = await vault.totalAssets();
    await trade(networkHelpers, room, alice, { size: -10n * ETH, deposit: 22n * USD }, 2_100n);
    // Fee 0.1 % of 21,000, four fifths of it the pool's.
    expect(await vault.totalAssets()).to.equal(before + 16_800_000n);
    expect((await vault.accountOf(alice)).marginAssets).to.equal(4_979n * USD + 1_000_500_000n + 21n * USD - 21n * USD);
  });

  it("prices entries above and exits below its value by one deviation of the net skew", async () => {
    const room = await networkHelpers.loadFixture(oneLong);
    const { vault } = room;
    await publish(room, 2_100n);
    // 0.5 % of 21,000.
    expect(await vault.entrySpread()).to.equal(105n * USD);
    const total = await vault.totalAssets();
    const supply = (await vault.totalSupply()) + VIRTUAL_SHARES;
    const assets = 10_000n * USD;
    const shares = 10n ** 15n;
    expect(await vault.convertToShares(assets)).to.equal((assets * supply) / (total + 1n));
    expect(await vault.previewDeposit(assets)).to.equal((assets * supply) / (total + 105n * USD + 1n));
    expect(await vault.previewRedeem(shares)).to.equal((shares * (total - 105n * USD + 1n)) / supply);
    expect(await vault.previewMint(shares)).to.equal((shares * (total + 105n * USD + 1n) + supply - 1n) / supply);
    const below = total - 105n * USD + 1n;
    expect(await vault.previewWithdraw(assets)).to.equal((assets * supply + below - 1n) / below);
  });

  it("gives nothing to who enters ahead of a round within the feed's deviation, and leaves after it (WO5)", async () => {
    for (const after of [1_990n, 2_000n, 2_010n]) {
      const room = await networkHelpers.loadFixture(oneLong);
      const { vault, bob, asset } = room;
      await vault.setExitNotice(0, 0);
      const before = await asset.balanceOf(bob);
      await vault.connect(bob).deposit(100_000n * USD, bob);
      await publish(room, after);
      await vault.connect(bob).redeem(await vault.balanceOf(bob), bob, bob);
      expect((await asset.balanceOf(bob)) <= before, String(after)).to.equal(true);
    }
  });

  it("keeps in cash what open positions could win", async () => {
    const room = await networkHelpers.loadFixture(oneLong);
    const { vault, provider } = room;
    await vault.setExitNotice(0, 0);
    await publish(room, 2_100n);
    // What is owed now, and 20 % of 21,000.
    const cover = 1_000_500_000n + 4_200n * USD;
    expect(await vault.profitCover()).to.equal(cover);
    const cash = await vault.cash();
    const most = await vault.maxWithdraw(provider);
    expect(most <= cash - cover).to.equal(true);
    const shares = await vault.balanceOf(provider);
    await expect(vault.connect(provider).withdraw(cash - cover + 1n, provider, provider))
      .to.be.revertedWithCustomError(vault, "InsufficientCash")
      .withArgs(cash - cover + 1n, cash - cover);
    const redeemable = await vault.maxRedeem(provider);
    expect(redeemable <= shares).to.equal(true);
    await vault.connect(provider).redeem(redeemable, provider, provider);
  });

  it("counts orders on their way as open, so nobody leaves ahead of them", async () => {
    const room = await networkHelpers.loadFixture(oneLong);
    const { vault, bob } = room;
    const before = await vault.profitCover();
    await commit(room, bob, { size: 20n * ETH, deposit: 20_000n * USD });
    expect(await vault.profitCover()).to.equal(before + 8_000n * USD);
  });

  it("pays no profit that it has no cash for: the order waits, and executes at its price when there is", async () => {
    const room = await networkHelpers.loadFixture(oneLong);
    const { vault, provider, alice, bob } = room;
    await vault.setExitNotice(0, 0);
    await vault.connect(provider).redeem(await vault.maxRedeem(provider), provider, provider);
    await commit(room, alice, { size: -10n * ETH, deposit: 50n * USD });
    const round = await decide(networkHelpers, room, 3_000n);
    // 30,015 - 20,010 are owed; 20 % of 20,000 are there.
    await expect(resolve(room, alice, round)).to.be.revertedWithCustomError(vault, "InsufficientCash");
    await publish(room, 2_000n);
    await vault.connect(bob).deposit(50_000n * USD, bob);
    await resolve(room, alice, round);
    expect((await vault.accountOf(alice)).marginAssets).to.equal((4_979n + 49n - 30n + 10_005n) * USD);
  });

  it("needs a price for entries and exits only while positions are open; money comes in without one", async () => {
    const room = await deployMargin(ethers);
    const { vault, alice, oracle, asset, engine } = room;
    await networkHelpers.time.increase(2n * DAY);
    await vault.connect(alice).deposit(USD, alice);
    await publish(room, 2_000n);
    await trade(networkHelpers, room, alice, { size: 10n * ETH, acceptable: 2_000n, deposit: 1_521n * USD });
    await publish(room, 1_800n);
    await vault.liquidate(alice, 0, MAX);
    await trade(networkHelpers, room, room.bob, { size: 10n * ETH, deposit: 5_000n * USD });
    await networkHelpers.time.increase(2n * DAY);
    await expect(vault.connect(alice).deposit(USD, alice)).to.be.revertedWithCustomError(oracle, "StaleAnswer");
    await vault.connect(alice).depositMargin(USD, alice);
    await asset.connect(alice).approve(engine, MAX);
    await engine.connect(alice).recover(vault, 1, MAX);
  });

  it("balances to rounding: cash and margins = pool + equities + reserves + the premium left to give back (MA2)", async () => {
    const room = await networkHelpers.loadFixture(oneLong);
    const { vault, alice, bob, carol } = room;
    await trade(networkHelpers, room, bob, { size: -33n * ETH, deposit: 20_000n * USD }, 2_037n);
    await trade(networkHelpers, room, carol, { size: 71n * ETH + 1n, deposit: 50_000n * USD }, 1_993n);
    await trade(networkHelpers, room, bob, { size: 13n * ETH + 7n, deposit: 200n * USD }, 2_011n);
    await commit(room, alice, { size: ETH, deposit: 3_000n * USD });
    const price = 1_987n;
    await publish(room, price);
    const market = await vault.marketOf(0);
    const skew = market.longWad - market.shortWad;
    expect(skew).to.equal(61n * ETH + 8n);
    let basis = 0n;
    let long = 0n;
    for (const trader of [alice, bob, carol]) {
      const position = await vault.positionOf(trader, 0);
      basis += position.basis;
      if (position.sizeWad > 0n) long += position.sizeWad;
    }
    expect([market.totalBasis, market.longWad]).to.deep.equal([basis, long]);
    const premiumLeft = (skew * skew * price * USD) / (2n * 10_000n * ETH * ETH);
    const figures = await books(room, [alice, bob, carol]);
    expect(figures.balance).to.equal(figures.cash + figures.traderAssets);
    const rest =
      figures.cash + figures.traderAssets - figures.escrows - figures.total - figures.equities - figures.reserves;
    // Every position and the pool are rounded down: at most one unit each.
    expect(rest >= premiumLeft && rest <= premiumLeft + 5n, `${rest} ${premiumLeft}`).to.equal(true);
  });

  it("funding: what longs pay is what shorts receive and the pool keeps (MA5)", async () => {
    const rate = 3n * 10n ** 11n;
    const market = { maxFundingRateWad: rate, maxFundingVelocityWad: rate / 3_600n };
    const room = await deployMargin(ethers, { market });
    const { vault, alice, bob } = room;
    await trade(networkHelpers, room, alice, { size: 50n * ETH, deposit: 30_000n * USD });
    const elapsed = 80_000n;
    const start = BigInt(await networkHelpers.time.latest());
    const equity = (await vault.healthOf(alice)).equityAssets;
    const pool = await vault.totalAssets();
    await networkHelpers.time.increaseTo(start + elapsed);
    // Velocity 83,333,333 x 0.5 % a second; half of it times the time squared, of 100,000 dollars.
    const paid = ((rate / 3_600n) * elapsed * elapsed * 100_000n * USD) / (200n * 2n * 10n ** 18n);
    const lost = equity - (await vault.healthOf(alice)).equityAssets;
    expect(lost - paid <= 1n && lost >= paid, `${lost} ${paid}`).to.equal(true);
    expect((await vault.totalAssets()) - pool <= lost).to.equal(true);
    expect((await vault.totalAssets()) - pool >= lost - 2n).to.equal(true);
    await publish(room, 2_000n);
    await trade(networkHelpers, room, bob, { size: -50n * ETH, deposit: 30_000n * USD });
    const balanced = {
      alice: (await vault.healthOf(alice)).equityAssets,
      bob: (await vault.healthOf(bob)).equityAssets,
      pool: await vault.totalAssets(),
    };
    await networkHelpers.time.increase(3_600n);
    const change = (await vault.healthOf(bob)).equityAssets - balanced.bob;
    expect(change > 0n).to.equal(true);
    const fall = balanced.alice - (await vault.healthOf(alice)).equityAssets;
    expect(fall - change >= 0n && fall - change <= 2n, `${fall} ${change}`).to.equal(true);
    const drift = (await vault.totalAssets()) - balanced.pool;
    expect(drift >= -1n && drift <= 1n).to.equal(true);
  });
});
