import { expect } from "chai";

import { describeFork } from "../helpers/mainnet/fork.js";
import { type Feed } from "../helpers/mainnet/feeds.js";
import {
  BID,
  COLLATERAL,
  endow,
  ETHER,
  growOld,
  ledgerOf,
  MAX,
  openMarket,
  STAKED,
  WETH,
} from "../helpers/mainnet/market.js";
import { type LentAsset } from "../helpers/mainnet/parameters.js";
import { deployOnMainnet, type MainnetSystem } from "../helpers/mainnet/system.js";
import { deal, tokenAt } from "../helpers/mainnet/tokens.js";

const CONFIRMATION_DELAY = 3_600n;
/** minIncentive is 2 %: what a collateral worth v covers is v / 1.02. */
const coveredBy = (value: bigint) => (value * 10_000n) / 10_200n;

for (const lent of ["USDC", "DAI"] satisfies LentAsset[]) {
  describeFork(`mainnet: the life of a ${lent} vault with WETH as collateral`, () => {
    let system: MainnetSystem;
    let borrowed: bigint;
    let ethFeed: Feed;
    let answer: bigint;
    let loss: { id: bigint; badDebt: bigint; insurance: bigint; dilutionCash: bigint; socialized: bigint };

    before(async () => {
      system = await deployOnMainnet(lent);
      borrowed = await openMarket(system);
      ({ ethFeed, answer } = await growOld(system));
    });
    after(async () => {
      await system.fork.close();
    });

    const debt = async () => (await system.vault.positionOf(system.people.borrower.address, WETH)).debtAssets;
    const held = async (holder: string) => await tokenAt(system.fork, lent).balanceOf(holder);
    /** Worth of the position's collateral at an answer of the feed. The asset is one dollar. */
    const worthAt = (price: bigint) => (COLLATERAL * price * system.one) / 10n ** 8n;
    const sharesOf = async (holder: string) => system.vault.convertToAssets(await system.vault.balanceOf(holder));

    it("lends against mainnet's own price of ether", async () => {
      expect(borrowed).to.equal((worthAt(answer) * 70n) / 100n);
      expect(await held(system.people.borrower.address)).to.equal(borrowed);
    });

    it("provisions a loss as soon as it is known, and gives it back when it was a false alarm (IM1)", async () => {
      const { vault, fund, people } = system;
      const { ann, borrower, stranger, sam } = people;
      const before = { ann: await sharesOf(ann.address), sam: await fund.convertToAssets(await fund.balanceOf(sam)) };
      await ethFeed.publish(answer / 2n);
      const shortfall = (await debt()) - coveredBy(worthAt(answer / 2n));
      await vault.connect(stranger).impair(borrower.address, WETH);
      const { impairmentId } = await vault.positionOf(borrower.address, WETH);
      const [reserveAssets, earmarkedAssets, chargedAssets] = await vault.provisionOf(impairmentId);
      const provisioned = reserveAssets + earmarkedAssets + chargedAssets;
      // Interest of a second or two lies between the two figures.
      expect(provisioned - shortfall).to.be.within(0n, system.one / 10n);
      // All of the fund but the thousandth that a provision always leaves.
      expect(earmarkedAssets).to.equal((STAKED * system.one * 999n) / 1000n);
      expect(await sharesOf(ann.address)).to.be.lessThan(before.ann);

      await ethFeed.publish(answer);
      await vault.connect(stranger).impair(borrower.address, WETH);
      const epoch = (await vault.openEpoch()) - 1n;
      const fundEpoch = (await fund.openEpoch()) - 1n;
      const back = (await sharesOf(ann.address)) + (await vault.claimableRecovery(ann.address, epoch));
      expect(back - before.ann).to.be.within(-2n, system.one * 10n); // more by the interest since
      const stake = await fund.convertToAssets(await fund.balanceOf(sam));
      const stakeBack = stake + (await fund.claimableRecovery(sam.address, fundEpoch));
      expect(before.sam - stakeBack).to.be.within(0n, 2n);
      await vault.connect(ann).claimRecovery(ann.address, [epoch], ann.address);
      await fund.connect(sam).reinvestRecovery(sam.address, [fundEpoch], sam.address);
    });

    it("closes part of a solvent loan that has become too large", async () => {
      const { vault, people } = system;
      await endow(system, people.liquidator, 1_000_000n);
      // Down by a tenth: 70 % of debt to worth become 78 %; the line is at 80 %.
      await ethFeed.publish((answer * 100n) / 115n);
      const owed = await debt();
      const wethBefore = await tokenAt(system.fork, "WETH").balanceOf(people.liquidator.address);
      await vault.connect(people.liquidator).liquidate(people.borrower.address, WETH, MAX, 0n, 0n, "0x");
      expect(await debt()).to.be.lessThan(owed);
      const seized = (await tokenAt(system.fork, "WETH").balanceOf(people.liquidator.address)) - wethBefore;
      expect(seized).to.be.greaterThan(0n);
      expect(await vault.healthFactor(people.borrower.address, WETH)).to.be.greaterThan(ETHER);
      expect(await system.engine.writeOffCount(vault)).to.equal(1n); // the false alarm's entry, without a loss
    });

    it("writes off through every layer, in one transaction, what was quoted (WO1, WO2, WO3)", async () => {
      const { vault, fund, engine, lens, people, one } = system;
      await ethFeed.publish(answer / 3n);
      const position = [await vault.getAddress(), people.borrower.address, WETH] as const;
      const quotedSums = [await fund.totalAssets(), await vault.reserves()] as const;
      const [quote] = await lens.quoteWriteOff(...position, true);
      await vault.connect(people.liquidator).liquidate(people.borrower.address, WETH, MAX, 0n, MAX, "0x");
      const id = await engine.writeOffCount(vault);
      const entry = await ledgerOf(system, id);
      expect(entry.badDebt).to.equal(entry.reserves + entry.insurance + entry.dilutionCash + entry.socialized);
      // The fund and the bid are used up before the lenders pay; a bid buys whole token units only.
      expect(entry.insurance).to.equal(quotedSums[0]);
      expect(BID * one - entry.dilutionCash).to.be.within(0n, 1_000n);
      expect(entry.reserves - quotedSums[1]).to.be.within(0n, one);
      // Interest of one second separates quote and execution.
      expect(entry.badDebt - quote.badDebtAssets).to.be.within(0n, one / 10n);
      expect(entry.insurance).to.equal(quote.insuranceAssets);
      expect(entry.dilutionCash).to.equal(quote.dilutionAssets);
      expect(entry.socialized - quote.socializedAssets).to.be.within(-(one / 10n), one / 10n);
      expect(entry.socialized).to.be.greaterThan(0n);
      expect(await fund.totalAssets()).to.equal(0n);
      loss = { id, ...entry };
    });

    it("sells the diluted tokens, and the lenders who were charged are paid from it (DI1)", async () => {
      const { vault, debtAuction, token, people, one, dilution } = system;
      await endow(system, people.buyer, 1_000_000n);
      const [, assets] = await debtAuction.quoteBuy(vault, loss.id, MAX);
      expect(assets).to.be.greaterThan(0n);
      const deadline = BigInt(await system.fork.networkHelpers.time.latest()) + 3_600n;
      const supplied = await token.totalSupply();
      await debtAuction.connect(people.buyer).buy(vault, loss.id, 10n * ETHER, MAX, people.buyer.address, deadline);
      const bought = await token.balanceOf(people.buyer.address);
      expect((await token.totalSupply()) - supplied).to.equal(bought);
      const terms = await dilution.saleTerms(vault);
      const paid = 1_000_000n * one - (await held(people.buyer.address));
      expect(paid * ETHER).to.be.greaterThanOrEqual(bought * terms.floorPrice);
      const epoch = (await vault.openEpoch()) - 1n;
      const claimable = await vault.claimableRecovery(people.ann.address, epoch);
      // Ann held three fifths of the shares; virtual shares and rounding take a few units at most.
      expect((paid * 6n) / 10n - claimable).to.be.within(-2n, 4n);
    });

    it("lets a late recovery climb the ladder: lenders first, then dilution, then the fund (RE1, RE2)", async () => {
      const { vault, fund, engine, people } = system;
      const { ann, stranger, sam } = people;
      const owedToLenders = await engine.lendersOutstanding(vault, loss.id);
      await endow(system, stranger, 1_000_000n);
      await engine.connect(stranger).recover(vault, loss.id, owedToLenders);
      expect(await engine.lendersOutstanding(vault, loss.id)).to.equal(0n);
      const epoch = (await vault.openEpoch()) - 1n;
      const claimable = await vault.claimableRecovery(ann.address, epoch);
      const before = await held(ann.address);
      await vault.connect(ann).claimRecovery(ann.address, [epoch], ann.address);
      expect((await held(ann.address)) - before).to.equal(claimable);
      expect((loss.socialized * 6n) / 10n - claimable).to.be.within(-2n, 5n);

      // The rest of the loss: dilution gets what it paid for buying back, then the fund what it paid.
      const rest = await engine.outstanding(vault, loss.id);
      await engine.connect(stranger).recover(vault, loss.id, rest);
      expect(await engine.outstanding(vault, loss.id)).to.equal(0n);
      const fundEpoch = (await fund.openEpoch()) - 1n;
      expect(loss.insurance - (await fund.claimableRecovery(sam.address, fundEpoch))).to.be.within(0n, 2n);
    });

    it("writes off without a liquidator once a newer round confirms it (OR1)", async () => {
      const { vault, people, one } = system;
      const { ben, stranger } = people;
      await ethFeed.publish(answer);
      // Ben borrows three fifths of what one ether is worth.
      const weth = tokenAt(system.fork, "WETH");
      await deal(system.fork, "WETH", ben.address, ETHER);
      await weth.connect(ben).approve(await vault.getAddress(), MAX);
      await vault.connect(ben).supplyCollateral(WETH, ETHER, ben.address);
      await vault.connect(ben).borrow(WETH, (answer * one * 60n) / 10n ** 10n, ben.address, ben.address);
      await ethFeed.publish(answer / 4n);
      await vault.connect(stranger).impair(ben.address, WETH);
      await expect(vault.connect(stranger).writeOff(ben.address, WETH, MAX)).to.be.revertedWithCustomError(
        vault,
        "NotConfirmed",
      );
      await system.fork.networkHelpers.time.increase(CONFIRMATION_DELAY);
      await expect(vault.connect(stranger).writeOff(ben.address, WETH, MAX)).to.be.revertedWithCustomError(
        vault,
        "NoNewerRound",
      );
      await ethFeed.publish(answer / 4n);
      await system.assetFeed.publish(10n ** 8n);
      const owed = (await vault.positionOf(ben.address, WETH)).debtAssets;
      await vault.connect(stranger).writeOff(ben.address, WETH, MAX);
      const left = (await vault.positionOf(ben.address, WETH)).debtAssets;
      const worth = ((answer / 4n) * one) / 10n ** 8n;
      expect(left - coveredBy(worth)).to.be.within(-1n, 1n);
      const entry = await ledgerOf(system, await system.engine.writeOffCount(vault));
      expect(owed - left - entry.badDebt).to.be.within(-(one / 10n), one / 10n);
    });
  });
}
