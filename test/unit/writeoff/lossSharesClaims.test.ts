import { expect } from "chai";
import { network } from "hardhat";

import { deposit, deployWaterfall, give, lose } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

const SHARES_PER_ASSET = 1_000_000n;

describe("LossShares claims", () => {
  /** Alice holds 600,000 assets' shares and Bob 300,000 when 90,000 are lost; the first lender has left. */
  async function charged() {
    const room = await deployWaterfall(ethers);
    const [payer, lender, debtor, alice, bob, carol] = await ethers.getSigners();
    await deposit(room, alice!, 600_000n);
    await deposit(room, bob!, 300_000n);
    const { vault } = room;
    await vault.connect(lender).redeem(await vault.balanceOf(lender!), lender!, lender!);
    await lose(ethers, room, 90_000n);
    await give(room.asset, payer!, room.engine, 1_000_000n);
    const recover = (assets: bigint, id = 1n) => room.engine.recover(vault, id, assets);
    const claim = (account: { address: string }, epochs: bigint[] = [1n]) =>
      vault.connect(account as never).claimRecovery(account.address, epochs, account.address);
    return { ...room, payer: payer!, debtor: debtor!, alice: alice!, bob: bob!, carol: carol!, recover, claim };
  }

  // 900,000 assets have 9 x 10^11 shares; the virtual 10^6 bear their part too.
  const part = (recovered: bigint, assets: bigint) =>
    (recovered * assets * SHARES_PER_ASSET) / (900_000n * SHARES_PER_ASSET + SHARES_PER_ASSET);

  it("RE1: divide what is recovered by the balances at the loss, rounded down", async () => {
    const { vault, alice, bob, recover } = await networkHelpers.loadFixture(charged);
    await recover(45_000n);
    expect(await vault.claimableRecovery(alice, 1n)).to.equal(part(45_000n, 600_000n));
    expect(await vault.claimableRecovery(bob, 1n)).to.equal(part(45_000n, 300_000n));
    expect(part(45_000n, 600_000n)).to.equal(29_999n);
  });

  it("pay out of cash set aside for them, and leave the share price alone", async () => {
    const { vault, asset, alice, recover, claim } = await networkHelpers.loadFixture(charged);
    const total = await vault.totalAssets();
    await recover(45_000n);
    await expect(claim(alice)).to.emit(vault, "RecoveryClaimed").withArgs(alice.address, 1n, 29_999n);
    expect(await asset.balanceOf(alice)).to.equal(29_999n);
    expect(await vault.claimsOwed()).to.equal(45_000n - 29_999n);
    expect(await vault.totalAssets()).to.equal(total);
  });

  it("stay with who was charged, though the shares were sold since", async () => {
    const { vault, asset, alice, carol, recover, claim } = await networkHelpers.loadFixture(charged);
    await vault.connect(alice).transfer(carol, await vault.balanceOf(alice));
    await recover(45_000n);
    expect(await vault.claimableRecovery(carol, 1n)).to.equal(0n);
    await claim(carol);
    await claim(alice);
    expect(await asset.balanceOf(carol)).to.equal(0n);
    expect(await asset.balanceOf(alice)).to.equal(29_999n);
  });

  it("stay with who was charged, though it has withdrawn everything since", async () => {
    const { vault, asset, debtor, bob, recover, claim } = await networkHelpers.loadFixture(charged);
    await give(asset, debtor, vault, 0n);
    await vault.connect(debtor).payBack(500_000n);
    await vault.connect(bob).redeem(await vault.balanceOf(bob), bob, bob);
    const withdrawn = await asset.balanceOf(bob);
    await recover(45_000n);
    await claim(bob);
    expect((await asset.balanceOf(bob)) - withdrawn).to.equal(part(45_000n, 300_000n));
  });

  it("are not had by who comes after the loss", async () => {
    const room = await networkHelpers.loadFixture(charged);
    await deposit(room, room.carol, 5_000_000n);
    await room.recover(45_000n);
    expect(await room.vault.claimableRecovery(room.carol, 1n)).to.equal(0n);
    expect(await room.vault.claimableRecovery(room.alice, 1n)).to.equal(29_999n);
  });

  it("are paid once", async () => {
    const { vault, asset, alice, recover, claim } = await networkHelpers.loadFixture(charged);
    await recover(45_000n);
    await claim(alice);
    await expect(claim(alice)).not.to.emit(vault, "RecoveryClaimed");
    expect(await asset.balanceOf(alice)).to.equal(29_999n);
  });

  it("are paid once though the epoch is named twice", async () => {
    const { asset, alice, recover, claim } = await networkHelpers.loadFixture(charged);
    await recover(45_000n);
    await claim(alice, [1n, 1n, 1n]);
    expect(await asset.balanceOf(alice)).to.equal(29_999n);
  });

  it("grow with the next recovery of the same loss", async () => {
    const { vault, asset, alice, recover, claim } = await networkHelpers.loadFixture(charged);
    await recover(45_000n);
    await claim(alice);
    await recover(45_000n);
    // In all what 90,000 at once would have given.
    expect(await vault.claimableRecovery(alice, 1n)).to.equal(part(90_000n, 600_000n) - 29_999n);
    await claim(alice);
    expect(await asset.balanceOf(alice)).to.equal(part(90_000n, 600_000n));
    // What was taken in both claims counts: nothing is left of either.
    expect(await vault.claimableRecovery(alice, 1n)).to.equal(0n);
    await expect(claim(alice)).not.to.emit(vault, "RecoveryClaimed");
    expect(await asset.balanceOf(alice)).to.equal(part(90_000n, 600_000n));
  });

  it("of several losses are paid in one call, each by its own balances", async () => {
    const room = await networkHelpers.loadFixture(charged);
    const { vault, asset, alice, carol, recover, claim } = room;
    await vault.connect(alice).transfer(carol, 200_000n * SHARES_PER_ASSET);
    await lose(ethers, room, 30_000n);
    await recover(45_000n, 1n);
    await recover(9_000n, 2n);
    await claim(alice, [1n, 2n]);
    await claim(carol, [1n, 2n]);
    expect(await asset.balanceOf(alice)).to.equal(29_999n + part(9_000n, 400_000n));
    expect(await asset.balanceOf(carol)).to.equal(part(9_000n, 200_000n));
  });

  it("of the open epoch, or of one that has not come, are refused", async () => {
    const { vault, alice, claim, recover } = await networkHelpers.loadFixture(charged);
    await recover(45_000n);
    for (const epoch of [2n, 3n, 2n ** 64n]) {
      await expect(claim(alice, [1n, epoch]))
        .to.be.revertedWithCustomError(vault, "EpochNotClosed")
        .withArgs(epoch, 2n);
    }
  });

  it("of an epoch with nothing recovered are nothing", async () => {
    const { vault, asset, alice, claim } = await networkHelpers.loadFixture(charged);
    expect(await vault.claimableRecovery(alice, 1n)).to.equal(0n);
    await claim(alice);
    expect(await asset.balanceOf(alice)).to.equal(0n);
  });

  it("RE1: are never more than what was charged", async () => {
    const { vault, engine, alice, bob, recover, claim } = await networkHelpers.loadFixture(charged);
    await recover(2n ** 256n - 1n);
    await expect(recover(1n)).to.be.revertedWithCustomError(engine, "NothingOutstanding");
    await claim(alice);
    await claim(bob);
    expect(await vault.recoveredOf(1n)).to.equal(90_000n);
    // What is left is the virtual shares' part and rounding.
    expect(await vault.claimsOwed()).to.equal(90_000n - part(90_000n, 600_000n) - part(90_000n, 300_000n));
    expect(await vault.claimsOwed()).to.be.lessThanOrEqual(2n);
  });

  it("RE1: cannot be credited beyond the charge by the engine either", async () => {
    const token = await ethers.deployContract("LossSharesHarness");
    await token.charge(50n);
    await token.credit(1n, 30n);
    await expect(token.credit(1n, 21n))
      .to.be.revertedWithCustomError(token, "RecoveryExceedsCharge")
      .withArgs(1n, 21n, 20n);
    await expect(token.credit(1n, 20n)).to.emit(token, "RecoveryCredited").withArgs(1n, 20n);
  });

  describe("for whom", () => {
    it("a stranger cannot claim for an account, not even to it", async () => {
      const { vault, alice, carol, recover } = await networkHelpers.loadFixture(charged);
      await recover(45_000n);
      for (const receiver of [alice, carol]) {
        await expect(vault.connect(carol).claimRecovery(alice, [1n], receiver))
          .to.be.revertedWithCustomError(vault, "NotAuthorized")
          .withArgs(alice.address, carol.address);
      }
    });

    it("an allowance of shares gives no right to claims", async () => {
      const { vault, alice, carol, recover } = await networkHelpers.loadFixture(charged);
      await recover(45_000n);
      await vault.connect(alice).approve(carol, 2n ** 256n - 1n);
      await expect(vault.connect(carol).claimRecovery(alice, [1n], carol)).to.be.revertedWithCustomError(
        vault,
        "NotAuthorized",
      );
    });

    it("the account may have it paid elsewhere", async () => {
      const { vault, asset, alice, carol, recover } = await networkHelpers.loadFixture(charged);
      await recover(45_000n);
      await vault.connect(alice).claimRecovery(alice, [1n], carol);
      expect(await asset.balanceOf(carol)).to.equal(29_999n);
    });

    it("an operator may claim until it is dismissed", async () => {
      const { vault, asset, alice, carol, recover } = await networkHelpers.loadFixture(charged);
      await recover(45_000n);
      await expect(vault.connect(alice).setAuthorization(carol, true))
        .to.emit(vault, "AuthorizationSet")
        .withArgs(alice.address, carol.address, true);
      await vault.connect(carol).claimRecovery(alice, [1n], carol);
      expect(await asset.balanceOf(carol)).to.equal(29_999n);
      await vault.connect(alice).setAuthorization(carol, false);
      await expect(vault.connect(carol).claimRecovery(alice, [1n], carol)).to.be.revertedWithCustomError(
        vault,
        "NotAuthorized",
      );
    });
  });

  it("of shares without a vault go the same way", async () => {
    const [, alice] = await ethers.getSigners();
    const token = await ethers.deployContract("LossSharesHarness");
    await token.mint(alice!, 3_000_000n);
    await token.charge(100n);
    await token.credit(1n, 40n);
    await expect(token.connect(alice).claimRecovery(alice!, [1n], alice!))
      .to.emit(token, "ClaimsPaid")
      .withArgs(alice!.address, 30n);
  });
});
