/** `/metrics` for Prometheus and `/health` for whatever restarts processes: 200 when green, 503 with the reasons when red. */
import { createServer, type Server } from "node:http";

import { type Watch } from "./health.ts";
import { type Metrics } from "./metrics.ts";

export async function serve(port: number, host: string, watch: Watch, metrics: Metrics): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const health = watch.read();
    metrics.healthy.set(health.isHealthy ? 1 : 0);
    if (path === "/health") {
      response.writeHead(health.isHealthy ? 200 : 503, { "content-type": "application/json" });
      response.end(`${JSON.stringify(health)}\n`);
    } else if (path === "/metrics") {
      metrics.registry.metrics().then(
        (text) => {
          response.writeHead(200, { "content-type": metrics.registry.contentType });
          response.end(text);
        },
        () => {
          response.writeHead(500).end();
        },
      );
    } else {
      response.writeHead(404, { "content-type": "text/plain" }).end("known: /health, /metrics\n");
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return server;
}
