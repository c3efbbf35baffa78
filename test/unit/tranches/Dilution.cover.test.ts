import { expect } from "chai";
import { network } from "hardhat";

import {
  BUYBACK_TERMS,
  DAY,
  deployDilution,
  HOUR,
  LIMITS,
  lose,
  MINUTE,
  saleTerms,
  TOKEN,
} from "../../helpers/dilution.js";
import { report } from "../../helpers/tranches.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

/** At the floor of 200, a loss of this many whole assets needs all 1,000 tokens of the hourly bucket. */
const HOURLY = 200_000n;

describe("Dilution cover", () => {
  const deployed = async () => deployDilution(ethers, await ethers.deployContract("TestToken", ["Asset", "AST", 6]));

  /** The engine itself, to call what only it may call. */
  async function asEngine(engine: { getAddress(): Promise<string> }) {
    const address = await engine.getAddress();
    await networkHelpers.setBalance(address, TOKEN);
    return ethers.getImpersonatedSigner(address);
  }

  it("WO3: pays nothing within the write-off, as its preview says", async () => {
    const { engine, dilution, vault, address, unit } = await networkHelpers.loadFixture(deployed);
    expect(await dilution.previewCover(address, 0n, 60_000n * unit, 0n)).to.equal(0n);
    expect((await engine.preview(address, await report(vault, 60_000n * unit, 0n))).dilutionCash).to.equal(0n);
    await lose(ethers, vault, 60_000n * unit);
    const { badDebt, dilutionCash, socialized } = await engine.ledger(address, 1n);
    expect([badDebt, dilutionCash, socialized]).to.deep.equal([60_000n * unit, 0n, 60_000n * unit]);
  });

  it("puts what raises the shortfall at the floor price on offer and mints nothing yet", async () => {
    const { dilution, debtAuction, token, vault, address, unit } = await networkHelpers.loadFixture(deployed);
    const supply = await token.totalSupply();
    const loss = await vault.lose(60_000n * unit, 10_000n * unit);
    const expiresAt = BigInt(await time.latest()) + 2n * DAY;
    await expect(loss)
      .to.emit(debtAuction, "LotOpened")
      .withArgs(address, 1n, 250n * TOKEN, 300n * unit, 200n * unit, 10n * HOUR, expiresAt);
    expect(await debtAuction.remainingTokens(address, 1n)).to.equal(250n * TOKEN);
    expect((await dilution.budget(address)).issuedTokens).to.equal(250n * TOKEN);
    expect(await token.totalSupply()).to.equal(supply);
  });

  it("WO3: offers exactly what previewOffer says, rounded up", async () => {
    const { dilution, debtAuction, vault, address, governor } = await networkHelpers.loadFixture(deployed);
    await dilution.connect(governor).setSaleTerms(address, { ...saleTerms(1n), startPrice: 3n, floorPrice: 3n });
    expect(await dilution.previewOffer(address, 1n)).to.equal(333_333_333_333_333_334n);
    await lose(ethers, vault, 1n);
    expect(await debtAuction.remainingTokens(address, 1n)).to.equal(333_333_333_333_333_334n);
  });

  it("WO1: opens no lot for less than a thousandth of a token, and charges the lenders for it", async () => {
    const { engine, dilution, debtAuction, vault, address } = await networkHelpers.loadFixture(deployed);
    // At a floor of 200 x 10^6 a thousandth of a token raises 200,000.
    for (const [loss, tokens] of [
      [1n, 0n],
      [199_999n, 0n],
      [200_000n, 10n ** 15n],
    ] as const) {
      expect(await dilution.previewOffer(address, loss)).to.equal(tokens);
      await lose(ethers, vault, loss);
      const id = await engine.writeOffCount(address);
      expect(await debtAuction.remainingTokens(address, id)).to.equal(tokens);
      expect((await engine.ledger(address, id)).socialized).to.equal(loss);
    }
    expect((await dilution.budget(address)).issuedTokens).to.equal(10n ** 15n);
  });

  it("DI1: opens no lot for what a budget has left that is less than that", async () => {
    const { dilution, debtAuction, vault, address, governor, unit } = await networkHelpers.loadFixture(deployed);
    const lifetimeCap = 300n * TOKEN + 10n ** 15n - 1n;
    await dilution.connect(governor).setLimits(address, { ...LIMITS, lifetimeCap });
    await lose(ethers, vault, 60_000n * unit);
    await lose(ethers, vault, 60_000n * unit);
    expect(await debtAuction.remainingTokens(address, 1n)).to.equal(300n * TOKEN);
    expect((await debtAuction.lot(address, 2n)).openedAt).to.equal(0n);
    expect(await dilution.budget(address)).to.deep.equal([300n * TOKEN, 10n ** 15n - 1n]);
  });

  it("leaves a vault without terms to its lenders", async () => {
    const { engine, debtAuction, addBareVault, unit } = await networkHelpers.loadFixture(deployed);
    const { vault, address } = await addBareVault();
    await expect(vault.lose(5n * unit, 0n)).not.to.emit(engine, "TrancheFailed");
    expect((await engine.ledger(address, 1n)).socialized).to.equal(5n * unit);
    expect((await debtAuction.lot(address, 1n)).openedAt).to.equal(0n);
  });

  describe("budget", () => {
    it("DI1: offers no more than the hourly bucket holds, which empties in an hour", async () => {
      const { dilution, debtAuction, vault, address, unit } = await networkHelpers.loadFixture(deployed);
      const openedAt = await lose(ethers, vault, 2n * HOURLY * unit);
      expect(await debtAuction.remainingTokens(address, 1n)).to.equal(1_000n * TOKEN);
      expect(await dilution.previewOffer(address, unit)).to.equal(0n);
      await time.setNextBlockTimestamp(openedAt + 45n * MINUTE);
      await lose(ethers, vault, HOURLY * unit);
      expect(await debtAuction.remainingTokens(address, 2n)).to.equal(750n * TOKEN);
    });

    it("DI1: a loss split into many calls gets no more than one loss", async () => {
      const { debtAuction, vault, address, unit } = await networkHelpers.loadFixture(deployed);
      const start = await lose(ethers, vault, 60_000n * unit);
      let offered = await debtAuction.remainingTokens(address, 1n);
      for (let id = 2n; id <= 6n; ++id) {
        await time.setNextBlockTimestamp(start + (id - 1n) * 6n);
        await lose(ethers, vault, 60_000n * unit);
        offered += await debtAuction.remainingTokens(address, id);
      }
      // 1,000 at once, and 30 seconds' worth of what a full bucket loses in an hour.
      expect(offered).to.be.closeTo(1_000n * TOKEN + (1_000n * TOKEN * 30n) / HOUR, 10n);
      expect(offered).to.be.at.most(1_000n * TOKEN + (1_000n * TOKEN * 30n) / HOUR);
    });

    it("DI1: offers no more than the thirty-day bucket holds", async () => {
      const { debtAuction, vault, address, unit } = await networkHelpers.loadFixture(deployed);
      const start = await lose(ethers, vault, HOURLY * unit);
      for (let hour = 1n; hour <= 5n; ++hour) {
        await time.setNextBlockTimestamp(start + hour * HOUR);
        await lose(ethers, vault, HOURLY * unit);
      }
      // Five full hours fill 5,000; by then five hours of thirty days have leaked, 5 x 6.94.
      expect(await debtAuction.remainingTokens(address, 5n)).to.equal(1_000n * TOKEN);
      expect(await debtAuction.remainingTokens(address, 6n)).to.equal(5n * 6_944_444_444_444_444_444n);
    });

    it("DI1: offers no more than the lifetime cap leaves", async () => {
      const { dilution, debtAuction, vault, address, governor, unit } = await networkHelpers.loadFixture(deployed);
      await dilution.connect(governor).setLimits(address, { ...LIMITS, lifetimeCap: 1_500n * TOKEN });
      const start = await lose(ethers, vault, HOURLY * unit);
      for (let hour = 1n; hour <= 2n; ++hour) {
        await time.setNextBlockTimestamp(start + hour * HOUR);
        await lose(ethers, vault, HOURLY * unit);
      }
      expect(await debtAuction.remainingTokens(address, 2n)).to.equal(500n * TOKEN);
      expect((await debtAuction.lot(address, 3n)).openedAt).to.equal(0n);
      expect(await dilution.budget(address)).to.deep.equal([1_500n * TOKEN, 0n]);
    });

    it("IN2: one vault's losses leave another's budget whole", async () => {
      const { dilution, vault, addVault, unit } = await networkHelpers.loadFixture(deployed);
      const second = await addVault();
      await lose(ethers, vault, HOURLY * unit);
      expect(await dilution.budget(second.address)).to.deep.equal([0n, 1_000n * TOKEN]);
      expect(await dilution.previewOffer(second.address, HOURLY * unit)).to.equal(1_000n * TOKEN);
    });
  });

  describe("budget given back", () => {
    it("is all of it under the lifetime cap, and in the buckets what has not leaked", async () => {
      const { dilution, debtAuction, vault, address, unit } = await networkHelpers.loadFixture(deployed);
      const openedAt = await lose(ethers, vault, HOURLY * unit);
      await time.setNextBlockTimestamp(openedAt + 2n * DAY);
      await debtAuction.settle(address, 1n);
      expect(await dilution.budget(address)).to.deep.equal([0n, 1_000n * TOKEN]);
      // With the month empty again, five hours can be filled to the brim.
      for (let hour = 0n; hour < 5n; ++hour) {
        await time.setNextBlockTimestamp(openedAt + 2n * DAY + (hour + 1n) * HOUR);
        await lose(ethers, vault, HOURLY * unit);
        expect(await debtAuction.remainingTokens(address, hour + 2n)).to.equal(1_000n * TOKEN);
      }
    });

    it("DI1: never frees what a later lot has drawn", async () => {
      const { dilution, debtAuction, vault, address, unit } = await networkHelpers.loadFixture(deployed);
      const openedAt = await lose(ethers, vault, HOURLY * unit);
      await time.setNextBlockTimestamp(openedAt + 2n * DAY);
      await lose(ethers, vault, HOURLY * unit);
      await time.setNextBlockTimestamp(openedAt + 2n * DAY + 36n);
      await debtAuction.settle(address, 1n);
      // The first lot left the hourly bucket long ago; the second fills it but for 36 seconds.
      expect((await dilution.budget(address)).availableTokens).to.equal(10n * TOKEN);
    });

    it("DI1: leaves in the buckets what was drawn under other caps", async () => {
      const { dilution, debtAuction, vault, address, governor, unit } = await networkHelpers.loadFixture(deployed);
      const openedAt = await lose(ethers, vault, HOURLY * unit);
      const lower = { ...LIMITS, hourCap: 1_000n * TOKEN, monthCap: 1_000n * TOKEN };
      await time.setNextBlockTimestamp(openedAt + DAY);
      await dilution.connect(governor).setLimits(address, lower);
      await time.setNextBlockTimestamp(openedAt + 2n * DAY);
      await debtAuction.settle(address, 1n);
      // A day at 5,000 per month, a day at 1,000 per month; nothing given back.
      const leaked = (5_000n * TOKEN) / 30n + (1_000n * TOKEN) / 30n;
      expect(await dilution.budget(address)).to.deep.equal([0n, leaked]);
    });
  });

  describe("paused", () => {
    it("opens no lot and fails no write-off; unpaused it opens them again", async () => {
      const setup = await networkHelpers.loadFixture(deployed);
      const { engine, dilution, debtAuction, vault, address, governor, guardian, unit } = setup;
      await dilution.connect(guardian).pauseDilution(address);
      expect(await dilution.previewOffer(address, unit)).to.equal(0n);
      await expect(vault.lose(60_000n * unit, 0n)).not.to.emit(engine, "TrancheFailed");
      expect((await debtAuction.lot(address, 1n)).openedAt).to.equal(0n);
      await dilution.connect(governor).unpauseDilution(address);
      await lose(ethers, vault, 60_000n * unit);
      expect(await debtAuction.remainingTokens(address, 2n)).to.equal(300n * TOKEN);
    });

    it("IN2: one vault's pause does not stop another's lots", async () => {
      const { dilution, debtAuction, address, guardian, addVault, unit } = await networkHelpers.loadFixture(deployed);
      const second = await addVault();
      await dilution.connect(guardian).pauseDilution(address);
      await lose(ethers, second.vault, 60_000n * unit);
      expect(await debtAuction.remainingTokens(second.address, 1n)).to.equal(300n * TOKEN);
    });
  });

  describe("a write-off that takes several losses", () => {
    /** 60,000 are lost for write-off 1, an hour and a half later 30,000 more for the same. Floor 200. */
    const FIRST = 60_000n;
    const SECOND = 30_000n;

    it("WO2: has its lot opened again for all that is left, at a fresh price and for the whole time", async () => {
      const { engine, debtAuction, vault, address, buyer, unit } = await networkHelpers.loadFixture(deployed);
      const openedAt = await lose(ethers, vault, FIRST * unit);
      await time.setNextBlockTimestamp(openedAt + 5n * HOUR); // at 250
      await debtAuction.connect(buyer).buy(address, 1n, 100n * TOKEN, ethers.MaxUint256, buyer, 2n ** 48n);
      await time.setNextBlockTimestamp(openedAt + 6n * HOUR);
      const more = vault.loseMore(1n, SECOND * unit);
      await expect(more).to.not.emit(engine, "TrancheFailed");
      // 200 of 300 were left, which the 35,000 still owed would pay for at the floor but for 25: 175 + 150 = 325.
      await expect(more)
        .to.emit(debtAuction, "LotSettled")
        .withArgs(address, 1n, 200n * TOKEN);
      const again = openedAt + 6n * HOUR;
      await expect(more)
        .to.emit(debtAuction, "LotOpened")
        .withArgs(address, 1n, 325n * TOKEN, 300n * unit, 200n * unit, 10n * HOUR, again + 2n * DAY);
      const { offeredTokens, soldTokens, openedAt: reopenedAt } = await debtAuction.lot(address, 1n);
      expect([offeredTokens, soldTokens, reopenedAt]).to.deep.equal([425n * TOKEN, 100n * TOKEN, again]);
      expect(await debtAuction.currentPrice(address, 1n)).to.equal(300n * unit);
      expect((await engine.ledger(address, 1n)).socialized).to.equal((FIRST + SECOND) * unit);
    });

    it("DI1: draws and releases one budget whatever happens in between", async () => {
      const { dilution, debtAuction, vault, address, unit, other, buyer } = await networkHelpers.loadFixture(deployed);
      await lose(ethers, vault, FIRST * unit);
      await vault.loseMore(1n, SECOND * unit);
      expect((await dilution.budget(address)).issuedTokens).to.equal(450n * TOKEN);
      const reopenedAt = BigInt(await time.latest());
      await time.setNextBlockTimestamp(reopenedAt + 12n * HOUR);
      await debtAuction.connect(buyer).buy(address, 1n, 50n * TOKEN, ethers.MaxUint256, buyer, 2n ** 48n);
      await time.setNextBlockTimestamp(reopenedAt + 2n * DAY);
      await expect(debtAuction.connect(other).settle(address, 1n))
        .to.emit(debtAuction, "LotSettled")
        .withArgs(address, 1n, 400n * TOKEN);
      expect((await dilution.budget(address)).issuedTokens).to.equal(50n * TOKEN);
      // A lot that is closed opens anew as well.
      await vault.loseMore(1n, SECOND * unit);
      expect(await debtAuction.remainingTokens(address, 1n)).to.equal(150n * TOKEN);
      expect((await dilution.budget(address)).issuedTokens).to.equal(200n * TOKEN);
    });

    it("DI1: offers no more than the hourly limit in an hour, however often it is opened again", async () => {
      const { dilution, debtAuction, vault, address, unit } = await networkHelpers.loadFixture(deployed);
      await lose(ethers, vault, 150_000n * unit);
      for (let i = 0; i < 4; i++) await vault.loseMore(1n, 40_000n * unit);
      const offered = await debtAuction.remainingTokens(address, 1n);
      // 1,000 an hour; a few seconds have passed.
      expect(offered).to.be.within(1_000n * TOKEN, 1_010n * TOKEN);
      expect((await dilution.budget(address)).issuedTokens).to.equal(offered);
    });

    it("finds its lot again however many lots of later write-offs there are", async () => {
      const { debtAuction, dilution, vault, address, unit } = await networkHelpers.loadFixture(deployed);
      await lose(ethers, vault, FIRST * unit);
      await lose(ethers, vault, 4_000n * unit);
      await vault.loseMore(1n, SECOND * unit);
      await lose(ethers, vault, 2_000n * unit);
      await vault.loseMore(2n, 2_000n * unit);
      const remaining = [1n, 2n, 3n].map((id) => debtAuction.remainingTokens(address, id));
      expect(await Promise.all(remaining)).to.deep.equal([450n * TOKEN, 30n * TOKEN, 10n * TOKEN]);
      expect((await dilution.budget(address)).issuedTokens).to.equal(490n * TOKEN);
    });

    it("keeps its lot as it is when all that is lost more is dust", async () => {
      const { debtAuction, engine, vault, address, unit } = await networkHelpers.loadFixture(deployed);
      const openedAt = await lose(ethers, vault, FIRST * unit);
      await expect(vault.loseMore(1n, 199_999n)).to.not.emit(debtAuction, "LotSettled");
      const { offeredTokens, openedAt: stillOpenedAt } = await debtAuction.lot(address, 1n);
      expect([offeredTokens, stillOpenedAt]).to.deep.equal([300n * TOKEN, openedAt]);
      expect(await engine.lendersOutstanding(address, 1n)).to.equal(FIRST * unit + 199_999n);
    });

    it("keeps what is on offer while new lots are paused", async () => {
      const { debtAuction, dilution, guardian, vault, address, unit } = await networkHelpers.loadFixture(deployed);
      await lose(ethers, vault, FIRST * unit);
      await dilution.connect(guardian).pauseDilution(address);
      await vault.loseMore(1n, SECOND * unit);
      expect(await debtAuction.remainingTokens(address, 1n)).to.equal(300n * TOKEN);
    });
  });

  describe("callers", () => {
    it("AC1: only the engine asks it to pay and hands it recoveries", async () => {
      const { dilution, address, other } = await networkHelpers.loadFixture(deployed);
      const asOther = dilution.connect(other);
      for (const attempt of [() => asOther.cover(address, 1n, 1n, 0n), () => asOther.recover(address, 1n, 1n)]) {
        await expect(attempt()).to.be.revertedWithCustomError(dilution, "OnlyEngine").withArgs(other.address);
      }
    });

    it("AC1: only its own buyback auction hands back what was not spent, and only it opens rounds", async () => {
      const { dilution, buybackAuction, address, other } = await networkHelpers.loadFixture(deployed);
      await expect(dilution.connect(other).unspent(address, 1n, 1n, false))
        .to.be.revertedWithCustomError(dilution, "OnlyAuction")
        .withArgs(other.address);
      await expect(buybackAuction.connect(other).open(address, 1n, 1n, 1n, BUYBACK_TERMS, false))
        .to.be.revertedWithCustomError(buybackAuction, "OnlyDilution")
        .withArgs(other.address);
    });

    it("WO4: needs well under half of its gas stipend", async () => {
      const { engine, dilution, address, unit } = await networkHelpers.loadFixture(deployed);
      const opened = await dilution.connect(await asEngine(engine)).cover(address, 9n, 60_000n * unit, 0n);
      expect((await opened.wait())!.gasUsed).to.be.below(170_000n);
    });
  });
});
