/**
 * Checks every write-off as it happens. Before a transaction that may book a loss, the state it will find is read (a
 * "pending" call at the second of the next block); afterwards the waterfall is computed from that state by
 * scripts/lib/waterfall.ts, and must agree with what the contracts wrote, to the unit. One difference ends the replay.
 */
import { eventsOf, type Mined, type Refusal } from "../lib/chain.ts";
import { LeakyBucket } from "../lib/leaky-bucket.ts";
import { max, min } from "../lib/units.ts";
import { type Capacities, type Layers, splitLoss, totalOf } from "../lib/waterfall.ts";
import { type LedgerMirror } from "./ledger-mirror.ts";
import {
  type Closed,
  closedByKeeper,
  closedByLiquidator,
  type ClosingRules,
  keeperReward,
  type PositionFigures,
} from "./closing.ts";
import { collateralValue, type World } from "./world.ts";

/** A write-off with the figures it was checked against. Asset units. */
export interface WriteOff {
  readonly id: bigint;
  readonly cause: "liquidation" | "write-off";
  readonly account: string;
  readonly timestamp: number;
  readonly epoch: bigint;
  readonly badDebt: bigint;
  /** Part of it that insurance could pay for: aged principal without the liquidator's minimum incentive. */
  readonly insurable: bigint;
  /** What the layers could have paid at that moment. */
  readonly capacities: Capacities;
  readonly layers: Layers;
}

/** The contracts and the independent computation disagree. */
export class WaterfallMismatch extends Error {
  override readonly name = "WaterfallMismatch";
}

const HOUR = 3_600n;
const MONTH = 30n * 86_400n;
/** Asset units by which debts and repayments may be rounded. */
const ROUNDING = 2n;
const PENDING = { blockTag: "pending" } as const;
const CAUSES = ["liquidation", "write-off"] as const;

/** The position and the layers just before a transaction. Asset units. */
interface Before extends PositionFigures {
  readonly aged: bigint;
  readonly fundCash: bigint;
  readonly lendersAssets: bigint;
}

/** Settings of vault and fund that the computation needs. */
interface Rules extends ClosingRules {
  readonly hourCap: bigint;
  readonly monthCap: bigint;
}

export class WriteOffAudit {
  readonly all: WriteOff[] = [];
  private readonly world: World;
  private readonly mirror: LedgerMirror;
  private readonly listener: (mined: Mined) => void;
  private readonly rules: Rules;
  private readonly buckets: readonly LeakyBucket[];

  private constructor(world: World, mirror: LedgerMirror, rules: Rules, listener: (mined: Mined) => void) {
    this.world = world;
    this.mirror = mirror;
    this.listener = listener;
    this.rules = rules;
    this.buckets = [new LeakyBucket(rules.hourCap, HOUR), new LeakyBucket(rules.monthCap, MONTH)];
  }

  /** @param listener told of every transaction that went through, after it was checked */
  static async create(
    world: World,
    mirror: LedgerMirror,
    listener: (mined: Mined) => void = () => undefined,
  ): Promise<WriteOffAudit> {
    const { minIncentiveBps } = await world.vault.collateralConfig(world.collateral);
    const { hourCap, monthCap } = await world.fund.drawCaps();
    const { minDebt, keeperRewardBps, maxKeeperReward } = await world.vault.riskConfig();
    const rules = { minIncentiveBps, hourCap, monthCap, minDebt, keeperRewardBps, maxKeeperReward };
    return new WriteOffAudit(world, mirror, rules, listener);
  }

  /**
   * Lets `action` send one transaction on `account`'s position and checks what it writes off.
   * @param maxRepaid most the liquidator pays, asset units; zero for a write-off without cash
   */
  async watch(account: string, action: () => Promise<Mined | Refusal>, maxRepaid = 0n): Promise<Mined | Refusal> {
    const before = await this.read(account);
    const outcome = await action();
    if ("error" in outcome) return outcome;
    const event = eventsOf(outcome, this.world.engine, "WrittenOff")[0];
    if (event !== undefined) {
      const writeOff = await this.check(
        account,
        outcome.timestamp,
        event.args as unknown as WrittenOff,
        before,
        maxRepaid,
      );
      this.all.push(writeOff);
      this.mirror.add(writeOff.id, writeOff.layers);
    }
    await this.checkLendersAssets(before, event?.args.socialized as bigint | undefined);
    this.mirror.follow(outcome);
    this.listener(outcome);
    return outcome;
  }

  private async read(account: string): Promise<Before> {
    const { chain, vault, fund, collateral } = this.world;
    await chain.openBlock();
    const [position, reserves, fundCash, lendersAssets] = await Promise.all([
      vault.positionOf(account, collateral, PENDING),
      vault.reserves(PENDING),
      fund.totalAssets(PENDING),
      vault.totalAssets(PENDING),
    ]);
    const value = collateralValue(this.world, position.collateralAssets);
    const { debtAssets: debt, principalAssets: principal, agedPrincipalAssets: aged } = position;
    return { debt, principal, aged, value, reserves, fundCash, lendersAssets };
  }

  /**
   * The lenders' assets fall by exactly what was charged to them. Without a write-off they never fall, and rise by no
   * more than the unit or two by which debts are rounded against the borrower.
   */
  private async checkLendersAssets(before: Before, socialized: bigint | undefined): Promise<void> {
    const fell = before.lendersAssets - (await this.world.vault.totalAssets());
    if (socialized === undefined ? fell > 0n || fell < -ROUNDING : fell !== socialized) {
      throw new WaterfallMismatch(`the lenders' assets fell by ${fell}, charged were ${socialized ?? 0n}`);
    }
  }

  private async check(
    account: string,
    timestamp: number,
    event: WrittenOff,
    before: Before,
    maxRepaid: bigint,
  ): Promise<WriteOff> {
    const { badDebt, reserves, insurance, dilutionCash, socialized } = event;
    const cause = CAUSES[Number(event.cause)] ?? "write-off";
    const closed =
      cause === "write-off" ? closedByKeeper(before, this.rules) : closedByLiquidator(before, this.rules, maxRepaid);
    const insurable = await this.insurable(account, badDebt, before, closed);
    const drawable = this.buckets.map((bucket) => bucket.available(timestamp)).reduce(min);
    const capacities = {
      reserves: before.reserves - (cause === "write-off" ? keeperReward(badDebt, before, this.rules) : 0n),
      insurance: min(before.fundCash, drawable),
      dilutionCash: 0n,
    };
    const expected = splitLoss({ badDebt, insurable }, capacities);
    const layers = { reserves, insurance, dilutionCash, socialized };
    if (totalOf(layers) !== badDebt || !sameLayers(layers, expected)) {
      throw new WaterfallMismatch(
        `write-off ${event.id}: contracts ${layersText(layers)}, computed ${layersText(expected)}, of ${badDebt}`,
      );
    }
    for (const bucket of this.buckets) if (insurance > 0n) bucket.draw(insurance, timestamp);
    return { id: event.id, cause, account, timestamp, epoch: event.epoch, badDebt, insurable, capacities, layers };
  }

  /**
   * Insurance may pay for the aged part of the lost principal, and never for the incentive. What the collateral is worth
   * counts as principal first. Bad debt and principal left must be what the definitions say, up to rounding.
   */
  private async insurable(account: string, badDebt: bigint, before: Before, closed: Closed): Promise<bigint> {
    const { principalAssets } = await this.world.vault.positionOf(account, this.world.collateral);
    near("bad debt", badDebt, closed.debt - closed.repaid);
    near("principal left", principalAssets, closed.principalLeft);
    const lost = max(0n, before.principal - principalAssets - closed.repaid - closed.incentive);
    return min(max(0n, badDebt - closed.incentive), (lost * before.aged) / before.principal);
  }
}

function near(what: string, actual: bigint, expected: bigint): void {
  const distance = actual > expected ? actual - expected : expected - actual;
  if (distance > ROUNDING) throw new WaterfallMismatch(`${what} is ${actual}, computed ${expected}`);
}

/** Values of the engine's event that are read here. */
interface WrittenOff extends Layers {
  readonly id: bigint;
  readonly cause: bigint;
  readonly epoch: bigint;
  readonly badDebt: bigint;
}

function sameLayers(left: Layers, right: Layers): boolean {
  return (
    left.reserves === right.reserves &&
    left.insurance === right.insurance &&
    left.dilutionCash === right.dilutionCash &&
    left.socialized === right.socialized
  );
}

function layersText({ reserves, insurance, dilutionCash, socialized }: Layers): string {
  return [reserves, insurance, dilutionCash, socialized].join(" + ");
}
