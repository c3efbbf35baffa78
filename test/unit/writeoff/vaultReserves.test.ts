import { expect } from "chai";
import { network } from "hardhat";

import { deposit, deployWaterfall, DEPOSITED, fillReserves, give, LENT, lose } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

const CASH = DEPOSITED - LENT;
const RESERVES = 1_000n;
const TARGET = 300n;

describe("WriteOffVault reserves", () => {
  /** Reserves of 1,000, a target of 300, and a real insurance fund with one staker. */
  async function withPolicy() {
    const room = await deployWaterfall(ethers);
    const [admin, lender, debtor, staker, stranger] = await ethers.getSigners();
    await fillReserves(ethers, room, RESERVES);
    const terms = { cooldown: 86_400n, withdrawalWindow: 86_400n, hourCap: 10n ** 9n, monthCap: 10n ** 9n };
    const fund = await ethers.deployContract("InsuranceFund", [room.vault, "Fund", "FUND", room.manager, terms]);
    await give(room.asset, staker!, fund, 5_000n);
    await fund.connect(staker).deposit(5_000n, staker!);
    await room.vault.setReservePolicy(TARGET, fund);
    return { ...room, fund, admin: admin!, lender: lender!, debtor: debtor!, staker: staker!, stranger: stranger! };
  }

  describe("swept", () => {
    it("go to the fund's stakers down to the target, by anybody's call", async () => {
      const { vault, asset, fund, stranger } = await networkHelpers.loadFixture(withPolicy);
      await expect(vault.connect(stranger).sweepReserves())
        .to.emit(vault, "ReservesSwept")
        .withArgs(await fund.getAddress(), RESERVES - TARGET);
      expect(await vault.reserves()).to.equal(TARGET);
      expect(await vault.cash()).to.equal(CASH + TARGET);
      expect(await asset.balanceOf(vault)).to.equal(CASH + TARGET);
      expect(await fund.totalAssets()).to.equal(5_000n + RESERVES - TARGET);
      expect(await asset.allowance(vault, fund)).to.equal(0n);
    });

    it("WO5: change no lender's share price", async () => {
      const { vault } = await networkHelpers.loadFixture(withPolicy);
      await vault.sweepReserves();
      expect(await vault.totalAssets()).to.equal(DEPOSITED);
    });

    it("are refused at the target or below it, with the figures", async () => {
      const { vault } = await networkHelpers.loadFixture(withPolicy);
      await vault.sweepReserves();
      await expect(vault.sweepReserves())
        .to.be.revertedWithCustomError(vault, "NothingToSweep")
        .withArgs(TARGET, 0n, TARGET);
    });

    it("leave what rests on income that has not been paid", async () => {
      const { vault } = await networkHelpers.loadFixture(withPolicy);
      await vault.pretend(600n, 0);
      await expect(vault.sweepReserves()).to.emit(vault, "ReservesSwept");
      expect(await vault.reserves()).to.equal(TARGET + 600n);
      await expect(vault.sweepReserves())
        .to.be.revertedWithCustomError(vault, "NothingToSweep")
        .withArgs(TARGET + 600n, 600n, TARGET);
    });

    it("include what has accrued up to this second", async () => {
      const { vault, fund } = await networkHelpers.loadFixture(withPolicy);
      await vault.setIncome(50n, 20n);
      await networkHelpers.time.setNextBlockTimestamp((await networkHelpers.time.latest()) + 10);
      await vault.sweepReserves();
      expect(await fund.totalAssets()).to.equal(5_000n + RESERVES + 200n - TARGET);
    });

    it("are at most the cash at hand", async () => {
      const { vault, fund, debtor } = await networkHelpers.loadFixture(withPolicy);
      await vault.lend(CASH + RESERVES - 60n, debtor);
      await vault.sweepReserves();
      expect(await fund.totalAssets()).to.equal(5_060n);
      expect(await vault.cash()).to.equal(0n);
      expect(await vault.reserves()).to.equal(RESERVES - 60n);
      await expect(vault.sweepReserves()).to.be.revertedWithCustomError(vault, "NothingToSweep");
    });

    it("are refused while any position is impaired", async () => {
      const { vault } = await networkHelpers.loadFixture(withPolicy);
      await vault.pretend(0n, 2);
      await expect(vault.sweepReserves()).to.be.revertedWithCustomError(vault, "SweepWhileImpaired").withArgs(2n);
      await vault.pretend(0n, 0);
      await expect(vault.sweepReserves()).to.emit(vault, "ReservesSwept");
    });

    it("are refused without a recipient", async () => {
      const { vault } = await networkHelpers.loadFixture(withPolicy);
      await vault.setReservePolicy(0n, ethers.ZeroAddress);
      await expect(vault.sweepReserves()).to.be.revertedWithCustomError(vault, "NoSweepRecipient");
    });

    it("stay when the recipient does not take them", async () => {
      const room = await networkHelpers.loadFixture(withPolicy);
      const { vault, asset } = room;
      const terms = { cooldown: 86_400n, withdrawalWindow: 86_400n, hourCap: 1n, monthCap: 1n };
      const empty = await ethers.deployContract("InsuranceFund", [vault, "Fund", "FUND", room.manager, terms]);
      await vault.setReservePolicy(TARGET, empty);
      await expect(vault.sweepReserves())
        .to.be.revertedWithCustomError(vault, "SweepRefused")
        .withArgs(RESERVES - TARGET);
      expect(await vault.reserves()).to.equal(RESERVES);
      expect(await asset.balanceOf(vault)).to.equal(CASH + RESERVES);
    });
  });

  describe("rules", () => {
    it("are kept and reported", async () => {
      const { vault, fund } = await networkHelpers.loadFixture(withPolicy);
      const most = 2n ** 128n - 1n;
      await expect(vault.setReservePolicy(most, fund))
        .to.emit(vault, "ReservePolicySet")
        .withArgs(most, await fund.getAddress());
      expect([...(await vault.reservePolicy())]).to.deep.equal([most, await fund.getAddress()]);
    });

    it("refuse a target that does not fit", async () => {
      const { vault, fund } = await networkHelpers.loadFixture(withPolicy);
      await expect(vault.setReservePolicy(2n ** 128n, fund)).to.be.revertedWithCustomError(
        vault,
        "SafeCastOverflowedUintDowncast",
      );
    });
  });

  describe("credited", () => {
    it("LV1: come from the engine only, and only what is there", async () => {
      const { vault, engine, stranger } = await networkHelpers.loadFixture(withPolicy);
      for (const attempt of [
        () => vault.connect(stranger).creditReserves(1n),
        () => vault.connect(stranger).creditRecovery(1n, 1n, 1n),
      ]) {
        await expect(attempt()).to.be.revertedWithCustomError(vault, "OnlyEngine").withArgs(stranger.address);
      }
      await networkHelpers.impersonateAccount(await engine.getAddress());
      await networkHelpers.setBalance(await engine.getAddress(), 10n ** 18n);
      const asEngine = vault.connect(await ethers.getSigner(await engine.getAddress()));
      await expect(asEngine.creditReserves(1n))
        .to.be.revertedWithCustomError(vault, "PaymentMissing")
        .withArgs(CASH + RESERVES + 1n, CASH + RESERVES);
    });

    it("LV1: an absorbed payment that is not in the balance is refused", async () => {
      const room = await networkHelpers.loadFixture(withPolicy);
      // An engine that claims that tranches paid, and nobody did.
      const liar = await ethers.deployContract("LyingEngine", [7n]);
      const vault = await ethers.deployContract("PlainVault", [room.asset, liar, room.manager]);
      const other = { ...room, vault };
      await deposit(other, room.staker, 100n);
      await vault.lend(50n, room.debtor);
      await expect(lose(ethers, other, 50n))
        .to.be.revertedWithCustomError(vault, "PaymentMissing")
        .withArgs(57n, 50n);
    });
  });
});
