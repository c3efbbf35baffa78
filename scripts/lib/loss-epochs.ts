/**
 * Loss epochs from their definition: a loss closes the open epoch, and whoever held then was charged. One write-off may
 * be charged in several epochs. What is given back of a charge goes to the latest of them first; what is recovered goes
 * to all, pro rata to what each is still owed. A second opinion on the contracts' ledger of epochs.
 */
import { min, sum } from "./units.ts";

/** An epoch and asset units charged to it, or made claimable for it. */
export interface EpochAssets {
  readonly epoch: bigint;
  readonly assets: bigint;
}

/** What one write-off charged to one epoch. Asset units. */
interface Charge {
  readonly epoch: bigint;
  assets: bigint;
  recovered: bigint;
}

export class LossEpochs {
  /** Number of the epoch that the next loss closes. */
  open = 1n;
  private readonly charges = new Map<bigint, Charge[]>();
  private readonly closed = new Map<bigint, readonly bigint[]>();
  private readonly recovered = new Map<bigint, bigint>();

  /** Charges present holders for write-off `id`. */
  charge(id: bigint, assets: bigint): EpochAssets {
    const epoch = this.open;
    this.open += 1n;
    this.of(id).push({ epoch, assets, recovered: 0n });
    this.closed.set(id, [...this.epochsOf(id), epoch]);
    return { epoch, assets };
  }

  /** The same where epochs below the write-off's number are skipped: its first charge is in the epoch of that number. */
  chargeUnderOwnNumber(id: bigint, assets: bigint): EpochAssets {
    if (id > this.open) this.open = id;
    return this.charge(id, assets);
  }

  /**
   * Takes back part of what was charged for `id`, looking at no more than `most` charges.
   * @returns what becomes claimable, epoch by epoch, and what could not be reached
   */
  giveBack(id: bigint, assets: bigint, most = Infinity): { readonly given: EpochAssets[]; readonly left: bigint } {
    const given: EpochAssets[] = [];
    const charges = this.of(id);
    let left = assets;
    for (let index = charges.length - 1, looked = 0; index >= 0 && left > 0n && looked < most; index--, looked++) {
      const charge = charges[index];
      if (charge === undefined) break;
      const part = min(left, charge.assets - charge.recovered);
      if (part === 0n) continue;
      charge.assets -= part;
      left -= part;
      // The last of the list is dropped once nothing of it is left.
      if (charge.assets === 0n && index === charges.length - 1) charges.pop();
      given.push(this.credit(charge.epoch, part));
    }
    return { given, left };
  }

  /** Spreads a recovery for `id`. Returns what becomes claimable, epoch by epoch. */
  recover(id: bigint, assets: bigint): EpochAssets[] {
    const given: EpochAssets[] = [];
    let left = assets;
    let owed = sum(this.of(id), (charge) => charge.assets - charge.recovered);
    if (assets > owed) throw new RangeError(`${assets - owed} more than was charged for ${id} was recovered`);
    for (const charge of this.of(id)) {
      const due = charge.assets - charge.recovered;
      // The last one takes what rounding has left over.
      const part = owed === 0n ? 0n : (left * due) / owed;
      owed -= due;
      if (part === 0n) continue;
      charge.recovered += part;
      left -= part;
      given.push(this.credit(charge.epoch, part));
    }
    return given;
  }

  /** In how many charges what was charged for `id`, and not given back entirely, lies. */
  countOf(id: bigint): number {
    return this.of(id).length;
  }

  /** Epochs in which `id` was charged, oldest first. */
  epochsOf(id: bigint): readonly bigint[] {
    return this.closed.get(id) ?? [];
  }

  /** What has become claimable for an epoch so far. */
  recoveredIn(epoch: bigint): bigint {
    return this.recovered.get(epoch) ?? 0n;
  }

  private credit(epoch: bigint, assets: bigint): EpochAssets {
    this.recovered.set(epoch, this.recoveredIn(epoch) + assets);
    return { epoch, assets };
  }

  private of(id: bigint): Charge[] {
    const known = this.charges.get(id);
    if (known !== undefined) return known;
    const none: Charge[] = [];
    this.charges.set(id, none);
    return none;
  }
}
