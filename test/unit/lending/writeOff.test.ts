import { expect } from "chai";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
import {
  deployScene,
  expectRefused,
  expectTotals,
  liquidate,
  openPosition,
  setValue,
  type LendingScene,
} from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const UNLISTED = "0x00000000000000000000000000000000000000A5";
const DEBT = 1_500n * WAD;
/** What collateral worth 1,000 covers. */
const COVERED = (1_000n * WAD * 100n) / 101n;
const DELAY = 3_600n;
const WINDOW = 86_400n;
const WRITE_OFF = 1n;

const now = async () => BigInt(await networkHelpers.time.latest());

describe("LendingVault: write-off without a liquidator's cash", () => {
  /** 1,500 borrowed against 10 that are worth 1,000; recorded at `impairedAt`. */
  async function impaired() {
    const scene = await deployScene(ethers);
    await openPosition(scene, 10n * WAD, DEBT);
    await setValue(scene, 1_000n * WAD);
    await scene.vault.impair(scene.borrower.address, scene.collateralAddress);
    return { ...scene, impairedAt: await now() };
  }

  /** The same, with a newer round and at the first second at which a write-off is possible. */
  async function confirmed() {
    const scene = await impaired();
    await setValue(scene, 1_000n * WAD);
    await networkHelpers.time.setNextBlockTimestamp(scene.impairedAt + DELAY);
    return scene;
  }

  const writeOff = ({ vault, borrower, collateralAddress }: LendingScene, maxSocialized = MAX) =>
    vault.writeOff(borrower.address, collateralAddress, maxSocialized);

  const positionOf = ({ vault, collateralAddress, borrower }: LendingScene) =>
    vault.positionOf(borrower.address, collateralAddress);

  /** Brings a position of this value from its record to the moment of its write-off. */
  async function confirmAt(scene: LendingScene, value: bigint) {
    await setValue(scene, value);
    await scene.vault.impair(scene.borrower.address, scene.collateralAddress);
    await networkHelpers.time.increase(DELAY);
    await setValue(scene, value);
  }

  describe("waits", () => {
    it("for a record: without one it is refused", async () => {
      const scene = await networkHelpers.loadFixture(async function insolvent() {
        const fresh = await deployScene(ethers);
        await openPosition(fresh, 10n * WAD, DEBT);
        await setValue(fresh, 1_000n * WAD);
        return fresh;
      });
      const values = [scene.borrower.address, scene.collateralAddress, 0n, DELAY, DELAY + WINDOW];
      await expectRefused(scene, () => writeOff(scene), "NotConfirmed", values);
    });

    it("for the delay: a second too early it is refused, on the second it is not", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      await setValue(scene, 1_000n * WAD);
      const earliest = scene.impairedAt + DELAY;
      const values = [scene.borrower.address, scene.collateralAddress, scene.impairedAt, earliest, earliest + WINDOW];
      await networkHelpers.time.setNextBlockTimestamp(earliest - 1n);
      await expectRefused(scene, () => writeOff(scene), "NotConfirmed", values);
      await networkHelpers.time.setNextBlockTimestamp(earliest);
      await writeOff(scene);
      expect(await scene.engine.writeOffCount(scene.vaultAddress)).to.equal(1n);
    });

    it("no longer than the window: on its last second it is possible", async () => {
      const scene = await networkHelpers.loadFixture(confirmed);
      await networkHelpers.time.setNextBlockTimestamp(scene.impairedAt + DELAY + WINDOW);
      await writeOff(scene);
      expect(await scene.engine.writeOffCount(scene.vaultAddress)).to.equal(1n);
    });

    it("no longer than the window: a second later it needs a new record", async () => {
      const scene = await networkHelpers.loadFixture(confirmed);
      const earliest = scene.impairedAt + DELAY;
      await networkHelpers.time.increaseTo(earliest + WINDOW + 1n);
      const values = [scene.borrower.address, scene.collateralAddress, scene.impairedAt, earliest, earliest + WINDOW];
      await expectRefused(scene, () => writeOff(scene), "NotConfirmed", values);
      await confirmAt(scene, 1_000n * WAD);
      await writeOff(scene);
      expect(await scene.engine.writeOffCount(scene.vaultAddress)).to.equal(1n);
    });

    it("WO2: for an asset that moves: while its issuer lets it not, no layer could pay and the lenders would", async () => {
      const scene = await networkHelpers.loadFixture(async function blockable() {
        const fresh = await deployScene(ethers, { assetKind: "BlocklistToken" });
        await openPosition(fresh, 10n * WAD, DEBT);
        await confirmAt(fresh, 1_000n * WAD);
        return fresh;
      });
      const token = await ethers.getContractAt("BlocklistToken", scene.assetAddress);
      await token.setBlocked(scene.vaultAddress, true);
      await expect(writeOff(scene)).to.be.revertedWithCustomError(token, "Blocked").withArgs(scene.vaultAddress);
      const key = { borrower: scene.borrower.address, collateral: scene.collateralAddress };
      await expect(scene.vault.writeOffBatch([key], MAX)).to.be.revertedWithCustomError(token, "Blocked");
      await token.setBlocked(scene.vaultAddress, false);
      await writeOff(scene);
      expect(await scene.engine.writeOffCount(scene.vaultAddress)).to.equal(1n);
    });

    it("OR1: for a round newer than the record, not one of the same second", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      const { oracle, collateralAddress, assetAddress } = scene;
      await networkHelpers.time.increase(DELAY);
      await oracle.setOldestRoundAt(collateralAddress, assetAddress, scene.impairedAt);
      const values = [scene.impairedAt, scene.impairedAt];
      await expectRefused(scene, () => writeOff(scene), "NoNewerRound", values);
      await oracle.setOldestRoundAt(collateralAddress, assetAddress, scene.impairedAt + 1n);
      await writeOff(scene);
      expect(await scene.engine.writeOffCount(scene.vaultAddress)).to.equal(1n);
    });

    it("LV2: for nothing when the position is solvent: that is never written off", async () => {
      const scene = await networkHelpers.loadFixture(confirmed);
      await setValue(scene, 1_515n * WAD);
      const values = [scene.borrower.address, scene.collateralAddress, DEBT, DEBT];
      await expectRefused(scene, () => writeOff(scene), "PositionSolvent", values);
    });

    it("LV2: for nothing when there is no debt either, with or without collateral", async () => {
      const scene = await networkHelpers.loadFixture(confirmed);
      const { vault, other, stranger, collateralAddress } = scene;
      await openPosition(scene, WAD, 0n, other);
      const send = (owner: string) => () => vault.writeOff(owner, collateralAddress, MAX);
      const covered = (100n * WAD * 100n) / 101n;
      await expectRefused(scene, send(other.address), "PositionSolvent", [
        other.address,
        collateralAddress,
        0n,
        covered,
      ]);
      const values = [stranger.address, collateralAddress, 0n, 0n];
      await expectRefused(scene, send(stranger.address), "PositionSolvent", values);
    });

    it("for a listed token", async () => {
      const scene = await networkHelpers.loadFixture(confirmed);
      const send = () => scene.vault.writeOff(scene.borrower.address, UNLISTED, MAX);
      await expectRefused(scene, send, "UnknownCollateral", [UNLISTED]);
    });
  });

  describe("takes the uncovered part", () => {
    it("and leaves the covered part as a debt on the collateral", async () => {
      const scene = await networkHelpers.loadFixture(confirmed);
      await writeOff(scene);
      const position = await positionOf(scene);
      expect([position.collateralAssets, position.debtAssets]).to.deep.equal([10n * WAD, COVERED]);
      expect([position.impairedAt, position.writeOffId]).to.deep.equal([0n, 1n]);
    });

    it("LV1: out of debt, principal and their totals", async () => {
      const scene = await networkHelpers.loadFixture(confirmed);
      await writeOff(scene);
      const { principalAssets } = await positionOf(scene);
      // The rest is all principal, rounded down.
      expect(COVERED - principalAssets <= 1n).to.be.true;
      await expectTotals(scene, principalAssets, 10n * WAD);
      expect(COVERED - (await scene.vault.totalDebt()) <= 1n).to.be.true;
    });

    it("WO1, WO5: charges the lenders exactly that, in a loss epoch", async () => {
      const scene = await networkHelpers.loadFixture(confirmed);
      const { vault } = scene;
      await networkHelpers.time.increaseTo(scene.impairedAt + DELAY);
      expect(await vault.writeOff.staticCall(scene.borrower.address, scene.collateralAddress, MAX)).to.equal(
        DEBT - COVERED,
      );
      await writeOff(scene);
      expect((await vault.lossEpoch(1n)).chargedAssets).to.equal(DEBT - COVERED);
      expect(await vault.totalAssets()).to.equal(1_000_000n * WAD - (DEBT - COVERED));
    });

    it("says so, and the ledger says why", async () => {
      const scene = await networkHelpers.loadFixture(confirmed);
      const { vault, engine, vaultAddress, borrower, collateralAddress } = scene;
      await expect(writeOff(scene))
        .to.emit(vault, "UncoveredDebtWrittenOff")
        .withArgs(borrower.address, collateralAddress, DEBT - COVERED, COVERED, 0n, 10n ** 21n);
      const entry = await engine.ledger(vaultAddress, 1n);
      expect([entry.cause, entry.badDebt, entry.socialized]).to.deep.equal([WRITE_OFF, DEBT - COVERED, DEBT - COVERED]);
    });

    it("within the bound that the caller sets, and no unit beyond it", async () => {
      const scene = await networkHelpers.loadFixture(confirmed);
      const lost = DEBT - COVERED;
      await networkHelpers.time.increaseTo(scene.impairedAt + DELAY);
      await expectRefused(scene, () => writeOff(scene, lost - 1n), "ExceedsMaxSocialized", [lost, lost - 1n]);
      await writeOff(scene, lost);
      expect(await scene.vault.openEpoch()).to.equal(2n);
    });

    it("moves no token", async () => {
      const scene = await networkHelpers.loadFixture(confirmed);
      const { asset, collateral, vaultAddress } = scene;
      const send = writeOff(scene);
      await expect(send).to.changeTokenBalance(ethers, asset, vaultAddress, 0n);
      await expect(send).to.changeTokenBalance(ethers, collateral, vaultAddress, 0n);
    });

    it("only once: what is left is solvent", async () => {
      const scene = await networkHelpers.loadFixture(confirmed);
      await writeOff(scene);
      const values = [scene.borrower.address, scene.collateralAddress, COVERED, COVERED];
      await expectRefused(scene, () => writeOff(scene), "PositionSolvent", values);
    });

    it("LI1: and anybody may liquidate the rest, at the minimum incentive and without a further loss", async () => {
      const scene = await networkHelpers.loadFixture(confirmed);
      await writeOff(scene);
      const { vault, collateral, liquidator, vaultAddress } = scene;
      const assets = await vault.totalAssets();
      await expect(liquidate(scene, { maxSocialized: 0n })).to.changeTokenBalances(
        ethers,
        scene.asset,
        [liquidator, vaultAddress],
        [-COVERED, COVERED],
      );
      expect(await vault.totalDebt()).to.equal(0n);
      expect((await vault.totalAssets()) >= assets).to.be.true;
      // One unit less than COVERED x 1.01, which is 100 units of value, is under two units of collateral.
      expect((await collateral.balanceOf(vaultAddress)) <= 2n).to.be.true;
    });
  });

  describe("of much or little", () => {
    it("leaves no debt standing when less than the minimum debt is covered", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      await confirmAt(scene, 10_100_000_000_000_000_000n - 2n);
      await writeOff(scene);
      const position = await positionOf(scene);
      expect([position.debtAssets, position.principalAssets]).to.deep.equal([0n, 0n]);
      expect(position.collateralAssets).to.equal(10n * WAD);
      expect((await scene.engine.ledger(scene.vaultAddress, 1n)).badDebt).to.equal(DEBT);
    });

    it("leaves exactly the minimum debt standing", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      await confirmAt(scene, 10_100_000_000_000_000_000n);
      await writeOff(scene);
      expect((await positionOf(scene)).debtAssets).to.equal(10n * WAD);
    });

    it("is a tenth of the debt at least, because smaller ones would spam loss epochs", async () => {
      const scene = await networkHelpers.loadFixture(impaired);
      // 1,350 covered leave exactly 150.
      await confirmAt(scene, 1_363_500_000_000_000_000_000n + 2n);
      const values = [150n * WAD - 1n, 150n * WAD];
      await expectRefused(scene, () => writeOff(scene), "FractionTooSmall", values);
      await setValue(scene, 1_363_500_000_000_000_000_000n);
      await writeOff(scene);
      expect((await positionOf(scene)).debtAssets).to.equal(1_350n * WAD);
    });

    it("takes reserves before the lenders", async () => {
      const scene = await deployScene(ethers, { flatRateWad: 10n ** 10n });
      await openPosition(scene, 10n * WAD, DEBT);
      const borrowedAt = await now();
      await networkHelpers.time.increaseTo(borrowedAt + 10_000_000n - DELAY - 3n);
      await confirmAt(scene, 1_000n * WAD);
      await writeOff(scene);
      const entry = await scene.engine.ledger(scene.vaultAddress, 1n);
      // About a tenth of 150 in interest: two bookings compound it a little.
      expect(entry.reserves / WAD).to.equal(15n);
      expect(entry.badDebt).to.equal(entry.reserves + entry.socialized);
      expect(await scene.vault.reserves()).to.equal(0n);
    });
  });
});
