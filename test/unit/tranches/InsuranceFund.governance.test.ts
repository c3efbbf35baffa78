import { expect } from "chai";
import { network } from "hardhat";

import { DAY, deployFund, provide, stake, TERMS } from "../../helpers/fund.js";

const { ethers, networkHelpers } = await network.create();

async function staked() {
  const fixture = await deployFund(ethers);
  await stake(fixture, fixture.alice, 1_000n * fixture.one);
  return fixture;
}

describe("InsuranceFund: governance", () => {
  describe("terms of notices", () => {
    it("are set by the governor", async () => {
      const { fund, governor } = await networkHelpers.loadFixture(staked);
      await expect(fund.connect(governor).setCooldown(7n * DAY, 3n * DAY))
        .to.emit(fund, "CooldownSet")
        .withArgs(7n * DAY, 3n * DAY);
      expect(await fund.cooldown()).to.equal(7n * DAY);
      expect(await fund.withdrawalWindow()).to.equal(3n * DAY);
    });

    it("can be set by nobody else (AC1)", async () => {
      const { fund, guardian, alice } = await networkHelpers.loadFixture(staked);
      for (const caller of [guardian, alice]) {
        await expect(fund.connect(caller).setCooldown(7n * DAY, 3n * DAY))
          .to.be.revertedWithCustomError(fund, "AccessManagedUnauthorized")
          .withArgs(caller);
      }
    });

    it("allow a cooldown of one to sixty days", async () => {
      const { fund, governor } = await networkHelpers.loadFixture(staked);
      for (const cooldown of [DAY, 60n * DAY]) {
        await fund.connect(governor).setCooldown(cooldown, 3n * DAY);
        expect(await fund.cooldown()).to.equal(cooldown);
      }
      for (const cooldown of [0n, DAY - 1n, 60n * DAY + 1n]) {
        await expect(fund.connect(governor).setCooldown(cooldown, 3n * DAY))
          .to.be.revertedWithCustomError(fund, "CooldownOutOfRange")
          .withArgs(cooldown, DAY, 60n * DAY);
      }
    });

    it("allow a window of one to fourteen days", async () => {
      const { fund, governor } = await networkHelpers.loadFixture(staked);
      for (const window of [DAY, 14n * DAY]) {
        await fund.connect(governor).setCooldown(7n * DAY, window);
        expect(await fund.withdrawalWindow()).to.equal(window);
      }
      for (const window of [DAY - 1n, 14n * DAY + 1n]) {
        await expect(fund.connect(governor).setCooldown(7n * DAY, window))
          .to.be.revertedWithCustomError(fund, "WindowOutOfRange")
          .withArgs(window, DAY, 14n * DAY);
      }
    });

    it("are held to the same bounds at deployment", async () => {
      const { fund, vault } = await networkHelpers.loadFixture(staked);
      const deploy = (terms: object) =>
        ethers.deployContract("InsuranceFund", [vault, "Fund", "F", ethers.ZeroAddress, { ...TERMS, ...terms }]);
      await expect(deploy({ cooldown: 0n })).to.be.revertedWithCustomError(fund, "CooldownOutOfRange");
      await expect(deploy({ withdrawalWindow: 0n })).to.be.revertedWithCustomError(fund, "WindowOutOfRange");
    });
  });

  describe("draw caps", () => {
    it("are set by the governor", async () => {
      const { fund, governor } = await networkHelpers.loadFixture(staked);
      await expect(fund.connect(governor).setDrawCaps(3n, 5n)).to.emit(fund, "DrawCapsSet").withArgs(3n, 5n);
      expect(await fund.drawCaps()).to.deep.equal([3n, 5n]);
    });

    it("can be set by nobody else (AC1)", async () => {
      const { fund, guardian, alice } = await networkHelpers.loadFixture(staked);
      for (const caller of [guardian, alice]) {
        await expect(fund.connect(caller).setDrawCaps(3n, 5n))
          .to.be.revertedWithCustomError(fund, "AccessManagedUnauthorized")
          .withArgs(caller);
      }
    });
  });

  describe("pause", () => {
    it("is set by the guardian and lifted by the governor", async () => {
      const { fund, guardian, governor } = await networkHelpers.loadFixture(staked);
      await expect(fund.connect(guardian).pauseDeposits()).to.emit(fund, "PauseSet").withArgs(true);
      expect(await fund.depositsPaused()).to.equal(true);
      await expect(fund.connect(governor).unpauseDeposits()).to.emit(fund, "PauseSet").withArgs(false);
      expect(await fund.depositsPaused()).to.equal(false);
    });

    it("cannot be lifted by the guardian, nor set by anybody else (AC1)", async () => {
      const { fund, guardian, alice } = await networkHelpers.loadFixture(staked);
      await expect(fund.connect(guardian).unpauseDeposits()).to.be.revertedWithCustomError(
        fund,
        "AccessManagedUnauthorized",
      );
      await expect(fund.connect(alice).pauseDeposits()).to.be.revertedWithCustomError(
        fund,
        "AccessManagedUnauthorized",
      );
    });

    it("stops both ways in", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, guardian, carol, one } = fixture;
      await fund.connect(guardian).pauseDeposits();
      await provide(fixture, carol, one);
      await expect(fund.connect(carol).deposit(one, carol)).to.be.revertedWithCustomError(fund, "DepositsPaused");
      await expect(fund.connect(carol).mint(one, carol)).to.be.revertedWithCustomError(fund, "DepositsPaused");
      expect(await fund.maxDeposit(carol)).to.equal(0n);
      expect(await fund.maxMint(carol)).to.equal(0n);
    });

    it("does not stop an exit (LI1)", async () => {
      const fixture = await networkHelpers.loadFixture(staked);
      const { fund, guardian, alice, one } = fixture;
      await fund.connect(guardian).pauseDeposits();
      await fund.connect(alice).startCooldown(one, alice);
      await networkHelpers.time.increaseTo((await fund.noticeOf(alice)).readyAt);
      await expect(fund.connect(alice).redeem(one, alice, alice)).to.emit(fund, "Withdraw");
    });
  });
});
