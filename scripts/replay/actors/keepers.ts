/**
 * Keepers without money of their own: they record insolvencies (`impair`), clear records of loans that have recovered,
 * and write off what has stayed insolvent for the confirmation delay and was confirmed by newer rounds.
 */
import { MaxUint256 } from "ethers";

import { type Refusal } from "../../lib/chain.ts";
import { BPS, max } from "../../lib/units.ts";
import { type Judged, type Positions } from "../positions.ts";
import { type WriteOffAudit } from "../write-off-audit.ts";
import { type World } from "../world.ts";

export class Keepers {
  /** Insolvencies recorded, records cleared, write-offs without cash. */
  readonly count = { impaired: 0, cleared: 0, writtenOff: 0 };
  readonly refusals: Refusal[] = [];
  private readonly world: World;
  private readonly positions: Positions;
  private readonly audit: WriteOffAudit;
  private readonly account: string;
  private readonly rules: {
    readonly confirmationDelay: number;
    readonly minDebt: bigint;
    readonly minIncentiveBps: bigint;
  };

  private constructor(
    world: World,
    positions: Positions,
    audit: WriteOffAudit,
    account: string,
    rules: Keepers["rules"],
  ) {
    this.world = world;
    this.positions = positions;
    this.audit = audit;
    this.account = account;
    this.rules = rules;
  }

  static async create(world: World, positions: Positions, audit: WriteOffAudit): Promise<Keepers> {
    const account = await world.chain.actor("keeper");
    const { confirmationDelay, minDebt } = await world.vault.riskConfig();
    const { minIncentiveBps } = await world.vault.collateralConfig(world.collateral);
    return new Keepers(world, positions, audit, account, {
      confirmationDelay: Number(confirmationDelay),
      minDebt,
      minIncentiveBps,
    });
  }

  /** One step with at most `calls` transactions: due write-offs first, then records, largest debts first. */
  async act(judged: readonly Judged[], calls: number): Promise<void> {
    const byDebt = [...judged].sort((left, right) => (left.position.debt < right.position.debt ? 1 : -1));
    const due = byDebt.filter((candidate) => this.isDue(candidate));
    const unrecorded = byDebt.filter(({ insolvent, position }) => insolvent && position.impairedAt === 0);
    const healed = byDebt.filter(({ insolvent, position }) => !insolvent && position.impairedAt !== 0);
    let left = calls;
    for (const { position } of due) {
      if (left-- <= 0) return;
      await this.writeOff(position.account);
      await this.positions.refresh(position);
    }
    for (const { position } of [...unrecorded, ...healed]) {
      if (left-- <= 0) return;
      const recorded = position.impairedAt !== 0;
      const outcome = await this.impair(position.account);
      await this.positions.refresh(position);
      if ("error" in outcome) continue;
      if (recorded) this.count.cleared += 1;
      else this.count.impaired += 1;
    }
  }

  /** Sends `impair` for a borrower and says what came of it. */
  async impair(borrower: string) {
    const { chain, vault, collateral } = this.world;
    const outcome = await chain.attempt(this.account, vault.impair.populateTransaction(borrower, collateral));
    if ("error" in outcome) this.refusals.push(outcome);
    return outcome;
  }

  /** Sends `writeOff` for a borrower and says what came of it. */
  async writeOff(borrower: string) {
    const { chain, vault, collateral } = this.world;
    const call = vault.writeOff.populateTransaction(borrower, collateral, MaxUint256);
    const outcome = await this.audit.watch(borrower, () => chain.attempt(this.account, call));
    if ("error" in outcome) this.refusals.push(outcome);
    else this.count.writtenOff += 1;
    return outcome;
  }

  /** Recorded long enough ago, confirmed by newer rounds, and large enough a part of the debt to be written off. */
  private isDue({ insolvent, position, value }: Judged): boolean {
    const { chain, assetFeed, collateralFeed } = this.world;
    const { confirmationDelay, minDebt, minIncentiveBps } = this.rules;
    const { impairedAt, debt } = position;
    const confirmed = Math.min(assetFeed.updatedAt, collateralFeed.updatedAt) > impairedAt;
    if (!insolvent || impairedAt === 0 || !confirmed || chain.now < impairedAt + confirmationDelay) return false;
    const uncovered = debt - (value * BPS) / (BPS + minIncentiveBps);
    return uncovered >= max(minDebt, debt / 10n) || debt - uncovered < minDebt;
  }
}
