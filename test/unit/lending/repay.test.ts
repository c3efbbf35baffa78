import { expect } from "chai";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
import {
  changeRisk,
  deployScene,
  expectRefused,
  expectTotals,
  openPosition,
  type LendingScene,
} from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const UNLISTED = "0x00000000000000000000000000000000000000A5";
/** At a rate of 10^10 WAD per second, a million seconds cost 1 %. */
const RATE = 10n ** 10n;
const SECONDS = 1_000_000n;

describe("LendingVault: repay", () => {
  /** A debt of 1,000 against 10 at 200, without interest. */
  async function indebted() {
    const scene = await deployScene(ethers);
    await openPosition(scene, 10n * WAD, 1_000n * WAD);
    return scene;
  }

  /** The same with interest, in the second before the debt is 1,010: the next transaction sees exactly that. */
  async function withInterest() {
    const scene = await deployScene(ethers, { flatRateWad: RATE });
    await openPosition(scene, 10n * WAD, 1_000n * WAD);
    const borrowedAt = BigInt(await networkHelpers.time.latest());
    return { ...scene, dueAt: borrowedAt + SECONDS };
  }

  const repay = (scene: LendingScene, assets: bigint) =>
    scene.vault.connect(scene.borrower).repay(scene.collateralAddress, assets, scene.borrower.address);

  const positionOf = ({ vault, collateralAddress, borrower }: LendingScene) =>
    vault.positionOf(borrower.address, collateralAddress);

  it("takes the money from the caller, whoever that is, into cash", async () => {
    const { vault, vaultAddress, asset, collateralAddress, borrower, other } =
      await networkHelpers.loadFixture(indebted);
    const payment = vault.connect(other).repay(collateralAddress, 100n * WAD, borrower.address);
    await expect(payment).to.changeTokenBalances(ethers, asset, [other, vaultAddress], [-100n * WAD, 100n * WAD]);
    expect(await vault.cash()).to.equal(999_100n * WAD);
  });

  it("LV1: leaves position and totals smaller by what was paid", async () => {
    const scene = await networkHelpers.loadFixture(indebted);
    await repay(scene, 100n * WAD);
    const position = await positionOf(scene);
    expect([position.debtAssets, position.principalAssets]).to.deep.equal([900n * WAD, 900n * WAD]);
    expect(await scene.vault.totalDebt()).to.equal(900n * WAD);
    await expectTotals(scene, 900n * WAD, 10n * WAD);
  });

  it("pays interest before principal", async () => {
    const scene = await networkHelpers.loadFixture(withInterest);
    await networkHelpers.time.setNextBlockTimestamp(scene.dueAt);
    await expect(repay(scene, 4n * WAD))
      .to.emit(scene.vault, "Repaid")
      .withArgs(
        scene.borrower.address,
        scene.collateralAddress,
        scene.borrower.address,
        4n * WAD,
        0n,
        1_010n * 10n ** 18n,
      );
    const position = await positionOf(scene);
    expect(position.principalAssets).to.equal(1_000n * WAD);
    // 1,010 - 4; what is taken off is rounded down, so one unit stays.
    expect(position.debtAssets).to.equal(1_006n * WAD + 1n);
  });

  it("pays principal with what the interest leaves", async () => {
    const scene = await networkHelpers.loadFixture(withInterest);
    await networkHelpers.time.setNextBlockTimestamp(scene.dueAt);
    await expect(repay(scene, 110n * WAD))
      .to.emit(scene.vault, "Repaid")
      .withArgs(
        scene.borrower.address,
        scene.collateralAddress,
        scene.borrower.address,
        110n * WAD,
        100n * WAD,
        1_010n * 10n ** 18n,
      );
    const position = await positionOf(scene);
    expect(position.principalAssets).to.equal(900n * WAD);
    expect(position.debtAssets).to.equal(900n * WAD + 1n);
    await expectTotals(scene, 900n * WAD, 10n * WAD);
  });

  it("of everything takes principal and interest to the unit and leaves nothing", async () => {
    const scene = await networkHelpers.loadFixture(withInterest);
    await networkHelpers.time.setNextBlockTimestamp(scene.dueAt);
    await expect(repay(scene, MAX)).to.changeTokenBalance(ethers, scene.asset, scene.borrower, -1_010n * WAD);
    const position = await positionOf(scene);
    expect([position.debtAssets, position.principalAssets]).to.deep.equal([0n, 0n]);
    expect(await scene.vault.totalDebt()).to.equal(0n);
    await expectTotals(scene, 0n, 10n * WAD);
  });

  it("of more than the debt takes no more than the debt, and says so", async () => {
    const scene = await networkHelpers.loadFixture(indebted);
    const { vault, collateralAddress, borrower } = scene;
    const own = vault.connect(borrower);
    expect(await own.repay.staticCall(collateralAddress, 1_500n * WAD, borrower.address)).to.equal(1_000n * WAD);
    await expect(repay(scene, 1_500n * WAD)).to.changeTokenBalance(ethers, scene.asset, borrower, -1_000n * WAD);
  });

  it("gives the interest to lenders and reserves by the reserve factor", async () => {
    const scene = await networkHelpers.loadFixture(withInterest);
    await networkHelpers.time.setNextBlockTimestamp(scene.dueAt);
    await repay(scene, MAX);
    // 10 of interest, of which a tenth is for the reserves.
    expect(await scene.vault.reserves()).to.equal(WAD);
    expect(await scene.vault.totalAssets()).to.equal(1_000_009n * WAD);
  });

  it("may leave the minimum debt, but no unit less unless it leaves nothing", async () => {
    const scene = await networkHelpers.loadFixture(indebted);
    const values = [10n * WAD - 1n, 10n * WAD];
    await expectRefused(scene, () => repay(scene, 990n * WAD + 1n), "BelowMinDebt", values);
    await repay(scene, 990n * WAD);
    expect((await positionOf(scene)).debtAssets).to.equal(10n * WAD);
    await repay(scene, 10n * WAD);
    expect((await positionOf(scene)).debtAssets).to.equal(0n);
  });

  it("LI1: of everything is possible even when the minimum was raised above the debt", async () => {
    const scene = await networkHelpers.loadFixture(indebted);
    await changeRisk(scene, { minDebt: 5_000n * WAD });
    await expectRefused(scene, () => repay(scene, 1n), "BelowMinDebt", [1_000n * WAD - 1n, 5_000n * WAD]);
    await repay(scene, 1_000n * WAD);
    expect(await scene.vault.totalDebt()).to.equal(0n);
  });

  it("OR1, LI1: needs no price and cannot be paused", async () => {
    const scene = await networkHelpers.loadFixture(indebted);
    await scene.oracle.setDead(scene.collateralAddress, scene.assetAddress, true);
    await scene.vault.pause(true, true);
    await repay(scene, 100n * WAD);
    expect((await positionOf(scene)).debtAssets).to.equal(900n * WAD);
  });

  it("of nothing is refused", async () => {
    const scene = await networkHelpers.loadFixture(indebted);
    await expectRefused(scene, () => repay(scene, 0n), "ZeroAssets", []);
  });

  it("of a debt that does not exist is refused", async () => {
    const scene = await networkHelpers.loadFixture(indebted);
    const { vault, collateralAddress, other } = scene;
    const payment = () => vault.connect(other).repay(collateralAddress, 1n, other.address);
    await expectRefused(scene, payment, "NothingToRepay", [other.address, collateralAddress]);
  });

  it("against a token that is not listed is refused", async () => {
    const scene = await networkHelpers.loadFixture(indebted);
    const { vault, borrower } = scene;
    const payment = () => vault.connect(borrower).repay(UNLISTED, 1n, borrower.address);
    await expectRefused(scene, payment, "UnknownCollateral", [UNLISTED]);
  });

  it("without enough money is refused by the token", async () => {
    const scene = await networkHelpers.loadFixture(indebted);
    const { vault, vaultAddress, asset, collateralAddress, borrower, stranger } = scene;
    await asset.connect(stranger).approve(vaultAddress, MAX);
    const payment = () => vault.connect(stranger).repay(collateralAddress, 100n * WAD, borrower.address);
    const values = [stranger.address, 0n, 100n * WAD];
    await expectRefused(scene, payment, "ERC20InsufficientBalance", values, asset);
  });
});
