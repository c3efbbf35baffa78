import { expect } from "chai";
import { network } from "hardhat";

import {
  addHostile,
  addInsurance,
  Behavior,
  deployWaterfall,
  fillReserves,
  give,
  Kind,
  layer,
  lose,
} from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

/** The hostile tranche stands between the lenders and everybody above. */
const RESERVES = 100n;
const INSURANCE = 200n;
const HOSTILE = 300n;
const LENDERS = 300n;
const LOSS = RESERVES + INSURANCE + HOSTILE + LENDERS;

describe("WriteOffEngine recoveries that a tranche does not take", () => {
  async function hostileLayer() {
    const room = await deployWaterfall(ethers);
    const insurance = await addInsurance(ethers, room, INSURANCE);
    const hostile = await addHostile(ethers, room, 10_000n);
    await room.engine.setStack(room.vault, [
      await layer(insurance, Kind.Insurance),
      await layer(hostile, Kind.Insurance, 3_000_000n),
    ]);
    await fillReserves(ethers, room, RESERVES);
    // Of the 600 that insurance leaves, the hostile tranche pays half.
    await hostile.behave(Behavior.PayHalf, Behavior.Pay, Behavior.Pay);
    await lose(ethers, room, LOSS);
    const [, , , payer] = await ethers.getSigners();
    await give(room.asset, payer!, await room.engine.getAddress(), LOSS);
    const recover = (assets: bigint) => room.engine.connect(payer).recover(room.vault, 1n, assets);
    const onRecover = (behavior: bigint) => hostile.behave(Behavior.PayHalf, Behavior.Pay, behavior);
    const refused = () => room.engine.refusedRecovery(room.vault, 1n, hostile);
    const vaultAddress = await room.vault.getAddress();
    const address = await hostile.getAddress();
    return { ...room, insurance, hostile, payer: payer!, recover, onRecover, refused, vaultAddress, address };
  }

  type Room = Awaited<ReturnType<typeof hostileLayer>>;

  /** Everybody but the hostile tranche has got all of theirs; the engine keeps `kept` for it and nothing else. */
  async function expectOthersPaid(room: Room, kept: bigint) {
    expect(await room.vault.recoveredOf(1n)).to.equal(LENDERS);
    expect(await room.asset.balanceOf(room.insurance)).to.equal(INSURANCE);
    expect(await room.vault.reserves()).to.equal(RESERVES);
    expect(await room.engine.outstanding(room.vault, 1n)).to.equal(0n);
    expect(await room.refused()).to.equal(kept);
    expect(await room.asset.balanceOf(room.engine)).to.equal(kept);
    expect(await room.asset.allowance(room.engine, room.hostile)).to.equal(0n);
  }

  const refusals: [keyof typeof Behavior, string, bigint][] = [
    ["Revert", "reverts", 300n],
    ["RevertBomb", "reverts with a megabyte", 300n],
    ["BurnAllGas", "runs out of gas", 300n],
    ["ReturnBomb", "returns a megabyte and takes nothing", 300n],
    ["PayNothing", "takes nothing and says so to nobody", 300n],
    ["PayTwice", "tries to take twice as much", 300n],
    ["PayHalf", "takes half", 150n],
  ];
  for (const [behavior, words, kept] of refusals) {
    it(`LI1: a tranche that ${words} keeps nobody else from theirs`, async () => {
      const room = await networkHelpers.loadFixture(hostileLayer);
      await room.onRecover(Behavior[behavior]);
      await expect(room.recover(LOSS))
        .to.emit(room.engine, "RecoveryRefused")
        .withArgs(room.vaultAddress, 1n, room.address, kept);
      await expectOthersPaid(room, kept);
    });
  }

  it("LI1: a tranche without code any more keeps nobody else from theirs", async () => {
    const room = await networkHelpers.loadFixture(hostileLayer);
    await networkHelpers.setCode(room.address, "0x");
    await room.recover(LOSS);
    await expectOthersPaid(room, 300n);
  });

  it("LI1: a tranche that pays the engine instead of taking keeps nobody else from theirs", async () => {
    const room = await networkHelpers.loadFixture(hostileLayer);
    await room.onRecover(Behavior.PayNothing);
    const payment = room.asset.interface.encodeFunctionData("transfer", [room.engine.target, 5n]);
    await room.hostile.reactWith(room.asset, payment);
    await room.recover(LOSS);
    expect(await room.hostile.reactionSucceeded()).to.equal(true);
    expect(await room.refused()).to.equal(300n);
    expect(await room.vault.reserves()).to.equal(RESERVES);
  });

  it("WO4: a tranche that re-enters while it is paid back gets nowhere", async () => {
    const room = await networkHelpers.loadFixture(hostileLayer);
    const { interface: calls } = room.engine;
    for (const data of [
      calls.encodeFunctionData("recover", [room.vaultAddress, 1n, 1n]),
      calls.encodeFunctionData("retryRecovery", [room.vaultAddress, 1n, room.address]),
    ]) {
      await room.hostile.reactWith(room.engine, data);
      await room.recover(LENDERS + 1n);
      expect(await room.hostile.reactionSucceeded()).to.equal(false);
      expect(await room.hostile.reactionError()).to.equal(ethers.id("ReentrancyGuardReentrantCall()").slice(0, 10));
    }
  });

  it("adds up what was refused in several parts", async () => {
    const room = await networkHelpers.loadFixture(hostileLayer);
    await room.onRecover(Behavior.Revert);
    await room.recover(LENDERS + 120n);
    await room.recover(70n);
    expect(await room.refused()).to.equal(190n);
    await room.recover(LOSS);
    await expectOthersPaid(room, 300n);
  });

  describe("later", () => {
    async function refusedBefore() {
      const room = await hostileLayer();
      await room.onRecover(Behavior.Revert);
      await room.recover(LOSS);
      const retry = () => room.engine.retryRecovery(room.vault, 1n, room.hostile);
      const before = await room.asset.balanceOf(room.hostile);
      return { ...room, retry, before };
    }

    it("LI1: it can have what it refused, once and when it takes it", async () => {
      const room = await networkHelpers.loadFixture(refusedBefore);
      await room.onRecover(Behavior.Pay);
      await expect(room.retry())
        .to.emit(room.engine, "RecoveryDelivered")
        .withArgs(room.vaultAddress, 1n, room.address, 300n);
      expect(await room.asset.balanceOf(room.hostile)).to.equal(room.before + 300n);
      await expectOthersPaid(room, 0n);
      await expect(room.retry())
        .to.be.revertedWithCustomError(room.engine, "NothingOutstanding")
        .withArgs(room.vaultAddress, 1n);
    });

    it("can have it in parts", async () => {
      const room = await networkHelpers.loadFixture(refusedBefore);
      await room.onRecover(Behavior.PayHalf);
      await expect(room.retry())
        .to.emit(room.engine, "RecoveryDelivered")
        .withArgs(room.vaultAddress, 1n, room.address, 150n);
      await expectOthersPaid(room, 150n);
      expect(await room.asset.balanceOf(room.hostile)).to.equal(room.before + 150n);
    });

    for (const behavior of ["Revert", "PayNothing", "BurnAllGas", "PayTwice"] as const) {
      it(`says that it still refuses (${behavior}), and keeps the money for it`, async () => {
        const room = await networkHelpers.loadFixture(refusedBefore);
        await room.onRecover(Behavior[behavior]);
        await expect(room.retry())
          .to.be.revertedWithCustomError(room.engine, "StillRefused")
          .withArgs(room.vaultAddress, 1n, room.address, 300n);
        expect(await room.refused()).to.equal(300n);
      });
    }

    it("LV1: no other tranche can have it", async () => {
      const room = await networkHelpers.loadFixture(refusedBefore);
      await expect(room.engine.retryRecovery(room.vault, 1n, room.insurance)).to.be.revertedWithCustomError(
        room.engine,
        "NothingOutstanding",
      );
      await lose(ethers, room, 500n);
      // The next write-off's money comes and goes beside it.
      await room.onRecover(Behavior.Pay);
      await give(room.asset, room.payer, room.engine, 1_000n);
      await room.engine.connect(room.payer).recover(room.vault, 2n, 1_000n);
      expect(await room.asset.balanceOf(room.engine)).to.equal(300n);
      expect(await room.refused()).to.equal(300n);
    });
  });

  it("LV1: a token that takes more than it moves is refused, and eats nothing of what is kept", async () => {
    const token = await ethers.deployContract("SurchargeToken");
    const room = await deployWaterfall(ethers, { token });
    const refusing = await addHostile(ethers, room, 300n);
    const taking = await addInsurance(ethers, room, 200n);
    await room.engine.setStack(room.vault, [
      await layer(taking, Kind.Insurance),
      await layer(refusing, Kind.Insurance),
    ]);
    await refusing.behave(Behavior.PayHalf, Behavior.Pay, Behavior.Revert);
    // 200 of the first 400 are paid for by one tranche and 100 by the other.
    await lose(ethers, room, 400n);
    const [payer] = await ethers.getSigners();
    await give(room.asset, payer!, room.engine, 1_000n);
    await room.engine.recover(room.vault, 1n, 200n);
    expect(await room.engine.refusedRecovery(room.vault, 1n, refusing)).to.equal(100n);
    await token.setSurcharge(3n);
    await expect(room.engine.recover(room.vault, 1n, 150n))
      .to.be.revertedWithCustomError(room.engine, "InexactTransfer")
      .withArgs(await token.getAddress(), 150n, 153n);
    expect(await room.asset.balanceOf(room.engine)).to.equal(100n);
  });
});
