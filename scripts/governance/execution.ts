/** Sending a batch through its Safe, and everything that is checked before: the same on a real chain and on a copy. */
import { type Provider, type Signer, type TransactionReceipt } from "ethers";

import { readSafe, safeAt, type SafeState } from "../lib/safe/index.ts";
import { type Decoded, decodeTransaction } from "./decode.ts";
import { GovernanceError } from "./errors.ts";
import { scheduledAt } from "./plan.ts";
import { type Batch, type Proposal } from "./proposal.ts";
import { refusalOf } from "./refusal.ts";
import { type OwnerSignature, packSignatures } from "./safe/signatures.ts";
import { callsInside } from "./safe/transaction.ts";
import { type System } from "./system.ts";
import { labelOf } from "./set-call.ts";
import { SUBJECTS } from "./words/subjects.ts";

/** Where a batch stands on a chain. */
export interface Standing {
  readonly safe: SafeState;
  /** Its nonce has been used, by itself or by another transaction. */
  readonly isUsed: boolean;
  /** Second from which its calls can be executed; zero where that takes no schedule, or there is none. */
  readonly readyAt: bigint;
  /** Calls that need a schedule and have none. */
  readonly unscheduled: readonly Decoded[];
}

/** Reads where a batch stands; a Safe on another chain is refused. */
export async function standingOf(proposal: Proposal, batch: Batch, system: System): Promise<Standing> {
  if (system.chainId !== proposal.chainId) {
    throw new GovernanceError("WrongChain", `the proposal is for chain ${proposal.chainId}, this is ${system.chainId}`);
  }
  const safe = await readSafe(system.provider, proposal.safe);
  let readyAt = 0n;
  const unscheduled: Decoded[] = [];
  if (batch.kind === "execute") {
    for (const { inner } of decodeTransaction(batch.transaction, system.names)) {
      if (inner === undefined) continue;
      const at = await scheduledAt(system.accessManager, proposal.safe, inner);
      if (at === 0n) unscheduled.push(inner);
      if (at > readyAt) readyAt = at;
    }
  }
  return { safe, isUsed: batch.transaction.nonce < safe.nonce, readyAt, unscheduled };
}

/** Refuses a batch whose turn it is not. */
export function checkTurn({ transaction, file }: Batch, { safe, isUsed }: Standing): void {
  const { nonce } = transaction;
  if (isUsed) {
    throw new GovernanceError(
      "NonceUsed",
      `${file} has nonce ${nonce}, the Safe is at ${safe.nonce}: it was executed, or another transaction took its place`,
    );
  }
  if (nonce > safe.nonce) {
    throw new GovernanceError(
      "NonceAhead",
      `${file} has nonce ${nonce}, the Safe is at ${safe.nonce}: ${nonce - safe.nonce} transaction(s) come before it`,
    );
  }
}

/** Refuses a batch of scheduled calls that are not scheduled (any more), or not ripe at second `now`. */
export function checkRipe({ file }: Batch, { readyAt, unscheduled }: Standing, now: number): void {
  const [first] = unscheduled;
  if (first !== undefined) {
    throw new GovernanceError(
      "NotScheduled",
      `${file}: ${first.target?.name ?? first.to}.${first.fragment?.name ?? "?"} is not scheduled: never was, was cancelled, was executed, or has expired`,
    );
  }
  if (BigInt(now) < readyAt) {
    const at = new Date(Number(readyAt) * 1000).toISOString().slice(0, 19);
    throw new GovernanceError(
      "NotDue",
      `${file} can be executed from ${at} UTC (second ${readyAt}), it is second ${now}`,
    );
  }
}

/** Rules that are not any more what they were when the proposal was written, so that it would set something unmeant. */
export async function staleRules(proposal: Proposal, system: System): Promise<string[]> {
  const stale: string[] = [];
  for (const { basis } of proposal.intents) {
    if (basis === undefined) continue;
    const subject = SUBJECTS.find(({ place, name }) => place === basis.contract && name === basis.subject);
    if (subject === undefined)
      throw new GovernanceError("BadProposal", `${basis.contract}.${basis.subject} is unknown here`);
    const now = await system.read(subject, basis.keys);
    for (const [i, field] of subject.fields.entries()) {
      const [then, present] = [basis.values[i] ?? "", String(now[i])];
      if (then.toLowerCase() === present.toLowerCase()) continue;
      stale.push(
        `${labelOf(subject, basis.keys, system)} ${field.name} was ${then} when this was proposed, and is ${present}`,
      );
    }
  }
  return stale;
}

/** Sends a batch; a refusal is an error that says which call is to blame. */
export async function sendBatch(
  signer: Signer,
  proposal: Proposal,
  batch: Batch,
  signatures: readonly OwnerSignature[],
): Promise<TransactionReceipt> {
  const { transaction: t } = batch;
  const safe = safeAt(proposal.safe, signer);
  const args = [
    ...[t.to, t.value, t.data, t.operation, t.safeTxGas, t.baseGas, t.gasPrice, t.gasToken, t.refundReceiver],
    packSignatures(signatures),
  ];
  const execute = safe.getFunction("execTransaction");
  try {
    // The pending block: time may have passed since the latest one.
    await execute.staticCall(...args, { blockTag: "pending" });
    const sent = await execute.send(...args);
    const receipt = await sent.wait();
    if (receipt === null) throw new Error("no receipt");
    return receipt;
  } catch (error) {
    const culprit = signer.provider === null ? "" : await failingCall(signer.provider, proposal, batch);
    throw new GovernanceError("ExecutionRefused", `${batch.file}: ${refusalOf(error)}${culprit}`);
  }
}

/** The first call that also fails alone; empty if each would work alone. */
async function failingCall(provider: Provider, { safe, names }: Proposal, batch: Batch): Promise<string> {
  const calls = callsInside(batch.transaction);
  for (const [i, { to, value, data }] of calls.entries()) {
    try {
      await provider.call({ from: safe, to, value, data, blockTag: "pending" });
    } catch (error) {
      const name = names.find(({ address }) => address === to)?.name ?? to;
      return `; call ${i + 1} of ${calls.length}, to ${name}: ${refusalOf(error)}`;
    }
  }
  return "";
}
