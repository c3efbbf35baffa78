/**
 * What a liquidation or a write-off closes of an insolvent position, from the definitions: the second opinion that
 * write-off-audit.ts holds against the contracts. All figures in asset units, up to a unit or two of rounding.
 */
import { type Expected } from "../lib/provision.ts";
import { BPS, max, min, WAD } from "../lib/units.ts";

/** A position and the vault's reserves just before. */
export interface PositionFigures {
  readonly debt: bigint;
  readonly principal: bigint;
  /** Worth of all its collateral. */
  readonly value: bigint;
  readonly reserves: bigint;
}

/** Settings of the vault that decide what is closed. */
export interface ClosingRules {
  readonly minIncentiveBps: bigint;
  readonly minDebt: bigint;
  readonly keeperRewardBps: bigint;
  readonly maxKeeperReward: bigint;
}

/** What is closed. */
export interface Closed {
  /** Paid by the liquidator. */
  readonly repaid: bigint;
  /** Part of the sold collateral's value that pays for no debt. */
  readonly incentive: bigint;
  readonly debt: bigint;
  readonly principalLeft: bigint;
  /** Part of the debt for which an impairment's provision may be used, WAD, rounded up. */
  readonly wad: bigint;
}

/** Debt above what the collateral is worth less the minimum incentive. */
export function isInsolvent(
  { value, debt }: Pick<PositionFigures, "value" | "debt">,
  minIncentiveBps: bigint,
): boolean {
  return debt * (BPS + minIncentiveBps) > value * BPS;
}

/** What would be lost of an insolvent position now, and how much of it insurance may pay for. */
export function expectedLoss(
  { value, debt, principal, aged }: PositionFigures & { readonly aged: bigint },
  { minIncentiveBps }: ClosingRules,
): Expected {
  const covered = (value * BPS) / (BPS + minIncentiveBps);
  const shortfall = debt - covered;
  const lostPrincipal = max(0n, principal - value);
  const withoutIncentive = max(0n, shortfall - (value - covered));
  return { shortfall, insurable: principal === 0n ? 0n : min(withoutIncentive, (lostPrincipal * aged) / principal) };
}

/** What governance has announced at most. Asset units. */
export interface Announced {
  readonly principalAssets: bigint;
  readonly interestAssets: bigint;
}

/** What is forgiven of it: interest that is owed, and principal as far as the collateral does not cover what is left. */
export function forgiven(figures: PositionFigures, { minIncentiveBps }: ClosingRules, announced: Announced): Announced {
  const { debt, principal, value } = figures;
  const interestAssets = min(announced.interestAssets, max(0n, debt - principal));
  if (!isInsolvent(figures, minIncentiveBps)) return { principalAssets: 0n, interestAssets };
  const covered = (value * BPS) / (BPS + minIncentiveBps);
  const uncovered = max(0n, debt - interestAssets - covered);
  return { principalAssets: min(min(announced.principalAssets, principal), uncovered), interestAssets };
}

/**
 * What tranches may pay of a forgiven debt: its principal; insurance the aged part of it, as far as the collateral is
 * worth less. Beside it the part of the expected loss that becomes final, WAD: as much of its provision may be used.
 */
export function forgivenLoss(
  figures: PositionFigures & { readonly aged: bigint },
  { minIncentiveBps }: ClosingRules,
  { principalAssets }: Announced,
  badDebt: bigint,
) {
  const { debt, principal, value, aged } = figures;
  const coverable = min(principalAssets, badDebt);
  const lost = min(principalAssets, max(0n, principal - value));
  const shortfall = isInsolvent(figures, minIncentiveBps) ? debt - (value * BPS) / (BPS + minIncentiveBps) : 0n;
  return {
    coverable,
    insurable: principal === 0n ? 0n : min(coverable, (lost * aged) / principal),
    closedWad: badDebt >= shortfall ? WAD : (badDebt * WAD + shortfall - 1n) / shortfall,
  };
}

/** A keeper brings no cash: the debt that the collateral covers stays, unless it is too small to stand. */
export function closedByKeeper({ value, debt, principal }: PositionFigures, rules: ClosingRules): Closed {
  const covered = (value * BPS) / (BPS + rules.minIncentiveBps);
  const left = covered < rules.minDebt ? 0n : covered;
  return { repaid: 0n, incentive: value - left, debt: debt - left, principalLeft: min(principal, left), wad: WAD };
}

/** A liquidator pays for a fraction of the collateral at the minimum incentive; the same fraction of the debt goes. */
export function closedByLiquidator(
  { value, debt, principal }: PositionFigures,
  { minIncentiveBps }: ClosingRules,
  maxRepaid: bigint,
): Closed {
  const divisor = BPS + minIncentiveBps;
  const priceOfAll = (value * BPS + divisor - 1n) / divisor;
  const repaid = min(maxRepaid, priceOfAll);
  return {
    repaid,
    incentive: max(0n, (value * repaid) / priceOfAll - repaid),
    debt: (debt * repaid) / priceOfAll,
    principalLeft: principal - (principal * repaid) / priceOfAll,
    wad: (WAD * repaid + priceOfAll - 1n) / priceOfAll,
  };
}

/** A keeper's reward, taken from reserves, where there is no collateral to earn from. */
export function keeperReward(badDebt: bigint, { value, reserves }: PositionFigures, rules: ClosingRules): bigint {
  if (value > 0n) return 0n;
  return min(min((badDebt * rules.keeperRewardBps) / BPS, rules.maxKeeperReward), reserves);
}
