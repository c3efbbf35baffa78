import { expect } from "chai";
import { network } from "hardhat";

import { addVault, deployWaterfall, give } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

describe("WriteOffVault against whoever bends its share price", () => {
  async function empty() {
    const room = await deployWaterfall(ethers);
    const vault = await addVault(ethers, room);
    const [, , , attacker, victim] = await ethers.getSigners();
    await give(room.asset, attacker!, vault, 1_000_000_000n);
    await give(room.asset, victim!, vault, 1_000_000_000n);
    return { ...room, vault, attacker: attacker!, victim: victim! };
  }

  type Room = Awaited<ReturnType<typeof empty>>;

  const leave = async ({ vault }: Room, account: Room["attacker"]) =>
    vault.connect(account).redeem(await vault.balanceOf(account), account, account);

  it("WO5: tokens sent without a call change no figure", async () => {
    const room = await networkHelpers.loadFixture(empty);
    const { vault, asset, attacker } = room;
    await vault.connect(attacker).deposit(1_000n, attacker);
    await asset.connect(attacker).transfer(vault, 500_000n);
    expect(await vault.totalAssets()).to.equal(1_000n);
    expect(await vault.cash()).to.equal(1_000n);
    expect(await vault.convertToAssets(1_000_000n)).to.equal(1n);
    expect(await vault.maxWithdraw(attacker)).to.equal(1_000n);
    await expect(vault.connect(attacker).withdraw(1_001n, attacker, attacker)).to.be.revertedWithCustomError(
      vault,
      "InsufficientCash",
    );
  });

  it("the first depositor cannot be robbed by a donation", async () => {
    const room = await networkHelpers.loadFixture(empty);
    const { vault, asset, attacker, victim } = room;
    await vault.connect(attacker).deposit(1n, attacker);
    await asset.connect(attacker).transfer(vault, 1_000_000n);
    await vault.connect(victim).deposit(1_500_000n, victim);
    await leave(room, victim);
    await leave(room, attacker);
    expect(await asset.balanceOf(victim)).to.equal(1_000_000_000n);
    expect(await asset.balanceOf(attacker)).to.equal(1_000_000_000n - 1_000_000n);
  });

  /** The attacker holds one unit's shares when it pays `paid` of income to the vault, then the victim deposits. */
  async function pumpWithIncome(room: Room, paid: bigint, deposited: bigint) {
    const { vault, asset, attacker, victim } = room;
    await vault.connect(attacker).deposit(1n, attacker);
    await vault.setIncome(paid, 0n);
    await networkHelpers.time.setNextBlockTimestamp((await networkHelpers.time.latest()) + 1);
    await vault.setIncome(0n, 0n);
    await vault.connect(attacker).payBack(paid);
    const attempt = vault.connect(victim).deposit(deposited, victim);
    return { attempt, asset };
  }

  for (const paid of [1_000n, 1_000_000n, 100_000_000n]) {
    it(`paying ${paid} of income into an all but empty vault costs its only holder half of it`, async () => {
      const room = await networkHelpers.loadFixture(empty);
      const deposited = paid + paid / 2n;
      const { attempt, asset } = await pumpWithIncome(room, paid, deposited);
      await attempt;
      await leave(room, room.attacker);
      await leave(room, room.victim);
      const lost = 1_000_000_000n - (await asset.balanceOf(room.attacker));
      expect(lost).to.be.greaterThan((paid * 45n) / 100n);
      // The victim loses at most one share's worth to rounding, a millionth or so of the pump.
      expect(1_000_000_000n - (await asset.balanceOf(room.victim))).to.be.lessThanOrEqual(paid / 1_000_000n + 1n);
    });
  }

  it("a deposit that such a price would round to no share is refused, not swallowed", async () => {
    const room = await networkHelpers.loadFixture(empty);
    // Two million shares, virtual ones included, are worth five each.
    const { attempt } = await pumpWithIncome(room, 10_000_000n, 4n);
    await expect(attempt).to.be.revertedWithCustomError(room.vault, "NothingForNothing").withArgs(4n, 0n);
  });

  it("many small deposits and withdrawals take nothing from the others", async () => {
    const room = await networkHelpers.loadFixture(empty);
    const { vault, asset, attacker, victim } = room;
    await vault.connect(victim).deposit(1_000_003n, victim);
    await vault.setIncome(333_331n, 0n);
    await networkHelpers.time.setNextBlockTimestamp((await networkHelpers.time.latest()) + 1);
    await vault.setIncome(0n, 0n);
    const worth = await vault.convertToAssets(await vault.balanceOf(victim));
    for (let i = 2n; i <= 20n; ++i) {
      await vault.connect(attacker).deposit(i, attacker);
      await vault.connect(attacker).withdraw(i - 1n, attacker, attacker);
    }
    await leave(room, attacker);
    expect(await asset.balanceOf(attacker)).to.be.lessThanOrEqual(1_000_000_000n);
    expect(await vault.convertToAssets(await vault.balanceOf(victim))).to.be.greaterThanOrEqual(worth);
  });
});
