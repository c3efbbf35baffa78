/**
 * The borrowers of a replay and what the keeper's own book says of their positions: read from the lens when an event has
 * touched them or they are near their limit, in between judged by the price. Everybody in a replay who looks at positions
 * looks here; before anything is sent, the chain is asked.
 */
import { Book, type Judged as KeeperJudged } from "../keeper/book/book.ts";
import { type Seen } from "../keeper/decide.ts";
import { type Sighting } from "../keeper/store/types.ts";
import { type Lookout } from "./bots/lookout.ts";
import { type Borrower } from "./book.ts";
import { collateralValue, type World } from "./world.ts";

/** A position, with the borrower's name and address. */
export interface TrackedPosition {
  readonly borrower: Borrower;
  readonly account: string;
}

/** A position judged at the latest prices. */
export interface Judged {
  readonly position: TrackedPosition;
  /** Collateral units. */
  readonly collateral: bigint;
  /** Asset units. */
  readonly debt: bigint;
  /** Worth of its collateral, asset units. */
  readonly value: bigint;
  /** Health factor, WAD. */
  readonly healthWad: bigint;
  readonly insolvent: boolean;
  /** What its collateral does not cover, asset units; zero for a solvent one. */
  readonly shortfall: bigint;
}

/** A step is a block: rows near their limit are read again every five, all of them every hundred. */
const BOOK_RULES = { pageRows: 50, concurrency: 1, bandBps: 200, maxAgeBlocks: 100 };

export class Positions {
  readonly all: TrackedPosition[] = [];
  readonly lookout: Lookout;
  private readonly world: World;
  private readonly book: Book;
  private readonly byAccount = new Map<string, TrackedPosition>();

  private constructor(world: World, lookout: Lookout, lens: string) {
    this.world = world;
    this.lookout = lookout;
    this.book = new Book(lookout.rpc, { ...BOOK_RULES, lens }, [lookout.vault]);
  }

  static async create(world: World, lookout: Lookout): Promise<Positions> {
    return new Positions(world, lookout, await world.keeperLens.getAddress());
  }

  /** Gives a name to a borrower whose loan has just been opened; the loan itself is found from its events. */
  track(borrower: Borrower, account: string): void {
    const position = { borrower, account };
    this.all.push(position);
    this.byAccount.set(account.toLowerCase(), position);
  }

  /** Begins a step: reads what has happened, and what has not been read for long. */
  async beginStep(): Promise<void> {
    this.lookout.beginStep();
    await this.catchUp();
    await this.book.read(this.book.stale(this.judged(), this.lookout.head(0n).number), this.lookout.head(0n));
  }

  /** Reads every position anew. */
  async readAll(): Promise<void> {
    await this.catchUp();
    const keys = [...this.book.entries.values()].map(({ vault, borrower, collateral }) => ({
      ...{ source: vault.address, borrower, collateral },
    }));
    await this.book.read(keys, this.lookout.head(0n));
  }

  /** Reads what has happened since the last time; returns what was touched. */
  async catchUp(): Promise<readonly Sighting[]> {
    const touched = await this.lookout.catchUp();
    const keys = touched
      .filter(({ kind }) => kind === "position")
      .map(({ source, first, second }) => ({ source, borrower: first, collateral: second }));
    await this.book.read(keys, this.lookout.head(0n));
    return touched;
  }

  /** What a bot sees now, with the positions that it is shown. */
  async seen(
    account: string,
    gasGwei: bigint,
    isShown: (judged: KeeperJudged, position: TrackedPosition) => boolean = () => true,
  ): Promise<Seen> {
    const touched = await this.catchUp();
    const judged = this.judged().filter((one) => isShown(one, this.positionOf(one)));
    return { ...this.lookout.seen(account, gasGwei, touched), judged };
  }

  /** All positions that still owe something. */
  judge(): Judged[] {
    return this.judged().map((one) => {
      const { entry, healthWad, shortfallAssets } = one;
      const { collateralAssets, debtAssets } = entry.row;
      return {
        position: this.positionOf(one),
        ...{ collateral: collateralAssets, debt: debtAssets, value: collateralValue(this.world, collateralAssets) },
        ...{ healthWad, insolvent: shortfallAssets > 0n, shortfall: shortfallAssets },
      };
    });
  }

  /** When the position's insolvency was recorded, as last read; zero if it is not. */
  impairedAt(account: string): number {
    const lower = account.toLowerCase();
    return [...this.book.entries.values()].find(({ borrower }) => borrower === lower)?.row.impairedAt ?? 0;
  }

  private judged(): KeeperJudged[] {
    return this.book.judge(this.lookout.prices);
  }

  private positionOf({ entry: { borrower } }: KeeperJudged): TrackedPosition {
    const position = this.byAccount.get(borrower);
    if (position === undefined) throw new RangeError(`nobody in this replay is called ${borrower}`);
    return position;
  }
}
