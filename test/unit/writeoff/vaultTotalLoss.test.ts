import { expect } from "chai";
import { network } from "hardhat";

import { deployLending, fundAccount, MAX, WAD } from "../../helpers/lending.js";
import { deposit, deployWaterfall, DEPOSITED, give, LENT, lose } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

const SHARES = DEPOSITED * 1_000_000n;

describe("WriteOffVault after a total loss", () => {
  /** All cash is lent out and all of it is lost. */
  async function wipedOut() {
    const room = await deployWaterfall(ethers);
    const [payer, lender, debtor, late] = await ethers.getSigners();
    await room.vault.lend(DEPOSITED - LENT, debtor!);
    const loss = await lose(ethers, room, DEPOSITED);
    await give(room.asset, payer!, room.engine, DEPOSITED);
    await give(room.asset, late!, room.vault, DEPOSITED);
    return { ...room, loss, lender: lender!, late: late!, debtor: debtor! };
  }

  async function almostWipedOut() {
    const room = await deployWaterfall(ethers);
    const [, lender, , late] = await ethers.getSigners();
    return { ...room, lender: lender!, late: late! };
  }

  it("says so", async () => {
    const { vault, loss } = await networkHelpers.loadFixture(wipedOut);
    await expect(loss).to.emit(vault, "WipedOut").withArgs(0n, SHARES);
  });

  it("is closed to deposits, mints and reinvestment", async () => {
    const { vault, engine, late, lender } = await networkHelpers.loadFixture(wipedOut);
    await engine.recover(vault, 1n, 1_000n);
    for (const attempt of [
      () => vault.connect(late).deposit(100n, late),
      () => vault.connect(late).mint(100n, late),
      () => vault.connect(lender).reinvestRecovery(lender, [1n], lender),
    ]) {
      await expect(attempt()).to.be.revertedWithCustomError(vault, "VaultWipedOut").withArgs(0n, SHARES);
    }
    expect(await vault.maxDeposit(late)).to.equal(0n);
    expect(await vault.maxMint(late)).to.equal(0n);
  });

  it("RE1: still pays what is recovered to those who were charged", async () => {
    const { vault, asset, engine, lender } = await networkHelpers.loadFixture(wipedOut);
    await engine.recover(vault, 1n, DEPOSITED / 2n);
    await vault.connect(lender).claimRecovery(lender, [1n], lender);
    expect(await asset.balanceOf(lender)).to.equal(DEPOSITED / 2n - 1n);
  });

  it("stays closed for good, whatever it earns afterwards", async () => {
    const { vault, late } = await networkHelpers.loadFixture(wipedOut);
    await vault.setIncome(1_000n, 0n);
    await networkHelpers.time.increase(1_000);
    await vault.setIncome(0n, 0n);
    const total = await vault.totalAssets();
    expect(total).to.be.greaterThan(DEPOSITED - 10_000n);
    await expect(vault.connect(late).deposit(100n, late))
      .to.be.revertedWithCustomError(vault, "VaultWipedOut")
      .withArgs(total, SHARES);
    expect(await vault.maxDeposit(late)).to.equal(0n);
  });

  it("still lets out what it has", async () => {
    const { vault, asset, lender, debtor } = await networkHelpers.loadFixture(wipedOut);
    await vault.setIncome(1_000n, 0n);
    await networkHelpers.time.increase(10);
    await vault.setIncome(0n, 0n);
    await give(asset, debtor, vault, 5_000n);
    await vault.connect(debtor).payBack(5_000n);
    await vault.connect(lender).withdraw(5_000n, lender, lender);
    expect(await asset.balanceOf(lender)).to.equal(5_000n);
  });

  it("says so once, also when more is lost", async () => {
    const room = await networkHelpers.loadFixture(wipedOut);
    await room.vault.setIncome(100n, 0n);
    await networkHelpers.time.increase(1);
    await room.vault.setIncome(0n, 0n);
    await expect(lose(ethers, room, 100n)).not.to.emit(room.vault, "WipedOut");
  });

  it("is not closed by a loss that leaves a millionth", async () => {
    const room = await networkHelpers.loadFixture(almostWipedOut);
    // 900,000 of 1,000,000 are lent; with one unit of the rest left, a share is worth 2 / 10^12 of an asset unit.
    const { vault, lender, late } = room;
    await vault.connect(lender).withdraw(DEPOSITED - LENT, lender, lender);
    await expect(lose(ethers, room, LENT - 1n)).not.to.emit(vault, "WipedOut");
    await deposit(room, late, 10n);
    expect(await vault.maxDeposit(late)).to.be.greaterThan(0n);
  });

  describe("of a lending vault", () => {
    /** The only borrower owes all that was deposited, and the price falls by a third. */
    async function allLent() {
      const room = await deployLending(ethers, { ltvBps: 7_500n });
      const [, lender, borrower, liquidator] = await ethers.getSigners();
      const vault = await room.at(room.vault);
      await fundAccount(room.asset, lender!, vault, 2_000n * WAD);
      await room.vault.connect(lender).deposit(1_500n * WAD, lender!);
      await fundAccount(room.collateral, borrower!, vault, 10n * WAD);
      await room.vault.connect(borrower).supplyCollateral(room.collateral, 10n * WAD, borrower!);
      await room.vault.connect(borrower).borrow(room.collateral, 1_500n * WAD, borrower!, borrower!);
      await fundAccount(room.asset, liquidator!, vault, 2_000n * WAD);
      return { ...room, lender: lender!, borrower: borrower!, liquidator: liquidator! };
    }

    it("is not assumed while a liquidator's payment is still to come", async () => {
      const { vault, collateral, setPrice, borrower, liquidator, lender } = await networkHelpers.loadFixture(allLent);
      await setPrice(133n);
      const liquidation = vault.connect(liquidator).liquidate(borrower, collateral, MAX, 0n, MAX, "0x");
      await expect(liquidation).to.emit(vault, "LossCharged");
      await expect(liquidation).not.to.emit(vault, "WipedOut");
      expect(await vault.totalAssets()).to.be.greaterThan(1_300n * WAD);
      await vault.connect(lender).deposit(WAD, lender);
    });

    it("is found when a liquidator's payment is next to nothing", async () => {
      const { vault, collateral, setPrice, borrower, liquidator, lender } = await networkHelpers.loadFixture(allLent);
      await setPrice(1n, 100_000n);
      await expect(vault.connect(liquidator).liquidate(borrower, collateral, MAX, 0n, MAX, "0x")).to.emit(
        vault,
        "WipedOut",
      );
      await expect(vault.connect(lender).deposit(WAD, lender)).to.be.revertedWithCustomError(vault, "VaultWipedOut");
    });

    it("is found when a worthless debt is written off", async () => {
      const { vault, oracle, asset, collateral, borrower, lender } = await networkHelpers.loadFixture(allLent);
      await oracle.set(collateral, asset, 0n);
      await vault.impair(borrower, collateral);
      await networkHelpers.time.increase(3_600);
      await oracle.set(collateral, asset, 0n);
      await expect(vault.writeOff(borrower, collateral, MAX)).to.emit(vault, "WipedOut");
      await expect(vault.connect(lender).deposit(WAD, lender)).to.be.revertedWithCustomError(vault, "VaultWipedOut");
    });
  });
});
