/** Runs a depeg round by round: heartbeats first, then every round of the weekend, and a branch in which the feed dies. */
import { type Progress } from "../lib/progress.ts";
import { Rng } from "../lib/rng.ts";
import { formatFixed, max, sum, WAD } from "../lib/units.ts";
import { Keepers } from "./actors/keepers.ts";
import { Lenders } from "./actors/lenders.ts";
import { Liquidators } from "./actors/liquidators.ts";
import { Stakers } from "./actors/stakers.ts";
import { Underwriters } from "./actors/underwriters.ts";
import { Watchers } from "./actors/watchers.ts";
import { Attempts } from "./attempts.ts";
import { Lookout } from "./bots/lookout.ts";
import { drawBook } from "./book.ts";
import { noticeCharges } from "./holders.ts";
import { LedgerMirror } from "./ledger-mirror.ts";
import { openBook, openingStart } from "./opening.ts";
import { type Judged, Positions, type TrackedPosition } from "./positions.ts";
import { PRICE_DECIMALS } from "./prices.ts";
import { Recorder } from "./recorder.ts";
import { type DepegScenario } from "./scenarios/usdc-depeg.ts";
import { firstPriceWad, scheduledRounds } from "./schedule.ts";
import { silentFeed } from "./silent-feed.ts";
import { createWorld, type World } from "./world.ts";
import { WriteOffAudit } from "./write-off-audit.ts";

const DAY = 86_400n;
/** A gap between rounds longer than this is a heartbeat. */
const HEARTBEAT_GAP = 80_000;
/** How long before a heartbeat the feed's old answer is looked at. */
const BEFORE_HEARTBEAT = 30;

/** The worst that a position went through. */
export type Worst = "healthy" | "liquidatable" | "insolvent";

/** What was seen of the feed's heartbeats. */
export interface Heartbeats {
  /** Heartbeats waited for, and how many times the old answer was still good just before. */
  count: number;
  answered: number;
  /** Longest age of an answer just before it was replaced, seconds. */
  longestGap: number;
}

type Cast = Awaited<ReturnType<typeof assemble>>;

export async function runDepeg(scenario: DepegScenario, seed: string, progress: Progress) {
  const rng = new Rng(seed);
  progress.start("Deploying", 1);
  const world = await createWorld(scenario.name, openingStart(scenario));
  progress.finish();

  const cast = await assemble(world, scenario);
  const { waitingPeriod, confirmationDelay } = await world.vault.riskConfig();
  const book = drawBook(scenario.book, firstPriceWad(world, scenario), Number(waitingPeriod / DAY), rng.fork("book"));
  await openBook(world, scenario, book, cast, rng, progress);
  cast.lenders.schedule(scenario.lenders, scenario.depegFrom, scenario.end, rng.fork("coming and going"));
  const sharePriceBefore = await cast.recorder.sharePrice();
  const seen = await replayRounds(world, scenario, cast, progress);
  await cast.positions.readAll();
  await cast.lenders.claimAll(cast.mirror.books.vaultEpochs);
  await cast.stakers.claimAll(cast.mirror.books.fundEpochs);
  await cast.mirror.checkAgainstChain();
  const sharePriceAfter = await cast.recorder.sharePrice();
  return {
    scenario,
    seed,
    world,
    ...cast,
    ...seen,
    confirmationDelay: Number(confirmationDelay),
    sharePriceBefore,
    sharePriceAfter,
  };
}

/** Everything a report on a depeg can tell. */
export type DepegRun = Awaited<ReturnType<typeof runDepeg>>;

async function assemble(world: World, scenario: DepegScenario) {
  const positions = await Positions.create(world, await Lookout.ofLending(world));
  const lenders = new Lenders(world);
  const stakers = new Stakers(world, scenario.stakers);
  const mirror = await LedgerMirror.create(world);
  const underwriters = new Underwriters(world, scenario.underwriters, mirror.books);
  const audit = await WriteOffAudit.create(world, mirror, (mined) => {
    noticeCharges(mined, world.vault, lenders.all);
    noticeCharges(mined, world.fund, stakers.all);
  });
  const liquidators = await Liquidators.create(world, scenario, positions, audit);
  const keepers = await Keepers.create(world, scenario.bots, positions, audit);
  const watchers = new Watchers(world, scenario.book, audit);
  const recorder = await Recorder.create(world);
  const attempts = new Attempts();
  return {
    ...{ positions, lenders, stakers, underwriters, mirror, audit },
    ...{ liquidators, keepers, watchers, recorder, attempts },
  };
}

async function replayRounds(world: World, scenario: DepegScenario, cast: Cast, progress: Progress) {
  const { positions, lenders, liquidators, keepers, watchers, recorder, mirror, attempts } = cast;
  const [band] = scenario.liquidators.congestion;
  if (band === undefined) throw new RangeError("a scenario needs a congestion band");
  const heartbeats: Heartbeats = { count: 0, answered: 0, longestGap: 0 };
  const worst = new Map<TrackedPosition, Worst>();
  let largestShortfall = 0n;
  let silentFrom = 0;
  let done = 0;
  progress.start("Replaying", scenario.collateralRounds.length);
  for (const { round, feed, publish } of scheduledRounds(world, scenario)) {
    const gap = round.updatedAt - world.collateralFeed.updatedAt;
    if (feed === "collateral" && done > 0) {
      heartbeats.longestGap = Math.max(heartbeats.longestGap, gap);
      if (gap > HEARTBEAT_GAP) await awaitHeartbeat(world, cast, round.updatedAt, heartbeats);
    }
    await publish();
    if (feed === "asset") continue;
    await positions.beginStep();
    const judged = positions.judge();
    note(worst, judged);
    largestShortfall = max(
      largestShortfall,
      sum(judged, ({ shortfall }) => shortfall),
    );
    if (silentFrom === 0 && judged.some(({ insolvent }) => insolvent)) {
      silentFrom = round.updatedAt;
      await silentFeed(world, judged, keepers.account, attempts);
    }
    await lenders.act();
    await watchers.act(judged, 2);
    await keepers.record(band);
    await liquidators.act(band);
    await keepers.writeOffDue(band);
    await positions.catchUp();
    await recorder.take(round.updatedAt, positions.judge(), band.gasGwei, mirror, 0n);
    done += 1;
    progress.update(
      done,
      `${world.collateralInfo.symbol} ${formatFixed(round.answer, PRICE_DECIMALS, 4)}, ${mirror.writeOffs().length} write-offs`,
    );
  }
  progress.finish(`${done} rounds, ${mirror.writeOffs().length} write-offs`);
  return { heartbeats, worst, largestShortfall, silentFrom, rounds: done };
}

/** Just before a heartbeat arrives: is the old answer still good, and is a healthy loan still safe? */
async function awaitHeartbeat(
  world: World,
  { positions, keepers, attempts }: Cast,
  due: number,
  heartbeats: Heartbeats,
): Promise<void> {
  world.chain.advanceTo(due - BEFORE_HEARTBEAT);
  await world.chain.openBlock();
  heartbeats.count += 1;
  const [, updatedAt] = await world.oracle.latest(world.collateral, { blockTag: "pending" });
  if (Number(updatedAt) === world.collateralFeed.updatedAt) heartbeats.answered += 1;
  const [weakest] = positions.judge().sort((left, right) => (left.healthWad < right.healthWad ? -1 : 1));
  if (weakest === undefined) return;
  const outcome = await keepers.tryToImpair(weakest.position.account);
  attempts.add(`${BEFORE_HEARTBEAT} s before each daily heartbeat`, "impair the weakest loan", outcome);
}

function note(worst: Map<TrackedPosition, Worst>, judged: readonly Judged[]): void {
  for (const { position, healthWad, insolvent } of judged) {
    const before = worst.get(position) ?? "healthy";
    if (insolvent) worst.set(position, "insolvent");
    else if (healthWad < WAD && before === "healthy") worst.set(position, "liquidatable");
    else worst.set(position, before);
  }
}
