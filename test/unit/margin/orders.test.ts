import { expect } from "chai";
import { network } from "hardhat";

import {
  commit,
  decide,
  deployMargin,
  ETH,
  KEEPER_FEE,
  MARKET,
  Outcome,
  POOL,
  PRICE,
  priceWad,
  publish,
  resolve,
  RISK,
  trade,
  USD,
  WALLET,
} from "../../helpers/margin.js";

const { ethers, networkHelpers } = await network.create();

describe("MarginVault: orders in two steps", () => {
  const scene = () => deployMargin(ethers);

  it("executes at the first round after the delay: price, premium, fee and keeper by hand", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice, keeper, asset } = room;
    await commit(room, alice, { size: 10n * ETH, deposit: 5_000n * USD });
    expect(await asset.balanceOf(vault)).to.equal(POOL + 5_000n * USD);
    const before = await vault.totalAssets();
    expect(before).to.equal(POOL);

    const round = await decide(networkHelpers, room, 2_000n);
    await expect(resolve(room, alice, round))
      .to.emit(vault, "OrderResolved")
      .withArgs(alice.address, 0, Outcome.Executed, round, priceWad(2_000n), keeper.address);

    // 10 ETH from skew 0 to 10 of 10,000: average premium 0.05 %, 10 dollars; fee 0.1 % of 20,000, 20 dollars.
    const position = await vault.positionOf(alice, 0);
    expect(position.sizeWad).to.equal(10n * ETH);
    expect(position.basis).to.equal(20_010n * USD * 10n ** 36n);
    const account = await vault.accountOf(alice);
    expect(account.marginAssets).to.equal((5_000n - 1n - 20n) * USD);
    expect(await asset.balanceOf(keeper)).to.equal(KEEPER_FEE);
    // At the mark she has paid the premium; a fifth of the fee is reserves, the pool has the rest.
    expect((await vault.healthOf(alice)).equityAssets).to.equal((5_000n - 1n - 20n - 10n) * USD);
    expect(await vault.reserves()).to.equal(4n * USD);
    // The premium is owed to whoever closes, so opening earns the pool its part of the fee and nothing else.
    expect(await vault.totalAssets()).to.equal(POOL + 16n * USD);
    expect(await asset.balanceOf(vault)).to.equal((await vault.cash()) + (await vault.traderAssets()));
  });

  it("gives a round trip at one price nothing but the fees, whatever the premium (MA3)", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice } = room;
    await trade(networkHelpers, room, alice, { size: 50n * ETH, deposit: 20_000n * USD });
    await trade(networkHelpers, room, alice, { size: -50n * ETH, deposit: 200n * USD });
    const account = await vault.accountOf(alice);
    expect(account.openMarkets).to.equal(0);
    // Twice 0.1 % of 100,000 and two keepers.
    expect(account.marginAssets).to.equal((20_200n - 2n * 100n - 2n) * USD);
    expect(await vault.cash()).to.equal(POOL + 200n * USD);
    expect((await vault.marketOf(0)).totalBasis).to.equal(0);
  });

  it("executes late at the round's own price, whatever the feed says by then (MA6)", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice } = room;
    await commit(room, alice, { size: 10n * ETH, deposit: 10_000n * USD });
    const round = await decide(networkHelpers, room, 2_010n);
    await networkHelpers.time.increase(7_200);
    await publish(room, 1_900n);
    await resolve(room, alice, round);
    // 10 x 2,010 x (1 + 0.05 %) = 20,110.05 paid, worth 19,000.
    expect((await vault.positionOf(alice, 0)).basis).to.equal(20_110_050_000n * 10n ** 36n);
    const fee = 20_100_000n; // 0.1 % of 20,100
    expect((await vault.healthOf(alice)).equityAssets).to.equal(
      10_000n * USD - KEEPER_FEE - fee + 19_000n * USD - 20_110_050_000n,
    );
  });

  for (const [name, size, acceptable, price, outcome] of [
    ["a buyer's limit below the round", 10n, 2_000n, 2_001n, Outcome.NotAcceptable],
    ["a buyer's limit at the round", 10n, 2_001n, 2_001n, Outcome.Executed],
    ["a seller's limit above the round", -10n, 2_000n, 1_999n, Outcome.NotAcceptable],
    ["a seller's limit at the round", -10n, 1_999n, 1_999n, Outcome.Executed],
  ] as const) {
    it(`decides by ${name}: outcome ${outcome}`, async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice } = room;
      await commit(room, alice, { size: size * ETH, acceptable, deposit: 5_000n * USD });
      const round = await decide(networkHelpers, room, price);
      await expect(resolve(room, alice, round)).to.emit(vault, "OrderResolved");
      const account = await vault.accountOf(alice);
      expect(account.openMarkets).to.equal(outcome === Outcome.Executed ? 1 : 0);
      if (outcome === Outcome.NotAcceptable) {
        // The refund is the whole escrow; only the keeper is paid, and the place under the caps is free again.
        expect(account.marginAssets).to.equal(4_999n * USD);
        expect(await vault.cash()).to.equal(POOL);
        const market = await vault.marketOf(0);
        expect([market.pendingBuyWad, market.pendingSellWad]).to.deep.equal([0n, 0n]);
      }
    });
  }

  it("is decided by the first round alone: a later, better one cannot be used (MA6)", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice } = room;
    await commit(room, alice, { size: 10n * ETH, acceptable: 2_000n, deposit: 5_000n * USD });
    const first = await decide(networkHelpers, room, 2_050n);
    const second = await publish(room, 1_990n);
    const notFirst = 8;
    await expect(resolve(room, alice, second))
      .to.be.revertedWithCustomError(vault, "OrderUndecided")
      .withArgs(alice.address, 0, notFirst);
    await resolve(room, alice, first);
    expect((await vault.accountOf(alice)).openMarkets).to.equal(0);
  });

  it("does not use a round from before the delay has passed", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice } = room;
    await commit(room, alice, { size: 10n * ETH, deposit: 5_000n * USD });
    const early = await publish(room, 1_900n);
    const pending = 4;
    await expect(resolve(room, alice, early))
      .to.be.revertedWithCustomError(vault, "OrderUndecided")
      .withArgs(alice.address, 0, pending);
    const round = await decide(networkHelpers, room, 2_000n);
    await resolve(room, alice, round);
    expect((await vault.positionOf(alice, 0)).sizeWad).to.equal(10n * ETH);
  });

  it("expires when no round came in time, and not a second before", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice } = room;
    await commit(room, alice, { size: 10n * ETH, deposit: 5_000n * USD });
    const { latestRoundAt, knownRoundId } = await vault.orderOf(alice, 0);
    await networkHelpers.time.setNextBlockTimestamp(latestRoundAt);
    await expect(resolve(room, alice, knownRoundId)).to.be.revertedWithCustomError(vault, "OrderUndecided");
    await networkHelpers.time.setNextBlockTimestamp(latestRoundAt + 1n);
    await resolve(room, alice, knownRoundId);
    expect((await vault.accountOf(alice)).marginAssets).to.equal(4_999n * USD);
  });

  it("expires when the first round came too late, whoever proves it", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice } = room;
    await commit(room, alice, { size: 10n * ETH, deposit: 5_000n * USD });
    await networkHelpers.time.increase(RISK.expiry + 1n);
    const late = await publish(room, 1_000n);
    await expect(resolve(room, alice, late)).to.emit(vault, "OrderResolved");
    expect((await vault.accountOf(alice)).openMarkets).to.equal(0);
  });

  it("gives back what a changed phase of the feed leaves undecided", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice, feed } = room;
    await commit(room, alice, { size: 10n * ETH, deposit: 5_000n * USD });
    const { knownRoundId } = await vault.orderOf(alice, 0);
    await networkHelpers.time.increase(RISK.minDelay);
    const now = await networkHelpers.time.latest();
    const nextPhase = (1n << 64n) + 1n;
    await feed.setRound(nextPhase, 2_000n * 10n ** 8n, now, now, nextPhase);
    await expect(resolve(room, alice, knownRoundId)).to.emit(vault, "OrderResolved");
    expect((await vault.accountOf(alice)).marginAssets).to.equal(4_999n * USD);
  });

  it("gives back an order whose feed the oracle has replaced, unless its round is there already (MA6)", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice, bob, oracle, eth } = room;
    await commit(room, alice, { size: 10n * ETH, deposit: 5_000n * USD });
    const round = await decide(networkHelpers, room, 2_020n);
    await commit(room, bob, { size: 10n * ETH, deposit: 5_000n * USD });
    const { knownRoundId } = await vault.orderOf(bob, 0);
    const other = await ethers.deployContract("MockAggregator", [8, 2_000n * 10n ** 8n]);
    await oracle.setFeed(eth, { feed: other, maxStaleness: 86_400, minAnswer: 1, maxAnswer: 10n ** 18n });
    await resolve(room, alice, round);
    expect((await vault.positionOf(alice, 0)).sizeWad).to.equal(10n * ETH);
    await resolve(room, bob, knownRoundId);
    expect((await vault.positionOf(bob, 0)).sizeWad).to.equal(0);
    expect((await vault.accountOf(bob)).marginAssets).to.equal(4_999n * USD);
  });

  it("does not accept a round outside the oracle's band, nor a negative one", async () => {
    for (const answer of [1n, -5n]) {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice, oracle, eth, feed } = room;
      const band = { minAnswer: 10n ** 8n, maxAnswer: 10n ** 13n };
      await oracle.setFeed(eth, { feed, maxStaleness: 86_400, ...band });
      await commit(room, alice, { size: 10n * ETH, deposit: 5_000n * USD });
      await networkHelpers.time.increase(RISK.minDelay);
      await feed.setAnswer(answer);
      const round = (await feed.latestRoundData())[0];
      await resolve(room, alice, round);
      expect((await vault.accountOf(alice)).marginAssets).to.equal(4_999n * USD);
    }
  });

  it("cuts what reduces to the position that is left, and gives it back when none is", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice } = room;
    await trade(networkHelpers, room, alice, { size: 10n * ETH, acceptable: 2_000n, deposit: 1_521n * USD });
    // A closing order is on its way when the price falls and a part of the position is liquidated.
    await commit(room, alice, { size: -10n * ETH, deposit: 25n * USD });
    await publish(room, 1_900n);
    await vault.liquidate(alice, 0, 0);
    const left = (await vault.positionOf(alice, 0)).sizeWad;
    expect(left > 0n && left < 10n * ETH).to.equal(true);
    const round = await decide(networkHelpers, room, 1_900n);
    await resolve(room, alice, round);
    expect((await vault.accountOf(alice)).openMarkets).to.equal(0);
    const market = await vault.marketOf(0);
    expect([market.longWad, market.totalBasis, market.pendingSellWad]).to.deep.equal([0n, 0n, 0n]);
  });

  describe("what a commit must bring", () => {
    it("initial margin, fee and highest premium at the worst acceptable price, to the unit", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice } = room;
      // 10 ETH at up to 2,200: maintenance 3.01 %, initial 6.02 % of 22,000 = 1,324.40; fee 22; premium 1 % = 220.
      const required = 1_324_400_000n + 22n * USD + 220n * USD + KEEPER_FEE;
      const order = { size: 10n * ETH, acceptable: 2_200n };
      await expect(commit(room, alice, { ...order, deposit: required - 1n }))
        .to.be.revertedWithCustomError(vault, "EscrowTooSmall")
        .withArgs(required - 1n, required);
      await commit(room, alice, { ...order, deposit: required });
    });

    it("the present price where a seller would accept less", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice } = room;
      const required = 1_204n * USD + 20n * USD + 200n * USD + KEEPER_FEE;
      const order = { size: -10n * ETH, acceptable: 1n };
      await expect(commit(room, alice, { ...order, deposit: required - 1n }))
        .to.be.revertedWithCustomError(vault, "EscrowTooSmall")
        .withArgs(required - 1n, required);
      await commit(room, alice, { ...order, deposit: required });
    });

    it("margin of the account counts, as far as the initial margin of open positions leaves it", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice } = room;
      await vault.connect(alice).depositMargin(5_000n * USD, alice);
      await commit(room, alice, { size: 10n * ETH, margin: 5_000n * USD });
      expect((await vault.accountOf(alice)).marginAssets).to.equal(0);
      await expect(vault.connect(alice).withdrawMargin(1n, alice, alice)).to.be.revertedWithCustomError(
        vault,
        "InsufficientMargin",
      );
    });

    const refusals: [string, Parameters<typeof commit>[2], string][] = [
      ["no size", { size: 0n, deposit: 5_000n * USD }, "InvalidSizeDelta"],
      ["no price", { size: ETH, acceptable: 0n, deposit: 5_000n * USD }, "ZeroPrice"],
      ["too small a keeper's fee", { size: ETH, deposit: 5_000n * USD, fee: KEEPER_FEE - 1n }, "KeeperFeeTooSmall"],
      ["a dust position", { size: ETH / 21n, deposit: 5_000n * USD }, "BelowMinNotional"],
      ["another market", { size: ETH, deposit: 5_000n * USD, marketId: 1n }, "UnknownMarket"],
      ["more than the skew may be", { size: 101n * ETH, deposit: 100_000n * USD }, "ExceedsSkewCap"],
      ["more than a side may hold", { size: 1_001n * ETH, deposit: 900_000n * USD }, "ExceedsOpenInterestCap"],
    ];
    for (const [name, order, error] of refusals) {
      it(`refuses ${name}: ${error}`, async () => {
        const room = await networkHelpers.loadFixture(scene);
        await expect(commit(room, room.alice, order)).to.be.revertedWithCustomError(room.vault, error);
      });
    }

    it("refuses a second order for the same market, and one across zero", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice } = room;
      await trade(networkHelpers, room, alice, { size: 10n * ETH, deposit: 5_000n * USD });
      await expect(commit(room, alice, { size: -11n * ETH, deposit: 5_000n * USD }))
        .to.be.revertedWithCustomError(vault, "InvalidSizeDelta")
        .withArgs(10n * ETH, -11n * ETH);
      await commit(room, alice, { size: -5n * ETH, deposit: 50n * USD });
      await expect(commit(room, alice, { size: -1n * ETH, deposit: 50n * USD })).to.be.revertedWithCustomError(
        vault,
        "OrderPending",
      );
    });

    it("refuses what leaves dust of a position", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice } = room;
      await trade(networkHelpers, room, alice, { size: 10n * ETH, deposit: 5_000n * USD });
      const allButDust = -(10n * ETH - ETH / 21n);
      await expect(commit(room, alice, { size: allButDust, deposit: 50n * USD })).to.be.revertedWithCustomError(
        vault,
        "BelowMinNotional",
      );
    });

    it("keeps places under the caps for orders on their way", async () => {
      const room = await networkHelpers.loadFixture(scene);
      const { vault, alice, bob } = room;
      await commit(room, alice, { size: 60n * ETH, deposit: 50_000n * USD });
      await expect(commit(room, bob, { size: 41n * ETH, deposit: 50_000n * USD }))
        .to.be.revertedWithCustomError(vault, "ExceedsSkewCap")
        .withArgs(0, 101n * ETH, MARKET.skewCapWad);
      await commit(room, bob, { size: 40n * ETH, deposit: 50_000n * USD });
    });

    it("refuses more open interest than the pool's cash covers", async () => {
      const room = await deployMargin(ethers, {
        market: { skewCapWad: 1_000n * ETH, maintenanceWad: 12n * 10n ** 16n },
      });
      // The pool covers 20 % of the notional: 1,000 ETH at 2,000 need 400,000; a price of 6,000 would need 1,200,000.
      const order = { size: 1_000n * ETH, deposit: 1_000_000n * USD };
      await expect(commit(room, room.alice, { ...order, acceptable: 6_000n }))
        .to.be.revertedWithCustomError(room.vault, "InsufficientCover")
        .withArgs(POOL, 1_200_000n * USD);
    });
  });

  it("nobody but the trader or its operator commits for it, and nobody withdraws what is on its way", async () => {
    const room = await networkHelpers.loadFixture(scene);
    const { vault, alice, bob } = room;
    const request = {
      trader: alice.address,
      marketId: 0,
      sizeDeltaWad: ETH,
      acceptablePriceWad: priceWad(PRICE),
      marginAssets: 0,
      depositAssets: 1_000n * USD,
      keeperFeeAssets: KEEPER_FEE,
    };
    await expect(vault.connect(bob).commitOrder(request)).to.be.revertedWithCustomError(vault, "NotAuthorized");
    await vault.connect(alice).setAuthorization(bob, true);
    await vault.connect(bob).commitOrder(request);
    expect(await room.asset.balanceOf(bob)).to.equal(WALLET - 1_000n * USD);
    await expect(vault.connect(alice).withdrawMargin(1n, alice, alice)).to.be.revertedWithCustomError(
      vault,
      "InsufficientMargin",
    );
  });
});
