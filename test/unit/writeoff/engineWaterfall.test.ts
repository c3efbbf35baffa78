import { expect } from "chai";
import { network } from "hardhat";

import {
  addDilution,
  addInsurance,
  Cause,
  deployWaterfall,
  DEPOSITED,
  expectedFigures,
  type Figures,
  figures,
  fillReserves,
  LENT,
  lose,
  quote,
  setStack,
  type WaterfallRoom,
} from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

/** Reserves, two insurances and one dilution hold this much; the rest of a loss is the lenders'. */
const RESERVES = 100n;
const FIRST = 200n;
const SECOND = 300n;
const DILUTION = 400n;

/** What each layer pays of a loss in the full stack. */
const expected = (badDebt: bigint, insurable = badDebt) =>
  expectedFigures(badDebt, { reserves: RESERVES, insurance: [FIRST, SECOND], dilution: DILUTION }, insurable);

describe("WriteOffEngine waterfall", () => {
  async function fullStack() {
    const room = await deployWaterfall(ethers);
    const first = await addInsurance(ethers, room, FIRST);
    const second = await addInsurance(ethers, room, SECOND);
    const dilution = await addDilution(ethers, room, DILUTION);
    await setStack(room, [first, second], dilution);
    await fillReserves(ethers, room, RESERVES);
    const [, , debtor] = await ethers.getSigners();
    return { ...room, first, second, dilution, debtor: debtor! };
  }

  async function bare() {
    return deployWaterfall(ethers);
  }

  /** The ledger says this, and its layers add up to the bad debt. */
  async function expectFigures(room: WaterfallRoom, id: bigint, want: Figures) {
    const entry = await figures(room, id);
    expect(entry).to.deep.equal(want);
    expect(entry.reserves + entry.insurance + entry.dilutionCash + entry.socialized).to.equal(entry.badDebt);
  }

  // Every path, and one unit to either side of where a layer begins or ends.
  const losses: [bigint, string][] = [
    [1n, "a part of the reserves"],
    [99n, "all reserves but one unit"],
    [100n, "exactly the reserves"],
    [101n, "one unit of insurance"],
    [299n, "the first insurance but one unit"],
    [300n, "exactly the first insurance"],
    [301n, "one unit of the second insurance"],
    [600n, "exactly all insurance"],
    [601n, "one unit of dilution"],
    [1_000n, "exactly all that can pay"],
    [1_001n, "one unit of the lenders"],
    [5_000n, "every layer"],
  ];
  for (const [badDebt, meaning] of losses) {
    it(`WO1, WO2: a loss of ${badDebt} takes ${meaning}, and the layers add up`, async () => {
      const room = await networkHelpers.loadFixture(fullStack);
      await lose(ethers, room, badDebt);
      const want = expected(badDebt);
      await expectFigures(room, 1n, want);

      const paid = want.insurance + want.dilutionCash;
      expect(await room.vault.cash()).to.equal(DEPOSITED - LENT + RESERVES + paid);
      expect(await room.asset.balanceOf(room.vault)).to.equal(DEPOSITED - LENT + RESERVES + paid);
      expect(await room.vault.reserves()).to.equal(RESERVES - want.reserves);
      expect(await room.vault.totalAssets()).to.equal(DEPOSITED - want.socialized);
    });

    it(`WO3: a loss of ${badDebt} is quoted as it is executed`, async () => {
      const room = await networkHelpers.loadFixture(fullStack);
      expect(await quote(room, badDebt)).to.deep.equal(expected(badDebt));
      await lose(ethers, room, badDebt);
      await expectFigures(room, 1n, expected(badDebt));
    });
  }

  for (const insurable of [0n, 1n, 199n, 200n, 201n, 499n, 500n]) {
    it(`WO1, WO3: insurance pays for at most the insurable ${insurable}, dilution for the rest`, async () => {
      const room = await networkHelpers.loadFixture(fullStack);
      expect(await quote(room, 1_500n, insurable)).to.deep.equal(expected(1_500n, insurable));
      await lose(ethers, room, 1_500n, insurable);
      await expectFigures(room, 1n, expected(1_500n, insurable));
    });
  }

  it("WO2: each layer is told what those before it have left, in the order of the stack", async () => {
    const room = await networkHelpers.loadFixture(fullStack);
    const vault = await room.vault.getAddress();
    const loss = lose(ethers, room, 5_000n, 450n);
    await expect(loss).to.emit(room.first, "CoverAsked").withArgs(vault, 1n, 4_900n, 450n);
    await expect(loss).to.emit(room.second, "CoverAsked").withArgs(vault, 1n, 4_700n, 250n);
    // Of 450 insurable units 200 and 250 are paid for.
    await expect(loss).to.emit(room.dilution, "CoverAsked").withArgs(vault, 1n, 4_450n, 0n);
  });

  it("WO2: a layer behind one that paid everything is not called", async () => {
    const room = await networkHelpers.loadFixture(fullStack);
    const loss = lose(ethers, room, 300n);
    await expect(loss).to.emit(room.first, "CoverAsked");
    await expect(loss).not.to.emit(room.second, "CoverAsked");
    await expect(loss).not.to.emit(room.dilution, "CoverAsked");
  });

  it("WO2: no layer is called for a loss that reserves pay", async () => {
    const room = await networkHelpers.loadFixture(fullStack);
    await expect(lose(ethers, room, 100n)).not.to.emit(room.first, "CoverAsked");
  });

  it("WO2: an empty layer is passed over without being reported as failed", async () => {
    const room = await networkHelpers.loadFixture(fullStack);
    const empty = await addInsurance(ethers, room, 0n);
    await setStack(room, [empty, room.first], room.dilution);
    await expect(lose(ethers, room, 350n)).not.to.emit(room.engine, "TrancheFailed");
    expect(await figures(room)).to.deep.equal({
      badDebt: 350n,
      reserves: 100n,
      insurance: 200n,
      dilutionCash: 50n,
      socialized: 0n,
    });
  });

  it("WO1, WO5: without reserves and tranches the lenders bear it all, in a loss epoch", async () => {
    const room = await networkHelpers.loadFixture(bare);
    await expect(lose(ethers, room, 700n))
      .to.emit(room.vault, "LossCharged")
      .withArgs(1n, 700n, DEPOSITED * 1_000_000n + 1_000_000n);
    expect(await figures(room)).to.deep.equal({
      badDebt: 700n,
      reserves: 0n,
      insurance: 0n,
      dilutionCash: 0n,
      socialized: 700n,
    });
    expect(await room.vault.openEpoch()).to.equal(2n);
  });

  it("WO5: a loss that others pay in full closes no epoch", async () => {
    const room = await networkHelpers.loadFixture(fullStack);
    await expect(lose(ethers, room, 1_000n)).not.to.emit(room.vault, "LossCharged");
    expect(await room.vault.openEpoch()).to.equal(1n);
    expect(await room.vault.totalAssets()).to.equal(DEPOSITED);
  });

  it("reports every layer's figure in one event", async () => {
    const room = await networkHelpers.loadFixture(fullStack);
    await expect(room.vault.lose(room.debtor.address, Cause.WriteOff, 0, 1_500n, 450n))
      .to.emit(room.engine, "WrittenOff")
      .withArgs(
        await room.vault.getAddress(),
        1n,
        room.debtor.address,
        Cause.WriteOff,
        1n,
        1_500n,
        100n,
        450n,
        400n,
        550n,
      );
  });

  it("keeps cause, time, epoch, previous number and stack of each write-off", async () => {
    const room = await networkHelpers.loadFixture(fullStack);
    await lose(ethers, room, 5_000n);
    const time = (await networkHelpers.time.latest()) + 1_000;
    await networkHelpers.time.setNextBlockTimestamp(time);
    await room.vault.lose(room.debtor.address, Cause.Restructuring, 1, 60n, 0n);
    const entry = await room.engine.ledger(room.vault, 2n);
    expect(entry.cause).to.equal(Cause.Restructuring);
    expect(entry.timestamp).to.equal(BigInt(time));
    expect([entry.epoch, entry.previousId, entry.stackVersion]).to.deep.equal([2n, 1n, 2n]);
    expect([entry.auctionProceeds, entry.recovered]).to.deep.equal([0n, 0n]);
    expect(await room.engine.writeOffCount(room.vault)).to.equal(2n);
  });

  it("WO1: layers add up over many losses, each paid from what the ones before have left", async () => {
    const room = await networkHelpers.loadFixture(fullStack);
    const badDebts = [50n, 120n, 1n, 400n, 333n, 2_000n, 17n];
    for (const badDebt of badDebts) await lose(ethers, room, badDebt);
    const sums = { badDebt: 0n, reserves: 0n, insurance: 0n, dilutionCash: 0n, socialized: 0n };
    for (let id = 1n; id <= BigInt(badDebts.length); ++id) {
      const entry = await figures(room, id);
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += entry[name];
    }
    // 2,921 in all: every layer is empty and the lenders bear the rest.
    expect(sums).to.deep.equal({
      badDebt: 2_921n,
      reserves: RESERVES,
      insurance: FIRST + SECOND,
      dilutionCash: DILUTION,
      socialized: 1_921n,
    });
    expect(await room.vault.totalAssets()).to.equal(DEPOSITED - 1_921n);
  });

  it("WO3: a quote counts fees that have accrued but are not in the books yet", async () => {
    const room = await networkHelpers.loadFixture(fullStack);
    await room.vault.setIncome(70n, 7n);
    await networkHelpers.time.increase(9);
    await networkHelpers.mine();
    const accrued = await room.vault.reserves();
    expect(accrued).to.equal(RESERVES + 70n);
    expect(await quote(room, 1_000n, 0n)).to.deep.equal({
      badDebt: 1_000n,
      reserves: 170n,
      insurance: 0n,
      dilutionCash: 400n,
      socialized: 430n,
    });
  });
});
