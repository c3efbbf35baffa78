/** Where signed transactions go: to all public nodes, or to one private relay that keeps them out of sight until mined. */
import { Endpoint } from "../rpc/endpoint.ts";
import { type RpcPool } from "../rpc/pool.ts";

export interface Relay {
  send(signed: string): Promise<void>;
}

export function publicRelay(rpc: RpcPool): Relay {
  return { send: async (signed) => rpc.broadcast(signed) };
}

/** A failing relay is not replaced by the public nodes: whoever configures one does not want to be seen. */
export function privateRelay(url: string, timeoutMs: number): Relay {
  const endpoint = new Endpoint("relay", url, timeoutMs);
  return {
    send: async (signed) => {
      await endpoint.request("eth_sendRawTransaction", [signed]);
    },
  };
}
