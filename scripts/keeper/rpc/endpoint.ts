/**
 * One JSON-RPC URL. An answer counts only if it comes in time and bears the number of its question, so an answer that a
 * proxy or a connection pool gives to the wrong question is never believed.
 */
import { CallReverted, EndpointFailed, revertData, TransactionRefused } from "./errors.ts";

/** A block's header, as far as a keeper needs it. */
export interface Header {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  /** Seconds. */
  readonly timestamp: number;
  /** Wei per gas; undefined on chains without a base fee. */
  readonly baseFee: bigint | undefined;
}

interface Answer {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code?: number; readonly message?: string; readonly data?: unknown };
}

/** Messages by which nodes say that a contract reverted. */
const REVERT_TEXT = /revert|invalid opcode|out of gas/i;

export class Endpoint {
  /** Short name for logs and metrics; never the URL. */
  readonly name: string;
  private readonly url: string;
  private readonly timeoutMs: number;
  private lastId = 0;

  constructor(name: string, url: string, timeoutMs: number) {
    this.name = name;
    this.url = url;
    this.timeoutMs = timeoutMs;
  }

  /** Asks; throws EndpointFailed, CallReverted or TransactionRefused. */
  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    const id = ++this.lastId;
    const answer = await this.post(method, { jsonrpc: "2.0", id, method, params });
    if (answer.id !== id) {
      throw new EndpointFailed(this.name, method, `question ${id} got the answer to ${JSON.stringify(answer.id)}`);
    }
    if (answer.error !== undefined) throw this.refusal(method, answer.error);
    if (answer.result === undefined) throw new EndpointFailed(this.name, method, "the answer has no result");
    return answer.result;
  }

  /** The header of a block by number, tag or hash; undefined if the endpoint does not have it. */
  async header(block: number | string): Promise<Header | undefined> {
    const byHash = typeof block === "string" && block.length === 66;
    const method = byHash ? "eth_getBlockByHash" : "eth_getBlockByNumber";
    const at = typeof block === "number" ? `0x${block.toString(16)}` : block;
    const raw = await this.request(method, [at, false]);
    return raw === null ? undefined : this.parseHeader(method, raw);
  }

  private parseHeader(method: string, raw: unknown): Header {
    const { number, hash, parentHash, timestamp, baseFeePerGas } = raw as Record<string, unknown>;
    for (const field of [number, hash, parentHash, timestamp]) {
      if (typeof field !== "string" || !/^0x[0-9a-f]+$/i.test(field)) {
        throw new EndpointFailed(this.name, method, "the block's header is incomplete");
      }
    }
    return {
      number: Number(number),
      hash: hash as string,
      parentHash: parentHash as string,
      timestamp: Number(timestamp),
      baseFee: typeof baseFeePerGas === "string" ? BigInt(baseFeePerGas) : undefined,
    };
  }

  private async post(method: string, body: object): Promise<Answer> {
    try {
      const response = await fetch(this.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      const text = await response.text();
      // Some nodes give reverts with a status that is not 200, but always as JSON.
      const answer: unknown = parseJson(text);
      if (typeof answer !== "object" || answer === null) {
        throw new EndpointFailed(this.name, method, `status ${response.status}, not JSON`);
      }
      return answer;
    } catch (error) {
      if (error instanceof EndpointFailed) throw error;
      const timedOut = error instanceof Error && error.name === "TimeoutError";
      throw new EndpointFailed(this.name, method, timedOut ? `silent for ${this.timeoutMs} ms` : "unreachable");
    }
  }

  private refusal(method: string, error: NonNullable<Answer["error"]>): Error {
    const message = error.message ?? "no reason given";
    const data = revertData(error);
    if (method === "eth_sendRawTransaction")
      return new TransactionRefused(`the node refused a transaction: ${message}`);
    const isCall = method === "eth_call" || method === "eth_estimateGas";
    if (isCall && (error.code === 3 || data !== undefined || REVERT_TEXT.test(message))) {
      return new CallReverted(method, data ?? "0x", message);
    }
    return new EndpointFailed(this.name, method, message);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
