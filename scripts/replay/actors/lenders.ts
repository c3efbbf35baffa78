/**
 * Lenders: most are there from the beginning and stay, some take out all they can during the replay (as much as the
 * vault has in cash, and the rest later), some come.
 */
import { eventsOf } from "../../lib/chain.ts";
import { type LossEpochs } from "../../lib/loss-epochs.ts";
import { type Rng } from "../../lib/rng.ts";
import { min, sum } from "../../lib/units.ts";
import { claimRecoveries, type Holder, newHolder } from "../holders.ts";
import { type LenderPlan } from "../scenarios/types.ts";
import { fundedActor, type LossWorld } from "../world.ts";

/** One lender and all its dealings with the vault. Assets in asset units, shares in share units. */
export interface Lender extends Holder {
  readonly joinedAt: number;
  leavesAt: number | undefined;
  leftAt: number | undefined;
  readonly deposited: bigint;
  withdrawn: bigint;
}

export class Lenders {
  readonly all: Lender[] = [];
  private readonly world: LossWorld;
  private readonly arrivals: { at: number; assets: bigint }[] = [];

  constructor(world: LossWorld) {
    this.world = world;
  }

  /** Brings in the initial lenders, whose deposits of uneven size add up to `assets`. */
  async openWith(plan: LenderPlan, assets: bigint, rng: Rng): Promise<void> {
    const weights = Array.from({ length: plan.initial }, () => rng.between(1n, 100n) * rng.between(1n, 10n));
    const whole = sum(weights, (weight) => weight);
    for (const weight of weights) await this.deposit((assets * weight) / whole);
  }

  /** Draws who leaves when, and when the others come. */
  schedule(plan: LenderPlan, start: number, end: number, rng: Rng): void {
    for (const lender of rng.shuffled(this.all).slice(0, plan.leaving)) lender.leavesAt = rng.integer(start, end);
    for (let i = 0; i < plan.joining; i++)
      this.arrivals.push({ at: rng.integer(start, end), assets: plan.joiningAssets });
    this.arrivals.sort((left, right) => left.at - right.at);
  }

  /** One step: those whose time has come leave as far as there is cash, or arrive. */
  async act(): Promise<void> {
    const { chain, vault } = this.world;
    while ((this.arrivals[0]?.at ?? Infinity) <= chain.now) await this.deposit(this.arrivals.shift()?.assets ?? 0n);
    for (const lender of this.all) {
      if (lender.leftAt !== undefined || (lender.leavesAt ?? Infinity) > chain.now) continue;
      await chain.openBlock();
      const shares = min(await vault.maxRedeem(lender.account, { blockTag: "pending" }), lender.shares);
      if (shares === 0n) continue;
      const call = vault.redeem.populateTransaction(shares, lender.account, lender.account);
      const mined = await chain.send(lender.account, call);
      const event = eventsOf(mined, vault, "Withdraw")[0];
      lender.withdrawn += (event?.args.assets as bigint | undefined) ?? 0n;
      lender.shares -= shares;
      if (lender.shares === 0n) lender.leftAt = chain.now;
    }
  }

  /** Everybody claims what was recovered for the epochs in which it held, gone or not. */
  async claimAll(books: LossEpochs): Promise<void> {
    await claimRecoveries(this.world, this.world.vault, this.all, books);
  }

  private async deposit(assets: bigint): Promise<void> {
    const { chain, vault } = this.world;
    const name = `lender ${this.all.length + 1}`;
    const account = await fundedActor(this.world, name, assets, await vault.getAddress());
    await chain.send(account, vault.deposit.populateTransaction(assets, account));
    this.all.push({
      ...newHolder(name, account, await vault.balanceOf(account)),
      joinedAt: chain.now,
      leavesAt: undefined,
      leftAt: undefined,
      deposited: assets,
      withdrawn: 0n,
    });
  }
}
