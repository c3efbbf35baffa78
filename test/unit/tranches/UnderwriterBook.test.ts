import { expect } from "chai";
import { network } from "hardhat";

import { deployDilutionLayer } from "../../helpers/layers.ts";
import { deployLending, fundAccount, MAX } from "../../helpers/lending.ts";
import { report } from "../../helpers/tranches.ts";

const UNIT = 10n ** 18n;
const DAY = 86_400;
/** What the loan of this system loses at a price of 100. */
const LOSS = 409_900_990_099_009_900_990n;

/** 16 levels from 100 down to 25 asset units a token, in steps of 5. */
const PRICES = Array.from({ length: 16 }, (_, k) => (100n - 5n * BigInt(k)) * UNIT);

describe("underwriters", () => {
  async function system() {
    const { ethers, networkHelpers } = await network.create();
    const s = await deployLending(ethers);
    const [admin, lender, borrower, liquidator, una, ugo, uma] = await ethers.getSigners();
    const address = await s.at(s.vault);
    const weth = await s.at(s.collateral);
    const { dilution, book, token } = await deployDilutionLayer(ethers, s, admin!, {
      limits: { hourCap: 100n * UNIT, monthCap: 1_000n * UNIT, lifetimeCap: 10_000n * UNIT },
      sale: { startPrice: 150n * UNIT, floorPrice: 40n * UNIT, fallSeconds: 3_600n, saleSeconds: 7_200n },
      levels: PRICES,
    });
    await s.engine.setStack(address, [{ tranche: await s.at(dilution), gasStipend: 2_000_000n, kind: 1n }]);
    for (const account of [lender!, liquidator!]) await fundAccount(s.asset, account, address, 100_000n * UNIT);
    for (const account of [una!, ugo!, uma!]) await fundAccount(s.asset, account, await s.at(book), 100_000n * UNIT);
    await fundAccount(s.collateral, borrower!, address, 100n * UNIT);
    await s.vault.connect(lender).deposit(10_000n * UNIT, lender!.address);
    await s.vault.connect(borrower).supplyCollateral(weth, 10n * UNIT, borrower!.address);
    await s.vault.connect(borrower).borrow(weth, 1_400n * UNIT, borrower!.address, borrower!.address);
    /** Loses 409.900990099009900990 by liquidation at 100. */
    const lose = async () => {
      await s.setPrice(100n);
      return s.vault.connect(liquidator).liquidate(borrower!.address, weth, MAX, 0n, MAX, "0x");
    };
    return { ...s, ethers, networkHelpers, address, dilution, book, token, lose, una: una!, ugo: ugo!, uma: uma! };
  }

  it("fills the best level first, pro rata within it, and mints to the bidders in the same transaction", async () => {
    const t = await system();
    // level 0 at 100: una 60, ugo 20; level 2 at 90: uma 1,000
    await t.book.connect(t.una).commit(0n, 60n * UNIT, t.una.address);
    await t.book.connect(t.ugo).commit(0n, 20n * UNIT, t.ugo.address);
    await t.book.connect(t.uma).commit(2n, 1_000n * UNIT, t.uma.address);
    await t.lose();
    const entry = await t.engine.ledger(t.address, 1n);
    // 80 at level 0 buys 0.8 tokens; the remaining 329.90099009900990099 at 90 buys floor(3.66556655665566556655...)
    const rest = 329_900_990_099_009_900_990n;
    const bought = (rest * UNIT) / (90n * UNIT);
    expect(entry.dilutionCash).to.equal(80n * UNIT + rest);
    expect(entry.socialized).to.equal(0n);
    expect(await t.token.balanceOf(await t.at(t.book))).to.equal(8n * 10n ** 17n + bought);
    expect((await t.book.collectable(t.una.address, [0n])).tokens).to.be.closeTo(6n * 10n ** 17n, 1n);
    expect((await t.book.collectable(t.ugo.address, [0n])).tokens).to.be.closeTo(2n * 10n ** 17n, 1n);
    expect((await t.book.bidOf(t.una.address, 0n)).drained).to.equal(true);
    await t.book.connect(t.una).collect([0n], t.una.address, t.una.address);
    expect(await t.token.balanceOf(t.una.address)).to.be.closeTo(6n * 10n ** 17n, 1n);
    expect((await t.book.bidOf(t.uma.address, 2n)).assets).to.equal(1_000n * UNIT - rest);
  });

  it("WO1 WO5: bids that cover a loss leave no dust of it: no lot, no loss epoch, no lender charged", async () => {
    const t = await system();
    const sale = await t.ethers.getContractAt("DebtAuction", await t.dilution.debtAuction());
    // Neither 95 nor 85 divides what is to be paid: a token unit at 85 costs 85 base units.
    await t.book.connect(t.una).commit(1n, 200n * UNIT + 7n, t.una.address);
    await t.book.connect(t.ugo).commit(3n, 1_000n * UNIT, t.ugo.address);
    await expect(t.lose()).to.not.emit(sale, "LotOpened").and.to.not.emit(t.vault, "LossCharged");
    const { badDebt, dilutionCash, socialized } = await t.engine.ledger(t.address, 1n);
    expect([badDebt, dilutionCash, socialized]).to.deep.equal([LOSS, LOSS, 0n]);
    expect(await t.vault.openEpoch()).to.equal(1n);
    // The first level is empty to the last unit; tokens were rounded down, at no less than each level's price.
    expect((await t.book.bidOf(t.una.address, 1n)).drained).to.equal(true);
    expect((await t.book.levelOf(3n)).assets).to.equal(1_000n * UNIT - (LOSS - 200n * UNIT - 7n));
    const first = ((200n * UNIT + 7n) * UNIT) / (95n * UNIT);
    const second = ((LOSS - 200n * UNIT - 7n) * UNIT) / (85n * UNIT);
    expect(await t.token.balanceOf(await t.at(t.book))).to.equal(first + second);
    expect((await t.dilution.budget(t.address)).issuedTokens).to.equal(first + second);
  });

  it("WO3 DI1: pays for exactly the tokens that a budget has left, and the rest is charged", async () => {
    const t = await system();
    await t.dilution.setLimits(t.address, { hourCap: 2n * UNIT + 1n, monthCap: 9n * UNIT, lifetimeCap: 9n * UNIT });
    await t.book.connect(t.una).commit(1n, 1_000n * UNIT, t.una.address);
    const quote = await t.engine.preview(t.address, await report(t.vault, LOSS, 0n));
    await t.lose();
    expect(quote.dilutionCash).to.equal(190n * UNIT + 95n);
    expect((await t.engine.ledger(t.address, 1n)).dilutionCash).to.equal(190n * UNIT + 95n);
    expect(await t.token.balanceOf(await t.at(t.book))).to.equal(2n * UNIT + 1n);
  });

  it("WO3: the quote is what the write-off then takes", async () => {
    const t = await system();
    await t.book.connect(t.una).commit(3n, 77n * UNIT, t.una.address);
    await t.book.connect(t.ugo).commit(5n, 33n * UNIT, t.ugo.address);
    const quote = await t.engine.preview(t.address, await report(t.vault, 409_900_990_099_009_900_990n, 0n));
    await t.lose();
    const entry = await t.engine.ledger(t.address, 1n);
    expect(entry.dilutionCash).to.equal(quote.dilutionCash);
    expect(entry.socialized).to.equal(quote.socialized);
  });

  it("DI1: takes no bid below the floor and mints no more than the budget", async () => {
    const t = await system();
    await expect(t.book.connect(t.una).commit(13n, UNIT, t.una.address))
      .to.be.revertedWithCustomError(t.book, "LevelInactive")
      .withArgs(13n, 35n * UNIT, 40n * UNIT);
    await t.book.connect(t.una).commit(12n, 10_000n * UNIT, t.una.address);
    await t.dilution.setLimits(t.address, { hourCap: 3n * UNIT, monthCap: 1_000n * UNIT, lifetimeCap: 10_000n * UNIT });
    await t.lose();
    expect((await t.engine.ledger(t.address, 1n)).dilutionCash).to.equal(120n * UNIT);
    expect(await t.token.balanceOf(await t.at(t.book))).to.equal(3n * UNIT);
  });

  it("lets a bid leave only after its notice, and fills it meanwhile", async () => {
    const t = await system();
    const shares = await t.book.connect(t.una).commit.staticCall(0n, 500n * UNIT, t.una.address);
    await t.book.connect(t.una).commit(0n, 500n * UNIT, t.una.address);
    await expect(
      t.book.connect(t.una).withdraw(0n, shares, t.una.address, t.una.address),
    ).to.be.revertedWithCustomError(t.book, "ExceedsMaturedNotice");
    await t.book.connect(t.una).giveNotice(0n, shares, t.una.address);
    await t.lose();
    await t.networkHelpers.time.increase(7 * DAY);
    await t.book.connect(t.una).withdraw(0n, shares, t.una.address, t.una.address);
    const paid = (await t.engine.ledger(t.address, 1n)).dilutionCash;
    expect(await t.asset.balanceOf(t.una.address)).to.equal(100_000n * UNIT - paid);
  });

  it("pays premium for time at work, and none under notice", async () => {
    const t = await system();
    await fundAccount(t.asset, t.uma, await t.at(t.book), 0n);
    await t.book.connect(t.una).commit(0n, 300n * UNIT, t.una.address);
    await t.book.connect(t.ugo).commit(4n, 100n * UNIT, t.ugo.address);
    await t.book.connect(t.uma).addPremium(7_000n * UNIT);
    await t.networkHelpers.time.increase(3 * DAY + 12 * 3_600);
    // half of the period: 3,500, three quarters of it una's
    expect((await t.book.collectable(t.una.address, [0n])).assets).to.be.closeTo(2_625n * UNIT, UNIT / 10n);
    expect((await t.book.collectable(t.ugo.address, [4n])).assets).to.be.closeTo(875n * UNIT, UNIT / 10n);
    await t.book.connect(t.una).giveNotice(0n, (await t.book.bidOf(t.una.address, 0n)).shares, t.una.address);
    await t.networkHelpers.time.increase(7 * DAY);
    expect((await t.book.collectable(t.una.address, [0n])).assets).to.be.closeTo(2_625n * UNIT, UNIT / 10n);
    expect((await t.book.collectable(t.ugo.address, [4n])).assets).to.be.closeTo(4_375n * UNIT, UNIT / 10n);
    await t.book.connect(t.ugo).collect([4n], t.ugo.address, t.ugo.address);
    await t.book.connect(t.una).collect([0n], t.una.address, t.una.address);
  });
});
