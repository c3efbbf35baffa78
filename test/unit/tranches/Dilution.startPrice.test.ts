import { expect } from "chai";
import { network } from "hardhat";

import { DAY, deployDilution, HOUR, lose, NEVER, TOKEN } from "../../helpers/dilution.js";

const { ethers, networkHelpers } = await network.create();
const { time } = networkHelpers;

/** `HostilePriceOracle.Behavior` */
const Behavior = {
  Answer: 0n,
  Revert: 1n,
  BurnAllGas: 2n,
  ReturnNothing: 3n,
  ReturnBomb: 4n,
  RevertBomb: 5n,
  WriteStorage: 6n,
} as const;

/** A lot's start price is kept in 65,535ths of the way from 200 to 1,000, rounded up. Assets have six decimals. */
function kept(price: bigint, floor = 200n * 10n ** 6n, highest = 1_000n * 10n ** 6n): bigint {
  const part = ((price - floor) * 65_535n + (highest - floor) - 1n) / (highest - floor);
  return floor + ((highest - floor) * part + 65_534n) / 65_535n;
}

/**
 * Lots may open at 1,000 at most and never under 200; the price falls by 80 an hour. The hourly limit is 1,000 tokens, so
 * a sale of 10 tells a price.
 */
describe("Dilution start price", () => {
  async function wide() {
    const setup = await deployDilution(ethers, await ethers.deployContract("TestToken", ["Asset", "AST", 6]));
    const { dilution, governor, debtAuction, buyer, unit } = setup;
    const terms = {
      startPrice: 1_000n * unit,
      floorPrice: 200n * unit,
      fallSeconds: 10n * HOUR,
      saleSeconds: 2n * DAY,
    };
    await dilution.connect(governor).setSaleTerms(setup.address, terms);
    const oracle = await ethers.deployContract("HostilePriceOracle");
    const second = await setup.addVault();
    await dilution.connect(governor).setSaleTerms(second.address, terms);
    /** Write-off `id`'s lot, opened at `openedAt`, sells `tokens` after `elapsed`. */
    const buyAt = async (openedAt: bigint, elapsed: bigint, id: bigint, tokens: bigint, vault = setup.address) => {
      await time.setNextBlockTimestamp(openedAt + elapsed);
      return debtAuction.connect(buyer).buy(vault, id, tokens, ethers.MaxUint256, buyer, NEVER);
    };
    const startOf = async (id: bigint, vault = setup.address) => (await debtAuction.lot(vault, id)).startPrice;
    /** Loses 10,000 more and says at which price the lot opened. */
    const next = async (lost = setup.vault) => {
      await lost.lose(10_000n * unit, 0n);
      return startOf(await setup.engine.writeOffCount(lost), await lost.getAddress());
    };
    return { ...setup, oracle, second, buyAt, next, startOf };
  }

  describe("without an oracle", () => {
    it("is the highest one while nothing has ever been sold", async () => {
      const { dilution, address, next, unit } = await networkHelpers.loadFixture(wide);
      expect(await dilution.lastClearing(address)).to.deep.equal([0n, 0n]);
      expect(await dilution.previewStartPrice(address)).to.equal(1_000n * unit);
      expect(await next()).to.equal(1_000n * unit);
    });

    it("is one and a half times what the last write-off's tokens brought on average", async () => {
      const { dilution, vault, address, buyAt, next, unit } = await networkHelpers.loadFixture(wide);
      const first = await lose(ethers, vault, 60_000n * unit);
      await buyAt(first, 5n * HOUR, 1n, 20n * TOKEN); // at 600
      expect(await dilution.lastClearing(address)).to.deep.equal([1n, 600n * unit]);
      expect(await next()).to.equal(kept(900n * unit));
      await buyAt(first, 10n * HOUR, 1n, 60n * TOKEN); // at 200: 24,000 for 80, 300 each
      expect(await dilution.lastClearing(address)).to.deep.equal([1n, 300n * unit]);
      expect(await next()).to.equal(kept(450n * unit));
      const fourth = await lose(ethers, vault, 60_000n * unit); // from 450, by 25 an hour
      await buyAt(fourth, 4n * HOUR, 4n, 10n * TOKEN); // at 350
      const price = kept(450n * unit) - ((kept(450n * unit) - 200n * unit) * 4n) / 10n;
      expect(price).to.be.within(350n * unit, 350n * unit + 12_208n);
      expect(await dilution.lastClearing(address)).to.deep.equal([4n, price]);
      expect(await next()).to.equal(kept((price * 3n) / 2n));
    });

    it("is never above the highest one, so no sale can ratchet it up", async () => {
      const { vault, buyAt, next, unit } = await networkHelpers.loadFixture(wide);
      const first = await lose(ethers, vault, 60_000n * unit);
      await buyAt(first, HOUR, 1n, 20n * TOKEN); // at 920; times 1.5 is 1,380
      expect(await next()).to.equal(1_000n * unit);
    });

    it("takes no notice of dust, until the dust of one write-off adds up to a hundredth of an hour", async () => {
      const { dilution, vault, address, buyAt, next, unit } = await networkHelpers.loadFixture(wide);
      const first = await lose(ethers, vault, 60_000n * unit);
      await buyAt(first, 10n * HOUR, 1n, 10n * TOKEN - 1n); // at 200
      expect(await dilution.lastClearing(address)).to.deep.equal([0n, 0n]);
      expect(await next()).to.equal(1_000n * unit);
      await buyAt(first, 11n * HOUR, 1n, 1n);
      expect((await dilution.lastClearing(address)).id).to.equal(1n);
      expect(await next()).to.equal(kept(300n * unit));
    });

    it("DI1: is not under a floor that governance has raised since", async () => {
      const { dilution, governor, vault, address, buyAt, next, unit } = await networkHelpers.loadFixture(wide);
      const first = await lose(ethers, vault, 60_000n * unit);
      await buyAt(first, 10n * HOUR, 1n, 20n * TOKEN); // at 200
      await dilution.connect(governor).setSaleTerms(address, {
        startPrice: 900n * unit,
        floorPrice: 400n * unit,
        fallSeconds: HOUR,
        saleSeconds: DAY,
      });
      expect(await next()).to.equal(400n * unit);
    });

    it("counts what standing bids paid", async () => {
      const { dilution, governor, vault, address, asset, buyer, next, unit } = await networkHelpers.loadFixture(wide);
      // 16 levels from 400 down to 250, in steps of 10
      const prices = Array.from({ length: 16 }, (_, k) => (400n - 10n * BigInt(k)) * unit);
      const book = await ethers.deployContract("UnderwriterBook", [address, dilution, prices, 7n * DAY, 2n * DAY]);
      await dilution.connect(governor).setUnderwriters(address, book);
      await asset.connect(buyer).approve(book, ethers.MaxUint256);
      await book.connect(buyer).commit(2n, 38_000n * unit, buyer); // 100 tokens at 380
      await vault.lose(38_000n * unit, 0n);
      expect(await dilution.lastClearing(address)).to.deep.equal([1n, 380n * unit]);
      expect(await next()).to.equal(kept(570n * unit));
    });

    it("counts what bids paid before the rest was sold, also once the book is gone", async () => {
      const { dilution, governor, vault, address, asset, buyer, buyAt, unit } = await networkHelpers.loadFixture(wide);
      const prices = Array.from({ length: 16 }, (_, k) => (400n - 10n * BigInt(k)) * unit);
      const book = await ethers.deployContract("UnderwriterBook", [address, dilution, prices, 7n * DAY, 2n * DAY]);
      await dilution.connect(governor).setUnderwriters(address, book);
      await asset.connect(buyer).approve(book, ethers.MaxUint256);
      await book.connect(buyer).commit(0n, 40_000n * unit, buyer); // 100 tokens at 400
      const first = await lose(ethers, vault, 60_000n * unit);
      await dilution.connect(governor).setUnderwriters(address, ethers.ZeroAddress);
      await buyAt(first, 10n * HOUR, 1n, 100n * TOKEN); // at 200: 60,000 for 200, 300 each
      expect(await dilution.lastClearing(address)).to.deep.equal([1n, 300n * unit]);
      expect(await dilution.issuedFor(address, 1n)).to.deep.equal([200n * TOKEN, 300n * unit]);
    });

    it("IN2: of one vault says nothing of another's", async () => {
      const { second, vault, buyAt, next, unit } = await networkHelpers.loadFixture(wide);
      const first = await lose(ethers, vault, 60_000n * unit);
      await buyAt(first, 10n * HOUR, 1n, 20n * TOKEN);
      expect(await next(second.vault)).to.equal(1_000n * unit);
      expect(await next()).to.equal(kept(300n * unit));
    });
  });

  describe("with an oracle", () => {
    it("is what the oracle says of a whole token, between floor and highest price", async () => {
      const { dilution, governor, oracle, address, next, unit } = await networkHelpers.loadFixture(wide);
      await expect(dilution.connect(governor).setTokenOracle(address, oracle))
        .to.emit(dilution, "TokenOracleSet")
        .withArgs(address, await oracle.getAddress());
      expect(await dilution.tokenOracle(address)).to.equal(await oracle.getAddress());
      for (const [answer, start] of [
        [777n * unit, kept(777n * unit)],
        [200n * unit + 1n, 200n * unit + 12_208n], // 800 / 65,535, rounded up
        [1_000n * unit + 1n, 1_000n * unit],
        [200n * unit - 1n, 200n * unit],
        [1n, 200n * unit],
        [ethers.MaxUint256, 1_000n * unit],
      ] as const) {
        await oracle.behave(Behavior.Answer, answer);
        expect(await dilution.previewStartPrice(address)).to.equal(start);
        expect(await next()).to.equal(start);
      }
    });

    it("asks a real oracle for one whole token in the vault's asset", async () => {
      const { dilution, governor, token, asset, address, next, unit } = await networkHelpers.loadFixture(wide);
      const prices = await ethers.deployContract("FixedPriceOracle");
      await dilution.connect(governor).setTokenOracle(address, prices);
      expect(await next()).to.equal(1_000n * unit); // no price yet: it reverts
      // 10^18 token units are worth 640 x 10^6 asset units
      await prices.set(token, asset, (640n * unit * 10n ** 36n) / TOKEN);
      expect(await next()).to.equal(kept(640n * unit));
    });

    it("prefers the oracle to the last sale, and the last sale to an oracle that does not answer", async () => {
      const { dilution, governor, oracle, vault, address, buyAt, next, unit } = await networkHelpers.loadFixture(wide);
      const first = await lose(ethers, vault, 60_000n * unit);
      await buyAt(first, 5n * HOUR, 1n, 20n * TOKEN); // at 600
      await dilution.connect(governor).setTokenOracle(address, oracle);
      await oracle.behave(Behavior.Answer, 321n * unit);
      expect(await next()).to.equal(kept(321n * unit));
      await oracle.behave(Behavior.Answer, 0n);
      expect(await next()).to.equal(kept(900n * unit));
      await oracle.behave(Behavior.Revert, 0n);
      expect(await next()).to.equal(kept(900n * unit));
      await dilution.connect(governor).setTokenOracle(address, ethers.ZeroAddress);
      expect(await next()).to.equal(kept(900n * unit));
    });

    for (const [name, behavior] of Object.entries(Behavior).slice(1)) {
      it(`WO4: one that does "${name}" costs the write-off neither its lot nor its fills`, async () => {
        const { engine, dilution, governor, oracle, vault, address, startOf, unit } =
          await networkHelpers.loadFixture(wide);
        await dilution.connect(governor).setTokenOracle(address, oracle);
        await oracle.behave(behavior, 500n * unit);
        const loss = vault.lose(10_000n * unit, 0n);
        await expect(loss).to.not.emit(engine, "TrancheFailed");
        // Within the stipend of 350,000 that the engine gives. A bomb fits its gas and is never copied; its first word
        // is nothing.
        expect(await startOf(1n)).to.equal(1_000n * unit);
        expect(await oracle.asked()).to.equal(0n);
      });
    }

    it("WO4: is not asked with less gas than would leave enough to open the lot", async () => {
      const { engine, dilution, governor, oracle, vault, address, startOf, unit } =
        await networkHelpers.loadFixture(wide);
      await dilution.connect(governor).setTokenOracle(address, oracle);
      await oracle.behave(Behavior.BurnAllGas, 0n);
      await engine.setStack(address, [{ tranche: await dilution.getAddress(), gasStipend: 250_000n, kind: 1n }]);
      await expect(vault.lose(10_000n * unit, 0n)).to.not.emit(engine, "TrancheFailed");
      expect(await startOf(1n)).to.equal(1_000n * unit);
      await oracle.behave(Behavior.Answer, 500n * unit);
      await vault.lose(10_000n * unit, 0n);
      expect(await startOf(2n)).to.equal(1_000n * unit);
    });

    it("AC1: has code, and is the governor's to set", async () => {
      const { dilution, governor, guardian, address, other, oracle } = await networkHelpers.loadFixture(wide);
      await expect(dilution.connect(governor).setTokenOracle(address, other))
        .to.be.revertedWithCustomError(dilution, "OracleWithoutCode")
        .withArgs(other.address);
      await expect(dilution.connect(guardian).setTokenOracle(address, oracle))
        .to.be.revertedWithCustomError(dilution, "AccessManagedUnauthorized")
        .withArgs(guardian.address);
    });
  });

  describe("several lots", () => {
    it("of one vault sell side by side, each at its own price and for its own lenders", async () => {
      const { engine, dilution, debtAuction, vault, address, buyAt, startOf, unit } =
        await networkHelpers.loadFixture(wide);
      const first = await lose(ethers, vault, 40_000n * unit); // 200 tokens
      const second = first + HOUR;
      await time.setNextBlockTimestamp(second);
      await vault.lose(20_000n * unit, 0n); // 100 tokens
      await buyAt(first, 8n * HOUR, 1n, 10n * TOKEN); // at 360
      await buyAt(first, 8n * HOUR + 1n, 2n, 10n * TOKEN); // an hour younger: 440, less one second's fall, rounded up
      const paid = (1_000n * unit - (800n * unit * (7n * HOUR + 1n)) / (10n * HOUR)) * 10n;
      const proceeds = async (id: bigint) => (await engine.ledger(address, id)).auctionProceeds;
      expect([await proceeds(1n), await proceeds(2n)]).to.deep.equal([3_600n * unit, paid]);
      expect(await debtAuction.remainingTokens(address, 1n)).to.equal(190n * TOKEN);
      expect(await debtAuction.remainingTokens(address, 2n)).to.equal(90n * TOKEN);
      await vault.lose(10_000n * unit, 0n); // the third opens at 1.5 times what the second's tokens brought
      expect(await startOf(3n)).to.equal(kept((paid * 3n) / 20n));
      expect((await dilution.budget(address)).issuedTokens).to.equal(350n * TOKEN);
      // The oldest expires alone.
      await time.setNextBlockTimestamp(first + 2n * DAY);
      await debtAuction.settle(address, 1n);
      await expect(debtAuction.settle(address, 2n)).to.be.revertedWithCustomError(debtAuction, "LotStillOpen");
      expect((await dilution.budget(address)).issuedTokens).to.equal(160n * TOKEN);
    });

    it("IN2: of two vaults share nothing: budget, price, proceeds, expiry, pause", async () => {
      const { engine, dilution, debtAuction, vault, address, second, guardian, buyer, buyAt, unit } =
        await networkHelpers.loadFixture(wide);
      const first = await lose(ethers, vault, 200_000n * unit); // the whole hour of one vault
      await time.setNextBlockTimestamp(first + HOUR / 2n);
      await second.vault.lose(200_000n * unit, 0n); // and of the other
      expect(await debtAuction.remainingTokens(address, 1n)).to.equal(1_000n * TOKEN);
      expect(await debtAuction.remainingTokens(second.address, 1n)).to.equal(1_000n * TOKEN);
      await buyAt(first, 5n * HOUR, 1n, 10n * TOKEN);
      expect((await engine.ledger(address, 1n)).auctionProceeds).to.equal(6_000n * unit);
      expect((await engine.ledger(second.address, 1n)).auctionProceeds).to.equal(0n);
      expect(await debtAuction.remainingTokens(second.address, 1n)).to.equal(1_000n * TOKEN);
      expect(await dilution.lastClearing(second.address)).to.deep.equal([0n, 0n]);
      await dilution.connect(guardian).pauseDilution(address);
      await debtAuction.connect(buyer).buy(second.address, 1n, TOKEN, ethers.MaxUint256, buyer, NEVER);
      await time.setNextBlockTimestamp(first + 2n * DAY);
      await debtAuction.settle(address, 1n);
      await expect(debtAuction.settle(second.address, 1n)).to.be.revertedWithCustomError(debtAuction, "LotStillOpen");
      expect((await dilution.budget(address)).issuedTokens).to.equal(10n * TOKEN);
      expect((await dilution.budget(second.address)).issuedTokens).to.equal(1_000n * TOKEN);
    });
  });
});
