import { expect } from "chai";
import { network } from "hardhat";

import { DAY, deployDilution, HOUR, lose, NEVER, saleTerms, TOKEN } from "../../helpers/dilution.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

describe("DebtAuction buy", () => {
  /** A loss of 60,000 at a floor of 200: 300 tokens on offer, from 300 to 200 in ten hours. */
  async function opened() {
    const setup = await deployDilution(ethers, await ethers.deployContract("TestToken", ["Asset", "AST", 6]));
    const openedAt = await lose(ethers, setup.vault, 60_000n * setup.unit);
    const { debtAuction, buyer, address } = setup;
    /** The buyer asks for `tokens` at `elapsed` seconds, at any price. */
    const buyAt = async (elapsed: bigint, tokens: bigint) => {
      await time.setNextBlockTimestamp(openedAt + elapsed);
      return debtAuction.connect(buyer).buy(address, 1n, tokens, ethers.MaxUint256, buyer, NEVER);
    };
    return { ...setup, openedAt, buyAt };
  }

  describe("price", () => {
    it("falls in a straight line to the floor, rounded up, and stays there", async () => {
      const { debtAuction, address, openedAt } = await networkHelpers.loadFixture(opened);
      for (const [elapsed, price] of [
        [1n, 299_997_223n], // 300 - 100 / 36,000
        [12_000n, 266_666_667n], // a third of the way
        [5n * HOUR, 250_000_000n],
        [10n * HOUR - 1n, 200_002_778n],
        [10n * HOUR, 200_000_000n],
        [2n * DAY, 200_000_000n],
      ] as const) {
        await time.increaseTo(openedAt + elapsed);
        expect(await debtAuction.currentPrice(address, 1n)).to.equal(price);
      }
    });

    it("is the start price in the second in which the lot opens", async () => {
      const { debtAuction, address } = await networkHelpers.loadFixture(opened);
      expect(await debtAuction.currentPrice(address, 1n)).to.equal(300_000_000n);
    });

    it("of a lot that does not exist is refused by name", async () => {
      const { debtAuction, address } = await networkHelpers.loadFixture(opened);
      await expect(debtAuction.currentPrice(address, 2n))
        .to.be.revertedWithCustomError(debtAuction, "UnknownLot")
        .withArgs(address, 2n);
    });
  });

  describe("purchase", () => {
    it("moves the price from the buyer to the vault and mints to the receiver", async () => {
      const setup = await networkHelpers.loadFixture(opened);
      const { asset, token, debtAuction, vault, address, buyer, other, openedAt, unit } = setup;
      await time.setNextBlockTimestamp(openedAt + 5n * HOUR);
      const bought = debtAuction.connect(buyer).buy(address, 1n, 10n * TOKEN, 250n * unit, other, NEVER);
      await expect(bought)
        .to.emit(debtAuction, "LotBought")
        .withArgs(address, 1n, buyer.address, other.address, 10n * TOKEN, 2_500n * unit, 250n * unit);
      await expect(bought).to.changeTokenBalances(ethers, asset, [buyer, vault], [-2_500n * unit, 2_500n * unit]);
      await expect(bought).to.changeTokenBalances(ethers, token, [buyer, other], [0n, 10n * TOKEN]);
      expect(await asset.balanceOf(debtAuction)).to.equal(0n);
    });

    it("is booked for the lenders that the write-off charged, and as issued for it", async () => {
      const { engine, dilution, vault, address, buyAt, unit } = await networkHelpers.loadFixture(opened);
      await buyAt(5n * HOUR, 10n * TOKEN);
      expect((await engine.ledger(address, 1n)).auctionProceeds).to.equal(2_500n * unit);
      expect(await vault.recoveredOf(1n)).to.equal(2_500n * unit);
      expect(await engine.lendersOutstanding(address, 1n)).to.equal(57_500n * unit);
      expect(await dilution.issueOf(address, 1n)).to.deep.equal([2_500n * unit, 10n * TOKEN]);
    });

    it("DI1: costs a whole asset unit even for the smallest part of a token", async () => {
      const { token, address, dilution, buyAt, buyer } = await networkHelpers.loadFixture(opened);
      await buyAt(20n * HOUR, 1n);
      expect(await token.balanceOf(buyer)).to.equal(1n);
      expect(await dilution.issueOf(address, 1n)).to.deep.equal([1n, 1n]);
    });

    it("takes what is left when less is left than asked for", async () => {
      const { token, debtAuction, address, buyAt, buyer } = await networkHelpers.loadFixture(opened);
      await buyAt(20n * HOUR, 299n * TOKEN);
      await buyAt(20n * HOUR + 1n, 5n * TOKEN);
      expect(await token.balanceOf(buyer)).to.equal(300n * TOKEN);
      expect(await debtAuction.remainingTokens(address, 1n)).to.equal(0n);
    });

    it("goes on at the floor until the last second", async () => {
      const { engine, address, buyAt, unit } = await networkHelpers.loadFixture(opened);
      await buyAt(2n * DAY - 1n, TOKEN);
      expect((await engine.ledger(address, 1n)).auctionProceeds).to.equal(200n * unit);
    });

    it("IN2: of one lot leaves the others alone, in this vault and in the next", async () => {
      const { debtAuction, vault, addVault, buyAt, unit, address } = await networkHelpers.loadFixture(opened);
      const second = await addVault();
      await lose(ethers, vault, 2_000n * unit);
      await lose(ethers, second.vault, 4_000n * unit);
      await buyAt(20n * HOUR, 300n * TOKEN);
      expect(await debtAuction.remainingTokens(address, 1n)).to.equal(0n);
      expect(await debtAuction.remainingTokens(address, 2n)).to.equal(10n * TOKEN);
      expect(await debtAuction.remainingTokens(second.address, 1n)).to.equal(20n * TOKEN);
    });
  });

  describe("charge", () => {
    it("RE1: ends the sale once it is paid, however many tokens are left", async () => {
      const setup = await networkHelpers.loadFixture(opened);
      const { engine, dilution, debtAuction, address, buyAt, unit } = setup;
      await buyAt(5n * HOUR, 300n * TOKEN);
      // 60,000 at 250
      expect(await dilution.issueOf(address, 1n)).to.deep.equal([60_000n * unit, 240n * TOKEN]);
      expect(await engine.lendersOutstanding(address, 1n)).to.equal(0n);
      await expect(buyAt(6n * HOUR, TOKEN))
        .to.be.revertedWithCustomError(debtAuction, "LotClosed")
        .withArgs(address, 1n);
    });

    it("DI1 LI1: closes the lot with the purchase that pays it, and gives back what is left at once", async () => {
      const { dilution, debtAuction, address, buyAt } = await networkHelpers.loadFixture(opened);
      await expect(buyAt(5n * HOUR, 300n * TOKEN))
        .to.emit(debtAuction, "LotSettled")
        .withArgs(address, 1n, 60n * TOKEN);
      expect(await debtAuction.remainingTokens(address, 1n)).to.equal(0n);
      expect((await dilution.budget(address)).issuedTokens).to.equal(240n * TOKEN);
      await expect(debtAuction.settle(address, 1n))
        .to.be.revertedWithCustomError(debtAuction, "LotClosed")
        .withArgs(address, 1n);
    });

    it("LI1: does not close a lot while the lenders are owed what a token unit costs", async () => {
      const { dilution, debtAuction, engine, address, buyAt, other, unit } = await networkHelpers.loadFixture(opened);
      await expect(buyAt(5n * HOUR, 240n * TOKEN - 4n * 10n ** 9n)).to.not.emit(debtAuction, "LotSettled");
      // 4 x 10^9 token units at 250 cost one asset unit
      expect(await engine.lendersOutstanding(address, 1n)).to.equal(1n);
      expect((await dilution.budget(address)).issuedTokens).to.equal(300n * TOKEN);
      await expect(buyAt(6n * HOUR, TOKEN)).to.emit(debtAuction, "LotSettled");
      expect(await engine.lendersOutstanding(address, 1n)).to.equal(0n);
      expect(await engine.outstanding(address, 1n)).to.equal(60_000n * unit);
      await engine.connect(other).recover(address, 1n, unit);
    });

    it("RE1: that a recovery has paid leaves nothing to buy, and the lot to be settled", async () => {
      const { engine, debtAuction, address, other, buyAt, unit } = await networkHelpers.loadFixture(opened);
      await engine.connect(other).recover(address, 1n, 60_000n * unit);
      await expect(buyAt(6n * HOUR, TOKEN))
        .to.be.revertedWithCustomError(debtAuction, "NothingToBuy")
        .withArgs(TOKEN, 300n * TOKEN, 0n);
    });

    it("RE1: is what recoveries have left of it", async () => {
      const { engine, dilution, address, buyAt, other, unit } = await networkHelpers.loadFixture(opened);
      await engine.connect(other).recover(address, 1n, 59_000n * unit);
      await buyAt(5n * HOUR, 300n * TOKEN);
      expect(await dilution.issueOf(address, 1n)).to.deep.equal([1_000n * unit, 4n * TOKEN]);
    });

    it("RE1: proceeds and recoveries together never pass it", async () => {
      const { engine, vault, address, buyAt, other, unit } = await networkHelpers.loadFixture(opened);
      await buyAt(5n * HOUR, 100n * TOKEN);
      await engine.connect(other).recover(address, 1n, 20_000n * unit);
      await buyAt(6n * HOUR, 300n * TOKEN);
      await engine.connect(other).recover(address, 1n, 60_000n * unit);
      expect(await vault.recoveredOf(1n)).to.equal(60_000n * unit);
    });
  });

  describe("refusal", () => {
    it("of a lot that does not exist", async () => {
      const { debtAuction, address, buyer } = await networkHelpers.loadFixture(opened);
      await expect(debtAuction.connect(buyer).buy(address, 7n, 1n, ethers.MaxUint256, buyer, NEVER))
        .to.be.revertedWithCustomError(debtAuction, "UnknownLot")
        .withArgs(address, 7n);
    });

    it("of a lot that is sold out", async () => {
      const { debtAuction, address, buyAt } = await networkHelpers.loadFixture(opened);
      await buyAt(20n * HOUR, 300n * TOKEN);
      await expect(buyAt(21n * HOUR, 1n))
        .to.be.revertedWithCustomError(debtAuction, "LotClosed")
        .withArgs(address, 1n);
    });

    it("of a lot that has expired", async () => {
      const { debtAuction, address, buyAt, openedAt } = await networkHelpers.loadFixture(opened);
      await expect(buyAt(2n * DAY, 1n))
        .to.be.revertedWithCustomError(debtAuction, "LotExpired")
        .withArgs(address, 1n, openedAt + 2n * DAY);
    });

    it("while the vault's dilution is paused", async () => {
      const { dilution, debtAuction, address, buyAt, guardian, governor } = await networkHelpers.loadFixture(opened);
      await dilution.connect(guardian).pauseDilution(address);
      await expect(buyAt(HOUR, 1n)).to.be.revertedWithCustomError(debtAuction, "SalePaused").withArgs(address);
      await dilution.connect(governor).unpauseDilution(address);
      await buyAt(2n * HOUR, TOKEN);
      expect(await debtAuction.remainingTokens(address, 1n)).to.equal(299n * TOKEN);
    });

    it("after the buyer's deadline", async () => {
      const { debtAuction, address, buyer, openedAt } = await networkHelpers.loadFixture(opened);
      await time.setNextBlockTimestamp(openedAt + HOUR);
      const late = debtAuction.connect(buyer).buy(address, 1n, 1n, ethers.MaxUint256, buyer, openedAt + HOUR - 1n);
      await expect(late)
        .to.be.revertedWithCustomError(debtAuction, "DeadlinePassed")
        .withArgs(openedAt + HOUR - 1n, openedAt + HOUR);
    });

    it("above the buyer's price", async () => {
      const { debtAuction, address, buyer, openedAt, unit } = await networkHelpers.loadFixture(opened);
      await time.setNextBlockTimestamp(openedAt + 5n * HOUR);
      await expect(debtAuction.connect(buyer).buy(address, 1n, 1n, 250n * unit - 1n, buyer, NEVER))
        .to.be.revertedWithCustomError(debtAuction, "PriceAboveLimit")
        .withArgs(250n * unit, 250n * unit - 1n);
    });

    it("of nothing", async () => {
      const { debtAuction, buyAt, unit } = await networkHelpers.loadFixture(opened);
      await expect(buyAt(HOUR, 0n))
        .to.be.revertedWithCustomError(debtAuction, "NothingToBuy")
        .withArgs(0n, 300n * TOKEN, 60_000n * unit);
    });
  });

  describe("quote", () => {
    it("WO3: is what the purchase in the same second does", async () => {
      const { debtAuction, address, buyer, buyAt, openedAt } = await networkHelpers.loadFixture(opened);
      for (const [elapsed, tokens] of [
        [1_234n, 17n * TOKEN + 1n],
        [9_999n, 300n * TOKEN],
      ] as const) {
        await time.increaseTo(openedAt + elapsed);
        const quote = await debtAuction.quoteBuy(address, 1n, tokens);
        const purchase = debtAuction.connect(buyer).buy;
        expect(await purchase.staticCall(address, 1n, tokens, ethers.MaxUint256, buyer, NEVER)).to.deep.equal(quote);
        await buyAt(elapsed + 1n, tokens);
      }
    });

    it("is zero wherever the purchase would be refused", async () => {
      const { dilution, debtAuction, address, guardian, governor, buyAt, openedAt } =
        await networkHelpers.loadFixture(opened);
      expect(await debtAuction.quoteBuy(address, 7n, TOKEN)).to.deep.equal([0n, 0n]);
      expect(await debtAuction.quoteBuy(address, 1n, 0n)).to.deep.equal([0n, 0n]);
      await dilution.connect(guardian).pauseDilution(address);
      expect(await debtAuction.quoteBuy(address, 1n, TOKEN)).to.deep.equal([0n, 0n]);
      await dilution.connect(governor).unpauseDilution(address);
      await buyAt(5n * HOUR, 300n * TOKEN);
      expect(await debtAuction.quoteBuy(address, 1n, TOKEN)).to.deep.equal([0n, 0n]);
      await time.increaseTo(openedAt + 2n * DAY);
      expect(await debtAuction.quoteBuy(address, 1n, TOKEN)).to.deep.equal([0n, 0n]);
    });
  });

  for (const decimals of [0, 2, 6, 8, 18, 24]) {
    it(`LV3 DI1 RE1: rounds against the buyer and balances with ${decimals.toString()} decimals`, async () => {
      const coin = await ethers.deployContract("TestToken", ["Asset", "AST", decimals]);
      const setup = await deployDilution(ethers, coin, decimals);
      const { asset, engine, dilution, debtAuction, vault, address, governor, buyer, unit } = setup;
      const terms = { ...saleTerms(unit), startPrice: 9n * unit, floorPrice: 7n * unit };
      await dilution.connect(governor).setSaleTerms(address, terms);
      const openedAt = await lose(ethers, vault, 1_000n * unit);
      let paid = 0n;
      for (const [index, tokens] of [TOKEN / 3n, 1n, 7n * TOKEN + 13n, 500n * TOKEN].entries()) {
        await time.setNextBlockTimestamp(openedAt + 10n * HOUR + BigInt(index));
        const before = await asset.balanceOf(buyer);
        const issued = (await dilution.issueOf(address, 1n)).mintedTokens;
        await debtAuction.connect(buyer).buy(address, 1n, tokens, ethers.MaxUint256, buyer, NEVER);
        const minted = (await dilution.issueOf(address, 1n)).mintedTokens - issued;
        const cost = before - (await asset.balanceOf(buyer));
        expect(cost * TOKEN).to.be.at.least(minted * 7n * unit);
        // By less than an asset unit, or where all that is owed is paid, by less than what a token unit costs.
        const paysAll = index === 3;
        expect(paysAll ? cost * TOKEN : (cost - 1n) * TOKEN).to.be.below((paysAll ? minted + 1n : minted) * 7n * unit);
        paid += cost;
      }
      expect(await asset.balanceOf(vault)).to.equal(paid);
      expect((await engine.ledger(address, 1n)).auctionProceeds).to.equal(paid);
      expect(paid).to.equal(1_000n * unit);
      expect(await engine.lendersOutstanding(address, 1n)).to.equal(0n);
      expect(await debtAuction.remainingTokens(address, 1n)).to.equal(0n);
    });
  }
});
