import { expect } from "chai";

import { Progress, SILENT_STREAM } from "../../scripts/lib/progress.ts";
import { MARKET } from "../../scripts/lib/add-margin.ts";
import { combined } from "../../scripts/lib/provision.ts";
import { sum } from "../../scripts/lib/units.ts";
import { splitLoss, totalOf } from "../../scripts/lib/waterfall.ts";
import { type MarginRun, runMarginCrash } from "../../scripts/replay/margin/crash.ts";
import { marginSummary } from "../../scripts/replay/margin/outcome.ts";
import { marginReport } from "../../scripts/replay/margin/report.ts";
import { provisionOutcome } from "../../scripts/replay/provision-outcome.ts";
import { blackThursdayMargin, type MarginScenario } from "../../scripts/replay/scenarios/black-thursday-margin.ts";

/** The crash with a third of its traders, and everybody's money scaled down; all its rounds. */
function smallCrash(): MarginScenario {
  const whole = blackThursdayMargin();
  const third = (assets: bigint): bigint => assets / 3n;
  return {
    ...whole,
    traders: { ...whole.traders, traders: 50 },
    providers: { ...whole.providers, initial: 8, assets: third(whole.providers.assets) },
    stakers: { ...whole.stakers, assets: third(whole.stakers.assets) },
    underwriters: {
      ...whole.underwriters,
      bids: whole.underwriters.bids.map(({ price, assets }) => ({ price, assets: assets / 10n })),
    },
    buyer: { ...whole.buyer, capital: third(whole.buyer.capital) },
  };
}

describe("black thursday against a margin vault, at a third of its size", function () {
  this.timeout(240_000);
  let run: MarginRun;

  before(async () => {
    run = await runMarginCrash(smallCrash(), "integration test", new Progress(SILENT_STREAM));
  });
  after(async () => {
    await run.world.chain.connection.close();
  });

  it("splits every negative equity as the independent computation does (WO1, WO2)", async () => {
    const { engine, vault } = run.world;
    expect(run.audit.writeOffs.length).to.be.greaterThan(5);
    for (const { id, badDebt, insurable, capacities } of run.audit.writeOffs) {
      const { reserves, insurance, dilutionCash, socialized, badDebt: booked } = await engine.ledger(vault, id);
      const expected = splitLoss({ badDebt, insurable }, capacities);
      expect({ reserves, insurance, dilutionCash, socialized }, `write-off ${id}`).to.deep.equal(expected);
      expect([booked, totalOf(expected)], `write-off ${id}`).to.deep.equal([badDebt, badDebt]);
    }
  });

  it("has accounts recorded and closed by the keeper's bots alone, and counts what they did as the chain tells it", async () => {
    const { vault, chain } = run.world;
    const liquidator = await chain.actor("margin liquidator");
    const keeper = await chain.actor("keeper of the providers");
    const closings = (await vault.queryFilter(vault.filters.AccountLiquidated())).map(({ args }) => args);
    const { partialLiquidations, completeLiquidations } = marginSummary(run);
    expect(closings.length).to.equal(partialLiquidations + completeLiquidations);
    const by = (who: string) => closings.filter((closing) => closing.keeper === who);
    expect(by(liquidator).length + by(keeper).length).to.equal(closings.length);
    expect(sum(by(liquidator), ({ liquidation }) => liquidation.rewardAssets)).to.equal(run.keepers.rewards);
    // Nobody works below the least profit; the providers' keeper closes only what has nothing left to pay it.
    const { minProfitWad } = run.scenario.bots;
    expect(by(liquidator).every(({ liquidation }) => liquidation.rewardAssets > minProfitWad)).to.equal(true);
    expect(by(keeper).length > 0 && by(keeper).every(({ liquidation }) => liquidation.complete)).to.equal(true);
    const recorded = await vault.queryFilter(vault.filters.AccountImpaired());
    expect(recorded.length).to.equal(run.keepers.recorded);
    expect(run.keepers.refreshed > 0 && run.keepers.cleared > 0).to.equal(true);
  });

  it("reaches every layer, and mints tokens", () => {
    const summary = marginSummary(run);
    for (const layer of [
      ...(["reserves", "insurance", "dilutionCash", "socialized"] as const),
      ...(["auctionProceeds", "recovered", "tokensMinted"] as const),
    ]) {
      expect(BigInt(summary[layer]) > 0n, layer).to.equal(true);
    }
    const layers = [summary.reserves, summary.insurance, summary.dilutionCash, summary.socialized];
    expect(sum(layers, BigInt)).to.equal(BigInt(summary.badDebt));
    expect(summary.partialLiquidations).to.be.greaterThan(0);
    expect(summary.completeLiquidations).to.be.greaterThan(summary.writeOffs);
  });

  it("has traders at low and at high leverage, none beyond what was asked for", () => {
    const leverages = run.traders.all.map(({ leverage }) => leverage);
    expect(leverages.some((leverage) => leverage < 1_000n)).to.equal(true);
    expect(leverages.some((leverage) => leverage > 3_000n)).to.equal(true);
    // Fees take a little off the margin, so a hair more than fifty is possible.
    expect(leverages.every((leverage) => leverage <= 5_200n)).to.equal(true);
    const { leverage } = marginSummary(run);
    expect(sum(leverage, ({ traders }) => BigInt(traders))).to.equal(BigInt(run.traders.all.length));
  });

  it("writes off nobody whose equity is positive, and leaves nobody below it unattended for good", () => {
    for (const { badDebt } of run.audit.writeOffs) expect(badDebt > 0n).to.equal(true);
    const judged = run.keepers.judge(run.traders.all);
    expect(judged.filter(({ equity }) => equity < 0n)).to.deep.equal([]);
  });

  it("holds in the vault and in the fund what the books say, account by account (LV1)", async () => {
    await run.audit.checkTotals();
    const { vault, fund, asset } = run.world;
    for (const [trader, account] of run.audit.books.accounts) {
      const { sizeWad, basis } = await vault.positionOf(trader, MARKET);
      const { marginAssets, deficitAssets } = await vault.accountOf(trader);
      expect({ margin: marginAssets, deficit: deficitAssets, size: sizeWad, basis }).to.deep.equal(account);
    }
    expect(await asset.balanceOf(fund)).to.equal((await fund.totalAssets()) + (await fund.claimsOwed()));
  });

  it("books exactly the ledger that was computed beside it (WO1, RE1, RE2)", async () => {
    const count = await run.world.engine.writeOffCount(run.world.vault);
    expect(await run.mirror.checkAgainstChain()).to.equal(Number(count));
  });

  it("sets known losses apart at once, and every unit of it is used or given back (IM1)", async () => {
    const { taken, used, givenBack } = provisionOutcome(run.mirror);
    expect(combined(used, givenBack)).to.deep.equal(taken);
    expect(taken.charged > 0n).to.equal(true);
    expect((await run.world.vault.provisions()).provisionedAssets).to.equal(0n);
    expect(await run.world.fund.totalEarmarked()).to.equal(0n);
  });

  it("draws no more insurance than a multiple of the fees allows", async () => {
    const { allowanceAssets, feeAssets, drawnAssets } = await run.world.vault.insuranceAllowance(MARKET);
    expect(drawnAssets <= (feeAssets * run.audit.books.rules.insuranceMultipleBps) / 10_000n).to.equal(true);
    expect(drawnAssets > 0n && allowanceAssets >= 0n).to.equal(true);
    expect(drawnAssets).to.equal(BigInt(marginSummary(run).insurance));
  });

  it("pays what came back to those who were charged (RE1)", async () => {
    const { vault } = run.world;
    const credited =
      sum([...run.mirror.entries.values()], (entry) => entry.auctionProceeds) +
      sum(run.mirror.recoveries, ({ toLenders }) => toLenders) +
      provisionOutcome(run.mirror).givenBack.charged;
    const claimed = sum(run.providers.all, (provider) => provider.claimed);
    expect(claimed + (await vault.claimsOwed())).to.equal(credited);
    expect((await vault.claimsOwed()) < 1_000_000n).to.equal(true);
  });

  it("lets no provider leave in the crash without notice, and a staker who gave it (IN1)", () => {
    expect(run.panic.error).to.equal("ExceedsMaturedExit");
    expect(run.stakers.all[0]?.withdrawn).to.equal(run.stakers.all[0]?.staked);
    expect(run.stakers.panic?.error).to.equal("ExceedsMaturedNotice");
  });

  it("makes a report that opens from the file, with every chart", () => {
    const html = marginReport(run);
    for (const id of ["price", "trouble", "losses", "buffers", "share-price"]) {
      expect(html).to.include(`id="margin-${id}"`);
    }
    expect(html).to.include(`id="open-interest"`).and.to.include(`id="initial-margin"`);
    expect(html).to.not.match(/NaN|undefined|\[object/);
  });
});
