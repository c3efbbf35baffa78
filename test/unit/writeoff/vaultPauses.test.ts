import { expect } from "chai";
import { network } from "hardhat";

import { deposit, deployWaterfall, give, lose } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

const GOVERNOR = 1n;
const GUARDIAN = 2n;

describe("WriteOffVault pauses and roles", () => {
  async function withRoles() {
    const room = await deployWaterfall(ethers);
    const [, lender, debtor, governor, guardian, stranger] = await ethers.getSigners();
    const { vault, manager } = room;
    const selectors = (...names: ("pause" | "unpause" | "setReservePolicy")[]) =>
      names.map((name) => vault.getFunction(name).fragment.selector);
    await manager.setTargetFunctionRole(vault, selectors("pause"), GUARDIAN);
    await manager.setTargetFunctionRole(vault, selectors("unpause", "setReservePolicy"), GOVERNOR);
    await manager.grantRole(GOVERNOR, governor!, 0);
    await manager.grantRole(GUARDIAN, guardian!, 0);
    await give(room.asset, stranger!, vault, 1_000n);
    return {
      ...room,
      lender: lender!,
      debtor: debtor!,
      governor: governor!,
      guardian: guardian!,
      stranger: stranger!,
    };
  }

  it("AC1: the guardian pauses, the governor lifts, nobody else and not the other way round", async () => {
    const { vault, governor, guardian, stranger } = await networkHelpers.loadFixture(withRoles);
    const refused = [
      [governor, () => vault.connect(governor).pause(true, true)],
      [stranger, () => vault.connect(stranger).pause(true, true)],
      [guardian, () => vault.connect(guardian).unpause()],
      [stranger, () => vault.connect(stranger).unpause()],
      [guardian, () => vault.connect(guardian).setReservePolicy(0n, guardian)],
      [stranger, () => vault.connect(stranger).setReservePolicy(0n, stranger)],
    ] as const;
    for (const [caller, attempt] of refused) {
      await expect(attempt())
        .to.be.revertedWithCustomError(vault, "AccessManagedUnauthorized")
        .withArgs(caller.address);
    }
    await expect(vault.connect(guardian).pause(true, true)).to.emit(vault, "PauseSet").withArgs(true, true);
    await expect(vault.connect(governor).unpause()).to.emit(vault, "PauseSet").withArgs(false, false);
  });

  it("AC1: a pause adds to an earlier one and lifts nothing", async () => {
    const { vault, guardian } = await networkHelpers.loadFixture(withRoles);
    const state = async () => [...(await vault.paused())];
    expect(await state()).to.deep.equal([false, false]);
    await vault.connect(guardian).pause(false, false);
    expect(await state()).to.deep.equal([false, false]);
    await vault.connect(guardian).pause(false, true);
    expect(await state()).to.deep.equal([false, true]);
    await expect(vault.connect(guardian).pause(true, false)).to.emit(vault, "PauseSet").withArgs(true, true);
    expect(await state()).to.deep.equal([true, true]);
  });

  it("stops deposits and mints, and the limits say so", async () => {
    const { vault, guardian, governor, stranger } = await networkHelpers.loadFixture(withRoles);
    await vault.connect(guardian).pause(true, false);
    await expect(vault.connect(stranger).deposit(10n, stranger)).to.be.revertedWithCustomError(vault, "DepositsPaused");
    await expect(vault.connect(stranger).mint(10n, stranger)).to.be.revertedWithCustomError(vault, "DepositsPaused");
    expect(await vault.maxDeposit(stranger)).to.equal(0n);
    expect(await vault.maxMint(stranger)).to.equal(0n);
    await vault.connect(governor).unpause();
    await vault.connect(stranger).deposit(10n, stranger);
    expect(await vault.maxDeposit(stranger)).to.be.greaterThan(0n);
  });

  it("does not stop deposits when only borrowing is paused", async () => {
    const { vault, guardian, stranger } = await networkHelpers.loadFixture(withRoles);
    await vault.connect(guardian).pause(false, true);
    await vault.connect(stranger).deposit(10n, stranger);
    expect(await vault.balanceOf(stranger)).to.equal(10_000_000n);
  });

  it("LI1: never stops a withdrawal, a transfer, a write-off, a recovery, a claim or a sweep", async () => {
    const room = await networkHelpers.loadFixture(withRoles);
    const { vault, asset, engine, guardian, governor, lender, stranger } = room;
    await deposit(room, stranger, 500n);
    await vault.connect(governor).setReservePolicy(0n, ethers.ZeroAddress);
    await vault.connect(guardian).pause(true, true);
    await vault.connect(lender).withdraw(10n, lender, lender);
    await vault.connect(lender).redeem(10_000_000n, lender, lender);
    await vault.connect(lender).transfer(stranger, 1n);
    await expect(lose(ethers, room, 1_000n)).to.emit(engine, "WrittenOff");
    await give(asset, stranger, engine, 1_000n);
    await engine.connect(stranger).recover(vault, 1n, 1_000n);
    await vault.connect(lender).claimRecovery(lender, [1n], lender);
    expect(await asset.balanceOf(lender)).to.be.greaterThan(1_000n);
    // Refused for want of a recipient, not because of the pause.
    await expect(vault.sweepReserves()).to.be.revertedWithCustomError(vault, "NoSweepRecipient");
  });
});
