/**
 * One account and its nonces. A transaction is written down, signed, before it is broadcast, so that a keeper that dies
 * at any moment sends the same one again. Transactions that stay unmined are replaced at the same nonce by dearer ones,
 * or, if they would not do anything any more, by nothing.
 */
import { Transaction, type Wallet } from "ethers";

import { type Header } from "../rpc/endpoint.ts";
import { CallReverted, TransactionRefused } from "../rpc/errors.ts";
import { type Receipt, type RpcPool } from "../rpc/pool.ts";
import { type Store, type StoredTransaction } from "../store/types.ts";
import { type Fees, feesFor, raised } from "./fees.ts";
import { type Relay } from "./relay.ts";

export interface LaneRules {
  readonly chainId: number;
  readonly maxFee: bigint;
  readonly priorityFee: bigint;
  readonly bumpPercent: number;
  readonly replaceAfterBlocks: number;
  readonly maxInFlight: number;
  /** Blocks after which a mined transaction is final. */
  readonly finalAfterBlocks: number;
}

/** What has become of a transaction. */
export interface Settled {
  readonly purpose: string;
  readonly hash: string;
  readonly receipt: Receipt;
}

/** Told of what happens to transactions, for logs and metrics. */
export interface LaneObserver {
  mined(lane: Lane, settled: Settled): void;
  replaced(lane: Lane, purpose: string, how: "dearer" | "cancelled" | "at the limit"): void;
}

interface Slot {
  readonly nonce: number;
  /** Oldest first; the last is the one that counts. */
  readonly versions: StoredTransaction[];
  mined: Receipt | undefined;
}

const CANCEL_GAS = 21_000n;
const KNOWN = /already known|alreadyknown|already imported|known transaction/i;

export class Lane {
  readonly name: string;
  readonly address: string;
  private readonly wallet: Wallet;
  private readonly rpc: RpcPool;
  private readonly relay: Relay;
  private readonly store: Store;
  private readonly rules: LaneRules;
  private readonly observer: LaneObserver;
  private readonly slots = new Map<number, Slot>();
  private nextNonce = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    name: string,
    wallet: Wallet,
    { rpc, relay, store, observer }: { rpc: RpcPool; relay: Relay; store: Store; observer: LaneObserver },
    rules: LaneRules,
  ) {
    this.name = name;
    this.wallet = wallet;
    this.address = wallet.address.toLowerCase();
    this.rpc = rpc;
    this.relay = relay;
    this.store = store;
    this.rules = rules;
    this.observer = observer;
  }

  /** Takes up what an earlier run has left. */
  async start(): Promise<void> {
    for (const stored of await this.store.transactions(this.address)) {
      const slot = this.slots.get(stored.nonce) ?? { nonce: stored.nonce, versions: [], mined: undefined };
      slot.versions.push(stored);
      this.slots.set(stored.nonce, slot);
    }
    const onChain = await this.rpc.nonce(this.address, "latest");
    for (const slot of this.slots.values()) if (slot.nonce >= onChain) await this.offer(slot);
    this.nextNonce = Math.max(onChain, ...[...this.slots.keys()].map((nonce) => nonce + 1));
  }

  /** Purposes of transactions that are not mined yet. */
  get waiting(): ReadonlySet<string> {
    return new Set(this.unmined().map(purposeOf));
  }

  get hasRoom(): boolean {
    return this.unmined().length < this.rules.maxInFlight;
  }

  /** Signs, writes down and broadcasts. One at a time, so that nonces follow each other. */
  async send(call: { to: string; data: string }, gas: bigint, purpose: string, head: Header): Promise<string> {
    return this.inTurn(async () => {
      const fees = feesFor(head.baseFee, this.rules);
      const stored = await this.sign({ ...call, gas }, this.nextNonce, purpose, fees, head.number);
      const slot: Slot = { nonce: stored.nonce, versions: [stored], mined: undefined };
      await this.store.saveTransaction(stored);
      this.slots.set(slot.nonce, slot);
      this.nextNonce = slot.nonce + 1;
      try {
        await this.broadcast(stored);
      } catch (error) {
        // Refused for good: its nonce is free again. Unanswered: it may be on its way, and is offered again later.
        if (error instanceof TransactionRefused) await this.drop(slot);
        throw error;
      }
      return stored.hash;
    });
  }

  /** Looks what has become of everything on its way; called once a block. */
  async settle(head: Header): Promise<void> {
    return this.inTurn(async () => {
      if (this.slots.size === 0) return;
      const onChain = await this.rpc.nonce(this.address, "latest");
      for (const slot of [...this.slots.values()].sort((left, right) => left.nonce - right.nonce)) {
        await this.settleSlot(slot, onChain, head);
      }
    });
  }

  private async settleSlot(slot: Slot, onChain: number, head: Header): Promise<void> {
    const { finalAfterBlocks, replaceAfterBlocks } = this.rules;
    const newest = newestOf(slot);
    if (slot.nonce < onChain) {
      for (const version of [...slot.versions].reverse()) {
        const receipt = await this.rpc.receipt(version.hash);
        if (receipt === undefined) continue;
        if (slot.mined?.blockHash !== receipt.blockHash) {
          this.observer.mined(this, { purpose: version.purpose, hash: version.hash, receipt });
        }
        slot.mined = receipt;
        if (head.number - receipt.blockNumber >= finalAfterBlocks) await this.drop(slot);
        return;
      }
      // Another transaction of this account took the nonce, or an endpoint is behind: kept until that is certain.
      if (head.number - newest.atBlock >= finalAfterBlocks) await this.drop(slot);
      return;
    }
    // Not on the chain, or not any more.
    slot.mined = undefined;
    if (head.number - newest.atBlock >= replaceAfterBlocks) await this.replace(slot, head);
    else if (head.number > newest.atBlock) await this.offer(slot);
  }

  /** The same at a higher price; nothing, at a higher price, if the call would fail now. */
  private async replace(slot: Slot, head: Header): Promise<void> {
    const newest = newestOf(slot);
    const fees = raised(newest, head.baseFee, this.rules);
    if (fees === undefined) {
      this.observer.replaced(this, newest.purpose, "at the limit");
      return this.offer(slot);
    }
    const { to, data, gasLimit } = Transaction.from(newest.signed);
    const call = { to: to ?? this.address, data };
    const stillWorks = call.data !== "0x" && (await this.wouldWork(call, head));
    const next = stillWorks
      ? await this.sign({ ...call, gas: gasLimit }, slot.nonce, newest.purpose, fees, head.number)
      : await this.sign(
          { to: this.address, data: "0x", gas: CANCEL_GAS },
          slot.nonce,
          newest.purpose,
          fees,
          head.number,
        );
    await this.store.saveTransaction(next);
    slot.versions.push(next);
    this.observer.replaced(this, newest.purpose, stillWorks ? "dearer" : "cancelled");
    await this.offer(slot);
  }

  private async wouldWork(call: { to: string; data: string }, head: Header): Promise<boolean> {
    try {
      await this.rpc.call({ from: this.address, ...call }, head.hash);
      return true;
    } catch (error) {
      if (error instanceof CallReverted) return false;
      throw error;
    }
  }

  /** Broadcasts again; whatever a node says to that, the next look at the chain decides. */
  private async offer(slot: Slot): Promise<void> {
    await this.broadcast(newestOf(slot)).catch(() => undefined);
  }

  /** What an endpoint says of a transaction that another one was quicker with is no failure: the chain knows it. */
  private async broadcast({ signed, hash }: StoredTransaction): Promise<void> {
    try {
      await this.relay.send(signed);
    } catch (error) {
      if (error instanceof TransactionRefused && KNOWN.test(error.message)) return;
      const isKnown = (await this.rpc.request("eth_getTransactionByHash", [hash]).catch(() => null)) !== null;
      if (!isKnown) throw error;
    }
  }

  private async sign(
    call: { to: string; data: string; gas: bigint },
    nonce: number,
    purpose: string,
    { maxFee, priorityFee }: Fees,
    atBlock: number,
  ): Promise<StoredTransaction> {
    const signed = await this.wallet.signTransaction({
      ...{ type: 2, chainId: this.rules.chainId, nonce, to: call.to, data: call.data, value: 0n },
      ...{ gasLimit: call.gas, maxFeePerGas: maxFee, maxPriorityFeePerGas: priorityFee },
    });
    const hash = Transaction.from(signed).hash ?? "";
    return { account: this.address, nonce, hash, purpose, signed, maxFee, priorityFee, atBlock };
  }

  private async drop(slot: Slot): Promise<void> {
    this.slots.delete(slot.nonce);
    await this.store.dropNonce(this.address, slot.nonce);
    // The highest nonce was refused: it is the next again.
    if (slot.mined === undefined && slot.nonce === this.nextNonce - 1) {
      this.nextNonce = Math.max(slot.nonce, await this.rpc.nonce(this.address, "latest"));
    }
  }

  private unmined(): Slot[] {
    return [...this.slots.values()].filter(({ mined }) => mined === undefined);
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work, work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}

/** What sends for the executor. */
export type Sender = Pick<Lane, "name" | "address" | "waiting" | "hasRoom" | "send">;

function newestOf({ nonce, versions }: Slot): StoredTransaction {
  const newest = versions.at(-1);
  if (newest === undefined) throw new RangeError(`nonce ${nonce} has no transaction`);
  return newest;
}

function purposeOf(slot: Slot): string {
  return newestOf(slot).purpose;
}
