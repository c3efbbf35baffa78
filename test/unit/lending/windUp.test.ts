import { expect } from "chai";
import { network } from "hardhat";

import {
  borrow,
  commit,
  COOLDOWN,
  DAY,
  deployWaterfallScene,
  impair,
  lend,
  liquidate,
  MAX,
  stake,
  UNIT,
  type WaterfallScene,
} from "../../helpers/waterfallScene.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

const TARGET = 1_000n * UNIT;
const YEAR = 365n * DAY;
/** About 10 % a year. */
const RATE = 10n ** 17n / YEAR;

describe("LendingVault wound up", () => {
  /** Two lenders, a borrower who owes 6,000 and has paid for a year, a fund and a book that share what is swept. */
  async function running() {
    const scene = await deployWaterfallScene(ethers, { flatRateWad: RATE, reserveFactorBps: 2_000n });
    await lend(scene, scene.ann, 6_000n);
    await lend(scene, scene.ben, 4_000n);
    await stake(scene, scene.sam, 500n);
    await commit(scene, scene.una, 2n, 500n);
    await borrow(scene, 100n, 6_000n);
    await scene.vault.setReservePolicy(TARGET, await scene.at(scene.fund));
    await scene.vault.setPremiumShare(await scene.at(scene.book), 2_500n);
    return scene;
  }

  async function windingUp() {
    const scene = await running();
    await scene.vault.windUp();
    return scene;
  }

  /** Takes out all that one holds, or as much of it as there is cash for. */
  async function leave({ vault }: WaterfallScene, who: WaterfallScene["ann"]) {
    const shares = await vault.balanceOf(who);
    const own = vault.connect(who);
    if ((await vault.convertToAssets(shares)) <= (await vault.cash())) await own.redeem(shares, who, who);
    else await own.withdraw(await vault.maxWithdraw(who), who, who);
  }

  it("says so, once and for good", async () => {
    const { vault } = await networkHelpers.loadFixture(running);
    expect([...(await vault.closure())]).to.deep.equal([false, false]);
    await expect(vault.windUp()).to.emit(vault, "WindUpStarted");
    expect([...(await vault.closure())]).to.deep.equal([false, true]);
    await expect(vault.windUp()).to.be.revertedWithCustomError(vault, "VaultWindingUp");
    await vault.unpause();
    expect([...(await vault.closure())]).to.deep.equal([false, true]);
  });

  describe("takes no more", () => {
    it("deposits, and says that it takes none", async () => {
      const { vault, cleo } = await networkHelpers.loadFixture(windingUp);
      expect(await vault.maxDeposit(cleo)).to.equal(0n);
      expect(await vault.maxMint(cleo)).to.equal(0n);
      for (const entry of ["deposit", "mint"] as const) {
        await expect(vault.connect(cleo)[entry](UNIT, cleo)).to.be.revertedWithCustomError(vault, "VaultWindingUp");
      }
    });

    it("reinvested recoveries, which are paid out instead", async () => {
      const scene = await networkHelpers.loadFixture(windingUp);
      const { vault, engine, asset, ann, buyer, address } = scene;
      await scene.setPrice(30n);
      await liquidate(scene);
      const epoch = (await vault.openEpoch()) - 1n;
      await engine.connect(buyer).recover(address, 1n, 100n * UNIT);
      await expect(vault.connect(ann).reinvestRecovery(ann, [epoch], ann)).to.be.revertedWithCustomError(
        vault,
        "VaultWindingUp",
      );
      const before = await asset.balanceOf(ann);
      await vault.connect(ann).claimRecovery(ann, [epoch], ann);
      expect((await asset.balanceOf(ann)) - before).to.be.closeTo(60n * UNIT, 10n);
    });

    it("debt", async () => {
      const { vault, weth, borrower } = await networkHelpers.loadFixture(windingUp);
      await expect(vault.connect(borrower).borrow(weth, UNIT, borrower, borrower)).to.be.revertedWithCustomError(
        vault,
        "VaultWindingUp",
      );
    });

    it("notice to leave, whatever was asked for before", async () => {
      const scene = await networkHelpers.loadFixture(running);
      const { vault, ann } = scene;
      await vault.setExitNotice(30n * DAY, 14n * DAY);
      expect(await vault.maxWithdraw(ann)).to.equal(0n);
      await vault.windUp();
      expect([...(await vault.exitNotice())]).to.deep.equal([0n, 0n]);
      expect(await vault.maxWithdraw(ann)).to.equal(4_000n * UNIT);
      await leave(scene, ann);
      await expect(vault.setExitNotice(DAY, DAY)).to.be.revertedWithCustomError(vault, "VaultWindingUp");
      await vault.setExitNotice(0n, 0n);
    });
  });

  describe("goes on with the rest", () => {
    it("LI1: debts are served and collateral returned", async () => {
      const { vault, weth, borrower } = await networkHelpers.loadFixture(windingUp);
      await vault.connect(borrower).supplyCollateral(weth, UNIT, borrower);
      await vault.connect(borrower).repay(weth, MAX, borrower);
      await vault.connect(borrower).withdrawCollateral(weth, 101n * UNIT, borrower, borrower);
      expect(await vault.totalDebt()).to.equal(0n);
    });

    it("LI1: insolvent positions are impaired and written off, through the whole waterfall", async () => {
      const scene = await networkHelpers.loadFixture(windingUp);
      const { vault, engine, address, weth, borrower } = scene;
      await scene.setPrice(0n);
      await impair(scene);
      await time.increase(4_000);
      await scene.setPrice(0n);
      await vault.writeOff(borrower, weth, MAX);
      const entry = await engine.ledger(address, 1n);
      expect(entry.insurance).to.be.greaterThan(0n);
      expect(entry.dilutionCash).to.be.greaterThan(0n);
      expect(entry.badDebt).to.equal(entry.reserves + entry.insurance + entry.dilutionCash + entry.socialized);
    });

    it("a total loss is told, and changes nothing more", async () => {
      const scene = await networkHelpers.loadFixture(running);
      const { vault, engine, address, weth, borrower, ann, cleo } = scene;
      await engine.setStack(address, []);
      await leave(scene, ann);
      await vault.windUp();
      await scene.setPrice(0n);
      await impair(scene);
      await time.increase(4_000);
      await scene.setPrice(0n);
      await expect(vault.writeOff(borrower, weth, MAX)).to.emit(vault, "WipedOut");
      expect([...(await vault.closure())]).to.deep.equal([true, true]);
      await expect(vault.connect(cleo).deposit(UNIT, cleo)).to.be.revertedWithCustomError(vault, "VaultWindingUp");
      expect(await vault.maxDeposit(cleo)).to.equal(0n);
    });

    it("a vault that has suffered a total loss can be wound up as well", async () => {
      const scene = await networkHelpers.loadFixture(running);
      const { vault, engine, address, ann } = scene;
      await engine.setStack(address, []);
      await leave(scene, ann);
      await scene.setPrice(0n);
      await impair(scene);
      await time.increase(4_000);
      await scene.setPrice(0n);
      await vault.writeOff(scene.borrower, scene.weth, MAX);
      expect([...(await vault.closure())]).to.deep.equal([true, false]);
      await vault.windUp();
      expect([...(await vault.closure())]).to.deep.equal([true, true]);
    });
  });

  describe("reserves", () => {
    it("keep their target while there is debt that may be lost", async () => {
      const scene = await networkHelpers.loadFixture(windingUp);
      const { vault, weth, borrower } = scene;
      await time.increase(YEAR);
      await vault.connect(borrower).repay(weth, 650n * UNIT, borrower);
      // A fifth of 600 is far below the target.
      await expect(vault.sweepReserves()).to.be.revertedWithCustomError(vault, "NothingToSweep");
    });

    it("keep nothing back once there is no debt, and are shared as ever", async () => {
      const scene = await networkHelpers.loadFixture(windingUp);
      const { vault, weth, borrower, fund, book, asset } = scene;
      await time.increase(YEAR);
      await vault.connect(borrower).repay(weth, MAX, borrower);
      const reserves = await vault.reserves();
      expect(reserves).to.be.closeTo(120n * UNIT, UNIT / 1_000n);
      const [stakes, bids] = [await fund.totalAssets(), await asset.balanceOf(book)];
      await vault.sweepReserves();
      expect(await vault.reserves()).to.equal(0n);
      expect((await asset.balanceOf(book)) - bids).to.equal(reserves / 4n);
      expect((await fund.totalAssets()) - stakes).to.equal(reserves - reserves / 4n);
    });

    it("keep their target where a vault goes on, debt or none", async () => {
      const scene = await networkHelpers.loadFixture(running);
      const { vault, weth, borrower } = scene;
      await time.increase(YEAR);
      await vault.connect(borrower).repay(weth, MAX, borrower);
      await expect(vault.sweepReserves()).to.be.revertedWithCustomError(vault, "NothingToSweep");
    });

    it("cannot be swept from under an impaired position by winding up", async () => {
      const scene = await networkHelpers.loadFixture(running);
      const { vault, weth, borrower } = scene;
      await time.increase(YEAR);
      await vault.connect(borrower).repay(weth, 600n * UNIT, borrower);
      await scene.setPrice(50n);
      await impair(scene);
      await vault.windUp();
      await expect(vault.sweepReserves()).to.be.revertedWithCustomError(vault, "SweepWhileImpaired").withArgs(1n);
      // What was provisioned out of reserves is there for the loss.
      await liquidate(scene);
      const entry = await scene.engine.ledger(scene.address, 1n);
      expect(entry.reserves).to.be.closeTo(120n * UNIT, UNIT / 100n);
    });
  });

  it("IM1: winding up during an impairment that turns out a false alarm leaves everybody what was theirs", async () => {
    const scene = await networkHelpers.loadFixture(running);
    const { vault, fund, asset, ann, ben, sam, setPrice } = scene;
    await setPrice(50n);
    await impair(scene);
    await vault.windUp();
    // Ann leaves at the provisioned price.
    const purses = await Promise.all([ann, ben, sam].map(({ address }) => asset.balanceOf(address)));
    await vault.connect(ann).redeem((await vault.balanceOf(ann)) / 6n, ann, ann);
    expect((await asset.balanceOf(ann)) - purses[0]!).to.be.lessThan(950n * UNIT);
    await setPrice(200n);
    await impair(scene);
    const epoch = (await vault.openEpoch()) - 1n;
    await vault.connect(ann).claimRecovery(ann, [epoch], ann);
    await vault.connect(ben).claimRecovery(ben, [epoch], ben);
    await fund.connect(sam).claimRecovery(sam, [(await fund.openEpoch()) - 1n], sam);
    const worth = async (share: typeof vault | typeof fund, who: typeof ann, purse: bigint) =>
      (await asset.balanceOf(who)) - purse + (await share.convertToAssets(await share.balanceOf(who)));
    expect(await worth(vault, ann, purses[0]!)).to.be.closeTo(6_000n * UNIT, UNIT / 100n);
    expect(await worth(vault, ben, purses[1]!)).to.be.closeTo(4_000n * UNIT, UNIT / 100n);
    expect(await worth(fund, sam, purses[2]!)).to.be.closeTo(500n * UNIT, 10n);
  });

  it("LI1: ends with all lenders out, all reserves swept, all claims paid, and dust", async () => {
    const scene = await networkHelpers.loadFixture(running);
    const { vault, engine, asset, address, weth, ann, ben, sam, una, fund, book, buyer, debtors, setPrice } = scene;
    await vault.setExitNotice(3n * DAY, DAY);
    await borrow(scene, 20n, 1_000n, debtors[0]);
    await time.increase(90n * DAY);
    // A crash makes the bigger position insolvent; it is impaired, and governance gives the vault up.
    await setPrice(55n);
    await impair(scene);
    await vault.windUp();
    await leave(scene, ben); // as far as the cash goes, at the provisioned price
    await liquidate(scene);
    await liquidate(scene, { owner: debtors[0]! });
    // What the crash has not taken is paid back.
    for (const debtor of [scene.borrower, ...debtors]) {
      if ((await vault.positionOf(debtor, weth)).debtAssets === 0n) continue;
      await vault.connect(debtor).repay(weth, MAX, debtor);
    }
    expect(await vault.totalDebt()).to.equal(0n);
    // Later a part of the loss comes back, to those who were charged.
    await engine.connect(buyer).recover(address, 1n, 200n * UNIT);
    for (const lender of [ann, ben]) {
      const epochs = Array.from({ length: Number(await vault.openEpoch()) - 1 }, (_, i) => BigInt(i + 1));
      await vault.connect(lender).claimRecovery(lender, epochs, lender);
      if ((await vault.balanceOf(lender)) !== 0n) await leave(scene, lender);
    }
    // The crash has used up the fund, so it takes no premium; its part waits until governance names who is next.
    expect(await fund.isWipedOut()).to.equal(true);
    await vault.sweepReserves();
    expect(await vault.reserves()).to.equal((await vault.refusedPremiums()).fundAssets);
    await vault.setReservePolicy(TARGET, await ethers.deployContract("PremiumTaker"));
    await vault.sweepReserves();

    expect(await vault.balanceOf(ann)).to.equal(0n);
    expect(await vault.balanceOf(ben)).to.equal(0n);
    expect(await vault.totalSupply()).to.equal(0n);
    expect(await vault.reserves()).to.equal(0n);
    const [provisioned, unfunded] = await vault.provisions();
    expect(provisioned).to.equal(0n);
    // Of claims on a provision that was given back, each of the two lenders may leave what is rounded off.
    expect(unfunded).to.be.at.most(2n);
    // Two lenders and a few roundings: millionths of millionths of an asset.
    expect(await asset.balanceOf(address)).to.be.lessThan(10n ** 6n);
    expect(await vault.cash()).to.be.lessThan(10n ** 6n);
    expect(await vault.claimsOwed()).to.be.lessThan(10n ** 6n);

    // Those who stood ready to pay leave too, as far as they have not paid.
    expect(await fund.totalAssets()).to.equal(0n);
    expect(await fund.convertToAssets(await fund.balanceOf(sam))).to.equal(0n);
    const bid = (await book.bidOf(una, 2n)).shares;
    if (bid !== 0n) {
      await book.connect(una).giveNotice(2n, bid, una);
      await time.increase(COOLDOWN);
      await book.connect(una).withdraw(2n, bid, una, una);
    }
    expect((await book.bidOf(una, 2n)).shares).to.equal(0n);
  });
});
