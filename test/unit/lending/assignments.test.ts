import { expect } from "chai";
import { network } from "hardhat";

import { MAX, WAD } from "../../helpers/lending.js";
import { deployScene, expectRefused, liquidate, openPosition } from "../../helpers/lendingScene.js";

const { ethers, networkHelpers } = await network.create();

const DAYS_90 = 90 * 86_400;

describe("LendingVault: claims of contracts that cannot call", () => {
  /** A pool, which has no function for claims, held half of the shares when 509.9… was lost; 200 of it have come back. */
  async function stranded() {
    const scene = await deployScene(ethers, { liquidity: 2_000n });
    const { vault, engine, asset, lender, other, vaultAddress, engineAddress } = scene;
    const pool = await (await ethers.deployContract("SilentContract")).getAddress();
    await vault.connect(lender).transfer(pool, (await vault.balanceOf(lender.address)) / 2n);
    await openPosition(scene, 10n * WAD, 1_500n * WAD);
    await scene.setPrice(100n);
    await liquidate(scene);
    await asset.connect(other).approve(engineAddress, MAX);
    await engine.connect(other).recover(vaultAddress, 1n, 200n * WAD);
    return { ...scene, pool };
  }

  it("are assigned after ninety days, what has come in and what will", async () => {
    const scene = await networkHelpers.loadFixture(stranded);
    const { vault, engine, lender, other, stranger, pool, vaultAddress } = scene;
    await expect(vault.announceAssignment(pool, other.address)).to.emit(vault, "AssignmentAnnounced");
    const executableAt = BigInt(await networkHelpers.time.latest()) + BigInt(DAYS_90);
    expect(await vault.assignmentOf(pool)).to.deep.equal([other.address, executableAt]);
    await networkHelpers.time.increase(DAYS_90 - 10);
    const execute = () => vault.connect(stranger).executeAssignment(pool, [1n]);
    await expectRefused(scene, execute, "AssignmentNotDue", [pool, executableAt]);
    await networkHelpers.time.increase(10);
    await execute();
    expect(await vault.claimableRecovery(pool, 1n)).to.equal(0n);
    expect(await vault.claimableRecovery(other.address, 1n)).to.be.closeTo(100n * WAD, 10n ** 6n);
    await vault.connect(other).claimRecovery(other.address, [1n], other.address);
    await engine.connect(other).recover(vaultAddress, 1n, 100n * WAD);
    expect(await vault.claimableRecovery(other.address, 1n)).to.be.closeTo(50n * WAD, 10n ** 6n);
    // Who can act is not touched.
    expect(await vault.claimableRecovery(lender.address, 1n)).to.be.closeTo(150n * WAD, 10n ** 6n);
    await execute();
    expect(await vault.claimableRecovery(other.address, 1n)).to.be.closeTo(50n * WAD, 10n ** 6n);
  });

  it("stay with a contract that claims, or refuses", async () => {
    const scene = await networkHelpers.loadFixture(stranded);
    const { vault, asset, other, vaultAddress } = scene;
    const wallet = await ethers.deployContract("CallbackLiquidator", [await asset.getAddress()]);
    const account = await wallet.getAddress();
    const acts: string[] = [
      vault.interface.encodeFunctionData("claimRecovery", [account, [1n], account]),
      vault.interface.encodeFunctionData("refuseAssignment", [account]),
    ];
    for (const act of acts) {
      await vault.announceAssignment(account, other.address);
      await expect(wallet.act(vaultAddress, act)).to.emit(vault, "AssignmentEnded").withArgs(account);
      await networkHelpers.time.increase(DAYS_90);
      const execute = () => vault.executeAssignment(account, [1n]);
      await expectRefused(scene, execute, "AssignmentNotDue", [account, 0n]);
    }
  });

  it("can be withdrawn, and never concern an account without code", async () => {
    const scene = await networkHelpers.loadFixture(stranded);
    const { vault, lender, other, stranger, pool } = scene;
    const wrong: [string, string][] = [
      [lender.address, other.address],
      [pool, pool],
      [pool, ethers.ZeroAddress],
    ];
    for (const [from, to] of wrong) {
      await expectRefused(scene, () => vault.announceAssignment(from, to), "AssignmentNotPossible", [from, to]);
    }
    await expectRefused(scene, () => vault.withdrawAssignment(pool), "AssignmentNotDue", [pool, 0n]);
    await vault.announceAssignment(pool, other.address);
    await expect(vault.connect(stranger).refuseAssignment(pool)).to.be.revert(ethers);
    await vault.withdrawAssignment(pool);
    expect(await vault.assignmentOf(pool)).to.deep.equal([ethers.ZeroAddress, 0n]);
  });
});
