/** Claims recoveries for accounts that have authorized the housekeeping account in the share contract. */
import { VAULT } from "../abi.ts";
import { inPages } from "../book/pages.ts";
import { type VaultBasics } from "../book/vaults.ts";
import { chunks } from "./impair.ts";
import { allVaults, type BlockView, inAssets, type Proposal, type Strategy } from "./types.ts";

export interface ClaimRules {
  readonly everyBlocks: number;
  readonly minAssetsWad: bigint;
  readonly maxCostWad: bigint;
  /** `shares`: the vault or fund whose loss epochs are claimed; its asset must be that of a kept vault. */
  readonly accounts: readonly { readonly account: string; readonly receiver: string; readonly shares: string }[];
}

/** Epochs claimed by one transaction. */
const EPOCHS = 40;
const QUESTIONS_AT_ONCE = 8;

export class Claim implements Strategy {
  readonly name = "claim";
  private readonly rules: ClaimRules;
  private lookedAt: number | undefined;

  constructor(rules: ClaimRules) {
    this.rules = rules;
  }

  async propose(view: BlockView): Promise<Proposal[]> {
    const { head } = view;
    const vaults = allVaults(view);
    if (this.lookedAt !== undefined && head.number < this.lookedAt + this.rules.everyBlocks) return [];
    this.lookedAt = head.number;
    const epochs = await view.sightings("epoch");
    const proposals: Proposal[] = [];
    for (const { account, receiver, shares } of this.rules.accounts) {
      // A fund's claims are in its vault's asset; with one asset it does not matter which vault names it.
      const vault = vaults.find(({ address }) => address === shares) ?? vaults[0];
      if (vault === undefined) continue;
      const own = epochs.filter(({ source }) => source === shares).map(({ first }) => first);
      const claimable: { epoch: string; assets: bigint }[] = [];
      await inPages(own, 1, QUESTIONS_AT_ONCE, async ([epoch]) => {
        if (epoch === undefined) return;
        const assets = BigInt(await view.call(shares, VAULT.encodeFunctionData("claimableRecovery", [account, epoch])));
        if (assets > 0n) claimable.push({ epoch, assets });
      });
      claimable.sort((left, right) => (left.assets < right.assets ? 1 : -1));
      for (const chunk of chunks(claimable, EPOCHS)) {
        const list = chunk.map(({ epoch }) => epoch);
        proposals.push(this.claim(vault, { account, receiver, shares }, list));
      }
    }
    return proposals;
  }

  private claim(vault: VaultBasics, of: ClaimRules["accounts"][number], epochs: readonly string[]): Proposal {
    const data = VAULT.encodeFunctionData("claimRecovery", [of.account, epochs, of.receiver]);
    const least = inAssets(vault, this.rules.minAssetsWad);
    return {
      ...{ name: `claim:${of.shares}:${of.account}`, strategy: this.name, vault, lane: "housekeeping" },
      attempts: [
        {
          ...{ label: `${epochs.length} epochs`, to: of.shares, data: () => data },
          // It is somebody else's money; the keeper pays the gas up to its limit.
          gain: (result) => (BigInt(result) < least || BigInt(result) === 0n ? undefined : 0n),
        },
      ],
      ...{ leastNetAssets: -inAssets(vault, this.rules.maxCostWad), positions: [], pieces: [] },
    };
  }
}
