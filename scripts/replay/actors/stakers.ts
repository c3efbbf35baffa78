/**
 * Stakers of the insurance fund. The first gave notice in good time and leaves in order before anything happens; the
 * second tries to leave in the middle of the crash without notice, is refused, and gives notice then; the rest stay.
 */
import { eventsOf, type Refusal } from "../../lib/chain.ts";
import { type Rng } from "../../lib/rng.ts";
import { sum } from "../../lib/units.ts";
import { type StakerPlan } from "../scenarios/types.ts";
import { fundedActor, type World } from "../world.ts";

/** One staker. Assets in asset units, shares in share units. */
export interface Staker {
  readonly name: string;
  readonly account: string;
  readonly staked: bigint;
  shares: bigint;
  withdrawn: bigint;
  charged: bigint;
  readonly charges: Map<bigint, bigint>;
  claimed: bigint;
}

export class Stakers {
  readonly all: Staker[] = [];
  /** What the panicking staker was told. */
  panic: Refusal | undefined;
  private readonly world: World;
  private readonly plan: StakerPlan;

  constructor(world: World, plan: StakerPlan) {
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
      this.all.push({ name, account, staked, shares, withdrawn: 0n, charged: 0n, charges: new Map(), claimed: 0n });
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

  /** Books a loss of the fund: each staker bears the part of its shares. */
  charge(epoch: bigint, chargedAssets: bigint, epochShares: bigint): void {
    for (const staker of this.all) {
      if (staker.shares === 0n) continue;
      const part = (chargedAssets * staker.shares) / epochShares;
      staker.charges.set(epoch, part);
      staker.charged += part;
    }
  }

  /** Every staker claims what was recovered for the losses it paid for. */
  async claimAll(): Promise<void> {
    const { chain, fund } = this.world;
    for (const staker of this.all) {
      const epochs = [...staker.charges.keys()];
      if (epochs.length === 0) continue;
      const call = fund.claimRecovery.populateTransaction(staker.account, epochs, staker.account);
      const mined = await chain.send(staker.account, call);
      staker.claimed += sum(eventsOf(mined, fund, "RecoveryClaimed"), (event) => event.args.assets as bigint);
    }
  }

  private async startCooldown(staker: Staker): Promise<void> {
    const { chain, fund } = this.world;
    await chain.send(staker.account, fund.startCooldown.populateTransaction(staker.shares, staker.account));
  }
}
