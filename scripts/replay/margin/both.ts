/** Both vaults through one crash. While one vault's actors act, the other's coverage is watched. */
import { type Progress } from "../../lib/progress.ts";
import { Rng } from "../../lib/rng.ts";
import { drawBook, standstillBorrower } from "../book.ts";
import { Congestion } from "../congestion.ts";
import { assemble, crashStep, momentsOf } from "../crash.ts";
import { openBook, openingStart } from "../opening.ts";
import { firstPriceWad, scheduledRounds } from "../schedule.ts";
import { type BothScenario } from "../scenarios/black-thursday-both.ts";
import { createWorld } from "../world.ts";
import { coverageOf, CoverageWatch } from "./coverage.ts";
import { assembleMargin, bringCapital, endOfCrash, firstAnswers, marginStep, openPositions } from "./crash.ts";
import { deployMarginWorld, openMarginWorld } from "./world.ts";

const DAY = 86_400;
/** What governance needs to open the margin vault, with a day to spare. */
const GOVERNANCE_DAYS = 4;

export async function runBoth(scenario: BothScenario, seed: string, progress: Progress) {
  const rng = new Rng(seed);
  progress.start("Deploying", 1);
  const lendingWorld = await createWorld("black-thursday", openingStart(scenario.lending) - GOVERNANCE_DAYS * DAY);
  const deployed = await deployMarginWorld(lendingWorld);
  const marginWorld = await openMarginWorld(lendingWorld, deployed, firstAnswers(scenario.margin));
  progress.finish();

  const lending = await assemble(lendingWorld, scenario.lending, rng);
  const margin = await assembleMargin(marginWorld, scenario.margin, rng);
  await bringCapital(marginWorld, scenario.margin, margin, rng);
  const { waitingPeriod } = await lendingWorld.vault.riskConfig();
  const first = firstPriceWad(lendingWorld, scenario.lending);
  const { book: plan, restructuring } = scenario.lending;
  const drawn = drawBook(plan, first, Number(waitingPeriod) / DAY, rng.fork("book"));
  const book = [...drawn, standstillBorrower(restructuring, drawn.length, first)];
  await openBook(lendingWorld, scenario.lending, book, lending, rng, progress);
  lending.lenders.schedule(
    scenario.lending.lenders,
    scenario.lending.start,
    scenario.lending.end,
    rng.fork("coming and going"),
  );
  await openPositions(marginWorld, lendingWorld, scenario.margin, margin, progress);

  const before = { lending: await coverageOf(lendingWorld), margin: await coverageOf(marginWorld) };
  const lendingWatch = new CoverageWatch(lendingWorld, marginWorld);
  const marginWatch = new CoverageWatch(marginWorld, lendingWorld);
  const sharePriceBefore = {
    lending: await lending.recorder.sharePrice(),
    margin: await margin.recorder.sharePrice(),
  };
  const congestion = new Congestion(scenario.margin.congestion);
  const lendingCongestion = new Congestion(scenario.lending.liquidators.congestion);
  const rounds = scheduledRounds(lendingWorld, scenario.lending);
  const moments = momentsOf(scenario.lending);
  progress.start("Replaying", moments.length - 1);
  for (const [step, time] of moments.entries()) {
    let fresh = false;
    for (; (rounds[0]?.round.updatedAt ?? Infinity) <= time; rounds.shift()) {
      fresh ||= rounds[0]?.feed === "collateral";
      await rounds[0]?.publish();
    }
    lendingWorld.chain.advanceTo(time + 1);
    const point = { time, price: lendingWorld.collateralFeed.answer };
    const band = congestion.observe(point);
    const lendingBand = lendingCongestion.observe(point);
    await marginWatch.during(() => crashStep(lending, time, lendingBand));
    await lendingWatch.during(() => marginStep(marginWorld, scenario.margin, margin, time, band, fresh));
    progress.update(step, `${lending.audit.all.length} and ${margin.audit.writeOffs.length} write-offs`);
  }
  await endOfCrash(marginWorld, margin);
  progress.finish(`${lendingWatch.losses + marginWatch.losses} times one lost and the other was as before`);

  await lending.underwriters.collectAll();
  await margin.underwriters.collectAll();
  const entries = (await lending.mirror.checkAgainstChain()) + (await margin.mirror.checkAgainstChain());
  const after = { lending: await coverageOf(lendingWorld), margin: await coverageOf(marginWorld) };
  const sharePriceAfter = {
    lending: await lending.recorder.sharePrice(),
    margin: await margin.recorder.sharePrice(),
  };
  const watches = { lending: lendingWatch.losses, margin: marginWatch.losses };
  return {
    ...{ scenario, seed, lendingWorld, marginWorld, lending, margin, before, after, watches, entries },
    ...{ sharePriceBefore, sharePriceAfter },
  };
}

/** Everything a report on it can tell. */
export type BothRun = Awaited<ReturnType<typeof runBoth>>;
