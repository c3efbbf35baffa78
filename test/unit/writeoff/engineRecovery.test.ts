import { expect } from "chai";
import { network } from "hardhat";

import { MAX } from "../../helpers/lending.js";
import {
  addDilution,
  addInsurance,
  deployWaterfall,
  DEPOSITED,
  fillReserves,
  give,
  lose,
  setStack,
} from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

/** What each layer has paid for the loss, and so may get back. */
const RESERVES = 100n;
const FIRST = 200n;
const SECOND = 300n;
const DILUTION = 400n;
const LENDERS = 500n;
const LOSS = RESERVES + FIRST + SECOND + DILUTION + LENDERS;

describe("WriteOffEngine recoveries", () => {
  async function writtenOff() {
    const room = await deployWaterfall(ethers);
    const first = await addInsurance(ethers, room, FIRST);
    const second = await addInsurance(ethers, room, SECOND);
    const dilution = await addDilution(ethers, room, DILUTION);
    await setStack(room, [first, second], dilution);
    await fillReserves(ethers, room, RESERVES);
    await lose(ethers, room, LOSS);
    const [, lender, , payer] = await ethers.getSigners();
    await give(room.asset, payer!, await room.engine.getAddress(), 10_000n);
    const recover = (assets: bigint, id = 1n) => room.engine.connect(payer).recover(room.vault, id, assets);
    /** What each layer has got back so far, from the lenders up. */
    const received = async () => ({
      lenders: await room.vault.recoveredOf(1n),
      dilution: await room.asset.balanceOf(dilution),
      second: await room.asset.balanceOf(second),
      first: await room.asset.balanceOf(first),
      reserves: await room.vault.reserves(),
    });
    return { ...room, first, second, dilution, lender: lender!, payer: payer!, recover, received };
  }

  /** `recovered` poured into the layers from the lenders up. */
  function climbed(recovered: bigint) {
    const [lenders, dilution, second, first, reserves] = [LENDERS, DILUTION, SECOND, FIRST, RESERVES].map(
      (capacity) => {
        const taken = recovered < capacity ? recovered : capacity;
        recovered -= taken;
        return taken;
      },
    );
    return { lenders, dilution, second, first, reserves };
  }

  for (const recovered of [1n, 499n, 500n, 501n, 900n, 901n, 1_200n, 1_201n, 1_400n, 1_401n, 1_499n, 1_500n]) {
    it(`RE2: ${recovered} of 1500 fill lenders, dilution, insurance from the last, then reserves`, async () => {
      const room = await networkHelpers.loadFixture(writtenOff);
      await room.recover(recovered);
      expect(await room.received()).to.deep.equal(climbed(recovered));
      expect(await room.engine.outstanding(room.vault, 1n)).to.equal(LOSS - recovered);
      expect((await room.engine.ledger(room.vault, 1n)).recovered).to.equal(recovered);
      const owed = recovered < LENDERS ? LENDERS - recovered : 0n;
      expect(await room.engine.lendersOutstanding(room.vault, 1n)).to.equal(owed);
      // The engine keeps nothing, the vault counts what it got.
      expect(await room.asset.balanceOf(room.engine)).to.equal(0n);
      expect(await room.asset.balanceOf(room.vault)).to.equal(
        (await room.vault.cash()) + (await room.vault.claimsOwed()),
      );
    });
  }

  it("RE2: the same money in many parts goes where it goes in one", async () => {
    const room = await networkHelpers.loadFixture(writtenOff);
    let sum = 0n;
    for (const part of [1n, 498n, 1n, 1n, 350n, 200n, 250n, 149n, 50n]) {
      await room.recover(part);
      sum += part;
      expect(await room.received()).to.deep.equal(climbed(sum));
    }
    expect(sum).to.equal(LOSS);
    expect(await room.engine.outstanding(room.vault, 1n)).to.equal(0n);
  });

  it("RE2: what goes to each layer is reported, with who paid", async () => {
    const room = await networkHelpers.loadFixture(writtenOff);
    const vault = await room.vault.getAddress();
    const event = (toLenders: bigint, toDilution: bigint, toInsurance: bigint, toReserves: bigint) =>
      [vault, 1n, room.payer.address, toLenders, toDilution, toInsurance, toReserves] as const;
    const first = room.recover(1_250n);
    await expect(first)
      .to.emit(room.engine, "Recovered")
      .withArgs(...event(500n, 400n, 350n, 0n));
    await expect(first).to.emit(room.vault, "RecoveryCredited").withArgs(1n, 500n);
    await expect(first).to.emit(room.second, "RecoveryTaken").withArgs(vault, 1n, 300n);
    const second = room.recover(250n);
    await expect(second)
      .to.emit(room.engine, "Recovered")
      .withArgs(...event(0n, 0n, 150n, 100n));
    await expect(second).to.emit(room.vault, "ReservesRefilled").withArgs(100n);
  });

  it("RE1: never takes more than is outstanding", async () => {
    const room = await networkHelpers.loadFixture(writtenOff);
    await room.recover(1_499n);
    expect(await room.engine.connect(room.payer).recover.staticCall(room.vault, 1n, MAX)).to.equal(1n);
    await room.recover(MAX);
    expect(await room.received()).to.deep.equal(climbed(LOSS));
    expect(await room.asset.balanceOf(room.payer)).to.equal(10_000n - LOSS);
  });

  it("RE1: takes nothing once all has come back, nor zero before", async () => {
    const room = await networkHelpers.loadFixture(writtenOff);
    await expect(room.recover(0n))
      .to.be.revertedWithCustomError(room.engine, "NothingOutstanding")
      .withArgs(await room.vault.getAddress(), 1n);
    await room.recover(LOSS);
    await expect(room.recover(1n))
      .to.be.revertedWithCustomError(room.engine, "NothingOutstanding")
      .withArgs(await room.vault.getAddress(), 1n);
  });

  it("RE1: a recovery makes no lender richer than before the loss, and changes no share price", async () => {
    const room = await networkHelpers.loadFixture(writtenOff);
    const worth = await room.vault.convertToAssets(await room.vault.balanceOf(room.lender));
    await room.recover(LOSS);
    expect(await room.vault.convertToAssets(await room.vault.balanceOf(room.lender))).to.equal(worth);
    const claim = await room.vault.claimableRecovery(room.lender, 1n);
    expect(worth + claim).to.be.lessThanOrEqual(DEPOSITED);
    expect(worth + claim).to.be.greaterThanOrEqual(DEPOSITED - 2n);
  });

  it("LV1: refilled reserves are cash and not the lenders'", async () => {
    const room = await networkHelpers.loadFixture(writtenOff);
    const [cash, total] = [await room.vault.cash(), await room.vault.totalAssets()];
    await room.recover(LOSS);
    expect(await room.vault.cash()).to.equal(cash + RESERVES);
    expect(await room.vault.totalAssets()).to.equal(total);
  });

  it("goes to the layers that paid, though the stack has changed since", async () => {
    const room = await networkHelpers.loadFixture(writtenOff);
    const successor = await addInsurance(ethers, room, 0n);
    await setStack(room, [successor]);
    await room.recover(LOSS);
    expect(await room.received()).to.deep.equal(climbed(LOSS));
    expect(await room.asset.balanceOf(successor)).to.equal(0n);
  });

  it("of one write-off leaves the others alone", async () => {
    const room = await networkHelpers.loadFixture(writtenOff);
    await lose(ethers, room, 70n);
    await room.recover(60n, 2n);
    expect(await room.engine.outstanding(room.vault, 1n)).to.equal(LOSS);
    expect(await room.engine.outstanding(room.vault, 2n)).to.equal(10n);
    expect(await room.vault.recoveredOf(1n)).to.equal(0n);
    expect(await room.vault.recoveredOf(2n)).to.equal(60n);
  });

  it("of a loss that reserves paid alone goes to them", async () => {
    const room = await networkHelpers.loadFixture(writtenOff);
    await fillReserves(ethers, room, 40n);
    await lose(ethers, room, 40n);
    await expect(room.recover(30n, 2n))
      .to.emit(room.engine, "Recovered")
      .withArgs(await room.vault.getAddress(), 2n, room.payer.address, 0n, 0n, 0n, 30n);
    expect(await room.vault.reserves()).to.equal(30n);
  });

  it("is refused without the money, and then nothing has changed", async () => {
    const room = await networkHelpers.loadFixture(writtenOff);
    await expect(room.engine.connect(room.lender).recover(room.vault, 1n, 10n)).to.be.revertedWithCustomError(
      room.asset,
      "ERC20InsufficientAllowance",
    );
    expect(await room.engine.outstanding(room.vault, 1n)).to.equal(LOSS);
  });
});
