/**
 * A restructuring from announcement to execution. Governance acts through the AccessManager: what it wants to do is
 * scheduled first and done when the role's delay has passed. The announcement impairs the position; everybody who pays in
 * the waterfall could leave before the execution. Both need fresh rounds: the price stands still where the data ends.
 * Afterwards the debtor pays in what was agreed, and the rest of its loan is sound.
 */
import { MaxUint256 } from "ethers";

import { eventsOf, type Mined } from "../lib/chain.ts";
import { type Layers } from "../lib/waterfall.ts";
import { type Positions } from "./positions.ts";
import { type RestructuringPlan } from "./scenarios/types.ts";
import { approve, fundedActor, type World } from "./world.ts";
import { type WriteOffAudit } from "./write-off-audit.ts";

const DAY = 86_400;
/** Seconds after a delay has passed at which somebody acts. */
const AFTERWARDS = 60;

/** How it went. Assets in asset units, seconds. */
export interface Restructured {
  readonly borrower: number;
  readonly id: bigint;
  readonly announcedAt: number;
  readonly executedAt: number;
  readonly principal: bigint;
  readonly interest: bigint;
  readonly badDebt: bigint;
  readonly layers: Layers;
  readonly debtBefore: bigint;
  readonly debtAfter: bigint;
}

interface Cast {
  readonly positions: Positions;
  readonly audit: WriteOffAudit;
}

export class Restructuring {
  private readonly world: World;
  private readonly plan: RestructuringPlan;
  private readonly cast: Cast;
  private readonly borrower: number;
  private readonly account: string;
  private announceableAt = 0;
  private announcedAt = 0;
  private executableAt = 0;

  constructor(world: World, plan: RestructuringPlan, cast: Cast) {
    this.world = world;
    this.plan = plan;
    this.cast = cast;
    const position = cast.positions.all.find(({ borrower }) => borrower.standstill === true);
    if (position === undefined) throw new RangeError("no borrower is left to governance");
    this.borrower = position.borrower.index + 1;
    this.account = position.account;
  }

  /** Schedules the announcement with the AccessManager. */
  async propose(): Promise<void> {
    this.announceableAt = await this.schedule((await this.announcement()).data);
  }

  /** Makes it, when the governor's delay has passed. */
  async announce(): Promise<void> {
    const { vault } = this.world;
    await this.publishPrices(this.announceableAt);
    const act = (): Promise<Mined> => this.byGovernor(this.announcement());
    const outcome = await this.cast.audit.watch(this.account, act, { kind: "impair" });
    if ("error" in outcome) throw new Error(`the announcement was refused: ${outcome.error}`);
    const [event] = eventsOf(outcome, vault, "RestructuringAnnounced");
    this.announcedAt = outcome.timestamp;
    this.executableAt = Number(event?.args.executableAt as bigint);
  }

  /** Schedules the execution in time, makes it, and has the debtor pay its part. */
  async execute(): Promise<Restructured> {
    const { chain, accessManager, vault, collateral } = this.world;
    const { principal: principalAssets, interest: interestAssets } = this.plan;
    const call = vault.restructure.populateTransaction(this.account, collateral, MaxUint256);
    const [, delay] = await accessManager.canCall(this.world.roles.governor, vault, (await call).data.slice(0, 10));
    chain.advanceTo(this.executableAt - Number(delay));
    const ready = await this.schedule((await call).data);
    await this.publishPrices(Math.max(ready, this.executableAt));
    await chain.openBlock();
    const { debtAssets: debtBefore } = await vault.positionOf(this.account, collateral, { blockTag: "pending" });
    const outcome = await this.cast.audit.watch(this.account, () => this.byGovernor(call), {
      ...{ kind: "restructuring", principalAssets, interestAssets },
    });
    if ("error" in outcome) throw new Error(`the restructuring was refused: ${outcome.error}`);
    const [event] = eventsOf(outcome, vault, "Restructured");
    const forgiven = event?.args as unknown as { principalAssets: bigint; interestAssets: bigint };
    const writeOff = this.cast.audit.all.at(-1);
    if (writeOff === undefined) throw new Error("nothing was forgiven");
    const { debtAssets: debtAfter } = await vault.positionOf(this.account, collateral);
    await this.repay();
    return {
      borrower: this.borrower,
      id: writeOff.id,
      announcedAt: this.announcedAt,
      executedAt: outcome.timestamp,
      principal: forgiven.principalAssets,
      interest: forgiven.interestAssets,
      badDebt: writeOff.badDebt,
      layers: writeOff.layers,
      debtBefore,
      debtAfter,
    };
  }

  private announcement() {
    const { vault, collateral } = this.world;
    const { principal, interest } = this.plan;
    return vault.announceRestructuring.populateTransaction(this.account, collateral, principal, interest);
  }

  /** Announces to the AccessManager what the governor will call. Returns when it may. */
  private async schedule(data: string): Promise<number> {
    const { chain, accessManager, vault, roles } = this.world;
    const call = accessManager.schedule.populateTransaction(vault, data, 0);
    const mined = await chain.send(roles.governor, call);
    const [event] = eventsOf(mined, accessManager, "OperationScheduled");
    return Number(event?.args.schedule as bigint);
  }

  private async byGovernor(call: Parameters<World["chain"]["send"]>[1]): Promise<Mined> {
    return this.world.chain.send(this.world.roles.governor, call);
  }

  private async publishPrices(at: number): Promise<void> {
    const { chain, assetFeed, collateralFeed } = this.world;
    await assetFeed.publish({ updatedAt: Math.max(at, chain.now + 1), answer: assetFeed.answer }, true);
    await collateralFeed.publish({ updatedAt: chain.now + 1, answer: collateralFeed.answer }, true);
    chain.advanceTo(chain.now + AFTERWARDS);
  }

  private async repay(): Promise<void> {
    const { chain, vault, asset, collateral } = this.world;
    const { account } = this;
    await fundedActor(this.world, `borrower ${this.borrower}`, this.plan.repays, await vault.getAddress());
    await approve(chain, asset, account, await vault.getAddress());
    const call = vault.repay.populateTransaction(collateral, this.plan.repays, account);
    await this.cast.audit.watch(account, () => chain.send(account, call), { kind: "other" });
  }
}

/** Days between two seconds, for people. */
export function daysBetween(from: number, until: number): number {
  return Math.round((until - from) / DAY);
}
