/** Liquidates what pays: the largest debts below a health of one first, sold through the venues in their order. */
import { type Entry, nameOfPosition, WAD } from "../book/book.ts";
import { type Venue } from "../venues/types.ts";
import { type BlockView, inAssets, type Proposal, type Strategy } from "./types.ts";

export interface LiquidateRules {
  readonly minProfitWad: bigint;
  /** Most positions looked at in a block. */
  readonly perBlock: number;
}

export class Liquidate implements Strategy {
  readonly name = "liquidate";
  private readonly rules: LiquidateRules;
  private readonly venues: readonly Venue[];

  constructor(rules: LiquidateRules, venues: readonly Venue[]) {
    this.rules = rules;
    this.venues = venues;
  }

  async propose(view: BlockView): Promise<Proposal[]> {
    const isDeferred = (entry: Entry) => Number(view.deferred.has(nameOfPosition(entry.vault.address, entry)));
    const sunk = view.judged
      .filter(
        ({ entry, healthWad, priced }) =>
          priced &&
          healthWad < WAD &&
          entry.row.collateralAssets !== 0n &&
          !view.claimed.has(nameOfPosition(entry.vault.address, entry)),
      )
      .sort(({ entry: left }, { entry: right }) => compare(right.row.debtAssets, left.row.debtAssets))
      // What nobody would buy a moment ago must not stand in the way of the rest.
      .sort(({ entry: left }, { entry: right }) => isDeferred(left) - isDeferred(right))
      .slice(0, this.rules.perBlock);
    const proposals = await Promise.all(
      view.vaults.map(async (vault) => {
        const keys = sunk.map(({ entry }) => entry).filter((entry) => entry.vault.address === vault.address);
        const outlooks = await view.outlook(vault, keys);
        return Promise.all(
          outlooks
            .filter(({ liquidation }) => liquidation.failure === "0x")
            .map(async ({ borrower, collateral, liquidation }): Promise<Proposal> => {
              const target = { vault, borrower, collateral, plan: liquidation };
              const attempts = await Promise.all(this.venues.map(async (venue) => venue.attempts(target, view)));
              const name = nameOfPosition(vault.address, { borrower, collateral });
              return {
                ...{ name: `position:${name}`, strategy: this.name, vault, lane: "urgent" },
                ...{ attempts: attempts.flat(), positions: [name], pieces: [] },
                leastNetAssets: inAssets(vault, this.rules.minProfitWad),
              };
            }),
        );
      }),
    );
    return proposals.flat();
  }
}

export function compare(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
