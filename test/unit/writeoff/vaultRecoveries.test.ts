import { expect } from "chai";
import { network } from "hardhat";

import { deposit, deployWaterfall, DEPOSITED, give, LENT, lose } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

const CASH = DEPOSITED - LENT;
const LOSS = 200_000n;
const RECOVERED = 50_000n;
/** The lender's part: of 10^12 shares and the virtual 10^6, rounded down. */
const CLAIM = 49_999n;

describe("WriteOffVault recoveries", () => {
  async function recovered() {
    const room = await deployWaterfall(ethers);
    const [payer, lender, debtor, alice] = await ethers.getSigners();
    await lose(ethers, room, LOSS);
    await give(room.asset, payer!, room.engine, LOSS);
    await room.engine.recover(room.vault, 1n, RECOVERED);
    return { ...room, lender: lender!, debtor: debtor!, alice: alice! };
  }

  it("LV1: are liabilities, outside total assets, and cannot be withdrawn or lent by anybody", async () => {
    const { vault, asset, lender, debtor } = await networkHelpers.loadFixture(recovered);
    expect(await vault.claimsOwed()).to.equal(RECOVERED);
    expect(await vault.totalAssets()).to.equal(DEPOSITED - LOSS);
    expect(await vault.cash()).to.equal(CASH);
    expect(await asset.balanceOf(vault)).to.equal(CASH + RECOVERED);
    await expect(vault.connect(lender).withdraw(CASH + 1n, lender, lender)).to.be.revertedWithCustomError(
      vault,
      "InsufficientCash",
    );
    await expect(vault.lend(CASH + 1n, debtor)).to.be.revertedWithCustomError(vault, "InsufficientCash");
  });

  it("LI1: are paid though all other cash is lent out, and though deposits are paused", async () => {
    const { vault, asset, lender, debtor } = await networkHelpers.loadFixture(recovered);
    await vault.lend(CASH, debtor);
    await vault.pause(true, true);
    await vault.connect(lender).claimRecovery(lender, [1n], lender);
    expect(await asset.balanceOf(lender)).to.equal(CLAIM);
  });

  describe("reinvested", () => {
    it("become shares at the present price, and cash of the vault", async () => {
      const { vault, lender, alice } = await networkHelpers.loadFixture(recovered);
      // 800,001 assets stand behind 10^12 + 10^6 shares.
      const shares = (CLAIM * (10n ** 12n + 10n ** 6n)) / (DEPOSITED - LOSS + 1n);
      await expect(vault.connect(lender).reinvestRecovery(lender, [1n], alice))
        .to.emit(vault, "RecoveryReinvested")
        .withArgs(lender.address, alice.address, CLAIM, shares);
      expect(await vault.balanceOf(alice)).to.equal(shares);
      expect(await vault.cash()).to.equal(CASH + CLAIM);
      expect(await vault.claimsOwed()).to.equal(RECOVERED - CLAIM);
      expect(await vault.totalAssets()).to.equal(DEPOSITED - LOSS + CLAIM);
    });

    it("are returned to a caller that asks what it would get", async () => {
      const { vault, lender } = await networkHelpers.loadFixture(recovered);
      const result = await vault.connect(lender).reinvestRecovery.staticCall(lender, [1n], lender);
      expect(result.assets).to.equal(CLAIM);
    });

    it("WO5: do not lower the share price", async () => {
      const { vault, lender } = await networkHelpers.loadFixture(recovered);
      const before = await vault.convertToAssets(10n ** 12n);
      await vault.connect(lender).reinvestRecovery(lender, [1n], lender);
      expect(await vault.convertToAssets(10n ** 12n)).to.be.greaterThanOrEqual(before);
    });

    it("cannot be claimed again", async () => {
      const { vault, asset, lender } = await networkHelpers.loadFixture(recovered);
      await vault.connect(lender).reinvestRecovery(lender, [1n], lender);
      await vault.connect(lender).claimRecovery(lender, [1n], lender);
      expect(await asset.balanceOf(lender)).to.equal(0n);
      await expect(vault.connect(lender).reinvestRecovery(lender, [1n], lender))
        .to.be.revertedWithCustomError(vault, "NothingForNothing")
        .withArgs(0n, 0n);
    });

    it("may be moved by an operator, not by a stranger", async () => {
      const { vault, lender, alice } = await networkHelpers.loadFixture(recovered);
      await expect(vault.connect(alice).reinvestRecovery(lender, [1n], lender))
        .to.be.revertedWithCustomError(vault, "NotAuthorized")
        .withArgs(lender.address, alice.address);
      await vault.connect(lender).setAuthorization(alice, true);
      await vault.connect(alice).reinvestRecovery(lender, [1n], alice);
      expect(await vault.balanceOf(alice)).to.be.greaterThan(0n);
    });

    it("are an inflow, and stop while deposits are paused", async () => {
      const { vault, lender } = await networkHelpers.loadFixture(recovered);
      await vault.pause(true, false);
      await expect(vault.connect(lender).reinvestRecovery(lender, [1n], lender)).to.be.revertedWithCustomError(
        vault,
        "DepositsPaused",
      );
    });

    it("have no claim on the loss whose recovery they are", async () => {
      const { vault, engine, lender, alice } = await networkHelpers.loadFixture(recovered);
      await vault.connect(lender).reinvestRecovery(lender, [1n], alice);
      await engine.recover(vault, 1n, RECOVERED);
      expect(await vault.claimableRecovery(alice, 1n)).to.equal(0n);
    });
  });

  it("RE1: of several losses never pay more than came in, whoever claims in whatever order", async () => {
    const room = await networkHelpers.loadFixture(recovered);
    const { vault, asset, engine, lender, alice } = room;
    await deposit(room, alice, 333_333n);
    await lose(ethers, room, 100_001n);
    await engine.recover(vault, 2n, 77_777n);
    await engine.recover(vault, 1n, 33_333n);
    await vault.connect(alice).claimRecovery(alice, [1n, 2n], alice);
    await vault.connect(lender).claimRecovery(lender, [2n], lender);
    await vault.connect(lender).claimRecovery(lender, [1n], lender);
    const paid = (await asset.balanceOf(alice)) + (await asset.balanceOf(lender));
    const received = RECOVERED + 77_777n + 33_333n;
    expect(paid).to.equal(received - (await vault.claimsOwed()));
    // Two roundings and the virtual shares' parts.
    expect(await vault.claimsOwed()).to.be.lessThanOrEqual(5n);
    expect(await asset.balanceOf(vault)).to.equal((await vault.cash()) + (await vault.claimsOwed()));
  });
});
