import { expect } from "chai";
import { network } from "hardhat";

import { MAX } from "../../helpers/lending.js";
import { addFund, commit, DAY, deployMargin, ETH, MARKET, publish, trade, USD, WALLET } from "../../helpers/margin.js";

const { ethers, networkHelpers } = await network.create();

describe("MarginVault: accounts", () => {
  const scene = () => deployMargin(ethers);

  it("takes margin in for anybody and out for the trader, to the unit", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice, bob, asset } = room;
    await expect(vault.connect(bob).depositMargin(100n * USD, alice))
      .to.emit(vault, "MarginDeposited")
      .withArgs(alice.address, bob.address, 100n * USD);
    await expect(vault.connect(bob).withdrawMargin(1n, alice, bob)).to.be.revertedWithCustomError(
      vault,
      "NotAuthorized",
    );
    await expect(vault.connect(alice).withdrawMargin(100n * USD + 1n, alice, alice))
      .to.be.revertedWithCustomError(vault, "InsufficientMargin")
      .withArgs(100n * USD + 1n, 100n * USD);
    await vault.connect(alice).withdrawMargin(100n * USD, alice, bob);
    expect(await asset.balanceOf(bob)).to.equal(WALLET);
    expect(await vault.traderAssets()).to.equal(0);
    for (const call of [vault.depositMargin(0, alice), vault.connect(alice).withdrawMargin(0, alice, alice)]) {
      await expect(call).to.be.revertedWithCustomError(vault, "ZeroAssets");
    }
  });

  it("keeps the initial margin of what is open, at the least favorable of all live prices", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice, oracle, eth } = room;
    await trade(networkHelpers, room, alice, { size: 10n * ETH, acceptable: 2_000n, deposit: 1_521n * USD });
    // Equity 1,490, initial 6.02 % of 20,000 = 1,204: 286 may go.
    await expect(vault.connect(alice).withdrawMargin(286n * USD + 1n, alice, alice))
      .to.be.revertedWithCustomError(vault, "BelowRequiredMargin")
      .withArgs(alice.address, 1_204n * USD - 1n, 1_204n * USD);
    const second = await ethers.deployContract("MockAggregator", [8, 1_990n * 10n ** 8n]);
    await oracle.setSecondSource(eth, { feed: second, maxStaleness: DAY, minAnswer: 1, maxAnswer: 10n ** 18n });
    // A hundred dollars less by the second source.
    await expect(vault.connect(alice).withdrawMargin(186n * USD + 1n, alice, alice))
      .to.be.revertedWithCustomError(vault, "BelowRequiredMargin")
      .withArgs(alice.address, 1_204n * USD - 1n, 1_204n * USD);
    await vault.connect(alice).withdrawMargin(186n * USD, alice, alice);
  });

  it("lets an account below its initial margin close, but not grow on margin that must stay", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice } = room;
    await trade(networkHelpers, room, alice, { size: 10n * ETH, acceptable: 2_000n, deposit: 1_521n * USD });
    await publish(room, 1_940n);
    // Equity 890, maintenance 583.94, initial 1,167.88.
    await expect(
      commit(room, alice, { size: ETH, acceptable: 2_000n, margin: 200n * USD }),
    ).to.be.revertedWithCustomError(vault, "BelowRequiredMargin");
    await commit(room, alice, { size: -5n * ETH, margin: 20n * USD });
    const order = await vault.orderOf(alice, 0);
    expect([order.escrowAssets, order.reduces]).to.deep.equal([19n * USD, true]);
  });

  it("takes no new risk on an account that could be liquidated", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice } = room;
    await trade(networkHelpers, room, alice, { size: 10n * ETH, acceptable: 2_000n, deposit: 1_521n * USD });
    await publish(room, 1_900n);
    await expect(commit(room, alice, { size: ETH, deposit: 5_000n * USD }))
      .to.be.revertedWithCustomError(vault, "BelowRequiredMargin")
      .withArgs(alice.address, 490n * USD, 571_900_000n);
  });

  it("has at most eight markets, orders on their way included", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice, oracle } = room;
    for (let k = 1n; k <= 8n; k++) {
      const token = await ethers.deployContract("TestToken", ["Coin", "COIN", 18]);
      const feed = await ethers.deployContract("MockAggregator", [8, 2_000n * 10n ** 8n]);
      await oracle.setFeed(token, { feed, maxStaleness: DAY, minAnswer: 1, maxAnswer: 10n ** 18n });
      await vault.listMarket(token, MARKET);
    }
    const order = { size: ETH, deposit: 1_000n * USD };
    await trade(networkHelpers, room, alice, order);
    for (let marketId = 1n; marketId < 8n; marketId++) await commit(room, alice, { ...order, marketId });
    await expect(commit(room, alice, { ...order, marketId: 8n }))
      .to.be.revertedWithCustomError(vault, "TooManyMarkets")
      .withArgs(alice.address, 8);
    expect((await vault.accountOf(alice)).pendingMarkets).to.equal(0b11111110);
    await commit(room, alice, { ...order, size: ETH });
  });

  it("names what is not there: an order, a position", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice } = room;
    await expect(vault.resolveOrder(alice, 0, 1))
      .to.be.revertedWithCustomError(vault, "NoOrder")
      .withArgs(alice.address, 0);
    await trade(networkHelpers, room, alice, { size: 10n * ETH, acceptable: 2_000n, deposit: 1_521n * USD });
    await publish(room, 1_900n);
    await expect(vault.liquidate(alice, 7, 0))
      .to.be.revertedWithCustomError(vault, "NoPosition")
      .withArgs(alice.address, 7);
  });

  it("pays what is recovered to the providers who were charged, and sweeps reserves to its own fund (RE1)", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice, provider, engine, asset } = room;
    const fund = await addFund(ethers, room, 10_000n * USD);
    await trade(networkHelpers, room, alice, { size: 10n * ETH, acceptable: 2_000n, deposit: 1_521n * USD });
    await vault.setReservePolicy(1n * USD, fund);
    await expect(vault.sweepReserves())
      .to.emit(vault, "ReservesSwept")
      .withArgs(await fund.getAddress(), 3n * USD);
    await publish(room, 1_800n);
    await vault.liquidate(alice, 0, MAX);
    // 501: the last dollar of reserves went to the keeper, insurance pays 200.
    expect((await engine.ledger(vault, 1)).socialized).to.equal(301n * USD);
    await asset.connect(alice).approve(engine, MAX);
    await engine.connect(alice).recover(vault, 1, 301n * USD);
    const before = await asset.balanceOf(provider);
    await vault.connect(provider).claimRecovery(provider, [1], provider);
    const paid = (await asset.balanceOf(provider)) - before;
    expect(301n * USD - paid <= 1n && paid <= 301n * USD).to.equal(true);
    expect(await asset.balanceOf(vault)).to.equal(
      (await vault.cash()) + (await vault.traderAssets()) + (await vault.claimsOwed()),
    );
  });
});
