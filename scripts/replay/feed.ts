import { type FluxAggregator } from "../../types/ethers-contracts/index.ts";
import { type Chain } from "../lib/chain.ts";
import { type FeedRound } from "./prices.ts";

/** A real Chainlink aggregator and the one oracle account that submits to it. */
export class PriceFeed {
  /** Latest answer, 8 decimals. */
  answer = 0n;
  /** Second of the latest round. */
  updatedAt = 0;
  /** Rounds submitted. */
  rounds = 0;
  private readonly chain: Chain;
  private readonly aggregator: FluxAggregator;
  private readonly oracleAccount: string;

  constructor(chain: Chain, aggregator: FluxAggregator, oracleAccount: string) {
    this.chain = chain;
    this.aggregator = aggregator;
    this.oracleAccount = oracleAccount;
  }

  /**
   * Submits a round at its own second.
   * @param mayBeLate the round may come some seconds late because the actors were still busy (a heartbeat of a price
   * that does not move); a round that matters must not
   */
  async publish({ updatedAt, answer }: FeedRound, mayBeLate = false): Promise<void> {
    this.chain.advanceTo(updatedAt);
    const mined = await this.chain.send(
      this.oracleAccount,
      this.aggregator.submit.populateTransaction(this.rounds + 1, answer),
    );
    if (mined.timestamp !== updatedAt && !mayBeLate) {
      throw new RangeError(`the round of second ${updatedAt} could only be submitted at ${mined.timestamp}`);
    }
    this.rounds += 1;
    this.answer = answer;
    this.updatedAt = mined.timestamp;
  }

  /** Remembers where the feed stands; the returned function puts it back there, for a branch that is left again. */
  remember(): () => void {
    const { answer, updatedAt, rounds } = this;
    return () => {
      this.answer = answer;
      this.updatedAt = updatedAt;
      this.rounds = rounds;
    };
  }
}
