import { expect } from "chai";

import { Progress, SILENT_STREAM } from "../../scripts/lib/progress.ts";
import { type DepegRun, runDepeg } from "../../scripts/replay/depeg.ts";
import { provisionOutcome } from "../../scripts/replay/provision-outcome.ts";
import { loanGroups, rightlyLeftAlone } from "../../scripts/replay/report/depeg-outcome.ts";
import { depegReport } from "../../scripts/replay/report/depeg-report.ts";
import { depegSummary } from "../../scripts/replay/run.ts";
import { usdcDepeg } from "../../scripts/replay/scenarios/usdc-depeg.ts";

describe("usdc depeg (OR1)", function () {
  this.timeout(240_000);
  let run: DepegRun;

  const answersTo = (call: string, when: RegExp): string[] =>
    run.attempts.all.filter((attempt) => attempt.call === call && when.test(attempt.when)).map(({ answer }) => answer);

  before(async () => {
    const scenario = usdcDepeg();
    run = await runDepeg(scenario, "depeg test", new Progress(SILENT_STREAM));
  });
  after(async () => {
    await run.world.chain.connection.close();
  });

  it("replays all 400 rounds at their own seconds", async () => {
    expect(run.rounds).to.equal(400);
    const { collateralAggregator, collateralFeed } = run.world;
    const first = collateralFeed.rounds - 399;
    for (const [index, { updatedAt, answer }] of run.scenario.collateralRounds.entries()) {
      const round = await collateralAggregator.getRoundData(first + index);
      expect([round.answer, round.updatedAt]).to.deep.equal([answer, BigInt(updatedAt)]);
    }
  });

  it("bridges every daily heartbeat, each of them later than a day", () => {
    expect(run.heartbeats).to.deep.equal({ count: 110, answered: 110, longestGap: 86_484 });
    expect(answersTo("impair the weakest loan", /heartbeat/)).to.deep.equal(["PositionSolvent"]);
  });

  it("writes nothing off: no entry has a figure, nobody lacks anything", async () => {
    const { engine, vault, fund, asset } = run.world;
    for (let id = await engine.writeOffCount(vault); id > 0n; id--) {
      expect((await engine.ledger(vault, id)).badDebt).to.equal(0n);
    }
    expect((await vault.provisions()).provisionedAssets).to.equal(0n);
    expect(await asset.balanceOf(fund)).to.equal((await fund.totalAssets()) + (await fund.claimsOwed()));
    expect(run.sharePriceAfter > run.sharePriceBefore).to.equal(true);
  });

  it("gives everybody back what they were charged for losses that did not come, to the unit (IM1)", async () => {
    const { taken, givenBack, used, falseAlarms } = provisionOutcome(run.mirror);
    expect(falseAlarms.length).to.be.greaterThan(0);
    expect(taken.charged > 0n).to.equal(true);
    expect(givenBack).to.deep.equal(taken);
    expect(used).to.deep.equal({ reserves: 0n, earmarked: 0n, charged: 0n });
    for (const { name, charged, claimed } of [...run.lenders.all, ...run.stakers.all]) {
      expect(claimed, name).to.equal(charged);
    }
    // What the virtual shares bore belongs to nobody.
    expect((await run.world.vault.claimsOwed()) < 1_000_000n).to.equal(true);
  });

  it("lets lenders come and go meanwhile", () => {
    expect(run.lenders.all.filter(({ leftAt }) => leftAt !== undefined).length).to.be.greaterThan(0);
    expect(run.lenders.all.length).to.equal(22);
  });

  it("records insolvencies at the low and clears every one when the price comes back", async () => {
    const { impaired, cleared, writtenOff } = run.keepers.count;
    expect(impaired).to.be.greaterThan(0);
    expect(cleared).to.equal(impaired);
    expect(writtenOff).to.equal(0);
    for (const { account } of run.positions.all) {
      expect((await run.world.vault.positionOf(account, run.world.collateral)).impairedAt).to.equal(0n);
    }
  });

  it("leaves loans alone that were in danger or lost at the low and are healthy again", () => {
    const groups = loanGroups(run);
    const [, liquidatable, insolvent] = groups;
    expect(liquidatable!.healthyAgain).to.be.greaterThan(0);
    expect(insolvent!.healthyAgain).to.be.greaterThan(0);
    expect(rightlyLeftAlone(groups)).to.equal(liquidatable!.healthyAgain + insolvent!.healthyAgain);
    for (const { leftAlone, healthyAgain } of groups) expect(healthyAgain).to.equal(leftAlone);
    expect(run.largestShortfall > 0n).to.equal(true);
  });

  it("writes nothing off on a silent feed: no newer round confirms the record", () => {
    expect(answersTo("impair", /last round before/)).to.deep.equal(["went through"]);
    expect(answersTo("writeOff", /7 h of silence/)).to.deep.equal(["NoNewerRound"]);
  });

  it("refuses everything that could book a loss on a stale feed, by name", () => {
    for (const call of ["writeOff", "impair", "liquidate", "borrow more"]) {
      expect(answersTo(call, /stale/), call).to.deep.equal(["StaleAnswer"]);
    }
  });

  it("takes a repayment whatever the feed does (LI1)", () => {
    expect(answersTo("repay a tenth", /stale/)).to.deep.equal(["went through"]);
  });

  it("summarizes it", () => {
    const summary = depegSummary(run);
    expect([summary.scenario, summary.badDebt, summary.writeOffs, summary.rounds]).to.deep.equal([
      "usdc-depeg",
      "0",
      0,
      400,
    ]);
    expect(summary.rightlyLeftAlone).to.equal(rightlyLeftAlone(loanGroups(run)));
    expect(depegReport(run)).to.not.match(/NaN|undefined|\[object/);
  });
});
