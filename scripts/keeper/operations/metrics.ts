/** What Prometheus scrapes. Counters for what happened, gauges for how things stand. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** Seconds from seeing a block to having decided. */
const DECISION_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

const KIBIBYTE = 1024;

export class Metrics {
  readonly registry = new Registry();
  readonly head = this.gauge("keeper_head_block", "Newest block decided on");
  readonly finished = this.gauge("keeper_finished_block", "Newest block after which the book was brought up to date");
  readonly positions = this.gauge("keeper_positions", "Positions with debt");
  readonly accounts = this.gauge("keeper_margin_accounts", "Margin accounts with a position, a deficit or a record");
  readonly liquidatable = this.gauge("keeper_liquidatable_positions", "Positions and accounts below a health of one");
  readonly insolvent = this.gauge("keeper_insolvent_positions", "Positions and accounts that owe more than they have");
  readonly unhandled = this.gauge(
    "keeper_oldest_unhandled_insolvency_blocks",
    "Age of the oldest of them not impaired",
  );
  readonly unpriced = this.gauge(
    "keeper_unpriced_positions",
    "Positions and accounts whose price source does not answer",
  );
  readonly healthy = this.gauge("keeper_healthy", "1 while /health is green");
  readonly decisionSeconds = new Histogram({
    ...{ name: "keeper_decision_seconds", help: "From seeing a block to the end of its decisions" },
    ...{ buckets: DECISION_SECONDS, registers: [this.registry] },
  });
  readonly proposals = new Counter({
    ...{ name: "keeper_proposals_total", help: "What became of proposals" },
    ...{ labelNames: ["strategy", "status"], registers: [this.registry] },
  });
  readonly transactions = new Counter({
    ...{ name: "keeper_transactions_total", help: "Transactions mined, replaced or cancelled" },
    ...{ labelNames: ["lane", "result"], registers: [this.registry] },
  });
  /** Milliwei would be too fine and wei too large for a float: gwei, for a chart and never for a calculation. */
  readonly gasGwei = new Counter({
    ...{ name: "keeper_gas_paid_gwei_total", help: "Paid for gas" },
    ...{ labelNames: ["lane"], registers: [this.registry] },
  });
  readonly balanceGwei = new Gauge({
    ...{ name: "keeper_balance_gwei", help: "Gas money left" },
    ...{ labelNames: ["lane"], registers: [this.registry] },
  });
  readonly rpcFailures = new Counter({
    ...{ name: "keeper_rpc_failures_total", help: "Questions that an endpoint did not answer" },
    ...{ labelNames: ["endpoint", "method"], registers: [this.registry] },
  });
  readonly rpcLies = new Counter({
    ...{ name: "keeper_rpc_lies_total", help: "Heads that could not be believed" },
    ...{ labelNames: ["endpoint"], registers: [this.registry] },
  });
  readonly orphaned = new Counter({
    ...{ name: "keeper_orphaned_blocks_total", help: "Blocks undone by reorganisations" },
    registers: [this.registry],
  });
  readonly failedTicks = new Counter({
    ...{ name: "keeper_failed_ticks_total", help: "Blocks that could not be decided on" },
    registers: [this.registry],
  });

  readonly peakRss = new Gauge({
    ...{ name: "keeper_peak_rss_bytes", help: "Most memory this process has had", registers: [this.registry] },
    collect(): void {
      this.set(process.resourceUsage().maxRSS * KIBIBYTE);
    },
  });

  private gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.registry] });
  }
}
