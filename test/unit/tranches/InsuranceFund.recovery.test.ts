import { expect } from "chai";
import { network } from "hardhat";

import { cover, deployFund, gain, recover, stake, VIRTUAL_SHARES } from "../../helpers/fund.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

/** Alice has 1,000 and Bob 500 staked; write-off 7 has cost them 300. */
async function charged() {
  const fixture = await deployFund(ethers);
  const aliceShares = await stake(fixture, fixture.alice, 1_000n * fixture.one);
  const bobShares = await stake(fixture, fixture.bob, 500n * fixture.one);
  await cover(fixture, 7n, 300n * fixture.one);
  const charging = aliceShares + bobShares + VIRTUAL_SHARES;
  return { ...fixture, aliceShares, bobShares, charging };
}

/** The same, and 120 have come back. */
async function recovered() {
  const fixture = await charged();
  await recover(fixture, 7n, 120n * fixture.one);
  const aliceClaim = (120n * fixture.one * fixture.aliceShares) / fixture.charging;
  const bobClaim = (120n * fixture.one * fixture.bobShares) / fixture.charging;
  return { ...fixture, aliceClaim, bobClaim };
}

describe("InsuranceFund: recoveries", () => {
  describe("coming in", () => {
    it("are pulled from the engine and set aside outside total assets", async () => {
      const { fund, asset, engine, one } = await networkHelpers.loadFixture(recovered);
      expect(await fund.claimsOwed()).to.equal(120n * one);
      expect(await fund.totalAssets()).to.equal(1_200n * one);
      expect(await asset.balanceOf(fund)).to.equal(1_320n * one);
      expect(await asset.balanceOf(engine)).to.equal(0n);
    });

    it("are credited to the write-off that was paid for", async () => {
      const fixture = await networkHelpers.loadFixture(charged);
      const { fund, engine, asset, vault } = fixture;
      await asset.mint(engine, 5n);
      await expect(engine.recover(fund, asset, vault, 7n, 5n))
        .to.emit(fund, "RecoveryCredited")
        .withArgs(7n, 5n);
      expect(await fund.recoveredOf(7n)).to.equal(5n);
    });

    it("are refused beyond what was charged (RE1)", async () => {
      const fixture = await networkHelpers.loadFixture(recovered);
      const { fund, engine, asset, vault, one } = fixture;
      await asset.mint(engine, 181n * one);
      await expect(engine.recover(fund, asset, vault, 7n, 180n * one + 1n))
        .to.be.revertedWithCustomError(fund, "RecoveryExceedsCharge")
        .withArgs(7n, 180n * one + 1n, 180n * one);
      await engine.recover(fund, asset, vault, 7n, 180n * one);
      expect(await fund.recoveredOf(7n)).to.equal(300n * one);
    });

    it("are refused for a write-off the fund did not pay for (RE1)", async () => {
      const { fund, engine, asset, vault } = await networkHelpers.loadFixture(charged);
      await asset.mint(engine, 5n);
      await expect(engine.recover(fund, asset, vault, 6n, 5n))
        .to.be.revertedWithCustomError(fund, "RecoveryExceedsCharge")
        .withArgs(6n, 5n, 0n);
    });

    it("leave the share price alone", async () => {
      const fixture = await networkHelpers.loadFixture(charged);
      const before = await fixture.fund.convertToAssets(10n ** 24n);
      await recover(fixture, 7n, 300n * fixture.one);
      expect(await fixture.fund.convertToAssets(10n ** 24n)).to.equal(before);
    });
  });

  describe("going out", () => {
    it("go to those who were charged, in proportion to their shares (RE1)", async () => {
      const fixture = await networkHelpers.loadFixture(recovered);
      const { fund, alice, bob, aliceClaim, bobClaim } = fixture;
      expect(await gain(fixture, alice, () => fund.connect(alice).claimRecovery(alice, [7n], alice))).to.equal(
        aliceClaim,
      );
      expect(await gain(fixture, bob, () => fund.connect(bob).claimRecovery(bob, [7n], bob))).to.equal(bobClaim);
      expect(await fund.claimsOwed()).to.equal(120n * fixture.one - aliceClaim - bobClaim);
    });

    it("are paid once", async () => {
      const fixture = await networkHelpers.loadFixture(recovered);
      const { fund, alice } = fixture;
      await fund.connect(alice).claimRecovery(alice, [7n], alice);
      expect(await gain(fixture, alice, () => fund.connect(alice).claimRecovery(alice, [7n, 7n], alice))).to.equal(0n);
    });

    it("go on when more comes back for the same write-off", async () => {
      const fixture = await networkHelpers.loadFixture(recovered);
      const { fund, alice, aliceShares, charging, aliceClaim, one } = fixture;
      await fund.connect(alice).claimRecovery(alice, [7n], alice);
      await recover(fixture, 7n, 30n * one);
      expect(await fund.claimableRecovery(alice, 7n)).to.equal((150n * one * aliceShares) / charging - aliceClaim);
    });

    it("go to a staker who has left since (RE1)", async () => {
      const fixture = await networkHelpers.loadFixture(charged);
      const { fund, alice, aliceShares, charging, one } = fixture;
      await fund.connect(alice).startCooldown(aliceShares, alice);
      await time.increaseTo((await fund.noticeOf(alice)).readyAt);
      await fund.connect(alice).redeem(aliceShares, alice, alice);
      await recover(fixture, 7n, 120n * one);
      expect(await gain(fixture, alice, () => fund.connect(alice).claimRecovery(alice, [7n], alice))).to.equal(
        (120n * one * aliceShares) / charging,
      );
    });

    it("stay with the seller when charged shares are sold", async () => {
      const fixture = await networkHelpers.loadFixture(charged);
      const { fund, alice, carol, aliceShares, charging, one } = fixture;
      await fund.connect(alice).transfer(carol, aliceShares);
      await recover(fixture, 7n, 120n * one);
      expect(await fund.claimableRecovery(carol, 7n)).to.equal(0n);
      expect(await fund.claimableRecovery(alice, 7n)).to.equal((120n * one * aliceShares) / charging);
    });

    it("can be sent elsewhere by an operator the staker authorized", async () => {
      const fixture = await networkHelpers.loadFixture(recovered);
      const { fund, alice, bob, carol, aliceClaim } = fixture;
      await fund.connect(alice).setAuthorization(carol, true);
      expect(await gain(fixture, bob, () => fund.connect(carol).claimRecovery(alice, [7n], bob))).to.equal(aliceClaim);
    });

    it("can be pushed by nobody else", async () => {
      const { fund, alice, bob } = await networkHelpers.loadFixture(recovered);
      await expect(fund.connect(bob).claimRecovery(alice, [7n], alice))
        .to.be.revertedWithCustomError(fund, "NotAuthorized")
        .withArgs(alice, bob);
    });

    it("are not to be had for the open epoch", async () => {
      const { fund, alice } = await networkHelpers.loadFixture(recovered);
      await expect(fund.connect(alice).claimRecovery(alice, [8n], alice))
        .to.be.revertedWithCustomError(fund, "EpochNotClosed")
        .withArgs(8n, 8n);
    });

    it("are nothing for a number that no write-off of the fund has", async () => {
      const fixture = await networkHelpers.loadFixture(recovered);
      const { fund, alice } = fixture;
      expect(await gain(fixture, alice, () => fund.connect(alice).claimRecovery(alice, [3n], alice))).to.equal(0n);
    });

    it("of several write-offs are paid together", async () => {
      const fixture = await networkHelpers.loadFixture(recovered);
      const { fund, alice, aliceShares, charging, aliceClaim, one } = fixture;
      await cover(fixture, 11n, 60n * one);
      await recover(fixture, 11n, 45n * one);
      const paid = await gain(fixture, alice, () => fund.connect(alice).claimRecovery(alice, [7n, 11n], alice));
      expect(paid).to.equal(aliceClaim + (45n * one * aliceShares) / charging);
    });

    it("are paid while deposits are paused", async () => {
      const fixture = await networkHelpers.loadFixture(recovered);
      const { fund, alice, guardian, aliceClaim } = fixture;
      await fund.connect(guardian).pauseDeposits();
      expect(await gain(fixture, alice, () => fund.connect(alice).claimRecovery(alice, [7n], alice))).to.equal(
        aliceClaim,
      );
    });
  });

  describe("reinvested", () => {
    it("become stake at the present price", async () => {
      const { fund, alice, carol, aliceClaim, charging, one } = await networkHelpers.loadFixture(recovered);
      const shares = (aliceClaim * charging) / (1_200n * one + 1n);
      await expect(fund.connect(alice).reinvestRecovery(alice, [7n], carol))
        .to.emit(fund, "RecoveryReinvested")
        .withArgs(alice, carol, aliceClaim, shares);
      expect(await fund.balanceOf(carol)).to.equal(shares);
      expect(await fund.totalAssets()).to.equal(1_200n * one + aliceClaim);
      expect(await fund.claimsOwed()).to.equal(120n * one - aliceClaim);
    });

    it("move no tokens", async () => {
      const fixture = await networkHelpers.loadFixture(recovered);
      const { fund, alice } = fixture;
      expect(await gain(fixture, fund, () => fund.connect(alice).reinvestRecovery(alice, [7n], alice))).to.equal(0n);
    });

    it("are under no notice, like any new stake (IN1)", async () => {
      const { fund, alice, aliceShares } = await networkHelpers.loadFixture(recovered);
      await fund.connect(alice).startCooldown(aliceShares, alice);
      await fund.connect(alice).reinvestRecovery(alice, [7n], alice);
      await time.increaseTo((await fund.noticeOf(alice)).readyAt);
      expect(await fund.maxRedeem(alice)).to.equal(aliceShares);
    });

    it("are refused when there is nothing to reinvest", async () => {
      const { fund, carol } = await networkHelpers.loadFixture(recovered);
      await expect(fund.connect(carol).reinvestRecovery(carol, [7n], carol))
        .to.be.revertedWithCustomError(fund, "NothingForNothing")
        .withArgs(0n, 0n);
    });

    it("are refused while deposits are paused", async () => {
      const { fund, alice, guardian } = await networkHelpers.loadFixture(recovered);
      await fund.connect(guardian).pauseDeposits();
      await expect(fund.connect(alice).reinvestRecovery(alice, [7n], alice)).to.be.revertedWithCustomError(
        fund,
        "DepositsPaused",
      );
    });

    it("are refused after a total loss, while claims are still paid", async () => {
      const fixture = await networkHelpers.loadFixture(recovered);
      const { fund, alice, one, aliceClaim } = fixture;
      await cover(fixture, 8n, 1_200n * one);
      await expect(fund.connect(alice).reinvestRecovery(alice, [7n], alice)).to.be.revertedWithCustomError(
        fund,
        "FundWipedOut",
      );
      expect(await gain(fixture, alice, () => fund.connect(alice).claimRecovery(alice, [7n], alice))).to.equal(
        aliceClaim,
      );
    });

    it("can be ordered by nobody but the account and its operators", async () => {
      const { fund, alice, bob } = await networkHelpers.loadFixture(recovered);
      await expect(fund.connect(bob).reinvestRecovery(alice, [7n], alice))
        .to.be.revertedWithCustomError(fund, "NotAuthorized")
        .withArgs(alice, bob);
    });
  });
});
