/** Runs a price crash step by step: rounds, then everybody acts, then a sample is taken. */
import { type Progress } from "../lib/progress.ts";
import { Rng } from "../lib/rng.ts";
import { formatFixed } from "../lib/units.ts";
import { aftermath } from "./aftermath.ts";
import { Buybacks } from "./actors/buybacks.ts";
import { Buyer } from "./actors/buyer.ts";
import { Keepers } from "./actors/keepers.ts";
import { Lenders } from "./actors/lenders.ts";
import { Liquidators } from "./actors/liquidators.ts";
import { Stakers } from "./actors/stakers.ts";
import { Underwriters } from "./actors/underwriters.ts";
import { Watchers } from "./actors/watchers.ts";
import { Lookout } from "./bots/lookout.ts";
import { drawBook, standstillBorrower } from "./book.ts";
import { Congestion } from "./congestion.ts";
import { tokensMinted } from "./crash-summary.ts";
import { noticeCharges } from "./holders.ts";
import { LedgerMirror } from "./ledger-mirror.ts";
import { openBook, openingStart } from "./opening.ts";
import { Positions } from "./positions.ts";
import { PRICE_DECIMALS } from "./prices.ts";
import { Recorder } from "./recorder.ts";
import { firstPriceWad, scheduledRounds } from "./schedule.ts";
import { type CrashScenario } from "./scenarios/black-thursday.ts";
import { type CongestionBand } from "./scenarios/types.ts";
import { createWorld, type World } from "./world.ts";
import { WriteOffAudit } from "./write-off-audit.ts";

const DAY = 86_400n;

/** Everybody who acts in a crash, and what keeps the record. */
export type CrashCast = Awaited<ReturnType<typeof assemble>>;

/** The whole replay: opening, crash, what comes back afterwards, claims. */
export async function runCrash(scenario: CrashScenario, seed: string, progress: Progress) {
  const rng = new Rng(seed);
  progress.start("Deploying", 1);
  const world = await createWorld(scenario.name, openingStart(scenario));
  progress.finish();

  const cast = await assemble(world, scenario, rng);
  const { waitingPeriod } = await world.vault.riskConfig();
  const priceWad = firstPriceWad(world, scenario);
  const drawn = drawBook(scenario.book, priceWad, Number(waitingPeriod / DAY), rng.fork("book"));
  const book = [...drawn, standstillBorrower(scenario.restructuring, drawn.length, priceWad)];
  await openBook(world, scenario, book, cast, rng, progress);
  cast.lenders.schedule(scenario.lenders, scenario.start, scenario.end, rng.fork("coming and going"));
  const sharePriceBefore = await crash(world, scenario, cast, progress);
  const sharePriceAfter = await cast.recorder.sharePrice();

  progress.start("Recovering and claiming", 1);
  const after = await aftermath(world, scenario, cast);
  const entries = await cast.mirror.checkAgainstChain();
  progress.finish(`${entries} ledger entries, each equal to the computation`);
  const tokenSymbol = await world.token.symbol();
  const vaultAddress = await world.vault.getAddress();
  return { scenario, seed, world, ...cast, ...after, tokenSymbol, vaultAddress, sharePriceBefore, sharePriceAfter };
}

/** Everything a report on a crash can tell. */
export type CrashRun = Awaited<ReturnType<typeof runCrash>>;

export async function assemble(world: World, scenario: CrashScenario, rng: Rng) {
  const positions = await Positions.create(world, await Lookout.ofLending(world));
  const lenders = new Lenders(world);
  const stakers = new Stakers(world, scenario.stakers);
  const mirror = await LedgerMirror.create(world);
  const underwriters = new Underwriters(world, scenario.underwriters, mirror.books);
  const buyer = await Buyer.create(world, scenario.buyer, mirror, rng.fork("buyer"));
  const tokenHolders = (): string[] => [buyer, ...underwriters.all].map(({ account }) => account);
  const buybacks = await Buybacks.create(world, mirror, tokenHolders, scenario.recovery);
  const audit = await WriteOffAudit.create(world, mirror, (mined) => {
    noticeCharges(mined, world.vault, lenders.all);
    noticeCharges(mined, world.fund, stakers.all);
    buyer.notice(mined);
    buybacks.notice(mined);
  });
  const liquidators = await Liquidators.create(world, scenario, positions, audit);
  const keepers = await Keepers.create(world, scenario.bots, positions, audit);
  const watchers = new Watchers(world, scenario.book, audit);
  const recorder = await Recorder.create(world);
  return {
    ...{ positions, lenders, stakers, underwriters, mirror, buyer, buybacks, audit },
    ...{ liquidators, keepers, watchers, recorder },
  };
}

/** Returns what a whole share was worth just before the first step, asset units. */
async function crash(world: World, scenario: CrashScenario, cast: CrashCast, progress: Progress): Promise<bigint> {
  const { audit, recorder } = cast;
  const congestion = new Congestion(scenario.liquidators.congestion);
  const rounds = scheduledRounds(world, scenario);
  const moments = momentsOf(scenario);
  let sharePriceBefore = 0n;
  progress.start("Replaying", moments.length - 1);
  for (const [step, time] of moments.entries()) {
    while ((rounds[0]?.round.updatedAt ?? Infinity) <= time) await rounds.shift()?.publish();
    world.chain.advanceTo(time + 1);
    if (step === 0) sharePriceBefore = await recorder.sharePrice();
    const band = congestion.observe({ time, price: world.collateralFeed.answer });
    await crashStep(cast, time, band);
    const price = formatFixed(world.collateralFeed.answer, PRICE_DECIMALS);
    progress.update(step, `${world.collateralInfo.symbol} ${price}, ${audit.all.length} write-offs`);
  }
  progress.finish(`${audit.all.length} write-offs, each equal to the computation`);
  return sharePriceBefore;
}

/** One step of everybody around the lending vault. */
export async function crashStep(cast: CrashCast, time: number, band: CongestionBand): Promise<void> {
  const { positions, lenders, stakers, underwriters, buyer, liquidators, keepers, watchers, recorder } = cast;
  await positions.beginStep();
  await stakers.act();
  await lenders.act();
  await underwriters.act();
  await watchers.act(positions.judge());
  await keepers.record(band);
  await liquidators.act(band);
  await keepers.writeOffDue(band);
  await buyer.act(band);
  await positions.catchUp();
  await recorder.take(time, positions.judge(), band.gasGwei, cast.mirror, tokensMinted(cast));
}

/** Seconds at which everybody looks: every step, and every round of the collateral's feed between two steps. */
export function momentsOf({
  start,
  end,
  stepSeconds,
  collateralRounds,
}: Pick<CrashScenario, "start" | "end" | "stepSeconds" | "collateralRounds">): number[] {
  const moments = new Set(collateralRounds.map(({ updatedAt }) => updatedAt));
  for (let time = start; time <= end; time += stepSeconds) moments.add(time);
  return [...moments].sort((left, right) => left - right);
}
