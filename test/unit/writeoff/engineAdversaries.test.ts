import { expect } from "chai";
import { network } from "hardhat";

import {
  addDilution,
  addHostile,
  addInsurance,
  Behavior,
  deployWaterfall,
  DEPOSITED,
  expectedFigures,
  figures,
  fillReserves,
  Kind,
  layer,
  LENT,
  lose,
  quote,
  report,
  setStack,
  type WaterfallRoom,
} from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

const RESERVES = 100n;
const INSURANCE = 200n;
const DILUTION = 300n;
const LOSS = 1_000n;

/** The loss, if the hostile tranche pays `paid` of it: it stands first and counts as insurance. */
const expected = (paid: bigint) =>
  expectedFigures(LOSS, { reserves: RESERVES, insurance: [paid, INSURANCE], dilution: DILUTION });

describe("WriteOffEngine against hostile tranches", () => {
  async function hostileStack() {
    const room = await deployWaterfall(ethers);
    const hostile = await addHostile(ethers, room, 10_000n);
    const insurance = await addInsurance(ethers, room, INSURANCE);
    const dilution = await addDilution(ethers, room, DILUTION);
    const vault = await room.vault.getAddress();
    await room.engine.setStack(vault, [
      await layer(hostile, Kind.Insurance, 3_000_000n),
      await layer(insurance, Kind.Insurance),
      await layer(dilution, Kind.Dilution),
    ]);
    await fillReserves(ethers, room, RESERVES);
    const [, , debtor] = await ethers.getSigners();
    return { ...room, hostile, insurance, dilution, vaultAddress: vault, debtor: debtor!.address };
  }

  /** The loss is booked as if the hostile tranche had paid `paid`; the layers behind it paid as ever. */
  async function expectBooked(room: WaterfallRoom, paid: bigint, surplus = 0n) {
    expect(await figures(room)).to.deep.equal(expected(paid));
    const { socialized, insurance, dilutionCash } = await figures(room);
    const cash = DEPOSITED - LENT + RESERVES + insurance + dilutionCash;
    expect(await room.vault.cash()).to.equal(cash);
    expect(await room.asset.balanceOf(room.vault)).to.equal(cash + surplus);
    expect(await room.vault.totalAssets()).to.equal(DEPOSITED - socialized);
  }

  const failures = {
    Revert: "reverts",
    RevertBomb: "reverts with a megabyte",
    BurnAllGas: "runs out of gas",
  } as const;
  for (const [behavior, words] of Object.entries(failures) as [keyof typeof failures, string][]) {
    it(`WO4: a tranche that ${words} is reported, and the loss moves on`, async () => {
      const room = await networkHelpers.loadFixture(hostileStack);
      await room.hostile.behave(Behavior[behavior], Behavior[behavior], Behavior.Pay);
      await expect(lose(ethers, room, LOSS))
        .to.emit(room.engine, "TrancheFailed")
        .withArgs(room.vaultAddress, 1n, await room.hostile.getAddress());
      await expectBooked(room, 0n);
    });
  }

  it("WO4: a tranche that returns a megabyte is not read, at nobody's expense but its own", async () => {
    const room = await networkHelpers.loadFixture(hostileStack);
    await room.hostile.behave(Behavior.Revert, Behavior.Pay, Behavior.Pay);
    const quiet = await room.vault.lose.estimateGas(room.debtor, 0, 0, LOSS, LOSS);
    await room.hostile.behave(Behavior.ReturnBomb, Behavior.Pay, Behavior.Pay);
    const receipt = await (await lose(ethers, room, LOSS)).wait();
    // A megabyte of memory costs its owner 2.2M gas; the caller would pay as much again to copy it.
    expect(receipt!.gasUsed - quiet).to.be.lessThan(2_300_000n);
    await expectBooked(room, 0n);
  });

  it("WO4: a tranche that returns nothing and pays nothing is passed over", async () => {
    const room = await networkHelpers.loadFixture(hostileStack);
    const silent = await ethers.deployContract("SilentContract");
    await setStack(room, [silent, room.insurance], room.dilution);
    await expect(lose(ethers, room, LOSS)).not.to.emit(room.engine, "TrancheFailed");
    await expectBooked(room, 0n);
  });

  it("WO4: a tranche without code any more is reported, and the loss moves on", async () => {
    const room = await networkHelpers.loadFixture(hostileStack);
    await networkHelpers.setCode(await room.hostile.getAddress(), "0x");
    await expect(lose(ethers, room, LOSS))
      .to.emit(room.engine, "TrancheFailed")
      .withArgs(room.vaultAddress, 1n, await room.hostile.getAddress());
    await expectBooked(room, 0n);
  });

  const lies: [keyof typeof Behavior, string, bigint, bigint][] = [
    ["PayNothing", "reports success and pays nothing counts as zero", 0n, 0n],
    ["PayHalf", "pays half counts as half", 450n, 0n],
    ["PayTwice", "pays twice counts as the shortfall, and the surplus is nobody's", 900n, 900n],
  ];
  for (const [behavior, words, paid, surplus] of lies) {
    it(`WO4: a tranche that ${words}`, async () => {
      const room = await networkHelpers.loadFixture(hostileStack);
      await room.hostile.behave(Behavior[behavior], Behavior.Pay, Behavior.Pay);
      await expect(lose(ethers, room, LOSS)).not.to.emit(room.engine, "TrancheFailed");
      await expectBooked(room, paid, surplus);
    });
  }

  it("WO4: a tranche that keeps tokens from moving changes who pays, not whether it ends", async () => {
    const room = await networkHelpers.loadFixture(hostileStack);
    // An honest tranche that wants to pay and cannot: its token balance has gone.
    await room.hostile.behave(Behavior.Pay, Behavior.Pay, Behavior.Pay);
    await room.asset.burn(room.hostile, 10_000n);
    await expect(lose(ethers, room, LOSS)).to.emit(room.engine, "TrancheFailed");
    await expectBooked(room, 0n);
  });

  it("WO4: a stack of nothing but failing tranches still writes off", async () => {
    const room = await networkHelpers.loadFixture(hostileStack);
    const stack = [];
    for (let i = 0; i < 4; i++) {
      const hostile = await addHostile(ethers, room, LOSS);
      await hostile.behave(Behavior.BurnAllGas, Behavior.BurnAllGas, Behavior.Revert);
      stack.push(await layer(hostile, Kind.Insurance, 3_000_000n));
    }
    await room.engine.setStack(room.vaultAddress, stack);
    const receipt = await (await lose(ethers, room, LOSS)).wait();
    expect(
      receipt!.logs.filter((log) => log.topics[0] === ethers.id("TrancheFailed(address,uint256,address)")),
    ).to.have.length(4);
    // Four full stipends and the bookkeeping fit into one transaction of 2^24 gas.
    expect(receipt!.gasUsed).to.be.within(12_000_000n, 13_000_000n);
    expect((await figures(room)).socialized).to.equal(LOSS - RESERVES);
  });

  describe("quotes", () => {
    const answers: [keyof typeof Behavior, string, bigint][] = [
      ["Revert", "reverts", 0n],
      ["RevertBomb", "reverts with a megabyte", 0n],
      ["BurnAllGas", "runs out of gas", 0n],
      ["PayNothing", "says nothing is to be had", 0n],
      ["PayHalf", "says half", 450n],
      ["PayTwice", "says twice what was asked for", 900n],
    ];
    for (const [behavior, words, paid] of answers) {
      it(`WO3, WO4: count ${paid} for a tranche whose quote ${words}`, async () => {
        const room = await networkHelpers.loadFixture(hostileStack);
        await room.hostile.behave(Behavior.Pay, Behavior[behavior], Behavior.Pay);
        expect(await quote(room, LOSS)).to.deep.equal(expected(paid));
      });
    }

    it("WO4: read no more than one word of a megabyte", async () => {
      const room = await networkHelpers.loadFixture(hostileStack);
      await room.hostile.behave(Behavior.Pay, Behavior.ReturnBomb, Behavior.Pay);
      // The bomb begins with a zero word.
      const quoted = await room.engine.preview(room.vault, await report(room.vault, LOSS), {
        gasLimit: 3_500_000n,
      });
      expect(quoted.insurance).to.equal(INSURANCE);
    });

    it("WO4: count nothing for a tranche that answers nothing or has no code", async () => {
      const room = await networkHelpers.loadFixture(hostileStack);
      await networkHelpers.setCode(await room.hostile.getAddress(), "0x");
      const silent = await ethers.deployContract("SilentContract");
      await setStack(room, [silent], room.dilution);
      expect((await quote(room, LOSS)).insurance).to.equal(0n);
      await room.engine.setStack(room.vaultAddress, [await layer(silent, Kind.Insurance)]);
      await networkHelpers.setCode(await silent.getAddress(), "0x");
      expect((await quote(room, LOSS)).socialized).to.equal(LOSS - RESERVES);
    });
  });
});
