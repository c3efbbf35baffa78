import { expect } from "chai";
import { network } from "hardhat";

import { deployLending, fundAccount, MAX } from "../../helpers/lending.ts";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

const UNIT = 10n ** 18n;
const HOUR = 3_600n;
const DAY = 86_400n;
const FLOOR = 40n * UNIT;
const VIRTUAL_SHARES = 1_000_000n;

/**
 * Ann holds 6,000, Ben 4,000. One position of 10 collateral units and a debt of 1,400 is liquidated at 100; what its
 * collateral does not pay is offered at a floor of 40 for two hours. A day is left to take what has not been sold.
 */
describe("InKindClaims", () => {
  async function expired() {
    const s = await deployLending(ethers);
    const [admin, ann, ben, borrower, liquidator, payer, other] = await ethers.getSigners();
    const address = await s.at(s.vault);
    const weth = await s.at(s.collateral);
    const token = { name: "Backstop", symbol: "BACK", cap: 10n ** 24n, initialSupply: 0n, initialHolder: admin! };
    const dilution = await ethers.deployContract("Dilution", [s.manager, s.engine, token, 10n ** 23n]);
    const claims = await ethers.deployContract("InKindClaims", [dilution]);
    await dilution.setInKindClaims(claims);
    await dilution.setLimits(address, { hourCap: 100n * UNIT, monthCap: 1_000n * UNIT, lifetimeCap: 10_000n * UNIT });
    const terms = { startPrice: 150n * UNIT, floorPrice: FLOOR, fallSeconds: HOUR, saleSeconds: 2n * HOUR };
    await dilution.setSaleTerms(address, terms);
    await dilution.setBuybackTerms(address, { startBps: 5_000n, riseSeconds: HOUR, offerSeconds: DAY });
    await dilution.setClaimWindow(address, DAY);
    await s.engine.setStack(address, [{ tranche: await s.at(dilution), gasStipend: 800_000n, kind: 1n }]);
    for (const account of [ann!, ben!, liquidator!]) await fundAccount(s.asset, account, address, 100_000n * UNIT);
    await fundAccount(s.asset, payer!, await s.at(s.engine), 100_000n * UNIT);
    await fundAccount(s.collateral, borrower!, address, 100n * UNIT);
    await s.vault.connect(ann).deposit(6_000n * UNIT, ann!.address);
    await s.vault.connect(ben).deposit(4_000n * UNIT, ben!.address);
    await s.vault.connect(borrower).supplyCollateral(weth, 10n * UNIT, borrower!.address);
    await s.vault.connect(borrower).borrow(weth, 1_400n * UNIT, borrower!.address, borrower!.address);
    await s.setPrice(100n);
    await s.vault.connect(liquidator).liquidate(borrower!.address, weth, MAX, 0n, MAX, "0x");
    const backstop = await ethers.getContractAt("BackstopToken", await dilution.token());
    const debtAuction = await ethers.getContractAt("DebtAuction", await dilution.debtAuction());
    const buyback = await ethers.getContractAt("BuybackAuction", await dilution.buybackAuction());
    const lot = await debtAuction.lot(address, 1n);
    const { socialized } = await s.engine.ledger(address, 1n);
    for (const lender of [ann!, ben!]) await s.vault.connect(lender).setAuthorization(claims, true);
    await time.increaseTo(lot.expiresAt);
    /** What is outstanding on an account's part of the epoch, by hand. */
    const outstandingOf = async (account: { address: string }, recovered = 0n) => {
      const supply = (await s.vault.totalSupply()) + VIRTUAL_SHARES;
      return ((socialized - recovered) * (await s.vault.balanceOf(account.address))) / supply;
    };
    const take = (lender: typeof ann, minTokens = 0n, epoch = 1n) =>
      claims.connect(lender).take(address, 1n, epoch, lender!.address, MAX >> 128n, minTokens, lender!.address);
    const takeHeld = async (lender: typeof ann, receiver = lender!.address) =>
      claims
        .connect(lender)
        .take(address, 1n, 1n, lender!.address, await s.vault.balanceOf(lender!.address), 0n, receiver);
    return {
      ...s,
      ...{ address, dilution, claims, backstop, debtAuction, buyback, lot, socialized, outstandingOf, take, takeHeld },
      ...{ admin: admin!, ann: ann!, ben: ben!, liquidator: liquidator!, payer: payer!, other: other! },
    };
  }

  it("DI1: gives tokens at the floor for what is outstanding on the claim, out of the same budget", async () => {
    const t = await networkHelpers.loadFixture(expired);
    const assets = await t.outstandingOf(t.ann);
    const tokens = (assets * UNIT) / FLOOR;
    const shares = await t.vault.balanceOf(t.ann);
    expect(await t.claims.quote(t.address, 1n, 1n, shares)).to.deep.equal([shares, assets, tokens]);
    const { issuedTokens } = await t.dilution.budget(t.address);
    await expect(t.takeHeld(t.ann))
      .to.emit(t.claims, "ClaimExchanged")
      .withArgs(t.address, 1n, t.ann.address, 1n, shares, assets, tokens, t.ann.address);
    expect(await t.backstop.balanceOf(t.ann)).to.equal(tokens);
    expect(await t.backstop.totalSupply()).to.equal(tokens);
    expect((await t.dilution.budget(t.address)).issuedTokens).to.equal(issuedTokens);
    expect(await t.debtAuction.remainingTokens(t.address, 1n)).to.equal(t.lot.offeredTokens - tokens);
    expect(await t.dilution.takenOf(t.address, 1n)).to.deep.equal([assets, tokens]);
    expect(await t.vault.balanceAtEpoch(t.ann, 1n)).to.equal(0n);
    expect(await t.claims.sharesOf(t.address, 1n, 1n)).to.equal(shares);
    // No market has spoken: the next lot does not start from it.
    expect(await t.dilution.lastClearing(t.address)).to.deep.equal([0n, 0n]);
    // What nobody took is never minted.
    await expect(t.debtAuction.settle(t.address, 1n)).to.be.revertedWithCustomError(t.debtAuction, "LotStillOpen");
    await time.increaseTo(t.lot.expiresAt + DAY);
    await t.debtAuction.settle(t.address, 1n);
    expect((await t.dilution.budget(t.address)).issuedTokens).to.equal(tokens);
  });

  it("DI1 RE1: all lenders together take no more than the lot has left and than they are owed", async () => {
    const t = await networkHelpers.loadFixture(expired);
    await t.takeHeld(t.ann);
    await t.takeHeld(t.ben);
    const taken = await t.dilution.takenOf(t.address, 1n);
    expect(taken.raisedAssets).to.be.within(t.socialized - 3n, t.socialized);
    expect(taken.mintedTokens * FLOOR).to.be.lessThanOrEqual(taken.raisedAssets * UNIT);
    expect(taken.mintedTokens).to.be.lessThanOrEqual(t.lot.offeredTokens);
    await expect(t.takeHeld(t.ann)).to.be.revertedWithCustomError(t.claims, "TooFewTokens");
  });

  it("RE1: recoveries for a given claim buy tokens back, the others' are untouched", async () => {
    const t = await networkHelpers.loadFixture(expired);
    const [annDue, benDue] = [await t.outstandingOf(t.ann), await t.outstandingOf(t.ben)];
    await t.takeHeld(t.ann);
    await t.engine.connect(t.payer).recover(t.address, 1n, MAX);
    expect(await t.vault.claimableRecovery(t.ann, 1n)).to.equal(0n);
    expect(await t.vault.claimableRecovery(t.ben, 1n)).to.equal(benDue);
    await expect(t.claims.fundBuyback(t.address, 1n, 1n))
      .to.emit(t.claims, "BuybackFunded")
      .withArgs(t.address, 1n, 1n, annDue - 1n); // rounded down by the pool
    const round = await t.buyback.round(t.address, 1n, 0n);
    expect([round.assets, round.isOfClaims]).to.deep.equal([annDue - 1n, true]);
    expect(round.maxPrice).to.be.within(FLOOR, FLOOR + 10n);
    await expect(t.claims.fundBuyback(t.address, 1n, 1n)).to.be.revertedWithCustomError(t.claims, "NothingCollected");
    // Ann sells her tokens back at the floor she had them for.
    await time.increaseTo(round.openedAt + HOUR);
    const tokens = await t.backstop.balanceOf(t.ann);
    await t.backstop.connect(t.ann).approve(t.buyback, MAX);
    await t.buyback.connect(t.ann).sell(t.address, 1n, 0n, tokens, 0n, t.ann);
    expect(await t.backstop.totalSupply()).to.be.lessThan(100n);
  });

  it("RE2 LI1: money that buys no tokens is paid in again: to those who are owed, then kept for the fund", async () => {
    const t = await networkHelpers.loadFixture(expired);
    await t.takeHeld(t.ann);
    const half = t.socialized / 2n;
    await t.engine.connect(t.payer).recover(t.address, 1n, half);
    await t.claims.fundBuyback(t.address, 1n, 1n);
    const { assets } = await t.buyback.round(t.address, 1n, 0n);
    const before = await t.vault.claimableRecovery(t.ben, 1n);
    await time.increase(DAY + 1n);
    await t.buyback.settle(t.address, 1n, 0n);
    expect(await t.engine.outstanding(t.address, 1n)).to.equal((await ledger(t)).badDebt - half - assets);
    // Ben holds two fifths of what is owed.
    expect(await t.vault.claimableRecovery(t.ben, 1n)).to.be.closeTo(before + (assets * 2n) / 5n, 10n ** 6n);
    expect(await t.dilution.keptAssets(t.address)).to.equal(0n);
    await t.engine.connect(t.payer).recover(t.address, 1n, MAX);
    await t.claims.fundBuyback(t.address, 1n, 1n);
    const last = await t.buyback.round(t.address, 1n, 1n);
    await time.increase(DAY + 1n);
    await t.buyback.settle(t.address, 1n, 1n);
    expect(await t.dilution.keptAssets(t.address)).to.equal(last.assets);
    const fund = await ethers.deployContract("InsuranceFund", [
      t.address,
      "Fund",
      "FND",
      t.manager,
      { cooldown: 7n * DAY, withdrawalWindow: 2n * DAY, hourCap: 0n, monthCap: 0n },
    ]);
    await fundAccount(t.asset, t.other, await t.at(fund), UNIT);
    await fund.connect(t.other).deposit(UNIT, t.other);
    await t.vault.setReservePolicy(0n, fund);
    await expect(t.dilution.forwardKept(t.address)).to.changeTokenBalance(ethers, t.asset, fund, last.assets);
    await expect(t.dilution.forwardKept(t.address)).to.be.revertedWithCustomError(t.dilution, "NothingKept");
    expect(await t.asset.balanceOf(t.dilution)).to.equal(0n);
  });

  const ledger = (t: Awaited<ReturnType<typeof expired>>) => t.engine.ledger(t.address, 1n);

  it("leaves the lender what had come in before, and gives tokens for the rest only", async () => {
    const t = await networkHelpers.loadFixture(expired);
    await t.engine.connect(t.payer).recover(t.address, 1n, 100n * UNIT);
    const cameIn = await t.vault.claimableRecovery(t.ann, 1n);
    const assets = await t.outstandingOf(t.ann, 100n * UNIT);
    await expect(t.takeHeld(t.ann, t.other.address)).to.changeTokenBalance(ethers, t.asset, t.other, cameIn);
    expect(await t.backstop.balanceOf(t.other)).to.equal((assets * UNIT) / FLOOR);
    expect(await t.vault.claimableRecovery(t.claims, 1n)).to.equal(0n);
  });

  it("is for the window only", async () => {
    const t = await networkHelpers.loadFixture(expired);
    await time.increaseTo(t.lot.expiresAt + DAY);
    await expect(t.takeHeld(t.ann))
      .to.be.revertedWithCustomError(t.debtAuction, "NotClaimTime")
      .withArgs(t.address, 1n, t.lot.expiresAt, t.lot.expiresAt + DAY);
    expect(await t.claims.quote(t.address, 1n, 1n, UNIT)).to.deep.equal([0n, 0n, 0n]);
    await t.debtAuction.settle(t.address, 1n);
    await expect(t.takeHeld(t.ann)).to.be.revertedWithCustomError(t.claims, "NothingLeft");
  });

  it("RE1: is for the account and its operators, with an authorization, and for those who were charged", async () => {
    const t = await networkHelpers.loadFixture(expired);
    await expect(t.claims.connect(t.other).take(t.address, 1n, 1n, t.ann, UNIT, 0n, t.other))
      .to.be.revertedWithCustomError(t.claims, "NotAuthorized")
      .withArgs(t.ann.address, t.other.address);
    await expect(t.vault.connect(t.other).takeOverRecovery(t.ann, 1n, 1n))
      .to.be.revertedWithCustomError(t.vault, "NotAuthorized")
      .withArgs(t.ann.address, t.other.address);
    await expect(t.take(t.ann, 0n, 2n)).to.be.revertedWithCustomError(t.claims, "NotCharged");
    await t.vault.connect(t.ann).setAuthorization(t.claims, false);
    await expect(t.takeHeld(t.ann)).to.be.revertedWithCustomError(t.vault, "NotAuthorized");
    // A stranger has no shares of the epoch, whatever it authorizes.
    await t.vault.connect(t.other).setAuthorization(t.claims, true);
    await expect(t.claims.connect(t.other).take(t.address, 1n, 1n, t.other, UNIT, 0n, t.other))
      .to.be.revertedWithCustomError(t.vault, "ExceedsRecoveryShares")
      .withArgs(t.other.address, 1n, UNIT, 0n);
    await expect(
      t.claims.connect(t.ben).take(t.address, 1n, 1n, t.ben, UNIT, 10n ** 30n, t.ben),
    ).to.be.revertedWithCustomError(t.claims, "TooFewTokens");
    await t.dilution.pauseDilution(t.address);
    await expect(t.takeHeld(t.ben)).to.be.revertedWithCustomError(t.claims, "ClaimsPaused");
  });

  it("AC1: is wired once, for its own layer, and only then has a window of at most thirty days", async () => {
    const t = await networkHelpers.loadFixture(expired);
    const second = await ethers.deployContract("InKindClaims", [t.dilution]);
    await expect(t.dilution.setInKindClaims(second))
      .to.be.revertedWithCustomError(t.dilution, "ForeignClaims")
      .withArgs(await second.getAddress(), await t.claims.getAddress());
    const token = { name: "B", symbol: "B", cap: UNIT, initialSupply: 0n, initialHolder: t.admin };
    const bare = await ethers.deployContract("Dilution", [t.manager, t.engine, token, 0n]);
    await expect(bare.setInKindClaims(second)).to.be.revertedWithCustomError(bare, "ForeignClaims");
    await expect(bare.setClaimWindow(t.address, DAY)).to.be.revertedWithCustomError(bare, "NoInKindClaims");
    await expect(t.dilution.setClaimWindow(t.address, 30n * DAY + 1n))
      .to.be.revertedWithCustomError(t.dilution, "ClaimWindowTooLong")
      .withArgs(30n * DAY + 1n, 30n * DAY);
    for (const call of [
      () => t.dilution.connect(t.other).taken(t.address, 1n, 1n, 1n, t.other),
      () => t.dilution.connect(t.other).buyBack(t.address, 1n, 1n),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(t.dilution, "OnlyAuction").withArgs(t.other.address);
    }
  });
});
