/**
 * Checks every impairment and write-off as it happens. Before a transaction on a position the state it will find is read
 * (a "pending" call at the second of the next block); afterwards what it must have done to provisions, layers and loss
 * epochs is computed by loss-books.ts, and must agree with what the contracts wrote, to the unit. One difference ends
 * the replay.
 */
import { eventsOf, type Mined, type Refusal } from "../lib/chain.ts";
import { max, min } from "../lib/units.ts";
import { type Capacities, type Layers, totalOf } from "../lib/waterfall.ts";
import {
  type Announced,
  closedByKeeper,
  closedByLiquidator,
  type ClosingRules,
  expectedLoss,
  forgiven,
  forgivenLoss,
  isInsolvent,
  keeperReward,
  type PositionFigures,
} from "./closing.ts";
import { type LedgerMirror } from "./ledger-mirror.ts";
import { type LossBooks } from "./loss-books.ts";
import { layersText, near, ROUNDING, sameLayers, WaterfallMismatch } from "./waterfall-mismatch.ts";
import { collateralValue, type World } from "./world.ts";

/** What a transaction on a position is meant to do. */
export type Intent =
  | { readonly kind: "impair" | "write-off" | "other" }
  /** @param maxRepaid most the liquidator pays, asset units */
  | { readonly kind: "liquidation"; readonly maxRepaid: bigint }
  | ({ readonly kind: "restructuring" } & Announced);

/** A write-off with the figures it was checked against. Asset units. An entry closed in parts has several. */
export interface WriteOff {
  readonly id: bigint;
  readonly cause: "liquidation" | "write-off" | "restructuring";
  readonly account: string;
  readonly timestamp: number;
  readonly badDebt: bigint;
  /** Part of it that insurance could pay for: aged principal without the liquidator's minimum incentive. */
  readonly insurable: bigint;
  /** What the layers could have paid at that moment, what was set apart for this debt included. */
  readonly capacities: Capacities;
  readonly layers: Layers;
}

const PENDING = { blockTag: "pending" } as const;
const CAUSES = ["liquidation", "write-off", "restructuring"] as const;
const ALL_PAY = { insurance: true, dilution: true };

/** The position and the layers just before a transaction. Asset units. */
interface Before extends PositionFigures {
  readonly aged: bigint;
  readonly fundCash: bigint;
  readonly lendersAssets: bigint;
}

export class WriteOffAudit {
  readonly all: WriteOff[] = [];
  readonly books: LossBooks;
  private readonly world: World;
  private readonly mirror: LedgerMirror;
  private readonly listener: (mined: Mined) => void;
  private readonly rules: ClosingRules;
  /** Entry of each impaired position; zero for one whose insolvency is merely on record. */
  private readonly impaired = new Map<string, bigint>();

  private constructor(world: World, mirror: LedgerMirror, rules: ClosingRules, listener: (mined: Mined) => void) {
    this.world = world;
    this.mirror = mirror;
    this.books = mirror.books;
    this.listener = listener;
    this.rules = rules;
  }

  /** @param listener told of every transaction that went through, after it was checked */
  static async create(
    world: World,
    mirror: LedgerMirror,
    listener: (mined: Mined) => void = () => undefined,
  ): Promise<WriteOffAudit> {
    const { minIncentiveBps } = await world.vault.collateralConfig(world.collateral);
    const { minDebt, keeperRewardBps, maxKeeperReward } = await world.vault.riskConfig();
    const rules = { minIncentiveBps, minDebt, keeperRewardBps, maxKeeperReward };
    return new WriteOffAudit(world, mirror, rules, listener);
  }

  /** Lets `action` send one transaction on `account`'s position and checks what it sets apart and writes off. */
  async watch(account: string, action: () => Promise<Mined | Refusal>, intent: Intent): Promise<Mined | Refusal> {
    const before = await this.read(account);
    const outcome = await action();
    if ("error" in outcome) return outcome;
    const now = outcome.timestamp;
    const [event] = eventsOf(outcome, this.world.engine, "WrittenOff");
    if (event !== undefined) {
      const writeOff = await this.check(account, now, event.args as unknown as WrittenOff, before, intent);
      this.all.push(writeOff);
      this.mirror.add(writeOff.id, writeOff.layers);
    }
    if (intent.kind === "impair" && isInsolvent(before, this.rules.minIncentiveBps)) this.impair(account, before, now);
    else await this.endIfHealed(account, intent, now);
    await this.checkRecord(account);
    await this.checkLendersAssets(before, outcome, event !== undefined || intent.kind === "impair");
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

  /** The insolvency goes on record, and its loss is set apart. */
  private impair(account: string, before: Before, now: number): void {
    const id = this.books.impair(this.impaired.get(account), expectedLoss(before, this.rules), before, now);
    this.impaired.set(account, id);
    if (id > 0n) this.mirror.open(id);
  }

  /** A write-off without cash ends an impairment; so does everything that leaves the position solvent. */
  private async endIfHealed(account: string, intent: Intent, now: number): Promise<void> {
    const id = this.impaired.get(account);
    if (id === undefined) return;
    if (intent.kind !== "write-off") {
      const { debtAssets: debt, collateralAssets } = await this.world.vault.positionOf(account, this.world.collateral);
      const value = collateralValue(this.world, collateralAssets);
      if (isInsolvent({ debt, value }, this.rules.minIncentiveBps)) return;
    }
    this.impaired.delete(account);
    this.books.end(id, now);
  }

  /** The vault must have the same positions on record, under the same numbers. */
  private async checkRecord(account: string): Promise<void> {
    const { impairmentId, impairedAt } = await this.world.vault.positionOf(account, this.world.collateral);
    const id = this.impaired.get(account);
    if ((id !== undefined) !== impairedAt > 0n || (id ?? 0n) !== impairmentId) {
      throw new WaterfallMismatch(`${account} is impaired as ${impairmentId} since ${impairedAt}, computed ${id}`);
    }
  }

  /**
   * The lenders' assets fall by exactly what their epochs were charged. Otherwise they never fall, and rise by no more
   * than the unit or two by which debts are rounded against the borrower.
   */
  private async checkLendersAssets(before: Before, mined: Mined, exact: boolean): Promise<void> {
    const { vault } = this.world;
    const fell = before.lendersAssets - (await vault.totalAssets());
    const charged = eventsOf(mined, vault, "LossCharged").reduce(
      (total, { args }) => total + (args.chargedAssets as bigint),
      0n,
    );
    const rose = charged - fell;
    if (rose < 0n || rose > (exact ? 0n : ROUNDING)) {
      throw new WaterfallMismatch(`the lenders' assets fell by ${fell}, charged were ${charged}`);
    }
  }

  private async check(
    account: string,
    timestamp: number,
    event: WrittenOff,
    before: Before,
    intent: Intent,
  ): Promise<WriteOff> {
    const { badDebt, reserves, insurance, dilutionCash, socialized } = event;
    const cause = CAUSES[Number(event.cause)] ?? "write-off";
    if (intent.kind !== cause) throw new WaterfallMismatch(`a ${intent.kind} wrote off by cause ${cause}`);
    const part =
      intent.kind === "restructuring"
        ? await this.forgiven(badDebt, before, intent)
        : await this.closed(account, badDebt, before, intent);
    const reward = cause === "write-off" ? keeperReward(badDebt, before, this.rules) : 0n;
    const impairmentId = this.provisioned(account);
    const lendersOwed = this.mirror.owedToLenders(impairmentId ?? 0n);
    const loss = { impairmentId, badDebt, lendersOwed, ...part };
    const expected = this.books.writeOff(loss, before.reserves - reward, before.fundCash, timestamp);
    const layers = { reserves, insurance, dilutionCash, socialized };
    if (event.id !== expected.id || totalOf(layers) !== badDebt || !sameLayers(layers, expected.layers)) {
      throw new WaterfallMismatch(
        `write-off ${event.id}: contracts ${layersText(layers)}, computed ${layersText(expected.layers)} for ` +
          `${expected.id}, of ${badDebt}`,
      );
    }
    return { cause, account, timestamp, badDebt, insurable: part.insurable, ...expected };
  }

  /** Entry under which the position's loss was set apart, if any was. */
  private provisioned(account: string): bigint | undefined {
    const id = this.impaired.get(account);
    return id === 0n ? undefined : id;
  }

  /**
   * Insurance may pay for the aged part of the lost principal, and never for the incentive. What the collateral is worth
   * counts as principal first. Bad debt and principal left must be what the definitions say, up to rounding.
   */
  private async closed(account: string, badDebt: bigint, before: Before, intent: Intent) {
    const closed =
      intent.kind === "liquidation"
        ? closedByLiquidator(before, this.rules, intent.maxRepaid)
        : closedByKeeper(before, this.rules);
    const { principalAssets } = await this.world.vault.positionOf(account, this.world.collateral);
    near("bad debt", badDebt, closed.debt - closed.repaid);
    near("principal left", principalAssets, closed.principalLeft);
    const lost = max(0n, before.principal - principalAssets - closed.repaid - closed.incentive);
    const insurable = min(max(0n, badDebt - closed.incentive), (lost * before.aged) / before.principal);
    return { closedWad: closed.wad, insurable, coverable: badDebt, payers: ALL_PAY };
  }

  /** Of a forgiven debt the tranches pay principal only, and only those that have agreed to. */
  private async forgiven(badDebt: bigint, before: Before, announced: Announced) {
    const { vault, fund, dilution } = this.world;
    const figures = forgiven(before, this.rules, announced);
    near("forgiven debt", badDebt, figures.principalAssets + figures.interestAssets);
    const payers = {
      insurance: await fund.coversRestructuring(vault),
      dilution: await dilution.coversRestructuring(vault),
    };
    return { ...forgivenLoss(before, this.rules, figures, badDebt), payers };
  }
}

/** Values of the engine's event that are read here. */
interface WrittenOff extends Layers {
  readonly id: bigint;
  readonly cause: bigint;
  readonly badDebt: bigint;
}
