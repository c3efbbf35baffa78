/**
 * The book of borrowers, drawn from a seed. How:
 *
 *  - debt: one of the plan's size classes by its weight, then evenly between the class's bounds;
 *  - loan to value at the replay's first price: `lowest` + (`highest` - `lowest`) x the product of `ltvDraws` numbers
 *    even in [0, 1]: with one draw all ratios are as likely, with two most borrowers are careful and few at the limit;
 *  - collateral: what makes that loan to value, rounded up to the collateral's smallest unit;
 *  - opening: evenly over the plan's days before the replay; `youngBps` of the borrowers opened within the insurance's
 *    waiting period, so their principal is not insured;
 *  - `watcherBps` of the borrowers watch their loan and add collateral once when their health falls below
 *    `watcherHealthBps`.
 */
import { type Rng } from "../lib/rng.ts";
import { BPS, divRound, WAD } from "../lib/units.ts";

/** Borrowers whose debt lies between two bounds. */
export interface SizeClass {
  /** Share of all borrowers, basis points. The classes' shares add up to 10,000. */
  readonly weightBps: number;
  /** Debt, asset units. */
  readonly lowestDebt: bigint;
  readonly highestDebt: bigint;
}

/** How a book is drawn. */
export interface BookPlan {
  readonly borrowers: number;
  readonly sizes: readonly SizeClass[];
  readonly lowestLtvBps: bigint;
  readonly highestLtvBps: bigint;
  readonly ltvDraws: 1 | 2;
  /** Days before the replay over which the loans were opened. */
  readonly openingDays: number;
  /** Borrowers who opened within the insurance's waiting period, basis points. */
  readonly youngBps: number;
  readonly watcherBps: number;
  /** Health at which a watcher adds collateral, basis points of 1.0. */
  readonly watcherHealthBps: bigint;
}

/** One borrower as drawn. */
export interface Borrower {
  readonly index: number;
  /** Debt at the opening, asset units. */
  readonly debt: bigint;
  /** Collateral units. */
  readonly collateral: bigint;
  readonly ltvBps: bigint;
  /** Days before the replay's start at which the loan was opened, one or more. */
  readonly openedDaysBefore: number;
  readonly watches: boolean;
  /** Left to governance: nobody in the replay liquidates it or writes it off. */
  readonly standstill?: boolean;
}

/**
 * Draws the book.
 * @param priceWad asset units per collateral unit at the replay's first price, WAD
 * @param waitingDays days after which principal is insured
 */
export function drawBook(plan: BookPlan, priceWad: bigint, waitingDays: number, rng: Rng): Borrower[] {
  return Array.from({ length: plan.borrowers }, (_, index) => {
    const size = pickSize(plan.sizes, rng);
    const debt = rng.between(size.lowestDebt, size.highestDebt);
    const ltvBps = drawLtv(plan, rng);
    const young = rng.chance(plan.youngBps);
    return {
      index,
      debt,
      collateral: collateralFor(debt, ltvBps, priceWad),
      ltvBps,
      openedDaysBefore: young ? rng.integer(1, waitingDays - 1) : rng.integer(waitingDays + 1, plan.openingDays),
      watches: rng.chance(plan.watcherBps),
    };
  });
}

/** The loan that governance restructures in the end, beside the drawn ones. */
export function standstillBorrower(
  { debt, ltvBps, openedDaysBefore }: { debt: bigint; ltvBps: bigint; openedDaysBefore: number },
  index: number,
  priceWad: bigint,
): Borrower {
  const collateral = collateralFor(debt, ltvBps, priceWad);
  return { index, debt, collateral, ltvBps, openedDaysBefore, watches: false, standstill: true };
}

/** Collateral that makes a loan to value, rounded up to its smallest unit. */
function collateralFor(debt: bigint, ltvBps: bigint, priceWad: bigint): bigint {
  const value = (debt * BPS + ltvBps - 1n) / ltvBps;
  return (value * WAD + priceWad - 1n) / priceWad;
}

function pickSize(sizes: readonly SizeClass[], rng: Rng): SizeClass {
  let draw = rng.integer(1, Number(BPS));
  for (const size of sizes) {
    draw -= size.weightBps;
    if (draw <= 0) return size;
  }
  throw new RangeError("the size classes' weights must add up to 10,000");
}

function drawLtv(plan: BookPlan, rng: Rng): bigint {
  let partWad = WAD;
  for (let draw = 0; draw < plan.ltvDraws; draw++) partWad = divRound(partWad * rng.between(0n, WAD), WAD);
  return plan.lowestLtvBps + divRound((plan.highestLtvBps - plan.lowestLtvBps) * partWad, WAD);
}
