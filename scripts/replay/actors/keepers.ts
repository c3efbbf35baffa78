/**
 * Keepers without money of their own: they record insolvencies at once (`impair`), which sets their loss apart, call
 * again when it has grown or shrunk, clear the records of loans that have recovered, and write off what has stayed
 * insolvent for the confirmation delay and was confirmed by newer rounds.
 */
import { MaxUint256 } from "ethers";

import { type Refusal } from "../../lib/chain.ts";
import { BPS, max } from "../../lib/units.ts";
import { type Judged, type Positions } from "../positions.ts";
import { type WriteOffAudit } from "../write-off-audit.ts";
import { type World } from "../world.ts";

/** A provision is brought up to date when its loss has moved by this part of it, basis points. */
const REFRESH_BPS = 2_500n;

/** Settings of the vault that tell a keeper what is due. */
interface KeeperRules {
  readonly confirmationDelay: number;
  readonly minDebt: bigint;
  readonly minProvision: bigint;
}

export class Keepers {
  /** Insolvencies recorded, provisions brought up to date, records cleared, write-offs without cash. */
  readonly count = { impaired: 0, refreshed: 0, cleared: 0, writtenOff: 0 };
  readonly refusals: Refusal[] = [];
  readonly account: string;
  private readonly world: World;
  private readonly positions: Positions;
  private readonly audit: WriteOffAudit;
  private readonly rules: KeeperRules;

  private constructor(world: World, positions: Positions, audit: WriteOffAudit, account: string, rules: KeeperRules) {
    this.world = world;
    this.positions = positions;
    this.audit = audit;
    this.account = account;
    this.rules = rules;
  }

  static async create(world: World, positions: Positions, audit: WriteOffAudit): Promise<Keepers> {
    const account = await world.chain.actor("keeper");
    const { confirmationDelay, minDebt } = await world.vault.riskConfig();
    return new Keepers(world, positions, audit, account, {
      confirmationDelay: Number(confirmationDelay),
      minDebt,
      minProvision: await world.vault.minProvision(),
    });
  }

  /**
   * One step with at most `calls` transactions: new insolvencies first, then provisions that are out of date, then
   * records of loans that have recovered; largest debts first.
   */
  async record(judged: readonly Judged[], calls: number): Promise<void> {
    const byDebt = largestFirst(judged);
    const fresh = byDebt.filter(({ insolvent, position }) => insolvent && position.impairedAt === 0);
    const moved = byDebt.filter((candidate) => this.hasMoved(candidate));
    const healed = byDebt.filter(({ insolvent, position }) => !insolvent && position.impairedAt !== 0);
    const tasks = [
      ...fresh.map(({ position }) => ({ position, counted: "impaired" as const })),
      ...moved.map(({ position }) => ({ position, counted: "refreshed" as const })),
      ...healed.map(({ position }) => ({ position, counted: "cleared" as const })),
    ];
    for (const { position, counted } of tasks.slice(0, calls)) {
      const outcome = await this.impair(position.account);
      await this.positions.refresh(position);
      if (!("error" in outcome)) this.count[counted] += 1;
    }
  }

  /** One step with at most `calls` write-offs of what is due, largest debts first. */
  async writeOffDue(judged: readonly Judged[], calls: number): Promise<void> {
    const due = largestFirst(judged).filter((candidate) => this.isDue(candidate));
    for (const { position } of due.slice(0, calls)) {
      await this.writeOff(position.account);
      await this.positions.refresh(position);
    }
  }

  /** Sends `impair` for a borrower and says what came of it. */
  async impair(borrower: string) {
    const { chain, vault, collateral } = this.world;
    const call = vault.impair.populateTransaction(borrower, collateral);
    const outcome = await this.audit.watch(borrower, () => chain.attempt(this.account, call), { kind: "impair" });
    if ("error" in outcome) this.refusals.push(outcome);
    return outcome;
  }

  /** Sends `writeOff` for a borrower and says what came of it. */
  async writeOff(borrower: string) {
    const { chain, vault, collateral } = this.world;
    const call = vault.writeOff.populateTransaction(borrower, collateral, MaxUint256);
    const outcome = await this.audit.watch(borrower, () => chain.attempt(this.account, call), { kind: "write-off" });
    if ("error" in outcome) this.refusals.push(outcome);
    else this.count.writtenOff += 1;
    return outcome;
  }

  /** The loss of a recorded insolvency is far from what is set apart for it, and far enough to be followed. */
  private hasMoved({ insolvent, position, shortfall }: Judged): boolean {
    const { minProvision } = this.rules;
    if (!insolvent || position.impairedAt === 0 || minProvision === 0n) return false;
    const distance =
      shortfall > position.provisioned ? shortfall - position.provisioned : position.provisioned - shortfall;
    return distance >= minProvision && distance * BPS >= position.provisioned * REFRESH_BPS;
  }

  /** Recorded long enough ago, confirmed by newer rounds, and large enough a part of the debt to be written off. */
  private isDue({ insolvent, position, shortfall }: Judged): boolean {
    const { chain, assetFeed, collateralFeed } = this.world;
    const { confirmationDelay, minDebt } = this.rules;
    const { impairedAt, debt } = position;
    const confirmed = Math.min(assetFeed.updatedAt, collateralFeed.updatedAt) > impairedAt;
    if (position.borrower.standstill === true) return false;
    if (!insolvent || impairedAt === 0 || !confirmed || chain.now < impairedAt + confirmationDelay) return false;
    return shortfall >= max(minDebt, debt / 10n) || debt - shortfall < minDebt;
  }
}

function largestFirst(judged: readonly Judged[]): Judged[] {
  return [...judged].sort((left, right) => (left.position.debt < right.position.debt ? 1 : -1));
}
