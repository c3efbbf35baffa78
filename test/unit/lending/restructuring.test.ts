import { expect } from "chai";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
import { booksOf, expectRefused, liquidate } from "../../helpers/lendingScene.js";
import { COVERED, DAY, DEBT, restructuringScenes, SHORTFALL } from "../../helpers/restructuring.js";

const connection = await network.create();
const { ethers, networkHelpers } = connection;
const { sunk, withInterest, withFund } = restructuringScenes(connection);

const RESTRUCTURING = 2n;

describe("LendingVault: restructuring", () => {
  describe("announced", () => {
    it("IM1: impairs at once, with what is known to be lost", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, borrower, collateralAddress, announce, pending } = scene;
      const before = await vault.totalAssets();
      const call = announce(400n * WAD);
      const at = BigInt(await networkHelpers.time.latest()) + 1n;
      await expect(call)
        .to.emit(vault, "RestructuringAnnounced")
        .withArgs(borrower.address, collateralAddress, 400n * WAD, 0n, at + DAY);
      expect([...(await pending())]).to.deep.equal([400n * WAD, 0n, at, at + DAY, at + 15n * DAY]);
      expect(before - (await vault.totalAssets())).to.equal(SHORTFALL);
      expect((await scene.position()).impairmentId).to.equal(1n);
      await expect(vault.sweepReserves()).to.be.revert(ethers);
    });

    it("IM1: of interest on a sound debt provisions that interest, and gives it back when it is withdrawn", async () => {
      const scene = await networkHelpers.loadFixture(withInterest);
      const { vault, borrower, lender, collateralAddress, announce } = scene;
      const reserves = await vault.reserves();
      await announce(0n, 50n * WAD);
      // Reserves come first; they hold a tenth of about 109.6 of interest, and a little more by the second.
      const [fromReserves, , charged] = await vault.provisionOf(1n);
      expect(fromReserves).to.be.closeTo(reserves, WAD / 1_000n);
      expect(fromReserves + charged).to.equal(50n * WAD);
      expect((await scene.position()).impairedAt).to.equal(0n);
      await vault.cancelRestructuring(borrower.address, collateralAddress);
      expect(await vault.provisionOf(1n)).to.deep.equal([0n, 0n, 0n]);
      expect(await vault.reserves()).to.be.closeTo(reserves, WAD / 1_000n);
      expect(await vault.claimableRecovery(lender.address, 1n)).to.be.closeTo(charged, 10n ** 6n);
      expect((await scene.position()).impairmentId).to.equal(0n);
    });

    it("waits at least as long as stakers and underwriters need to leave", async () => {
      const scene = await networkHelpers.loadFixture(withFund);
      expect(await scene.engine.exitDelay(scene.vaultAddress)).to.equal(7n * DAY);
      await scene.announce(400n * WAD);
      const { announcedAt, executableAt } = await scene.pending();
      expect(executableAt - announcedAt).to.equal(7n * DAY);
      await scene.wait(7n * DAY - 10n, 100n);
      await expect(scene.execute())
        .to.be.revertedWithCustomError(scene.vault, "RestructuringNotDue")
        .withArgs(executableAt, executableAt + 14n * DAY);
    });

    it("waits as long as lenders need to leave, where that is longer", async () => {
      const scene = await networkHelpers.loadFixture(withFund);
      await scene.vault.setExitNotice(10n * DAY, 2n * DAY);
      await scene.announce(400n * WAD);
      const { announcedAt, executableAt } = await scene.pending();
      expect(executableAt - announcedAt).to.equal(10n * DAY);
    });

    it("lets the borrower take nothing out, and pay back at any time", async () => {
      const scene = await networkHelpers.loadFixture(withInterest);
      const { vault, borrower, collateralAddress: collateral } = scene;
      await scene.announce(0n, 50n * WAD);
      const args = [borrower.address, collateral];
      const own = vault.connect(borrower);
      const draw = () => own.borrow(collateral, WAD, borrower.address, borrower.address);
      await expectRefused(scene, draw, "RestructuringPending", args);
      const take = () => own.withdrawCollateral(collateral, 1n, borrower.address, borrower.address);
      await expectRefused(scene, take, "RestructuringPending", args);
      await expectRefused(scene, () => scene.announce(1n), "RestructuringPending", args);
      await own.repay(collateral, 20n * WAD, borrower.address);
      expect((await scene.pending()).announcedAt).to.not.equal(0n);
      await expect(own.repay(collateral, MAX, borrower.address))
        .to.emit(vault, "RestructuringEnded")
        .withArgs(...args);
      expect((await scene.pending()).announcedAt).to.equal(0n);
      expect((await scene.position()).impairmentId).to.equal(0n);
    });

    it("survives a price that recovers and falls again, without a provision in between", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, borrower, collateralAddress } = scene;
      await scene.announce(400n * WAD);
      await scene.setPrice(200n);
      await vault.impair(borrower.address, collateralAddress);
      expect(await vault.provisionOf(1n)).to.deep.equal([0n, 0n, 0n]);
      expect((await scene.pending()).principalAssets).to.equal(400n * WAD);
      await scene.setPrice(100n);
      await vault.impair(borrower.address, collateralAddress);
      expect((await vault.provisionOf(1n))[2]).to.equal(SHORTFALL);
    });

    it("ends when the position is liquidated first", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      await scene.announce(400n * WAD);
      await liquidate(scene);
      expect((await scene.pending()).announcedAt).to.equal(0n);
      await scene.wait(DAY, 100n);
      await expect(scene.execute()).to.be.revertedWithCustomError(scene.vault, "RestructuringNotAnnounced");
    });

    it("LI1: ends after its time by anybody's call, with a dead feed too", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, oracle, stranger, borrower, collateralAddress, assetAddress } = scene;
      await scene.announce(400n * WAD);
      const { executableAt, expiresAt } = await scene.pending();
      const expire = () => vault.connect(stranger).expireRestructuring(borrower.address, collateralAddress);
      await networkHelpers.time.increaseTo(expiresAt - 2n);
      await expectRefused(scene, expire, "RestructuringNotDue", [executableAt, expiresAt]);
      await networkHelpers.time.increaseTo(expiresAt);
      await oracle.setDead(collateralAddress, assetAddress, true);
      await expire();
      expect((await scene.pending()).announcedAt).to.equal(0n);
      // The position was insolvent when a price was last read, and stays provisioned.
      expect((await vault.provisionOf(1n))[2]).to.equal(SHORTFALL);
    });

    it("of nothing, of no debt, or of a position without one is refused", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, borrower, stranger, collateralAddress } = scene;
      await expectRefused(scene, () => scene.announce(0n), "NothingToForgive", [borrower.address, collateralAddress]);
      const none = () => vault.announceRestructuring(stranger.address, collateralAddress, 1n, 1n);
      await expectRefused(scene, none, "NothingToForgive", [stranger.address, collateralAddress]);
      const cancel = () => vault.cancelRestructuring(borrower.address, collateralAddress);
      await expectRefused(scene, cancel, "RestructuringNotAnnounced", [borrower.address, collateralAddress]);
    });
  });

  describe("executed", () => {
    it("WO1: forgives principal up to the oracle's shortfall, booked against what was provisioned", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, engine, borrower, collateralAddress, vaultAddress } = scene;
      const before = await vault.totalAssets();
      await scene.announce(1_000n * WAD);
      await scene.wait(DAY, 100n);
      await expect(scene.execute())
        .to.emit(vault, "Restructured")
        .withArgs(borrower.address, collateralAddress, 1n, SHORTFALL, 0n, SHORTFALL, 10n ** 21n);
      const { debtAssets, principalAssets, impairmentId, writeOffId } = await scene.position();
      expect([debtAssets, principalAssets, impairmentId, writeOffId]).to.deep.equal([COVERED, COVERED, 0n, 0n]);
      const entry = await engine.ledger(vaultAddress, 1n);
      expect([entry.cause, entry.badDebt, entry.socialized]).to.deep.equal([RESTRUCTURING, SHORTFALL, SHORTFALL]);
      expect(before - (await vault.totalAssets())).to.equal(SHORTFALL);
      expect(await vault.openEpoch()).to.equal(2n);
    });

    it("leaves the debtor owing nothing of it, while what comes in for it still reaches those who were charged", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, engine, asset, lender, other, borrower, collateralAddress, vaultAddress, engineAddress } = scene;
      await scene.announce(1_000n * WAD);
      await scene.wait(DAY, 100n);
      await scene.execute();
      expect(await engine.outstanding(vaultAddress, 1n)).to.equal(SHORTFALL);
      expect(await engine.owedByDebtor(vaultAddress, 1n)).to.equal(0n);
      await scene.setPrice(300n);
      // 3,000 x 75 % = 2,250 may be borrowed in all; nothing of what was forgiven counts.
      await vault
        .connect(borrower)
        .borrow(collateralAddress, 2_250n * WAD - COVERED, borrower.address, borrower.address);
      await asset.connect(other).approve(engineAddress, MAX);
      await engine.connect(other).recover(vaultAddress, 1n, 100n * WAD);
      expect(await vault.claimableRecovery(lender.address, 1n)).to.be.closeTo(100n * WAD, 10n ** 6n);
    });

    it("forgives no principal that the collateral covers, whatever was announced", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { borrower, collateralAddress } = scene;
      await scene.announce(1_000n * WAD);
      // Worth 1,515: covers 1,500 exactly.
      await scene.wait(DAY, 152n);
      await expectRefused(scene, () => scene.execute(), "NothingToForgive", [borrower.address, collateralAddress]);
      // Worth 1,400: covers 1,386.13…
      await scene.setPrice(140n);
      await scene.execute();
      expect((await scene.position()).debtAssets).to.equal((1_400n * WAD * 10_000n) / 10_100n);
    });

    it("OR1: needs prices newer than the announcement, from every live source", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault, oracle, collateralAddress, assetAddress } = scene;
      await scene.announce(400n * WAD);
      await networkHelpers.time.increase(DAY);
      const { announcedAt } = await scene.pending();
      await expect(scene.execute())
        .to.be.revertedWithCustomError(vault, "NoNewerRound")
        .withArgs((await oracle.pairs(collateralAddress, assetAddress)).setAt, announcedAt);
      await scene.setPrice(100n);
      await oracle.setLossBlockedBy(collateralAddress, assetAddress, collateralAddress);
      await expectRefused(scene, () => scene.execute(), "LossBlocked", [collateralAddress]);
      await oracle.setLossBlockedBy(collateralAddress, assetAddress, ethers.ZeroAddress);
      await scene.execute();
    });

    it("stays within buckets of its own, and within what the caller accepts", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault } = scene;
      await scene.announce(400n * WAD);
      await scene.wait(DAY, 100n);
      await vault.setRestructuringCaps(399n * WAD, 1_000n * WAD);
      await expectRefused(scene, () => scene.execute(), "ExceedsRestructuringCap", [400n * WAD, 399n * WAD]);
      await vault.setRestructuringCaps(400n * WAD, 1_000n * WAD);
      expect(await vault.restructuringCaps()).to.deep.equal([400n * WAD, 1_000n * WAD, 400n * WAD]);
      await expectRefused(scene, () => scene.execute(400n * WAD - 1n), "ExceedsMaxSocialized", [
        400n * WAD,
        400n * WAD - 1n,
      ]);
      await scene.execute(400n * WAD);
      expect(await vault.restructuringCaps()).to.deep.equal([400n * WAD, 1_000n * WAD, 0n]);
      await networkHelpers.time.increase(1_800);
      // Half an hour empties half of the hour's bucket; the month's has room for 600 and more.
      expect((await vault.restructuringCaps())[2]).to.equal(200n * WAD);
    });

    it("LV2: what stays uncovered stays provisioned", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      const { vault } = scene;
      await scene.announce(400n * WAD);
      await scene.wait(DAY, 100n);
      await scene.execute();
      const { debtAssets, impairmentId } = await scene.position();
      expect([debtAssets, impairmentId]).to.deep.equal([1_100n * WAD, 1n]);
      const [, , charged] = await vault.provisionOf(1n);
      expect(charged).to.be.closeTo(1_100n * WAD - COVERED, 1_000n);
      // All the loss there is has been charged once.
      expect((await vault.lossEpoch(1n)).chargedAssets).to.equal(SHORTFALL);
      expect(await vault.openEpoch()).to.equal(2n);
    });

    it("takes interest from reserves and lenders only", async () => {
      const scene = await networkHelpers.loadFixture(withInterest);
      const { vault, engine, vaultAddress } = scene;
      const before = await vault.totalAssets();
      await scene.announce(500n * WAD, 50n * WAD);
      await scene.wait(DAY, 200n);
      await scene.execute();
      const entry = await engine.ledger(vaultAddress, 1n);
      expect(entry.badDebt).to.be.closeTo(50n * WAD, 1n);
      expect(entry.reserves + entry.socialized).to.equal(entry.badDebt);
      expect(entry.reserves).to.be.closeTo((109n * WAD) / 10n, WAD / 10n);
      expect((await scene.position()).principalAssets).to.equal(1_000n * WAD);
      expect(before - (await vault.totalAssets())).to.be.closeTo(entry.socialized, WAD);
    });

    it("leaves no dust standing", async () => {
      const scene = await networkHelpers.loadFixture(sunk);
      await scene.announce(DEBT);
      // Worth 10: covers 9.9…, less than the smallest debt of 10.
      await scene.wait(DAY, 1n);
      const left = (10n * WAD * 10_000n) / 10_100n;
      await expectRefused(scene, () => scene.execute(), "BelowMinDebt", [left, 10n * WAD]);
    });
  });

  it("changes nothing when it is refused", async () => {
    const scene = await networkHelpers.loadFixture(sunk);
    const before = await booksOf(scene);
    await expect(scene.execute()).to.be.revertedWithCustomError(scene.vault, "RestructuringNotAnnounced");
    expect(await booksOf(scene)).to.deep.equal(before);
  });
});
