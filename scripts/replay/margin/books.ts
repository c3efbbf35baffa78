/**
 * The margin vault's books kept a second time, by scripts/lib/margin-math.ts: market sums, funding, every account, fees
 * and what they let insurance pay. The audit moves them by what is asked of the vault, never by what the vault answers.
 */
import {
  abs,
  ceilDiv,
  floorDiv,
  fundingStep,
  type FundingRules,
  maintenanceMargin,
  type MarginRules,
  notional,
  tradeCost,
} from "../../lib/margin-math.ts";
import { BPS, max, min } from "../../lib/units.ts";
import { type MarginWorld } from "./world.ts";
import { MARKET } from "../../lib/add-margin.ts";

const WAD_SQUARED = 10n ** 36n;
/** Fees and draws of insurance count in the period in which they fall and in the next one. */
const PERIOD = 15 * 86_400;

/** A trader's account. Money in asset units, size WAD, basis asset units x 1e36. */
export interface Account {
  margin: bigint;
  deficit: bigint;
  size: bigint;
  basis: bigint;
}

/** The vault's rules, as read once from the chain. */
export type Rules = Awaited<ReturnType<typeof readRules>>;

export async function readRules(world: MarginWorld) {
  const [config, risk, minProvision] = await Promise.all([
    world.vault.marketConfig(MARKET),
    world.vault.riskConfig(),
    world.vault.minProvision(),
  ]);
  const funding: FundingRules = {
    maxVelocityWad: config.maxFundingVelocityWad,
    maxRateWad: config.maxFundingRateWad,
    skewScaleWad: config.skewScaleWad,
  };
  const margin: MarginRules = {
    maintenanceWad: config.maintenanceWad,
    depthWad: config.depthWad,
    initialMultipleWad: config.initialMultipleWad,
    maxJumpWad: config.maxJumpWad,
    volatilityWeightWad: config.volatilityWeightWad,
  };
  const { skewScaleWad, skewCapWad, maxJumpWad, volatilityWeightWad, targetMultipleWad } = config;
  const { feeBps, liquidationFeeBps, insuranceMultipleBps } = config;
  const { minNotional, minKeeperReward, maxKeeperReward, keeperShareBps, reserveFactorBps } = risk;
  return {
    ...{ skewScaleWad, skewCapWad, maxJumpWad, volatilityWeightWad, targetMultipleWad },
    ...{ feeBps, liquidationFeeBps, insuranceMultipleBps, funding, margin, minProvision },
    risk: { minNotional, minKeeperReward, maxKeeperReward, keeperShareBps, reserveFactorBps },
  };
}

export class MarginBooks {
  readonly rules: Rules;
  readonly accounts = new Map<string, Account>();
  longWad = 0n;
  shortWad = 0n;
  totalBasis = 0n;
  rate = 0n;
  index = 0n;
  /** Everything all traders have paid the pool and its reserves, less what they were paid, asset units. */
  toPool = 0n;
  /** Fees of all traders, and the part of them that went to reserves, asset units. */
  fees = 0n;
  toReserves = 0n;
  private price: bigint;
  private accruedAt: number;
  private readonly periods = new Map<number, { fees: bigint; drawn: bigint }>();

  /** @param price at which funding runs at second `now` */
  constructor(rules: Rules, price: bigint, now: number) {
    this.rules = rules;
    this.price = price;
    this.accruedAt = now;
  }

  get skew(): bigint {
    return this.longWad - this.shortWad;
  }

  account(trader: string): Account {
    const known = this.accounts.get(trader);
    if (known !== undefined) return known;
    const fresh = { margin: 0n, deficit: 0n, size: 0n, basis: 0n };
    this.accounts.set(trader, fresh);
    return fresh;
  }

  /** Funding index at second `now`. */
  indexAt(now: number): bigint {
    const elapsed = BigInt(now - this.accruedAt);
    return this.index + fundingStep(this.rules.funding, this.rate, this.skew, this.price, elapsed).indexDelta;
  }

  /** Brings funding to second `now`; from then on it runs at `price`, if one is given. */
  accrue(now: number, price = this.price): void {
    const elapsed = BigInt(now - this.accruedAt);
    const { rate, indexDelta } = fundingStep(this.rules.funding, this.rate, this.skew, this.price, elapsed);
    this.rate = rate;
    this.index += indexDelta;
    this.accruedAt = now;
    this.price = price;
  }

  /** Margin less deficit, unrealized profit and funding. */
  equity(account: Account, price: bigint, now: number): bigint {
    const profit = floorDiv(account.size * (price - this.indexAt(now)) - account.basis, WAD_SQUARED);
    return account.margin - account.deficit + profit;
  }

  maintenance(account: Account, price: bigint): bigint {
    return maintenanceMargin(this.rules.margin, account.size, price);
  }

  /** What closing `delta` of a position realizes at this moment, and the basis that goes with it. */
  realizedBy(account: Account, delta: bigint, price: bigint, now: number): { realized: bigint; basis: bigint } {
    const cost = tradeCost(delta, this.skew, this.rules.skewScaleWad, price);
    const basis = delta === -account.size ? account.basis : ceilDiv(account.basis * abs(delta), abs(account.size));
    return { realized: floorDiv(delta * this.indexAt(now) - cost - basis, WAD_SQUARED), basis };
  }

  /** Changes a position; funding has been brought to `now`. Returns what is realized. */
  trade(account: Account, delta: bigint, price: bigint, now: number): bigint {
    let realized = 0n;
    let basisChange = tradeCost(delta, this.skew, this.rules.skewScaleWad, price) - delta * this.index;
    if (account.size !== 0n && account.size < 0n !== delta < 0n) {
      const closing = this.realizedBy(account, delta, price, now);
      realized = closing.realized;
      basisChange = -closing.basis;
    }
    const long = account.size === 0n ? delta > 0n : account.size > 0n;
    if (long) this.longWad += delta;
    else this.shortWad -= delta;
    account.size += delta;
    account.basis += basisChange;
    this.totalBasis += basisChange;
    return realized;
  }

  /** A realized profit pays a deficit first; a loss that the margin cannot pay becomes one. */
  settle(account: Account, realized: bigint): void {
    if (realized >= 0n) {
      const forgone = min(realized, account.deficit);
      account.deficit -= forgone;
      account.margin += realized - forgone;
      this.toPool -= realized - forgone;
      return;
    }
    const paid = min(-realized, account.margin);
    account.margin -= paid;
    account.deficit += -realized - paid;
    this.toPool += paid;
  }

  /** Margin comes in: a deficit is paid first. */
  addMargin(account: Account, assets: bigint): void {
    account.margin += assets;
    const paid = min(account.deficit, account.margin);
    account.margin -= paid;
    account.deficit -= paid;
    this.toPool += paid;
  }

  /** Takes a fee as far as the margin reaches. */
  takeFee(account: Account, assets: bigint, now: number): bigint {
    const paid = min(assets, account.margin);
    account.margin -= paid;
    this.toPool += paid;
    this.fees += paid;
    this.toReserves += (paid * this.rules.risk.reserveFactorBps) / BPS;
    this.period(now).fees += paid;
    return paid;
  }

  /** What insurance may still pay for this market. */
  allowance(now: number): bigint {
    const [present, last] = [this.period(now), this.period(now - PERIOD)];
    const earned = ((present.fees + last.fees) * this.rules.insuranceMultipleBps) / BPS;
    return max(0n, earned - present.drawn - last.drawn);
  }

  countDraw(assets: bigint, now: number): void {
    this.period(now).drawn += assets;
  }

  /** |size| x price x ratio, rounded up. */
  partOf(size: bigint, price: bigint, ratioBps: bigint): bigint {
    return ceilDiv(abs(size) * ratioBps * price, WAD_SQUARED * BPS);
  }

  /** Premium of closing all of a position, of its notional, WAD, rounded up; zero where closing it earns one. */
  closingPremium(account: Account): bigint {
    const twice = 2n * this.skew - account.size;
    const against = account.size > 0n ? -twice : twice;
    return against <= 0n ? 0n : ceilDiv(against * 10n ** 18n, 2n * this.rules.skewScaleWad);
  }

  notional(size: bigint, price: bigint): bigint {
    return notional(size, price);
  }

  private period(now: number): { fees: bigint; drawn: bigint } {
    const number = Math.floor(now / PERIOD);
    const known = this.periods.get(number) ?? { fees: 0n, drawn: 0n };
    this.periods.set(number, known);
    return known;
  }
}
