/**
 * The lot of a write-off, bought piece by piece as Maker's lots were. Every bidder has one lot's money and buys at the
 * first second at which the falling price is not above its bid; bidders of one price buy in the same block. It ends when
 * the charged lenders are owed nothing more.
 */
import { eventsOf, type Mined } from "../lib/chain.ts";
import { min } from "../lib/units.ts";
import { type FlopSale } from "./flop.ts";
import { type LedgerMirror } from "./ledger-mirror.ts";
import { type FlopScenario } from "./scenarios/maker-flop.ts";
import { fundedActor, type World } from "./world.ts";
import { type WriteOff } from "./write-off-audit.ts";

const WHOLE_TOKEN = 10n ** 18n;

/** A lot as it was opened. Prices in asset units per whole token. */
export interface Lot {
  readonly openedAt: number;
  readonly startPrice: bigint;
  readonly floorPrice: bigint;
  readonly fallSeconds: bigint;
}

/** Sells the lot of a write-off to the scenario's bidders, highest bid first. */
export async function sellLot(
  world: World,
  { bids, lotAssets }: FlopScenario,
  { id }: WriteOff,
  mirror: LedgerMirror,
): Promise<FlopSale[]> {
  const { chain, vault, debtAuction } = world;
  const spender = await debtAuction.getAddress();
  const { openedAt, startPrice, floorPrice, fallSeconds } = await debtAuction.lot(vault, id);
  const lot = { openedAt: Number(openedAt), startPrice, floorPrice, fallSeconds };
  const sales: FlopSale[] = [];
  let bidder = 0;
  for (const { price, lots } of bids) {
    const pieces = Math.min(lots, piecesOwed(mirror.owedToLenders(id), lotAssets));
    if (pieces === 0) break;
    const accounts: string[] = [];
    for (let piece = 0; piece < pieces; piece++) {
      accounts.push(await fundedActor(world, `bidder ${++bidder}`, lotAssets, spender));
    }
    const second = secondAt(lot, price);
    const tokens = (lotAssets * WHOLE_TOKEN) / priceAt(lot, second);
    chain.advanceTo(second);
    const calls = accounts.map((from) => ({
      from,
      call: debtAuction.buy.populateTransaction(vault, id, tokens, price, from, lot.openedAt + Number(fallSeconds)),
    }));
    for (const mined of await chain.sendTogether(calls)) {
      mirror.follow(mined);
      sales.push(...salesOf(world, mined, lot));
    }
  }
  return sales;
}

/** First second at which the price of a lot is not above `price`. */
export function secondAt({ openedAt, startPrice, floorPrice, fallSeconds }: Lot, price: bigint): number {
  if (price >= startPrice) return openedAt;
  const fall = startPrice - floorPrice;
  return openedAt + Number(((startPrice - price) * fallSeconds + fall - 1n) / fall);
}

/** The price of a lot at a second, rounded up. */
export function priceAt({ openedAt, startPrice, floorPrice, fallSeconds }: Lot, second: number): bigint {
  const elapsed = min(BigInt(second - openedAt), fallSeconds);
  return startPrice - ((startPrice - floorPrice) * elapsed) / fallSeconds;
}

/** Pieces of one lot's money that are still needed; the last of them in part. Dust of rounding is no piece. */
function piecesOwed(owed: bigint, lotAssets: bigint): number {
  return Number((owed + lotAssets - WHOLE_TOKEN) / lotAssets);
}

function salesOf({ debtAuction }: World, mined: Mined, { openedAt }: Lot): FlopSale[] {
  return eventsOf(mined, debtAuction, "LotBought").map(({ args }) => {
    const { price, assets, tokens } = args as unknown as Omit<FlopSale, "after">;
    return { price, assets, tokens, after: mined.timestamp - openedAt };
  });
}
