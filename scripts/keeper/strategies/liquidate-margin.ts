/**
 * Closes margin accounts that have sunk, for the reward: needs no capital and no venue. Accounts with equity are closed in
 * part, in their largest market first; those without are closed whole, and what they owe is written off by that.
 */
import { MaxUint256 } from "ethers";

import { MARGIN_VAULT } from "../abi.ts";
import { type JudgedAccount } from "../book/margin-book.ts";
import { compare } from "./liquidate.ts";
import { type Attempt, type BlockView, inAssets, type Proposal, type Strategy } from "./types.ts";

export interface LiquidateMarginRules {
  readonly minProfitWad: bigint;
  /** Most accounts looked at in a block. */
  readonly perBlock: number;
}

/** One liquidation as `liquidate` returns it. */
export interface Closed {
  readonly complete: boolean;
  readonly rewardAssets: bigint;
  readonly badDebtAssets: bigint;
}

export class LiquidateMargin implements Strategy {
  readonly name = "liquidateMargin";
  private readonly rules: LiquidateMarginRules;

  constructor(rules: LiquidateMarginRules) {
    this.rules = rules;
  }

  propose({ margin, claimed, deferred }: BlockView): Promise<Proposal[]> {
    const sunk = (margin?.judged ?? [])
      .filter((account) => isSunk(account) && !claimed.has(account.name))
      // The reward is a part of what is closed.
      .sort((left, right) => compare(right.standing?.notionalAssets ?? 0n, left.standing?.notionalAssets ?? 0n))
      .sort((left, right) => Number(deferred.has(left.name)) - Number(deferred.has(right.name)))
      .slice(0, this.rules.perBlock);
    return Promise.resolve(
      sunk.map((account) => ({
        ...{ name: `position:${account.name}`, strategy: this.name, vault: account.entry.vault, lane: "urgent" },
        ...{ attempts: attemptsOf(account), positions: [account.name], pieces: [] },
        leastNetAssets: inAssets(account.entry.vault, this.rules.minProfitWad),
      })),
    );
  }
}

/** Below its maintenance margin, and no source stands against closing it. */
function isSunk({ standing }: JudgedAccount): boolean {
  return standing !== undefined && standing.equityAssets < standing.maintenanceAssets && !standing.isDisputed;
}

/** One for each market it could be closed in first; a whole closing takes them all. */
function attemptsOf({ entry: { vault, trader }, standing }: JudgedAccount): Attempt[] {
  const isWhole = standing === undefined || standing.equityAssets <= 0n || standing.markets.length === 0;
  const markets = isWhole ? [standing?.markets[0] ?? 0] : standing.markets;
  return markets.map((marketId) => {
    const data = closing(trader, marketId);
    const label = isWhole ? "close whole" : `close in market ${marketId}`;
    return { label, to: vault.address, data: () => data, gain: (result) => closedIn(result).rewardAssets };
  });
}

/** The call that closes an account, whatever the loss: the vault lets nobody choose it. */
export function closing(trader: string, marketId: number): string {
  return MARGIN_VAULT.encodeFunctionData("liquidate", [trader, marketId, MaxUint256]);
}

export function closedIn(result: string): Closed {
  return (MARGIN_VAULT.decodeFunctionResult("liquidate", result) as unknown as [Closed])[0];
}
