import { expect } from "chai";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
import { divUp } from "../../helpers/lendingModel.js";
import { deployScene, liquidate, openPosition, setValue, type LendingScene } from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const WAITING_PERIOD = 1_000_000n;
/** Start times are multiples of so many seconds, rounded up. */
const TICK = 64n;
const GAS_STIPEND = 500_000n;
const INSURANCE = 0n;
const DEBT = 1_500n * WAD;
/** Debt that collateral worth 1,000 covers with a minimum incentive of 1 %, rounded up and down. */
const COVERED_UP = divUp(1_000n * WAD * 100n, 101n);
const COVERED_DOWN = (1_000n * WAD * 100n) / 101n;

describe("LendingVault: insurable part of a loss", () => {
  /** 1,500 borrowed against 10, with an insurance in the stack that remembers what it is asked and holds nothing. */
  async function deploy(flatRateWad = 0n) {
    const scene = await deployScene(ethers, { waitingPeriod: WAITING_PERIOD, flatRateWad });
    const tranche = await ethers.deployContract("RecordingTranche", [scene.assetAddress, ethers.ZeroAddress]);
    await scene.engine.setStack(scene.vaultAddress, [
      { tranche: await tranche.getAddress(), gasStipend: GAS_STIPEND, kind: INSURANCE },
    ]);
    await openPosition(scene, 10n * WAD, DEBT);
    const borrowedAt = BigInt(await networkHelpers.time.latest());
    return { ...scene, tranche, borrowedAt };
  }

  async function young() {
    const scene = await deploy();
    await setValue(scene, 1_000n * WAD);
    return scene;
  }

  async function aged() {
    const scene = await deploy();
    await networkHelpers.time.increaseTo(scene.borrowedAt + WAITING_PERIOD + TICK);
    await setValue(scene, 1_000n * WAD);
    return scene;
  }

  /** Records the insolvency, waits, and writes it off. */
  async function writeOff(scene: LendingScene) {
    const { vault, borrower, collateralAddress } = scene;
    await vault.impair(borrower.address, collateralAddress);
    await networkHelpers.time.increase(3_600n);
    await setValue(scene, 1_000n * WAD);
    await vault.writeOff(borrower.address, collateralAddress, MAX);
  }

  it("is nothing of a debt that is younger than the waiting period", async () => {
    const scene = await networkHelpers.loadFixture(young);
    await liquidate(scene);
    const { shortfallAssets, insurableAssets } = await scene.tranche.lastRequest();
    expect([shortfallAssets, insurableAssets]).to.deep.equal([DEBT - COVERED_UP, 0n]);
  });

  it("leaves the minimum incentive to reserves and lenders", async () => {
    const scene = await networkHelpers.loadFixture(aged);
    await liquidate(scene);
    // All collateral is worth 1,000, so 500 of the debt had nothing behind it; 9.9 more went to the liquidator.
    const { shortfallAssets, insurableAssets } = await scene.tranche.lastRequest();
    expect([shortfallAssets, insurableAssets]).to.deep.equal([DEBT - COVERED_UP, 500n * WAD]);
  });

  it("WO2: is what insurance pays when it can, and the lenders pay the rest", async () => {
    const scene = await networkHelpers.loadFixture(aged);
    const { asset, engine, vault, vaultAddress, tranche } = scene;
    await asset.mint(await tranche.getAddress(), 10_000n * WAD);
    await liquidate(scene);
    const entry = await engine.ledger(vaultAddress, 1n);
    const lost = DEBT - COVERED_UP;
    expect([entry.insurance, entry.socialized]).to.deep.equal([500n * WAD, lost - 500n * WAD]);
    expect(await vault.totalAssets()).to.equal(1_000_000n * WAD - (lost - 500n * WAD));
    expect(await asset.balanceOf(vaultAddress)).to.equal(await vault.cash());
  });

  it("is the aged part only when some of the principal is young", async () => {
    const scene = await networkHelpers.loadFixture(async function halfYoung() {
      const half = await deploy();
      const { vault, collateralAddress, borrower } = half;
      await networkHelpers.time.increaseTo(half.borrowedAt + WAITING_PERIOD + TICK);
      await vault.connect(borrower).supplyCollateral(collateralAddress, 10n * WAD, borrower.address);
      await vault.connect(borrower).borrow(collateralAddress, 500n * WAD, borrower.address, borrower.address);
      await setValue(half, 1_000n * WAD);
      return half;
    });
    await liquidate(scene);
    // Of 2,000 owed 1,000 had nothing behind it; three quarters of the principal are aged: what is young is rounded up, to
    // 524,288 of 2,097,151 parts and then to a unit.
    const aged = 2_000n * WAD - divUp(2_000n * WAD * 524_288n, 2_097_151n);
    const { insurableAssets } = await scene.tranche.lastRequest();
    expect(insurableAssets).to.equal(aged / 2n);
    expect(750n * WAD - insurableAssets <= (1_000n * WAD) / 2_000_000n).to.be.true;
  });

  it("is lost principal only: interest is not insured, and what is sold pays for principal first", async () => {
    const scene = await networkHelpers.loadFixture(async function withInterest() {
      const owing = await deploy(10n ** 10n);
      await setValue(owing, 1_000n * WAD);
      return owing;
    });
    await networkHelpers.time.setNextBlockTimestamp(scene.borrowedAt + 10_000_000n);
    await liquidate(scene);
    // 1,650 owed, 1,500 of it principal, of which the collateral covers 1,000. Reserves (15) pay before.
    const { shortfallAssets, insurableAssets } = await scene.tranche.lastRequest();
    expect(shortfallAssets).to.equal(1_650n * WAD - COVERED_UP - 15n * WAD);
    expect(insurableAssets).to.equal(500n * WAD);
  });

  it("of a write-off without cash does not cover interest or the minimum incentive either", async () => {
    const scene = await networkHelpers.loadFixture(async function withInterest() {
      const owing = await deploy(10n ** 10n);
      await setValue(owing, 1_000n * WAD);
      return owing;
    });
    await networkHelpers.time.increaseTo(scene.borrowedAt + 9_990_000n);
    await writeOff(scene);
    // The principal that stays is rounded down.
    expect((await scene.tranche.lastRequest()).insurableAssets).to.be.oneOf([500n * WAD, 500n * WAD + 1n]);
  });

  it("is nothing when the collateral covers the principal and only interest is lost", async () => {
    const scene = await networkHelpers.loadFixture(async function onlyInterest() {
      const owing = await deploy(10n ** 10n);
      await setValue(owing, 1_510n * WAD);
      return owing;
    });
    await networkHelpers.time.increaseTo(scene.borrowedAt + 20_000_000n);
    await liquidate(scene);
    expect((await scene.tranche.lastRequest()).insurableAssets).to.equal(0n);
  });

  it("of a fraction is the same fraction of what the whole would have been", async () => {
    const scene = await networkHelpers.loadFixture(aged);
    await liquidate(scene, { maxRepaid: 400n * WAD });
    const { insurableAssets } = await scene.tranche.lastRequest();
    const expected = (500n * WAD * 400n * WAD) / COVERED_UP;
    // The value sold rounds down and the closed debt up, by a unit each.
    expect(insurableAssets - expected >= 0n && insurableAssets - expected <= 2n, `${insurableAssets}`).to.be.true;
  });

  it("of a fraction leaves the rest as old as it was", async () => {
    const scene = await networkHelpers.loadFixture(aged);
    await liquidate(scene, { maxRepaid: 400n * WAD });
    const position = await scene.vault.positionOf(scene.borrower.address, scene.collateralAddress);
    expect(position.agedPrincipalAssets).to.equal(position.principalAssets);
    await liquidate(scene);
    expect((await scene.tranche.lastRequest()).insurableAssets > 0n).to.be.true;
  });

  it("of a write-off without cash is the same as of a liquidation", async () => {
    const scene = await networkHelpers.loadFixture(aged);
    await writeOff(scene);
    const { shortfallAssets, insurableAssets } = await scene.tranche.lastRequest();
    // The covered debt is rounded down here, so the loss may be a unit more, and so may the incentive's part.
    expect(shortfallAssets).to.equal(DEBT - COVERED_DOWN);
    expect(insurableAssets).to.equal(500n * WAD);
  });

  it("of a write-off that leaves no debt standing excludes the collateral that remains", async () => {
    const scene = await networkHelpers.loadFixture(aged);
    const { vault, borrower, collateralAddress } = scene;
    await setValue(scene, 10n * WAD);
    await vault.impair(borrower.address, collateralAddress);
    await networkHelpers.time.increase(3_600n);
    await setValue(scene, 10n * WAD);
    await vault.writeOff(borrower.address, collateralAddress, MAX);
    // 10 / 1.01 is less than the minimum debt of 10.
    const { shortfallAssets, insurableAssets } = await scene.tranche.lastRequest();
    expect([shortfallAssets, insurableAssets]).to.deep.equal([DEBT, DEBT - 10n * WAD]);
  });

  it("of a write-off counts the days of waiting: a debt that ages meanwhile is insured", async () => {
    const scene = await networkHelpers.loadFixture(young);
    await networkHelpers.time.increaseTo(scene.borrowedAt + WAITING_PERIOD - 1_000n);
    await writeOff(scene);
    expect((await scene.tranche.lastRequest()).insurableAssets).to.equal(500n * WAD);
  });

  it("RE2: money paid on a defaulted debt flows back to the insurance after the lenders", async () => {
    const scene = await networkHelpers.loadFixture(aged);
    const { asset, engine, vault, vaultAddress, engineAddress, tranche, other } = scene;
    await asset.mint(await tranche.getAddress(), 10_000n * WAD);
    await liquidate(scene);
    const { socialized } = await engine.ledger(vaultAddress, 1n);
    await asset.connect(other).approve(engineAddress, MAX);
    await engine.connect(other).recover(vaultAddress, 1n, socialized + 7n * WAD);
    expect(await vault.claimsOwed()).to.equal(socialized);
    expect(await tranche.recoveredAssets()).to.equal(7n * WAD);
  });
});
