/** A real `hardhat node` in a process of its own, asked over HTTP like any other. */
import { spawn } from "node:child_process";
import { createServer } from "node:net";

export interface RunningNode {
  readonly url: string;
  request(method: string, params?: readonly unknown[]): Promise<unknown>;
  stop(): Promise<void>;
}

const START_MS = 90_000;

/** Starts a node; `options` are further ones of `hardhat node`, such as `--fork`. */
export async function startNode(options: readonly string[] = []): Promise<RunningNode> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    ["node_modules/hardhat/dist/src/cli.js", "node", "--port", String(port), "--hostname", "127.0.0.1", ...options],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, NO_COLOR: "1" } },
  );
  // Who stops early, by an error or Ctrl-C, leaves no node behind.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2_000)));
  const url = `http://127.0.0.1:${port}`;
  const request = async (method: string, params: readonly unknown[] = []) => ask(url, method, params);
  const until = performance.now() + START_MS;
  for (;;) {
    try {
      await request("eth_chainId");
      break;
    } catch {
      if (child.exitCode !== null || performance.now() > until) {
        kill();
        throw new Error(`hardhat node did not start: ${complaint}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  return {
    ...{ url, request },
    stop: async () => {
      const exited = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode === null && kill()) await exited;
      process.off("exit", kill);
    },
  };
}

/** One question; throws what the node answers as an error. */
export async function ask(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const answer = (await response.json()) as { result?: unknown; error?: { message: string; data?: unknown } };
  // With the bytes of a contract's error, where there are any.
  if (answer.error !== undefined) {
    throw new Error(`${method}: ${answer.error.message} ${JSON.stringify(answer.error.data ?? "")}`);
  }
  return answer.result;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
