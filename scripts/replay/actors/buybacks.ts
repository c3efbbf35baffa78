/**
 * Rounds in which recovered money buys tokens back. Those who hold tokens sell a part of them an hour before a
 * round ends, when the price has long risen to what was paid on average; then the round is settled, and what no token
 * was sold for goes on up, to insurance and reserves.
 */
import { eventsOf, type Mined } from "../../lib/chain.ts";
import { BPS, min } from "../../lib/units.ts";
import { type LedgerMirror } from "../ledger-mirror.ts";
import { approve, type LossWorld } from "../world.ts";

/** A round as it was opened. */
interface Round {
  readonly id: bigint;
  readonly round: bigint;
  readonly endsAt: bigint;
}

const HOUR = 3_600;

export class Buybacks {
  /** Rounds opened so far. */
  rounds = 0;
  /** Tokens bought back and burnt, token units. */
  burntTokens = 0n;
  /** Money paid for them, asset units. */
  paidAssets = 0n;
  /** Money that found no token and went up to insurance and reserves, asset units. */
  returnedAssets = 0n;
  private readonly world: LossWorld;
  private readonly mirror: LedgerMirror;
  private readonly holders: () => readonly string[];
  private readonly soldBackBps: bigint;
  private open: Round[] = [];

  /**
   * @param holders accounts that hold minted tokens, in the order in which they are asked
   * @param soldBackBps part of the tokens that could be bought back which they give, basis points
   */
  constructor(world: LossWorld, mirror: LedgerMirror, holders: () => readonly string[], soldBackBps: bigint) {
    this.world = world;
    this.mirror = mirror;
    this.holders = holders;
    this.soldBackBps = soldBackBps;
  }

  /** Notices rounds that a transaction has opened. */
  notice(mined: Mined): void {
    for (const { args } of eventsOf(mined, this.world.buybackAuction, "RoundOpened")) {
      this.rounds += 1;
      this.open.push({ id: args.id as bigint, round: args.round as bigint, endsAt: args.endsAt as bigint });
    }
  }

  /** Sees every open round to its end, in order of time. */
  async finish(): Promise<void> {
    const { chain, token, buybackAuction } = this.world;
    if (this.open.length === 0) return;
    for (const holder of this.holders()) await approve(chain, token, holder, await buybackAuction.getAddress());
    const tasks = this.open.flatMap((round) => [
      { at: Number(round.endsAt) - HOUR, run: () => this.sell(round) },
      { at: Number(round.endsAt) + 1, run: () => this.settle(round) },
    ]);
    this.open = [];
    for (const { at, run } of tasks.sort((left, right) => left.at - right.at)) {
      chain.advanceTo(at);
      await run();
    }
  }

  private async sell({ id, round }: Round): Promise<void> {
    const { chain, vault, token, buybackAuction } = this.world;
    let wanted = ((await buybackAuction.buyableTokens(vault, id)) * this.soldBackBps) / BPS;
    for (const holder of this.holders()) {
      const tokens = min(wanted, await token.balanceOf(holder));
      if (tokens === 0n) continue;
      wanted -= tokens;
      const call = buybackAuction.sell.populateTransaction(vault, id, round, tokens, 0n, holder);
      const mined = await chain.send(holder, call);
      for (const { args } of eventsOf(mined, buybackAuction, "TokensBoughtBack")) {
        this.burntTokens += args.tokens as bigint;
        this.paidAssets += args.assets as bigint;
      }
    }
  }

  private async settle({ id, round }: Round): Promise<void> {
    const { chain, vault, buybackAuction } = this.world;
    const { assets } = await buybackAuction.round(vault, id, round);
    if (assets === 0n) return;
    const anybody = await chain.actor("keeper");
    this.mirror.follow(await chain.send(anybody, buybackAuction.settle.populateTransaction(vault, id, round)));
    this.returnedAssets += assets;
  }
}
