/**
 * The keeper: at each block it reads what is new, brings its book up to date, lets the strategies propose in their
 * order, and has the executor send what is worth it. After that it reads again what has not been read for long.
 */
import { Book, type Judged, nameOfPosition } from "./book/book.ts";
import { type JudgedAccount, MarginBook, readMarginVaults } from "./book/margin-book.ts";
import { readPrices, type Prices } from "./book/prices.ts";
import { eventSources, readVaults, type Vault } from "./book/vaults.ts";
import { type KeeperConfig } from "./config/types.ts";
import { Decisions } from "./decide.ts";
import { type Executor, type Outcome } from "./executor/executor.ts";
import { weiInAssets } from "./executor/fees.ts";
import { type Lane } from "./executor/lane.ts";
import { type Caught, Indexer } from "./indexer/indexer.ts";
import { type Watch } from "./operations/health.ts";
import { type Log } from "./operations/log.ts";
import { type Metrics } from "./operations/metrics.ts";
import { type Header } from "./rpc/endpoint.ts";
import { type RpcPool } from "./rpc/pool.ts";
import { type Sighting, type Store } from "./store/types.ts";
import { type LaneName, type Strategy } from "./strategies/types.ts";
import { countsOf } from "./summary.ts";

/** Everything a keeper is made of. */
export interface Parts {
  readonly config: KeeperConfig;
  readonly rpc: RpcPool;
  readonly store: Store;
  readonly lanes: Readonly<Record<LaneName, Lane>>;
  readonly executor: Executor;
  readonly strategies: readonly Strategy[];
  readonly log: Log;
  readonly metrics: Metrics;
  readonly watch: Watch;
}

/** What one block has brought. */
export interface Tick {
  readonly head: Header;
  readonly judged: readonly Judged[];
  /** Accounts of margin vaults. */
  readonly accounts: readonly JudgedAccount[];
  readonly outcomes: readonly Outcome[];
  readonly orphaned: number;
}

/** Blocks after which the vaults' rules and the accounts' balances are read again. */
const RULES_EVERY_BLOCKS = 25;

export class Keeper {
  private readonly parts: Parts;
  private vaults: readonly Vault[] = [];
  private rulesAt: number | undefined;
  private indexer: Indexer | undefined;
  private book: Book | undefined;
  /** Undefined where no margin vaults are kept. */
  private readonly margin: MarginBook | undefined;
  /** What has happened since the last block that was decided on: a block that fails must not lose it. */
  private news: { touched: readonly Sighting[]; orphaned: number } = { touched: [], orphaned: 0 };
  private lastHash = "";
  private readonly decisions: Decisions;

  constructor(parts: Parts) {
    this.parts = parts;
    const { strategies, executor, metrics, log, config, rpc } = parts;
    const { marginLens } = config.contracts;
    if (marginLens !== undefined) this.margin = new MarginBook(rpc, { ...config.book, lens: marginLens });
    this.decisions = new Decisions(strategies, executor, {
      decided: (strategy, { status }) => {
        metrics.proposals.inc({ strategy, status });
      },
      failed: (strategy, error) => {
        log.error({ error, strategy }, "a strategy failed");
      },
    });
  }

  /** Looks at the newest block; undefined if it is the one decided on last. */
  async look(): Promise<Tick | undefined> {
    const head = await this.parts.rpc.head();
    if (head.hash === this.lastHash) return undefined;
    this.parts.watch.sawHead(head.number);
    const tick = await this.tick(head);
    this.lastHash = head.hash;
    return tick;
  }

  private async tick(head: Header): Promise<Tick> {
    const { rpc, metrics, watch, lanes } = this.parts;
    const endTimer = metrics.decisionSeconds.startTimer();
    const prices = await this.catchUp(head);
    const { touched, orphaned } = this.news;
    for (const lane of Object.values(lanes)) await lane.settle(head);
    const book = this.knownBook();
    await book.read(positionsIn(touched), head);
    const judged = book.judge(prices);
    const accounts = (await this.margin?.judge(head)) ?? [];
    watch.sawPositions(judged, prices, accounts);
    const outcomes = await this.decide(head, prices, { judged, accounts }, touched);
    this.news = { touched: [], orphaned: 0 };
    endTimer();
    const tick = { head, judged, accounts, outcomes, orphaned };
    this.report(tick);

    await book.read(book.stale(judged, head.number), head);
    await this.margin?.read(this.margin.stale(head.number), head);
    if (this.rulesAt === head.number || this.rulesAt === undefined) {
      for (const lane of Object.values(lanes)) {
        const wei = await rpc.balance(lane.address);
        watch.setBalance(lane.name, wei);
        metrics.balanceGwei.set({ lane: lane.name }, Number(wei / 1_000_000_000n));
      }
    }
    metrics.finished.set(head.number);
    return tick;
  }

  /** Rules, events and prices up to the head. */
  private async catchUp(head: Header): Promise<Prices> {
    const { rpc, store, log, metrics } = this.parts;
    const isDue = this.rulesAt === undefined || Math.abs(head.number - this.rulesAt) >= RULES_EVERY_BLOCKS;
    if (isDue) await this.readRules(head);
    if ((await this.readEvents(head)).newVault) {
      await this.readRules(head);
      await this.readEvents(head);
    }
    const { orphaned } = this.news;
    if (orphaned > 0) {
      log.warn({ orphaned, head: head.number }, "a reorganisation");
      metrics.orphaned.inc(orphaned);
    }
    const prices = await readPrices(rpc, head.hash, this.vaults);
    const book = this.knownBook();
    if (book.entries.size === 0 || orphaned > 0) {
      const known = await store.sightings("position");
      book.retain(known);
      const missing = known.filter((sighting) => !book.entries.has(nameIn(sighting)));
      await book.read(positionsIn(missing), head);
    }
    await this.margin?.catchUp(head, store, this.news);
    return prices;
  }

  private async readEvents(head: Header): Promise<Caught> {
    const caught = await this.knownIndexer().catchUp(head);
    const { touched, orphaned } = this.news;
    this.news = { touched: [...touched, ...caught.touched], orphaned: orphaned + caught.orphaned };
    return caught;
  }

  /** The vaults and their rules. New vaults, or new auctions of theirs, are read from the first block on. */
  private async readRules(head: Header): Promise<void> {
    const { config, rpc, store, log } = this.parts;
    const { engine } = config.contracts;
    this.vaults = await readVaults(rpc, head.hash, engine);
    const marginVaults = await readMarginVaults(rpc, head.hash, engine);
    if (this.margin !== undefined) this.margin.vaults = marginVaults;
    else if (marginVaults.length > 0)
      log.warn({ vaults: marginVaults.length }, "margin vaults need contracts.marginLens");
    const shares = config.strategies.flatMap((strategy) =>
      strategy.use === "claim" ? strategy.accounts.map(({ shares: contract }) => contract) : [],
    );
    const sources = eventSources(engine, [...this.vaults, ...(this.margin?.vaults ?? [])], shares);
    const known = new Set(await store.sources());
    if (sources.some((source) => !known.has(source))) {
      log.info({ sources: sources.length }, "reading events from the deployment on");
      await store.beginWith(sources);
      this.indexer = undefined;
    }
    this.indexer ??= new Indexer(rpc, store, sources, { ...config.indexer, fromBlock: config.contracts.fromBlock });
    if (this.book === undefined)
      this.book = new Book(rpc, { ...config.book, lens: config.contracts.lens }, this.vaults);
    else this.book.setVaults(this.vaults);
    this.rulesAt = head.number;
  }

  private async decide(
    head: Header,
    prices: Prices,
    { judged, accounts: ofMargin }: Pick<Tick, "judged" | "accounts">,
    touched: readonly Sighting[],
  ): Promise<Outcome[]> {
    const { config, rpc, store, lanes } = this.parts;
    const accounts = { urgent: lanes.urgent.address, housekeeping: lanes.housekeeping.address };
    const { lens, marginLens, flashLiquidator } = config.contracts;
    const vaults = this.margin?.vaults ?? [];
    const seen = {
      ...{ head, rpc, store, lens, flashLiquidator, accounts },
      ...{ vaults: this.vaults, prices, judged, touched },
      ...(marginLens === undefined ? {} : { margin: { lens: marginLens, vaults, judged: ofMargin } }),
    };
    return this.decisions.decide(seen, positionsOf(lanes.urgent.waiting), async (vault) =>
      weiInAssets(rpc, head.hash, config.native, vault),
    );
  }

  private report({ head, judged, accounts, outcomes, orphaned }: Tick): void {
    const { metrics, log, watch } = this.parts;
    metrics.head.set(head.number);
    metrics.positions.set(judged.length);
    metrics.accounts.set(accounts.length);
    const { liquidatable, insolvent, unpriced } = countsOf({ judged, accounts });
    metrics.liquidatable.set(liquidatable);
    metrics.insolvent.set(insolvent);
    metrics.unpriced.set(unpriced);
    metrics.unhandled.set(watch.read().oldestInsolvencyBlocks);
    for (const { proposal, status, detail, hash, gainAssets, costAssets } of outcomes) {
      const figures = { gainAssets: gainAssets?.toString(), costAssets: costAssets?.toString() };
      const line = { strategy: proposal.strategy, name: proposal.name, status, detail, hash, ...figures };
      if (status === "sent") log.info(line, "sent");
      else if (status === "failed") log.error(line, "failed");
      else log.debug(line, "not sent");
    }
    const counts = { positions: judged.length, accounts: accounts.length };
    log.info({ head: head.number, ...counts, proposals: outcomes.length, orphaned }, "block");
  }

  private knownIndexer(): Indexer {
    if (this.indexer === undefined) throw new RangeError("the rules have not been read");
    return this.indexer;
  }

  private knownBook(): Book {
    if (this.book === undefined) throw new RangeError("the rules have not been read");
    return this.book;
  }
}

function positionsIn(sightings: readonly Sighting[]) {
  return sightings
    .filter(({ kind }) => kind === "position")
    .map(({ source, first, second }) => ({ source, borrower: first, collateral: second }));
}

function nameIn({ source, first, second }: Sighting): string {
  return nameOfPosition(source, { borrower: first, collateral: second });
}

/** Positions that purposes of transactions on their way name. */
function positionsOf(purposes: ReadonlySet<string>): string[] {
  return [...purposes].flatMap((purpose) =>
    [...purpose.matchAll(/position:(0x[0-9a-f]{40}:0x[0-9a-f]{40}:0x[0-9a-f]{40})/g)].map((match) => match[1] ?? ""),
  );
}
