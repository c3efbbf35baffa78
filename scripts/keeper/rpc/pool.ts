/**
 * Several endpoints as one. A question goes to the first that is well; one that fails rests for a while, longer each
 * time, and the question goes to the next. What belongs to a block is asked for by the block's hash, so an endpoint that
 * is behind, or on another fork, fails instead of answering something else.
 */
import { type Endpoint, type Header } from "./endpoint.ts";
import { AllEndpointsFailed, CallReverted, EndpointFailed, TransactionRefused } from "./errors.ts";
import { type Believed, credibleHead, type HeadRules } from "./head.ts";

/** A log as nodes give it. */
export interface RawLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly logIndex: string;
}

/** What is asked of a contract. */
export interface CallRequest {
  readonly from?: string;
  readonly to: string;
  readonly data: string;
}

/** A mined transaction. */
export interface Receipt {
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly succeeded: boolean;
  readonly gasUsed: bigint;
  readonly effectiveGasPrice: bigint;
}

/** Told of what goes wrong, for metrics. */
export interface RpcObserver {
  failed(endpoint: string, method: string): void;
  lied(endpoint: string, reason: string): void;
}

const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 60_000;

export class RpcPool {
  private readonly endpoints: readonly Endpoint[];
  private readonly rules: HeadRules;
  private readonly observer: RpcObserver;
  private readonly rests = new Map<Endpoint, { untilMs: number; lengthMs: number }>();
  private believed: Believed | undefined;

  constructor(endpoints: readonly Endpoint[], rules: HeadRules, observer: RpcObserver) {
    this.endpoints = endpoints;
    this.rules = rules;
    this.observer = observer;
  }

  /** Asks one endpoint after the other until one answers; a contract's refusal is an answer. */
  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.withEndpoint(method, async (endpoint) => endpoint.request(method, params));
  }

  /** The newest block that can be believed. */
  async head(): Promise<Header> {
    // One that has just failed would hold up every block for as long as its silence is borne.
    const now = performance.now();
    const well = this.endpoints.filter((endpoint) => (this.rests.get(endpoint)?.untilMs ?? 0) <= now);
    const header = await credibleHead(well.length === 0 ? this.endpoints : well, this.rules, this.believed, {
      silent: (endpoint) => {
        this.rest(endpoint);
        this.observer.failed(endpoint.name, "latest block");
      },
      lied: (endpoint, reason) => {
        this.rest(endpoint);
        this.observer.lied(endpoint.name, reason);
      },
    });
    if (header.hash !== this.believed?.header.hash) this.believed = { header, atMs: performance.now() };
    return header;
  }

  /** Header of a block by number. */
  async header(number: number): Promise<Header | undefined> {
    return this.withEndpoint("eth_getBlockByNumber", async (endpoint) => endpoint.header(number));
  }

  /** Result of a view at one block. */
  async call(call: CallRequest, blockHash: string): Promise<string> {
    return (await this.request("eth_call", [call, { blockHash }])) as string;
  }

  /**
   * Logs of a range, from an endpoint that has the block `to.hash` at the end of it: one that is behind, or on another
   * fork, would leave some out without a word.
   */
  async logs(
    filter: { address: readonly string[]; topics: readonly (readonly string[])[] },
    from: number,
    to: { number: number; hash: string },
  ): Promise<RawLog[]> {
    const params = [{ ...filter, fromBlock: hex(from), toBlock: hex(to.number) }];
    return this.withEndpoint("eth_getLogs", async (endpoint) => {
      const logs = (await endpoint.request("eth_getLogs", params)) as RawLog[];
      const end = await endpoint.header(to.number);
      if (end?.hash !== to.hash) {
        throw new EndpointFailed(endpoint.name, "eth_getLogs", `it has no block ${to.number} of this chain`);
      }
      if (logs.some(({ blockNumber }) => Number(blockNumber) < from || Number(blockNumber) > to.number)) {
        throw new EndpointFailed(endpoint.name, "eth_getLogs", "logs from outside the range");
      }
      return logs;
    });
  }

  /** Hands a signed transaction to every endpoint; one that takes it is enough. */
  async broadcast(signed: string): Promise<void> {
    const answers = await Promise.allSettled(
      this.endpoints.map(async (endpoint) => endpoint.request("eth_sendRawTransaction", [signed])),
    );
    if (answers.some(({ status }) => status === "fulfilled")) return;
    const errors = answers.map((answer) => (answer.status === "rejected" ? (answer.reason as Error) : undefined));
    // Only if every endpoint has refused it is it nowhere: one that failed to answer may have taken it.
    const refusal = errors.find((error) => error instanceof TransactionRefused);
    if (refusal !== undefined && errors.every((error) => error instanceof TransactionRefused)) throw refusal;
    throw new AllEndpointsFailed("eth_sendRawTransaction", errors.map(String));
  }

  async receipt(hash: string): Promise<Receipt | undefined> {
    const raw = (await this.request("eth_getTransactionReceipt", [hash])) as Record<string, string> | null;
    if (raw === null) return undefined;
    return {
      blockNumber: Number(raw.blockNumber),
      blockHash: raw.blockHash ?? "",
      succeeded: raw.status === "0x1",
      gasUsed: BigInt(raw.gasUsed ?? 0),
      effectiveGasPrice: BigInt(raw.effectiveGasPrice ?? 0),
    };
  }

  async balance(account: string, tag = "latest"): Promise<bigint> {
    return BigInt((await this.request("eth_getBalance", [account, tag])) as string);
  }

  async nonce(account: string, tag: "latest" | "pending"): Promise<number> {
    return Number(await this.request("eth_getTransactionCount", [account, tag]));
  }

  private async withEndpoint<T>(method: string, ask: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    const reasons: string[] = [];
    for (const endpoint of this.inOrder()) {
      try {
        const answer = await ask(endpoint);
        this.rests.delete(endpoint);
        return answer;
      } catch (error) {
        if (error instanceof CallReverted || error instanceof TransactionRefused) throw error;
        this.rest(endpoint);
        this.observer.failed(endpoint.name, method);
        reasons.push(error instanceof Error ? error.message : String(error));
      }
    }
    throw new AllEndpointsFailed(method, reasons);
  }

  /** Those that are well first; those that rest come last, soonest first, because any answer is better than none. */
  private inOrder(): Endpoint[] {
    const now = performance.now();
    const restOf = (endpoint: Endpoint) => Math.max(0, (this.rests.get(endpoint)?.untilMs ?? 0) - now);
    return [...this.endpoints].sort((left, right) => restOf(left) - restOf(right));
  }

  private rest(endpoint: Endpoint): void {
    const before = this.rests.get(endpoint)?.lengthMs ?? FIRST_REST_MS / 2;
    const lengthMs = Math.min(before * 2, LONGEST_REST_MS);
    this.rests.set(endpoint, { untilMs: performance.now() + lengthMs, lengthMs });
  }
}

/** What reads of contracts need: a pool of nodes, or a chain in the same process. */
export type Views = Pick<RpcPool, "call">;

/** What simulations need. */
export type Simulator = Pick<RpcPool, "request">;

/** A number as nodes want it. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
