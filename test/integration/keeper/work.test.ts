import { expect } from "chai";

import { type Place, runOnce, startBot } from "../../../scripts/keeper/local/bot.ts";
import { type KeeperWorld, ONE, startWorld } from "../../../scripts/keeper/local/world.ts";
import { branchForEachTest } from "../../helpers/keeperBranch.ts";

/** Ten units of collateral; at 200 dollars each, 1,400 are lent against 2,000. */
const LOAN = { collateral: 10n, debt: 1_400n };
const DELAY = 1_800;

describe("keeper: what it does, against a hardhat node", function () {
  this.timeout(180_000);
  let world: KeeperWorld;
  let place: Place;

  before(async () => {
    world = await startWorld();
  });
  after(async () => {
    await world.stop();
  });
  branchForEachTest(
    () => ({ world }),
    (fresh) => {
      place = fresh;
    },
  );

  const debtOf = async (borrower: string) =>
    (await world.vault.positionOf(borrower, await world.collateral.getAddress())).debtAssets;
  const impairedAt = async (borrower: string) =>
    (await world.vault.positionOf(borrower, await world.collateral.getAddress())).impairedAt;
  const ownerBalance = async () => world.asset.balanceOf(await world.flash.owner());

  it("finds positions from events and does nothing while all are healthy", async () => {
    await world.plant([LOAN, LOAN, LOAN]);
    const { summary, exitCode } = await runOnce(world, place);
    expect(exitCode).to.equal(0);
    expect(summary).to.deep.include({ positions: 3, liquidatable: 0, insolvent: 0, unpriced: 0, proposals: [] });
  });

  it("liquidates what has sunk without capital, and the profit is the owner's", async () => {
    const [borrower] = await world.plant([LOAN, { collateral: 10n, debt: 700n }]);
    await world.setPrice(170n);
    // The desk pays 1 % less than the feeds say.
    await world.desk.setPrice((170n * ONE * 99n) / 100n);
    const before = await debtOf(borrower!);
    const { summary, exitCode, stderr } = await runOnce(world, place);
    expect(exitCode, stderr).to.equal(0);
    expect(summary?.proposals.map(({ status }) => status)).to.deep.equal(["sent"]);
    expect(summary?.mined).to.have.length(1);
    const repaid = before - (await debtOf(borrower!));
    // Incentive 8 %, the reserves' fee a fifth of what is beyond the least incentive of 2 %: 1.2 %. The desk's 1 % off.
    const profit = (repaid * 108n * 99n) / 10_000n - repaid - (repaid * 12n) / 1_000n;
    expect(repaid).to.be.greaterThan(300n * ONE);
    expect(await ownerBalance()).to.be.closeTo(profit, 10n ** 12n);
  });

  it("leaves alone what does not pay: a desk that gives too little", async () => {
    const [borrower] = await world.plant([LOAN]);
    await world.setPrice(170n);
    await world.desk.setPrice(150n * ONE);
    const { summary, exitCode } = await runOnce(world, place);
    expect(exitCode).to.equal(0);
    expect(summary?.liquidatable).to.equal(1);
    expect(summary?.proposals.map(({ status }) => status)).to.deep.equal(["refused"]);
    expect(await debtOf(borrower!)).to.be.greaterThan(1_400n * ONE);
  });

  it("records an insolvency, and writes it off once the record is old enough and confirmed", async () => {
    const borrowers = await world.plant([LOAN, LOAN, { collateral: 10n, debt: 500n }]);
    await world.setPrice(80n);
    await world.desk.setPrice(1n);
    expect((await runOnce(world, place)).exitCode).to.equal(0);
    const recorded = await Promise.all(borrowers.map(impairedAt));
    expect(recorded[0]).to.not.equal(0n);
    expect(recorded[1]).to.equal(recorded[0]);
    expect(recorded[2]).to.equal(0n);

    world.chain.advanceTo(Number(recorded[0]) + DELAY + 10);
    await world.chain.openBlock();
    await world.setPrice(80n);
    const { summary, exitCode, stderr } = await runOnce(world, place);
    expect(exitCode, stderr).to.equal(0);
    expect(summary?.proposals.filter(({ status }) => status === "sent")).to.have.length(1);
    // 800 of collateral cover 800 / 1.02.
    const covered = (800n * ONE * 100n) / 102n;
    for (const borrower of borrowers.slice(0, 2)) expect(await debtOf(borrower)).to.be.closeTo(covered, 10n ** 13n);
  });

  it("passes over a vault of another kind that the engine knows", async () => {
    await world.plant([LOAN]);
    // A contract that names its asset, as every vault does, and answers nothing else that a lending vault would.
    const other = await world.fund.getAddress();
    const admin = await world.engine.getAddress();
    const data = world.engine.interface.encodeFunctionData("registerVault", [other, []]);
    await world.node.request("hardhat_setBalance", [world.roles.governor, "0x56bc75e2d63100000"]);
    const manager = world.accessManager;
    await world.chain.send(world.roles.governor, manager.schedule.populateTransaction(admin, data, 0));
    world.chain.advanceTo(world.chain.now + 172_900);
    await world.chain.send(world.roles.governor, manager.execute.populateTransaction(admin, data));
    await world.setPrice(200n);
    const { summary, exitCode, stderr } = await runOnce(world, place);
    expect(exitCode, stderr).to.equal(0);
    expect(summary?.positions).to.equal(1);
  });

  it("sweeps reserves above their target to the fund's stakers, once it is enough to be worth it", async () => {
    const { chain, vault, fund, asset, roles, accessManager: manager } = world;
    const staker = await chain.actor("staker");
    await chain.send(staker, asset.mint.populateTransaction(staker, 1_000n * ONE));
    await chain.send(staker, asset.approve.populateTransaction(fund, 1_000n * ONE));
    await chain.send(staker, fund.deposit.populateTransaction(1_000n * ONE, staker));
    const target = 1_000n * ONE;
    const data = vault.interface.encodeFunctionData("setReservePolicy", [target, await fund.getAddress()]);
    await chain.send(roles.governor, manager.schedule.populateTransaction(vault, data, 0));
    chain.advanceTo(chain.now + 172_900);
    await chain.send(roles.governor, manager.execute.populateTransaction(vault, data));
    // Half a million is repaid at the least, and 1.2 % of it goes to reserves in cash.
    await world.setPrice(200n);
    const [borrower] = await world.plant([{ collateral: 20_000n, debt: 2_800_000n }]);
    await world.setPrice(170n);
    await world.desk.setPrice(170n * ONE);
    const before = await debtOf(borrower!);
    expect((await runOnce(world, place)).exitCode).to.equal(0);
    const fee = ((before - (await debtOf(borrower!))) * 12n) / 1_000n;
    expect(fee).to.be.greaterThan(6n * target);

    const sweep = async (minAssets: string) =>
      runOnce(world, place, { config: { strategies: [{ use: "sweep", minAssets, maxCost: "1000" }] } });
    const tooLittle = await sweep("1000000");
    expect(tooLittle.summary?.proposals[0]).to.deep.include({ status: "refused", detail: "sweep: would do nothing" });
    const staked = await asset.balanceOf(fund);
    const { summary, exitCode, stderr } = await sweep("100");
    expect(exitCode, stderr).to.equal(0);
    expect(summary?.proposals.map(({ detail, status }) => [detail, status])).to.deep.equal([["sweep", "sent"]]);
    // A quarter is for underwriters, and there are none: it stays. Interest is not at hand and stays too.
    expect((await asset.balanceOf(fund)) - staked).to.be.closeTo(((fee - target) * 3n) / 4n, ONE);
    const again = await sweep("100");
    expect(again.summary?.proposals[0]?.detail).to.match(/^sweep: NothingToSweep\(/);
  });

  it("prepares slots of coming losses while the base fee is low, and not twice", async () => {
    const { preparer, vault } = world;
    const present = await preparer.prepared(vault);
    expect(present, "prepared by the deployment").to.equal(4n);
    const prepare = async (settings: Record<string, unknown>) =>
      runOnce(world, place, {
        config: {
          strategies: [
            { use: "prepare", preparer: await preparer.getAddress(), losses: 34, maxBaseFeeGwei: "300", ...settings },
          ],
        },
      });
    const dear = await prepare({ maxBaseFeeGwei: "0.000000001", maxCost: "1000" });
    expect(dear.exitCode, dear.stderr).to.equal(0);
    expect(dear.summary?.proposals).to.deep.equal([]);
    // Even the smallest part costs more than nothing.
    const poor = await prepare({ maxCost: "0" });
    expect(poor.summary?.proposals.map(({ status }) => status)).to.deep.equal(["not worth it"]);
    expect(await preparer.prepared(vault)).to.equal(present);

    const said = async () => {
      const { summary, exitCode, stderr } = await prepare({ maxCost: "1000" });
      expect(exitCode, stderr).to.equal(0);
      return summary?.proposals.map(({ detail, status }) => [detail, status]);
    };
    expect(await said()).to.deep.equal([["25 losses", "sent"]]);
    expect(await preparer.prepared(vault)).to.equal(29n);
    expect(await said()).to.deep.equal([["5 losses", "sent"]]);
    expect(await preparer.prepared(vault)).to.equal(34n);
    expect(await said()).to.deep.equal([]);
  });

  it("sends nothing in a dry run, and needs no key for it", async () => {
    const [borrower] = await world.plant([LOAN]);
    await world.setPrice(100n);
    const bot = await startBot(world, place, ["--once", "--json", "--dry-run"], {
      config: { accounts: { urgent: { env: "NOT_SET" }, housekeeping: { env: "NOT_SET" } } },
    });
    const { summary, exitCode, stderr } = await bot.done;
    expect(exitCode, stderr).to.equal(0);
    expect(summary?.proposals.map(({ strategy, status }) => [strategy, status])).to.deep.include([
      "impair",
      "would send",
    ]);
    expect(await impairedAt(borrower!)).to.equal(0n);
  });
});
