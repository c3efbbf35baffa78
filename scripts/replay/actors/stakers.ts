/**
 * Stakers of the insurance fund. The first gave notice in good time and leaves in order before anything happens; the
 * second tries to leave in the middle of the crash without notice, is refused, and gives notice then; the rest stay.
 */
import { eventsOf, type Refusal } from "../../lib/chain.ts";
import { type LossEpochs } from "../../lib/loss-epochs.ts";
import { type Rng } from "../../lib/rng.ts";
import { sum } from "../../lib/units.ts";
import { claimRecoveries, type Holder, newHolder } from "../holders.ts";
import { type StakerPlan } from "../scenarios/types.ts";
import { fundedActor, type LossWorld } from "../world.ts";

/** One staker. Assets in asset units, shares in share units. */
export interface Staker extends Holder {
  readonly staked: bigint;
  withdrawn: bigint;
}

export class Stakers {
  readonly all: Staker[] = [];
  /** What the panicking staker was told. */
  panic: Refusal | undefined;
  private readonly world: LossWorld;
  private readonly plan: StakerPlan;

  constructor(world: LossWorld, plan: StakerPlan) {
    this.world = world;
    this.plan = plan;
  }

  /** Stakes uneven parts of the plan's sum. */
  async open(rng: Rng): Promise<void> {
    const { chain, fund } = this.world;
    const weights = Array.from({ length: this.plan.count }, () => rng.between(20n, 100n));
    const whole = sum(weights, (weight) => weight);
    for (const [index, weight] of weights.entries()) {
      const name = `staker ${index + 1}`;
      const staked = (this.plan.assets * weight) / whole;
      const account = await fundedActor(this.world, name, staked, await fund.getAddress());
      await chain.send(account, fund.deposit.populateTransaction(staked, account));
      const shares = await fund.balanceOf(account);
      this.all.push({ ...newHolder(name, account, shares), staked, withdrawn: 0n });
    }
  }

  /** When the first staker must give notice to leave when the plan says: a cooldown and an hour before. */
  async noticeAt(): Promise<number> {
    return (this.plan.orderlyExitAt ?? Infinity) - Number(await this.world.fund.cooldown()) - 3_600;
  }

  /** The first staker gives its notice. */
  async giveNotice(): Promise<void> {
    const first = this.all[0];
    if (first !== undefined) await this.startCooldown(first);
  }

  /** One step: the orderly exit and the refused one, each at its time. */
  async act(): Promise<void> {
    const { chain, fund } = this.world;
    const [orderly, panicking] = this.all;
    if (orderly !== undefined && orderly.shares > 0n && chain.now >= (this.plan.orderlyExitAt ?? Infinity)) {
      const call = fund.redeem.populateTransaction(orderly.shares, orderly.account, orderly.account);
      const mined = await chain.send(orderly.account, call);
      orderly.withdrawn += sum(eventsOf(mined, fund, "Withdraw"), (event) => event.args.assets as bigint);
      orderly.shares = 0n;
    }
    if (panicking !== undefined && this.panic === undefined && chain.now >= (this.plan.panicAt ?? Infinity)) {
      const call = fund.redeem.populateTransaction(panicking.shares, panicking.account, panicking.account);
      const outcome = await chain.attempt(panicking.account, call);
      if (!("error" in outcome)) throw new Error("a staker left without notice");
      this.panic = outcome;
      await this.startCooldown(panicking);
    }
  }

  /** Every staker claims what was recovered for the losses it paid for. */
  async claimAll(books: LossEpochs): Promise<void> {
    await claimRecoveries(this.world, this.world.fund, this.all, books);
  }

  private async startCooldown(staker: Staker): Promise<void> {
    const { chain, fund } = this.world;
    await chain.send(staker.account, fund.startCooldown.populateTransaction(staker.shares, staker.account));
  }
}
