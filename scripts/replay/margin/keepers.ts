/**
 * Who closes accounts: bots with the keeper's margin strategies and its book of accounts. Liquidators are after the
 * reward, a part of the fee that the account pays, as far as it pays for their gas. An account without equity pays next
 * to nothing, so a keeper of the providers puts negative equity on record at once, follows it, clears what has healed,
 * and closes what cannot heal, at a cost if need be. How many calls get through is the chain's affair.
 */
import { getAddress } from "ethers";

import { MARGIN_VAULT } from "../../keeper/abi.ts";
import { Impair } from "../../keeper/strategies/impair.ts";
import { LiquidateMargin } from "../../keeper/strategies/liquidate-margin.ts";
import { type Strategy } from "../../keeper/strategies/types.ts";
import { WriteOff } from "../../keeper/strategies/write-off.ts";
import { type Mined } from "../../lib/chain.ts";
import { Bot, type Call } from "../bots/bot.ts";
import { coinAtFeed } from "../bots/gas-price.ts";
import { type MarginBand, type MarginBotPlan } from "../scenarios/black-thursday-margin.ts";
import { MarginAccounts } from "./accounts.ts";
import { type MarginAudit } from "./audit.ts";
import { type Standing, standingOf } from "./closing.ts";
import { type Trader } from "./traders.ts";
import { type MarginWorld } from "./world.ts";

/** A trader's account as it stands, for the record. */
export interface Judged extends Standing {
  readonly notional: bigint;
}

/** The audit works out one account a transaction. */
const BATCH = 1;

export class MarginKeepers {
  /** Insolvencies put on record, provisions brought up to date, records cleared; what liquidators were paid. */
  recorded = 0;
  refreshed = 0;
  cleared = 0;
  rewards = 0n;
  private readonly world: MarginWorld;
  private readonly audit: MarginAudit;
  private readonly accounts: MarginAccounts;
  private readonly liquidator: Bot;
  private readonly recording: Bot;
  private readonly closing: Bot;

  private constructor(
    world: MarginWorld,
    plan: MarginBotPlan,
    audit: MarginAudit,
    accounts: MarginAccounts,
    { liquidator, keeper }: { liquidator: string; keeper: string },
  ) {
    this.world = world;
    this.audit = audit;
    this.accounts = accounts;
    const { rpc } = accounts.lookout;
    const parts = { rpc, carry: async (call: Call) => this.carry(call), gasPrice: coinAtFeed(rpc, world) };
    const rules = { ...plan, batch: BATCH, alwaysWriteOff: true, perBlock: plan.perStep };
    const bot = (account: string, ...strategies: Strategy[]) => new Bot(account, strategies, parts);
    this.liquidator = bot(liquidator, new LiquidateMargin(rules));
    this.recording = bot(keeper, new Impair(rules));
    this.closing = bot(keeper, new WriteOff(rules), new LiquidateMargin(rules));
  }

  /** To be called before anybody has an account. */
  static async create(world: MarginWorld, plan: MarginBotPlan, audit: MarginAudit): Promise<MarginKeepers> {
    const accounts = await MarginAccounts.create(world);
    return new MarginKeepers(world, plan, audit, accounts, {
      liquidator: await world.chain.actor("margin liquidator"),
      keeper: await world.chain.actor("keeper of the providers"),
    });
  }

  /** Every account with a position, at the present price, by the books kept beside the vault. */
  judge(traders: readonly Trader[]): Judged[] {
    const { books, price } = this.audit;
    const now = this.world.chain.now + 1;
    return traders.flatMap((trader) => {
      const account = books.account(trader.account);
      if (account.size === 0n) return [];
      return [{ ...standingOf(books, account, price, now), notional: books.notional(account.size, price) }];
    });
  }

  /** One step: records, then liquidators, then the providers' keeper closes what has no equity. */
  async act({ gasGwei, keeperCallsPerStep, liquidationsPerStep, closingsPerStep }: MarginBand): Promise<void> {
    const { accounts, recording, liquidator, closing } = this;
    await accounts.beginStep();
    await recording.act(await accounts.seen(recording.account, gasGwei), keeperCallsPerStep);
    await liquidator.act(await accounts.seen(liquidator.account, gasGwei), liquidationsPerStep);
    const withoutEquity = await accounts.seen(
      closing.account,
      gasGwei,
      ({ standing }) => standing !== undefined && standing.equityAssets <= 0n,
    );
    await closing.act(withoutEquity, closingsPerStep);
  }

  /** Carries out what a bot wants under the audit that works every such transaction out again. */
  private async carry(call: Call): Promise<Mined> {
    const { trader, isClosing } = meaningOf(call.data);
    if (isClosing) {
      const { mined, reward } = await this.audit.liquidate(call, trader);
      if (call.from === this.liquidator.account) this.rewards += reward;
      return mined;
    }
    const wasRecorded = this.audit.isImpaired(trader);
    const mined = await this.audit.impair(call, trader);
    if (!this.audit.isImpaired(trader)) this.cleared += 1;
    else if (wasRecorded) this.refreshed += 1;
    else this.recorded += 1;
    return mined;
  }
}

/** Whose account a call of the vault is about, and whether it closes it or keeps its record. */
function meaningOf(data: string): { readonly trader: string; readonly isClosing: boolean } {
  const call = MARGIN_VAULT.parseTransaction({ data });
  if (call?.name !== "liquidate" && call?.name !== "impair") {
    throw new RangeError(`the audit follows one account at a time, not ${call?.name ?? data.slice(0, 10)}`);
  }
  const { trader } = call.args as unknown as { trader: string };
  return { trader: getAddress(trader), isClosing: call.name === "liquidate" };
}
