/**
 * Liquidators with limited money. At each step the band of congestion says how many liquidations get through. They
 * take the most profitable position first, pay from their own money, and have that money back only when the seized
 * collateral is sold: `recycleSeconds` later, at the price of then. A liquidation that earns less than its gas is left.
 */
import { MaxUint256 } from "ethers";

import { eventsOf, type Refusal } from "../../lib/chain.ts";
import { BPS, max, min, WAD } from "../../lib/units.ts";
import { type Judged, type Positions } from "../positions.ts";
import { type CongestionBand, type LiquidatorAim, type LiquidatorPlan } from "../scenarios/types.ts";
import { type WriteOffAudit } from "../write-off-audit.ts";
import { collateralValue, fundedActor, sellCollateral, type World } from "../world.ts";

/** One of them, with what it has and what it waits for. */
export interface Liquidator {
  readonly name: string;
  readonly account: string;
  readonly aim: LiquidatorAim;
  /** Money at hand, asset units. */
  money: bigint;
  /** Collateral on its way to the market. */
  readonly selling: { readonly readyAt: number; readonly collateral: bigint }[];
  liquidations: number;
  repaid: bigint;
}

/** The fee to reserves comes on top of the repayment; this part of the money stays free for it. */
const FEE_MARGIN_BPS = 200n;
/** One ether in the units of gas price x gas. */
const GWEI_PER_ETHER = 10n ** 9n;

export class Liquidators {
  readonly all: Liquidator[] = [];
  /** Liquidations that went through. */
  count = 0;
  /** Borrowers of whom something was liquidated. */
  readonly touched = new Set<string>();
  readonly refusals: Refusal[] = [];
  private readonly world: World;
  private readonly plan: LiquidatorPlan;
  private readonly positions: Positions;
  private readonly audit: WriteOffAudit;
  private readonly incentiveBps: bigint;
  private readonly minIncentiveBps: bigint;

  private constructor(
    world: World,
    plan: LiquidatorPlan,
    positions: Positions,
    audit: WriteOffAudit,
    incentives: readonly [bigint, bigint],
  ) {
    this.world = world;
    this.plan = plan;
    this.positions = positions;
    this.audit = audit;
    [this.incentiveBps, this.minIncentiveBps] = incentives;
  }

  static async create(
    world: World,
    plan: LiquidatorPlan,
    positions: Positions,
    audit: WriteOffAudit,
  ): Promise<Liquidators> {
    const config = await world.vault.collateralConfig(world.collateral);
    const group = new Liquidators(world, plan, positions, audit, [
      config.liquidationIncentiveBps,
      config.minIncentiveBps,
    ]);
    for (const [index, { capital, aim }] of plan.liquidators.entries()) {
      const name = `liquidator ${index + 1}`;
      const account = await fundedActor(world, name, capital, await world.vault.getAddress());
      group.all.push({ name, account, aim, money: capital, selling: [], liquidations: 0, repaid: 0n });
    }
    return group;
  }

  /** One step: sell what is ready, then liquidate as many as get through. */
  async act(all: readonly Judged[], band: CongestionBand): Promise<void> {
    const judged = all.filter(({ position }) => position.borrower.standstill !== true);
    for (const liquidator of this.all) await this.sellReady(liquidator);
    let left = band.liquidationsPerStep;
    for (const liquidator of this.all.filter(({ aim }) => aim === "collateral")) {
      const affordable = judged.find(
        (candidate) => candidate.insolvent && candidate.value > 0n && candidate.value < liquidator.money,
      );
      if (left > 0 && affordable !== undefined && (await this.liquidate(liquidator, affordable, band))) left -= 1;
    }
    const candidates = judged
      .filter(({ healthWad, value }) => healthWad < WAD && value > 0n)
      .map((candidate) => ({ candidate, profit: this.expectedProfit(candidate) }))
      .filter(
        ({ candidate, profit }) =>
          profit > this.gasCost(band) && this.incentiveOf(candidate) >= this.plan.leastIncentiveBps,
      )
      .sort((first, second) => (first.profit < second.profit ? 1 : first.profit > second.profit ? -1 : 0));
    for (const { candidate } of candidates) {
      if (left === 0) return;
      if (await this.liquidate(this.richest(), candidate, band)) left -= 1;
    }
  }

  /** Money and collateral of all of them at the latest price, asset units. */
  worth(): bigint {
    return this.all.reduce(
      (total, { money, selling }) =>
        total + money + selling.reduce((sum, { collateral }) => sum + collateralValue(this.world, collateral), 0n),
      0n,
    );
  }

  private async sellReady(liquidator: Liquidator): Promise<void> {
    while ((liquidator.selling[0]?.readyAt ?? Infinity) <= this.world.chain.now) {
      const { collateral } = liquidator.selling.shift() ?? { collateral: 0n };
      liquidator.money += await sellCollateral(this.world, liquidator.account, collateral, this.plan.slippageBps);
    }
  }

  /** Returns whether a transaction was used up. */
  private async liquidate(
    liquidator: Liquidator,
    { position, insolvent }: Judged,
    band: CongestionBand,
  ): Promise<boolean> {
    const { vault, collateral, chain } = this.world;
    const most = (liquidator.money * (BPS - FEE_MARGIN_BPS)) / BPS;
    if (most <= 0n) return false;
    // An insolvent position is closed in whole or by a tenth at least; with less money there is nothing to do.
    if (insolvent && most < position.debt / 5n) return false;
    const call = vault.liquidate.populateTransaction(position.account, collateral, most, 0n, MaxUint256, "0x");
    const outcome = await this.audit.watch(position.account, () => chain.attempt(liquidator.account, call), {
      kind: "liquidation",
      maxRepaid: most,
    });
    await this.positions.refresh(position);
    if ("error" in outcome) {
      this.refusals.push(outcome);
      return true;
    }
    const event = eventsOf(outcome, vault, "Liquidated")[0];
    if (event === undefined) throw new Error("a liquidation wrote no event");
    const { repaidAssets, feeAssets, seizedAssets } = event.args as unknown as Record<string, bigint>;
    liquidator.money -= (repaidAssets ?? 0n) + (feeAssets ?? 0n);
    liquidator.repaid += repaidAssets ?? 0n;
    liquidator.liquidations += 1;
    this.count += 1;
    this.touched.add(position.account);
    if (seizedAssets !== undefined && seizedAssets > 0n) {
      liquidator.selling.push({ readyAt: chain.now + band.recycleSeconds, collateral: seizedAssets });
      liquidator.selling.sort((left, right) => left.readyAt - right.readyAt);
    }
    return true;
  }

  /** The one of those after the incentive who has most money. */
  private richest(): Liquidator {
    return this.all
      .filter(({ aim }) => aim === "incentive")
      .reduce((most, one) => (one.money > most.money ? one : most));
  }

  /** What a liquidator gets beyond what it repays: as much as the collateral allows, between minimum and full. Bps. */
  private incentiveOf({ position, value }: Judged): bigint {
    const claim = position.debt + position.defaulted;
    const affordable = (value * BPS) / claim - BPS;
    return max(this.minIncentiveBps, min(affordable, this.incentiveBps));
  }

  /** Incentive on what the richest of them could repay, asset units. */
  private expectedProfit(candidate: Judged): bigint {
    const claim = candidate.position.debt + candidate.position.defaulted;
    const repaid = min(min(this.richest().money, claim), candidate.value);
    return (repaid * this.incentiveOf(candidate)) / BPS;
  }

  /** Gas of a liquidation at the band's gas price, asset units. Gas is paid in ether, the collateral of this replay. */
  private gasCost(band: CongestionBand): bigint {
    const ether = 10n ** BigInt(this.world.collateralInfo.decimals);
    return collateralValue(this.world, (this.plan.gasPerLiquidation * band.gasGwei * ether) / GWEI_PER_ETHER);
  }
}
