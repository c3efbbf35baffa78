/**
 * The buyer of minted tokens. For each lot it has a highest price in mind, drawn from what bidders really paid in
 * Maker's debt auctions after this crash (dollars per MKR, weighted by the number of lots): it waits until the Dutch
 * price has fallen to it, and buys what its money allows.
 */
import { eventsOf, type Mined } from "../../lib/chain.ts";
import { type Rng } from "../../lib/rng.ts";
import { min } from "../../lib/units.ts";
import { type LedgerMirror } from "../ledger-mirror.ts";
import { type BuyerPlan } from "../scenarios/types.ts";
import { fundedActor, type LossWorld } from "../world.ts";

/** A lot the buyer has its eye on. */
interface WatchedLot {
  readonly id: bigint;
  /** Highest price the buyer pays, asset units per whole token. */
  readonly limit: bigint;
  readonly openedAt: number;
  readonly expiresAt: number;
  readonly startPrice: bigint;
  readonly floorPrice: bigint;
  readonly fallSeconds: bigint;
  remaining: bigint;
}

/** A purchase. Tokens in token units, assets in asset units, price in asset units per whole token. */
export interface Purchase {
  readonly id: bigint;
  readonly timestamp: number;
  readonly tokens: bigint;
  readonly assets: bigint;
  readonly price: bigint;
}

const WHOLE_TOKEN = 10n ** 18n;

export class Buyer {
  readonly purchases: Purchase[] = [];
  /** Tokens put on offer by all lots so far. */
  offered = 0n;
  lots = 0;
  money: bigint;
  readonly account: string;
  private readonly world: LossWorld;
  private readonly mirror: LedgerMirror;
  private readonly limits: readonly bigint[];
  private readonly rng: Rng;
  private watched: WatchedLot[] = [];
  /** Tokens of lots that ended with a purchase: their lenders were paid before everything was sold. */
  private notNeeded = 0n;

  private constructor(world: LossWorld, plan: BuyerPlan, mirror: LedgerMirror, rng: Rng, account: string) {
    this.world = world;
    this.mirror = mirror;
    this.rng = rng;
    this.account = account;
    this.money = plan.capital;
    this.limits = plan.limits.flatMap(({ price, lots }) => Array.from({ length: lots }, () => price));
  }

  static async create(world: LossWorld, plan: BuyerPlan, mirror: LedgerMirror, rng: Rng): Promise<Buyer> {
    const account = await fundedActor(
      world,
      "auction buyer",
      plan.capital,
      await world.vault.getAddress(),
      await world.debtAuction.getAddress(),
    );
    return new Buyer(world, plan, mirror, rng, account);
  }

  /** Notices lots that a transaction has opened, some of them anew with what was left. */
  notice(mined: Mined): void {
    for (const { args } of eventsOf(mined, this.world.debtAuction, "LotSettled")) {
      this.offered -= args.unsoldTokens as bigint;
      this.watched = this.watched.filter(({ id }) => id !== args.id);
    }
    for (const { args } of eventsOf(mined, this.world.debtAuction, "LotOpened")) {
      const { id, tokens, startPrice, floorPrice, fallSeconds, expiresAt } = args as unknown as LotOpened;
      this.lots += 1;
      this.offered += tokens;
      this.watched.push({
        ...{ id, startPrice, floorPrice, fallSeconds },
        remaining: tokens,
        limit: this.rng.pick(this.limits),
        openedAt: mined.timestamp,
        expiresAt: Number(expiresAt),
      });
    }
  }

  /** One step: buys every lot whose price has come down to its limit. */
  async act(): Promise<void> {
    const { chain, vault, debtAuction } = this.world;
    for (const lot of this.watched) {
      const price = priceAt(lot, chain.now + 1);
      const affordable = (this.money * WHOLE_TOKEN) / price;
      if (price > lot.limit || affordable < WHOLE_TOKEN || chain.now + 1 >= lot.expiresAt) continue;
      const tokens = min(lot.remaining, affordable);
      const call = debtAuction.buy.populateTransaction(vault, lot.id, tokens, lot.limit, this.account, chain.now + 60);
      const outcome = await chain.attempt(this.account, call);
      if ("error" in outcome) {
        // The lenders of this lot have been paid otherwise in the meantime.
        if (outcome.error !== "NothingToBuy") throw new Error(`a purchase was refused: ${outcome.error}`);
        lot.remaining = 0n;
        continue;
      }
      this.mirror.follow(outcome);
      this.book(lot, outcome);
    }
    this.watched = this.watched.filter(({ remaining }) => remaining > 0n);
  }

  /** Closes what has expired or can no longer be sold. Returns all tokens ever given back to the budget without a sale. */
  async settleAll(): Promise<bigint> {
    const { chain, vault, debtAuction } = this.world;
    let unsold = this.notNeeded;
    for (const { id } of await this.openLots()) {
      const mined = await chain.send(this.account, debtAuction.settle.populateTransaction(vault, id));
      this.mirror.follow(mined);
      for (const { args } of eventsOf(mined, debtAuction, "LotSettled")) unsold += args.unsoldTokens as bigint;
    }
    this.watched = [];
    return unsold;
  }

  private async openLots(): Promise<{ id: bigint }[]> {
    const { vault, debtAuction } = this.world;
    const open: { id: bigint }[] = [];
    for (const id of this.mirror.entries.keys()) {
      if ((await debtAuction.remainingTokens(vault, id)) > 0n) open.push({ id });
    }
    return open;
  }

  private book(lot: WatchedLot, mined: Mined): void {
    for (const { args } of eventsOf(mined, this.world.debtAuction, "LotBought")) {
      const { tokens, assets, price } = args as unknown as Omit<Purchase, "id" | "timestamp">;
      lot.remaining -= tokens;
      this.money -= assets;
      this.purchases.push({ id: lot.id, timestamp: mined.timestamp, tokens, assets, price });
    }
    for (const { args } of eventsOf(mined, this.world.debtAuction, "LotSettled")) {
      this.notNeeded += args.unsoldTokens as bigint;
      lot.remaining = 0n;
    }
  }
}

/** Values of the auction's event that are read here. */
interface LotOpened {
  readonly id: bigint;
  readonly tokens: bigint;
  readonly startPrice: bigint;
  readonly floorPrice: bigint;
  readonly fallSeconds: bigint;
  readonly expiresAt: bigint;
}

/** The falling price of a lot at a second, asset units per whole token, rounded up. */
function priceAt(lot: WatchedLot, now: number): bigint {
  const elapsed = BigInt(now - lot.openedAt);
  if (elapsed >= lot.fallSeconds) return lot.floorPrice;
  return lot.startPrice - ((lot.startPrice - lot.floorPrice) * elapsed) / lot.fallSeconds;
}
