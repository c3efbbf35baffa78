import { Endpoint } from "./endpoint.ts";
import { RpcPool, type RpcObserver } from "./pool.ts";

/** What the configuration says of the nodes. */
export interface RpcSettings {
  readonly timeoutMs: number;
  readonly quorum?: number;
  readonly maxBlocksPerSecond: number;
  readonly slackBlocks: number;
}

/** The chain is not the one that was configured. */
export class WrongChain extends Error {
  override readonly name = "WrongChain";

  constructor(expected: number, found: number) {
    super(`the endpoints serve chain ${found}, the configuration says ${expected}`);
  }
}

/** A pool over these URLs, in the order of preference. */
export function openPool(urls: readonly string[], settings: RpcSettings, observer: RpcObserver): RpcPool {
  const endpoints = urls.map((url, index) => new Endpoint(`rpc${index + 1}`, url, settings.timeoutMs));
  return new RpcPool(
    endpoints,
    {
      quorum: settings.quorum,
      maxBlocksPerSecond: settings.maxBlocksPerSecond,
      slackBlocks: settings.slackBlocks,
    },
    observer,
  );
}

/** Refuses to work on another chain than the one meant. */
export async function checkChain(rpc: RpcPool, expected: number): Promise<void> {
  const found = Number(await rpc.request("eth_chainId", []));
  if (found !== expected) throw new WrongChain(expected, found);
}
