import { expect } from "chai";
import { network } from "hardhat";

import {
  deposit,
  deployWaterfall,
  DEPOSITED,
  fillReserves,
  give,
  LENT,
  lose,
  setStack,
} from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

const CASH = DEPOSITED - LENT;
const RESERVES = 1_003n;
const TARGET = 300n;
/** 37.5 % */
const SHARE_BPS = 3_750n;
/** Of 703: floor(263.625) and the rest. */
const UNDERWRITERS = 263n;
const FUND = 440n;

/** `HostilePremiumTaker.Behavior` */
const Behavior = { TakeAll: 0, TakeHalf: 1, TakeNothing: 2, Refuse: 3, BurnAllGas: 4, Bomb: 5 } as const;

describe("WriteOffVault premium share", () => {
  /** Reserves of 1,003, a target of 300, and two recipients that do as they are told. */
  async function shared() {
    const room = await deployWaterfall(ethers);
    const [admin, lender, debtor, , stranger] = await ethers.getSigners();
    await fillReserves(ethers, room, RESERVES);
    const fund = await ethers.deployContract("HostilePremiumTaker", [room.asset]);
    const book = await ethers.deployContract("HostilePremiumTaker", [room.asset]);
    await room.vault.setReservePolicy(TARGET, fund);
    await room.vault.setPremiumShare(book, SHARE_BPS);
    return { ...room, fund, book, admin: admin!, lender: lender!, debtor: debtor!, stranger: stranger! };
  }

  type Room = Awaited<ReturnType<typeof shared>>;

  const received = async ({ asset, fund, book }: Room) => [await asset.balanceOf(fund), await asset.balanceOf(book)];

  /** LV1: what the books say is what is there, and nobody has an allowance left. */
  async function expectBooks(room: Room, swept: bigint) {
    const { vault, asset, fund, book } = room;
    expect(await vault.reserves()).to.equal(RESERVES - swept);
    expect(await vault.cash()).to.equal(CASH + RESERVES - swept);
    expect(await asset.balanceOf(vault)).to.equal(CASH + RESERVES - swept);
    expect(await vault.totalAssets()).to.equal(DEPOSITED);
    expect(await asset.allowance(vault, fund)).to.equal(0n);
    expect(await asset.allowance(vault, book)).to.equal(0n);
  }

  describe("of a sweep", () => {
    it("is the underwriters', rounded down, and the rest the fund's", async () => {
      const room = await networkHelpers.loadFixture(shared);
      const { vault, fund, book, stranger } = room;
      const sweep = vault.connect(stranger).sweepReserves();
      await expect(sweep)
        .to.emit(vault, "ReservesSwept")
        .withArgs(await fund.getAddress(), FUND);
      await expect(sweep)
        .to.emit(vault, "ReservesSwept")
        .withArgs(await book.getAddress(), UNDERWRITERS);
      await expect(sweep).not.to.emit(vault, "PremiumRefused");
      expect(await received(room)).to.deep.equal([FUND, UNDERWRITERS]);
      await expectBooks(room, FUND + UNDERWRITERS);
    });

    it("says how much was swept in all", async () => {
      const { vault } = await networkHelpers.loadFixture(shared);
      expect(await vault.sweepReserves.staticCall()).to.equal(FUND + UNDERWRITERS);
    });

    it("may be all of it", async () => {
      const room = await networkHelpers.loadFixture(shared);
      await room.vault.setPremiumShare(room.book, 10_000n);
      await room.vault.sweepReserves();
      expect(await received(room)).to.deep.equal([0n, FUND + UNDERWRITERS]);
    });

    it("is nothing where none is set", async () => {
      const room = await networkHelpers.loadFixture(shared);
      await expect(room.vault.setPremiumShare(ethers.ZeroAddress, 0n))
        .to.emit(room.vault, "PremiumShareSet")
        .withArgs(ethers.ZeroAddress, 0n);
      await room.vault.sweepReserves();
      expect(await received(room)).to.deep.equal([FUND + UNDERWRITERS, 0n]);
    });
  });

  describe("rules", () => {
    it("are kept and reported", async () => {
      const { vault, book } = await networkHelpers.loadFixture(shared);
      expect([...(await vault.premiumShare())]).to.deep.equal([await book.getAddress(), SHARE_BPS]);
    });

    it("want a recipient for a share, a share for a recipient, and no more than there is", async () => {
      const { vault, book } = await networkHelpers.loadFixture(shared);
      const address = await book.getAddress();
      for (const [to, bps] of [
        [ethers.ZeroAddress, 1n],
        [address, 0n],
        [address, 10_001n],
      ] as const) {
        await expect(vault.setPremiumShare(to, bps))
          .to.be.revertedWithCustomError(vault, "PremiumShareOutOfRange")
          .withArgs(to, bps, 10_000n);
      }
    });
  });

  describe("that is refused", () => {
    for (const [name, behavior, taken] of [
      ["reverts", Behavior.Refuse, 0n],
      ["takes nothing and says nothing", Behavior.TakeNothing, 0n],
      ["burns all gas it gets", Behavior.BurnAllGas, 0n],
      ["returns a bomb", Behavior.Bomb, 0n],
      ["takes half", Behavior.TakeHalf, UNDERWRITERS / 2n],
    ] as const) {
      it(`stays in the reserves as the underwriters', and the fund is paid (a book that ${name})`, async () => {
        const room = await networkHelpers.loadFixture(shared);
        const { vault, book } = room;
        await book.behave(behavior);
        await expect(vault.sweepReserves())
          .to.emit(vault, "PremiumRefused")
          .withArgs(await book.getAddress(), UNDERWRITERS - taken);
        expect(await received(room)).to.deep.equal([FUND, taken]);
        expect([...(await vault.refusedPremiums())]).to.deep.equal([0n, UNDERWRITERS - taken]);
        await expectBooks(room, FUND + taken);
        // It thinks better of it.
        await book.behave(Behavior.TakeAll);
        await vault.sweepReserves();
        expect(await received(room)).to.deep.equal([FUND, UNDERWRITERS]);
        expect([...(await vault.refusedPremiums())]).to.deep.equal([0n, 0n]);
        await expectBooks(room, FUND + UNDERWRITERS);
      });
    }

    it("by the fund stays the fund's: sweeping again hands none of it to the underwriters", async () => {
      const room = await networkHelpers.loadFixture(shared);
      const { vault, fund } = room;
      await fund.behave(Behavior.Refuse);
      await vault.sweepReserves();
      expect(await received(room)).to.deep.equal([0n, UNDERWRITERS]);
      expect([...(await vault.refusedPremiums())]).to.deep.equal([FUND, 0n]);
      await expect(vault.sweepReserves()).to.be.revertedWithCustomError(vault, "SweepRefused").withArgs(FUND);
      // 80 more: 30 and 50.
      await fillReserves(ethers, room, 80n);
      await vault.sweepReserves();
      expect(await received(room)).to.deep.equal([0n, UNDERWRITERS + 30n]);
      await fund.behave(Behavior.TakeAll);
      await vault.sweepReserves();
      expect(await received(room)).to.deep.equal([FUND + 50n, UNDERWRITERS + 30n]);
    });

    it("by both changes nothing, and says how much was offered", async () => {
      const room = await networkHelpers.loadFixture(shared);
      const { vault, fund, book } = room;
      await fund.behave(Behavior.Refuse);
      await book.behave(Behavior.TakeNothing);
      await expect(vault.sweepReserves())
        .to.be.revertedWithCustomError(vault, "SweepRefused")
        .withArgs(FUND + UNDERWRITERS);
      expect([...(await vault.refusedPremiums())]).to.deep.equal([0n, 0n]);
      await expectBooks(room, 0n);
    });

    it("pays for a loss like all reserves, and what is left is shared as it was owed", async () => {
      const room = await networkHelpers.loadFixture(shared);
      const { vault, book, fund } = room;
      await book.behave(Behavior.Refuse);
      await vault.sweepReserves(); // reserves: 300 + 263 that are the underwriters'
      await lose(ethers, room, 463n); // leaves 100, less than the target
      expect(await vault.reserves()).to.equal(100n);
      await book.behave(Behavior.TakeAll);
      await expect(vault.sweepReserves()).to.be.revertedWithCustomError(vault, "NothingToSweep");
      // 360 above the target: 263 of them are owed from before, of 97 more floor(36.375) are the underwriters'.
      await fillReserves(ethers, room, 560n);
      await vault.sweepReserves();
      expect(await received(room)).to.deep.equal([FUND + 97n - 36n, UNDERWRITERS + 36n]);
      expect(await room.asset.balanceOf(fund)).to.equal(501n);
    });

    it("is less when a loss has left less than was refused, each in proportion", async () => {
      const room = await networkHelpers.loadFixture(shared);
      const { vault, book, fund } = room;
      await fund.behave(Behavior.Refuse);
      await vault.sweepReserves(); // 440 are the fund's
      await book.behave(Behavior.Refuse);
      await fund.behave(Behavior.TakeHalf);
      await fillReserves(ethers, room, 160n); // 60 the underwriters', 100 the fund's, which takes half of 540
      await vault.sweepReserves();
      expect([...(await vault.refusedPremiums())]).to.deep.equal([270n, 60n]);
      await lose(ethers, room, 300n); // 330 of 630 are left: 30 above the target
      await fund.behave(Behavior.TakeAll);
      await book.behave(Behavior.TakeAll);
      // floor(30 x 60 / 330) = 5
      await vault.sweepReserves();
      expect(await received(room)).to.deep.equal([270n + 25n, UNDERWRITERS + 5n]);
      expect([...(await vault.refusedPremiums())]).to.deep.equal([0n, 0n]);
    });

    it("is still owed when there was no cash for it", async () => {
      const room = await networkHelpers.loadFixture(shared);
      const { vault, book, fund, debtor, asset } = room;
      await fund.behave(Behavior.Refuse);
      await vault.sweepReserves(); // 440 are the fund's
      await fund.behave(Behavior.TakeAll);
      await vault.lend(CASH + RESERVES - UNDERWRITERS - 40n, debtor);
      await vault.sweepReserves(); // all cash, 40, is the fund's
      expect(await received(room)).to.deep.equal([40n, UNDERWRITERS]);
      expect([...(await vault.refusedPremiums())]).to.deep.equal([400n, 0n]);
      await give(asset, debtor, vault, 1_000n);
      await vault.connect(debtor).payBack(1_000n);
      await vault.sweepReserves();
      expect(await received(room)).to.deep.equal([FUND, UNDERWRITERS]);
      expect(await asset.balanceOf(book)).to.equal(UNDERWRITERS);
    });

    it("goes to the fund when underwriters lose their share, and stays the fund's when it has a new address", async () => {
      const room = await networkHelpers.loadFixture(shared);
      const { vault, book, fund, asset } = room;
      await book.behave(Behavior.Refuse);
      await vault.sweepReserves();
      await vault.setPremiumShare(ethers.ZeroAddress, 0n);
      expect([...(await vault.refusedPremiums())]).to.deep.equal([0n, 0n]);
      await fund.behave(Behavior.Refuse);
      await expect(vault.sweepReserves()).to.be.revertedWithCustomError(vault, "SweepRefused").withArgs(UNDERWRITERS);
      const next = await ethers.deployContract("HostilePremiumTaker", [asset]);
      await vault.setReservePolicy(TARGET, next);
      await vault.sweepReserves();
      expect(await asset.balanceOf(next)).to.equal(UNDERWRITERS);
    });
  });

  describe("turned against the vault", () => {
    it("LV1: what was not taken at once cannot be taken later", async () => {
      const room = await networkHelpers.loadFixture(shared);
      await room.book.behave(Behavior.TakeHalf);
      await room.vault.sweepReserves();
      await expect(room.book.takeLater(room.vault, 1n)).to.be.revertedWithCustomError(
        room.asset,
        "ERC20InsufficientAllowance",
      );
    });

    it("LV1: money that a recipient sends back as somebody's recovery pays for nothing of what it took", async () => {
      const room = await networkHelpers.loadFixture(shared);
      const { vault, engine, asset, book } = room;
      await lose(ethers, room, RESERVES + 5_000n);
      await fillReserves(ethers, room, RESERVES);
      await book.approve(engine);
      await book.reactWith(
        engine,
        engine.interface.encodeFunctionData("recover", [await vault.getAddress(), 1n, 263n]),
      );
      await vault.sweepReserves();
      expect(await book.reactionSucceeded()).to.equal(true);
      // It took 263 and paid 263 back to the lenders who had been charged: both are in the books.
      expect(await asset.balanceOf(book)).to.equal(0n);
      expect(await vault.claimsOwed()).to.equal(263n);
      expect(await vault.reserves()).to.equal(TARGET);
      expect(await asset.balanceOf(vault)).to.equal((await vault.cash()) + 263n);
    });

    it("cannot sweep again, leave or enter from inside", async () => {
      for (const name of ["sweepReserves", "redeem", "deposit"] as const) {
        const room = await networkHelpers.loadFixture(shared);
        const { vault, book } = room;
        const address = await book.getAddress();
        const args = { sweepReserves: [], redeem: [1n, address, address], deposit: [1n, address] }[name];
        await book.reactWith(vault, vault.interface.encodeFunctionData(name as "deposit", args as never));
        await vault.sweepReserves();
        expect(await book.reactionSucceeded(), name).to.equal(false);
        expect(await book.reactionAnswer()).to.equal(ethers.id("ReentrancyGuardReentrantCall()").slice(0, 10));
        expect(await received(room)).to.deep.equal([FUND, UNDERWRITERS]);
      }
    });

    it("WO5: sees the same share price in the middle of a sweep as before and after", async () => {
      const room = await networkHelpers.loadFixture(shared);
      const { vault, book } = room;
      await book.reactWith(vault, vault.interface.encodeFunctionData("totalAssets"));
      await vault.sweepReserves();
      expect(await book.reactionAnswer()).to.equal(ethers.toBeHex(DEPOSITED, 32));
    });

    it("cannot be had by starving the other recipient: too little gas stops the whole sweep", async () => {
      const room = await networkHelpers.loadFixture(shared);
      const { vault, fund } = room;
      const needed = await vault.sweepReserves.estimateGas();
      let refused = 0;
      for (let gasLimit = 60_000n; gasLimit <= needed + 600_000n; gasLimit += 20_000n) {
        await networkHelpers.takeSnapshot().then(async (snapshot) => {
          const done = await vault.sweepReserves({ gasLimit }).then(
            async (sent) => (await sent.wait())!.status === 1,
            () => false,
          );
          if (done) expect(await received(room), `${gasLimit} gas`).to.deep.equal([FUND, UNDERWRITERS]);
          else refused += 1;
          await snapshot.restore();
        });
      }
      expect(refused).to.be.greaterThan(10);
      expect(await room.asset.balanceOf(fund)).to.equal(0n);
    });
  });

  it("IN1: a fund that has been wiped out does not keep the underwriters from theirs", async () => {
    const room = await networkHelpers.loadFixture(shared);
    const { vault, asset, manager, book, admin, debtor, stranger } = room;
    await deposit(room, stranger, 3_000_000n);
    await vault.lend(3_000_000n, debtor);
    const terms = { cooldown: 86_400n, withdrawalWindow: 86_400n, hourCap: 10n ** 9n, monthCap: 10n ** 9n };
    const fund = await ethers.deployContract("InsuranceFund", [vault, "Fund", "FUND", manager, terms]);
    await give(asset, admin, fund, 2_000_000n);
    await fund.deposit(2_000_000n, admin);
    await setStack(room, [fund]);
    await lose(ethers, room, 2_000_000n + RESERVES);
    expect(await fund.isWipedOut()).to.equal(true);
    await vault.setReservePolicy(TARGET, fund);
    await fillReserves(ethers, room, RESERVES);
    await vault.sweepReserves();
    expect(await asset.balanceOf(book)).to.equal(UNDERWRITERS);
    expect([...(await vault.refusedPremiums())]).to.deep.equal([FUND, 0n]);
  });
});
