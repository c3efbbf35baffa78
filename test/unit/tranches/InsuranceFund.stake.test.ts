import { expect } from "chai";
import { network } from "hardhat";

import { addPremium, cover, deployFund, gain, provide, stake, stakedFund, VIRTUAL_SHARES } from "../../helpers/fund.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

const staked = () => stakedFund(ethers);

/** Ten thousand units are left of 1,500 million. */
async function cheap() {
  const fixture = await staked();
  await cover(fixture, 1n, 1_500n * fixture.one - 10_000n);
  return fixture;
}

/** Alice has given notice for all her shares and her window has just opened. */
async function matured() {
  const fixture = await staked();
  await fixture.fund.connect(fixture.alice).startCooldown(fixture.aliceShares, fixture.alice);
  const { readyAt, expiresAt } = await fixture.fund.noticeOf(fixture.alice);
  await time.increaseTo(readyAt);
  return { ...fixture, readyAt, expiresAt };
}

describe("InsuranceFund: stake", () => {
  describe("going in", () => {
    it("mints a million shares per asset unit to the first staker", async () => {
      const { fund, alice, one } = await networkHelpers.loadFixture(staked);
      expect(await fund.balanceOf(alice)).to.equal(1_000n * one * 10n ** 6n);
    });

    it("gives shares six decimals more than the asset has", async () => {
      const { fund } = await networkHelpers.loadFixture(staked);
      expect(await fund.decimals()).to.equal(12n);
    });

    it("says which asset it holds", async () => {
      const { fund, asset } = await networkHelpers.loadFixture(staked);
      expect(await fund.asset()).to.equal(await asset.getAddress());
    });

    it("takes exactly the assets of a deposit", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, carol, one } = fixture;
      await provide(fixture, carol, 7n * one);
      expect(await gain(fixture, carol, () => fund.connect(carol).deposit(7n * one, carol))).to.equal(-7n * one);
      expect(await fund.totalAssets()).to.equal(1_507n * one);
    });

    it("mints exactly the shares that were asked for, at assets rounded up (LV3)", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, carol, one } = fixture;
      await addPremium(fixture, carol, 333n);
      await provide(fixture, carol, 10n * one);
      const wanted = 1_234_567_891n;
      const supply = await fund.totalSupply();
      const product = wanted * (1_500n * one + 333n + 1n);
      const price = product / (supply + VIRTUAL_SHARES) + 1n;
      expect(product % (supply + VIRTUAL_SHARES)).to.be.greaterThan(0n);
      expect(await fund.previewMint(wanted)).to.equal(price);
      expect(await gain(fixture, carol, () => fund.connect(carol).mint(wanted, carol))).to.equal(-price);
      expect(await fund.balanceOf(carol)).to.equal(wanted);
    });

    it("credits a receiver who is not the payer", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, alice, carol, one } = fixture;
      await provide(fixture, carol, one);
      await expect(fund.connect(carol).deposit(one, alice))
        .to.emit(fund, "Deposit")
        .withArgs(carol, alice, one, one * VIRTUAL_SHARES);
    });

    it("refuses a deposit that would buy no share", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, carol } = fixture;
      await expect(fund.connect(carol).deposit(0n, carol))
        .to.be.revertedWithCustomError(fund, "NothingForNothing")
        .withArgs(0n, 0n);
    });

    it("quotes deposits as it takes them", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, carol, one } = fixture;
      await addPremium(fixture, carol, 12_345n);
      const quoted = await fund.previewDeposit(3n * one);
      expect(await stake(fixture, carol, 3n * one)).to.equal(quoted);
      expect(quoted).to.equal(await fund.convertToShares(3n * one));
    });

    it("limits stake by the 96 bits of its cash", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, carol, one } = fixture;
      const room = 2n ** 96n - 1n - 1_500n * one;
      expect(await fund.maxDeposit(carol)).to.equal(room);
      await provide(fixture, carol, room + 1n);
      await expect(fund.connect(carol).deposit(room + 1n, carol))
        .to.be.revertedWithCustomError(fund, "SafeCastOverflowedUintDowncast")
        .withArgs(96n, 2n ** 96n);
      await fund.connect(carol).deposit(room, carol);
      expect(await fund.totalAssets()).to.equal(2n ** 96n - 1n);
      expect(await fund.maxDeposit(carol)).to.equal(0n);
    });

    it("limits stake by the 128 bits of its shares once losses have made them cheap", async () => {
      const fixture = await networkHelpers.loadFixture(cheap);
      const { fund, carol } = fixture;
      const supply = await fund.totalSupply();
      const room = 2n ** 128n - 1n - VIRTUAL_SHARES - supply;
      expect(await fund.maxMint(carol)).to.equal(room);
      expect(await fund.maxDeposit(carol)).to.equal((room * 10_001n) / (supply + VIRTUAL_SHARES));
    });

    it("accepts what maxDeposit says and no share more", async () => {
      const fixture = await networkHelpers.loadFixture(cheap);
      const { fund, carol } = fixture;
      await stake(fixture, carol, await fund.maxDeposit(carol));
      const most = await fund.maxMint(carol);
      await provide(fixture, carol, await fund.previewMint(most + 1n));
      await expect(fund.connect(carol).mint(most + 1n, carol)).to.be.revertedWithCustomError(fund, "ExceedsShareLimit");
      await fund.connect(carol).mint(most, carol);
      expect(await fund.maxMint(carol)).to.equal(0n);
    });

    it("accepts what maxMint says when cash is the nearer limit", async () => {
      const fixture = await deployFund(ethers);
      const { fund, alice, carol } = fixture;
      await stake(fixture, alice, 1n);
      // One share is now worth so much that assets reach 96 bits long before shares do 128.
      await addPremium(fixture, carol, 2n ** 95n);
      expect(await fund.maxDeposit(carol)).to.equal(2n ** 96n - 1n - 2n ** 95n - 1n);
      const most = await fund.maxMint(carol);
      await provide(fixture, carol, await fund.previewMint(most));
      await fund.connect(carol).mint(most, carol);
      expect(await fund.balanceOf(carol)).to.equal(most);
      expect(await fund.maxMint(carol)).to.equal(0n);
    });

    it("ignores tokens sent to it without a call", async () => {
      const { fund, asset, one, alice } = await networkHelpers.loadFixture(staked);
      const price = await fund.convertToAssets(10n ** 12n);
      await asset.mint(fund, 5_000n * one);
      expect(await fund.totalAssets()).to.equal(1_500n * one);
      expect(await fund.convertToAssets(10n ** 12n)).to.equal(price);
      expect(await fund.maxWithdraw(alice)).to.equal(0n);
    });

    it("stakes by a signed permit of the fund's own shares", async () => {
      const { fund, alice, bob } = await networkHelpers.loadFixture(staked);
      const deadline = 2n ** 48n;
      const domain = {
        name: "Staked insurance",
        version: "1",
        chainId: (await ethers.provider.getNetwork()).chainId,
        verifyingContract: await fund.getAddress(),
      };
      const types = {
        Permit: [
          { name: "owner", type: "address" },
          { name: "spender", type: "address" },
          { name: "value", type: "uint256" },
          { name: "nonce", type: "uint256" },
          { name: "deadline", type: "uint256" },
        ],
      };
      const message = { owner: alice.address, spender: bob.address, value: 5n, nonce: 0n, deadline };
      const { r, s, v } = ethers.Signature.from(await alice.signTypedData(domain, types, message));
      await fund.permit(alice, bob, 5n, deadline, v, r, s);
      expect(await fund.allowance(alice, bob)).to.equal(5n);
      expect(await fund.nonces(alice)).to.equal(1n);
    });
  });

  describe("leaving", () => {
    it("pays nothing without a notice (IN1)", async () => {
      const { fund, alice, one } = await networkHelpers.loadFixture(staked);
      expect(await fund.maxWithdraw(alice)).to.equal(0n);
      expect(await fund.maxRedeem(alice)).to.equal(0n);
      await expect(fund.connect(alice).withdraw(one, alice, alice))
        .to.be.revertedWithCustomError(fund, "ExceedsMaturedNotice")
        .withArgs(alice, one * 10n ** 6n, 0n);
    });

    it("pays nothing one second before the cooldown has passed (IN1)", async () => {
      const { fund, alice, aliceShares } = await networkHelpers.loadFixture(staked);
      await fund.connect(alice).startCooldown(aliceShares, alice);
      const { readyAt } = await fund.noticeOf(alice);
      await time.increaseTo(readyAt - 2n);
      expect(await fund.maxRedeem(alice)).to.equal(0n);
      await time.setNextBlockTimestamp(readyAt - 1n);
      await expect(fund.connect(alice).redeem(aliceShares, alice, alice))
        .to.be.revertedWithCustomError(fund, "ExceedsMaturedNotice")
        .withArgs(alice, aliceShares, 0n);
    });

    it("pays in the first second of the window", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, alice, aliceShares, one } = fixture;
      await fund.connect(alice).startCooldown(aliceShares, alice);
      await time.setNextBlockTimestamp((await fund.noticeOf(alice)).readyAt);
      const paid = await gain(fixture, alice, () => fund.connect(alice).redeem(aliceShares, alice, alice));
      expect(paid).to.equal(1_000n * one);
    });

    it("pays in the last second of the window", async () => {
      const fixture = await networkHelpers.loadFixture(matured);
      const { fund, alice, aliceShares, expiresAt, one } = fixture;
      await time.setNextBlockTimestamp(expiresAt - 1n);
      const paid = await gain(fixture, alice, () => fund.connect(alice).redeem(aliceShares, alice, alice));
      expect(paid).to.equal(1_000n * one);
    });

    it("pays nothing from the second in which the window ends (IN1)", async () => {
      const { fund, alice, aliceShares, expiresAt } = await networkHelpers.loadFixture(matured);
      await time.setNextBlockTimestamp(expiresAt);
      await expect(fund.connect(alice).redeem(aliceShares, alice, alice))
        .to.be.revertedWithCustomError(fund, "ExceedsMaturedNotice")
        .withArgs(alice, aliceShares, 0n);
      await time.increaseTo(expiresAt + 1n);
      expect(await fund.maxRedeem(alice)).to.equal(0n);
      expect(await fund.maxWithdraw(alice)).to.equal(0n);
    });

    it("pays up to the noticed shares and no more", async () => {
      const { fund, alice } = await networkHelpers.loadFixture(staked);
      await fund.connect(alice).startCooldown(100n * 10n ** 12n, alice);
      await time.increaseTo((await fund.noticeOf(alice)).readyAt);
      expect(await fund.maxRedeem(alice)).to.equal(100n * 10n ** 12n);
      expect(await fund.maxWithdraw(alice)).to.equal(100n * 10n ** 6n);
      await expect(fund.connect(alice).withdraw(100n * 10n ** 6n + 1n, alice, alice)).to.be.revertedWithCustomError(
        fund,
        "ExceedsMaturedNotice",
      );
      await fund.connect(alice).withdraw(100n * 10n ** 6n, alice, alice);
      expect(await fund.maxRedeem(alice)).to.equal(0n);
    });

    it("takes what has left off the notice and keeps the rest of it", async () => {
      const { fund, alice, aliceShares, readyAt, expiresAt } = await networkHelpers.loadFixture(matured);
      const part = aliceShares / 4n;
      await expect(fund.connect(alice).redeem(part, alice, alice))
        .to.emit(fund, "NoticeSet")
        .withArgs(alice, aliceShares - part, readyAt, expiresAt);
      expect(await fund.maxRedeem(alice)).to.equal(aliceShares - part);
    });

    it("clears the notice with the last noticed share", async () => {
      const { fund, alice, aliceShares } = await networkHelpers.loadFixture(matured);
      await fund.connect(alice).redeem(aliceShares, alice, alice);
      expect(await fund.noticeOf(alice)).to.deep.equal([0n, 0n, 0n]);
    });

    it("rounds a redemption down and a withdrawal up (LV3)", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, alice, aliceShares, carol, one } = fixture;
      await addPremium(fixture, carol, 333n);
      await fund.connect(alice).startCooldown(aliceShares, alice);
      await time.increaseTo((await fund.noticeOf(alice)).readyAt);
      const assets = 1_500n * one + 333n + 1n;
      const shares = (await fund.totalSupply()) + VIRTUAL_SHARES;

      const needed = (one * shares) / assets + 1n;
      expect((one * shares) % assets).to.be.greaterThan(0n);
      expect(await fund.previewWithdraw(one)).to.equal(needed);
      await fund.connect(alice).withdraw(one, alice, alice);
      expect(await fund.balanceOf(alice)).to.equal(aliceShares - needed);

      const redeemed = 2_500_000n;
      const paid = (redeemed * (assets - one)) / (shares - needed);
      expect(await fund.previewRedeem(redeemed)).to.equal(paid);
      expect(await gain(fixture, alice, () => fund.connect(alice).redeem(redeemed, alice, alice))).to.equal(paid);
    });

    it("lets a spender withdraw within its allowance, to whom it likes", async () => {
      const fixture = await networkHelpers.loadFixture(matured);
      const { fund, alice, bob, carol, one } = fixture;
      await fund.connect(alice).approve(carol, 10n * one * 10n ** 6n);
      const paid = await gain(fixture, bob, () => fund.connect(carol).withdraw(10n * one, bob, alice));
      expect(paid).to.equal(10n * one);
      expect(await fund.allowance(alice, carol)).to.equal(0n);
    });

    it("lets nobody withdraw for another without an allowance, not even an operator", async () => {
      const { fund, alice, carol, one } = await networkHelpers.loadFixture(matured);
      await fund.connect(alice).setAuthorization(carol, true);
      await expect(fund.connect(carol).withdraw(one, carol, alice)).to.be.revertedWithCustomError(
        fund,
        "ERC20InsufficientAllowance",
      );
    });

    it("refuses to redeem shares that are worth less than one asset unit", async () => {
      const { fund, alice } = await networkHelpers.loadFixture(staked);
      await fund.connect(alice).startCooldown(999_999n, alice);
      await time.increaseTo((await fund.noticeOf(alice)).readyAt);
      expect(await fund.maxRedeem(alice)).to.equal(0n);
      await expect(fund.connect(alice).redeem(999_999n, alice, alice))
        .to.be.revertedWithCustomError(fund, "NothingForNothing")
        .withArgs(0n, 999_999n);
    });

    it("refuses to withdraw nothing", async () => {
      const { fund, alice } = await networkHelpers.loadFixture(matured);
      await expect(fund.connect(alice).withdraw(0n, alice, alice)).to.be.revertedWithCustomError(
        fund,
        "NothingForNothing",
      );
    });

    it("tells the truth in maxWithdraw after a loss", async () => {
      const fixture = await networkHelpers.loadFixture(matured);
      const { fund, alice, one } = fixture;
      await cover(fixture, 1n, 777n * one + 1n);
      const most = await fund.maxWithdraw(alice);
      expect(await gain(fixture, alice, () => fund.connect(alice).withdraw(most, alice, alice))).to.equal(most);
      expect(await fund.maxWithdraw(alice)).to.equal(0n);
    });

    it("tells the truth in maxRedeem after a loss", async () => {
      const fixture = await networkHelpers.loadFixture(matured);
      const { fund, alice, aliceShares, one } = fixture;
      await cover(fixture, 1n, 777n * one + 1n);
      expect(await fund.maxRedeem(alice)).to.equal(aliceShares);
      await fund.connect(alice).redeem(aliceShares, alice, alice);
      expect(await fund.balanceOf(alice)).to.equal(0n);
    });
  });

  describe("premium", () => {
    it("raises the share price and mints nothing", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, carol, one, alice, aliceShares } = fixture;
      const supply = await fund.totalSupply();
      await addPremium(fixture, carol, 150n * one);
      expect(await fund.totalSupply()).to.equal(supply);
      // 1,000 of 1,500 staked: two thirds of 150, less what rounding leaves to the virtual share
      expect(await fund.convertToAssets(await fund.balanceOf(alice))).to.equal(
        (aliceShares * (1_650n * one + 1n)) / (supply + VIRTUAL_SHARES),
      );
      expect(await fund.convertToAssets(aliceShares)).to.be.closeTo(1_100n * one, 1n);
    });

    it("names its payer", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, carol } = fixture;
      await provide(fixture, carol, 5n);
      await expect(fund.connect(carol).addPremium(5n)).to.emit(fund, "PremiumAdded").withArgs(carol, 5n);
    });

    it("is refused while nobody is staked", async () => {
      const fixture = await deployFund(ethers);
      await provide(fixture, fixture.carol, 5n);
      await expect(fixture.fund.connect(fixture.carol).addPremium(5n)).to.be.revertedWithCustomError(
        fixture.fund,
        "NoStakers",
      );
    });
  });
});
