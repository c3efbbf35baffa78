import { expect } from "chai";
import { network } from "hardhat";

import {
  addDilution,
  addInsurance,
  deployWaterfall,
  DEPOSITED,
  fillReserves,
  figures,
  give,
  lose,
  setStack,
} from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();

/** What each layer has paid within the write-off. */
const RESERVES = 100n;
const INSURANCE = 200n;
const CASH_BIDS = 300n;
const LENDERS = 400n;
const LOSS = RESERVES + INSURANCE + CASH_BIDS + LENDERS;

describe("WriteOffEngine with dilution", () => {
  async function diluted() {
    const room = await deployWaterfall(ethers);
    const insurance = await addInsurance(ethers, room, INSURANCE);
    const dilution = await addDilution(ethers, room, CASH_BIDS);
    await setStack(room, [insurance], dilution);
    await fillReserves(ethers, room, RESERVES);
    await lose(ethers, room, LOSS);
    // What buyers pay for minted tokens later.
    await room.asset.mint(dilution, 10_000n);
    const [, lender, , payer] = await ethers.getSigners();
    await give(room.asset, payer!, await room.engine.getAddress(), 10_000n);
    const recover = (assets: bigint) => room.engine.connect(payer).recover(room.vault, 1n, assets);
    /** What each layer has got back on balance, from the lenders up. */
    const received = async () => ({
      lenders: await room.vault.recoveredOf(1n),
      dilution: (await room.asset.balanceOf(dilution)) - 10_000n,
      insurance: await room.asset.balanceOf(insurance),
      reserves: await room.vault.reserves(),
    });
    return { ...room, insurance, dilution, lender: lender!, payer: payer!, recover, received };
  }

  describe("sale proceeds", () => {
    it("RE1: go to the lenders who were charged, as claims outside the vault's assets", async () => {
      const room = await networkHelpers.loadFixture(diluted);
      const total = await room.vault.totalAssets();
      await expect(room.dilution.sell(room.vault, 1n, 150n))
        .to.emit(room.engine, "ProceedsCredited")
        .withArgs(await room.vault.getAddress(), 1n, 150n);
      expect(await room.vault.claimsOwed()).to.equal(150n);
      expect(await room.vault.totalAssets()).to.equal(total);
      expect(await room.vault.recoveredOf(1n)).to.equal(150n);
      expect(await room.engine.lendersOutstanding(room.vault, 1n)).to.equal(250n);
    });

    it("WO1: stand beside the figures of the write-off, which stay as they are", async () => {
      const room = await networkHelpers.loadFixture(diluted);
      const before = await figures(room);
      await room.dilution.sell(room.vault, 1n, 150n);
      expect(await figures(room)).to.deep.equal(before);
      const entry = await room.engine.ledger(room.vault, 1n);
      expect([entry.auctionProceeds, entry.recovered]).to.deep.equal([150n, 0n]);
      expect(await room.engine.outstanding(room.vault, 1n)).to.equal(LOSS);
    });

    it("RE2: count as paid by dilution when money comes back", async () => {
      const room = await networkHelpers.loadFixture(diluted);
      await room.dilution.sell(room.vault, 1n, 150n);
      // 250 are the lenders' still, then 300 + 150 are dilution's.
      await room.recover(250n);
      expect(await room.received()).to.deep.equal({ lenders: 400n, dilution: -150n, insurance: 0n, reserves: 0n });
      await room.recover(450n);
      expect(await room.received()).to.deep.equal({ lenders: 400n, dilution: 300n, insurance: 0n, reserves: 0n });
      await room.recover(300n);
      expect(await room.received()).to.deep.equal({ lenders: 400n, dilution: 300n, insurance: 200n, reserves: 100n });
    });

    it("RE1: after a recovery are at most what the lenders still lack", async () => {
      const room = await networkHelpers.loadFixture(diluted);
      await room.recover(100n);
      await expect(room.dilution.sell(room.vault, 1n, 301n))
        .to.be.revertedWithCustomError(room.engine, "ProceedsExceedCharge")
        .withArgs(1n, 301n, 300n);
      await room.dilution.sell(room.vault, 1n, 300n);
      expect(await room.vault.recoveredOf(1n)).to.equal(400n);
      await expect(room.dilution.sell(room.vault, 1n, 1n))
        .to.be.revertedWithCustomError(room.engine, "ProceedsExceedCharge")
        .withArgs(1n, 1n, 0n);
    });

    it("RE1: have no place once recoveries have passed the lenders", async () => {
      const room = await networkHelpers.loadFixture(diluted);
      await room.recover(450n);
      await expect(room.dilution.sell(room.vault, 1n, 1n))
        .to.be.revertedWithCustomError(room.engine, "ProceedsExceedCharge")
        .withArgs(1n, 1n, 0n);
    });

    it("LV1: that were not paid are refused", async () => {
      const room = await networkHelpers.loadFixture(diluted);
      const held = await room.asset.balanceOf(room.vault);
      await expect(room.dilution.pretendToSell(room.vault, 1n, 150n))
        .to.be.revertedWithCustomError(room.vault, "PaymentMissing")
        .withArgs(held + 150n, held);
    });

    it("are reported by the dilution tranche of that write-off only", async () => {
      const room = await networkHelpers.loadFixture(diluted);
      const successor = await addDilution(ethers, room, 1_000n);
      await setStack(room, [room.insurance], successor);
      const strangers = [
        [successor, () => successor.sell(room.vault, 1n, 1n)],
        [room.insurance, () => room.insurance.pretendToSell(room.vault, 1n, 1n)],
      ] as const;
      for (const [stranger, attempt] of strangers) {
        await expect(attempt())
          .to.be.revertedWithCustomError(room.engine, "NotADilutionTranche")
          .withArgs(await stranger.getAddress(), 1n);
      }
      // The one that paid may, though it is in the stack no more.
      await room.dilution.sell(room.vault, 1n, 1n);
    });

    it("have no place in a write-off without dilution", async () => {
      const room = await networkHelpers.loadFixture(diluted);
      for (const stack of [[room.insurance], []]) {
        await setStack(room, stack);
        await lose(ethers, room, 10n);
        const id = await room.engine.writeOffCount(room.vault);
        await expect(room.insurance.pretendToSell(room.vault, id, 1n))
          .to.be.revertedWithCustomError(room.engine, "NotADilutionTranche")
          .withArgs(await room.insurance.getAddress(), id);
      }
    });
  });

  describe("money it could not spend", () => {
    it("RE2: goes up to insurance and reserves", async () => {
      const room = await networkHelpers.loadFixture(diluted);
      await room.recover(LENDERS + CASH_BIDS);
      await expect(room.dilution.giveBack(room.vault, 1n, 120n))
        .to.emit(room.engine, "Returned")
        .withArgs(await room.vault.getAddress(), 1n, 120n, 0n);
      await expect(room.dilution.giveBack(room.vault, 1n, 130n))
        .to.emit(room.engine, "Returned")
        .withArgs(await room.vault.getAddress(), 1n, 80n, 50n);
      expect(await room.received()).to.deep.equal({ lenders: 400n, dilution: 50n, insurance: 200n, reserves: 50n });
    });

    it("RE1: leaves the top with what dilution gave up, never more than the bad debt in all", async () => {
      const room = await networkHelpers.loadFixture(diluted);
      await room.recover(LENDERS + CASH_BIDS);
      await room.dilution.giveBack(room.vault, 1n, 250n);
      await room.recover(10_000n);
      expect(await room.received()).to.deep.equal({ lenders: 400n, dilution: 50n, insurance: 200n, reserves: 350n });
      expect(await room.engine.outstanding(room.vault, 1n)).to.equal(0n);
      expect(await room.vault.totalAssets()).to.equal(DEPOSITED - LENDERS);
    });

    for (const returned of [1n, 70n, 100n]) {
      it(`RE2: goes up in full, also ${returned} of a layer that only 100 of 300 have reached`, async () => {
        const room = await networkHelpers.loadFixture(diluted);
        await room.recover(LENDERS + 100n);
        await expect(room.dilution.giveBack(room.vault, 1n, returned))
          .to.emit(room.engine, "Returned")
          .withArgs(await room.vault.getAddress(), 1n, returned, 0n);
        expect(await room.received()).to.deep.equal({
          lenders: 400n,
          dilution: 100n - returned,
          insurance: returned,
          reserves: 0n,
        });
        expect(await room.asset.allowance(room.dilution, room.engine)).to.equal(0n);
      });
    }

    it("RE2: does not keep dilution from what comes in for it later", async () => {
      const room = await networkHelpers.loadFixture(diluted);
      await room.recover(LENDERS + 100n);
      await room.dilution.giveBack(room.vault, 1n, 100n);
      await room.recover(200n);
      expect(await room.received()).to.deep.equal({ lenders: 400n, dilution: 200n, insurance: 100n, reserves: 0n });
      await room.dilution.giveBack(room.vault, 1n, 200n);
      expect(await room.received()).to.deep.equal({ lenders: 400n, dilution: 0n, insurance: 200n, reserves: 100n });
      await room.recover(10_000n);
      expect(await room.received()).to.deep.equal({ lenders: 400n, dilution: 0n, insurance: 200n, reserves: 400n });
    });

    it("RE2: counts proceeds among what dilution may get and give", async () => {
      const room = await networkHelpers.loadFixture(diluted);
      await room.dilution.sell(room.vault, 1n, 400n);
      await room.recover(700n);
      await room.dilution.giveBack(room.vault, 1n, 650n);
      // Dilution paid 400 of proceeds, got 700 back and gave 650 of it away.
      expect(await room.received()).to.deep.equal({ lenders: 400n, dilution: -350n, insurance: 200n, reserves: 450n });
    });

    it("RE1: is at most what dilution has got back and not given yet", async () => {
      const room = await networkHelpers.loadFixture(diluted);
      await expect(room.dilution.giveBack(room.vault, 1n, 1n))
        .to.be.revertedWithCustomError(room.engine, "ReturnExceedsReceived")
        .withArgs(1n, 1n, 0n);
      await room.recover(LENDERS + 100n);
      await expect(room.dilution.giveBack(room.vault, 1n, 101n))
        .to.be.revertedWithCustomError(room.engine, "ReturnExceedsReceived")
        .withArgs(1n, 101n, 100n);
      await room.dilution.giveBack(room.vault, 1n, 60n);
      await expect(room.dilution.giveBack(room.vault, 1n, 41n))
        .to.be.revertedWithCustomError(room.engine, "ReturnExceedsReceived")
        .withArgs(1n, 41n, 40n);
    });

    it("is given back by the dilution tranche only", async () => {
      const room = await networkHelpers.loadFixture(diluted);
      await room.recover(LENDERS + 100n);
      await expect(room.engine.connect(room.payer).returnUnspent(room.vault, 1n, 1n))
        .to.be.revertedWithCustomError(room.engine, "NotADilutionTranche")
        .withArgs(room.payer.address, 1n);
    });
  });
});
