/**
 * The simulated chain a script works on: transactions at seconds the script chooses, actors by name, and refusals as
 * named errors. Every transaction has a block of its own, one second or more after the one before, so a run with the
 * same inputs gives the same chain to the last wei.
 */
import { type ContractTransaction, getAddress, id, type Interface, isHexString, type LogDescription } from "ethers";
import { type NetworkConnection } from "hardhat/types/network";

/** A connection to Hardhat's in-process chain with this project's plugins. */
export type Connection = NetworkConnection;

/** A mined transaction. */
export interface Mined {
  readonly hash: string;
  /** Second of its block. */
  readonly timestamp: number;
  readonly gasUsed: bigint;
  readonly logs: readonly RawLog[];
}

interface RawLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

interface RawReceipt {
  readonly status: string;
  readonly gasUsed: string;
  readonly logs: readonly RawLog[];
}

/** A transaction that the contracts refused. */
export interface Refusal {
  readonly timestamp: number;
  /** Name of the custom error, or the text of a plain one. */
  readonly error: string;
  readonly args: readonly unknown[];
}

/** Gas offered with every transaction; enough for a full waterfall, below the limit of one transaction. */
const GAS_LIMIT = "0x989680"; // 10,000,000
/** "0x" and four bytes. */
const SELECTOR_LENGTH = 10;
const PLENTY_OF_ETHER = "0xffffffffffffffffffff";

/** Thrown by `send` when a transaction that should have worked was refused. */
export class UnexpectedRefusal extends Error {
  override readonly name = "UnexpectedRefusal";
  readonly refusal: Refusal;

  constructor(refusal: Refusal, what: string) {
    super(`${what} was refused: ${describeRefusal(refusal)}`);
    this.refusal = refusal;
  }
}

export class Chain {
  readonly connection: Connection;
  private readonly errors: readonly Interface[];
  private readonly known = new Set<string>();
  private lastBlockAt: number;

  /** @param errors interfaces whose custom errors are recognized */
  constructor(connection: Connection, lastBlockAt: number, errors: readonly Interface[]) {
    this.connection = connection;
    this.lastBlockAt = lastBlockAt;
    this.errors = errors;
  }

  /** Second of the latest block. */
  get now(): number {
    return this.lastBlockAt;
  }

  /** The next transaction is mined at second `time` at the earliest. */
  advanceTo(time: number): void {
    this.lastBlockAt = Math.max(this.lastBlockAt, time - 1);
  }

  /** Address of the actor called `name`, ready to send. The same name is the same address in every run. */
  async actor(name: string): Promise<string> {
    const address = getAddress(`0x${id(`plimsoll actor: ${name}`).slice(-40)}`);
    if (!this.known.has(address)) {
      this.known.add(address);
      await this.request("hardhat_impersonateAccount", [address]);
      await this.request("hardhat_setBalance", [address, PLENTY_OF_ETHER]);
    }
    return address;
  }

  /** Sends a transaction that must succeed. */
  async send(from: string, call: Promise<ContractTransaction>): Promise<Mined> {
    const outcome = await this.attempt(from, call);
    if ("error" in outcome) throw new UnexpectedRefusal(outcome, `a call of ${(await call).to}`);
    return outcome;
  }

  /** Sends a transaction that the contracts may refuse. */
  async attempt(from: string, call: Promise<ContractTransaction>): Promise<Mined | Refusal> {
    const { to, data } = await call;
    const timestamp = await this.openBlock();
    let hash: string;
    try {
      hash = (await this.request("eth_sendTransaction", [{ from, to, data, gas: GAS_LIMIT }])) as string;
    } catch (error) {
      // The failed transaction has a block of its own all the same.
      this.lastBlockAt = timestamp;
      return { timestamp, ...this.explain(error) };
    }
    this.lastBlockAt = timestamp;
    return this.receipt(hash, timestamp);
  }

  /** Asks what a transaction would be refused with now, without sending it; undefined if it would work. */
  async refusalOf(from: string, to: string, data: string): Promise<Pick<Refusal, "error" | "args"> | undefined> {
    try {
      await this.request("eth_call", [{ from, to, data, gas: GAS_LIMIT }, "latest"]);
      return undefined;
    } catch (error) {
      return this.explain(error);
    }
  }

  /** Sends transactions that must all succeed, in this order, in one block: they happen at the same second. */
  async sendTogether(calls: readonly { from: string; call: Promise<ContractTransaction> }[]): Promise<Mined[]> {
    const timestamp = await this.openBlock();
    await this.request("evm_setAutomine", [false]);
    const hashes: string[] = [];
    for (const { from, call } of calls) {
      const { to, data } = await call;
      hashes.push((await this.request("eth_sendTransaction", [{ from, to, data, gas: GAS_LIMIT }])) as string);
    }
    await this.request("evm_mine", []);
    await this.request("evm_setAutomine", [true]);
    this.lastBlockAt = timestamp;
    return Promise.all(hashes.map((hash) => this.receipt(hash, timestamp)));
  }

  /**
   * Fixes the second of the next block and makes "pending" calls see it, so that what is read with
   * `{ blockTag: "pending" }` is the state the next transaction finds.
   * @returns that second
   */
  async openBlock(): Promise<number> {
    const timestamp = this.lastBlockAt + 1;
    await this.request("evm_setNextBlockTimestamp", [`0x${timestamp.toString(16)}`]);
    return timestamp;
  }

  /** Takes a copy of the state; the returned function goes back to it, clock included. */
  async branch(): Promise<() => Promise<void>> {
    const snapshot = await this.request("evm_snapshot", []);
    const at = this.lastBlockAt;
    return async () => {
      await this.request("evm_revert", [snapshot]);
      this.lastBlockAt = at;
    };
  }

  /** What a mined transaction did; one that was refused inside its block is an error. */
  private async receipt(hash: string, timestamp: number): Promise<Mined> {
    const { status, gasUsed, logs } = (await this.request("eth_getTransactionReceipt", [hash])) as RawReceipt;
    if (BigInt(status) !== 1n) throw new Error(`transaction ${hash} was refused inside its block`);
    return { hash, timestamp, gasUsed: BigInt(gasUsed), logs };
  }

  private async request(method: string, params: unknown[]): Promise<unknown> {
    return this.connection.provider.request({ method, params });
  }

  private explain(error: unknown): Omit<Refusal, "timestamp"> {
    const data = revertData(error);
    // A call of an address without code is refused without a word.
    if (data !== undefined && data.length >= SELECTOR_LENGTH) {
      for (const candidate of this.errors) {
        const parsed = candidate.parseError(data);
        if (parsed !== null) return { error: parsed.name, args: [...(parsed.args as Iterable<unknown>)] };
      }
    }
    return { error: error instanceof Error ? error.message : String(error), args: [] };
  }
}

/** The events called `name` that `emitter` wrote in a transaction. */
export function eventsOf(
  mined: Mined,
  emitter: { target: unknown; interface: Interface },
  name: string,
): LogDescription[] {
  const address = String(emitter.target).toLowerCase();
  return mined.logs
    .filter((log) => log.address.toLowerCase() === address)
    .map((log) => emitter.interface.parseLog({ topics: [...log.topics], data: log.data }))
    .filter((event) => event?.name === name)
    .filter((event) => event !== null);
}

/** Error name and values as one line. */
export function describeRefusal({ error, args }: Refusal): string {
  return args.length === 0 ? error : `${error}(${args.map(String).join(", ")})`;
}

/** The bytes a call was refused with, wherever the provider has put them. */
export function revertData(error: unknown): string | undefined {
  let candidate = error;
  for (let depth = 0; depth < 4 && typeof candidate === "object" && candidate !== null; depth++) {
    if ("data" in candidate && isHexString(candidate.data)) return candidate.data;
    candidate = "data" in candidate ? candidate.data : "cause" in candidate ? candidate.cause : undefined;
  }
  return undefined;
}
