/** Takes down how the margin vault looks at each step, for the charts and the tables. */
import { sum } from "../../lib/units.ts";
import { type Layers } from "../../lib/waterfall.ts";
import { type LedgerMirror } from "../ledger-mirror.ts";
import { totalLayers } from "../recorder.ts";
import { type MarginAudit } from "./audit.ts";
import { type Judged } from "./keepers.ts";
import { MARKET } from "../../lib/add-margin.ts";
import { type MarginWorld, priceWad } from "./world.ts";

/** The vault at one moment. Money in asset units. */
export interface MarginSample {
  readonly time: number;
  /** Feed's answer, 8 decimals. */
  readonly price: bigint;
  /** Open positions at the feed's price. */
  readonly longs: bigint;
  readonly shorts: bigint;
  /** Notional of accounts below their maintenance margin, and what is missing where equity is negative. */
  readonly liquidatable: bigint;
  readonly negativeEquity: bigint;
  /** Initial ratio of a small position, WAD: it widens with volatility. */
  readonly initialRatioWad: bigint;
  readonly sharePrice: bigint;
  readonly reserves: bigint;
  readonly insurance: bigint;
  readonly provisions: bigint;
  readonly losses: Layers;
}

const WAD = 10n ** 18n;

export class MarginRecorder {
  readonly samples: MarginSample[] = [];
  private readonly world: MarginWorld;
  private readonly wholeShare: bigint;

  private constructor(world: MarginWorld, wholeShare: bigint) {
    this.world = world;
    this.wholeShare = wholeShare;
  }

  static async create(world: MarginWorld): Promise<MarginRecorder> {
    return new MarginRecorder(world, 10n ** (await world.vault.decimals()));
  }

  /** Asset units that one whole share is worth now. */
  async sharePrice(): Promise<bigint> {
    return this.world.vault.convertToAssets(this.wholeShare);
  }

  async take(time: number, judged: readonly Judged[], audit: MarginAudit, mirror: LedgerMirror): Promise<void> {
    const { vault, fund, collateralFeed } = this.world;
    const price = priceWad(this.world, collateralFeed.answer);
    const { books } = audit;
    const { rules } = books;
    const [[provisions], reserves, insurance, sharePrice, { volatilityWad }] = await Promise.all([
      vault.provisions(),
      vault.reserves(),
      fund.totalAssets(),
      this.sharePrice(),
      vault.marketOf(MARKET),
    ]);
    const multiple = (rules.margin.maintenanceWad * rules.margin.initialMultipleWad) / WAD;
    const floor = multiple > rules.maxJumpWad ? multiple : rules.maxJumpWad;
    this.samples.push({
      ...{ time, price: collateralFeed.answer, sharePrice, reserves, insurance, provisions },
      longs: books.notional(books.longWad, price),
      shorts: books.notional(books.shortWad, price),
      liquidatable: sum(judged, ({ equity, maintenance, notional }) => (equity < maintenance ? notional : 0n)),
      negativeEquity: sum(judged, ({ equity }) => (equity < 0n ? -equity : 0n)),
      initialRatioWad: floor + (volatilityWad * rules.volatilityWeightWad) / WAD,
      losses: totalLayers(mirror.writeOffs()),
    });
  }
}
