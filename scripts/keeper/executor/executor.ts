/**
 * From proposals to transactions. Each is simulated at the pending block, its gas estimated, and gain and cost compared
 * in the vault's asset; only what is worth it is sent. Whatever goes wrong with one proposal is told and stays with it.
 */
import { MaxUint256 } from "ethers";

import { type Header } from "../rpc/endpoint.ts";
import { CallReverted } from "../rpc/errors.ts";
import { type Simulator } from "../rpc/pool.ts";
import { inPages } from "../book/pages.ts";
import { type Store } from "../store/types.ts";
import { type Attempt, type LaneName, type Proposal } from "../strategies/types.ts";
import { errorName } from "./error-name.ts";
import { expectedGasPrice, feesFor, type FeeRules } from "./fees.ts";
import { type Sender } from "./lane.ts";

/** What has become of a proposal in this block. */
export interface Outcome {
  readonly proposal: Proposal;
  readonly status: "sent" | "would send" | "not worth it" | "refused" | "taken" | "no room" | "failed";
  /** Attempt that was chosen, or why none was. */
  readonly detail: string;
  readonly hash?: string;
  readonly gainAssets?: bigint;
  readonly costAssets?: bigint;
}

export interface ExecutorRules extends FeeRules {
  readonly marginPercent: number;
  readonly concurrency: number;
  /** Nothing is sent. */
  readonly dryRun: boolean;
}

/** Price of gas in a vault's asset; undefined if it is not known, and then nothing of that vault is sent. */
export type GasPricer = (vault: Proposal["vault"]) => Promise<((wei: bigint) => bigint) | undefined>;

/** Which of several keepers acts. */
type Leases = Pick<Store, "lease">;

interface Worth {
  readonly attempt: Attempt;
  readonly gas: bigint;
  readonly gainAssets: bigint;
  readonly costAssets: bigint;
}

/** How long another keeper on the same state leaves a proposal alone. */
const LEASE_MS = 60_000;
/** Of a simulated gain, this part must still be there when it is mined, bps. */
const KEPT_BPS = 9_900n;

export class Executor {
  private readonly rpc: Simulator;
  private readonly store: Leases;
  private readonly lanes: Readonly<Record<LaneName, Sender>>;
  private readonly rules: ExecutorRules;

  constructor(rpc: Simulator, store: Leases, lanes: Readonly<Record<LaneName, Sender>>, rules: ExecutorRules) {
    this.rpc = rpc;
    this.store = store;
    this.lanes = lanes;
    this.rules = rules;
  }

  /** Takes the proposals of one strategy, in their order, a few at a time. */
  async execute(proposals: readonly Proposal[], head: Header, gasPrices: GasPricer): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    await inPages(proposals, 1, this.rules.concurrency, async ([proposal]) => {
      if (proposal === undefined) return;
      const outcome = await this.try(proposal, head, gasPrices);
      const isDone = outcome.status === "sent" || outcome.status === "would send";
      if (isDone || proposal.pieces.length === 0 || outcome.status === "no room") outcomes.push(outcome);
      else outcomes.push(...(await this.execute(proposal.pieces, head, gasPrices)));
    });
    return outcomes;
  }

  private async try(proposal: Proposal, head: Header, gasPrices: GasPricer): Promise<Outcome> {
    const lane = this.lanes[proposal.lane];
    try {
      if (lane.waiting.has(proposal.name)) return { proposal, status: "taken", detail: "on its way" };
      if (!lane.hasRoom) return { proposal, status: "no room", detail: `${lane.name} has no room for more` };
      const inAssets = await gasPrices(proposal.vault);
      if (inAssets === undefined) return { proposal, status: "failed", detail: "no price of gas in the vault's asset" };
      const { worth, reason, refused } = await this.findWorth(proposal, lane, head, inAssets);
      if (worth === undefined) return { proposal, status: refused ? "refused" : "not worth it", detail: reason };
      const found = { detail: worth.attempt.label, gainAssets: worth.gainAssets, costAssets: worth.costAssets };
      if (this.rules.dryRun) return { proposal, status: "would send", ...found };
      const now = Date.now();
      if (!(await this.store.lease(proposal.name, lane.address, now, now + LEASE_MS))) {
        return { proposal, status: "taken", detail: "another keeper has it" };
      }
      const call = { to: worth.attempt.to, data: worth.attempt.data(leastGain(worth, proposal)) };
      const hash = await lane.send(call, worth.gas, proposal.name, head);
      return { proposal, status: "sent", hash, ...found };
    } catch (error) {
      return { proposal, status: "failed", detail: error instanceof Error ? error.message : String(error) };
    }
  }

  /** The first attempt that is worth it. */
  private async findWorth(
    proposal: Proposal,
    lane: Sender,
    head: Header,
    inAssets: (wei: bigint) => bigint,
  ): Promise<{ worth?: Worth; reason: string; refused: boolean }> {
    const reasons: string[] = [];
    let refused = true;
    for (const attempt of proposal.attempts) {
      const call = { from: lane.address, to: attempt.to, data: attempt.data(0n) };
      try {
        const result = (await this.rpc.request("eth_call", [call, "pending"])) as string;
        const gainAssets = attempt.gain(result);
        if (gainAssets === undefined) {
          reasons.push(`${attempt.label}: would do nothing`);
          continue;
        }
        if (gainAssets < proposal.leastNetAssets) {
          refused = false;
          reasons.push(`${attempt.label}: gains ${gainAssets} before gas`);
          continue;
        }
        const estimate = BigInt((await this.rpc.request("eth_estimateGas", [call, "pending"])) as string);
        const gas = (estimate * BigInt(100 + this.rules.marginPercent)) / 100n;
        const price = expectedGasPrice(head.baseFee, feesFor(head.baseFee, this.rules));
        const costAssets = inAssets(estimate * price);
        if (gainAssets - costAssets >= proposal.leastNetAssets) {
          return { worth: { attempt, gas, gainAssets, costAssets }, reason: "", refused: false };
        }
        refused = false;
        reasons.push(`${attempt.label}: gains ${gainAssets}, costs ${costAssets}`);
      } catch (error) {
        if (!(error instanceof CallReverted)) throw error;
        reasons.push(`${attempt.label}: ${errorName(error.data)}`);
      }
    }
    return { reason: reasons.length === 0 ? "no venue takes it" : reasons.join("; "), refused };
  }
}

/** What must be left on chain: gas and least net gain, and nearly all that was simulated, so that nobody takes it away. */
function leastGain({ gainAssets, costAssets }: Worth, { leastNetAssets }: Proposal): bigint {
  const paid = costAssets + leastNetAssets;
  const kept = (gainAssets * KEPT_BPS) / 10_000n;
  const least = paid > kept ? paid : kept;
  return least < 0n ? 0n : least > MaxUint256 ? MaxUint256 : least;
}
