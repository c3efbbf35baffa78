import { expect } from "chai";
import { MaxUint256, Wallet } from "ethers";

import { newPlace, type Place, runOnce } from "../../../scripts/keeper/local/bot.ts";
import { HOUSEKEEPING_KEY, type KeeperWorld, ONE, startWorld } from "../../../scripts/keeper/local/world.ts";

const HOUR = 3_600;
const DAY = 86_400;
const KEEPER = new Wallet(HOUSEKEEPING_KEY).address;

describe("keeper: after a write-off, against a hardhat node", function () {
  this.timeout(240_000);
  let world: KeeperWorld;
  let place: Place;
  let vault: string;
  let lender: string;

  /** A loss of 616 DAI that nobody but the lenders pays, with tokens on sale for it; written off by the keeper. */
  before(async () => {
    world = await startWorld();
    place = newPlace();
    vault = await world.vault.getAddress();
    lender = await world.chain.actor("lender");
    await world.node.request("hardhat_impersonateAccount", [KEEPER]);
    await world.chain.send(KEEPER, world.asset.mint.populateTransaction(KEEPER, 10_000n * ONE));
    const auction = await world.debtAuction.getAddress();
    await world.chain.send(KEEPER, world.asset.approve.populateTransaction(auction, MaxUint256));
    await world.chain.send(lender, world.vault.setAuthorization.populateTransaction(KEEPER, true));
    const [borrower] = await world.plant([{ collateral: 10n, debt: 1_400n }]);
    await world.setPrice(80n);
    await world.desk.setPrice(1n);
    expect((await runOnce(world, place)).exitCode).to.equal(0);
    await pass(HOUR);
    expect((await runOnce(world, place)).exitCode).to.equal(0);
    expect((await world.vault.positionOf(borrower!, await world.collateral.getAddress())).debtAssets).to.be.lessThan(
      800n * ONE,
    );
    expect(await world.debtAuction.remainingTokens(vault, 1n)).to.be.greaterThan(0n);
  });
  after(async () => {
    place.clean();
    await world.stop();
  });

  const pass = async (seconds: number) => {
    await world.node.request("evm_increaseTime", [seconds]);
    await world.mine(1);
    await world.setPrice(80n);
  };
  const auctions = (rules: Record<string, unknown>) => ({
    config: { strategies: [{ use: "auctions", maxCost: "1000", ...rules }] },
  });

  it("buys tokens once they are as cheap as configured, and no dearer", async () => {
    const early = await runOnce(world, place, auctions({ buyAt: "200", maxSpend: "300" }));
    expect(early.summary?.proposals).to.deep.equal([]);
    // 300 at the start, 150 after six hours.
    await pass(5 * HOUR);
    const { summary, exitCode, stderr } = await runOnce(world, place, auctions({ buyAt: "200", maxSpend: "300" }));
    expect(exitCode, stderr).to.equal(0);
    expect(summary?.proposals.map(({ detail, status }) => [detail, status])).to.deep.equal([["buy", "sent"]]);
    const spent = 10_000n * ONE - (await world.asset.balanceOf(KEEPER));
    const tokens = await world.token.balanceOf(KEEPER);
    expect(spent).to.be.closeTo(300n * ONE, ONE);
    expect((spent * ONE) / tokens).to.be.at.most(200n * ONE);
  });

  it("claims for a lender who has authorized it what the sale has brought", async () => {
    const before = await world.asset.balanceOf(lender);
    const strategies = [
      {
        ...{ use: "claim", everyBlocks: 1, minAssets: "100", maxCost: "1000" },
        accounts: [{ account: lender, receiver: lender, shares: vault }],
      },
    ];
    const { exitCode, summary, stderr } = await runOnce(world, place, { config: { strategies } });
    expect(exitCode, stderr).to.equal(0);
    expect(summary?.proposals.map(({ status }) => status)).to.deep.equal(["sent"]);
    expect((await world.asset.balanceOf(lender)) - before).to.be.closeTo(300n * ONE, ONE);
    const again = await runOnce(world, place, { config: { strategies } });
    expect(again.summary?.proposals).to.deep.equal([]);
  });

  it("settles the sale when it and the time for claims are over, and not before", async () => {
    // Three days of sale and a week for claims, less what has passed.
    await pass(10 * DAY - 7 * HOUR);
    expect((await runOnce(world, place, auctions({}))).summary?.proposals).to.deep.equal([]);
    await pass(2 * HOUR);
    const { summary, exitCode, stderr } = await runOnce(world, place, auctions({}));
    expect(exitCode, stderr).to.equal(0);
    expect(summary?.proposals.map(({ detail, status }) => [detail, status])).to.deep.equal([["settle", "sent"]]);
    expect(await world.debtAuction.remainingTokens(vault, 1n)).to.equal(0n);
    expect((await runOnce(world, place, auctions({}))).summary?.proposals).to.deep.equal([]);
  });

  describe("when money comes back", () => {
    /** For those who bought tokens, after the lenders have everything back. */
    const FOR_TOKENS = 200n * ONE;
    let tokens: bigint;
    let allowed: bigint;

    before(async () => {
      await pass(60);
      const payer = await world.chain.actor("payer");
      const paid = (await world.engine.lendersOutstanding(vault, 1n)) + FOR_TOKENS;
      await world.chain.send(payer, world.asset.mint.populateTransaction(payer, paid));
      await world.chain.send(payer, world.asset.approve.populateTransaction(world.engine, paid));
      await world.chain.send(payer, world.engine.recover.populateTransaction(vault, 1n, paid));
      tokens = await world.token.balanceOf(KEEPER);
      allowed = tokens / 2n;
      await world.chain.send(KEEPER, world.token.approve.populateTransaction(world.buybackAuction, allowed));
      expect((await world.buybackAuction.round(vault, 1n, 0n)).assets).to.equal(FOR_TOKENS);
    });

    it("sells tokens back once they fetch as much as configured, and no more than it is allowed to", async () => {
      const sell = auctions({ settle: false, sellAt: "170" });
      // They were bought at 175 on average; the round begins at four fifths of that, 140.
      expect((await runOnce(world, place, sell)).summary?.proposals).to.deep.equal([]);
      await pass(6 * HOUR);
      const before = await world.asset.balanceOf(KEEPER);
      const { summary, exitCode, stderr } = await runOnce(world, place, sell);
      expect(exitCode, stderr).to.equal(0);
      expect(summary?.proposals.map(({ detail, status }) => [detail, status])).to.deep.equal([["sell back", "sent"]]);
      expect(await world.token.balanceOf(KEEPER)).to.equal(tokens - allowed);
      const received = (await world.asset.balanceOf(KEEPER)) - before;
      expect(received).to.be.closeTo(allowed * 175n, allowed / 4n);
      const { assets } = await world.buybackAuction.round(vault, 1n, 0n);
      expect(assets).to.equal(FOR_TOKENS - received);
    });

    it("settles the round when it is over, and what found no token goes on to the reserves", async () => {
      expect((await runOnce(world, place, auctions({}))).summary?.proposals).to.deep.equal([]);
      const { assets } = await world.buybackAuction.round(vault, 1n, 0n);
      await pass(2 * DAY);
      const before = await world.vault.reserves();
      const { summary, exitCode, stderr } = await runOnce(world, place, auctions({}));
      expect(exitCode, stderr).to.equal(0);
      expect(summary?.proposals.map(({ detail, status }) => [detail, status])).to.deep.equal([["settle", "sent"]]);
      expect((await world.buybackAuction.round(vault, 1n, 0n)).assets).to.equal(0n);
      // Interest of a few seconds comes on top.
      expect((await world.vault.reserves()) - before).to.be.closeTo(assets, ONE / 100n);
      expect((await runOnce(world, place, auctions({}))).summary?.proposals).to.deep.equal([]);
    });
  });
});
