/**
 * Liquidators with limited money. Whom they liquidate, and whether it pays, the keeper's strategy decides: it pays with
 * their own money and keeps the collateral. What is the replay's: at each step the band of congestion says how many
 * liquidations get through, the richest first, and what is seized is money again only `recycleSeconds` later, at the price
 * of then.
 */
import { type Judged } from "../../keeper/book/book.ts";
import { Liquidate } from "../../keeper/strategies/liquidate.ts";
import { Hold } from "../../keeper/venues/hold.ts";
import { eventsOf, type Mined, type Refusal } from "../../lib/chain.ts";
import { Bot, type Call } from "../bots/bot.ts";
import { carryAudited, meaningOf } from "../bots/carry.ts";
import { gasPricer } from "../bots/gas-price.ts";
import { type Positions } from "../positions.ts";
import { type BotPlan, type CongestionBand, type LiquidatorAim, type LiquidatorPlan } from "../scenarios/types.ts";
import { type WriteOffAudit } from "../write-off-audit.ts";
import { collateralValue, fundedActor, sellCollateral, type World } from "../world.ts";

/** One of them, with what it has and what it waits for. */
export interface Liquidator {
  readonly name: string;
  readonly account: string;
  readonly aim: LiquidatorAim;
  readonly bot: Bot;
  /** Money at hand, asset units. */
  money: bigint;
  /** Collateral on its way to the market. */
  readonly selling: { readonly readyAt: number; readonly collateral: bigint }[];
  liquidations: number;
  repaid: bigint;
}

export class Liquidators {
  readonly all: Liquidator[] = [];
  /** Liquidations that went through. */
  count = 0;
  /** Borrowers of whom something was liquidated. */
  readonly touched = new Set<string>();
  private readonly world: World;
  private readonly plan: LiquidatorPlan;
  private readonly positions: Positions;
  private readonly audit: WriteOffAudit;
  private recycleSeconds = 0;

  private constructor(world: World, plan: LiquidatorPlan, positions: Positions, audit: WriteOffAudit) {
    this.world = world;
    this.plan = plan;
    this.positions = positions;
    this.audit = audit;
  }

  static async create(
    world: World,
    { liquidators: plan, bots }: { readonly liquidators: LiquidatorPlan; readonly bots: BotPlan },
    positions: Positions,
    audit: WriteOffAudit,
  ): Promise<Liquidators> {
    const { lookout } = positions;
    const group = new Liquidators(world, plan, positions, audit);
    for (const [index, { capital, aim }] of plan.liquidators.entries()) {
      const name = `liquidator ${index + 1}`;
      const account = await fundedActor(world, name, capital, await world.vault.getAddress());
      const strategy = new Liquidate({ ...bots, perBlock: bots.perStep }, [new Hold(bots.haircutBps)]);
      const bot: Bot = new Bot(account, [strategy], {
        ...{ rpc: lookout.rpc, gasPrice: gasPricer(lookout, bots.gasCoin) },
        carry: async (call) => group.carry(one, call),
      });
      const one: Liquidator = { name, account, aim, bot, money: capital, selling: [], liquidations: 0, repaid: 0n };
      group.all.push(one);
    }
    return group;
  }

  /** One step: sell what is ready, then liquidate as many as get through. */
  async act(band: CongestionBand): Promise<void> {
    this.recycleSeconds = band.recycleSeconds;
    for (const liquidator of this.all) await this.sellReady(liquidator);
    let left = band.liquidationsPerStep;
    const byMoney = [...this.all].sort((first, second) => (first.money < second.money ? 1 : -1));
    for (const liquidator of byMoney.filter(({ aim }) => aim === "collateral")) {
      left -= await this.look(liquidator, band, Math.min(left, 1), ({ entry, shortfallAssets }) => {
        const value = collateralValue(this.world, entry.row.collateralAssets);
        return shortfallAssets > 0n && value < liquidator.money;
      });
    }
    for (const liquidator of byMoney.filter(({ aim }) => aim === "incentive")) {
      left -= await this.look(liquidator, band, left, () => true);
    }
  }

  /** Returns how many of its liquidations got through. */
  private async look(
    { account, bot, money }: Liquidator,
    { gasGwei }: CongestionBand,
    room: number,
    isWanted: (judged: Judged) => boolean,
  ): Promise<number> {
    if (room <= 0 || money < this.plan.leastMoney) return 0;
    const seen = await this.positions.seen(
      account,
      gasGwei,
      (judged, { borrower }) => borrower.standstill !== true && isWanted(judged),
    );
    return bot.act(seen, room);
  }

  private async carry(liquidator: Liquidator, call: Call): Promise<Mined | Refusal> {
    const outcome = await carryAudited(this.world, this.audit, call);
    if ("error" in outcome) return outcome;
    const [event] = eventsOf(outcome, this.world.vault, "Liquidated");
    if (event === undefined) throw new Error("a liquidation wrote no event");
    const { repaidAssets, feeAssets, seizedAssets } = event.args as unknown as {
      repaidAssets: bigint;
      feeAssets: bigint;
      seizedAssets: bigint;
    };
    liquidator.money -= repaidAssets + feeAssets;
    liquidator.repaid += repaidAssets;
    liquidator.liquidations += 1;
    this.count += 1;
    this.touched.add(meaningOf(call.data).borrower);
    if (seizedAssets > 0n) {
      liquidator.selling.push({ readyAt: this.world.chain.now + this.recycleSeconds, collateral: seizedAssets });
      liquidator.selling.sort((left, right) => left.readyAt - right.readyAt);
    }
    return outcome;
  }

  private async sellReady(liquidator: Liquidator): Promise<void> {
    while ((liquidator.selling[0]?.readyAt ?? Infinity) <= this.world.chain.now) {
      const { collateral } = liquidator.selling.shift() ?? { collateral: 0n };
      liquidator.money += await sellCollateral(this.world, liquidator.account, collateral, this.plan.slippageBps);
    }
  }
}
