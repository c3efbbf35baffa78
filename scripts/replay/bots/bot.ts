/**
 * A bot of the replay: the keeper's strategies, its way of deciding and its executor, on an account of the replay. The
 * replay says how many of its transactions get through, and carries each out.
 */
import { getAddress } from "ethers";

import { Decisions, type Seen } from "../../keeper/decide.ts";
import { Executor, type GasPricer } from "../../keeper/executor/executor.ts";
import { type Sender } from "../../keeper/executor/lane.ts";
import { type Simulator } from "../../keeper/rpc/pool.ts";
import { type Strategy } from "../../keeper/strategies/types.ts";
import { describeRefusal, type Refusal } from "../../lib/chain.ts";

/** A transaction that a bot wants. */
export interface Call {
  readonly from: string;
  readonly to: string;
  readonly data: string;
}

/** Sends it, and says what came of it. */
export type Carrier = (call: Call) => Promise<{ readonly hash: string } | Refusal>;

/** Gas is paid for at the price of the congestion: no tip, no limit. */
const FEES = { maxFee: 10n ** 15n, priorityFee: 0n, bumpPercent: 10, marginPercent: 25 };

/** Sends at once, as long as the chain has room. */
class CongestedLane implements Sender {
  readonly name = "replay";
  readonly address: string;
  readonly waiting: ReadonlySet<string> = new Set();
  room = 0;
  /** What went wrong outside of the contracts: a difference between contracts and books, for one. */
  failure: Error | undefined;
  private readonly carry: Carrier;

  constructor(account: string, carry: Carrier) {
    this.address = account.toLowerCase();
    this.carry = carry;
  }

  get hasRoom(): boolean {
    return this.room > 0;
  }

  fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
  }

  async send({ to, data }: { to: string; data: string }): Promise<string> {
    this.room -= 1;
    try {
      const outcome = await this.carry({ from: getAddress(this.address), to, data });
      // It was simulated on the very state that it found.
      if ("error" in outcome) throw new Error(`what was simulated was refused: ${describeRefusal(outcome)}`);
      return outcome.hash;
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }
}

/** A bot of a replay. */
export class Bot {
  readonly account: string;
  private readonly lane: CongestedLane;
  private readonly decisions: Decisions;
  private readonly gasPrice: GasPricer;

  constructor(
    account: string,
    strategies: readonly Strategy[],
    { rpc, carry, gasPrice }: { rpc: Simulator; carry: Carrier; gasPrice: GasPricer },
  ) {
    this.account = account;
    this.lane = new CongestedLane(account, carry);
    this.gasPrice = gasPrice;
    const lease = () => Promise.resolve(true);
    const lanes = { urgent: this.lane, housekeeping: this.lane };
    const executor = new Executor(rpc, { lease }, lanes, { ...FEES, concurrency: 1, dryRun: false });
    this.decisions = new Decisions(strategies, executor, {
      decided: () => undefined,
      failed: (_, error) => {
        this.lane.fail(error);
      },
    });
  }

  /** One look, with room for so many transactions. Returns how many it has sent. */
  async act(seen: Seen, room: number): Promise<number> {
    if (room <= 0) return 0;
    this.lane.room = room;
    const outcomes = await this.decisions.decide(seen, [], this.gasPrice);
    const failed = outcomes.find(({ status }) => status === "failed");
    const failure = this.lane.failure ?? (failed === undefined ? undefined : new Error(failed.detail));
    if (failure !== undefined) throw failure;
    return room - this.lane.room;
  }
}
