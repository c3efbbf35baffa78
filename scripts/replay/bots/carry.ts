/** Carries out what a bot wants to do with a position, under the audit that works every such transaction out again. */
import { getAddress } from "ethers";

import { VAULT } from "../../keeper/abi.ts";
import { type Mined, type Refusal } from "../../lib/chain.ts";
import { type World } from "../world.ts";
import { type Intent, type WriteOffAudit } from "../write-off-audit.ts";
import { type Call } from "./bot.ts";

/** Whose position a call of the vault is about, and what it is meant to do. */
export function meaningOf(data: string): { readonly borrower: string; readonly intent: Intent } {
  const call = VAULT.parseTransaction({ data });
  if (call === null) throw new RangeError(`not a call that a keeper makes: ${data.slice(0, 10)}`);
  const { borrower, maxRepaidAssets } = call.args as unknown as { borrower: string; maxRepaidAssets: bigint };
  switch (call.name) {
    case "liquidate":
      return { borrower: getAddress(borrower), intent: { kind: "liquidation", maxRepaid: maxRepaidAssets } };
    case "impair":
      return { borrower: getAddress(borrower), intent: { kind: "impair" } };
    case "writeOff":
      return { borrower: getAddress(borrower), intent: { kind: "write-off" } };
    default:
      throw new RangeError(`the audit follows one position at a time, not ${call.name}`);
  }
}

export async function carryAudited(
  { chain }: Pick<World, "chain">,
  audit: WriteOffAudit,
  { from, to, data }: Call,
): Promise<Mined | Refusal> {
  const { borrower, intent } = meaningOf(data);
  return audit.watch(borrower, () => chain.attempt(from, Promise.resolve({ to, data })), intent);
}
