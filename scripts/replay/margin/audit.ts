/**
 * Checks every transaction on a trader's account as it happens. What it must do is worked out beforehand from the books
 * kept beside the vault; afterwards events, account, market sums, waterfall and loss epochs must agree with it, to the
 * unit. Only the size of a partial liquidation is found by another method here, so it may differ by some 1e-18 units;
 * the vault's is booked then. One difference ends the replay.
 */
import { type ContractTransaction } from "ethers";

import { eventsOf, type Mined, type Refusal } from "../../lib/chain.ts";
import { MARKET } from "../../lib/add-margin.ts";
import { min } from "../../lib/units.ts";
import { type Capacities, type Layers, totalOf } from "../../lib/waterfall.ts";
import { type Call } from "../bots/bot.ts";
import { type LedgerMirror } from "../ledger-mirror.ts";
import { layersText, sameLayers, WaterfallMismatch } from "../waterfall-mismatch.ts";
import { checkAccount, checkTotals, MarginMismatch, same, within } from "./agreement.ts";
import { MarginBooks, readRules } from "./books.ts";
import { lossOf, payKeeper, type Plan, planOf } from "./closing.ts";
import { type MarginWorld, priceWad } from "./world.ts";

/** A write-off with the figures it was checked against. Asset units. */
export interface MarginWriteOff {
  readonly id: bigint;
  readonly account: string;
  readonly timestamp: number;
  readonly badDebt: bigint;
  readonly insurable: bigint;
  readonly capacities: Capacities;
  readonly layers: Layers;
}

/** Liquidations of one account. */
export interface Closings {
  partial: number;
  complete: number;
  badDebt: bigint;
}

const PENDING = { blockTag: "pending" } as const;
/** Units of 1e-18 by which two ways of finding the size of a partial liquidation may differ. */
const STEP_TOLERANCE = 1_000n;
const WAD = 10n ** 18n;
const ALL_PAY = { insurance: true, dilution: true };

/** The pool and the layers just before a transaction. Asset units. */
interface Before {
  readonly reserves: bigint;
  readonly cash: bigint;
  readonly fundCash: bigint;
  readonly lendersAssets: bigint;
}

export class MarginAudit {
  readonly writeOffs: MarginWriteOff[] = [];
  readonly books: MarginBooks;
  /** What has become of each account that was liquidated. */
  readonly closings = new Map<string, Closings>();
  /** Escrows of orders on their way with their keepers' fees, asset units. */
  private escrows = 0n;
  private readonly world: MarginWorld;
  private readonly mirror: LedgerMirror;
  private readonly listener: (mined: Mined) => void;
  /** Entry of each impaired account; zero for one whose negative equity is merely on record. */
  private readonly impaired = new Map<string, bigint>();

  private constructor(world: MarginWorld, mirror: LedgerMirror, books: MarginBooks, listener: (mined: Mined) => void) {
    this.world = world;
    this.mirror = mirror;
    this.books = books;
    this.listener = listener;
  }

  /** @param listener told of every transaction that went through, after it was checked */
  static async create(
    world: MarginWorld,
    mirror: LedgerMirror,
    listener: (mined: Mined) => void,
  ): Promise<MarginAudit> {
    // Nobody has traded, so funding starts here: at a skew of zero it stands still.
    const books = new MarginBooks(
      await readRules(world),
      priceWad(world, world.collateralFeed.answer),
      world.chain.now,
    );
    return new MarginAudit(world, mirror, books, listener);
  }

  /** Price of the feed now. */
  get price(): bigint {
    return priceWad(this.world, this.world.collateralFeed.answer);
  }

  isImpaired(trader: string): boolean {
    return this.impaired.has(trader);
  }

  /** A trader commits an order and brings `deposit` for it. */
  async commit(
    trader: string,
    order: { delta: bigint; acceptable: bigint; deposit: bigint; keeperFee: bigint },
  ): Promise<Mined | Refusal> {
    const { chain, vault } = this.world;
    const outcome = await chain.attempt(
      trader,
      vault.commitOrder.populateTransaction({
        trader,
        marketId: MARKET,
        sizeDeltaWad: order.delta,
        acceptablePriceWad: order.acceptable,
        marginAssets: 0n,
        depositAssets: order.deposit,
        keeperFeeAssets: order.keeperFee,
      }),
    );
    if ("error" in outcome) return outcome;
    this.books.accrue(outcome.timestamp, this.price);
    this.escrows += order.deposit;
    return outcome;
  }

  /** A keeper resolves an order whose deciding round is `answer`; it must be executed at that price. */
  async resolve(
    keeper: string,
    trader: string,
    order: { delta: bigint; deposit: bigint; keeperFee: bigint },
    round: { id: bigint; answer: bigint },
  ): Promise<void> {
    const { chain, vault } = this.world;
    const mined = await chain.send(keeper, vault.resolveOrder.populateTransaction(trader, MARKET, round.id));
    const price = priceWad(this.world, round.answer);
    const account = this.books.account(trader);
    this.escrows -= order.deposit;
    account.margin += order.deposit - order.keeperFee;
    this.books.accrue(mined.timestamp);
    this.books.settle(account, this.books.trade(account, order.delta, price, mined.timestamp));
    this.books.takeFee(account, this.books.partOf(order.delta, price, this.books.rules.feeBps), mined.timestamp);
    this.books.addMargin(account, 0n);
    const [event] = eventsOf(mined, vault, "OrderResolved");
    same("outcome of an order", event?.args.outcome as bigint, 0n);
    same("price of an order", event?.args.priceWad as bigint, price);
    await this.finish(trader, mined);
  }

  /** Somebody brings the market's funding and volatility to the latest round. */
  async poke(keeper: string): Promise<void> {
    const { chain, vault } = this.world;
    const mined = await chain.send(keeper, vault.poke.populateTransaction(MARKET));
    this.books.accrue(mined.timestamp, this.price);
  }

  /** A trader adds margin. */
  async deposit(trader: string, assets: bigint): Promise<void> {
    const { chain, vault } = this.world;
    const mined = await chain.send(trader, vault.depositMargin.populateTransaction(assets, trader));
    this.books.addMargin(this.books.account(trader), assets);
    await this.finish(trader, mined);
  }

  /** Somebody sends a call that liquidates this account. */
  async liquidate({ from, to, data }: Call, trader: string): Promise<{ mined: Mined; reward: bigint }> {
    const { chain, vault } = this.world;
    const before = await this.read();
    const { books, price } = this;
    const now = chain.now + 1;
    const account = books.account(trader);
    const plan = planOf(books, account, price, now);
    const mined = await chain.send(from, Promise.resolve({ to, data }));
    same("second of a liquidation", BigInt(mined.timestamp), BigInt(now));
    const [event] = eventsOf(mined, vault, "AccountLiquidated");
    const told = event?.args.liquidation as unknown as Told;
    if (told.complete !== plan.complete) {
      throw new MarginMismatch(`${trader} was closed ${told.complete ? "whole" : "in part"}, computed otherwise`);
    }
    within("size of a partial liquidation", told.closedWad, plan.closed, plan.complete ? 0n : STEP_TOLERANCE);
    books.accrue(now, price);
    const closed = account.size > 0n ? -told.closedWad : told.closedWad;
    books.settle(account, books.trade(account, closed, price, now));
    if (plan.complete) account.deficit = min(account.deficit, plan.badDebt);
    const paid = payKeeper(books, account, { closed: told.closedWad, complete: plan.complete, price, now }, before);
    same("reward", told.rewardAssets, paid.reward);
    same("fee", told.feeAssets, paid.fee);
    same("bad debt", told.badDebtAssets, plan.badDebt);
    if (plan.badDebt > 0n) this.writeOff(trader, mined, plan, { ...before, reserves: paid.reserves });
    else if (eventsOf(mined, this.world.engine, "WrittenOff").length > 0) {
      throw new MarginMismatch(`${trader} was written off, computed was no bad debt`);
    }
    if (plan.complete) this.endImpairment(trader, now);
    const closings = this.closings.get(trader) ?? { partial: 0, complete: 0, badDebt: 0n };
    closings[plan.complete ? "complete" : "partial"] += 1;
    closings.badDebt += plan.badDebt;
    this.closings.set(trader, closings);
    await this.finish(trader, mined);
    return { mined, reward: paid.reward };
  }

  /** Somebody sends a call that records, follows or clears this account's negative equity. */
  async impair({ from, to, data }: Call, trader: string): Promise<Mined> {
    const { chain } = this.world;
    const before = await this.read();
    const now = chain.now + 1;
    const loss = lossOf(this.books, this.books.account(trader), this.price, now);
    const mined = await chain.send(from, Promise.resolve({ to, data }));
    if (loss.badDebt === 0n) {
      this.endImpairment(trader, now);
    } else {
      const expected = { shortfall: loss.badDebt, insurable: loss.insurable };
      const id = this.mirror.books.impair(this.impaired.get(trader), expected, before, now);
      this.impaired.set(trader, id);
      if (id > 0n) this.mirror.open(id);
    }
    await this.finish(trader, mined);
    return mined;
  }

  /** An attempt that must be refused; returns the error's name. */
  async refused(from: string, call: Promise<ContractTransaction>): Promise<string> {
    const outcome = await this.world.chain.attempt(from, call);
    if (!("error" in outcome)) throw new MarginMismatch("what should have been refused went through");
    return outcome.error;
  }

  /** The vault must hold exactly what the books say, for all traders together. */
  async checkTotals(): Promise<void> {
    await checkTotals(this.world, this.books, this.escrows);
  }

  private async read(): Promise<Before> {
    const { chain, vault, fund } = this.world;
    await chain.openBlock();
    const [reserves, cash, fundCash, lendersAssets] = await Promise.all([
      vault.reserves(PENDING),
      vault.cash(PENDING),
      fund.totalAssets(PENDING),
      vault.totalAssets(PENDING),
    ]);
    return { reserves, cash, fundCash, lendersAssets };
  }

  private writeOff(trader: string, mined: Mined, plan: Plan, before: Before): void {
    const { badDebt, insurable } = plan;
    const impaired = this.impaired.get(trader);
    const impairmentId = impaired === 0n ? undefined : impaired;
    const loss = {
      ...{ impairmentId, badDebt, insurable, closedWad: WAD, coverable: badDebt, payers: ALL_PAY },
      lendersOwed: this.mirror.owedToLenders(impairmentId ?? 0n),
    };
    const expected = this.mirror.books.writeOff(loss, before.reserves, before.fundCash, mined.timestamp);
    const [event] = eventsOf(mined, this.world.engine, "WrittenOff");
    const { id, reserves, insurance, dilutionCash, socialized } = event?.args as unknown as Layers & { id: bigint };
    const layers = { reserves, insurance, dilutionCash, socialized };
    if (id !== expected.id || totalOf(layers) !== badDebt || !sameLayers(layers, expected.layers)) {
      throw new WaterfallMismatch(
        `write-off ${id}: contracts ${layersText(layers)}, computed ${layersText(expected.layers)} for ${expected.id}, of ${badDebt}`,
      );
    }
    this.books.account(trader).deficit = 0n;
    if (insurance > 0n) this.books.countDraw(insurance, mined.timestamp);
    this.writeOffs.push({ ...expected, account: trader, timestamp: mined.timestamp, badDebt, insurable });
    this.mirror.add(id, layers);
  }

  private endImpairment(trader: string, now: number): void {
    const id = this.impaired.get(trader);
    if (id === undefined) return;
    this.impaired.delete(trader);
    this.mirror.books.end(id, now);
  }

  /** The account and the market as stored must be those of the books. */
  private async finish(trader: string, mined: Mined): Promise<void> {
    await checkAccount(this.world, this.books, trader, mined.timestamp);
    const stored = await this.world.vault.accountOf(trader);
    same("entry of the impairment", stored.impairmentId, this.impaired.get(trader) ?? 0n);
    same("whether impaired", BigInt(stored.impairedAt > 0n), BigInt(this.impaired.has(trader)));
    this.mirror.follow(mined);
    this.listener(mined);
  }
}

/** What the vault says of a liquidation. */
interface Told {
  readonly complete: boolean;
  readonly closedWad: bigint;
  readonly feeAssets: bigint;
  readonly rewardAssets: bigint;
  readonly badDebtAssets: bigint;
}
