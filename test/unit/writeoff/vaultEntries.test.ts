import { expect } from "chai";
import { network } from "hardhat";

import { deposit, deployWaterfall, DEPOSITED, fillReserves, give, LENT, lose } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

const SHARES_PER_ASSET = 1_000_000n;
const CASH = DEPOSITED - LENT;

describe("WriteOffVault entries and exits", () => {
  async function open() {
    const room = await deployWaterfall(ethers);
    const [, lender, debtor, alice, bob] = await ethers.getSigners();
    await give(room.asset, alice!, room.vault, 10_000n);
    return { ...room, lender: lender!, debtor: debtor!, alice: alice!, bob: bob! };
  }

  describe("what it is", () => {
    it("is named, has its asset's decimals and six more, and knows asset and engine", async () => {
      const { vault, asset, engine, manager } = await networkHelpers.loadFixture(open);
      expect(await vault.name()).to.equal("Plain Vault");
      expect(await vault.symbol()).to.equal("PLAIN");
      expect(await vault.decimals()).to.equal(12n);
      expect(await vault.asset()).to.equal(await asset.getAddress());
      expect(await vault.engine()).to.equal(await engine.getAddress());
      expect(await vault.authority()).to.equal(await manager.getAddress());
    });

    it("gives the first depositor a million shares per asset unit", async () => {
      const { vault, lender } = await networkHelpers.loadFixture(open);
      expect(await vault.balanceOf(lender)).to.equal(DEPOSITED * SHARES_PER_ASSET);
      expect(await vault.totalSupply()).to.equal(DEPOSITED * SHARES_PER_ASSET);
      expect(await vault.convertToShares(3n)).to.equal(3n * SHARES_PER_ASSET);
      expect(await vault.convertToAssets(2_999_999n)).to.equal(2n);
    });

    it("counts cash and what is lent, not reserves", async () => {
      const room = await networkHelpers.loadFixture(open);
      await fillReserves(ethers, room, 500n);
      expect(await room.vault.totalAssets()).to.equal(DEPOSITED);
      expect(await room.vault.cash()).to.equal(CASH + 500n);
      expect(await room.vault.reserves()).to.equal(500n);
    });

    it("counts nothing, rather than less, when reserves exceed everything else", async () => {
      const { vault } = await networkHelpers.loadFixture(open);
      await vault.setIncome(0n, DEPOSITED);
      await networkHelpers.time.increase(2);
      await vault.setIncome(0n, 0n);
      expect(await vault.totalAssets()).to.equal(0n);
    });
  });

  describe("entering", () => {
    it("deposits assets for a receiver", async () => {
      const { vault, asset, alice, bob } = await networkHelpers.loadFixture(open);
      await expect(vault.connect(alice).deposit(700n, bob))
        .to.emit(vault, "Deposit")
        .withArgs(alice.address, bob.address, 700n, 700n * SHARES_PER_ASSET);
      expect(await vault.balanceOf(bob)).to.equal(700n * SHARES_PER_ASSET);
      expect(await asset.balanceOf(alice)).to.equal(9_300n);
      expect(await vault.cash()).to.equal(CASH + 700n);
      expect(await vault.totalAssets()).to.equal(DEPOSITED + 700n);
    });

    it("mints shares for a receiver, for assets rounded up", async () => {
      const { vault, asset, alice, bob } = await networkHelpers.loadFixture(open);
      await expect(vault.connect(alice).mint(700n * SHARES_PER_ASSET + 1n, bob))
        .to.emit(vault, "Deposit")
        .withArgs(alice.address, bob.address, 701n, 700n * SHARES_PER_ASSET + 1n);
      expect(await vault.balanceOf(bob)).to.equal(700n * SHARES_PER_ASSET + 1n);
      expect(await asset.balanceOf(alice)).to.equal(9_299n);
    });

    it("is refused for nothing", async () => {
      const { vault, alice } = await networkHelpers.loadFixture(open);
      await expect(vault.connect(alice).deposit(0n, alice))
        .to.be.revertedWithCustomError(vault, "NothingForNothing")
        .withArgs(0n, 0n);
      await expect(vault.connect(alice).mint(0n, alice))
        .to.be.revertedWithCustomError(vault, "NothingForNothing")
        .withArgs(0n, 0n);
    });

    it("LV3: is refused when the assets are worth no share", async () => {
      const { vault, alice } = await networkHelpers.loadFixture(open);
      // Income makes a share worth more than an asset unit: 10^6 x more than all that was deposited.
      await vault.setIncome(DEPOSITED * SHARES_PER_ASSET, 0n);
      await networkHelpers.time.increase(2);
      await vault.setIncome(0n, 0n);
      await expect(vault.connect(alice).deposit(1n, alice))
        .to.be.revertedWithCustomError(vault, "NothingForNothing")
        .withArgs(1n, 0n);
    });

    it("is refused to the zero address", async () => {
      const { vault, alice } = await networkHelpers.loadFixture(open);
      await expect(vault.connect(alice).deposit(1n, ethers.ZeroAddress))
        .to.be.revertedWithCustomError(vault, "ERC20InvalidReceiver")
        .withArgs(ethers.ZeroAddress);
    });

    it("is refused without the assets or their allowance", async () => {
      const { vault, asset, alice, bob } = await networkHelpers.loadFixture(open);
      await expect(vault.connect(alice).deposit(10_001n, alice)).to.be.revertedWithCustomError(
        asset,
        "ERC20InsufficientBalance",
      );
      await asset.mint(bob, 5n);
      await expect(vault.connect(bob).deposit(5n, bob)).to.be.revertedWithCustomError(
        asset,
        "ERC20InsufficientAllowance",
      );
    });

    it("goes to the share limit of 2^128 - 1 with the virtual shares, not beyond", async () => {
      const { vault, asset, alice } = await networkHelpers.loadFixture(open);
      await asset.mint(alice, 2n ** 128n);
      const most = 2n ** 128n - 1n - SHARES_PER_ASSET - DEPOSITED * SHARES_PER_ASSET;
      expect(await vault.maxMint(alice)).to.equal(most);
      expect(await vault.maxDeposit(alice)).to.equal(most / SHARES_PER_ASSET);
      await expect(vault.connect(alice).mint(most + 1n, alice))
        .to.be.revertedWithCustomError(vault, "ExceedsShareLimit")
        .withArgs(2n ** 128n - SHARES_PER_ASSET);
      const snapshot = await networkHelpers.takeSnapshot();
      await vault.connect(alice).mint(most, alice);
      expect(await vault.maxMint(alice)).to.equal(0n);
      await snapshot.restore();
      await vault.connect(alice).deposit(most / SHARES_PER_ASSET, alice);
      expect(await vault.maxDeposit(alice)).to.equal(0n);
    });
  });

  describe("leaving", () => {
    it("withdraws assets to a receiver for shares rounded up", async () => {
      const room = await networkHelpers.loadFixture(open);
      const { vault, asset, lender, bob } = room;
      await lose(ethers, room, 100_000n);
      // 900,001 assets stand behind 10^12 + 10^6 shares: 900 cost 900 x 1,000,001,000,000 / 900,001.
      const shares = (900n * 1_000_001_000_000n) / 900_001n + 1n;
      await expect(vault.connect(lender).withdraw(900n, bob, lender))
        .to.emit(vault, "Withdraw")
        .withArgs(lender.address, bob.address, lender.address, 900n, shares);
      expect(await asset.balanceOf(bob)).to.equal(900n);
      expect(await vault.balanceOf(lender)).to.equal(DEPOSITED * SHARES_PER_ASSET - shares);
      expect(await vault.cash()).to.equal(CASH - 900n);
    });

    it("redeems shares to a receiver for assets rounded down", async () => {
      const { vault, asset, lender, bob } = await networkHelpers.loadFixture(open);
      await expect(vault.connect(lender).redeem(900n * SHARES_PER_ASSET - 1n, bob, lender))
        .to.emit(vault, "Withdraw")
        .withArgs(lender.address, bob.address, lender.address, 899n, 900n * SHARES_PER_ASSET - 1n);
      expect(await asset.balanceOf(bob)).to.equal(899n);
    });

    it("is refused for nothing", async () => {
      const { vault, lender } = await networkHelpers.loadFixture(open);
      await expect(vault.connect(lender).withdraw(0n, lender, lender))
        .to.be.revertedWithCustomError(vault, "NothingForNothing")
        .withArgs(0n, 0n);
      await expect(vault.connect(lender).redeem(999_999n, lender, lender))
        .to.be.revertedWithCustomError(vault, "NothingForNothing")
        .withArgs(0n, 999_999n);
    });

    it("is refused beyond the cash, and says how much there is", async () => {
      const { vault, lender } = await networkHelpers.loadFixture(open);
      await expect(vault.connect(lender).withdraw(CASH + 1n, lender, lender))
        .to.be.revertedWithCustomError(vault, "InsufficientCash")
        .withArgs(CASH + 1n, CASH);
      await expect(vault.connect(lender).redeem(DEPOSITED * SHARES_PER_ASSET, lender, lender))
        .to.be.revertedWithCustomError(vault, "InsufficientCash")
        .withArgs(DEPOSITED, CASH);
      expect(await vault.maxWithdraw(lender)).to.equal(CASH);
      expect(await vault.maxRedeem(lender)).to.equal(CASH * SHARES_PER_ASSET);
      await vault.connect(lender).withdraw(CASH, lender, lender);
      expect(await vault.maxWithdraw(lender)).to.equal(0n);
      expect(await vault.maxRedeem(lender)).to.equal(0n);
    });

    it("is refused beyond the balance", async () => {
      const room = await networkHelpers.loadFixture(open);
      const { vault, alice } = room;
      await deposit(room, alice, 50n);
      await expect(vault.connect(alice).withdraw(51n, alice, alice))
        .to.be.revertedWithCustomError(vault, "ERC20InsufficientBalance")
        .withArgs(alice.address, 50n * SHARES_PER_ASSET, 51n * SHARES_PER_ASSET);
      await expect(vault.connect(alice).redeem(50n * SHARES_PER_ASSET + 1n, alice, alice))
        .to.be.revertedWithCustomError(vault, "ERC20InsufficientBalance")
        .withArgs(alice.address, 50n * SHARES_PER_ASSET, 50n * SHARES_PER_ASSET + 1n);
    });

    it("is open to whom the owner allowed the shares, and uses the allowance up", async () => {
      const { vault, asset, lender, alice, bob } = await networkHelpers.loadFixture(open);
      await vault.connect(lender).approve(alice, 10n * SHARES_PER_ASSET);
      await vault.connect(alice).withdraw(4n, bob, lender);
      await vault.connect(alice).redeem(5n * SHARES_PER_ASSET, bob, lender);
      expect(await asset.balanceOf(bob)).to.equal(9n);
      await expect(vault.connect(alice).withdraw(2n, bob, lender))
        .to.be.revertedWithCustomError(vault, "ERC20InsufficientAllowance")
        .withArgs(alice.address, SHARES_PER_ASSET, 2n * SHARES_PER_ASSET);
    });

    it("is not open to an operator for claims", async () => {
      const { vault, lender, alice } = await networkHelpers.loadFixture(open);
      await vault.connect(lender).setAuthorization(alice, true);
      await expect(vault.connect(alice).withdraw(1n, alice, lender))
        .to.be.revertedWithCustomError(vault, "ERC20InsufficientAllowance")
        .withArgs(alice.address, 0n, SHARES_PER_ASSET);
    });
  });

  describe("shares that are dust", () => {
    it("LV3: are not promised by maxRedeem when they are worth no asset unit", async () => {
      const { vault, lender, alice } = await networkHelpers.loadFixture(open);
      await vault.connect(lender).transfer(alice, SHARES_PER_ASSET - 1n);
      expect(await vault.maxRedeem(alice)).to.equal(0n);
      expect(await vault.maxWithdraw(alice)).to.equal(0n);
      await vault.connect(lender).transfer(alice, 1n);
      expect(await vault.maxRedeem(alice)).to.equal(SHARES_PER_ASSET);
      await vault.connect(alice).redeem(SHARES_PER_ASSET, alice, alice);
    });

    it("LV3: nor when the cash that is left is worth less than they would give", async () => {
      const { vault, lender } = await networkHelpers.loadFixture(open);
      await vault.setIncome(DEPOSITED / 2n, 0n);
      await networkHelpers.time.increase(1);
      await vault.setIncome(0n, 0n);
      await vault.lend(CASH - 1n, lender);
      // One unit of cash is worth a fraction of a million shares, and those are worth no whole unit.
      expect(await vault.maxRedeem(lender)).to.equal(0n);
      expect(await vault.maxWithdraw(lender)).to.equal(1n);
      await vault.connect(lender).withdraw(1n, lender, lender);
    });
  });
});
