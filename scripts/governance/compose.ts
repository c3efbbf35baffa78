/** Words to a proposal. */
import { GovernanceError } from "./errors.ts";
import { planChanges } from "./plan.ts";
import { newProposal, type Proposal, scheduledCalls } from "./proposal.ts";
import { type System } from "./system.ts";
import { parseChanges } from "./words/grammar.ts";

/** Everything a proposal is made of. */
export interface Request {
  /** Words, one change a line. */
  readonly text: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly safe?: string | undefined;
  readonly nonce?: bigint | undefined;
}

/** Words to a proposal, with the chain's present values. */
export async function propose(system: System, request: Request): Promise<Proposal> {
  const changes = parseChanges(request.text);
  const plan = await planChanges(changes, system, { safe: request.safe, scheduled: scheduledCalls });
  const block = await system.provider.getBlock("latest");
  if (block === null) throw new Error("the chain has no block");
  const nonce = request.nonce ?? plan.safe.nonce;
  if (nonce < plan.safe.nonce) {
    throw new GovernanceError("NonceUsed", `NONCE=${nonce}: the Safe is at ${plan.safe.nonce}`);
  }
  return newProposal(plan, system, {
    name: request.name ?? changes.map(({ words }) => words).join("; "),
    description: request.description ?? "",
    block: block.number,
    timestamp: block.timestamp,
    nonce,
  });
}
