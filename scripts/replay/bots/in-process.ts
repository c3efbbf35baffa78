/**
 * The replay's own chain, asked as a keeper asks its nodes: without RPC, and always about the second in which the next
 * transaction would be mined, because nothing comes between a look and an act.
 */
import { CallReverted } from "../../keeper/rpc/errors.ts";
import { hex, type RawLog, type CallRequest, type Simulator, type Views } from "../../keeper/rpc/pool.ts";
import { type Chain, revertData } from "../../lib/chain.ts";

/** Methods that a contract may refuse. */
const CALLS = new Set(["eth_call", "eth_estimateGas"]);

/** "0x" and four bytes. */
const SELECTOR_LENGTH = 10;

export class InProcess implements Views, Simulator {
  private readonly chain: Chain;
  /** Answers to calls at the second `knownAt`: until something is mined or time passes they stay true. */
  private readonly known = new Map<string, Promise<string>>();
  private knownAt = -1;
  /** By what is called: calls of a kind differ little, and an estimate takes a dozen simulations. */
  private readonly estimates = new Map<string, Promise<unknown>>();

  constructor(chain: Chain) {
    this.chain = chain;
  }

  /** Gas of a kind of call is estimated once a step. */
  beginStep(): void {
    this.estimates.clear();
  }

  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    if (method !== "eth_estimateGas") return this.ask(method, params);
    const { to, data } = params[0] as CallRequest;
    const kind = to + data.slice(0, SELECTOR_LENGTH);
    const estimate = this.estimates.get(kind) ?? this.ask(method, params);
    this.estimates.set(kind, estimate);
    return estimate;
  }

  private async ask(method: string, params: readonly unknown[]): Promise<unknown> {
    await this.chain.openBlock();
    try {
      return await this.chain.connection.provider.request({ method, params: [...params] });
    } catch (error) {
      if (!CALLS.has(method)) throw error;
      throw new CallReverted(method, revertData(error) ?? "0x", error instanceof Error ? error.message : String(error));
    }
  }

  async call(call: CallRequest): Promise<string> {
    if (this.knownAt !== this.chain.now) this.known.clear();
    this.knownAt = this.chain.now;
    const name = JSON.stringify(call);
    const answer = this.known.get(name) ?? (this.request("eth_call", [call, "pending"]) as Promise<string>);
    this.known.set(name, answer);
    return answer;
  }

  async blockNumber(): Promise<number> {
    return Number(await this.request("eth_blockNumber", []));
  }

  async logs(address: readonly string[], topics: readonly string[], from: number, to: number): Promise<RawLog[]> {
    const filter = { address, topics: [topics], fromBlock: hex(from), toBlock: hex(to) };
    return (await this.request("eth_getLogs", [filter])) as RawLog[];
  }
}
