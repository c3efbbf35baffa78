/**
 * Rounds in which recovered money buys tokens back. Whoever holds the tokens sells a part of them an hour before a
 * round ends, when the price has long risen to what was paid on average; then the round is settled, and what no token
 * was sold for goes on up, to insurance and reserves.
 */
import { eventsOf, type Mined } from "../../lib/chain.ts";
import { BPS } from "../../lib/units.ts";
import { type LedgerMirror } from "../ledger-mirror.ts";
import { approve, type World } from "../world.ts";

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
  private readonly world: World;
  private readonly mirror: LedgerMirror;
  private readonly holder: string;
  private readonly soldBackBps: bigint;
  private open: Round[] = [];

  /**
   * @param holder account that holds the minted tokens
   * @param soldBackBps part of the tokens that could be bought back which it gives, basis points
   */
  constructor(world: World, mirror: LedgerMirror, holder: string, soldBackBps: bigint) {
    this.world = world;
    this.mirror = mirror;
    this.holder = holder;
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
    await approve(chain, token, this.holder, await buybackAuction.getAddress());
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
    const { chain, vault, buybackAuction } = this.world;
    const tokens = ((await buybackAuction.buyableTokens(vault, id)) * this.soldBackBps) / BPS;
    if (tokens === 0n) return;
    const call = buybackAuction.sell.populateTransaction(vault, id, round, tokens, 0n, this.holder);
    const mined = await chain.send(this.holder, call);
    for (const { args } of eventsOf(mined, buybackAuction, "TokensBoughtBack")) {
      this.burntTokens += args.tokens as bigint;
      this.paidAssets += args.assets as bigint;
    }
  }

  private async settle({ id, round }: Round): Promise<void> {
    const { chain, vault, buybackAuction } = this.world;
    const { assets } = await buybackAuction.round(vault, id, round);
    if (assets === 0n) return;
    this.mirror.follow(await chain.send(this.holder, buybackAuction.settle.populateTransaction(vault, id, round)));
    this.returnedAssets += assets;
  }
}
