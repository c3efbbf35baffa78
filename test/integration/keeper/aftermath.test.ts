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
});
