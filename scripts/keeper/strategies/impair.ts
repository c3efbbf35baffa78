/**
 * Keeps the books honest: records new insolvencies, renews records that have run out, follows losses that have moved,
 * and clears what has healed. Nobody is paid for it; it costs gas, up to a limit.
 */
import { VAULT } from "../abi.ts";
import { compare } from "./liquidate.ts";
import { type Loss, lossesIn } from "./losses.ts";
import { type Attempt, type BlockView, inAssets, type Proposal, type Strategy } from "./types.ts";

export interface ImpairRules {
  readonly maxCostWad: bigint;
  /** A provision is followed when its loss has moved by this part of it, bps. */
  readonly refreshBps: number;
  readonly batch: number;
}

const BPS = 10_000n;

export class Impair implements Strategy {
  readonly name = "impair";
  private readonly rules: ImpairRules;

  constructor(rules: ImpairRules) {
    this.rules = rules;
  }

  propose(view: BlockView): Promise<Proposal[]> {
    const open = lossesIn(view);
    const largestFirst = (list: Loss[]) => list.sort((left, right) => compare(right.sizeAssets, left.sizeAssets));
    const due = [
      ...largestFirst(open.filter((one) => isFresh(one, view.head.timestamp))),
      ...largestFirst(open.filter((one) => hasMoved(one, this.rules.refreshBps))),
    ];
    const healed = open.filter(({ shortfallAssets }) => shortfallAssets === 0n);
    const proposals = view.vaults.flatMap((vault) => {
      const ofVault = due.filter((one) => one.vault.address === vault.address);
      return chunks(ofVault, this.rules.batch).map((batch) => this.together(batch));
    });
    // A batch answers zero both for what has healed and for what it skips, so these go one by one.
    const alone = [...due.filter(({ key }) => key === undefined), ...healed];
    return Promise.resolve([...proposals, ...alone.map((one) => this.single(one))].filter((one) => one !== undefined));
  }

  private together(batch: readonly Loss[]): Proposal | undefined {
    const [first, ...others] = batch;
    if (first === undefined || others.length === 0) return first && this.single(first);
    const singles = batch.map((one) => this.single(one));
    const data = VAULT.encodeFunctionData("impairBatch", [batch.map(({ key }) => key)]);
    const gain: Attempt["gain"] = (result) => {
      const [shortfalls] = VAULT.decodeFunctionResult("impairBatch", result) as unknown as [bigint[]];
      return shortfalls.some((assets) => assets !== 0n) ? 0n : undefined;
    };
    const { vault } = first;
    return {
      ...{ name: `impair:${singles.map(({ name }) => name).join("+")}`, strategy: this.name, vault, lane: "urgent" },
      attempts: [{ label: `${batch.length} together`, to: vault.address, data: () => data, gain }],
      leastNetAssets: -inAssets(vault, this.rules.maxCostWad) * BigInt(batch.length),
      positions: singles.flatMap(({ positions }) => positions),
      pieces: singles,
    };
  }

  private single({ name, vault, recording }: Loss): Proposal {
    return {
      ...{ name: `position:${name}`, strategy: this.name, vault, lane: "urgent" },
      attempts: [{ label: "impair", to: vault.address, data: () => recording, gain: () => 0n }],
      leastNetAssets: -inAssets(vault, this.rules.maxCostWad),
      ...{ positions: [name], pieces: [] },
    };
  }
}

/** Insolvent and not recorded, or recorded so long ago that the record cannot be used any more. */
function isFresh({ shortfallAssets, impairedAt, recordEndsAt }: Loss, now: number): boolean {
  return shortfallAssets !== 0n && (impairedAt === 0 || now > recordEndsAt);
}

/** The loss is far from what is set apart for it, and far enough to be followed. */
function hasMoved({ vault: { minProvision }, ...loss }: Loss, refreshBps: number): boolean {
  const { shortfallAssets, impairedAt, provisionedAssets } = loss;
  if (shortfallAssets === 0n || impairedAt === 0 || minProvision === 0n) return false;
  const difference = shortfallAssets - provisionedAssets;
  const distance = difference < 0n ? -difference : difference;
  return distance >= minProvision && distance * BPS >= provisionedAssets * BigInt(refreshBps);
}

export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
