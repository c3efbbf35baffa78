import { expect } from "chai";
import { network } from "hardhat";

import { DAY, deployIssued, GAS_STIPEND, HOUR, LIMITS, lose, NEVER, saleTerms, TOKEN } from "../../helpers/dilution.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

describe("BuybackAuction rounds", () => {
  const issued = async () =>
    deployIssued(ethers, networkHelpers, await ethers.deployContract("TestToken", ["Asset", "AST", 6]));

  describe("opening", () => {
    it("RE2: has no money before the charged lenders have all of theirs", async () => {
      const { engine, buybackAuction, vault, address, other, unit } = await networkHelpers.loadFixture(issued);
      await lose(ethers, vault, 1_000n * unit);
      await engine.connect(other).recover(address, 2n, 1_000n * unit);
      expect(await buybackAuction.roundCount(address, 2n)).to.equal(0n);
      expect(await vault.recoveredOf(2n)).to.equal(1_000n * unit);
    });

    it("RE2: takes what a recovery brings beyond the lenders' claim, straight from the engine", async () => {
      const { asset, engine, dilution, buybackAuction, address, other, unit } =
        await networkHelpers.loadFixture(issued);
      const recovery = engine.connect(other).recover(address, 1n, 24_000n * unit);
      await expect(recovery).to.changeTokenBalances(
        ethers,
        asset,
        [other, engine, dilution, buybackAuction],
        [-24_000n * unit, 0n, 0n, 24_000n * unit],
      );
      const endsAt = BigInt(await time.latest()) + 3n * DAY;
      await expect(recovery)
        .to.emit(buybackAuction, "RoundOpened")
        .withArgs(address, 1n, 0n, 24_000n * unit, 96n * unit, 240n * unit, 20n * HOUR, endsAt);
    });

    it("gives every recovery a round and a clock of its own, so that dust moves nothing", async () => {
      const { buybackAuction, address, recover, unit } = await networkHelpers.loadFixture(issued);
      const first = await recover(1n);
      await time.increase(20n * HOUR);
      const second = await recover(12_000n * unit);
      await time.increase(HOUR);
      const third = await recover(1n);
      expect(await buybackAuction.roundCount(address, 1n)).to.equal(3n);
      const opened = await Promise.all([0n, 1n, 2n].map((number) => buybackAuction.round(address, 1n, number)));
      expect(opened.map(({ openedAt }) => openedAt)).to.deep.equal([first, second, third]);
      expect(opened.map(({ assets }) => assets)).to.deep.equal([1n, 12_000n * unit, 1n]);
    });

    it("RE2: pays no more than the average of all tokens issued, also of those sold after it was opened", async () => {
      const setup = await networkHelpers.loadFixture(issued);
      const { dilution, debtAuction, buybackAuction, vault, address, buyer, recover, sellAt, settleAt, unit } = setup;
      const openedAt = await recover(24_000n * unit); // rises to 240
      await vault.loseMore(1n, 50_000n * unit);
      await time.setNextBlockTimestamp(openedAt + 12n * HOUR);
      await debtAuction.connect(buyer).buy(address, 1n, 250n * TOKEN, ethers.MaxUint256, buyer, NEVER); // at 200
      expect(await dilution.averageIssuePrice(address, 1n)).to.equal(220n * unit); // 110,000 for 500
      await time.increaseTo(openedAt + 30n * HOUR);
      expect(await buybackAuction.currentPrice(address, 1n, 0n)).to.equal(220n * unit);
      expect(await buybackAuction.quoteSell(address, 1n, 0n, 10n * TOKEN)).to.deep.equal([10n * TOKEN, 2_200n * unit]);
      await sellAt(openedAt + 31n * HOUR, 10n * TOKEN);
      // And it can be closed, although the lenders have been charged again since.
      await expect(settleAt(openedAt + 3n * DAY))
        .to.emit(buybackAuction, "RoundSettled")
        .withArgs(address, 1n, 0n, 21_800n * unit);
    });

    it("cuts an average price that no longer fits instead of failing the recovery", async () => {
      const { asset, dilution, buybackAuction, engine, vault, address, governor, other } =
        await networkHelpers.loadFixture(issued);
      // Bids may be dearer than any lot: one token unit for as many asset units as it costs at 2^120.
      const prices = Array.from({ length: 16 }, (_, k) => 2n ** 120n - BigInt(k));
      const book = await ethers.deployContract("UnderwriterBook", [address, dilution, prices, 7n * DAY, DAY]);
      await dilution.connect(governor).setUnderwriters(address, book);
      const paid = 2n ** 120n / TOKEN + 1n;
      await asset.mint(other, 2n * paid);
      await asset.connect(other).approve(book, paid);
      await book.connect(other).commit(0n, paid, other);
      await lose(ethers, vault, paid);
      expect(await dilution.issueOf(address, 2n)).to.deep.equal([paid, 1n]);
      expect(await dilution.lastClearing(address)).to.deep.equal([1n, 240n * 10n ** 6n]);
      await engine.connect(other).recover(address, 2n, paid);
      expect((await buybackAuction.round(address, 2n, 0n)).maxPrice).to.equal(2n ** 112n - 1n);
    });

    it("takes money even when nothing was minted, and buys nothing with it", async () => {
      const { asset, engine, dilution, buybackAuction, address, holder, unit } =
        await networkHelpers.loadFixture(issued);
      const engineAddress = await engine.getAddress();
      await networkHelpers.setBalance(engineAddress, TOKEN);
      const asEngine = await ethers.getImpersonatedSigner(engineAddress);
      await asset.mint(engine, unit);
      await asset.connect(asEngine).approve(dilution, unit);
      await dilution.connect(asEngine).recover(address, 9n, unit);
      await expect(buybackAuction.connect(holder).sell(address, 9n, 0n, TOKEN, 0n, holder))
        .to.be.revertedWithCustomError(buybackAuction, "NothingToSell")
        .withArgs(TOKEN, 0n);
    });
  });

  describe("price", () => {
    it("rises in a straight line to the average issue price, rounded down, and stays there", async () => {
      const { buybackAuction, address, recover, unit } = await networkHelpers.loadFixture(issued);
      const openedAt = await recover(24_000n * unit);
      expect(await buybackAuction.currentPrice(address, 1n, 0n)).to.equal(96n * unit);
      for (const [elapsed, price] of [
        [1n, 96_002_000n], // 96 + 144 / 72,000
        [7n, 96_014_000n],
        [10n * HOUR, 168_000_000n],
        [20n * HOUR - 1n, 239_998_000n],
        [20n * HOUR, 240_000_000n],
        [3n * DAY, 240_000_000n],
      ] as const) {
        await time.increaseTo(openedAt + elapsed);
        expect(await buybackAuction.currentPrice(address, 1n, 0n)).to.equal(price);
      }
    });

    it("is that of the terms in force when the round opened", async () => {
      const { dilution, buybackAuction, address, governor, recover, unit } = await networkHelpers.loadFixture(issued);
      await recover(24_000n * unit);
      await dilution.connect(governor).setBuybackTerms(address, { startBps: 1n, riseSeconds: 1n, offerSeconds: 1n });
      expect(await buybackAuction.currentPrice(address, 1n, 0n)).to.be.closeTo(96n * unit, 2_000n);
    });
  });

  describe("settling", () => {
    it("LI1 RE2: sends what nobody sold for up the waterfall, by anybody", async () => {
      const setup = await networkHelpers.loadFixture(issued);
      const { asset, dilution, buybackAuction, vault, address, recover, sellAt, settleAt, unit } = setup;
      const openedAt = await recover(24_000n * unit);
      await sellAt(openedAt + 10n * HOUR, 100n * TOKEN); // for 16,800
      const settled = settleAt(openedAt + 3n * DAY);
      await expect(settled)
        .to.emit(buybackAuction, "RoundSettled")
        .withArgs(address, 1n, 0n, 7_200n * unit);
      expect(await vault.reserves()).to.equal(7_200n * unit);
      for (const empty of [dilution, buybackAuction]) expect(await asset.balanceOf(empty)).to.equal(0n);
      expect((await buybackAuction.round(address, 1n, 0n)).assets).to.equal(0n);
    });

    it("RE2: refills insurance up to what it paid, and only then reserves", async () => {
      const setup = await networkHelpers.loadFixture(issued);
      const { asset, manager, engine, dilution, debtAuction, buybackAuction, governor, buyer, other, unit } = setup;
      const vault = await ethers.deployContract("DilutionStandInVault", [asset, engine]);
      const address = await vault.getAddress();
      const cap = 2n ** 112n - 1n;
      const terms = { cooldown: 20n * DAY, withdrawalWindow: 2n * DAY, hourCap: cap, monthCap: cap };
      const fund = await ethers.deployContract("InsuranceFund", [vault, "Fund", "FND", manager, terms]);
      await engine.registerVault(vault, [
        { tranche: await fund.getAddress(), gasStipend: GAS_STIPEND, kind: 0n },
        { tranche: await dilution.getAddress(), gasStipend: GAS_STIPEND, kind: 1n },
      ]);
      await dilution.connect(governor).setLimits(address, { ...LIMITS, lifetimeCap: 1_000n * TOKEN });
      await dilution.connect(governor).setSaleTerms(address, saleTerms(unit));
      await asset.connect(other).approve(fund, ethers.MaxUint256);
      await fund.connect(other).deposit(10_000n * unit, other);

      await vault.loseInsured(30_000n * unit); // 10,000 by the fund, 20,000 by the lenders
      await debtAuction.connect(buyer).buy(address, 1n, 1_000n * TOKEN, ethers.MaxUint256, buyer, NEVER);
      await engine.connect(other).recover(address, 1n, 12_000n * unit);
      await buybackAuction.settle(address, 1n, 0n); // without terms of buying back, at once
      expect([await asset.balanceOf(fund), await vault.reserves()]).to.deep.equal([10_000n * unit, 2_000n * unit]);
      // This layer is still owed 8,000; the other 10,000 no longer fit into the fund.
      await engine.connect(other).recover(address, 1n, 18_000n * unit);
      expect(await asset.balanceOf(buybackAuction)).to.equal(8_000n * unit);
      expect([await asset.balanceOf(fund), await vault.reserves()]).to.deep.equal([10_000n * unit, 12_000n * unit]);
    });

    it("RE2: leaves this layer its claim to later recoveries, up to what it paid", async () => {
      const { asset, engine, buybackAuction, vault, address, recover, settleAt, unit } =
        await networkHelpers.loadFixture(issued);
      const openedAt = await recover(24_000n * unit);
      await settleAt(openedAt + 3n * DAY);
      await recover(40_000n * unit); // 36,000 are outstanding
      expect((await buybackAuction.round(address, 1n, 1n)).assets).to.equal(36_000n * unit);
      expect(await engine.outstanding(address, 1n)).to.equal(0n);
      await settleAt(BigInt(await time.latest()) + 3n * DAY, 1n);
      expect(await vault.reserves()).to.equal(60_000n * unit);
      expect(await asset.balanceOf(buybackAuction)).to.equal(0n);
    });

    it("is refused while the round can still buy", async () => {
      const { buybackAuction, address, recover, settleAt, unit } = await networkHelpers.loadFixture(issued);
      const openedAt = await recover(24_000n * unit);
      await expect(settleAt(openedAt + 3n * DAY - 1n))
        .to.be.revertedWithCustomError(buybackAuction, "RoundStillOpen")
        .withArgs(address, 1n, 0n, openedAt + 3n * DAY, 250n * TOKEN);
    });

    it("LI1: comes early once all minted tokens are bought back", async () => {
      const { vault, recover, sellAt, settleAt, unit } = await networkHelpers.loadFixture(issued);
      const openedAt = await recover(60_000n * unit);
      await sellAt(openedAt + 10n * HOUR, 300n * TOKEN); // 250 for 42,000
      await settleAt(openedAt + 11n * HOUR);
      expect(await vault.reserves()).to.equal(18_000n * unit);
    });

    it("cannot be done twice, nor for a round that never was", async () => {
      const { buybackAuction, address, recover, settleAt, unit } = await networkHelpers.loadFixture(issued);
      const openedAt = await recover(24_000n * unit);
      await settleAt(openedAt + 3n * DAY);
      await expect(settleAt(openedAt + 4n * DAY))
        .to.be.revertedWithCustomError(buybackAuction, "RoundClosed")
        .withArgs(address, 1n, 0n);
      await expect(buybackAuction.settle(address, 1n, 5n))
        .to.be.revertedWithCustomError(buybackAuction, "UnknownRound")
        .withArgs(address, 1n, 5n);
    });

    it("IN2: of one round leaves the money of the others", async () => {
      const { asset, buybackAuction, recover, settleAt, unit } = await networkHelpers.loadFixture(issued);
      const openedAt = await recover(24_000n * unit);
      await time.increase(DAY);
      await recover(6_000n * unit);
      await settleAt(openedAt + 3n * DAY, 0n);
      expect(await asset.balanceOf(buybackAuction)).to.equal(6_000n * unit);
    });

    it("LI1: money of a vault without terms of buying back can leave at once", async () => {
      const setup = await networkHelpers.loadFixture(issued);
      const { engine, dilution, debtAuction, buybackAuction, addBareVault, governor, buyer, other, unit } = setup;
      const { vault, address } = await addBareVault();
      await dilution.connect(governor).setLimits(address, { hourCap: TOKEN, monthCap: TOKEN, lifetimeCap: TOKEN });
      await dilution.connect(governor).setSaleTerms(address, saleTerms(unit));
      await lose(ethers, vault, 200n * unit);
      await debtAuction.connect(buyer).buy(address, 1n, TOKEN, ethers.MaxUint256, buyer, NEVER);
      await engine.connect(other).recover(address, 1n, 200n * unit);
      await buybackAuction.settle(address, 1n, 0n);
      expect(await vault.reserves()).to.equal(200n * unit);
    });
  });
});
