/**
 * Keepers without money of their own: the keeper's strategies for records of insolvency and for write-offs, one position a
 * transaction. How many get through is the chain's affair.
 */
import { Impair } from "../../keeper/strategies/impair.ts";
import { WriteOff } from "../../keeper/strategies/write-off.ts";
import { eventsOf, type Mined, type Refusal } from "../../lib/chain.ts";
import { Bot, type Call } from "../bots/bot.ts";
import { carryAudited, meaningOf } from "../bots/carry.ts";
import { gasPricer } from "../bots/gas-price.ts";
import { type Positions } from "../positions.ts";
import { type BotPlan, type CongestionBand } from "../scenarios/types.ts";
import { type WriteOffAudit } from "../write-off-audit.ts";
import { type World } from "../world.ts";

/** The audit works out one position a transaction. */
const BATCH = 1;

export class Keepers {
  /** Insolvencies recorded, provisions brought up to date, records cleared, write-offs without cash. */
  readonly count = { impaired: 0, refreshed: 0, cleared: 0, writtenOff: 0 };
  readonly account: string;
  private readonly world: World;
  private readonly positions: Positions;
  private readonly audit: WriteOffAudit;
  private readonly recording: Bot;
  private readonly writingOff: Bot;

  private constructor(world: World, plan: BotPlan, positions: Positions, audit: WriteOffAudit, account: string) {
    this.world = world;
    this.positions = positions;
    this.audit = audit;
    this.account = account;
    const { lookout } = positions;
    const gasPrice = gasPricer(lookout, plan.gasCoin);
    const parts = { rpc: lookout.rpc, carry: async (call: Call) => this.carry(call), gasPrice };
    const rules = { ...plan, batch: BATCH, alwaysWriteOff: true, perBlock: plan.perStep };
    this.recording = new Bot(account, [new Impair(rules)], parts);
    this.writingOff = new Bot(account, [new WriteOff(rules)], parts);
  }

  static async create(world: World, plan: BotPlan, positions: Positions, audit: WriteOffAudit): Promise<Keepers> {
    return new Keepers(world, plan, positions, audit, await world.chain.actor("keeper"));
  }

  /** One step of records: what is new, what has moved, what has healed. */
  async record({ gasGwei, keeperCallsPerStep }: CongestionBand): Promise<void> {
    await this.recording.act(await this.positions.seen(this.account, gasGwei), keeperCallsPerStep);
  }

  /** One step of write-offs; what is left to governance is left alone. */
  async writeOffDue({ gasGwei, keeperCallsPerStep }: CongestionBand): Promise<void> {
    const seen = await this.positions.seen(this.account, gasGwei, (_, { borrower }) => borrower.standstill !== true);
    await this.writingOff.act(seen, keeperCallsPerStep);
  }

  /** Sends `impair` for a borrower whether the strategies would or not, and says what came of it. */
  async tryToImpair(borrower: string): Promise<Mined | Refusal> {
    const { chain, vault, collateral } = this.world;
    const call = vault.impair.populateTransaction(borrower, collateral);
    return this.audit.watch(borrower, () => chain.attempt(this.account, call), { kind: "impair" });
  }

  private async carry(call: Call): Promise<Mined | Refusal> {
    const { borrower, intent } = meaningOf(call.data);
    const wasRecorded = this.positions.impairedAt(borrower) !== 0;
    const outcome = await carryAudited(this.world, this.audit, call);
    if ("error" in outcome) return outcome;
    const isCleared = eventsOf(outcome, this.world.vault, "ImpairmentCleared").length > 0;
    if (intent.kind === "write-off") this.count.writtenOff += 1;
    else if (isCleared) this.count.cleared += 1;
    else if (wasRecorded) this.count.refreshed += 1;
    else this.count.impaired += 1;
    return outcome;
  }
}
