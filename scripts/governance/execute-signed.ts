/** A signed batch through its Safe on the real chain: every check first, then one transaction. */
import { type Signer, type TransactionReceipt } from "ethers";

import { requireSafeContracts } from "../lib/safe/index.ts";
import { GovernanceError } from "./errors.ts";
import { checkRipe, checkTurn, sendBatch, staleRules, standingOf } from "./execution.ts";
import { utc } from "./print.ts";
import { type Batch, type Proposal } from "./proposal.ts";
import { checkSignatures, type OwnerSignature } from "./safe/signatures.ts";
import { type System } from "./system.ts";

export interface Executed {
  readonly receipt: TransactionReceipt;
  /** Second of its block. */
  readonly timestamp: number;
  /** What comes now, for people. */
  readonly next: string;
}

/** @param overwrite execute although rules are not what they were when this was proposed */
export async function executeSigned(
  proposal: Proposal,
  batch: Batch,
  system: System,
  sender: Signer,
  { signatures, overwrite }: { signatures: readonly OwnerSignature[]; overwrite: boolean },
): Promise<Executed> {
  const standing = await standingOf(proposal, batch, system);
  await requireSafeContracts(system.provider);
  checkTurn(batch, standing);
  const { owners, threshold } = standing.safe;
  const signed = checkSignatures(signatures, { safeTxHash: batch.hashes.safeTx, owners, threshold });
  checkRipe(batch, standing, await nowOf(system));
  const stale = await staleRules(proposal, system);
  if (stale.length > 0 && !overwrite) {
    throw new GovernanceError(
      "StaleProposal",
      `${stale.join("; ")}: propose again, or say OVERWRITE=1 if that is meant`,
    );
  }
  const receipt = await sendBatch(sender, proposal, batch, signed);
  const timestamp = (await receipt.getBlock()).timestamp;
  return { receipt, timestamp, next: nextStep(proposal, batch, timestamp) };
}

function nextStep(proposal: Proposal, batch: Batch, timestamp: number): string {
  const following = proposal.batches[proposal.batches.indexOf(batch) + 1];
  if (following === undefined) return "Nothing is left to do.";
  if (batch.kind !== "schedule") return `Next: ${following.file}.`;
  const from = timestamp + Number(proposal.delay);
  return `Next: ${following.file}, from ${utc(from)} until ${utc(from + Number(proposal.window))}.`;
}

/** The second that a transaction would see which is sent now. */
async function nowOf({ provider }: System): Promise<number> {
  const pending = await provider.getBlock("pending").catch(() => null);
  const latest = await provider.getBlock("latest");
  return Math.max(pending?.timestamp ?? 0, latest?.timestamp ?? 0);
}
