/**
 * Who buys minted tokens. For each lot somebody has a highest price in mind, drawn from what bidders really paid in Maker's
 * debt auctions after this crash (dollars per MKR, weighted by the number of lots). Each price is a bot with the keeper's
 * strategy for auctions, shown the lots for which it was drawn; all of them spend one purse.
 */
import { type GasPricer } from "../../keeper/executor/executor.ts";
import { Auctions } from "../../keeper/strategies/auctions.ts";
import { eventsOf, type Mined } from "../../lib/chain.ts";
import { type Rng } from "../../lib/rng.ts";
import { WAD } from "../../lib/units.ts";
import { Bot, type Call } from "../bots/bot.ts";
import { coinAtFeed } from "../bots/gas-price.ts";
import { Lookout } from "../bots/lookout.ts";
import { type LedgerMirror } from "../ledger-mirror.ts";
import { type BuyerPlan } from "../scenarios/types.ts";
import { fundedActor, type LossWorld } from "../world.ts";

/** A purchase. Tokens in token units, assets in asset units, price in asset units per whole token. */
export interface Purchase {
  readonly id: bigint;
  readonly timestamp: number;
  readonly tokens: bigint;
  readonly assets: bigint;
  readonly price: bigint;
}

/** Settling costs gas only, and is done whatever it costs: this is the end of the story. */
const SETTLING = { settle: true, maxCostWad: 10n ** 21n, buyAtWad: 0n, maxSpendWad: 0n, sellAtWad: 0n };
/** Of a price that stands still, and of a chain that is empty again. */
const QUIET_GWEI = 10n;

export class Buyer {
  readonly purchases: Purchase[] = [];
  /** Tokens put on offer by all lots so far. */
  offered = 0n;
  lots = 0;
  money: bigint;
  readonly account: string;
  private readonly world: LossWorld;
  private readonly mirror: LedgerMirror;
  private readonly draws: readonly bigint[];
  private readonly rng: Rng;
  private readonly lookout: Lookout;
  private readonly gasPrice: GasPricer;
  private readonly everySteps: number;
  private steps = 0;
  /** Tokens given back to the budget: a purchase that pays a lot's lenders ends it too. */
  private unsold = 0n;
  /** By highest price. */
  private readonly bots: ReadonlyMap<bigint, Bot>;
  /** Highest price for each open lot, by its number. */
  private readonly limits = new Map<string, bigint>();

  private constructor(
    world: LossWorld,
    plan: BuyerPlan,
    mirror: LedgerMirror,
    rng: Rng,
    account: string,
    lookout: Lookout,
  ) {
    this.world = world;
    this.mirror = mirror;
    this.rng = rng;
    this.account = account;
    this.lookout = lookout;
    this.everySteps = plan.everySteps;
    this.money = plan.capital;
    this.draws = plan.limits.flatMap(({ price, lots }) => Array.from({ length: lots }, () => price));
    this.gasPrice = coinAtFeed(lookout.rpc, world);
    const toWad = (assets: bigint) => (assets * WAD) / 10n ** BigInt(world.assetInfo.decimals);
    this.bots = new Map(
      plan.limits.map(({ price }) => {
        const prices = { buyAtWad: toWad(price), maxSpendWad: toWad(plan.capital) };
        const strategy = new Auctions({ ...SETTLING, settle: false, ...prices });
        return [
          price,
          new Bot(
            account,
            [strategy],
            this.parts(async (call) => this.buy(call)),
          ),
        ];
      }),
    );
  }

  static async create(world: LossWorld, plan: BuyerPlan, mirror: LedgerMirror, rng: Rng): Promise<Buyer> {
    const spender = await world.debtAuction.getAddress();
    const account = await fundedActor(world, "auction buyer", plan.capital, spender);
    return new Buyer(world, plan, mirror, rng, account, await Lookout.ofAuctions(world));
  }

  /** Notices lots that a transaction has opened, some of them anew with what was left. */
  notice(mined: Mined): void {
    for (const { args } of eventsOf(mined, this.world.debtAuction, "LotSettled")) {
      this.offered -= args.unsoldTokens as bigint;
      this.limits.delete(String(args.id));
    }
    for (const { args } of eventsOf(mined, this.world.debtAuction, "LotOpened")) {
      this.lots += 1;
      this.offered += args.tokens as bigint;
      this.limits.set(String(args.id), this.rng.pick(this.draws));
    }
  }

  /** One step. */
  async act({ gasGwei }: { readonly gasGwei: bigint }): Promise<void> {
    this.steps += 1;
    if (this.steps % this.everySteps !== 0) return;
    this.lookout.beginStep();
    const touched = await this.lookout.catchUp();
    // Somebody without a whole coin does not look.
    if (this.money < 10n ** BigInt(this.world.assetInfo.decimals)) return;
    for (const [price, bot] of this.bots) {
      const seen = this.lookout.seen(this.account, gasGwei, touched, ({ first }) => this.limits.get(first) === price);
      await bot.act(seen, Infinity);
    }
  }

  /** A keeper closes what is over. Returns all tokens ever given back to the budget without a sale. */
  async settleAll(): Promise<bigint> {
    const { chain, vault, debtAuction } = this.world;
    const keeper = await chain.actor("keeper");
    const bot = new Bot(
      keeper,
      [new Auctions(SETTLING)],
      this.parts(async (call) => this.send(call)),
    );
    this.lookout.beginStep();
    const touched = await this.lookout.catchUp();
    await bot.act(this.lookout.seen(bot.account, QUIET_GWEI, touched), Infinity);
    for (const id of this.mirror.entries.keys()) {
      if ((await debtAuction.remainingTokens(vault, id)) > 0n) throw new Error(`lot ${id} was not settled`);
    }
    return this.unsold;
  }

  private parts(carry: (call: Call) => Promise<Mined>) {
    return { rpc: this.lookout.rpc, gasPrice: this.gasPrice, carry };
  }

  private async buy(call: Call): Promise<Mined> {
    const mined = await this.send(call);
    for (const { args } of eventsOf(mined, this.world.debtAuction, "LotBought")) {
      const { id, tokens, assets, price } = args as unknown as Omit<Purchase, "timestamp">;
      this.money -= assets;
      this.purchases.push({ id, timestamp: mined.timestamp, tokens, assets, price });
    }
    return mined;
  }

  private async send({ from, to, data }: Call): Promise<Mined> {
    const mined = await this.world.chain.send(from, Promise.resolve({ to, data }));
    this.mirror.follow(mined);
    for (const { args } of eventsOf(mined, this.world.debtAuction, "LotSettled")) {
      this.unsold += args.unsoldTokens as bigint;
    }
    return mined;
  }
}
