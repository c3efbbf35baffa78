/**
 * Whether the keeper does its work. Red for: no new block for too long, a block that takes too long, no gas money, an
 * insolvency that nobody has recorded for too many blocks, and before the first block is done.
 */
import { type Judged, nameOfPosition } from "../book/book.ts";
import { type JudgedAccount } from "../book/margin-book.ts";
import { priceKey, type Prices } from "../book/prices.ts";

export interface HealthRules {
  readonly maxBlockGapSeconds: number;
  readonly maxTickSeconds: number;
  readonly maxInsolvencyBlocks: number;
  /** Wei. */
  readonly minBalance: bigint;
}

export interface Health {
  readonly isHealthy: boolean;
  /** What is wrong; empty if nothing. */
  readonly problems: readonly string[];
  readonly head: number;
  readonly oldestInsolvencyBlocks: number;
}

/** Seconds of some clock that never goes back. */
export type Clock = () => number;

export class Watch {
  private readonly rules: HealthRules;
  private readonly clock: Clock;
  private head = 0;
  private headAt: number;
  private tickSince: number | undefined;
  private lastFailure: string | undefined;
  private readonly balances = new Map<string, bigint>();
  /** First block at which a position was seen insolvent and not recorded. */
  private readonly insolventSince = new Map<string, number>();

  constructor(rules: HealthRules, clock: Clock = () => performance.now() / 1000) {
    this.rules = rules;
    this.clock = clock;
    this.headAt = clock();
  }

  /** A block is being worked on. */
  begin(): void {
    this.tickSince ??= this.clock();
  }

  /** It is done; `failure` if it could not be. */
  end(failure?: string): void {
    this.tickSince = undefined;
    this.lastFailure = failure;
  }

  /** A new head was seen and believed. */
  sawHead(number: number): void {
    this.head = number;
    this.headAt = this.clock();
  }

  setBalance(lane: string, wei: bigint): void {
    this.balances.set(lane, wei);
  }

  /** Which positions and accounts are insolvent and not recorded, where the price sources let a loss be booked. */
  sawPositions(judged: readonly Judged[], prices: Prices, accounts: readonly JudgedAccount[] = []): void {
    const open = new Set<string>();
    for (const { entry, shortfallAssets, priced } of judged) {
      if (shortfallAssets === 0n || !priced || entry.row.impairedAt !== 0) continue;
      if (prices.get(priceKey(entry.vault.address, entry.collateral))?.lossBlocked === true) continue;
      open.add(nameOfPosition(entry.vault.address, entry));
    }
    for (const { name, entry, standing } of accounts) {
      if (entry.row.impairedAt !== 0 || standing === undefined || standing.isDisputed) continue;
      if (standing.shortfallAssets !== 0n) open.add(name);
    }
    for (const name of this.insolventSince.keys()) if (!open.has(name)) this.insolventSince.delete(name);
    for (const name of open) if (!this.insolventSince.has(name)) this.insolventSince.set(name, this.head);
  }

  read(): Health {
    const now = this.clock();
    const problems: string[] = [];
    const silent = now - this.headAt;
    if (this.head === 0) problems.push("no block has been seen yet");
    if (silent > this.rules.maxBlockGapSeconds) problems.push(`no new block for ${Math.floor(silent)} s`);
    const busy = this.tickSince === undefined ? 0 : now - this.tickSince;
    if (busy > this.rules.maxTickSeconds) problems.push(`the loop is stuck in one block for ${Math.floor(busy)} s`);
    if (this.lastFailure !== undefined) problems.push(`the last block could not be decided on: ${this.lastFailure}`);
    for (const [lane, wei] of this.balances) {
      if (wei < this.rules.minBalance) problems.push(`${lane} has ${wei} wei left, ${this.rules.minBalance} at least`);
    }
    const ages = [...this.insolventSince.values()].map((since) => this.head - since);
    const oldest = Math.max(0, ...ages);
    if (oldest > this.rules.maxInsolvencyBlocks) {
      const late = ages.filter((age) => age > this.rules.maxInsolvencyBlocks).length;
      problems.push(`${late} insolvencies are not recorded, the oldest for ${oldest} blocks`);
    }
    return { isHealthy: problems.length === 0, problems, head: this.head, oldestInsolvencyBlocks: oldest };
  }
}
