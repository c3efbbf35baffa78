/** Pays out reserves above their target, to those who stand ready to pay for losses. */
import { VAULT } from "../abi.ts";
import { allVaults, type BlockView, inAssets, type Proposal, type Strategy } from "./types.ts";

export interface SweepRules {
  readonly everyBlocks: number;
  readonly minAssetsWad: bigint;
  readonly maxCostWad: bigint;
}

export class Sweep implements Strategy {
  readonly name = "sweep";
  private readonly rules: SweepRules;
  private lookedAt: number | undefined;

  constructor(rules: SweepRules) {
    this.rules = rules;
  }

  propose(view: BlockView): Promise<Proposal[]> {
    const { head } = view;
    if (this.lookedAt !== undefined && head.number < this.lookedAt + this.rules.everyBlocks) return Promise.resolve([]);
    this.lookedAt = head.number;
    const data = VAULT.encodeFunctionData("sweepReserves");
    return Promise.resolve(
      allVaults(view).map((vault) => ({
        ...{ name: `sweep:${vault.address}`, strategy: this.name, vault, lane: "housekeeping" as const },
        attempts: [
          {
            ...{ label: "sweep", to: vault.address, data: () => data },
            // What is swept goes to others; it only has to be enough to be worth the gas.
            gain: (result: string) => (BigInt(result) < inAssets(vault, this.rules.minAssetsWad) ? undefined : 0n),
          },
        ],
        leastNetAssets: -inAssets(vault, this.rules.maxCostWad),
        ...{ positions: [], pieces: [] },
      })),
    );
  }
}
