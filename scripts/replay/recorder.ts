/** Takes down how the world looks at each step, for the charts and the tables. */
import { BPS, sum, WAD } from "../lib/units.ts";
import { type Layers } from "../lib/waterfall.ts";
import { type LedgerMirror } from "./ledger-mirror.ts";
import { type Judged } from "./positions.ts";
import { type World } from "./world.ts";

/** The world at one moment. Money in asset units. */
export interface Sample {
  readonly time: number;
  /** Collateral feed's answer, 8 decimals. */
  readonly price: bigint;
  /** All collateral of open loans x lltv / all their debt, WAD. */
  readonly bookHealthWad: bigint;
  /** Debt of positions that may be liquidated and still cover their debt. */
  readonly liquidatableDebt: bigint;
  /** Debt of insolvent positions. */
  readonly insolventDebt: bigint;
  readonly gasGwei: bigint;
  /** Assets that one whole share is worth. */
  readonly sharePrice: bigint;
  readonly reserves: bigint;
  /** Held by the insurance fund for its stakers. */
  readonly insurance: bigint;
  /** Set apart for losses that are known and not final, in vault and fund. */
  readonly provisions: bigint;
  /** Backstop tokens in existence, token units. */
  readonly tokensMinted: bigint;
  readonly auctionProceeds: bigint;
  /** Outside money received for write-offs. */
  readonly recovered: bigint;
  /** All write-offs so far, by layer. */
  readonly losses: Layers;
}

export class Recorder {
  readonly samples: Sample[] = [];
  private readonly world: World;
  /** Incentive that a covered debt must leave room for, basis points. */
  readonly minIncentiveBps: bigint;
  private readonly lltvBps: bigint;
  private readonly wholeShare: bigint;

  private constructor(world: World, lltvBps: bigint, minIncentiveBps: bigint, wholeShare: bigint) {
    this.world = world;
    this.lltvBps = lltvBps;
    this.minIncentiveBps = minIncentiveBps;
    this.wholeShare = wholeShare;
  }

  static async create(world: World): Promise<Recorder> {
    const { lltvBps, minIncentiveBps } = await world.vault.collateralConfig(world.collateral);
    return new Recorder(world, lltvBps, minIncentiveBps, 10n ** (await world.vault.decimals()));
  }

  /** Asset units that one whole share is worth now. */
  async sharePrice(): Promise<bigint> {
    return this.world.vault.convertToAssets(this.wholeShare);
  }

  async take(
    time: number,
    judged: readonly Judged[],
    gasGwei: bigint,
    mirror: LedgerMirror,
    tokensMinted: bigint,
  ): Promise<void> {
    const { vault, fund, collateralFeed } = this.world;
    let value = 0n;
    let debt = 0n;
    let liquidatableDebt = 0n;
    let insolventDebt = 0n;
    for (const item of judged) {
      value += item.value;
      debt += item.debt;
      if (item.insolvent) insolventDebt += item.debt;
      else if (item.healthWad < WAD) liquidatableDebt += item.debt;
    }
    this.samples.push({
      time,
      price: collateralFeed.answer,
      bookHealthWad: debt === 0n ? 0n : (value * this.lltvBps * WAD) / BPS / debt,
      liquidatableDebt,
      insolventDebt,
      gasGwei,
      sharePrice: await this.sharePrice(),
      reserves: await vault.reserves(),
      insurance: await fund.totalAssets(),
      provisions: (await vault.provisions()).provisionedAssets + (await fund.totalEarmarked()),
      tokensMinted,
      auctionProceeds: sum([...mirror.entries.values()], (entry) => entry.auctionProceeds),
      recovered: sum([...mirror.entries.values()], (entry) => entry.recovered),
      losses: totalLayers([...mirror.entries.values()]),
    });
  }
}

/** Sum of write-offs by layer. */
export function totalLayers(all: readonly Layers[]): Layers {
  return {
    reserves: sum(all, ({ reserves }) => reserves),
    insurance: sum(all, ({ insurance }) => insurance),
    dilutionCash: sum(all, ({ dilutionCash }) => dilutionCash),
    socialized: sum(all, ({ socialized }) => socialized),
  };
}
