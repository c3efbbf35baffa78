import { expect } from "chai";
import { network } from "hardhat";

import { borrow, deployWaterfallScene, lend, liquidate, MAX } from "../helpers/waterfallScene.js";

const { ethers, networkHelpers } = await network.create();

/**
 * A pool holds half of a vault's shares beside 5,000 of the asset when 409.900990099009900990 are lost. All of it comes
 * back later. The pool can call nothing, so its half waits for it, and nobody may touch it.
 */
describe("Attacks on claims that lie in an AMM pool (RE1)", () => {
  const LOSS = 409_900_990_099_009_900_990n;

  async function recovered() {
    const t = await deployWaterfallScene(ethers);
    await t.engine.setStack(t.address, []);
    await lend(t, t.ann, 5_000n);
    await lend(t, t.ben, 5_000n);
    await borrow(t, 10n, 1_400n);
    const pool = await ethers.deployContract("ConstantProductPool", [t.address, await t.at(t.asset)]);
    const poolAddress = await pool.getAddress();
    await t.vault.connect(t.ben).transfer(poolAddress, await t.vault.balanceOf(t.ben.address));
    await t.asset.connect(t.ben).transfer(poolAddress, 5_000n * t.one);
    await pool.sync();
    await t.setPrice(100n);
    await liquidate(t);
    await t.engine.connect(t.buyer).recover(t.address, 1n, MAX);
    const due = await t.vault.claimableRecovery(poolAddress, 1n);
    return { ...t, pool, poolAddress, due };
  }

  it("are half of what came back, and stand still through swaps, syncs and skims", async () => {
    const t = await networkHelpers.loadFixture(recovered);
    expect(t.due).to.be.closeTo(LOSS / 2n, 10n ** 6n);
    const held = await t.asset.balanceOf(t.poolAddress);
    await t.asset.connect(t.cleo).transfer(t.poolAddress, 1_000n * t.one);
    // 5,000 x 5,000 = 6,000 x 4,166.66...: cleo gets 833.33... assets' worth of shares
    const sharesOut = (5_000n * t.one * 1_000_000n) / 6n;
    await t.pool.swap(sharesOut, 0n, t.cleo.address);
    await expect(t.pool.skim(t.cleo.address)).to.changeTokenBalances(ethers, t.asset, [t.cleo, t.pool], [0n, 0n]);
    await t.pool.sync();
    expect(await t.asset.balanceOf(t.poolAddress)).to.equal(held + 1_000n * t.one);
    expect(await t.vault.claimableRecovery(t.poolAddress, 1n)).to.equal(t.due);
  });

  it("do not go along with the shares that a swap takes out", async () => {
    const t = await networkHelpers.loadFixture(recovered);
    await t.asset.connect(t.cleo).transfer(t.poolAddress, 45_000n * t.one);
    await t.pool.swap(4_500n * t.one * 1_000_000n, 0n, t.cleo.address);
    expect(await t.vault.claimableRecovery(t.cleo.address, 1n)).to.equal(0n);
    await t.vault.connect(t.cleo).claimRecovery(t.cleo.address, [1n], t.cleo.address);
    expect(await t.asset.balanceOf(t.cleo.address)).to.equal(955_000n * t.one);
    expect(await t.vault.claimableRecovery(t.poolAddress, 1n)).to.equal(t.due);
  });

  it("cannot be pushed into the pool, where a swap would pay them out, nor anywhere else, by anybody", async () => {
    const t = await networkHelpers.loadFixture(recovered);
    for (const caller of [t.cleo, t.ben, t.admin, t.borrower]) {
      for (const receiver of [t.poolAddress, caller.address]) {
        await expect(t.vault.connect(caller).claimRecovery(t.poolAddress, [1n], receiver))
          .to.be.revertedWithCustomError(t.vault, "NotAuthorized")
          .withArgs(t.poolAddress, caller.address);
        await expect(t.vault.connect(caller).reinvestRecovery(t.poolAddress, [1n], receiver))
          .to.be.revertedWithCustomError(t.vault, "NotAuthorized")
          .withArgs(t.poolAddress, caller.address);
      }
    }
    expect(await t.vault.claimableRecovery(t.poolAddress, 1n)).to.equal(t.due);
  });

  it("cannot be pushed inside a swap either, in one transaction with flash-loaned money", async () => {
    const t = await networkHelpers.loadFixture(recovered);
    const thief = await ethers.deployContract("SameTransaction");
    const address = await thief.getAddress();
    await t.asset.mint(address, 45_000n * t.one);
    const asset = await t.at(t.asset);
    const steps: [string, string][] = [
      [asset, t.asset.interface.encodeFunctionData("transfer", [t.poolAddress, 45_000n * t.one])],
      [t.address, t.vault.interface.encodeFunctionData("claimRecovery", [t.poolAddress, [1n], t.poolAddress])],
      [t.poolAddress, t.pool.interface.encodeFunctionData("skim", [address])],
    ];
    await expect(
      thief.run(
        steps.map(([target]) => target),
        steps.map(([, data]) => data),
      ),
    )
      .to.be.revertedWithCustomError(t.vault, "NotAuthorized")
      .withArgs(t.poolAddress, address);
  });
});
