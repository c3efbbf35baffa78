/**
 * Traders of the margin replay. Each is drawn from the seed: size class by its weight, then evenly within it; side;
 * leverage. It brings notional / leverage, or what the market's rules ask for if that is more, commits its order, and a
 * keeper resolves it at the next round. Some watch their account and add margin once. In the crash a few more buy.
 */
import { ceilDiv, initialMargin } from "../../lib/margin-math.ts";
import { MARKET } from "../../lib/add-margin.ts";
import { describeRefusal } from "../../lib/chain.ts";
import { type Rng } from "../../lib/rng.ts";
import { BPS, max } from "../../lib/units.ts";
import { type TraderPlan } from "../scenarios/black-thursday-margin.ts";
import { fundedActor } from "../world.ts";
import { type MarginAudit } from "./audit.ts";
import { type MarginWorld, priceWad, proxyRound } from "./world.ts";

const WAD = 10n ** 18n;
const WAD_SQUARED = 10n ** 36n;
/** A buyer accepts so much more, a seller so much less, than the price at commit. Basis points. */
const ROOM_BPS = 300n;
/** What a bargain hunter of the crash accepts. */
const HUNTER_ROOM_BPS = 3_000n;
/** For whoever resolves the order, in whole asset units. */
const KEEPER_FEE = 2n;

/** One trader. Money in asset units, size WAD, leverage in hundredths. */
export interface Trader {
  readonly number: number;
  readonly account: string;
  readonly long: boolean;
  readonly notional: bigint;
  readonly askedLeverage: bigint;
  readonly openedAt: number;
  readonly watches: boolean;
  /** Margin right after the opening, and the leverage that it made. */
  firstMargin: bigint;
  leverage: bigint;
  /** All that it has brought in. */
  brought: bigint;
  toppedUp: boolean;
}

interface Pending {
  readonly trader: Trader;
  readonly order: { delta: bigint; acceptable: bigint; deposit: bigint; keeperFee: bigint };
}

export class Traders {
  readonly all: Trader[] = [];
  /** Orders that the vault's rules refused, by error. */
  readonly refusals: string[] = [];
  private readonly world: MarginWorld;
  private readonly plan: TraderPlan;
  private readonly audit: MarginAudit;
  private readonly rng: Rng;
  private pending: Pending[] = [];
  private hunters: TraderPlan["bargainHunters"];

  constructor(world: MarginWorld, plan: TraderPlan, audit: MarginAudit, rng: Rng) {
    this.world = world;
    this.plan = plan;
    this.audit = audit;
    this.rng = rng;
    this.hunters = [...plan.bargainHunters].sort((left, right) => left.at - right.at);
  }

  /** Draws and commits one of the plan's openings; a round of the feed must follow. */
  async commitSome(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const long = this.rng.chance(this.plan.longBps);
      const notional = this.drawNotional();
      const watches = this.rng.chance(this.plan.watcherBps);
      await this.commit({ long, notional, leverage: this.drawLeverage(), watches, roomBps: ROOM_BPS });
    }
  }

  /** Keepers resolve everything that the latest round has decided. */
  async resolveAll(): Promise<void> {
    const { chain, collateralFeed } = this.world;
    if (this.pending.length === 0) return;
    const keeper = await chain.actor("keeper of orders");
    const round = { id: proxyRound(collateralFeed.rounds), answer: collateralFeed.answer };
    for (const { trader, order } of this.pending) {
      await this.audit.resolve(keeper, trader.account, order, round);
      const account = this.audit.books.account(trader.account);
      trader.firstMargin = account.margin;
      const price = priceWad(this.world, round.answer);
      trader.leverage = (this.audit.books.notional(account.size, price) * 100n) / max(account.margin, 1n);
    }
    this.pending = [];
  }

  /** One step: watchers add margin; bargain hunters whose time has come commit. */
  async act(): Promise<void> {
    const { chain } = this.world;
    for (const trader of this.all) if (trader.watches && !trader.toppedUp) await this.topUp(trader);
    while ((this.hunters[0]?.at ?? Infinity) <= chain.now) {
      const [hunter, ...later] = this.hunters;
      this.hunters = later;
      if (hunter === undefined) return;
      const terms = { long: true, leverage: 1_000n, watches: false, roomBps: HUNTER_ROOM_BPS };
      await this.commit({ notional: hunter.notional, ...terms });
    }
  }

  private async topUp(trader: Trader): Promise<void> {
    const { chain, asset, vault } = this.world;
    const { books, price } = this.audit;
    const account = books.account(trader.account);
    if (account.size === 0n) return;
    const equity = books.equity(account, price, chain.now + 3);
    if (equity <= 0n || equity * BPS >= books.maintenance(account, price) * this.plan.watcherEquityBps) return;
    trader.toppedUp = true;
    const assets = trader.firstMargin / 2n;
    await chain.send(trader.account, asset.mint.populateTransaction(trader.account, assets));
    await chain.send(trader.account, asset.approve.populateTransaction(vault, assets));
    await this.audit.deposit(trader.account, assets);
    trader.brought += assets;
  }

  private async commit(draft: {
    long: boolean;
    notional: bigint;
    leverage: bigint;
    watches: boolean;
    roomBps: bigint;
  }): Promise<void> {
    const { world, audit } = this;
    const { long, notional, leverage, watches } = draft;
    const keeperFee = KEEPER_FEE * 10n ** BigInt(world.assetInfo.decimals);
    const size = (notional * WAD_SQUARED) / audit.price;
    const room = (audit.price * draft.roomBps) / BPS;
    const acceptable = long ? audit.price + room : audit.price - room;
    const deposit = max((notional * 100n) / leverage, await this.leastMargin(size, max(acceptable, audit.price)));
    const number = this.all.length + 1;
    const account = await fundedActor(world, `trader ${number}`, deposit + keeperFee, await world.vault.getAddress());
    const order = { delta: long ? size : -size, acceptable, deposit: deposit + keeperFee, keeperFee };
    const outcome = await audit.commit(account, order);
    if ("error" in outcome) {
      this.refusals.push(describeRefusal(outcome));
      return;
    }
    const trader: Trader = {
      ...{ number, account, long, notional, watches, askedLeverage: leverage, openedAt: outcome.timestamp },
      ...{ firstMargin: 0n, leverage: 0n, brought: deposit, toppedUp: false },
    };
    this.all.push(trader);
    this.pending.push({ trader, order });
  }

  /** What the rules ask for: initial margin, opening fee, and the dearest premium there can be. */
  private async leastMargin(size: bigint, price: bigint): Promise<bigint> {
    const { vault, chain } = this.world;
    const { rules } = this.audit.books;
    // The estimate must know the latest round before it is asked.
    await this.audit.poke(await chain.actor("keeper of orders"));
    const { volatilityWad } = await vault.marketOf(MARKET);
    const premiumSize = ceilDiv(size * rules.skewCapWad, rules.skewScaleWad);
    return (
      initialMargin(rules.margin, size, price, volatilityWad) +
      this.audit.books.partOf(size, price, rules.feeBps) +
      this.audit.books.notional(premiumSize, price)
    );
  }

  private drawNotional(): bigint {
    let draw = this.rng.integer(1, Number(BPS));
    for (const { weightBps, lowest, highest } of this.plan.sizes) {
      draw -= weightBps;
      if (draw <= 0) return this.rng.between(lowest, highest);
    }
    throw new RangeError("the size classes' weights must add up to 10,000");
  }

  private drawLeverage(): bigint {
    const { lowestLeverage, highestLeverage } = this.plan;
    const part = (this.rng.between(0n, WAD) * this.rng.between(0n, WAD)) / WAD;
    return lowestLeverage + ((highestLeverage - lowestLeverage) * part) / WAD;
  }
}
