/** The dilution layer's books kept a second time: standing bids, the mint budget, and what is on offer. */
import { MintBudget } from "../lib/mint-budget.ts";
import { type Fill, StandingBids } from "../lib/standing-bids.ts";
import { min, sum } from "../lib/units.ts";
import { type Journal } from "./loss-journal.ts";
import { type LossWorld } from "./world.ts";

const WHOLE_TOKEN = 10n ** 18n;
/** Less than this is not put on offer, token units: `DutchPrice.LEAST_LOT`. */
const LEAST_LOT = 10n ** 15n;

export class DilutionBooks {
  readonly bids: StandingBids;
  /** All that losses have taken of standing bids so far, with the price of the level. */
  readonly fills: (Fill & { readonly id: bigint; readonly price: bigint })[] = [];
  private readonly budget: MintBudget;
  /** Asset units per whole token. */
  private readonly floorPrice: bigint;
  private readonly lots = new Map<bigint, { left: bigint; readonly openedAt: number }>();

  private constructor(bids: StandingBids, budget: MintBudget, floorPrice: bigint) {
    this.bids = bids;
    this.budget = budget;
    this.floorPrice = floorPrice;
  }

  static async create({ vault, dilution, underwriters }: LossWorld): Promise<DilutionBooks> {
    const prices: bigint[] = [];
    for (let level = 0n; level < (await underwriters.levelCount()); level++) {
      prices.push((await underwriters.levelOf(level)).price);
    }
    const { hourCap, monthCap, lifetimeCap } = await dilution.limits(vault);
    const { floorPrice } = await dilution.saleTerms(vault);
    return new DilutionBooks(new StandingBids(prices), new MintBudget({ hourCap, monthCap, lifetimeCap }), floorPrice);
  }

  /** What standing bids pay of a loss at second `now`. */
  quote(shortfall: bigint, now: number): Fill[] {
    return this.bids.quote(shortfall, this.budget.available(now), this.floorPrice);
  }

  /** They pay it. */
  fill(id: bigint, fills: readonly Fill[], now: number, journal: Journal): void {
    this.bids.fill(fills);
    const tokens = sum(fills, (fill) => fill.tokens);
    if (tokens > 0n) this.budget.draw(tokens, now);
    journal.fills.push(...fills.map((fill) => ({ id, ...fill })));
    this.fills.push(...fills.map((fill) => ({ id, ...fill, price: this.bids.prices[fill.level] ?? 0n })));
  }

  /** Tokens that filled bids have bought, token units. */
  get filledTokens(): bigint {
    return sum(this.fills, ({ tokens }) => tokens);
  }

  /**
   * As many tokens are offered as bring the rest of the loss at the floor price, within the budget. What was left of an
   * earlier lot of the same write-off is offered anew with them, as far as lenders are still owed something for it.
   */
  offer(id: bigint, shortfall: bigint, lendersOwed: bigint, now: number, journal: Journal): void {
    if (this.tokensFor(shortfall) < LEAST_LOT) return;
    const left = this.takeBack(id, now, journal);
    const missing = shortfall + min(lendersOwed, (left * this.floorPrice) / WHOLE_TOKEN);
    const tokens = min(this.budget.available(now), this.tokensFor(missing));
    if (tokens < LEAST_LOT) return;
    this.lots.set(id, { left: tokens, openedAt: now });
    this.budget.draw(tokens, now);
    journal.offered.push({ id, tokens });
  }

  /** Tokens that bring `assets` at the floor price, rounded up. */
  private tokensFor(assets: bigint): bigint {
    return (assets * WHOLE_TOKEN + this.floorPrice - 1n) / this.floorPrice;
  }

  /** Tokens of a lot were sold. */
  sold(id: bigint, tokens: bigint): void {
    const lot = this.lots.get(id);
    if (lot !== undefined) lot.left -= tokens;
  }

  /** A lot is closed; returns the tokens that were left and go back to the budget. */
  takeBack(id: bigint, now: number, journal: Journal): bigint {
    const lot = this.lots.get(id);
    if (lot === undefined || lot.left === 0n) return 0n;
    this.lots.delete(id);
    this.budget.release(lot.left, now, lot.openedAt);
    journal.settled.push({ id, tokens: lot.left });
    return lot.left;
  }
}
