/**
 * Keeps the books honest: records new insolvencies, renews records that have run out, follows losses that have moved,
 * and clears what has healed. Nobody is paid for it; it costs gas, up to a limit.
 */
import { VAULT } from "../abi.ts";
import { type Judged, nameOfPosition } from "../book/book.ts";
import { priceKey } from "../book/prices.ts";
import { type Vault } from "../book/vaults.ts";
import { compare } from "./liquidate.ts";
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
    const open = view.judged.filter(
      ({ entry, priced }) =>
        priced &&
        !view.claimed.has(nameOfPosition(entry.vault.address, entry)) &&
        view.prices.get(priceKey(entry.vault.address, entry.collateral))?.lossBlocked !== true,
    );
    const largestFirst = (list: Judged[]) =>
      list.sort(({ entry: left }, { entry: right }) => compare(right.row.debtAssets, left.row.debtAssets));
    const due = [
      ...largestFirst(open.filter((one) => isFresh(one, view.head.timestamp))),
      ...largestFirst(open.filter((one) => hasMoved(one, this.rules.refreshBps))),
    ];
    const healed = open.filter(({ entry, shortfallAssets }) => shortfallAssets === 0n && entry.row.impairedAt !== 0);
    const proposals = view.vaults.flatMap((vault) => {
      const ofVault = (list: readonly Judged[]) => list.filter(({ entry }) => entry.vault.address === vault.address);
      const batches = chunks(ofVault(due), this.rules.batch).map((batch) => this.together(vault, batch));
      // A batch answers zero both for what has healed and for what it skips, so these go one by one.
      return [...batches, ...ofVault(healed).map((one) => this.single(vault, one))];
    });
    return Promise.resolve(proposals);
  }

  private together(vault: Vault, batch: readonly Judged[]): Proposal {
    const singles = batch.map((one) => this.single(vault, one));
    const [only] = singles;
    if (only !== undefined && singles.length === 1) return only;
    const keys = batch.map(({ entry: { borrower, collateral } }) => ({ borrower, collateral }));
    const data = VAULT.encodeFunctionData("impairBatch", [keys]);
    const gain: Attempt["gain"] = (result) => {
      const [shortfalls] = VAULT.decodeFunctionResult("impairBatch", result) as unknown as [bigint[]];
      return shortfalls.some((assets) => assets !== 0n) ? 0n : undefined;
    };
    return {
      ...{ name: `impair:${singles.map(({ name }) => name).join("+")}`, strategy: this.name, vault, lane: "urgent" },
      attempts: [{ label: `${keys.length} together`, to: vault.address, data: () => data, gain }],
      leastNetAssets: -inAssets(vault, this.rules.maxCostWad) * BigInt(keys.length),
      positions: singles.flatMap(({ positions }) => positions),
      pieces: singles,
    };
  }

  private single(vault: Vault, { entry: { borrower, collateral } }: Judged): Proposal {
    const name = nameOfPosition(vault.address, { borrower, collateral });
    const data = VAULT.encodeFunctionData("impair", [borrower, collateral]);
    return {
      ...{ name: `position:${name}`, strategy: this.name, vault, lane: "urgent" },
      attempts: [{ label: "impair", to: vault.address, data: () => data, gain: () => 0n }],
      leastNetAssets: -inAssets(vault, this.rules.maxCostWad),
      ...{ positions: [name], pieces: [] },
    };
  }
}

/** Insolvent and not recorded, or recorded so long ago that the record cannot be used any more. */
function isFresh({ entry, shortfallAssets }: Judged, now: number): boolean {
  const { impairedAt } = entry.row;
  const { confirmationDelay, confirmationWindow } = entry.vault;
  if (shortfallAssets === 0n) return false;
  return impairedAt === 0 || now > impairedAt + confirmationDelay + confirmationWindow;
}

/** The loss is far from what is set apart for it, and far enough to be followed. */
function hasMoved({ entry, shortfallAssets }: Judged, refreshBps: number): boolean {
  const { impairedAt, provisionedAssets } = entry.row;
  const { minProvision } = entry.vault;
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
