/**
 * Rounds in which recovered money buys tokens back. Those who hold tokens let a bot sell a part of them: it looks an hour
 * before a round ends, when the price has long risen to what was paid on average, and the keeper's strategy for auctions
 * decides. Then a keeper's bot settles the round, and what no token was sold for goes on up, to insurance and reserves.
 */
import { Auctions, type AuctionRules } from "../../keeper/strategies/auctions.ts";
import { eventsOf, type Mined } from "../../lib/chain.ts";
import { BPS, min } from "../../lib/units.ts";
import { Bot, type Call } from "../bots/bot.ts";
import { coinAtFeed } from "../bots/gas-price.ts";
import { Lookout } from "../bots/lookout.ts";
import { type LedgerMirror } from "../ledger-mirror.ts";
import { type RecoveryPlan } from "../scenarios/types.ts";
import { type LossWorld } from "../world.ts";

/** A round as it was opened. */
interface Round {
  readonly id: bigint;
  readonly round: bigint;
  readonly endsAt: bigint;
}

const HOUR = 3_600;
const NOTHING: AuctionRules = { settle: false, maxCostWad: 10n ** 21n, buyAtWad: 0n, maxSpendWad: 0n, sellAtWad: 0n };
/** The chain is empty again. */
const QUIET_GWEI = 10n;

export class Buybacks {
  /** Rounds opened so far. */
  rounds = 0;
  /** Tokens bought back and burnt, token units. */
  burntTokens = 0n;
  /** Money paid for them, asset units. */
  paidAssets = 0n;
  /** Money that found no token and went up to insurance and reserves, asset units. */
  returnedAssets = 0n;
  private readonly world: LossWorld;
  private readonly mirror: LedgerMirror;
  private readonly holders: () => readonly string[];
  private readonly plan: Pick<RecoveryPlan, "soldBackBps" | "sellAtWad">;
  private readonly lookout: Lookout;
  private readonly settling: Bot;
  private open: Round[] = [];

  private constructor(
    world: LossWorld,
    mirror: LedgerMirror,
    holders: () => readonly string[],
    plan: Pick<RecoveryPlan, "soldBackBps" | "sellAtWad">,
    lookout: Lookout,
    keeper: string,
  ) {
    this.world = world;
    this.mirror = mirror;
    this.holders = holders;
    this.plan = plan;
    this.lookout = lookout;
    this.settling = this.bot(keeper, { ...NOTHING, settle: true });
  }

  /** @param holders accounts that hold minted tokens, in the order in which they are asked */
  static async create(
    world: LossWorld,
    mirror: LedgerMirror,
    holders: () => readonly string[],
    plan: Pick<RecoveryPlan, "soldBackBps" | "sellAtWad">,
  ): Promise<Buybacks> {
    const keeper = await world.chain.actor("keeper");
    return new Buybacks(world, mirror, holders, plan, await Lookout.ofAuctions(world), keeper);
  }

  /** Notices rounds that a transaction has opened. */
  notice(mined: Mined): void {
    for (const { args } of eventsOf(mined, this.world.buybackAuction, "RoundOpened")) {
      this.rounds += 1;
      this.open.push({ id: args.id as bigint, round: args.round as bigint, endsAt: args.endsAt as bigint });
    }
  }

  /** Sees every open round to its end, in order of time. */
  async finish(): Promise<void> {
    const tasks = this.open.flatMap((round) => [
      { at: Number(round.endsAt) - HOUR, run: async () => this.sell(round) },
      { at: Number(round.endsAt) + 1, run: async () => this.look(this.settling, round) },
    ]);
    this.open = [];
    for (const { at, run } of tasks.sort((left, right) => left.at - right.at)) {
      this.world.chain.advanceTo(at);
      await run();
    }
  }

  /** Each holder allows what it would give; the allowance is all that its bot may sell. */
  private async sell(round: Round): Promise<void> {
    const { chain, vault, token, buybackAuction } = this.world;
    let wanted = ((await buybackAuction.buyableTokens(vault, round.id)) * this.plan.soldBackBps) / BPS;
    for (const holder of this.holders()) {
      const tokens = min(wanted, await token.balanceOf(holder));
      if (tokens === 0n) continue;
      await chain.send(holder, token.approve.populateTransaction(buybackAuction, tokens));
      wanted -= tokens;
      await this.look(this.bot(holder, { ...NOTHING, sellAtWad: this.plan.sellAtWad }), round);
    }
  }

  private async look(bot: Bot, { id, round }: Round): Promise<void> {
    this.lookout.beginStep();
    const touched = await this.lookout.catchUp();
    const isThis = (sighting: { first: string; second: string }) =>
      sighting.first === String(id) && sighting.second === String(round);
    await bot.act(this.lookout.seen(bot.account, QUIET_GWEI, touched, isThis), Infinity);
  }

  private bot(account: string, rules: AuctionRules): Bot {
    return new Bot(account, [new Auctions(rules)], {
      ...{ rpc: this.lookout.rpc, gasPrice: coinAtFeed(this.lookout.rpc, this.world) },
      carry: async (call) => this.carry(call),
    });
  }

  private async carry({ from, to, data }: Call): Promise<Mined> {
    const { chain, buybackAuction } = this.world;
    const mined = await chain.send(from, Promise.resolve({ to, data }));
    for (const { args } of eventsOf(mined, buybackAuction, "TokensBoughtBack")) {
      this.burntTokens += args.tokens as bigint;
      this.paidAssets += args.assets as bigint;
    }
    for (const { args } of eventsOf(mined, buybackAuction, "RoundSettled")) {
      this.mirror.follow(mined);
      this.returnedAssets += args.unspentAssets as bigint;
    }
    return mined;
  }
}
