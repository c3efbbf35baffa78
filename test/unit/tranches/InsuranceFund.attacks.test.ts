import { expect } from "chai";
import { network } from "hardhat";

import {
  addPremium,
  cover,
  deployFund,
  deployFundOver,
  gain,
  provide,
  recover,
  stake,
  TERMS,
  VIRTUAL_SHARES,
} from "../../helpers/fund.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

/** Alice has 1,000 staked and her notice for all of it has matured; Bob has 500 staked and has given none. */
async function matured() {
  const fixture = await deployFund(ethers);
  const { fund, alice, bob, one } = fixture;
  const aliceShares = await stake(fixture, alice, 1_000n * one);
  const bobShares = await stake(fixture, bob, 500n * one);
  await fund.connect(alice).startCooldown(aliceShares, alice);
  await time.increaseTo((await fund.noticeOf(alice)).readyAt);
  return { ...fixture, aliceShares, bobShares };
}

describe("InsuranceFund: attacks", () => {
  describe("on the cooldown (IN1)", () => {
    it("fails to lend a matured notice to fresh stake of the same account", async () => {
      const fixture = await networkHelpers.loadFixture(matured);
      const { fund, alice, bob, aliceShares, one } = fixture;
      await fund.connect(alice).transfer(bob, aliceShares);
      await stake(fixture, alice, 1_000n * one);
      expect(await fund.maxRedeem(alice)).to.equal(0n);
      expect(await fund.maxWithdraw(alice)).to.equal(0n);
    });

    it("fails to lend it to shares that come back after a round trip", async () => {
      const { fund, alice, bob, aliceShares } = await networkHelpers.loadFixture(matured);
      await fund.connect(alice).transfer(bob, aliceShares);
      await fund.connect(bob).transfer(alice, aliceShares);
      expect(await fund.maxRedeem(alice)).to.equal(0n);
    });

    it("lets only the noticed part leave when fresh stake is added to it", async () => {
      const fixture = await networkHelpers.loadFixture(matured);
      const { fund, alice, aliceShares, one } = fixture;
      const fresh = await stake(fixture, alice, 300n * one);
      expect(await fund.maxRedeem(alice)).to.equal(aliceShares);
      await expect(fund.connect(alice).redeem(aliceShares + 1n, alice, alice)).to.be.revertedWithCustomError(
        fund,
        "ExceedsMaturedNotice",
      );
      await fund.connect(alice).redeem(aliceShares, alice, alice);
      await expect(fund.connect(alice).redeem(fresh, alice, alice))
        .to.be.revertedWithCustomError(fund, "ExceedsMaturedNotice")
        .withArgs(alice, fresh, 0n);
    });

    it("cannot be shortened by a notice kept in hand through its window", async () => {
      const { fund, alice, aliceShares } = await networkHelpers.loadFixture(matured);
      await time.increase(TERMS.withdrawalWindow);
      expect(await fund.maxRedeem(alice)).to.equal(0n);
      // A new notice starts the whole cooldown again.
      await fund.connect(alice).startCooldown(aliceShares, alice);
      await time.increase(TERMS.cooldown - 2n);
      expect(await fund.maxRedeem(alice)).to.equal(0n);
    });

    it("cannot be taken by a spender without the owner's notice", async () => {
      const { fund, bob, carol, bobShares } = await networkHelpers.loadFixture(matured);
      await fund.connect(bob).approve(carol, bobShares);
      await expect(fund.connect(carol).redeem(bobShares, carol, bob))
        .to.be.revertedWithCustomError(fund, "ExceedsMaturedNotice")
        .withArgs(bob, bobShares, 0n);
    });

    it("does not let a flash stake leave with a premium", async () => {
      const fixture = await networkHelpers.loadFixture(matured);
      const { fund, bob, carol, one } = fixture;
      const shares = await stake(fixture, carol, 100_000n * one);
      await addPremium(fixture, bob, 100n * one);
      await fund.connect(carol).startCooldown(shares, carol);
      expect(await fund.maxWithdraw(carol)).to.equal(0n);
      // It is at risk for the whole cooldown, like everybody else's.
      await cover(fixture, 1n, 1_000n * one);
      await time.increaseTo((await fund.noticeOf(carol)).readyAt);
      expect(await fund.maxWithdraw(carol)).to.be.lessThan(100_000n * one);
    });
  });

  describe("on recoveries (RE1)", () => {
    it("gains nothing of a recovery by staking just before it", async () => {
      const fixture = await networkHelpers.loadFixture(matured);
      const { fund, carol, one } = fixture;
      await cover(fixture, 1n, 600n * one);
      const shares = await stake(fixture, carol, 100_000n * one);
      const worth = await fund.convertToAssets(shares);
      await recover(fixture, 1n, 600n * one);
      expect(await fund.claimableRecovery(carol, 1n)).to.equal(0n);
      expect(await fund.convertToAssets(shares)).to.equal(worth);
      expect(worth).to.be.at.most(100_000n * one);
    });

    it("dilutes nobody's claim by staking after a slash", async () => {
      const fixture = await networkHelpers.loadFixture(matured);
      const { fund, alice, carol, aliceShares, bobShares, one } = fixture;
      await cover(fixture, 1n, 600n * one);
      await stake(fixture, carol, 100_000n * one);
      await recover(fixture, 1n, 600n * one);
      expect(await fund.claimableRecovery(alice, 1n)).to.equal(
        (600n * one * aliceShares) / (aliceShares + bobShares + VIRTUAL_SHARES),
      );
    });

    it("moves no value between old and new stakers at the price after a slash (WO5)", async () => {
      const fixture = await networkHelpers.loadFixture(matured);
      const { fund, alice, carol, aliceShares, one } = fixture;
      await cover(fixture, 1n, 600n * one + 7n);
      const before = await fund.convertToAssets(aliceShares);
      const shares = await stake(fixture, carol, 1_000n * one);
      expect(await fund.convertToAssets(aliceShares)).to.equal(before);
      expect(await fund.convertToAssets(shares)).to.be.closeTo(1_000n * one, 1n);
      expect(await fund.maxWithdraw(alice)).to.equal(before);
    });

    it("claims once for shares that were passed through several hands", async () => {
      const fixture = await networkHelpers.loadFixture(matured);
      const { fund, alice, bob, carol, aliceShares, one } = fixture;
      await cover(fixture, 1n, 600n * one);
      await fund.connect(alice).transfer(carol, aliceShares);
      await fund.connect(carol).transfer(bob, aliceShares);
      await recover(fixture, 1n, 600n * one);
      const claims = [alice, bob, carol].map((account) => fund.claimableRecovery(account, 1n));
      const sum = (await Promise.all(claims)).reduce((a, b) => a + b);
      expect(sum).to.be.at.most(600n * one);
      expect(sum).to.be.at.least(600n * one - 3n);
    });
  });

  describe("on the first staker", () => {
    it("costs more than it takes to inflate the price by a premium (LV3)", async () => {
      const fixture = await deployFund(ethers);
      const { fund, alice, bob, one } = fixture;
      const attackerShares = await stake(fixture, alice, 1n);
      await addPremium(fixture, alice, 10_000n * one);
      const victimShares = await stake(fixture, bob, 10_000n * one);
      const victimLoss = 10_000n * one - (await fund.convertToAssets(victimShares));
      const attackerLoss = 10_000n * one + 1n - (await fund.convertToAssets(attackerShares));
      expect(attackerLoss).to.be.greaterThan(4_999n * one);
      expect(victimLoss).to.be.lessThan(one);
    });
  });

  describe("by the token", () => {
    it("of a fee are refused when staking", async () => {
      const token = await ethers.deployContract("FeeToken", ["Fee", "FEE", 6, 100n]);
      const fixture = await deployFundOver(ethers, token);
      const { fund, alice, one } = fixture;
      await provide(fixture, alice, 100n * one);
      await expect(fund.connect(alice).deposit(100n * one, alice))
        .to.be.revertedWithCustomError(fund, "InexactTransfer")
        .withArgs(await token.getAddress(), 100n * one, 99n * one);
    });

    it("of a fee that is switched on later are refused as premium and as recovery", async () => {
      const token = await ethers.deployContract("FeeToken", ["Fee", "FEE", 6, 0n]);
      const fixture = await deployFundOver(ethers, token);
      const { fund, alice, one } = fixture;
      await stake(fixture, alice, 100n * one);
      await cover(fixture, 1n, 50n * one);
      await token.setFeeBps(100n);
      await expect(addPremium(fixture, alice, one)).to.be.revertedWithCustomError(fund, "InexactTransfer");
      await expect(recover(fixture, 1n, one)).to.be.revertedWithCustomError(fund, "InexactTransfer");
    });

    it("of a fee that is switched on later leave the fund's books right when it pays", async () => {
      const token = await ethers.deployContract("FeeToken", ["Fee", "FEE", 6, 0n]);
      const fixture = await deployFundOver(ethers, token);
      const { fund, alice, one } = fixture;
      await stake(fixture, alice, 100n * one);
      await token.setFeeBps(100n);
      expect(await cover(fixture, 1n, 50n * one)).to.equal((50n * one * 99n) / 100n);
      expect(await fund.totalAssets()).to.equal(50n * one);
      expect(await token.balanceOf(fund)).to.equal(50n * one);
    });

    it("that returns nothing change nothing", async () => {
      const fixture = await deployFundOver(ethers, await ethers.deployContract("NoReturnToken", ["Old", "OLD", 6]));
      const { fund, alice, one } = fixture;
      const shares = await stake(fixture, alice, 100n * one);
      expect(await cover(fixture, 1n, 40n * one)).to.equal(40n * one);
      await recover(fixture, 1n, 20n * one);
      expect(await gain(fixture, alice, () => fund.connect(alice).claimRecovery(alice, [1n], alice))).to.be.closeTo(
        20n * one,
        1n,
      );
      await fund.connect(alice).startCooldown(shares, alice);
      await time.increaseTo((await fund.noticeOf(alice)).readyAt);
      expect(await gain(fixture, alice, () => fund.connect(alice).redeem(shares, alice, alice))).to.equal(60n * one);
    });

    it("that blocks a staker block nobody else, and the staker may be paid elsewhere (LI1)", async () => {
      const token = await ethers.deployContract("BlocklistToken", ["Coin", "COIN", 6]);
      const fixture = await deployFundOver(ethers, token);
      const { fund, alice, bob, carol, one } = fixture;
      const shares = await stake(fixture, alice, 100n * one);
      await stake(fixture, bob, 100n * one);
      await fund.connect(alice).startCooldown(shares, alice);
      await time.increaseTo((await fund.noticeOf(alice)).readyAt);
      await token.setBlocked(alice, true);

      expect(await cover(fixture, 1n, 20n * one)).to.equal(20n * one);
      await recover(fixture, 1n, 10n * one);
      await expect(fund.connect(alice).redeem(shares, alice, alice))
        .to.be.revertedWithCustomError(token, "Blocked")
        .withArgs(alice);
      expect(await gain(fixture, carol, () => fund.connect(alice).redeem(shares, carol, alice))).to.be.closeTo(
        90n * one,
        1n,
      );
      expect(await gain(fixture, carol, () => fund.connect(alice).claimRecovery(alice, [1n], carol))).to.be.closeTo(
        5n * one,
        1n,
      );
    });

    it("that blocks the vault make the fund pay nothing and lose nothing (WO4)", async () => {
      const token = await ethers.deployContract("BlocklistToken", ["Coin", "COIN", 6]);
      const fixture = await deployFundOver(ethers, token);
      const { fund, vault, alice, one } = fixture;
      await stake(fixture, alice, 100n * one);
      await token.setBlocked(vault, true);
      await expect(cover(fixture, 1n, one)).to.be.revertedWithCustomError(token, "Blocked");
      expect(await fund.totalAssets()).to.equal(100n * one);
      expect(await fund.openEpoch()).to.equal(1n);
    });
  });

  describe("by re-entering from a transfer", () => {
    /** A contract account that has 100 staked under a matured notice and hears of every transfer it takes part in. */
    async function reacting() {
      const token = await ethers.deployContract("HookToken", ["Hook", "HOOK", 6]);
      const fixture = await deployFundOver(ethers, token);
      const { fund, engine, vault, alice, bob, one } = fixture;
      const account = await ethers.deployContract("ReactingAccount");
      await stake(fixture, alice, 100n * one);
      await stake(fixture, bob, 300n * one);
      const shares = await fund.balanceOf(alice);
      await fund.connect(alice).transfer(account, shares);
      await account.act(fund, fund.interface.encodeFunctionData("startCooldown", [shares, await account.getAddress()]));
      await time.increaseTo((await fund.noticeOf(account)).readyAt);
      await token.setHook(account, account);
      const redeem = fund.interface.encodeFunctionData("redeem", [
        shares,
        await account.getAddress(),
        await account.getAddress(),
      ]);
      /** The call with which the engine has the fund pay `assets` for write-off 1. */
      const coverCall = async (assets: bigint) =>
        engine.interface.encodeFunctionData("cover", [
          await fund.getAddress(),
          await vault.getAddress(),
          1n,
          assets,
          assets,
        ]);
      return { ...fixture, token, account, redeem, coverCall };
    }

    it("cannot enter any guarded function again", async () => {
      const { fund, alice, account, redeem } = await networkHelpers.loadFixture(reacting);
      const inner = [
        fund.interface.encodeFunctionData("deposit", [1n, alice.address]),
        fund.interface.encodeFunctionData("mint", [1n, alice.address]),
        fund.interface.encodeFunctionData("withdraw", [1n, alice.address, alice.address]),
        fund.interface.encodeFunctionData("redeem", [1n, alice.address, alice.address]),
        fund.interface.encodeFunctionData("addPremium", [1n]),
        fund.interface.encodeFunctionData("claimRecovery", [alice.address, [], alice.address]),
        fund.interface.encodeFunctionData("reinvestRecovery", [alice.address, [], alice.address]),
      ];
      for (const data of inner) {
        await account.reactWith(fund, data);
        await expect(account.act(fund, redeem)).to.be.revertedWithCustomError(fund, "ReentrancyGuardReentrantCall");
      }
    });

    it("cannot spare the stakers by starting a write-off from inside its own exit (WO4)", async () => {
      const { fund, engine, vault, token, account, redeem, coverCall, one } =
        await networkHelpers.loadFixture(reacting);
      const loss = 60n * one;
      await account.reactWith(engine, await coverCall(loss));
      await account.act(fund, redeem);
      expect(await account.reacted()).to.equal(true);
      expect(await token.balanceOf(vault)).to.equal(loss);
      expect(await fund.totalAssets()).to.equal(240n * one);
      expect(await token.balanceOf(fund)).to.equal(240n * one);
      expect(await token.balanceOf(account)).to.equal(100n * one);
    });

    it("cannot have a write-off inside its own entry, where the price would be stale", async () => {
      const { fund, engine, token, account, coverCall, one } = await networkHelpers.loadFixture(reacting);
      await token.mint(account, 50n * one);
      await account.act(token, token.interface.encodeFunctionData("approve", [await fund.getAddress(), 50n * one]));
      await account.reactWith(engine, await coverCall(one));
      const deposit = fund.interface.encodeFunctionData("deposit", [50n * one, await account.getAddress()]);
      await expect(account.act(fund, deposit)).to.be.revertedWithCustomError(fund, "InexactTransfer");
    });
  });
});
