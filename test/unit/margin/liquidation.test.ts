import { expect } from "chai";
import { network } from "hardhat";

import { MAX } from "../../helpers/lending.js";
import {
  addFund,
  addInsurance,
  books,
  commit,
  deployMargin,
  ETH,
  type MarginScene,
  MARKET,
  POOL,
  publish,
  resolve,
  trade,
  USD,
} from "../../helpers/margin.js";

const { ethers, networkHelpers } = await network.create();

/**
 * Alice is long 10 ETH at 2,000 with 1,521 dollars. She has paid keeper 1, fee 20 and premium 10 (skew 0 to 10 of 10,000),
 * so her margin is 1,500 and her basis 20,010. Reserves hold 4 of the fee. Maintenance is 3.01 %.
 */
async function leveraged(): Promise<MarginScene> {
  const scene = await deployMargin(ethers);
  await trade(networkHelpers, scene, scene.alice, { size: 10n * ETH, acceptable: 2_000n, deposit: 1_521n * USD });
  return scene;
}

describe("MarginVault: liquidation", () => {
  it("leaves a healthy account alone, at its maintenance margin exactly (LV2)", async () => {
    const room = await networkHelpers.loadFixture(leveraged);
    const { vault, alice, keeper } = room;
    // At p dollars the equity is 1,500 + 10 p - 20,010 and the maintenance 0.301 p: equal at 1,908.44...
    await publish(room, 1_909n);
    const health = await vault.healthOf(alice);
    expect(health.equityAssets).to.equal(580n * USD);
    expect(health.maintenanceAssets).to.equal(574_609_000n);
    await expect(vault.connect(keeper).liquidate(alice, 0, 0))
      .to.be.revertedWithCustomError(vault, "AccountHealthy")
      .withArgs(alice.address, 580n * USD, 574_609_000n);
    await publish(room, 1_908n);
    await vault.connect(keeper).liquidate(alice, 0, 0);
  });

  it("closes as much as restores the target, and pays the keeper its share of the fee", async () => {
    const room = await networkHelpers.loadFixture(leveraged);
    const { vault, alice, keeper, asset } = room;
    await publish(room, 1_900n);
    await vault.connect(keeper).liquidate(alice, 0, 0);
    const { sizeWad } = await vault.positionOf(alice, 0);
    // 489 - 190 + 19 y = 1.5 x 1,900 y (0.03 + y / 100,000): y = 4.48...
    expect(sizeWad > (44n * ETH) / 10n && sizeWad < (45n * ETH) / 10n, String(sizeWad)).to.equal(true);
    const { equityAssets, maintenanceAssets } = await vault.healthOf(alice);
    expect(equityAssets * 100n >= maintenanceAssets * 150n).to.equal(true);
    expect(equityAssets * 100n <= maintenanceAssets * 154n).to.equal(true);
    // 1 % of what was closed, half of it the keeper's.
    const closed = 10n * ETH - sizeWad;
    const fee = (closed * 1_900n * USD) / 100n / ETH + 1n;
    expect(await asset.balanceOf(keeper)).to.equal(1n * USD + fee / 2n);
    expect(await vault.totalDeficit()).to.equal(0);
    await expect(vault.liquidate(alice, 0, 0)).to.be.revertedWithCustomError(vault, "AccountHealthy");
  });

  it("closes all where dust would be left, without a loss while the equity is positive (MA4)", async () => {
    const room = await networkHelpers.loadFixture(leveraged);
    const { vault, alice, engine } = room;
    await publish(room, 1_853n);
    // Equity 1,500 + 18,530 - 20,010 = 20.
    expect((await vault.healthOf(alice)).equityAssets).to.equal(20n * USD);
    await vault.liquidate(alice, 0, 0);
    const account = await vault.accountOf(alice);
    // The premium given back, 9.265, is part of what is left; the fee takes all of it.
    expect([account.openMarkets, account.marginAssets, account.deficitAssets]).to.deep.equal([0n, 0n, 0n]);
    expect(await engine.writeOffCount(vault)).to.equal(0);
  });

  describe("an account whose equity is negative", () => {
    it("is closed whole, and its bad debt goes down the waterfall in the same transaction (WO1, MA2)", async () => {
      const room = await networkHelpers.loadFixture(leveraged);
      const { vault, alice, keeper, engine, asset } = room;
      const insurance = await addInsurance(ethers, room, 10_000n * USD);
      await publish(room, 1_800n);
      // Closing from skew 10 to 0 brings 18,009 for a basis of 20,010: 1,500 - 2,001 = -501.
      expect(await vault.tradersNet()).to.equal(-2_001n * USD);
      const before = await vault.totalAssets();
      expect(before).to.equal(POOL + 16n * USD + 2_001n * USD);
      // The keeper's least reward comes out of reserves first: 4 - 1. Insurance: ten times the fee of 20.
      await expect(vault.connect(keeper).liquidate(alice, 0, MAX))
        .to.emit(engine, "WrittenOff")
        .withArgs(await vault.getAddress(), 1, alice.address, 0, 1, 501n * USD, 3n * USD, 200n * USD, 0, 298n * USD)
        .and.to.emit(vault, "InsuranceDrawn")
        .withArgs(alice.address, 0, 200n * USD);
      expect(await vault.totalAssets()).to.equal(before - 298n * USD);
      expect(await asset.balanceOf(insurance)).to.equal(9_800n * USD);
      expect(await asset.balanceOf(keeper)).to.equal(2n * USD);
      const account = await vault.accountOf(alice);
      expect([account.marginAssets, account.deficitAssets, account.openMarkets, account.writeOffId]).to.deep.equal([
        0n,
        0n,
        0n,
        1n,
      ]);
      const figures = await books(room, [alice]);
      expect(figures.balance).to.equal(figures.cash + figures.traderAssets + figures.claims);
      expect(figures.cash).to.equal(figures.total);
      expect((await vault.insuranceAllowance(0)).allowanceAssets).to.equal(0);
    });

    it("costs the providers no more than the keeper accepts", async () => {
      const room = await networkHelpers.loadFixture(leveraged);
      await publish(room, 1_800n);
      // Without insurance: 501 less the reserves' 3.
      await expect(room.vault.liquidate(room.alice, 0, 498n * USD - 1n))
        .to.be.revertedWithCustomError(room.vault, "ExceedsMaxSocialized")
        .withArgs(498n * USD, 498n * USD - 1n);
      await room.vault.liquidate(room.alice, 0, 498n * USD);
    });

    it("is a default: no order and no withdrawal until it is repaid, and then who paid is repaid (RE2)", async () => {
      const room = await networkHelpers.loadFixture(leveraged);
      const { vault, alice, engine, asset, provider } = room;
      const insurance = await addInsurance(ethers, room, 10_000n * USD);
      await publish(room, 1_800n);
      await vault.liquidate(alice, 0, MAX);
      await vault.connect(alice).depositMargin(100n * USD, alice);
      await expect(vault.connect(alice).withdrawMargin(1n, alice, alice))
        .to.be.revertedWithCustomError(vault, "AccountInDefault")
        .withArgs(alice.address, 1, 501n * USD);
      await expect(commit(room, alice, { size: ETH, deposit: 1_000n * USD })).to.be.revertedWithCustomError(
        vault,
        "AccountInDefault",
      );
      await asset.connect(alice).approve(engine, MAX);
      await expect(engine.connect(alice).recover(vault, 1, 501n * USD))
        .to.emit(engine, "Recovered")
        .withArgs(await vault.getAddress(), 1, alice.address, 298n * USD, 0, 200n * USD, 3n * USD);
      expect(await vault.reserves()).to.equal(3n * USD);
      expect(await asset.balanceOf(insurance)).to.equal(10_000n * USD);
      // All but what virtual shares bear.
      const claim = await vault.claimableRecovery(provider, 1);
      expect(298n * USD - claim <= 1n).to.equal(true);
      await vault.connect(alice).withdrawMargin(100n * USD, alice, alice);
      expect((await vault.accountOf(alice)).writeOffId).to.equal(0);
    });

    it("books no loss while the second source disagrees, or has just fallen silent (OR1)", async () => {
      const room = await networkHelpers.loadFixture(leveraged);
      const { vault, alice, oracle, eth } = room;
      const second = await ethers.deployContract("MockAggregator", [8, 2_000n * 10n ** 8n]);
      const params = { feed: second, maxStaleness: 86_400, minAnswer: 1, maxAnswer: 10n ** 18n };
      await oracle.setSecondSource(eth, params);
      await publish(room, 1_800n);
      await expect(vault.liquidate(alice, 0, MAX))
        .to.be.revertedWithCustomError(vault, "LossDisputed")
        .withArgs(alice.address, -510n * USD, 1_490n * USD);
      await expect(vault.impair(alice)).to.be.revertedWithCustomError(vault, "LossDisputed");
      await second.setBehavior(1);
      await expect(vault.liquidate(alice, 0, MAX))
        .to.be.revertedWithCustomError(vault, "LossBlocked")
        .withArgs(await eth.getAddress());
      await second.setBehavior(0);
      await second.setAnswer(1_810n * 10n ** 8n);
      await vault.liquidate(alice, 0, MAX);
    });

    it("books no loss at a stale price", async () => {
      const room = await networkHelpers.loadFixture(leveraged);
      await publish(room, 1_800n);
      await networkHelpers.time.increase(86_401);
      await expect(room.vault.liquidate(room.alice, 0, MAX)).to.be.revertedWithCustomError(room.oracle, "StaleAnswer");
    });

    it("left without positions by its own order, is written off by the next who asks", async () => {
      const room = await networkHelpers.loadFixture(leveraged);
      const { vault, alice, engine } = room;
      await trade(networkHelpers, room, alice, { size: -10n * ETH, deposit: 21n * USD }, 1_800n);
      // 1,500 - 2,001 + 20 that came with the order: nothing is left to pay a fee with.
      const account = await vault.accountOf(alice);
      expect([account.marginAssets, account.deficitAssets]).to.deep.equal([0n, 481n * USD]);
      expect(await vault.totalDeficit()).to.equal(481n * USD);
      await vault.liquidate(alice, 0, MAX);
      const entry = await engine.ledger(vault, 1);
      expect([entry.badDebt, entry.reserves, entry.socialized]).to.deep.equal([481n * USD, 3n * USD, 478n * USD]);
      expect(await vault.totalDeficit()).to.equal(0);
    });

    it("pays its deficit first out of whatever margin comes in", async () => {
      const room = await networkHelpers.loadFixture(leveraged);
      const { vault, alice } = room;
      await trade(networkHelpers, room, alice, { size: -10n * ETH, deposit: 21n * USD }, 1_800n);
      const cash = await vault.cash();
      await vault.connect(alice).depositMargin(1_000n * USD, alice);
      const account = await vault.accountOf(alice);
      expect([account.marginAssets, account.deficitAssets]).to.deep.equal([519n * USD, 0n]);
      expect(await vault.cash()).to.equal(cash + 481n * USD);
      await expect(vault.liquidate(alice, 0, MAX)).to.be.revertedWithCustomError(vault, "AccountHealthy");
    });
  });

  it("takes a batch through one loss epoch, and reports what it skips", async () => {
    const room = await networkHelpers.loadFixture(leveraged);
    const { vault, alice, bob, carol, engine } = room;
    await trade(networkHelpers, room, bob, { size: 5n * ETH, acceptable: 2_000n, deposit: 800n * USD });
    await trade(networkHelpers, room, carol, { size: 5n * ETH, deposit: 7_000n * USD });
    await publish(room, 1_700n);
    const tx = vault.liquidateBatch([alice, carol, bob], [0, 0, 0], MAX);
    await expect(tx).to.emit(vault, "BatchItemSkipped");
    expect(await engine.writeOffCount(vault)).to.equal(2);
    expect(await vault.openEpoch()).to.equal(2);
    const charged = (await engine.ledger(vault, 1)).socialized + (await engine.ledger(vault, 2)).socialized;
    expect((await vault.lossEpoch(1)).chargedAssets).to.equal(charged);
    await expect(vault.liquidateBatch([alice], [], MAX)).to.be.revertedWithCustomError(vault, "LengthsDiffer");
  });

  describe("impairment", () => {
    async function impaired() {
      const room = await leveraged();
      await room.vault.setMinProvision(USD);
      const fund = await addFund(ethers, room, 10_000n * USD);
      await publish(room, 1_800n);
      return { ...room, fund };
    }

    it("provisions known negative equity: reserves, the fund's earmark, the providers (LV2)", async () => {
      const { vault, alice, fund } = await networkHelpers.loadFixture(impaired);
      const before = await vault.totalAssets();
      await expect(vault.impair(alice))
        .to.emit(vault, "Provisioned")
        .withArgs(1, 4n * USD, 200n * USD, 297n * USD);
      expect(await vault.totalAssets()).to.equal(before - 297n * USD);
      expect(await fund.totalEarmarked()).to.equal(200n * USD);
      const account = await vault.accountOf(alice);
      expect(account.impairmentId).to.equal(1);
    });

    it("is booked against its provision when it becomes final, without a second charge (IM1)", async () => {
      const { vault, alice, engine } = await networkHelpers.loadFixture(impaired);
      await vault.impair(alice);
      const price = await vault.convertToAssets(10n ** 12n);
      await vault.liquidate(alice, 0, MAX);
      const entry = await engine.ledger(vault, 1);
      expect([entry.badDebt, entry.reserves, entry.insurance, entry.socialized]).to.deep.equal([
        501n * USD,
        4n * USD,
        200n * USD,
        297n * USD,
      ]);
      expect(await vault.convertToAssets(10n ** 12n)).to.equal(price);
      expect(await vault.provisions()).to.deep.equal([0n, 0n]);
      expect((await vault.accountOf(alice)).impairmentId).to.equal(0);
    });

    it("gives everything back when the price does (IM1)", async () => {
      const room = await networkHelpers.loadFixture(impaired);
      const { vault, alice, fund, provider } = room;
      await vault.impair(alice);
      await publish(room, 2_000n);
      await expect(vault.impair(alice)).to.emit(vault, "ImpairmentCleared").withArgs(alice.address);
      expect(await fund.totalEarmarked()).to.equal(0);
      expect(await vault.reserves()).to.equal(4n * USD);
      expect(297n * USD - (await vault.claimableRecovery(provider, 1)) <= 1n).to.equal(true);
      await expect(vault.impair(alice))
        .to.be.revertedWithCustomError(vault, "AccountSolvent")
        .withArgs(alice.address, 1_490n * USD);
    });

    it("ends when the account has margin again", async () => {
      const { vault, alice } = await networkHelpers.loadFixture(impaired);
      await vault.impair(alice);
      await vault.connect(alice).depositMargin(3_000n * USD, alice);
      await vault.connect(alice).withdrawMargin(USD, alice, alice);
      expect((await vault.accountOf(alice)).impairmentId).to.equal(0);
      expect((await vault.provisions())[0]).to.equal(0);
    });
  });

  it("an order on its way is no part of the account: it executes, and pays the default before anything leaves", async () => {
    const room = await networkHelpers.loadFixture(leveraged);
    const { vault, alice, engine } = room;
    await vault.listMarket(...(await secondMarket(room)));
    await commit(room, alice, { size: 10n * ETH, deposit: 5_000n * USD, marketId: 1n });
    await publish(room, 1_800n);
    await vault.liquidate(alice, 0, MAX);
    const order = await vault.orderOf(alice, 1);
    expect(order.escrowAssets).to.equal(4_999n * USD);
    await networkHelpers.time.increase(10);
    const feed = await ethers.getContractAt("MockAggregator", order.feed);
    await feed.setAnswer(2_000n * 10n ** 8n);
    await resolve(room, alice, (await feed.latestRoundData())[0], 1n);
    expect((await vault.positionOf(alice, 1)).sizeWad).to.equal(10n * ETH);
    expect(await engine.owedByDebtor(vault, 1)).to.equal(501n * USD);
    await expect(vault.connect(alice).withdrawMargin(USD, alice, alice)).to.be.revertedWithCustomError(
      vault,
      "AccountInDefault",
    );
  });

  async function secondMarket(room: MarginScene) {
    const token = await ethers.deployContract("TestToken", ["Bitcoin", "BTC", 8]);
    const feed = await ethers.deployContract("MockAggregator", [8, 2_000n * 10n ** 8n]);
    await room.oracle.setFeed(token, { feed, maxStaleness: 86_400, minAnswer: 1, maxAnswer: 10n ** 18n });
    const config = { ...MARKET };
    return [await token.getAddress(), config] as const;
  }

  it("nets one market's profit with another's loss before anything is written off", async () => {
    const room = await networkHelpers.loadFixture(leveraged);
    const { vault, alice, engine } = room;
    await vault.listMarket(...(await secondMarket(room)));
    await commit(room, alice, { size: -10n * ETH, deposit: 1_521n * USD, marketId: 1n });
    const { feed } = await vault.orderOf(alice, 1);
    const other = await ethers.getContractAt("MockAggregator", feed);
    await networkHelpers.time.increase(10);
    await other.setAnswer(2_000n * 10n ** 8n);
    await resolve(room, alice, (await other.latestRoundData())[0], 1n);
    // Long one, short the other: both at 1,500 leave equity as it was, and both at 1,500 / 2,100 do not.
    await publish(room, 1_500n);
    await other.setAnswer(1_500n * 10n ** 8n);
    await expect(vault.liquidate(alice, 0, 0)).to.be.revertedWithCustomError(vault, "AccountHealthy");
    await other.setAnswer(2_100n * 10n ** 8n);
    // 1,500 + 1,500 - 5,010 - 1,010 = -3,020 at the marks; the premiums are 7.5 and 10.5.
    expect((await vault.healthOf(alice)).equityAssets).to.equal(-3_020n * USD);
    await vault.liquidate(alice, 1, MAX);
    expect((await engine.ledger(vault, 1)).badDebt).to.equal(3_002n * USD);
    expect((await vault.accountOf(alice)).openMarkets).to.equal(0);
  });
});
