/**
 * Underwriters of the backstop token. Each commits money at a price level before anything happens; write-offs fill the
 * best levels first. One tries to leave in the middle of the crash without notice, is refused, and gives notice then:
 * until it has run out, its bid can still be filled. In the end everybody collects the tokens its bids have bought, and
 * they must be, to the unit, what the books kept beside the contracts say.
 */
import { eventsOf, type Refusal } from "../../lib/chain.ts";
import { BooksMismatch } from "../loss-journal.ts";
import { type LossBooks } from "../loss-books.ts";
import { type UnderwriterPlan } from "../scenarios/types.ts";
import { fundedActor, type LossWorld } from "../world.ts";

/** One bid. Assets in asset units, tokens in token units, price in asset units per whole token. */
export interface Underwriter {
  readonly name: string;
  readonly account: string;
  readonly level: number;
  readonly price: bigint;
  readonly committed: bigint;
  readonly shares: bigint;
  /** Money of its bid that was not used. */
  left: bigint;
  tokens: bigint;
  /** What was left over when its level was drained. */
  dust: bigint;
  withdrawn: bigint;
}

/** The price is none of the book's levels. */
export class UnknownLevel extends Error {
  override readonly name = "UnknownLevel";
}

export class Underwriters {
  readonly all: Underwriter[] = [];
  /** What the panicking underwriter was told. */
  panic: Refusal | undefined;
  private readonly world: LossWorld;
  private readonly plan: UnderwriterPlan;
  private readonly books: LossBooks;
  private leaver: { readonly underwriter: Underwriter; readonly readyAt: number } | undefined;

  constructor(world: LossWorld, plan: UnderwriterPlan, books: LossBooks) {
    this.world = world;
    this.plan = plan;
    this.books = books;
  }

  /** Everybody commits. */
  async open(): Promise<void> {
    const { chain, underwriters } = this.world;
    const prices: bigint[] = [];
    for (let level = 0n; level < (await underwriters.levelCount()); level++) {
      prices.push((await underwriters.levelOf(level)).price);
    }
    for (const [index, { price, assets }] of this.plan.bids.entries()) {
      const level = prices.indexOf(price);
      if (level < 0) throw new UnknownLevel(`no level at ${price}`);
      const name = `underwriter ${index + 1}`;
      const account = await fundedActor(this.world, name, assets, await underwriters.getAddress());
      const mined = await chain.send(account, underwriters.commit.populateTransaction(level, assets, account));
      this.books.dilution.bids.commit(account, level, assets);
      const shares = eventsOf(mined, underwriters, "Committed")[0]?.args.shares as bigint;
      this.all.push({
        ...{ name, account, level, price, committed: assets, shares },
        ...{ left: assets, tokens: 0n, dust: 0n, withdrawn: 0n },
      });
    }
  }

  /** One step: the refused exit, at its time. */
  async act(): Promise<void> {
    const { chain, underwriters } = this.world;
    const panicking = this.all[0];
    if (panicking === undefined || this.panic !== undefined || chain.now < (this.plan.panicAt ?? Infinity)) return;
    const { account, level, shares } = panicking;
    const exit = underwriters.withdraw.populateTransaction(level, shares, account, account);
    const outcome = await chain.attempt(account, exit);
    if (!("error" in outcome)) throw new Error("an underwriter left without notice");
    this.panic = outcome;
    const mined = await chain.send(account, underwriters.giveNotice.populateTransaction(level, shares, account));
    const readyAt = Number(eventsOf(mined, underwriters, "NoticeSet")[0]?.args.readyAt as bigint);
    this.leaver = { underwriter: panicking, readyAt };
  }

  /** Everybody collects what has been bought since the last time; the books must say the same. */
  async collectAll(): Promise<void> {
    const { chain, underwriters } = this.world;
    const { bids } = this.books.dilution;
    for (const underwriter of this.all) {
      const { account, level, name } = underwriter;
      const mined = await chain.send(account, underwriters.collect.populateTransaction([level], account, account));
      const [event] = eventsOf(mined, underwriters, "Collected");
      const { tokens, assets } = event?.args as unknown as { tokens: bigint; assets: bigint };
      const expected = bids.collect(account, level);
      if (tokens !== expected.tokens || assets !== expected.dust) {
        const computed = `${expected.tokens} and ${expected.dust}`;
        throw new BooksMismatch(`${name} collected ${tokens} tokens and ${assets} assets, computed ${computed}`);
      }
      underwriter.tokens += tokens;
      underwriter.dust += assets;
      underwriter.left = bids.assetsOf(account, level);
    }
  }

  /** Whoever gave notice in the crash leaves with what was not used, when the notice has run out. */
  async leave(): Promise<void> {
    const { chain, underwriters, asset } = this.world;
    if (this.leaver === undefined) return;
    const { underwriter, readyAt } = this.leaver;
    const { account, level, shares, left } = underwriter;
    if (left === 0n) return;
    chain.advanceTo(readyAt);
    const before = await asset.balanceOf(account);
    await chain.send(account, underwriters.withdraw.populateTransaction(level, shares, account, account));
    underwriter.withdrawn = (await asset.balanceOf(account)) - before;
    const expected = this.books.dilution.bids.withdraw(account, level, shares);
    if (underwriter.withdrawn !== expected) {
      throw new BooksMismatch(`${underwriter.name} left with ${underwriter.withdrawn}, computed ${expected}`);
    }
  }
}
