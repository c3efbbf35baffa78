/** The lots of Maker's debt auctions as typed figures. data/README.md says where they come from. */
import { cell, readTable, TableError } from "../lib/csv.ts";
import { parseFixed } from "../lib/units.ts";

/** Decimals of DAI and MKR. */
const DECIMALS = 18;
const ONE = 10n ** 18n;
/** Digits to which the table's two figures of a lot agree. */
const AGREE = 10n ** 8n;

/** Lots that were sold at one price. */
export interface FlopLots {
  readonly phase: string;
  readonly lots: number;
  /** DAI units per whole MKR; undefined where it is not known. */
  readonly price: bigint | undefined;
}

/** The table, and the size of a lot in DAI units. */
export function flopLots(): { readonly lotAssets: bigint; readonly rows: readonly FlopLots[] } {
  const table = readTable(new URL("data/maker-flop-lots-2020-03.csv", import.meta.url), [
    "phase",
    "lots",
    "dai_per_lot",
    "dai_per_mkr",
    "mkr_per_lot",
  ]);
  const sizes = new Set(table.map((row) => cell(row, "dai_per_lot", parseDecimal)));
  const [lotAssets] = sizes;
  const [first] = table;
  if (first === undefined || lotAssets === undefined || sizes.size !== 1)
    throw new RangeError("lots must be of one size");
  const rows = table.map((row): FlopLots => {
    const phase = cell(row, "phase", (text) => text);
    const lots = Number(cell(row, "lots", (text) => parseFixed(text, 0)));
    if (row.cells.dai_per_mkr === "") return { phase, lots, price: undefined };
    const price = cell(row, "dai_per_mkr", parseDecimal);
    const perLot = cell(row, "mkr_per_lot", parseDecimal);
    const distance = (lotAssets * ONE) / price - perLot;
    if (distance > AGREE || distance < -AGREE) throw new TableError(row.file, row.line, "price and tokens disagree");
    return { phase, lots, price };
  });
  return { lotAssets, rows };
}

/** Average price of the lots whose price is known: all their money over all their tokens, rounded down. */
export function averageKnownPrice(rows: readonly FlopLots[], lotAssets: bigint): bigint {
  let assets = 0n;
  let tokens = 0n;
  for (const { lots, price } of rows) {
    if (price === undefined) continue;
    assets += BigInt(lots) * lotAssets;
    tokens += (BigInt(lots) * lotAssets * ONE) / price;
  }
  return (assets * ONE) / tokens;
}

function parseDecimal(text: string): bigint {
  const value = parseFixed(text, DECIMALS);
  if (value <= 0n) throw new RangeError("must be positive");
  return value;
}
