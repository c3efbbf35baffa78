/** What a keeper remembers between two runs, whichever database holds it. */

/** Something that was seen to begin on chain, and stays: what has become of it is asked of the chain. */
export interface Sighting {
  readonly kind: "position" | "account" | "order" | "lot" | "round" | "epoch";
  /** Contract it belongs to: the vault, but for an epoch its share token. */
  readonly source: string;
  /** Borrower of a position; trader of an account or order; write-off of a lot or round; number of an epoch. */
  readonly first: string;
  /** Collateral of a position; market of an order; number of a round; empty otherwise. */
  readonly second: string;
  /** Block in which it was seen first. */
  readonly firstBlock: number;
}

/** A block up to which everything has been read. */
export interface Checkpoint {
  readonly number: number;
  readonly hash: string;
}

/** One step of reading: everything seen from block `from` on is replaced by `sightings`, up to `to`. */
export interface Reading {
  readonly from: number;
  readonly to: Checkpoint;
  readonly sightings: readonly Sighting[];
  /** Checkpoints above this block are not on the chain any more, or are written anew. */
  readonly keepUpTo: number;
  /** The newest checkpoint when the step began; if another keeper has moved on meanwhile, nothing is written. */
  readonly expected: Checkpoint | undefined;
}

/** A transaction that was signed and is not final. */
export interface StoredTransaction {
  readonly account: string;
  readonly nonce: number;
  readonly hash: string;
  /** What it is for, as its proposal is named. */
  readonly purpose: string;
  /** As broadcast; sent again after a restart. */
  readonly signed: string;
  /** Wei per gas. */
  readonly maxFee: bigint;
  readonly priorityFee: bigint;
  /** Head when it was signed. */
  readonly atBlock: number;
}

export interface Store {
  /** Newest first. */
  checkpoints(): Promise<Checkpoint[]>;
  /** Writes one step whole, or not at all. Returns false if somebody else has written since. */
  write(reading: Reading): Promise<boolean>;
  /** Forgets everything seen: a reorganisation was deeper than is remembered. */
  forget(): Promise<void>;
  /** Contracts whose events have been read since the first block; empty at the start. */
  sources(): Promise<string[]>;
  /** Forgets everything seen and begins anew with these contracts. */
  beginWith(sources: readonly string[]): Promise<void>;
  sightings(kind: Sighting["kind"]): Promise<Sighting[]>;

  /** Before it is broadcast, so that a keeper that dies in between sends it again and not another. */
  saveTransaction(transaction: StoredTransaction): Promise<void>;
  transactions(account: string): Promise<StoredTransaction[]>;
  /** All transactions with this nonce, replaced ones included. */
  dropNonce(account: string, nonce: number): Promise<void>;

  /** Whether `holder` may act on `key` until `untilMs`: of several keepers on one state, one does. */
  lease(key: string, holder: string, nowMs: number, untilMs: number): Promise<boolean>;
  release(key: string, holder: string): Promise<void>;

  close(): Promise<void>;
}
