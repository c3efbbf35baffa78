/**
 * Standing bids from their definition: a loss takes the best price level first, and within a level from everybody pro
 * rata. A bidder's part is kept as shares of its level's money and of the tokens that money has bought. Prices are asset
 * units per whole token. A second opinion on the contracts' book of underwriters.
 */
import { min } from "./units.ts";

const WHOLE_TOKEN = 10n ** 18n;
const RAY = 10n ** 27n;
/** Shares per asset unit of the first bid of a generation. */
const SHARES_PER_ASSET = 10n ** 6n;
/** A share worth less than a millionth of its start: the level is drained. */
const DRAIN_FACTOR = 10n ** 6n;

/** What a loss took at one level. */
export interface Fill {
  readonly level: number;
  readonly tokens: bigint;
  readonly assets: bigint;
}

/** The bids of one level since it was last drained. */
interface Generation {
  assets: bigint;
  shares: bigint;
  tokensPerShareRay: bigint;
}

/** What a bid is owed apart from what is still committed. */
export interface Collected {
  tokens: bigint;
  /** What was left over of bids whose level was drained. */
  dust: bigint;
}

interface Bid {
  shares: bigint;
  tokensPerShareRay: bigint;
  generation: Generation;
}

export class StandingBids {
  /** Of the levels, falling; asset units per whole token. */
  readonly prices: readonly bigint[];
  private readonly levels: Generation[];
  private readonly bids = new Map<string, Bid>();
  private readonly owed = new Map<string, Collected>();

  /** @param prices of the levels, falling */
  constructor(prices: readonly bigint[]) {
    this.prices = prices;
    this.levels = prices.map(newGeneration);
  }

  /** `owner` commits money at a level. */
  commit(owner: string, level: number, assets: bigint): void {
    this.settle(owner, level);
    const generation = this.generation(level);
    const shares =
      generation.assets === 0n ? assets * SHARES_PER_ASSET : (assets * generation.shares) / generation.assets;
    this.bids.set(keyOf(owner, level), {
      shares: (this.bids.get(keyOf(owner, level))?.shares ?? 0n) + shares,
      tokensPerShareRay: generation.tokensPerShareRay,
      generation,
    });
    generation.assets += assets;
    generation.shares += shares;
  }

  /** `owner` takes a part of its bid out again; returns the money. */
  withdraw(owner: string, level: number, shares: bigint): bigint {
    this.settle(owner, level);
    const bid = this.bids.get(keyOf(owner, level));
    if (bid === undefined || bid.shares < shares) throw new RangeError(`${owner} has bid less`);
    const assets = (bid.generation.assets * shares) / bid.generation.shares;
    bid.shares -= shares;
    bid.generation.assets -= assets;
    bid.generation.shares -= shares;
    return assets;
  }

  /** What a loss of `shortfall` would take now: at most `maxTokens`, no level under `floorPrice`. */
  quote(shortfall: bigint, maxTokens: bigint, floorPrice: bigint): Fill[] {
    const fills: Fill[] = [];
    let missing = shortfall;
    let allowed = maxTokens;
    for (const [level, { assets: held }] of this.levels.entries()) {
      const price = this.prices[level] ?? 0n;
      if (price < floorPrice) break;
      // All that is wanted of the level is paid, for tokens rounded down; where the budget ends first, the price of what is
      // left of it, rounded up.
      const wanted = min(held, missing);
      const affordable = (wanted * WHOLE_TOKEN) / price;
      const tokens = min(affordable, allowed);
      if (tokens === 0n) continue;
      const assets = affordable > allowed ? (tokens * price + WHOLE_TOKEN - 1n) / WHOLE_TOKEN : wanted;
      fills.push({ level, tokens, assets });
      missing -= assets;
      allowed -= tokens;
    }
    return fills;
  }

  /** Takes it. */
  fill(fills: readonly Fill[]): void {
    for (const { level, tokens, assets } of fills) {
      const generation = this.generation(level);
      generation.assets -= assets;
      generation.tokensPerShareRay += (tokens * RAY) / generation.shares;
      if (generation.assets * SHARES_PER_ASSET * DRAIN_FACTOR < generation.shares) this.levels[level] = newGeneration();
    }
  }

  /** Takes what `owner`'s bid at a level has bought since the last time. */
  collect(owner: string, level: number): Collected {
    this.settle(owner, level);
    const owed = this.owed.get(owner) ?? { tokens: 0n, dust: 0n };
    this.owed.delete(owner);
    return owed;
  }

  /** Money still committed by `owner` at a level, rounded down. */
  assetsOf(owner: string, level: number): bigint {
    const bid = this.bids.get(keyOf(owner, level));
    if (bid === undefined || bid.shares === 0n) return 0n;
    return (bid.generation.assets * bid.shares) / bid.generation.shares;
  }

  /** Credits what a bid has bought since it was last looked at; one whose level was drained ends with its dust. */
  private settle(owner: string, level: number): void {
    const bid = this.bids.get(keyOf(owner, level));
    if (bid === undefined) return;
    const { generation, shares } = bid;
    const owed = this.owed.get(owner) ?? { tokens: 0n, dust: 0n };
    this.owed.set(owner, owed);
    owed.tokens += (shares * (generation.tokensPerShareRay - bid.tokensPerShareRay)) / RAY;
    bid.tokensPerShareRay = generation.tokensPerShareRay;
    if (generation === this.levels[level]) return;
    const dust = shares === 0n ? 0n : (generation.assets * shares) / generation.shares;
    owed.dust += dust;
    generation.assets -= dust;
    generation.shares -= shares;
    this.bids.delete(keyOf(owner, level));
  }

  private generation(level: number): Generation {
    const generation = this.levels[level];
    if (generation === undefined) throw new RangeError(`there is no level ${level}`);
    return generation;
  }
}

function newGeneration(): Generation {
  return { assets: 0n, shares: 0n, tokensPerShareRay: 0n };
}

function keyOf(owner: string, level: number): string {
  return `${owner}/${level}`;
}
