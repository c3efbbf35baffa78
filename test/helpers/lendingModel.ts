/**
 * The interest and the books of a lending vault, written a second time from the interface's NatSpec, in plain integers
 * and without any code of the contracts. What is owed rounds up, what is counted in total rounds down.
 */
import { BPS, WAD } from "./lending.js";

/** 1.0 in RAY. */
export const RAY = 10n ** 27n;
/** A new vault's index: RAY x 10^-6. */
const INITIAL_INDEX = 10n ** 21n;

/** Rates in WAD per second. */
export interface Rates {
  baseRateWad: bigint;
  slopeBelowKinkWad: bigint;
  slopeAboveKinkWad: bigint;
  kinkBps: bigint;
  reserveFactorBps: bigint;
}

export function divUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

/** Rate at the utilization debt / (debt + cash): linear to the kink, then linear to full utilization. */
export function kinkedRate(rates: Rates, debt: bigint, cash: bigint): bigint {
  const utilization = debt === 0n ? 0n : (debt * WAD) / (debt + cash);
  const kink = (rates.kinkBps * WAD) / BPS;
  if (utilization <= kink) return rates.baseRateWad + (rates.slopeBelowKinkWad * utilization) / kink;
  const beyond = (rates.slopeAboveKinkWad * (utilization - kink)) / (WAD - kink);
  return rates.baseRateWad + rates.slopeBelowKinkWad + beyond;
}

interface ModelPosition {
  scaled: bigint;
  principal: bigint;
}

/** Debts by borrower, cash and reserves. Every call names the second in which it happens. */
export class LendingModel {
  index = INITIAL_INDEX;
  scaledTotal = 0n;
  reserves = 0n;
  readonly positions = new Map<string, ModelPosition>();

  constructor(
    readonly rates: Rates,
    public cash: bigint,
    private lastAccrual: bigint,
  ) {}

  accrue(now: bigint): void {
    const elapsed = now - this.lastAccrual;
    this.lastAccrual = now;
    const debt = this.totalDebt();
    const rate = kinkedRate(this.rates, debt, this.cash);
    if (this.scaledTotal === 0n) return;
    this.index += (this.index * rate * elapsed) / WAD;
    const part = (assets: bigint) => (assets * this.rates.reserveFactorBps) / BPS;
    this.reserves += part(this.totalDebt()) - part(debt);
  }

  borrow(now: bigint, borrower: string, assets: bigint): void {
    this.accrue(now);
    const position = this.position(borrower);
    const scaled = divUp(assets * RAY, this.index);
    position.scaled += scaled;
    position.principal += assets;
    this.scaledTotal += scaled;
    this.cash -= assets;
  }

  /** Returns what is taken from the payer and how much of it is principal. */
  repay(now: bigint, borrower: string, assets: bigint): { taken: bigint; principal: bigint } {
    this.accrue(now);
    const position = this.position(borrower);
    const debt = this.debtOf(borrower);
    const taken = assets < debt ? assets : debt;
    const interest = debt - position.principal;
    const principal = taken > interest ? taken - interest : 0n;
    const scaled = taken === debt ? position.scaled : (taken * RAY) / this.index;
    position.scaled -= scaled;
    position.principal -= principal;
    this.scaledTotal -= scaled;
    this.cash += taken;
    return { taken, principal };
  }

  debtOf(borrower: string): bigint {
    return divUp(this.position(borrower).scaled * this.index, RAY);
  }

  principalOf(borrower: string): bigint {
    return this.position(borrower).principal;
  }

  totalDebt(): bigint {
    return (this.scaledTotal * this.index) / RAY;
  }

  totalAssets(): bigint {
    return this.cash + this.totalDebt() - this.reserves;
  }

  private position(borrower: string): ModelPosition {
    const position = this.positions.get(borrower) ?? { scaled: 0n, principal: 0n };
    this.positions.set(borrower, position);
    return position;
  }
}
