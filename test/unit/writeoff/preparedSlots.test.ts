import type { BaseContract, ContractTransactionResponse } from "ethers";
import { expect } from "chai";
import { network } from "hardhat";

import {
  borrow,
  deployWaterfallScene,
  impair,
  lend,
  liquidate,
  MAX,
  stake,
  UNIT,
  type WaterfallScene,
} from "../../helpers/waterfallScene.js";

const { ethers, networkHelpers } = await network.create();

/** What a slot that was written before saves who writes it: 20,000 less 2,900. */
const SAVED = 17_100n;
/** As an epoch is shown that no loss has closed. */
const NO_EPOCH = [0n, 0n, false, false];
const MOST = 128n;

describe("Slots prepared ahead of a loss", () => {
  /** 10,000 lent by Ann, 1,000 staked by Sam, and two loans of 1,400 against 10 each. */
  async function scene() {
    const t = await deployWaterfallScene(ethers);
    await lend(t, t.ann, 10_000n);
    await stake(t, t.sam, 1_000n);
    for (const owner of [t.borrower, ...t.debtors.slice(0, 2)]) await borrow(t, 10n, 1_400n, owner);
    return t;
  }

  const gasOf = async (sent: Promise<ContractTransactionResponse>) => (await (await sent).wait())!.gasUsed;

  /** Gas of a write-off at this price, and of the same one after `prepare`. */
  async function compare(t: WaterfallScene, price: bigint, prepare: () => Promise<unknown>) {
    const before = await networkHelpers.takeSnapshot();
    await t.setPrice(price);
    const without = await gasOf(liquidate(t));
    await before.restore();
    await prepare();
    await t.setPrice(price);
    return { without, prepared: await gasOf(liquidate(t)) };
  }

  describe("what it saves", () => {
    it("a loss that lenders bear alone: the entry's header and the vault's epoch", async () => {
      const t = await networkHelpers.loadFixture(scene);
      await t.engine.setStack(t.address, []);
      const { without, prepared } = await compare(t, 100n, async () => {
        await t.engine.prepareEntries(t.address, 1n, false);
        await t.vault.prepareEpochs(1n, false);
      });
      expect(without - prepared).to.equal(2n * SAVED);
    });

    it("a loss that goes through all layers: payments, the fund's epoch and the lot too", async () => {
      const t = await networkHelpers.loadFixture(scene);
      // 1,400 less 500 / 1.01 is 905 lost, and the fund has a limit of 300.
      await t.fund.setDrawCaps(300n * t.one, 300n * t.one);
      const { without, prepared } = await compare(t, 50n, async () => {
        await t.engine.prepareEntries(t.address, 1n, true);
        await t.vault.prepareEpochs(1n, true);
        await t.fund.prepareEpochs(1n, false);
        await t.sale.prepareLots(t.address, 1n);
      });
      expect((await t.sale.lot(t.address, 1n)).offeredTokens, "a lot").to.be.greaterThan(0n);
      expect(without - prepared).to.equal(5n * SAVED);
    });

    it("the first purchase of a lot: its proceeds and the lenders' recoveries", async () => {
      const t = await networkHelpers.loadFixture(scene);
      const buy = async (prepare: () => Promise<unknown>) => {
        await prepare();
        await t.setPrice(50n);
        await liquidate(t);
        return gasOf(t.sale.connect(t.buyer).buy(t.address, 1n, UNIT, MAX, t.buyer.address, 2n ** 40n));
      };
      await t.engine.setStack(t.address, [{ tranche: await t.at(t.dilution), gasStipend: 2_000_000n, kind: 1n }]);
      const before = await networkHelpers.takeSnapshot();
      const without = await buy(() => Promise.resolve());
      await before.restore();
      const prepared = await buy(async () => {
        await t.engine.prepareEntries(t.address, 1n, true);
        await t.vault.prepareEpochs(1n, true);
      });
      expect(without - prepared).to.equal(2n * SAVED);
    });

    it("nothing is gained or lost by slots that a loss does not write", async () => {
      const t = await networkHelpers.loadFixture(scene);
      await t.engine.setStack(t.address, []);
      const { without, prepared } = await compare(t, 100n, async () => {
        await t.sale.prepareLots(t.address, 3n);
        await t.fund.prepareEpochs(3n, true);
      });
      expect(prepared).to.equal(without);
    });
  });

  describe("how many", () => {
    /** Prepares `count` everywhere and returns how many slots were written where. */
    async function prepareAll(t: WaterfallScene, count: bigint) {
      const calls = [
        [t.engine, "prepareEntries", [t.address, count, true]],
        [t.vault, "prepareEpochs", [count, true]],
        [t.fund, "prepareEpochs", [count, false]],
        [t.sale, "prepareLots", [t.address, count]],
      ] as const;
      const slots: bigint[] = [];
      for (const [contract, name, args] of calls) {
        const method = (contract as BaseContract).getFunction(name);
        slots.push((await method.staticCall(...args)) as bigint);
        await method.send(...args);
      }
      return slots;
    }

    async function counts(t: WaterfallScene) {
      return [
        [...(await t.engine.preparedEntries(t.address))],
        [...(await t.vault.preparedEpochs())],
        [...(await t.fund.preparedEpochs())],
        await t.sale.preparedLots(t.address),
      ];
    }

    it("are told by views, and what is prepared is not written again", async () => {
      const t = await networkHelpers.loadFixture(scene);
      expect(await counts(t)).to.deep.equal([[0n, 0n], [0n, 0n], [0n, 0n], 0n]);
      expect(await prepareAll(t, 3n)).to.deep.equal([9n, 6n, 3n, 3n]);
      expect(await counts(t)).to.deep.equal([[3n, 3n], [3n, 3n], [3n, 0n], 3n]);
      expect(await prepareAll(t, 2n)).to.deep.equal([0n, 0n, 0n, 0n]);
      expect(await prepareAll(t, 5n)).to.deep.equal([6n, 4n, 2n, 2n]);
      expect(await counts(t)).to.deep.equal([[5n, 5n], [5n, 5n], [5n, 0n], 5n]);
    });

    it("fall with every loss, wherever it writes", async () => {
      const t = await networkHelpers.loadFixture(scene);
      await prepareAll(t, 3n);
      await t.setPrice(100n);
      await liquidate(t);
      // The fund paid all but what is never insured, which the lenders bear.
      expect(await counts(t)).to.deep.equal([[2n, 2n], [2n, 2n], [2n, 0n], 2n]);
      await t.engine.setStack(t.address, []);
      await liquidate(t, { owner: t.debtors[0]! });
      // The fund was not asked, but its next epoch has the number of the next write-off.
      expect(await counts(t)).to.deep.equal([[1n, 1n], [1n, 1n], [1n, 0n], 1n]);
    });

    it("a later stack that sells tokens finds proceeds unprepared, and has them prepared alone", async () => {
      const t = await networkHelpers.loadFixture(scene);
      await t.engine.prepareEntries(t.address, 4n, false);
      expect(await t.engine.preparedEntries(t.address)).to.deep.equal([4n, 0n]);
      expect(await t.engine.prepareEntries.staticCall(t.address, 3n, true)).to.equal(3n);
      await t.engine.prepareEntries(t.address, 3n, true);
      expect(await t.engine.preparedEntries(t.address)).to.deep.equal([4n, 3n]);
    });

    it("are at least one and at most 128, for vaults that the engine knows", async () => {
      const t = await networkHelpers.loadFixture(scene);
      for (const count of [0n, MOST + 1n, 2n ** 256n - 1n]) {
        for (const [contract, sent] of [
          [t.engine, () => t.engine.prepareEntries(t.address, count, false)],
          [t.vault, () => t.vault.prepareEpochs(count, false)],
          [t.fund, () => t.fund.prepareEpochs(count, false)],
          [t.sale, () => t.sale.prepareLots(t.address, count)],
        ] as const) {
          await expect(sent()).to.be.revertedWithCustomError(contract, "PreparedCountOutOfRange").withArgs(count, MOST);
        }
      }
      const stranger = t.ann.address;
      for (const sent of [() => t.engine.prepareEntries(stranger, 1n, false), () => t.sale.prepareLots(stranger, 1n)]) {
        await expect(sent()).to.be.revertedWithCustomError(t.engine, "UnknownVault").withArgs(stranger);
      }
    });

    it("can be 128 at once, and nobody has more ahead", async () => {
      const t = await networkHelpers.loadFixture(scene);
      expect(await prepareAll(t, MOST)).to.deep.equal([384n, 256n, 128n, 128n]);
      expect(await prepareAll(t, MOST)).to.deep.equal([0n, 0n, 0n, 0n]);
      expect(await counts(t)).to.deep.equal([[128n, 128n], [128n, 128n], [128n, 0n], 128n]);
    });
  });

  describe("what it says", () => {
    async function prepared() {
      const t = await scene();
      await t.engine.prepareEntries(t.address, 4n, true);
      await t.vault.prepareEpochs(4n, true);
      await t.fund.prepareEpochs(4n, true);
      await t.sale.prepareLots(t.address, 4n);
      return t;
    }

    it("WO1: nothing: a prepared entry is none", async () => {
      const { engine, address, ann, sale } = await networkHelpers.loadFixture(prepared);
      for (const id of [1n, 4n]) {
        for (const asked of [
          () => engine.ledger(address, id),
          () => engine.outstanding(address, id),
          () => engine.owedByDebtor(address, id),
          () => engine.defaultOf(address, id),
          () => engine.lendersOutstanding(address, id),
          () => engine.earmarkOf(address, id),
          () => engine.connect(ann).recover(address, id, 1n),
          () => engine.connect(ann).creditProceeds(address, id, 1n),
          () => engine.connect(ann).returnUnspent(address, id, 1n),
        ]) {
          await expect(asked()).to.be.revertedWithCustomError(engine, "UnknownWriteOff").withArgs(address, id);
        }
        expect(await engine.proceedsOf(address, id)).to.equal(0n);
        expect(await sale.lot(address, id)).to.deep.equal(Array(8).fill(0n));
        expect(await sale.remainingTokens(address, id)).to.equal(0n);
        expect(await sale.soldTokens(address, id)).to.equal(0n);
        expect(await sale.quoteBuy(address, id, MAX)).to.deep.equal([0n, 0n]);
        for (const asked of [
          () => sale.currentPrice(address, id),
          () => sale.settle(address, id),
          () => sale.connect(ann).buy(address, id, 1n, MAX, ann.address, 2n ** 40n),
        ]) {
          await expect(asked()).to.be.revertedWithCustomError(sale, "UnknownLot").withArgs(address, id);
        }
      }
      expect(await engine.writeOffCount(address)).to.equal(0n);
    });

    it("RE1: nothing: a prepared epoch is not closed, and nothing can be claimed for it", async () => {
      const { vault, fund, ann, sam } = await networkHelpers.loadFixture(prepared);
      for (const [shares, holder] of [[vault, ann] as const, [fund, sam] as const]) {
        expect(await shares.openEpoch()).to.equal(1n);
        for (const epoch of [1n, 4n]) {
          expect(await shares.lossEpoch(epoch)).to.deep.equal(NO_EPOCH);
          expect(await shares.recoveredOf(epoch)).to.equal(0n);
          expect(await shares.claimableRecovery(holder.address, epoch)).to.equal(0n);
          await expect(shares.connect(holder).claimRecovery(holder.address, [epoch], holder.address))
            .to.be.revertedWithCustomError(shares, "EpochNotClosed")
            .withArgs(epoch, 1n);
        }
      }
    });

    it("RE1: nothing: a number that the fund skips stays empty for good", async () => {
      const t = await networkHelpers.loadFixture(prepared);
      const { engine, fund, address, sam, at, dilution } = t;
      const stack = (await engine.stackOf(address)).map(({ tranche, gasStipend, kind }) => ({
        tranche,
        gasStipend,
        kind,
      }));
      await engine.setStack(address, [{ tranche: await at(dilution), gasStipend: 2_000_000n, kind: 1n }]);
      await t.setPrice(100n);
      await liquidate(t);
      await engine.setStack(address, stack);
      await liquidate(t, { owner: t.debtors[0]! });
      // The fund paid for the second loss, in the epoch of its number.
      expect(await fund.openEpoch()).to.equal(3n);
      expect(await fund.lossEpoch(1n)).to.deep.equal(NO_EPOCH);
      expect((await fund.lossEpoch(2n)).chargedAssets).to.be.greaterThan(0n);
      expect((await fund.lossEpoch(2n)).isOwn).to.equal(true);
      expect((await fund.lossEpoch(2n)).isProvision).to.equal(false);
      await expect(fund.connect(sam).claimRecovery(sam.address, [1n], sam.address)).not.to.emit(
        fund,
        "RecoveryClaimed",
      );
    });

    it("IM1: nothing: what is impaired and taken back is as it would be without", async () => {
      const t = await networkHelpers.loadFixture(prepared);
      await t.setPrice(100n);
      await impair(t);
      expect((await t.engine.ledger(t.address, 1n)).badDebt).to.equal(0n);
      expect((await t.fund.lossEpoch(1n)).isProvision).to.equal(false);
      const before = await t.fund.totalAssets();
      await t.setPrice(200n);
      await impair(t);
      expect(await t.fund.claimableRecovery(t.sam.address, 1n)).to.be.closeTo(1_000n * t.one - before, 10n ** 7n);
    });
  });
});
