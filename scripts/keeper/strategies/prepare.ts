/** Has slots of coming losses prepared while gas is cheap, so that losses are cheaper when it is not. */
import { LOSS_PREPARER } from "../abi.ts";
import { type VaultBasics } from "../book/vaults.ts";
import { allVaults, type BlockView, inAssets, type Proposal, type Strategy } from "./types.ts";

export interface PrepareRules {
  /** `LossPreparer`. */
  readonly preparer: string;
  /** How many coming losses of each vault shall be prepared. */
  readonly losses: number;
  /** Nothing is prepared while a block's base fee is above this, wei per gas. */
  readonly maxBaseFee: bigint;
  readonly everyBlocks: number;
  readonly maxCostWad: bigint;
}

/** Most losses added by one transaction: some 180,000 gas each, so a quarter of what a transaction may use. */
const AT_ONCE = 25;

export class Prepare implements Strategy {
  readonly name = "prepare";
  private readonly rules: PrepareRules;
  private lookedAt: number | undefined;

  constructor(rules: PrepareRules) {
    this.rules = rules;
  }

  async propose(view: BlockView): Promise<Proposal[]> {
    const { head } = view;
    const { everyBlocks, maxBaseFee } = this.rules;
    // While gas is dear it is not looked at: the first cheap block is the one to act in.
    if (head.baseFee === undefined || head.baseFee > maxBaseFee) return [];
    if (this.lookedAt !== undefined && head.number < this.lookedAt + everyBlocks) return [];
    const proposals: Proposal[] = [];
    let isEnough = true;
    for (const vault of allVaults(view)) {
      const prepared = await this.preparedFor(view, vault);
      if (prepared >= this.rules.losses) continue;
      const count = Math.min(this.rules.losses, prepared + AT_ONCE);
      isEnough &&= count === this.rules.losses;
      proposals.push(this.proposal(vault, prepared, count));
    }
    // What does not fit into one transaction goes on at the next block.
    if (isEnough) this.lookedAt = head.number;
    return proposals;
  }

  private async preparedFor(view: BlockView, { address }: VaultBasics): Promise<number> {
    const data = LOSS_PREPARER.encodeFunctionData("prepared", [address]);
    return Number(BigInt(await view.call(this.rules.preparer, data)));
  }

  /** That the first `count` be prepared; where that is dearer than allowed, the first half of what is missing. */
  private proposal(vault: VaultBasics, prepared: number, count: number): Proposal {
    const data = LOSS_PREPARER.encodeFunctionData("prepare", [vault.address, count]);
    const missing = count - prepared;
    return {
      ...{ name: `prepare:${vault.address}`, strategy: this.name, vault, lane: "housekeeping" },
      attempts: [
        {
          ...{ label: `${missing} losses`, to: this.rules.preparer, data: () => data },
          // It brings nothing to whoever pays for it; it only has to do something.
          gain: (result) => (BigInt(result) === 0n ? undefined : 0n),
        },
      ],
      ...{ leastNetAssets: -inAssets(vault, this.rules.maxCostWad), positions: [] },
      pieces: missing === 1 ? [] : [this.proposal(vault, prepared, prepared + Math.floor(missing / 2))],
    };
  }
}
