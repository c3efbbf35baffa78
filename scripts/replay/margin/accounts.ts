/**
 * The accounts of the margin vault as the keeper's own margin book knows them: read from the lens when an event has
 * touched them, judged at the prices of the moment. Names come from the vault's events; nobody hands them over.
 */
import { type JudgedAccount, MarginBook } from "../../keeper/book/margin-book.ts";
import { type Seen } from "../../keeper/decide.ts";
import { Lookout } from "../bots/lookout.ts";
import { type MarginWorld } from "./world.ts";

/** A step is a block: impaired accounts are read again every five, all of them every hundred. */
const BOOK_RULES = { pageRows: 50, concurrency: 1, bandBps: 200, maxAgeBlocks: 100 };

export class MarginAccounts {
  readonly lookout: Lookout;
  private readonly lens: string;
  private readonly book: MarginBook;

  private constructor(lookout: Lookout, lens: string) {
    this.lookout = lookout;
    this.lens = lens;
    this.book = new MarginBook(lookout.rpc, { ...BOOK_RULES, lens });
    this.book.vaults = [lookout.vault];
  }

  /** To be called before anybody has an account. */
  static async create(world: MarginWorld): Promise<MarginAccounts> {
    return new MarginAccounts(await Lookout.ofMargin(world), await world.marginLens.getAddress());
  }

  /** Begins a step: reads what has happened, and what has not been read for long. */
  async beginStep(): Promise<void> {
    const { lookout, book } = this;
    lookout.beginStep();
    await this.catchUp();
    const head = lookout.head(0n);
    await book.read(book.stale(head.number), head);
  }

  /** What a bot sees now, with the accounts that it is shown. */
  async seen(
    account: string,
    gasGwei: bigint,
    isShown: (judged: JudgedAccount) => boolean = () => true,
  ): Promise<Seen> {
    const { lookout, lens, book } = this;
    const touched = await this.catchUp();
    const judged = (await book.judge(lookout.head(gasGwei))).filter(isShown);
    return {
      ...lookout.seen(account, gasGwei, touched),
      ...{ vaults: [], margin: { lens, vaults: book.vaults, judged } },
    };
  }

  private async catchUp(): Promise<Seen["touched"]> {
    const { lookout, book } = this;
    const touched = await lookout.catchUp();
    await book.read(
      touched.filter(({ kind }) => kind === "account"),
      lookout.head(0n),
    );
    return touched;
  }
}
