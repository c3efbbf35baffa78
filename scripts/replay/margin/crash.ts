/** Runs the crash against the margin vault step by step: rounds, then everybody acts, then a sample is taken. */
import { type Progress } from "../../lib/progress.ts";
import { Rng } from "../../lib/rng.ts";
import { formatFixed, sum } from "../../lib/units.ts";
import { Buybacks } from "../actors/buybacks.ts";
import { Buyer } from "../actors/buyer.ts";
import { Lenders } from "../actors/lenders.ts";
import { Stakers } from "../actors/stakers.ts";
import { Underwriters } from "../actors/underwriters.ts";
import { settleReleases } from "../aftermath.ts";
import { Congestion } from "../congestion.ts";
import { momentsOf } from "../crash.ts";
import { noticeCharges } from "../holders.ts";
import { LedgerMirror } from "../ledger-mirror.ts";
import { PRICE_DECIMALS } from "../prices.ts";
import { returnFunds } from "../returned-funds.ts";
import { type MarginBand, type MarginScenario } from "../scenarios/black-thursday-margin.ts";
import { createWorld, type World } from "../world.ts";
import { MarginAudit } from "./audit.ts";
import { MarginKeepers } from "./keepers.ts";
import { MarginRecorder } from "./recorder.ts";
import { Traders } from "./traders.ts";
import { deployMarginWorld, type MarginWorld, openMarginWorld } from "./world.ts";

const HOUR = 3_600;
const DAY = 86_400;
/** Seconds before a round at which its orders are committed: more than the least delay, with room for every trader. */
const BEFORE_ROUND = 900;
/** Deployment, the governor's delay and the stakers' cooldown lie before the first position. */
const DAYS_BEFORE = 16;

/** Three days of sale and seven days of claims in kind, and one more. */
const LOTS_END_AFTER = 11 * DAY;

/** Everybody around the margin vault, and what keeps the record. */
export type MarginCast = Awaited<ReturnType<typeof assembleMargin>>;

/** The whole replay: opening, crash, what comes back afterwards, claims. */
export async function runMarginCrash(scenario: MarginScenario, seed: string, progress: Progress) {
  const rng = new Rng(seed);
  progress.start("Deploying", 1);
  const system = await createWorld("black-thursday", scenario.start - DAYS_BEFORE * DAY);
  const deployed = await deployMarginWorld(system);
  const world = await openMarginWorld(system, deployed, firstAnswers(scenario));
  progress.finish();

  const cast = await assembleMargin(world, scenario, rng);
  await bringCapital(world, scenario, cast, rng);
  await openPositions(world, system, scenario, cast, progress);
  const sharePriceBefore = await cast.recorder.sharePrice();
  await crash(world, system, scenario, cast, progress);
  const sharePriceAfter = await cast.recorder.sharePrice();

  progress.start("Recovering and claiming", 1);
  const after = await marginAftermath(world, scenario, cast);
  const entries = await cast.mirror.checkAgainstChain();
  progress.finish(`${entries} ledger entries, each equal to the computation`);
  return { scenario, seed, world, ...cast, ...after, sharePriceBefore, sharePriceAfter };
}

/** Everything a report on it can tell. */
export type MarginRun = Awaited<ReturnType<typeof runMarginCrash>>;

export function firstAnswers({ collateralRounds, assetRounds }: MarginScenario) {
  const [collateral] = collateralRounds;
  const [asset] = assetRounds;
  if (collateral === undefined || asset === undefined) throw new RangeError("a scenario needs rounds");
  return { collateral: collateral.answer, asset: asset.answer };
}

export async function assembleMargin(world: MarginWorld, scenario: MarginScenario, rng: Rng) {
  const providers = new Lenders(world);
  const stakers = new Stakers(world, scenario.stakers);
  const mirror = await LedgerMirror.create(world);
  const underwriters = new Underwriters(world, scenario.underwriters, mirror.books);
  const buyer = await Buyer.create(world, scenario.buyer, mirror, rng.fork("margin buyer"));
  const tokenHolders = (): string[] => [buyer, ...underwriters.all].map(({ account }) => account);
  const buybacks = await Buybacks.create(world, mirror, tokenHolders, scenario.recovery);
  const audit = await MarginAudit.create(world, mirror, (mined) => {
    noticeCharges(mined, world.vault, providers.all);
    noticeCharges(mined, world.fund, stakers.all);
    buyer.notice(mined);
    buybacks.notice(mined);
  });
  const traders = new Traders(world, scenario.traders, audit, rng.fork("traders"));
  const keepers = await MarginKeepers.create(world, scenario.bots, audit);
  const recorder = await MarginRecorder.create(world);
  const tokenSymbol = await world.token.symbol();
  const panic: { error: string | undefined } = { error: undefined };
  /** Profit of the positions that are open when the crash is over, less their losses, asset units. */
  const atTheEnd = { owed: 0n };
  return {
    ...{ providers, stakers, mirror, underwriters, buyer, buybacks, audit, traders, keepers, recorder },
    ...{ tokenSymbol, panic, atTheEnd },
  };
}

/** Providers, stakers and underwriters bring their money; the staker who leaves in good order gives its notice. */
export async function bringCapital(
  world: MarginWorld,
  scenario: MarginScenario,
  cast: MarginCast,
  rng: Rng,
): Promise<void> {
  await cast.providers.openWith(scenario.providers, scenario.providers.assets, rng.fork("providers"));
  await cast.stakers.open(rng.fork("margin stakers"));
  await cast.underwriters.open();
  cast.providers.schedule(scenario.providers, scenario.start, scenario.end, rng.fork("providers coming"));
  if (scenario.stakers.orderlyExitAt === undefined) return;
  world.chain.advanceTo(await cast.stakers.noticeAt());
  await cast.stakers.giveNotice();
}

/** Positions are opened in the hours before the crash, at rounds that repeat the first price. */
export async function openPositions(
  world: MarginWorld,
  system: World,
  scenario: MarginScenario,
  cast: MarginCast,
  progress: Progress,
): Promise<void> {
  const { traders, openingHours } = scenario.traders;
  const answers = firstAnswers(scenario);
  progress.start("Opening positions", traders);
  for (let hour = openingHours; hour >= 1; hour--) {
    const roundAt = scenario.start - hour * HOUR;
    // Half an hour apart from the round, so that no price is stale when orders are committed.
    await publishAt(system, roundAt - HOUR / 2, answers);
    world.chain.advanceTo(roundAt - BEFORE_ROUND);
    const done = cast.traders.all.length;
    await cast.traders.commitSome(Math.ceil((traders - done) / hour));
    await publishAt(system, roundAt, answers);
    await cast.traders.resolveAll();
    progress.update(cast.traders.all.length, `${hour} hours before`);
  }
  await cast.audit.checkTotals();
  progress.finish(`${cast.traders.all.length} positions`);
}

async function publishAt(
  { assetFeed, collateralFeed }: World,
  at: number,
  answers: { collateral: bigint; asset: bigint },
): Promise<void> {
  await assetFeed.publish({ updatedAt: at - 1, answer: answers.asset }, true);
  await collateralFeed.publish({ updatedAt: at, answer: answers.collateral }, true);
}

async function crash(
  world: MarginWorld,
  system: World,
  scenario: MarginScenario,
  cast: MarginCast,
  progress: Progress,
): Promise<void> {
  const congestion = new Congestion(scenario.congestion);
  const rounds = [...scenario.collateralRounds];
  const moments = momentsOf(scenario);
  progress.start("Replaying", moments.length - 1);
  for (const [step, time] of moments.entries()) {
    let fresh = false;
    for (; (rounds[0]?.updatedAt ?? Infinity) <= time; rounds.shift(), fresh = true) {
      if (rounds[0] !== undefined) await system.collateralFeed.publish(rounds[0]);
    }
    world.chain.advanceTo(time + 1);
    const band = congestion.observe({ time, price: world.collateralFeed.answer });
    await marginStep(world, scenario, cast, time, band, fresh);
    const price = formatFixed(world.collateralFeed.answer, PRICE_DECIMALS);
    progress.update(step, `${world.collateralInfo.symbol} ${price}, ${cast.audit.writeOffs.length} write-offs`);
  }
  await endOfCrash(world, cast);
  progress.finish(`${cast.audit.writeOffs.length} write-offs, each equal to the computation`);
}

/** Compares all accounts with the books, and takes down what open positions are owed. */
export async function endOfCrash(world: MarginWorld, cast: MarginCast): Promise<void> {
  await cast.audit.checkTotals();
  cast.atTheEnd.owed = await world.vault.tradersNet();
}

/** One step of everybody around the margin vault. */
export async function marginStep(
  world: MarginWorld,
  scenario: MarginScenario,
  cast: MarginCast,
  time: number,
  band: MarginBand,
  fresh: boolean,
): Promise<void> {
  const { traders, keepers } = cast;
  if (fresh) {
    await cast.audit.poke(await world.chain.actor("keeper of orders"));
    await traders.resolveAll();
  }
  await cast.stakers.act();
  await cast.providers.act();
  await cast.underwriters.act();
  await panic(world, scenario, cast);
  await traders.act();
  await keepers.act(band);
  await cast.buyer.act(band);
  await cast.recorder.take(time, keepers.judge(traders.all), cast.audit, cast.mirror);
}

/** The first provider tries to leave in the middle of the crash, without notice. */
async function panic(world: MarginWorld, scenario: MarginScenario, { panic, providers }: MarginCast): Promise<void> {
  const [first] = providers.all;
  if (panic.error !== undefined || first === undefined || world.chain.now < scenario.panicAt) return;
  const call = world.vault.redeem.populateTransaction(first.shares, first.account, first.account);
  const outcome = await world.chain.attempt(first.account, call);
  if (!("error" in outcome)) throw new Error("a provider left without notice");
  panic.error = outcome.error;
}

/** What comes back when the crash is over, and to whom. */
export async function marginAftermath(world: MarginWorld, scenario: MarginScenario, cast: MarginCast) {
  const { buybacks, buyer, providers, stakers, underwriters, mirror } = cast;
  await settleReleases(world, mirror);
  await underwriters.collectAll();
  world.chain.advanceTo(scenario.recovery.at);
  await returnFunds(world, scenario.recovery, mirror, buybacks);
  await buybacks.finish();
  // By then the sales, and the windows in which those charged might have taken unsold tokens, are over.
  world.chain.advanceTo(scenario.end + LOTS_END_AFTER);
  const unsoldTokens = await buyer.settleAll();
  // Claims on charges that were given back are paid out of cash, like a withdrawal, and that needs a price.
  const { collateralFeed, chain } = world;
  await collateralFeed.publish({ updatedAt: chain.now + 1, answer: collateralFeed.answer });
  await providers.claimAll(mirror.books.vaultEpochs);
  await stakers.claimAll(mirror.books.fundEpochs);
  await underwriters.collectAll();
  await underwriters.leave();
  return { unsoldTokens };
}

/** Tokens minted for losses of the margin vault: bought in auctions, and by standing bids. Token units. */
export function marginTokensMinted({ buyer, mirror }: Pick<MarginCast, "buyer" | "mirror">): bigint {
  return sum(buyer.purchases, ({ tokens }) => tokens) + mirror.books.dilution.filledTokens;
}
