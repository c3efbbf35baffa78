import { expect } from "chai";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
import {
  changeRisk,
  deployScene,
  expectRefused,
  liquidate,
  openPosition,
  type LendingScene,
} from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const DEBT = 1_500n * WAD;
const DELAY = 3_600n;
/** 1 % of the debt of 1,500. */
const SHARE = 15n * WAD;

describe("LendingVault: reward of a write-off that no collateral pays for", () => {
  /**
   * Reserves from the fee of a solvent liquidation of somebody else's 10,000, then a price of zero; 1,500 of debt are
   * recorded and the next transaction may write them off. A reward of 1 %, at most 100.
   */
  async function worthless() {
    const scene = await deployScene(ethers, {
      liquidationFeeBps: 5_000n,
      keeperRewardBps: 100n,
      maxKeeperReward: 100n,
    });
    const { vault, other, borrower, collateralAddress } = scene;
    await openPosition(scene, 10n * WAD, DEBT);
    await openPosition(scene, 100n * WAD, 10_000n * WAD, other);
    await scene.setPrice(108n);
    await liquidate(scene, { owner: other, maxRepaid: 2_000n * WAD });
    await vault.connect(other).repay(collateralAddress, MAX, other.address);
    await scene.setPrice(0n);
    await vault.impair(borrower.address, collateralAddress);
    await networkHelpers.time.increase(DELAY);
    await scene.setPrice(0n);
    // Half of 8 % - 1 % of 2,000.
    return { ...scene, reserves: 70n * WAD };
  }

  const writeOff = ({ vault, borrower, collateralAddress, stranger }: LendingScene) =>
    vault.connect(stranger).writeOff(borrower.address, collateralAddress, MAX);

  it("is a share of the bad debt, paid to the caller", async () => {
    const scene = await networkHelpers.loadFixture(worthless);
    expect(await scene.vault.reserves()).to.equal(scene.reserves);
    const { asset, stranger, vaultAddress } = scene;
    await expect(writeOff(scene)).to.changeTokenBalances(ethers, asset, [stranger, vaultAddress], [SHARE, -SHARE]);
  });

  it("is said in the event", async () => {
    const scene = await networkHelpers.loadFixture(worthless);
    const { vault, borrower, collateralAddress } = scene;
    await expect(writeOff(scene))
      .to.emit(vault, "UncoveredDebtWrittenOff")
      .withArgs(borrower.address, collateralAddress, DEBT, 0n, SHARE, 10n ** 21n);
  });

  it("WO1: comes out of the reserves, which then pay for the loss with the rest", async () => {
    const scene = await networkHelpers.loadFixture(worthless);
    await writeOff(scene);
    const entry = await scene.engine.ledger(scene.vaultAddress, 1n);
    expect([entry.badDebt, entry.reserves, entry.socialized]).to.deep.equal([
      DEBT,
      scene.reserves - SHARE,
      DEBT - (scene.reserves - SHARE),
    ]);
    expect(await scene.vault.reserves()).to.equal(0n);
    expect(await scene.asset.balanceOf(scene.vaultAddress)).to.equal(await scene.vault.cash());
  });

  it("is the governed maximum at most", async () => {
    const scene = await networkHelpers.loadFixture(worthless);
    await changeRisk(scene, { maxKeeperReward: 7n });
    await expect(writeOff(scene)).to.changeTokenBalance(ethers, scene.asset, scene.stranger, 7n);
  });

  it("is what there is in reserves at most, and never the lenders'", async () => {
    const scene = await networkHelpers.loadFixture(worthless);
    const { vault, asset, stranger, other } = scene;
    const fund = await ethers.deployContract("PremiumTaker");
    await vault.setReservePolicy(9n, await fund.getAddress());
    // The record forbids a sweep; so the position is healed first, and opened again afterwards.
    await expectRefused(scene, () => vault.sweepReserves(), "SweepWhileImpaired", [1n]);
    await vault.connect(other).repay(scene.collateralAddress, MAX, scene.borrower.address);
    await vault.sweepReserves();
    await scene.setPrice(200n);
    await openPosition(scene, 10n * WAD, DEBT);
    await scene.setPrice(0n);
    await vault.impair(scene.borrower.address, scene.collateralAddress);
    await networkHelpers.time.increase(DELAY);
    await scene.setPrice(0n);
    await expect(writeOff(scene)).to.changeTokenBalance(ethers, asset, stranger, 9n);
    expect((await scene.engine.ledger(scene.vaultAddress, 1n)).socialized).to.equal(DEBT);
  });

  it("is what there is in cash at most", async () => {
    const scene = await networkHelpers.loadFixture(worthless);
    const { vault, asset, lender, stranger } = scene;
    await vault.connect(lender).withdraw((await vault.cash()) - 5n, lender.address, lender.address);
    await expect(writeOff(scene)).to.changeTokenBalance(ethers, asset, stranger, 5n);
    expect(await vault.cash()).to.equal(0n);
  });

  it("is nothing where none is set, and the write-off goes through", async () => {
    const scene = await networkHelpers.loadFixture(worthless);
    await changeRisk(scene, { keeperRewardBps: 0n });
    await expect(writeOff(scene)).to.changeTokenBalance(ethers, scene.asset, scene.stranger, 0n);
    expect(await scene.vault.totalDebt()).to.equal(0n);
  });

  it("WO6: is nothing where the collateral is worth anything, because there is something to earn from", async () => {
    const scene = await networkHelpers.loadFixture(worthless);
    // One unit of value for all of it.
    await scene.oracle.set(scene.collateralAddress, scene.assetAddress, 10n ** 17n);
    await expect(writeOff(scene)).to.changeTokenBalance(ethers, scene.asset, scene.stranger, 0n);
    expect(await scene.vault.totalDebt()).to.equal(0n);
  });

  it("is not paid by a liquidation", async () => {
    const scene = await networkHelpers.loadFixture(worthless);
    await scene.setPrice(100n);
    const paid = (1_000n * WAD * 100n + 100n) / 101n;
    await expect(liquidate(scene)).to.changeTokenBalance(ethers, scene.asset, scene.liquidator, -paid);
  });

  it("LI1: of a caller that the asset blocks does not keep another from writing off", async () => {
    const scene = await deployScene(ethers, {
      assetKind: "BlocklistToken",
      flatRateWad: 10n ** 10n,
      keeperRewardBps: 100n,
      maxKeeperReward: 100n,
    });
    const { vault, borrower, collateralAddress, stranger, other } = scene;
    await openPosition(scene, 10n * WAD, DEBT);
    await networkHelpers.time.increase(1_000_000n);
    await scene.setPrice(0n);
    await vault.impair(borrower.address, collateralAddress);
    await networkHelpers.time.increase(DELAY);
    await scene.setPrice(0n);
    const token = await ethers.getContractAt("BlocklistToken", scene.assetAddress);
    await token.setBlocked(stranger.address, true);
    await expect(writeOff(scene)).to.be.revertedWithCustomError(token, "Blocked").withArgs(stranger.address);
    await writeOff({ ...scene, stranger: other });
    expect(await vault.totalDebt()).to.equal(0n);
  });
});
