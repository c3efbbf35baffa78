/** A proxy before a node that misbehaves as a test says: drops, delays, reorders and falsifies answers. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { freePort } from "./node.ts";

export interface Question {
  readonly method: string;
  readonly params: readonly unknown[];
  /** Counted from 1 since the proxy began or was told anew how to behave. */
  readonly number: number;
}

export interface Misbehaviour {
  /** The connection is cut, before the node hears of it or after. */
  readonly drop?: "before" | "after";
  readonly delayMs?: number;
  /** Put in place of the node's result. */
  readonly falsify?: (result: unknown) => unknown;
  /** Put in place of the question's number. */
  readonly wrongId?: boolean;
}

export interface Proxy {
  readonly url: string;
  /** How many questions have come since. */
  readonly questions: Question[];
  behave(how: (question: Question) => Misbehaviour | undefined | Promise<Misbehaviour | undefined>): void;
  stop(): Promise<void>;
}

export async function startProxy(target: string): Promise<Proxy> {
  let how: Parameters<Proxy["behave"]>[0] = () => undefined;
  const questions: Question[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const { method, params } = JSON.parse(body) as Question;
    const question = { method, params, number: questions.length + 1 };
    questions.push(question);
    const { drop, delayMs = 0, falsify, wrongId = false } = (await how(question)) ?? {};
    if (drop === "before") return request.socket.destroy();
    const real = await fetch(target, { method: "POST", headers: { "content-type": "application/json" }, body });
    const parsed = (await real.json()) as { id: number; result?: unknown };
    if (drop === "after") return request.socket.destroy();
    if (delayMs > 0) await sleep(delayMs);
    if (falsify !== undefined && "result" in parsed) parsed.result = falsify(parsed.result);
    if (wrongId) parsed.id += 1;
    response.writeHead(200, { "content-type": "application/json" });
    return response.end(JSON.stringify(parsed));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    ...{ url: `http://127.0.0.1:${port}`, questions },
    behave: (next) => {
      questions.length = 0;
      how = next;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
