/** The waterfall of a replay as the printed table, the picture and the table of the report need it. */
import { type ChartColor } from "../../lib/report/chart.ts";
import { type CascadeRow } from "../../lib/report/page.ts";
import { sum } from "../../lib/units.ts";
import { type Layers, totalOf } from "../../lib/waterfall.ts";
import { type LedgerMirror } from "../ledger-mirror.ts";
import { totalLayers } from "../recorder.ts";
import { type MoneyFormat } from "./money.ts";

/** One layer: what it paid and who stands behind it. */
export interface LayerRow {
  readonly name: string;
  readonly color: ChartColor;
  readonly paid: bigint;
  readonly charged: string;
}

/** Who stands behind the layers, as counted by the scenario. */
export interface Charged {
  readonly stakers: number;
  readonly lenders: number;
  readonly underwriters: number;
  /** What those behind the shares are called: lenders, unless said otherwise. */
  readonly called?: string;
}

/** Sums of a replay, for every output. */
export interface WaterfallTotals {
  readonly layers: Layers;
  readonly badDebt: bigint;
  readonly auctionProceeds: bigint;
  readonly recovered: bigint;
  /** Charged to the lenders and not come back to them by sale or recovery. */
  readonly lendersNet: bigint;
}

export function waterfallTotals(mirror: LedgerMirror): WaterfallTotals {
  const entries = [...mirror.entries.values()];
  const layers = totalLayers(entries);
  const auctionProceeds = sum(entries, (entry) => entry.auctionProceeds);
  const recoveredByLenders = sum(mirror.recoveries, ({ toLenders }) => toLenders);
  return {
    layers,
    badDebt: totalOf(layers),
    auctionProceeds,
    recovered: sum(entries, ({ recovered }) => recovered),
    lendersNet: layers.socialized - auctionProceeds - recoveredByLenders,
  };
}

export function layerRows(
  { layers }: WaterfallTotals,
  { stakers, lenders, underwriters, called = "lenders" }: Charged,
): LayerRow[] {
  return [
    { name: "Reserves", color: "reserves", paid: layers.reserves, charged: "the vault's fees, not yet paid out" },
    { name: "Insurance", color: "insurance", paid: layers.insurance, charged: `${stakers} stakers of the fund` },
    {
      name: "Dilution, cash",
      color: "dilution",
      paid: layers.dilutionCash,
      charged: `${underwriters} underwriters, by standing bids`,
    },
    {
      name: "Socialized",
      color: "socialized",
      paid: layers.socialized,
      charged: `${lenders} ${called}, by share price`,
    },
  ];
}

/** The picture: each layer from its attachment to its detachment point, and below it what came back. */
export function waterfallPicture(
  totals: WaterfallTotals,
  charged: Charged,
  money: MoneyFormat,
): (CascadeRow | "gap")[] {
  const { badDebt, layers, auctionProceeds, recovered } = totals;
  let attachment = 0n;
  const rows = layerRows(totals, charged).map(({ name, color, paid, charged: who }): CascadeRow => {
    const from = attachment;
    attachment += paid;
    return { name, note: who, color, from, size: paid, value: money.bare(paid), share: money.share(paid, badDebt) };
  });
  const whole = { from: 0n, size: badDebt, value: money.bare(badDebt), share: money.symbol };
  return [
    { name: "Bad debt", note: "taken off the books", color: "ink", ...whole },
    ...rows,
    "gap",
    {
      ...{ name: "Sale of tokens", note: "paid to the charged lenders", color: "dilution" },
      ...{ from: badDebt - layers.socialized, size: auctionProceeds },
      ...{ value: money.bare(auctionProceeds), share: `${money.share(auctionProceeds, layers.socialized)} of it` },
    },
    {
      ...{ name: "Recovered", note: "defaulted debt repaid, returned funds", color: "recovered" },
      ...{
        from: badDebt - recovered,
        size: recovered,
        value: money.bare(recovered),
        share: `${money.share(recovered, badDebt)} of all`,
      },
    },
  ];
}
