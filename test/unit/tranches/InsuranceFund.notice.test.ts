import { expect } from "chai";
import { network } from "hardhat";

import { stakedFund, TERMS } from "../../helpers/fund.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

const staked = () => stakedFund(ethers);

/** Alice has given notice for all her shares and her window has just opened. */
async function matured() {
  const fixture = await staked();
  await fixture.fund.connect(fixture.alice).startCooldown(fixture.aliceShares, fixture.alice);
  const { readyAt, expiresAt } = await fixture.fund.noticeOf(fixture.alice);
  await time.increaseTo(readyAt);
  return { ...fixture, readyAt, expiresAt };
}

describe("InsuranceFund: notice", () => {
  describe("giving notice", () => {
    it("fixes both ends of the window at the moment of the notice (IN1)", async () => {
      const { fund, alice } = await networkHelpers.loadFixture(staked);
      const now = BigInt(await time.latest()) + 100n;
      await time.setNextBlockTimestamp(now);
      await expect(fund.connect(alice).startCooldown(5n, alice))
        .to.emit(fund, "NoticeSet")
        .withArgs(alice, 5n, now + TERMS.cooldown, now + TERMS.cooldown + TERMS.withdrawalWindow);
      expect(await fund.noticeOf(alice)).to.deep.equal([
        5n,
        now + TERMS.cooldown,
        now + TERMS.cooldown + TERMS.withdrawalWindow,
      ]);
    });

    it("refuses a notice for more than the balance", async () => {
      const { fund, alice, aliceShares } = await networkHelpers.loadFixture(staked);
      await expect(fund.connect(alice).startCooldown(aliceShares + 1n, alice))
        .to.be.revertedWithCustomError(fund, "NoticeOutOfRange")
        .withArgs(alice, aliceShares + 1n, aliceShares);
    });

    it("refuses a notice for nothing", async () => {
      const { fund, alice, aliceShares } = await networkHelpers.loadFixture(staked);
      await expect(fund.connect(alice).startCooldown(0n, alice))
        .to.be.revertedWithCustomError(fund, "NoticeOutOfRange")
        .withArgs(alice, 0n, aliceShares);
    });

    it("replaces an earlier notice by the new one", async () => {
      const { fund, alice, readyAt } = await networkHelpers.loadFixture(matured);
      await fund.connect(alice).startCooldown(7n, alice);
      const notice = await fund.noticeOf(alice);
      expect(notice.quantity).to.equal(7n);
      expect(notice.readyAt).to.be.greaterThan(readyAt);
      expect(await fund.maxRedeem(alice)).to.equal(0n);
    });

    it("forgets a notice that is canceled", async () => {
      const { fund, alice } = await networkHelpers.loadFixture(matured);
      await expect(fund.connect(alice).cancelCooldown(alice)).to.emit(fund, "NoticeSet").withArgs(alice, 0n, 0n, 0n);
      expect(await fund.maxRedeem(alice)).to.equal(0n);
    });

    it("lets nobody else give or cancel a notice", async () => {
      const { fund, alice, bob } = await networkHelpers.loadFixture(matured);
      await expect(fund.connect(bob).startCooldown(1n, alice))
        .to.be.revertedWithCustomError(fund, "NotAuthorized")
        .withArgs(alice, bob);
      await expect(fund.connect(bob).cancelCooldown(alice))
        .to.be.revertedWithCustomError(fund, "NotAuthorized")
        .withArgs(alice, bob);
    });

    it("lets an authorized operator give and cancel a notice", async () => {
      const { fund, alice, bob } = await networkHelpers.loadFixture(staked);
      await fund.connect(alice).setAuthorization(bob, true);
      await fund.connect(bob).startCooldown(9n, alice);
      expect((await fund.noticeOf(alice)).quantity).to.equal(9n);
      await fund.connect(bob).cancelCooldown(alice);
      expect((await fund.noticeOf(alice)).quantity).to.equal(0n);
    });

    it("does not lengthen or shorten notices already given when the terms change", async () => {
      const { fund, governor, alice, aliceShares, readyAt, expiresAt } = await networkHelpers.loadFixture(matured);
      await fund.connect(governor).setCooldown(60n * 86_400n, 14n * 86_400n);
      expect(await fund.noticeOf(alice)).to.deep.equal([aliceShares, readyAt, expiresAt]);
      expect(await fund.maxRedeem(alice)).to.equal(aliceShares);
    });
  });

  describe("transfers under notice", () => {
    it("leave the notice alone while the balance still covers it", async () => {
      const { fund, alice, bob, aliceShares } = await networkHelpers.loadFixture(staked);
      await fund.connect(alice).startCooldown(aliceShares / 2n, alice);
      await expect(fund.connect(alice).transfer(bob, aliceShares / 2n)).not.to.emit(fund, "NoticeSet");
      expect((await fund.noticeOf(alice)).quantity).to.equal(aliceShares / 2n);
    });

    it("shrink the notice to the balance that remains (IN1)", async () => {
      const { fund, alice, bob, aliceShares, readyAt, expiresAt } = await networkHelpers.loadFixture(matured);
      await expect(fund.connect(alice).transfer(bob, aliceShares - 10n))
        .to.emit(fund, "NoticeSet")
        .withArgs(alice, 10n, readyAt, expiresAt);
    });

    it("shrink it also when a spender makes them", async () => {
      const { fund, alice, bob, aliceShares } = await networkHelpers.loadFixture(matured);
      await fund.connect(alice).approve(bob, aliceShares);
      await fund.connect(bob).transferFrom(alice, bob, aliceShares);
      expect((await fund.noticeOf(alice)).quantity).to.equal(0n);
    });

    it("bring no notice to the receiver (IN1)", async () => {
      const { fund, alice, bob, aliceShares } = await networkHelpers.loadFixture(matured);
      await fund.connect(alice).transfer(bob, aliceShares);
      expect(await fund.maxRedeem(bob)).to.equal(0n);
    });

    it("to oneself change nothing", async () => {
      const { fund, alice, aliceShares } = await networkHelpers.loadFixture(matured);
      await fund.connect(alice).transfer(alice, aliceShares);
      expect(await fund.maxRedeem(alice)).to.equal(aliceShares);
    });

    it("fail by name beyond the balance", async () => {
      const { fund, alice, bob, aliceShares } = await networkHelpers.loadFixture(staked);
      await expect(fund.connect(alice).transfer(bob, aliceShares + 1n)).to.be.revertedWithCustomError(
        fund,
        "ERC20InsufficientBalance",
      );
    });
  });
});
