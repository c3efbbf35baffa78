/**
 * The time before the replay: lenders and stakers put in their money, then the borrowers of the book open their loans
 * day by day. Both feeds stand at the replay's first prices, with fresh rounds on each day on which somebody borrows.
 */
import { type Progress } from "../lib/progress.ts";
import { type Rng } from "../lib/rng.ts";
import { BPS, sum } from "../lib/units.ts";
import { type Lenders } from "./actors/lenders.ts";
import { type Stakers } from "./actors/stakers.ts";
import { type Underwriters } from "./actors/underwriters.ts";
import { type Borrower } from "./book.ts";
import { type Positions } from "./positions.ts";
import { type ScenarioBase } from "./scenarios/types.ts";
import { approve, type World } from "./world.ts";

const DAY = 86_400;
/** Seconds between the day's rounds and its first loan. */
const AFTER_ROUNDS = 10;

/** Second at which the chain must stand for the opening: two days before the first loan. */
export function openingStart(scenario: ScenarioBase): number {
  return scenario.start - (scenario.book.openingDays + 2) * DAY;
}

/** Who takes part besides the borrowers. */
export interface Parties {
  readonly positions: Positions;
  readonly lenders: Lenders;
  readonly stakers: Stakers;
  readonly underwriters: Underwriters;
}

/** Opens the book; afterwards the chain stands shortly before the scenario's start. */
export async function openBook(
  world: World,
  scenario: ScenarioBase,
  book: readonly Borrower[],
  parties: Parties,
  rng: Rng,
  progress: Progress,
): Promise<void> {
  const lent = sum(book, ({ debt }) => debt);
  await parties.lenders.openWith(scenario.lenders, (lent * BPS) / scenario.lenders.utilizationBps, rng.fork("lenders"));
  await parties.stakers.open(rng.fork("stakers"));
  await parties.underwriters.open();
  let noticeAt = await parties.stakers.noticeAt();
  const byDay = groupedByDay(book);
  progress.start("Opening the book", book.length);
  for (const daysBefore of [...byDay.keys()].sort((left, right) => right - left)) {
    const day = scenario.start - daysBefore * DAY;
    if (noticeAt <= day) {
      world.chain.advanceTo(noticeAt);
      await parties.stakers.giveNotice();
      noticeAt = Infinity;
    }
    await publishFirstPrices(world, scenario, day);
    for (const borrower of byDay.get(daysBefore) ?? []) await openLoan(world, borrower, parties.positions);
    progress.update(parties.positions.all.length, `${daysBefore} days before`);
  }
  progress.finish(`${book.length} borrowers`);
}

function groupedByDay(book: readonly Borrower[]): Map<number, Borrower[]> {
  const byDay = new Map<number, Borrower[]>();
  for (const borrower of book) {
    byDay.set(borrower.openedDaysBefore, [...(byDay.get(borrower.openedDaysBefore) ?? []), borrower]);
  }
  return byDay;
}

async function publishFirstPrices(world: World, scenario: ScenarioBase, day: number): Promise<void> {
  const [collateralRound] = scenario.collateralRounds;
  const [assetRound] = scenario.assetRounds;
  if (collateralRound === undefined || assetRound === undefined) throw new RangeError("a scenario needs rounds");
  await world.assetFeed.publish({ ...assetRound, updatedAt: day });
  await world.collateralFeed.publish({ ...collateralRound, updatedAt: day + 1 });
  world.chain.advanceTo(day + AFTER_ROUNDS);
}

async function openLoan(world: World, borrower: Borrower, positions: Positions): Promise<void> {
  const { chain, vault, collateral } = world;
  const account = await chain.actor(`borrower ${borrower.index + 1}`);
  await chain.send(account, collateral.mint.populateTransaction(account, borrower.collateral));
  await approve(chain, collateral, account, await vault.getAddress());
  await chain.send(account, vault.supplyCollateral.populateTransaction(collateral, borrower.collateral, account));
  await chain.send(account, vault.borrow.populateTransaction(collateral, borrower.debt, account, account));
  positions.track(borrower, account);
}
