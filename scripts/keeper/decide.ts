/**
 * One block decided: strategy after strategy proposes, the executor sends what is worth it, and what one has sent the next
 * leaves alone. What goes wrong in one strategy stays with it. The replays decide by this too.
 */
import { type VaultBasics } from "./book/vaults.ts";
import { type Executor, type GasPricer, type Outcome } from "./executor/executor.ts";
import { type Strategy } from "./strategies/types.ts";
import { blockView, type ViewParts } from "./view.ts";

/** Told of what becomes of proposals, for logs and metrics. */
export interface DecisionObserver {
  decided(strategy: string, outcome: Outcome): void;
  failed(strategy: string, error: unknown): void;
}

/** What is seen of a block; which positions come last is known here. */
export type Seen = Omit<ViewParts, "claimed" | "deferred">;

/** Blocks for which a position that could not be liquidated comes last. */
const DEFER_BLOCKS = 10;
const LIQUIDATIONS = new Set(["liquidate", "liquidateMargin"]);

export class Decisions {
  private readonly strategies: readonly Strategy[];
  private readonly executor: Executor;
  private readonly observer: DecisionObserver;
  /** Until which block a position that could not be liquidated comes after the others. */
  private readonly deferredUntil = new Map<string, number>();

  constructor(strategies: readonly Strategy[], executor: Executor, observer: DecisionObserver) {
    this.strategies = strategies;
    this.executor = executor;
    this.observer = observer;
  }

  /** @param onTheirWay positions that transactions which are not mined yet are about */
  async decide(seen: Seen, onTheirWay: Iterable<string>, askGasPrice: GasPricer): Promise<Outcome[]> {
    const { head } = seen;
    const claimed = new Set(onTheirWay);
    for (const [name, until] of this.deferredUntil) if (until <= head.number) this.deferredUntil.delete(name);
    const view = blockView({ ...seen, claimed, deferred: new Set(this.deferredUntil.keys()) });
    const gasPrices = memo(askGasPrice);
    const outcomes: Outcome[] = [];
    for (const strategy of this.strategies) {
      try {
        const proposals = await strategy.propose(view);
        for (const outcome of await this.executor.execute(proposals, head, gasPrices)) {
          outcomes.push(outcome);
          this.observer.decided(strategy.name, outcome);
          if (outcome.status === "sent" || outcome.status === "would send" || outcome.status === "taken") {
            for (const name of outcome.proposal.positions) claimed.add(name);
          } else if (LIQUIDATIONS.has(strategy.name) && outcome.status !== "no room") {
            for (const name of outcome.proposal.positions) this.deferredUntil.set(name, head.number + DEFER_BLOCKS);
          }
        }
      } catch (error) {
        this.observer.failed(strategy.name, error);
      }
    }
    return outcomes;
  }
}

function memo(ask: GasPricer): GasPricer {
  const known = new Map<VaultBasics, ReturnType<GasPricer>>();
  return async (vault) => {
    const value = known.get(vault) ?? ask(vault);
    known.set(vault, value);
    return value;
  };
}
