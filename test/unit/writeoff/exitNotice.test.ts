import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { network } from "hardhat";

import { deposit, deployWaterfall, DEPOSITED, LENT, lose } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

const DAY = 86_400;
const NOTICE = 3 * DAY;
const WINDOW = 2 * DAY;
const SHARES_PER_ASSET = 1_000_000n;
const CASH = DEPOSITED - LENT;
/** What Alice has put in, beside the lender's million of which nine tenths are lent out. */
const STAKE = 10_000n;
const SHARES = STAKE * SHARES_PER_ASSET;

describe("WriteOffVault exit notice", () => {
  async function without() {
    const room = await deployWaterfall(ethers);
    const [admin, lender, debtor, alice, bob, operator] = await ethers.getSigners();
    await deposit(room, alice!, STAKE);
    return { ...room, admin: admin!, lender: lender!, debtor: debtor!, alice: alice!, bob: bob!, operator: operator! };
  }

  async function withNotice() {
    const room = await without();
    await room.vault.setExitNotice(NOTICE, WINDOW);
    return room;
  }

  type Room = Awaited<ReturnType<typeof without>>;

  /** Gives notice for all that Alice has, and moves to the first second at which it is usable. */
  async function matured() {
    const room = await withNotice();
    await room.vault.connect(room.alice).requestExit(SHARES, room.alice);
    await time.increase(NOTICE);
    return room;
  }

  const leave = ({ vault, alice }: Room, shares: bigint, owner: HardhatEthersSigner = alice) =>
    vault.connect(owner).redeem(shares, owner, owner);

  const expectRefused = async (room: Room, shares: bigint, usable: bigint, owner = room.alice) => {
    await expect(leave(room, shares, owner))
      .to.be.revertedWithCustomError(room.vault, "ExceedsMaturedExit")
      .withArgs(owner.address, shares, usable);
  };

  describe("that is off", () => {
    it("is how a vault starts: who wants to leave leaves", async () => {
      const room = await networkHelpers.loadFixture(without);
      expect([...(await room.vault.exitNotice())]).to.deep.equal([0n, 0n]);
      expect(await room.vault.maxRedeem(room.alice)).to.equal(SHARES);
      await leave(room, SHARES);
      expect(await room.asset.balanceOf(room.alice)).to.equal(STAKE);
    });

    it("cannot be given", async () => {
      const { vault, alice } = await networkHelpers.loadFixture(without);
      await expect(vault.connect(alice).requestExit(1n, alice)).to.be.revertedWithCustomError(vault, "NoExitNotice");
    });
  });

  describe("rules", () => {
    it("say how long, and for how long after that", async () => {
      const { vault } = await networkHelpers.loadFixture(without);
      await expect(vault.setExitNotice(NOTICE, WINDOW)).to.emit(vault, "ExitNoticeSet").withArgs(NOTICE, WINDOW);
      expect([...(await vault.exitNotice())]).to.deep.equal([BigInt(NOTICE), BigInt(WINDOW)]);
    });

    for (const [notice, window] of [
      [DAY, DAY],
      [30 * DAY, DAY],
      [30 * DAY, 14 * DAY],
    ] as const) {
      it(`allow ${notice / DAY} days and then ${window / DAY}`, async () => {
        const { vault } = await networkHelpers.loadFixture(without);
        await vault.setExitNotice(notice, window);
        expect([...(await vault.exitNotice())]).to.deep.equal([BigInt(notice), BigInt(window)]);
      });
    }

    for (const [notice, window, error, args] of [
      [NOTICE, DAY - 1, "ExitWindowOutOfRange", [DAY - 1, DAY, 14 * DAY]],
      [30 * DAY, 14 * DAY + 1, "ExitWindowOutOfRange", [14 * DAY + 1, DAY, 14 * DAY]],
      [0, DAY, "ExitWindowOutOfRange", [DAY, 0, 0]],
      [30 * DAY + 1, DAY, "ExitNoticeOutOfRange", [30 * DAY + 1, DAY, 30 * DAY]],
      // Shorter than its window it could be in hand more than half of the time.
      [2 * DAY - 1, 2 * DAY, "ExitNoticeOutOfRange", [2 * DAY - 1, 2 * DAY, 30 * DAY]],
    ] as const) {
      it(`refuse ${notice} seconds and then ${window}`, async () => {
        const { vault } = await networkHelpers.loadFixture(without);
        await expect(vault.setExitNotice(notice, window))
          .to.be.revertedWithCustomError(vault, error)
          .withArgs(...args);
      });
    }

    it("that change leave a notice that was given before as it was", async () => {
      const room = await networkHelpers.loadFixture(withNotice);
      const { vault, alice } = room;
      await vault.connect(alice).requestExit(SHARES, alice);
      const given = await vault.exitOf(alice);
      await vault.setExitNotice(30 * DAY, DAY);
      expect(await vault.exitOf(alice)).to.deep.equal(given);
      await time.increaseTo(given.readyAt);
      await leave(room, SHARES);
    });

    it("that are dropped free everybody at once", async () => {
      const room = await networkHelpers.loadFixture(withNotice);
      await expect(room.vault.setExitNotice(0, 0)).to.emit(room.vault, "ExitNoticeSet").withArgs(0, 0);
      expect(await room.vault.maxRedeem(room.alice)).to.equal(SHARES);
      await leave(room, SHARES);
    });
  });

  describe("that is on", () => {
    it("binds those who were there before, and says that nothing may leave", async () => {
      const room = await networkHelpers.loadFixture(withNotice);
      expect(await room.vault.maxRedeem(room.alice)).to.equal(0n);
      expect(await room.vault.maxWithdraw(room.alice)).to.equal(0n);
      await expectRefused(room, SHARES, 0n);
      await expect(room.vault.connect(room.alice).withdraw(1n, room.alice, room.alice))
        .to.be.revertedWithCustomError(room.vault, "ExceedsMaturedExit")
        .withArgs(room.alice.address, SHARES_PER_ASSET, 0n);
    });

    it("lets out from its first second to its last, and neither before nor after", async () => {
      const room = await networkHelpers.loadFixture(withNotice);
      const { vault, alice } = room;
      const given = await vault.connect(alice).requestExit(SHARES, alice);
      const at = (await given.getBlock())!.timestamp;
      await expect(given)
        .to.emit(vault, "ExitRequested")
        .withArgs(alice.address, SHARES, at + NOTICE, at + NOTICE + WINDOW);
      await time.setNextBlockTimestamp(at + NOTICE - 1);
      await expectRefused(room, 10n * SHARES_PER_ASSET, 0n);
      await time.setNextBlockTimestamp(at + NOTICE);
      await leave(room, 10n * SHARES_PER_ASSET);
      await time.setNextBlockTimestamp(at + NOTICE + WINDOW - 1);
      await leave(room, 10n * SHARES_PER_ASSET);
      await time.setNextBlockTimestamp(at + NOTICE + WINDOW);
      await expectRefused(room, 10n * SHARES_PER_ASSET, 0n);
    });

    it("is for so many shares and no more, however they leave", async () => {
      const room = await networkHelpers.loadFixture(withNotice);
      const { vault, alice } = room;
      await vault.connect(alice).requestExit(1_000n * SHARES_PER_ASSET, alice);
      await time.increase(NOTICE);
      expect(await vault.maxWithdraw(alice)).to.equal(1_000n);
      expect(await vault.maxRedeem(alice)).to.equal(1_000n * SHARES_PER_ASSET);
      await vault.connect(alice).withdraw(400n, alice, alice);
      await leave(room, 500n * SHARES_PER_ASSET);
      expect(await vault.maxWithdraw(alice)).to.equal(100n);
      await expectRefused(room, 100n * SHARES_PER_ASSET + 1n, 100n * SHARES_PER_ASSET);
      await leave(room, 100n * SHARES_PER_ASSET);
      expect((await vault.exitOf(alice)).quantity).to.equal(0n);
    });

    it("promises no more than the cash at hand", async () => {
      const room = await networkHelpers.loadFixture(matured);
      await room.vault.lend(CASH + STAKE - 700n, room.debtor);
      expect(await room.vault.maxWithdraw(room.alice)).to.equal(700n);
      expect(await room.vault.maxRedeem(room.alice)).to.equal(700n * SHARES_PER_ASSET);
      await leave(room, 700n * SHARES_PER_ASSET);
    });

    it("is given by the owner or whom it authorized, and by nobody else", async () => {
      const { vault, alice, operator } = await networkHelpers.loadFixture(withNotice);
      await expect(vault.connect(operator).requestExit(5n, alice)).to.be.revertedWithCustomError(
        vault,
        "NotAuthorized",
      );
      await vault.connect(alice).setAuthorization(operator, true);
      await vault.connect(operator).requestExit(5n, alice);
      expect((await vault.exitOf(alice)).quantity).to.equal(5n);
    });

    it("is for shares that are there", async () => {
      const { vault, alice } = await networkHelpers.loadFixture(withNotice);
      await expect(vault.connect(alice).requestExit(SHARES + 1n, alice))
        .to.be.revertedWithCustomError(vault, "ExitExceedsBalance")
        .withArgs(alice.address, SHARES + 1n, SHARES);
    });

    it("is replaced by the next, and taken back by one for nothing", async () => {
      const room = await networkHelpers.loadFixture(matured);
      const { vault, alice } = room;
      await vault.connect(alice).requestExit(7n * SHARES_PER_ASSET, alice);
      expect(await vault.maxRedeem(alice)).to.equal(0n);
      await expect(vault.connect(alice).requestExit(0n, alice))
        .to.emit(vault, "ExitRequested")
        .withArgs(alice.address, 0n, 0n, 0n);
      await time.increase(NOTICE);
      await expectRefused(room, 7n * SHARES_PER_ASSET, 0n);
    });

    it("does not hold back what is recovered: claimed or reinvested, it takes none", async () => {
      const room = await networkHelpers.loadFixture(withNotice);
      const { vault, engine, asset, admin, alice } = room;
      await lose(ethers, room, 1_010_000n / 10n);
      await asset.mint(admin, 10_100n);
      await asset.approve(engine, 10_100n);
      await engine.recover(vault, 1n, 10_100n);
      await vault.connect(alice).reinvestRecovery(alice, [1n], alice);
      await vault.connect(room.lender).claimRecovery(room.lender, [1n], room.lender);
      // A hundredth of what is there came back; Alice holds a hundred and first part of it.
      expect(await asset.balanceOf(room.lender)).to.be.closeTo(10_000n, 1n);
      expect(await vault.balanceOf(alice)).to.be.greaterThan(SHARES);
    });

    it("spares nobody a loss meanwhile", async () => {
      const room = await networkHelpers.loadFixture(withNotice);
      const { vault, asset, alice } = room;
      await vault.connect(alice).requestExit(SHARES, alice);
      await lose(ethers, room, 505_000n);
      await time.increase(NOTICE);
      await leave(room, SHARES);
      // Half of all assets were lost.
      expect(await asset.balanceOf(alice)).to.be.closeTo(STAKE / 2n, 1n);
    });
  });

  describe("turned against the others", () => {
    it("cannot be kept in hand: it expires, and the next one has to wait again", async () => {
      const room = await networkHelpers.loadFixture(matured);
      const { vault, alice } = room;
      await time.increase(WINDOW);
      expect(await vault.maxRedeem(alice)).to.equal(0n);
      await expectRefused(room, 1n * SHARES_PER_ASSET, 0n);
      await vault.connect(alice).requestExit(SHARES, alice);
      await time.increase(NOTICE - 10);
      await expectRefused(room, SHARES, 0n);
    });

    it("renewed while it is usable is not usable meanwhile", async () => {
      const room = await networkHelpers.loadFixture(matured);
      await room.vault.connect(room.alice).requestExit(SHARES, room.alice);
      await expectRefused(room, SHARES, 0n);
    });

    it("does not come back with shares that were sent away, even within one transaction", async () => {
      const room = await networkHelpers.loadFixture(matured);
      const { vault, alice, bob } = room;
      await vault.connect(alice).transfer(bob, SHARES);
      await vault.connect(bob).transfer(alice, SHARES);
      await expectRefused(room, SHARES_PER_ASSET, 0n);
      expect((await vault.exitOf(alice)).quantity).to.equal(0n);
    });

    it("shrinks to what is left of the shares, and does not grow again", async () => {
      const room = await networkHelpers.loadFixture(matured);
      const { vault, alice, bob } = room;
      await vault.connect(alice).approve(bob, SHARES);
      await expect(vault.connect(bob).transferFrom(alice, bob, SHARES - 30n * SHARES_PER_ASSET)).to.emit(
        vault,
        "ExitRequested",
      );
      await deposit(room, alice, 500n);
      expect(await vault.maxWithdraw(alice)).to.equal(30n);
      await expectRefused(room, 31n * SHARES_PER_ASSET, 30n * SHARES_PER_ASSET);
    });

    it("does not go along with the shares: a buyer has to give its own", async () => {
      const room = await networkHelpers.loadFixture(matured);
      await room.vault.connect(room.alice).transfer(room.bob, SHARES);
      expect(await room.vault.maxRedeem(room.bob)).to.equal(0n);
      await expectRefused(room, SHARES, 0n, room.bob);
    });

    it("does not cover shares that came after it", async () => {
      const room = await networkHelpers.loadFixture(matured);
      await deposit(room, room.alice, 500n);
      await expectRefused(room, SHARES + 1n, SHARES);
      await leave(room, SHARES);
      await expectRefused(room, SHARES_PER_ASSET, 0n);
    });

    it("of a fresh account with borrowed shares does not exist", async () => {
      const room = await networkHelpers.loadFixture(matured);
      const { vault, alice, lender } = room;
      await leave(room, SHARES);
      await vault.connect(lender).transfer(alice, SHARES);
      await expectRefused(room, SHARES_PER_ASSET, 0n);
    });

    it("cannot be gone round by an allowance", async () => {
      const { vault, alice, bob } = await networkHelpers.loadFixture(withNotice);
      await vault.connect(alice).approve(bob, SHARES);
      await expect(vault.connect(bob).redeem(SHARES, bob, alice))
        .to.be.revertedWithCustomError(vault, "ExceedsMaturedExit")
        .withArgs(alice.address, SHARES, 0n);
    });

    it("does not survive a time without notice, in which nothing capped it", async () => {
      const room = await networkHelpers.loadFixture(matured);
      const { vault, alice, bob } = room;
      await vault.setExitNotice(0, 0);
      expect((await vault.exitOf(alice)).quantity).to.equal(0n);
      await vault.connect(alice).transfer(bob, SHARES);
      await vault.connect(bob).transfer(alice, SHARES);
      await vault.setExitNotice(NOTICE, WINDOW);
      expect((await vault.exitOf(alice)).quantity).to.equal(0n);
      await expectRefused(room, SHARES, 0n);
    });

    it("is not used up or moved by a transfer to oneself", async () => {
      const room = await networkHelpers.loadFixture(matured);
      await room.vault.connect(room.alice).transfer(room.alice, SHARES);
      await leave(room, SHARES);
    });

    it("cannot be spent twice by leaving twice in one transaction", async () => {
      const room = await networkHelpers.loadFixture(withNotice);
      const { vault, asset, lender, alice } = room;
      const many = await ethers.deployContract("SameTransaction");
      await vault.connect(lender).transfer(many, 100n * SHARES_PER_ASSET);
      const call = (name: "requestExit" | "redeem", args: never) =>
        vault.interface.encodeFunctionData(name as "redeem", args);
      const request = call("requestExit", [60n * SHARES_PER_ASSET, await many.getAddress()] as never);
      await many.run([await vault.getAddress()], [request]);
      await time.increase(NOTICE);
      const out = call("redeem", [40n * SHARES_PER_ASSET, alice.address, await many.getAddress()] as never);
      const target = await vault.getAddress();
      await expect(many.run([target, target], [out, out]))
        .to.be.revertedWithCustomError(vault, "ExceedsMaturedExit")
        .withArgs(await many.getAddress(), 40n * SHARES_PER_ASSET, 20n * SHARES_PER_ASSET);
      await many.run([target], [out]);
      expect(await asset.balanceOf(alice)).to.equal(40n);
    });
  });
});
