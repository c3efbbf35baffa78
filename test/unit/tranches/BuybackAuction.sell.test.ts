import { expect } from "chai";
import { network } from "hardhat";

import { BUYBACK_TERMS, DAY, deployDilution, deployIssued, HOUR, lose, NEVER, TOKEN } from "../../helpers/dilution.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

describe("BuybackAuction sell", () => {
  const issued = async () =>
    deployIssued(ethers, networkHelpers, await ethers.deployContract("TestToken", ["Asset", "AST", 6]));

  describe("sale", () => {
    it("burns the seller's tokens and pays the receiver", async () => {
      const setup = await networkHelpers.loadFixture(issued);
      const { asset, token, buybackAuction, address, holder, buyer, recover, unit } = setup;
      const openedAt = await recover(24_000n * unit);
      const supply = await token.totalSupply();
      await time.setNextBlockTimestamp(openedAt + 10n * HOUR);
      const sale = buybackAuction.connect(holder).sell(address, 1n, 0n, 10n * TOKEN, 1_680n * unit, buyer);
      await expect(sale)
        .to.emit(buybackAuction, "TokensBoughtBack")
        .withArgs(address, 1n, holder.address, 0n, buyer.address, 10n * TOKEN, 1_680n * unit, 168n * unit);
      await expect(sale).to.changeTokenBalances(
        ethers,
        asset,
        [buybackAuction, buyer],
        [-1_680n * unit, 1_680n * unit],
      );
      await expect(sale).to.changeTokenBalance(ethers, token, holder, -10n * TOKEN);
      expect(await token.totalSupply()).to.equal(supply - 10n * TOKEN);
      expect(await buybackAuction.burntTokens(address, 1n)).to.equal(10n * TOKEN);
      expect(await buybackAuction.buyableTokens(address, 1n)).to.equal(240n * TOKEN);
    });

    it("LV3: pays nothing for a fraction of an asset unit, and then takes nothing", async () => {
      const { asset, buybackAuction, address, holder, recover, sellAt, unit } =
        await networkHelpers.loadFixture(issued);
      const openedAt = await recover(24_000n * unit);
      await expect(sellAt(openedAt + HOUR, 10n ** 9n))
        .to.be.revertedWithCustomError(buybackAuction, "NothingToSell")
        .withArgs(10n ** 9n, 250n * TOKEN);
      // At 240, an asset unit is worth 4,166,666,666.67 token units: one short of two units' worth brings one.
      await sellAt(openedAt + 20n * HOUR, 8_333_333_333n);
      expect(await asset.balanceOf(holder)).to.equal(1n);
      expect(await buybackAuction.burntTokens(address, 1n)).to.equal(8_333_333_333n);
    });

    it("takes no more tokens than the money pays for", async () => {
      const { asset, buybackAuction, address, holder, recover, sellAt, unit } =
        await networkHelpers.loadFixture(issued);
      const openedAt = await recover(12_000n * unit);
      await sellAt(openedAt + 10n * HOUR, 100n * TOKEN); // at 168: 71.43 tokens for all of it
      expect(await asset.balanceOf(holder)).to.equal(12_000n * unit);
      expect(await buybackAuction.burntTokens(address, 1n)).to.equal(71_428_571_428_571_428_572n);
      await expect(sellAt(openedAt + 11n * HOUR, TOKEN))
        .to.be.revertedWithCustomError(buybackAuction, "RoundClosed")
        .withArgs(address, 1n, 0n);
    });

    it("takes no more tokens than were minted for the write-off, over all rounds", async () => {
      const { asset, buybackAuction, address, holder, recover, sellAt, unit } =
        await networkHelpers.loadFixture(issued);
      await recover(12_000n * unit);
      const openedAt = await recover(48_000n * unit);
      await sellAt(openedAt + 20n * HOUR, 50n * TOKEN, 0n); // at 240: all of the first round
      await sellAt(openedAt + 20n * HOUR + 1n, 900n * TOKEN, 1n); // at 240: all the rest
      expect(await asset.balanceOf(holder)).to.equal(60_000n * unit);
      expect(await buybackAuction.buyableTokens(address, 1n)).to.equal(0n);
    });

    it("below the seller's limit is refused", async () => {
      const { buybackAuction, address, holder, recover, unit } = await networkHelpers.loadFixture(issued);
      const openedAt = await recover(24_000n * unit);
      await time.setNextBlockTimestamp(openedAt + 10n * HOUR);
      await expect(buybackAuction.connect(holder).sell(address, 1n, 0n, TOKEN, 168n * unit + 1n, holder))
        .to.be.revertedWithCustomError(buybackAuction, "AssetsBelowLimit")
        .withArgs(168n * unit, 168n * unit + 1n);
    });

    it("into a round that has ended, or never was, is refused", async () => {
      const { buybackAuction, address, recover, sellAt, unit } = await networkHelpers.loadFixture(issued);
      const openedAt = await recover(24_000n * unit);
      await expect(sellAt(openedAt + 3n * DAY, TOKEN))
        .to.be.revertedWithCustomError(buybackAuction, "RoundEnded")
        .withArgs(address, 1n, 0n, openedAt + 3n * DAY);
      await expect(sellAt(openedAt + 3n * DAY + 1n, TOKEN, 1n))
        .to.be.revertedWithCustomError(buybackAuction, "UnknownRound")
        .withArgs(address, 1n, 1n);
    });

    it("WO3: does what its quote says, and the quote is zero where it would be refused", async () => {
      const { buybackAuction, address, holder, recover, sellAt, unit } = await networkHelpers.loadFixture(issued);
      const openedAt = await recover(12_000n * unit);
      await time.increaseTo(openedAt + 7n * HOUR);
      for (const tokens of [3n * TOKEN + 7n, 10n ** 30n]) {
        const quote = await buybackAuction.quoteSell(address, 1n, 0n, tokens);
        const sale = buybackAuction.connect(holder).sell;
        expect(await sale.staticCall(address, 1n, 0n, tokens, 0n, holder)).to.deep.equal(quote);
      }
      expect(await buybackAuction.quoteSell(address, 1n, 0n, 1n)).to.deep.equal([0n, 0n]);
      expect(await buybackAuction.quoteSell(address, 1n, 1n, TOKEN)).to.deep.equal([0n, 0n]);
      await sellAt(openedAt + 20n * HOUR, 100n * TOKEN);
      expect(await buybackAuction.quoteSell(address, 1n, 0n, TOKEN)).to.deep.equal([0n, 0n]);
      await time.increaseTo(openedAt + 3n * DAY);
      expect(await buybackAuction.quoteSell(address, 1n, 0n, TOKEN)).to.deep.equal([0n, 0n]);
    });
  });

  describe("with difficult assets", () => {
    it("LI1: a blocklisted receiver stops nobody but itself", async () => {
      const fixture = await deployIssued(
        ethers,
        networkHelpers,
        await ethers.deployContract("BlocklistToken", ["Asset", "AST", 6]),
      );
      const { asset, buybackAuction, address, holder, other, recover, sellAt, settleAt, vault, unit } = fixture;
      const openedAt = await recover(24_000n * unit);
      await asset.setBlocked(other, true);
      await expect(buybackAuction.connect(holder).sell(address, 1n, 0n, TOKEN, 0n, other))
        .to.be.revertedWithCustomError(asset, "Blocked")
        .withArgs(other.address);
      await sellAt(openedAt + 20n * HOUR, 10n * TOKEN);
      await settleAt(openedAt + 3n * DAY);
      expect(await vault.reserves()).to.equal(21_600n * unit);
    });

    it("WO4: a receiver called in the middle of its payment cannot sell again inside it", async () => {
      const fixture = await deployIssued(
        ethers,
        networkHelpers,
        await ethers.deployContract("HookToken", ["Asset", "AST", 6]),
      );
      const { asset, token, buybackAuction, address, holder, recover, unit } = fixture;
      const openedAt = await recover(24_000n * unit);
      const hook = await ethers.deployContract("DilutionHook");
      await token.connect(holder).transfer(hook, 100n * TOKEN);
      const auction = await buybackAuction.getAddress();
      await hook.execute(token, token.interface.encodeFunctionData("approve", [auction, ethers.MaxUint256]));
      await asset.setHook(hook, hook);
      const receiver = await hook.getAddress();
      const sale = buybackAuction.interface.encodeFunctionData("sell", [address, 1n, 0n, 10n * TOKEN, 0n, receiver]);
      await hook.arm(buybackAuction, sale);
      await time.setNextBlockTimestamp(openedAt + 20n * HOUR);
      await hook.execute(buybackAuction, sale);
      expect([await hook.called(), await hook.succeeded()]).to.deep.equal([true, false]);
      expect(await hook.returned()).to.equal(ethers.id("ReentrancyGuardReentrantCall()").slice(0, 10));
      expect(await asset.balanceOf(hook)).to.equal(2_400n * unit);
      expect(await token.balanceOf(hook)).to.equal(90n * TOKEN);
    });

    it("WO4: a recovery that arrives inside a sale gets its round all the same", async () => {
      const fixture = await deployIssued(
        ethers,
        networkHelpers,
        await ethers.deployContract("HookToken", ["Asset", "AST", 6]),
      );
      const { asset, engine, buybackAuction, address, holder, recover, unit } = fixture;
      await recover(24_000n * unit);
      const hook = await ethers.deployContract("DilutionHook");
      await asset.mint(hook, 5n * unit);
      const spender = await engine.getAddress();
      await hook.execute(asset, asset.interface.encodeFunctionData("approve", [spender, ethers.MaxUint256]));
      await asset.setHook(hook, hook);
      await hook.arm(engine, engine.interface.encodeFunctionData("recover", [address, 1n, 5n * unit]));
      // With an estimate, the gas would do for the sale alone.
      await buybackAuction.connect(holder).sell(address, 1n, 0n, TOKEN, 0n, hook, { gasLimit: 2_000_000n });
      expect(await hook.succeeded()).to.be.true;
      expect((await buybackAuction.round(address, 1n, 1n)).assets).to.equal(5n * unit);
    });
  });

  for (const decimals of [0, 2, 6, 8, 18, 24]) {
    it(`LV3 RE1: rounds against the seller and balances with ${decimals.toString()} decimals`, async () => {
      const coin = await ethers.deployContract("TestToken", ["Asset", "AST", decimals]);
      const setup = await deployDilution(ethers, coin, decimals);
      const { asset, dilution, debtAuction, buybackAuction, engine, vault, address, buyer, holder, other, unit } =
        setup;
      const openedAt = await lose(ethers, vault, 7_001n * unit);
      await time.setNextBlockTimestamp(openedAt + 5n * HOUR + 7n);
      await debtAuction.connect(buyer).buy(address, 1n, 300n * TOKEN, ethers.MaxUint256, buyer, NEVER);
      const { raisedAssets, mintedTokens } = await dilution.issueOf(address, 1n);
      await engine.connect(other).recover(address, 1n, 7_001n * unit);
      let paid = 0n;
      for (const tokens of [TOKEN / 3n, 7n * TOKEN + 13n, 10n * TOKEN - 1n]) {
        await time.increase(7n * HOUR);
        const before = await asset.balanceOf(holder);
        await buybackAuction.connect(holder).sell(address, 1n, 0n, tokens, 0n, holder);
        const assets = (await asset.balanceOf(holder)) - before;
        // Never more than the tokens' share of what was raised.
        expect(assets * mintedTokens).to.be.at.most(tokens * raisedAssets);
        paid += assets;
      }
      expect(await asset.balanceOf(buybackAuction)).to.equal(raisedAssets - paid);
      await time.increase(BUYBACK_TERMS.offerSeconds);
      await buybackAuction.settle(address, 1n, 0n);
      expect(await vault.reserves()).to.equal(raisedAssets - paid);
      expect(await asset.balanceOf(vault)).to.equal(await vault.creditedAssets());
    });
  }
});
