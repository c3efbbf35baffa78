import { BPS, max, min } from "../lib/units.ts";
import { type PricePoint } from "./prices.ts";
import { type CongestionBand } from "./scenarios/types.ts";

const WINDOW_SECONDS = 3_600;

/**
 * How full the chain is, as a rule of thumb: the wider the price has ranged within the last hour, the more everybody
 * wants to transact, the dearer gas gets, and the fewer liquidations get through.
 */
export class Congestion<Band extends Pick<CongestionBand, "fromMoveBps"> = CongestionBand> {
  private readonly bands: readonly Band[];
  private readonly recent: PricePoint[] = [];

  /** @param bands in ascending order of `fromMoveBps`, the first from zero */
  constructor(bands: readonly Band[]) {
    this.bands = bands;
  }

  /** Takes note of a price and returns the band that applies now. */
  observe(point: PricePoint): Band {
    this.recent.push(point);
    while ((this.recent[0]?.time ?? point.time) < point.time - WINDOW_SECONDS) this.recent.shift();
    const prices = this.recent.map(({ price }) => price);
    const high = prices.reduce(max);
    const moveBps = ((high - prices.reduce(min)) * BPS) / high;
    const band = this.bands.findLast(({ fromMoveBps }) => fromMoveBps <= moveBps);
    if (band === undefined) throw new RangeError("the first congestion band must start at zero");
    return band;
  }
}
