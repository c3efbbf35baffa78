/**
 * A strategy looks at one block and proposes; it sends nothing. The executor simulates each proposal, counts what it
 * would gain and cost, and sends what is worth it.
 */
import { type Judged } from "../book/book.ts";
import { type JudgedAccount } from "../book/margin-book.ts";
import { type Prices } from "../book/prices.ts";
import { type PositionKey } from "../book/rows.ts";
import { type Vault, type VaultBasics } from "../book/vaults.ts";
import { type Header } from "../rpc/endpoint.ts";
import { type Sighting } from "../store/types.ts";
import { type Outlook } from "./outlook.ts";

/** Which account sends: what cannot wait must not stand behind what can. */
export type LaneName = "urgent" | "housekeeping";

/** One way of doing what is proposed. */
export interface Attempt {
  /** For logs: venue and size. */
  readonly label: string;
  readonly to: string;
  /** The call, made to fail unless it gains this much (asset units), where the contract can be told so. */
  data(minGainAssets: bigint): string;
  /** What a simulated call gains before gas, asset units; undefined if it would do nothing. */
  gain(result: string): bigint | undefined;
}

export interface Proposal {
  /** What is acted on: two proposals of one name exclude each other, also between keepers. */
  readonly name: string;
  readonly strategy: string;
  readonly vault: VaultBasics;
  readonly lane: LaneName;
  /** Tried in this order; the first that is worth it is sent. */
  readonly attempts: readonly Attempt[];
  /** Least gain less gas, asset units; below zero where it is done at a cost. */
  readonly leastNetAssets: bigint;
  /** Positions concerned: once sent, later strategies leave them alone. */
  readonly positions: readonly string[];
  /** The same work in smaller pieces, if the whole cannot be done. */
  readonly pieces: readonly Proposal[];
}

/** The margin vaults of a block. */
export interface MarginView {
  readonly lens: string;
  readonly vaults: readonly VaultBasics[];
  readonly judged: readonly JudgedAccount[];
}

/** What strategies may look at, all of one block. */
export interface BlockView {
  readonly head: Header;
  readonly lens: string;
  readonly flashLiquidator: string | undefined;
  readonly accounts: Readonly<Record<LaneName, string>>;
  /** Lending vaults. */
  readonly vaults: readonly Vault[];
  /** Undefined where none are kept. */
  readonly margin: MarginView | undefined;
  readonly prices: Prices;
  readonly judged: readonly Judged[];
  /** Positions that a transaction on its way is about. */
  readonly claimed: ReadonlySet<string>;
  /** Positions that could not be liquidated in one of the last blocks: others come first. */
  readonly deferred: ReadonlySet<string>;
  /** Things seen on chain, and those of them touched in this block. */
  sightings(kind: Sighting["kind"]): Promise<readonly Sighting[]>;
  readonly touched: readonly Sighting[];
  /** What may be done with these positions; asked once a block. */
  outlook(vault: Vault, keys: readonly PositionKey[]): Promise<readonly Outlook[]>;
  /** Asks a contract at this block. */
  call(to: string, data: string): Promise<string>;
}

export interface Strategy {
  readonly name: string;
  propose(view: BlockView): Promise<readonly Proposal[]>;
}

/** A configured amount (WAD of whole assets) in a vault's asset units, rounded down. */
export function inAssets(vault: VaultBasics, wad: bigint): bigint {
  return (wad * 10n ** BigInt(vault.assetDecimals)) / 10n ** 18n;
}

/** Vaults of both kinds. */
export function allVaults({ vaults, margin }: BlockView): readonly VaultBasics[] {
  return [...vaults, ...(margin?.vaults ?? [])];
}
