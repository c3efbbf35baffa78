import { expect } from "chai";
import { network } from "hardhat";

import { WAD } from "../../helpers/lending.js";
import {
  addCollateral,
  changeCollateral,
  changeRisk,
  deployScene,
  E36,
  expectRefused,
  expectTotals,
  listCollateral,
  openPosition,
  type LendingScene,
} from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const UNLISTED = "0x00000000000000000000000000000000000000A5";

describe("LendingVault: borrow", () => {
  /** 10 collateral at 200 allow a debt of 1,500; the lender has deposited 1,000,000. */
  async function supplied() {
    const scene = await deployScene(ethers);
    await openPosition(scene, 10n * WAD, 0n);
    return scene;
  }

  const borrow = ({ vault, collateralAddress, borrower }: LendingScene, assets: bigint) =>
    vault.connect(borrower).borrow(collateralAddress, assets, borrower.address, borrower.address);

  it("pays the receiver that the borrower names, out of cash", async () => {
    const { vault, vaultAddress, asset, collateralAddress, borrower, other } =
      await networkHelpers.loadFixture(supplied);
    const loan = vault.connect(borrower).borrow(collateralAddress, 100n * WAD, borrower.address, other.address);
    await expect(loan).to.changeTokenBalances(ethers, asset, [vaultAddress, other], [-100n * WAD, 100n * WAD]);
    expect(await vault.cash()).to.equal(999_900n * WAD);
  });

  it("LV1: books debt and principal in the position and in the totals", async () => {
    const scene = await networkHelpers.loadFixture(supplied);
    const { vault, collateralAddress, borrower } = scene;
    await borrow(scene, 100n * WAD);
    await borrow(scene, 50n * WAD);
    const position = await vault.positionOf(borrower.address, collateralAddress);
    expect([position.debtAssets, position.principalAssets]).to.deep.equal([150n * WAD, 150n * WAD]);
    expect(await vault.totalDebt()).to.equal(150n * WAD);
    await expectTotals(scene, 150n * WAD, 10n * WAD);
  });

  it("WO5: leaves the lenders' assets as they were", async () => {
    const scene = await networkHelpers.loadFixture(supplied);
    await borrow(scene, 100n * WAD);
    expect(await scene.vault.totalAssets()).to.equal(1_000_000n * WAD);
  });

  it("says who borrowed what for whom", async () => {
    const { vault, collateralAddress, borrower, other } = await networkHelpers.loadFixture(supplied);
    await expect(vault.connect(borrower).borrow(collateralAddress, 100n * WAD, borrower.address, other.address))
      .to.emit(vault, "Borrowed")
      .withArgs(borrower.address, collateralAddress, other.address, 100n * WAD, 10n ** 21n);
  });

  it("of nothing is refused", async () => {
    const scene = await networkHelpers.loadFixture(supplied);
    await expectRefused(scene, () => borrow(scene, 0n), "ZeroAssets", []);
  });

  it("against a token that is not listed is refused", async () => {
    const scene = await networkHelpers.loadFixture(supplied);
    const { vault, borrower } = scene;
    const loan = () => vault.connect(borrower).borrow(UNLISTED, 100n * WAD, borrower.address, borrower.address);
    await expectRefused(scene, loan, "UnknownCollateral", [UNLISTED]);
  });

  it("is refused while borrowing is paused, and open again afterwards", async () => {
    const scene = await networkHelpers.loadFixture(supplied);
    await scene.vault.pause(false, true);
    await expectRefused(scene, () => borrow(scene, 100n * WAD), "BorrowingPaused", []);
    await scene.vault.unpause();
    await borrow(scene, 100n * WAD);
    expect(await scene.vault.totalDebt()).to.equal(100n * WAD);
  });

  it("of more than the cash is refused", async () => {
    const scene = await networkHelpers.loadFixture(supplied);
    const { vault, lender } = scene;
    await vault.connect(lender).withdraw(999_900n * WAD, lender.address, lender.address);
    await expectRefused(scene, () => borrow(scene, 100n * WAD + 1n), "InsufficientCash", [100n * WAD + 1n, 100n * WAD]);
    await borrow(scene, 100n * WAD);
    expect(await vault.cash()).to.equal(0n);
  });

  describe("by the loan-to-value ratio", () => {
    it("may reach the ratio exactly", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      await borrow(scene, 1_500n * WAD);
      expect(await scene.vault.totalDebt()).to.equal(1_500n * WAD);
    });

    it("is refused one unit beyond it", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const values = [scene.borrower.address, scene.collateralAddress, 1_500n * WAD + 1n, 1_500n * WAD];
      await expectRefused(scene, () => borrow(scene, 1_500n * WAD + 1n), "ExceedsLtv", values);
    });

    it("OR1: goes by the lowest price, not the primary one", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { oracle, assetAddress, collateralAddress, borrower } = scene;
      await oracle.setRange(collateralAddress, assetAddress, 200n * E36, 100n * E36, 300n * E36);
      const values = [borrower.address, collateralAddress, 750n * WAD + 1n, 750n * WAD];
      await expectRefused(scene, () => borrow(scene, 750n * WAD + 1n), "ExceedsLtv", values);
      await borrow(scene, 750n * WAD);
      expect(await scene.vault.totalDebt()).to.equal(750n * WAD);
    });

    it("OR1: is refused by the oracle's own error when there is no price", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { oracle, assetAddress, collateralAddress } = scene;
      await oracle.setDead(collateralAddress, assetAddress, true);
      const values = [collateralAddress, assetAddress];
      await expectRefused(scene, () => borrow(scene, 100n * WAD), "PriceDead", values, oracle);
    });

    it("counts no collateral of another position, nor of another borrower", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { vault, collateralAddress, other } = scene;
      const loan = () => vault.connect(other).borrow(collateralAddress, 100n * WAD, other.address, other.address);
      await expectRefused(scene, loan, "ExceedsLtv", [other.address, collateralAddress, 100n * WAD, 0n]);
    });
  });

  describe("by minimum and caps", () => {
    it("may reach the minimum debt, and is refused one unit below it", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      await expectRefused(scene, () => borrow(scene, 10n * WAD - 1n), "BelowMinDebt", [10n * WAD - 1n, 10n * WAD]);
      await borrow(scene, 10n * WAD);
      expect(await scene.vault.totalDebt()).to.equal(10n * WAD);
    });

    it("may add less than the minimum to a debt that has reached it", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      await borrow(scene, 10n * WAD);
      await borrow(scene, 1n);
      expect(await scene.vault.totalDebt()).to.equal(10n * WAD + 1n);
    });

    it("may fill the principal cap, and is refused one unit beyond it", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { collateralAddress, other } = scene;
      await changeCollateral(scene, { principalCap: 300n * WAD });
      await openPosition(scene, 10n * WAD, 200n * WAD, other);
      const values = [collateralAddress, 300n * WAD + 1n, 300n * WAD];
      await expectRefused(scene, () => borrow(scene, 100n * WAD + 1n), "ExceedsPrincipalCap", values);
      await borrow(scene, 100n * WAD);
      await expectTotals(scene, 300n * WAD, 20n * WAD);
    });

    it("counts the principal of one collateral only towards its own cap", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { vault, borrower } = scene;
      const second = (await addCollateral(ethers, scene, borrower)).address;
      await listCollateral(scene, second, { principalCap: 50n * WAD });
      await borrow(scene, 1_000n * WAD);
      await vault.connect(borrower).supplyCollateral(second, 10n * WAD, borrower.address);
      const loan = (assets: bigint) =>
        vault.connect(borrower).borrow(second, assets, borrower.address, borrower.address);
      const values = [second, 50n * WAD + 1n, 50n * WAD];
      await expectRefused(scene, () => loan(50n * WAD + 1n), "ExceedsPrincipalCap", values);
      await loan(50n * WAD);
      await expectTotals(scene, 50n * WAD, 10n * WAD, second);
    });

    it("may fill the debt cap, and is refused one unit beyond it", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      await openPosition(scene, 10n * WAD, 200n * WAD, scene.other);
      await changeRisk(scene, { debtCap: 300n * WAD });
      const values = [300n * WAD + 1n, 300n * WAD];
      await expectRefused(scene, () => borrow(scene, 100n * WAD + 1n), "ExceedsDebtCap", values);
      await borrow(scene, 100n * WAD);
      expect(await scene.vault.totalDebt()).to.equal(300n * WAD);
    });

    // Bounds are looked at through their highest bit first.
    for (const bound of [2n ** 66n - 1n, 2n ** 66n, 2n ** 66n + 1n]) {
      it(`is held to a bound of ${bound} to the unit, whichever it is`, async () => {
        const scene = await networkHelpers.loadFixture(supplied);
        const above = [bound + 1n, bound];
        await changeRisk(scene, { minDebt: bound });
        await expectRefused(scene, () => borrow(scene, bound - 1n), "BelowMinDebt", [bound - 1n, bound]);
        await changeRisk(scene, { debtCap: bound });
        await expectRefused(scene, () => borrow(scene, bound + 1n), "ExceedsDebtCap", above);
        await changeCollateral(scene, { principalCap: bound });
        const beyond = [scene.collateralAddress, ...above];
        await expectRefused(scene, () => borrow(scene, bound + 1n), "ExceedsPrincipalCap", beyond);
        await borrow(scene, bound);
        expect(await scene.vault.totalDebt()).to.equal(bound);
      });
    }

    it("is refused against a frozen collateral, whose debts can still be repaid", async () => {
      const scene = await networkHelpers.loadFixture(supplied);
      const { vault, collateralAddress, borrower } = scene;
      await borrow(scene, 100n * WAD);
      await vault.freezeCollateral(collateralAddress);
      const values = [collateralAddress, 101n * WAD, 0n];
      await expectRefused(scene, () => borrow(scene, WAD), "ExceedsPrincipalCap", values);
      await vault.connect(borrower).repay(collateralAddress, 100n * WAD, borrower.address);
      expect(await vault.totalDebt()).to.equal(0n);
    });
  });
});
