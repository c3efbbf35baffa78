/**
 * The books of all losses kept a second time, by the definitions in scripts/lib: what is set apart for known losses,
 * which epochs are charged, what the fund may still pay, which standing bids are filled, how many tokens may be minted.
 * Whoever expects something of a transaction books it here; `check` then compares with what the contracts wrote.
 */
import { type Mined } from "../lib/chain.ts";
import { BucketPair } from "../lib/leaky-bucket.ts";
import { LossEpochs } from "../lib/loss-epochs.ts";
import {
  combined,
  type Expected,
  giveBack,
  type Means,
  NO_PROVISION,
  type Provision,
  provisionTotal,
  takeMore,
} from "../lib/provision.ts";
import { max, min, sum, WAD } from "../lib/units.ts";
import { type Capacities, splitLoss } from "../lib/waterfall.ts";
import { DilutionBooks } from "./dilution-books.ts";
import { compareJournal, type Journal, newJournal } from "./loss-journal.ts";
import { type LossWorld } from "./world.ts";

/** Charges that a release of the fund reaches by itself. */
const STEPS_PER_RELEASE = 4;

/** After so many charges a provision moves by an eighth at least. */
const MANY_CHARGES = 32;
const LEAST_STEP_DIVISOR = 8n;

/** A loss that becomes final. Asset units. */
export interface FinalLoss {
  /** Entry under which it was provisioned; undefined if it was not. */
  readonly impairmentId: bigint | undefined;
  /** Part of the debt that is closed, WAD: as much of the provision may be used. */
  readonly closedWad: bigint;
  readonly badDebt: bigint;
  readonly insurable: bigint;
  /** Most that tranches together may pay of it. */
  readonly coverable: bigint;
  /** Tranches that take part: all in a default, those that have agreed in a restructuring. */
  readonly payers: { readonly insurance: boolean; readonly dilution: boolean };
  /** What lenders are still owed of earlier losses under the same number. */
  readonly lendersOwed: bigint;
}

/** What was set apart for an entry, or given back, at a second. */
export interface ProvisionStep extends Provision {
  readonly id: bigint;
  readonly time: number;
  readonly kind: "taken" | "given back" | "used";
}

/** A provision, and since when the fund has set something apart for it without a break. */
interface Held {
  provision: Provision;
  earmarkedSince: number;
}

export class LossBooks {
  readonly vaultEpochs = new LossEpochs();
  readonly fundEpochs = new LossEpochs();
  readonly dilution: DilutionBooks;
  /** Everything that happened to provisions, in order. */
  readonly steps: ProvisionStep[] = [];
  private readonly world: LossWorld;
  private readonly draws: BucketPair;
  private readonly minProvision: bigint;
  private readonly held = new Map<bigint, Held>();
  private readonly unsettled = new Map<bigint, bigint>();
  private journal: Journal = newJournal();
  private entries = 0n;

  private constructor(world: LossWorld, dilution: DilutionBooks, draws: BucketPair, minProvision: bigint) {
    this.world = world;
    this.dilution = dilution;
    this.draws = draws;
    this.minProvision = minProvision;
  }

  static async create(world: LossWorld): Promise<LossBooks> {
    const { hourCap, monthCap } = await world.fund.drawCaps();
    const dilution = await DilutionBooks.create(world);
    return new LossBooks(world, dilution, new BucketPair(hourCap, monthCap), await world.vault.minProvision());
  }

  /** What is set apart for `id` now. */
  provisionOf(id: bigint): Provision {
    return this.held.get(id)?.provision ?? NO_PROVISION;
  }

  /**
   * An impairment finds this loss: follows it up or down, in steps worth a provision.
   * @param id of an earlier impairment; undefined or zero if nothing has been set apart yet
   * @returns the entry's number; zero if the loss is too small for one
   */
  impair(id: bigint | undefined, expected: Expected, means: Omit<Means, "drawable">, now: number): bigint {
    const { minProvision } = this;
    if (minProvision === 0n) return 0n;
    if ((id === undefined || id === 0n) && expected.shortfall < minProvision) return 0n;
    const entry = id === undefined || id === 0n ? this.open() : id;
    const held = this.provisionOf(entry);
    const step = expected.shortfall - provisionTotal(held);
    const many = this.vaultEpochs.countOf(entry) >= MANY_CHARGES;
    const leastStep = many ? max(minProvision, provisionTotal(held) / LEAST_STEP_DIVISOR) : minProvision;
    if ((step < 0n ? -step : step) < leastStep) return entry;
    // The fund sets nothing more apart while it still owes earlier releases.
    const drawable = this.unsettledOf(entry) > 0n ? 0n : this.draws.available(now);
    if (step > 0n) this.take(entry, takeMore(held, expected, { ...means, drawable }), now);
    else this.giveBack(entry, giveBack(held, expected.shortfall), now);
    return entry;
  }

  /** An impairment ends: all that is left of its provision goes back. */
  end(id: bigint, now: number): void {
    const held = this.provisionOf(id);
    if (provisionTotal(held) > 0n) this.giveBack(id, held, now);
  }

  /** A loss becomes final: the waterfall, and what each step of it changes in the books. */
  writeOff(loss: FinalLoss, reserves: bigint, fundCash: bigint, now: number) {
    const { badDebt, insurable, coverable, closedWad, payers } = loss;
    const id = loss.impairmentId ?? this.open();
    const held = this.provisionOf(id);
    const heldReserves = partUp(held.reserves, closedWad);
    const above = {
      reserves: heldReserves + reserves,
      insurance: payers.insurance ? held.earmarked + min(fundCash, this.draws.available(now)) : 0n,
    };
    const withoutBids = splitLoss({ badDebt, insurable }, { ...above, dilutionCash: 0n });
    const coverableByBids = max(0n, coverable - withoutBids.insurance);
    const reachesBids = payers.dilution ? min(withoutBids.socialized, coverableByBids) : 0n;
    const fills = this.dilution.quote(reachesBids, now);
    const capacities: Capacities = { ...above, dilutionCash: sum(fills, ({ assets }) => assets) };
    const layers = splitLoss({ badDebt, insurable }, capacities);
    const used = {
      reserves: min(heldReserves, layers.reserves),
      earmarked: min(held.earmarked, layers.insurance),
      charged: min(partUp(held.charged, closedWad), layers.socialized),
    };
    this.use(id, used, now);
    this.draw(id, layers.insurance - used.earmarked, now);
    this.dilution.fill(id, fills, now, this.journal);
    this.dilution.offer(id, reachesBids - layers.dilutionCash, loss.lendersOwed, now, this.journal);
    const charge = layers.socialized - used.charged;
    if (charge > 0n) this.journal.vaultCharges.push(this.vaultEpochs.charge(id, charge));
    return { id, layers, capacities };
  }

  /** Released by the fund and not yet claimable, because it was charged in too many steps for one call. */
  unsettledOf(id: bigint): bigint {
    return this.unsettled.get(id) ?? 0n;
  }

  /** The fund makes what it owes of `id` claimable, over at most so many of its charges. */
  settle(id: bigint, steps: number): void {
    const { given, left } = this.fundEpochs.giveBack(id, this.unsettledOf(id), steps);
    this.journal.fundCredits.push(...given);
    this.unsettled.set(id, left);
  }

  /** Money has come back for `id`: to its lenders, and to the fund's stakers. */
  recover(id: bigint, { toLenders, toInsurance }: { toLenders: bigint; toInsurance: bigint }): void {
    if (toLenders > 0n) this.journal.vaultCredits.push(...this.vaultEpochs.recover(id, toLenders));
    if (toInsurance > 0n) this.journal.fundCredits.push(...this.fundEpochs.recover(id, toInsurance));
  }

  /** A lot was closed, if that has not been booked yet. */
  settleLot(id: bigint, now: number): void {
    this.dilution.takeBack(id, now, this.journal);
  }

  /** Compares all that was booked since the last check with what the contracts wrote in one transaction. */
  check(mined: Mined): void {
    compareJournal(this.world, mined, this.journal);
    this.journal = newJournal();
  }

  /** Number of the entry that the engine opens next. */
  private open(): bigint {
    this.entries += 1n;
    return this.entries;
  }

  private take(id: bigint, taken: Provision, now: number): void {
    this.note(id, "taken", taken, now);
    if (taken.earmarked > 0n) {
      this.draws.draw(taken.earmarked, now);
      this.journal.fundCharges.push(this.fundEpochs.chargeUnderOwnNumber(id, taken.earmarked));
    }
    if (taken.charged > 0n) this.journal.vaultCharges.push(this.vaultEpochs.charge(id, taken.charged));
    this.journal.taken.push({ id, ...taken });
  }

  private giveBack(id: bigint, given: Provision, now: number): void {
    const since = this.held.get(id)?.earmarkedSince ?? now;
    this.note(id, "given back", given, now);
    if (given.earmarked > 0n) {
      this.draws.release(given.earmarked, now, since);
      this.unsettled.set(id, this.unsettledOf(id) + given.earmarked);
      this.settle(id, STEPS_PER_RELEASE);
    }
    if (given.charged > 0n) this.journal.vaultCredits.push(...this.vaultEpochs.giveBack(id, given.charged).given);
    this.journal.given.push({ id, ...given });
  }

  private use(id: bigint, used: Provision, now: number): void {
    if (provisionTotal(used) > 0n) this.note(id, "used", used, now);
  }

  /** Changes what is held for `id`. */
  private note(id: bigint, kind: ProvisionStep["kind"], change: Provision, time: number): void {
    const before = this.held.get(id) ?? { provision: NO_PROVISION, earmarkedSince: time };
    this.held.set(id, {
      provision: combined(before.provision, change, kind === "taken" ? 1n : -1n),
      earmarkedSince: before.provision.earmarked === 0n ? time : before.earmarkedSince,
    });
    this.steps.push({ id, time, kind, ...change });
  }

  /** The fund pays beyond what it had set apart. */
  private draw(id: bigint, assets: bigint, now: number): void {
    if (assets === 0n) return;
    this.draws.draw(assets, now);
    this.journal.fundCharges.push(this.fundEpochs.chargeUnderOwnNumber(id, assets));
  }
}

/** A part of a sum, WAD, rounded up: what just suffices leaves no dust behind. */
function partUp(assets: bigint, partWad: bigint): bigint {
  return (assets * partWad + WAD - 1n) / WAD;
}
