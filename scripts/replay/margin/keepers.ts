/**
 * Who closes accounts. Liquidators are after the reward, a part of the fee that the account pays: they take the richest
 * first, and as many as get through. An account without equity pays nothing, so it is left to a keeper of the
 * providers, who puts negative equity on record at once, clears what has healed, and closes what cannot heal as the
 * chain allows.
 */
import { type MarginBand } from "../scenarios/black-thursday-margin.ts";
import { type MarginAudit } from "./audit.ts";
import { feeOf, lossOf, planOf, standingOf } from "./closing.ts";
import { type Trader } from "./traders.ts";
import { type MarginWorld } from "./world.ts";

/** A trader's account as it stands, the richest first. */
export interface Judged {
  readonly trader: Trader;
  readonly equity: bigint;
  readonly maintenance: bigint;
  readonly notional: bigint;
  readonly reward: bigint;
}

export class MarginKeepers {
  recorded = 0;
  cleared = 0;
  rewards = 0n;
  private readonly world: MarginWorld;
  private readonly audit: MarginAudit;

  constructor(world: MarginWorld, audit: MarginAudit) {
    this.world = world;
    this.audit = audit;
  }

  /** Every account with a position, at the present price. */
  judge(traders: readonly Trader[]): Judged[] {
    const { books, price } = this.audit;
    const now = this.world.chain.now + 1;
    return traders.flatMap((trader) => {
      const account = books.account(trader.account);
      if (account.size === 0n) return [];
      const standing = standingOf(books, account, price, now);
      const liquidatable = standing.equity < standing.maintenance;
      const closed = liquidatable ? planOf(books, account, price, now).closed : 0n;
      const reward = liquidatable && standing.equity > 0n ? feeOf(books, account, closed, price).reward : 0n;
      return [{ trader, ...standing, notional: books.notional(account.size, price), reward }];
    });
  }

  /** Puts negative equity on record, and clears what is not negative any more. */
  async record(traders: readonly Trader[], most: number): Promise<void> {
    const keeper = await this.world.chain.actor("keeper of the providers");
    let left = most;
    for (const { account } of traders) {
      if (left === 0) return;
      const known = this.audit.isImpaired(account);
      const { badDebt } = this.loss(account);
      if (known === badDebt > 0n) continue;
      await this.audit.impair(keeper, account);
      left -= 1;
      if (known) this.cleared += 1;
      else this.recorded += 1;
    }
  }

  /** Liquidators, then the providers' keeper. */
  async liquidate(traders: readonly Trader[], band: MarginBand): Promise<void> {
    const { chain } = this.world;
    const liquidator = await chain.actor("margin liquidator");
    for (let i = 0; i < band.liquidationsPerStep; i++) {
      const rich = this.judge(traders)
        .filter(({ equity, maintenance, reward }) => equity < maintenance && reward > 0n)
        .sort((left, right) => (left.reward < right.reward ? 1 : -1));
      const [first] = rich;
      if (first === undefined) break;
      this.rewards += (await this.audit.liquidate(liquidator, first.trader.account)).reward;
    }
    const keeper = await chain.actor("keeper of the providers");
    for (let i = 0; i < band.closingsPerStep; i++) {
      const insolvent = this.judge(traders)
        .filter(({ equity }) => equity <= 0n)
        .sort((left, right) => (left.equity < right.equity ? -1 : 1));
      const [worst] = insolvent;
      if (worst === undefined) break;
      await this.audit.liquidate(keeper, worst.trader.account);
    }
  }

  private loss(trader: string): { badDebt: bigint } {
    const account = this.audit.books.account(trader);
    if (account.size === 0n) return { badDebt: 0n };
    return lossOf(this.audit.books, account, this.audit.price, this.world.chain.now + 1);
  }
}
