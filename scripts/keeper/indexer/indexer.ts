/**
 * Reads events since the deployment, in bounded ranges, and again over the last blocks at every step, because those may
 * be replaced. Each step takes away what was seen in its range and puts in what is there now, in one write: nothing is
 * ever counted twice, and nothing is missing in between. What a position looks like now is not kept: that is asked of
 * the chain.
 */
import { type Header } from "../rpc/endpoint.ts";
import { AllEndpointsFailed } from "../rpc/errors.ts";
import { type RawLog, type RpcPool } from "../rpc/pool.ts";
import { type Checkpoint, type Sighting, type Store } from "../store/types.ts";
import { announcesVault, nameOf, sightingsIn, TOPICS } from "./events.ts";

export interface IndexRules {
  /** First block that may hold an event. */
  readonly fromBlock: number;
  /** Most blocks asked for at once; halved while nodes refuse. */
  readonly rangeBlocks: number;
  /** Blocks read again each time. */
  readonly reorgDepth: number;
}

/** What a step has found. */
export interface Caught {
  /** What was touched in blocks not seen before, or in blocks that are gone. */
  readonly touched: readonly Sighting[];
  /** Blocks known before that are not on the chain any more; zero in quiet times. */
  readonly orphaned: number;
  readonly newVault: boolean;
}

/** Another keeper on the same state has moved on; the next step begins from there. */
export class StateMoved extends Error {
  override readonly name = "StateMoved";

  constructor() {
    super("another keeper has written to the same state meanwhile");
  }
}

export class Indexer {
  private readonly rpc: RpcPool;
  private readonly store: Store;
  private readonly rules: IndexRules;
  private readonly sources: readonly string[];
  private rangeBlocks: number;
  /** What was touched in each of the latest blocks, by the block's hash. */
  private readonly recent = new Map<string, Sighting[]>();

  constructor(rpc: RpcPool, store: Store, sources: readonly string[], rules: IndexRules) {
    this.rpc = rpc;
    this.store = store;
    this.sources = sources;
    this.rules = rules;
    this.rangeBlocks = rules.rangeBlocks;
  }

  /** Reads all that is new up to `head`, and again what may have changed. */
  async catchUp(head: Header): Promise<Caught> {
    const known = await this.store.checkpoints();
    const common = await this.lastCommon(known, head);
    const lastSafe = common?.number ?? this.rules.fromBlock - 1;
    const orphaned = known[0] === undefined ? 0 : Math.max(0, known[0].number - lastSafe);
    if (common === undefined && known.length > 0) await this.store.forget();
    if (common?.hash === head.hash && known[0]?.hash === head.hash && this.recent.has(head.hash)) {
      return { touched: [], orphaned: 0, newVault: false };
    }

    const { fromBlock, reorgDepth } = this.rules;
    let from = Math.max(fromBlock, Math.min(lastSafe + 1, head.number - reorgDepth + 1));
    let keepUpTo = common?.number ?? -1;
    let expected: Checkpoint | undefined = common === undefined && known.length > 0 ? undefined : known[0];
    const logs: RawLog[] = [];
    while (from <= head.number) {
      const { range, to } = await this.readRange(from, head);
      const sightings = firstOfEach(range);
      const checkpoint = { number: to.number, hash: to.hash };
      const isWritten = await this.store.write({ from, to: checkpoint, sightings, keepUpTo, expected });
      if (!isWritten) throw new StateMoved();
      logs.push(...range);
      [from, keepUpTo, expected] = [to.number + 1, to.number, checkpoint];
    }
    return { touched: this.remember(logs, head, orphaned > 0), orphaned, newVault: logs.some(announcesVault) };
  }

  /** The newest block known before that is still on the chain. */
  private async lastCommon(known: readonly Checkpoint[], head: Header): Promise<Checkpoint | undefined> {
    for (const checkpoint of known) {
      if (checkpoint.number > head.number) continue;
      const hash =
        checkpoint.number === head.number
          ? head.hash
          : checkpoint.number === head.number - 1
            ? head.parentHash
            : (await this.rpc.header(checkpoint.number))?.hash;
      if (hash === checkpoint.hash) return checkpoint;
    }
    return undefined;
  }

  /** One bounded range from `from` on. Nodes that refuse long ranges are asked for shorter ones. */
  private async readRange(from: number, head: Header): Promise<{ range: RawLog[]; to: Checkpoint }> {
    for (;;) {
      // A range ends where the part that may still be replaced begins, so that there is a block to go back to.
      const settled = head.number - this.rules.reorgDepth;
      const end = Math.min(from + this.rangeBlocks - 1, from <= settled ? settled : head.number);
      try {
        const to = end === head.number ? head : await this.rpc.header(end);
        if (to === undefined) throw new AllEndpointsFailed("eth_getBlockByNumber", [`no block ${end}`]);
        const range = await this.rpc.logs({ address: this.sources, topics: [TOPICS] }, from, to);
        this.rangeBlocks = Math.min(this.rangeBlocks * 2, this.rules.rangeBlocks);
        return { range: inOrder(range), to };
      } catch (error) {
        if (!(error instanceof AllEndpointsFailed) || this.rangeBlocks === 1) throw error;
        this.rangeBlocks = Math.ceil(this.rangeBlocks / 2);
      }
    }
  }

  /** What was touched in blocks that are new; after a reorganisation also in those that are gone. */
  private remember(logs: readonly RawLog[], head: Header, wasReorganised: boolean): Sighting[] {
    const touched = new Map<string, Sighting>();
    if (wasReorganised) {
      for (const sighting of [...this.recent.values()].flat()) touched.set(nameOf(sighting), sighting);
      this.recent.clear();
    }
    const fresh = new Map<string, Sighting[]>([[head.hash, []]]);
    for (const log of logs) {
      if (this.recent.has(log.blockHash)) continue;
      const sightings = sightingsIn(log);
      for (const sighting of sightings) touched.set(nameOf(sighting), sighting);
      fresh.set(log.blockHash, [...(fresh.get(log.blockHash) ?? []), ...sightings]);
    }
    for (const [hash, sightings] of fresh) this.recent.set(hash, sightings);
    const most = 4 * this.rules.reorgDepth;
    for (const hash of [...this.recent.keys()].slice(0, Math.max(0, this.recent.size - most))) this.recent.delete(hash);
    return [...touched.values()];
  }
}

/** Nodes, and proxies before them, may give logs in any order. */
function inOrder(logs: readonly RawLog[]): RawLog[] {
  return [...logs].sort(
    (left, right) =>
      Number(left.blockNumber) - Number(right.blockNumber) || Number(left.logIndex) - Number(right.logIndex),
  );
}

function firstOfEach(logs: readonly RawLog[]): Sighting[] {
  const found = new Map<string, Sighting>();
  for (const log of logs) {
    for (const sighting of sightingsIn(log)) {
      if (!found.has(nameOf(sighting))) found.set(nameOf(sighting), sighting);
    }
  }
  return [...found.values()];
}
