/** Where seized collateral goes, and with whose money it is paid for. */
import { type Vault } from "../book/vaults.ts";
import { type Plan } from "../strategies/outlook.ts";
import { type Attempt, type BlockView } from "../strategies/types.ts";

/** A position that may be liquidated, and what closing as much of it as is allowed would do. */
export interface Target {
  readonly vault: Vault;
  readonly borrower: string;
  readonly collateral: string;
  readonly plan: Plan;
}

export interface Venue {
  readonly name: string;
  /** Ways of liquidating through this venue, the best guess first; none if it does not take this collateral. */
  attempts(target: Target, view: BlockView): Promise<readonly Attempt[]>;
}
