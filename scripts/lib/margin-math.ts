/**
 * The margin vault's arithmetic, computed a second time in plain bigint fractions. The replay and the tests compare the
 * contracts with it. Sizes are WAD of the underlying (long > 0), prices asset units x 1e18 per whole unit, costs asset
 * units x 1e36, margins asset units, rates WAD per second.
 */

export const WAD = 10n ** 18n;
const WAD_SQUARED = WAD * WAD;

/** Division towards minus infinity. */
export const floorDiv = (a: bigint, b: bigint): bigint => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
/** Division towards plus infinity. */
export const ceilDiv = (a: bigint, b: bigint): bigint => -floorDiv(-a, b);
export const abs = (a: bigint): bigint => (a < 0n ? -a : a);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** What a trade pays (negative: receives): price x (d + ((s + d)^2 - s^2) / 2K), rounded up. */
export function tradeCost(delta: bigint, skew: bigint, skewScale: bigint, price: bigint): bigint {
  const end = skew + delta;
  return ceilDiv(price * (2n * skewScale * delta + end * end - skew * skew), 2n * skewScale);
}

export interface FundingRules {
  maxVelocityWad: bigint;
  maxRateWad: bigint;
  skewScaleWad: bigint;
}

/**
 * Rate and change of the index after `elapsed` seconds at one skew and price. The path is followed to the moment at which
 * the rate meets its bound, kept as a fraction, and the two pieces are added.
 */
export function fundingStep(rules: FundingRules, rate: bigint, skew: bigint, price: bigint, elapsed: bigint) {
  const { maxVelocityWad, maxRateWad, skewScaleWad } = rules;
  const force = maxVelocityWad * skew;
  const towardsZero = rate !== 0n && rate < 0n !== skew < 0n;
  const magnitude = abs(force) * elapsed;
  const moved = towardsZero ? ceilDiv(magnitude, skewScaleWad) : magnitude / skewScaleWad;
  const freeRate = skew < 0n ? rate - moved : rate + moved;
  const bound = skew < 0n ? -maxRateWad : maxRateWad;
  const beyond = skew < 0n ? freeRate < bound : freeRate > bound;
  const round = skew > 0n ? ceilDiv : floorDiv;
  if (!beyond) return { rate: freeRate, indexDelta: round((rate + freeRate) * elapsed * price, 2n * WAD) };
  // Seconds until the bound: (bound - rate) K / force, as a fraction.
  const [rampOver, rampUnder] = [abs(bound - rate) * skewScaleWad, abs(force)];
  const twicePathOver = (rate + bound) * rampOver + 2n * bound * (elapsed * rampUnder - rampOver);
  // The contract rounds the path to whole units first.
  return { rate: bound, indexDelta: round(round(twicePathOver, rampUnder) * price, 2n * WAD) };
}

/** Funding a position owes since its entry (negative: is owed), rounded up. */
export function fundingOwed(size: bigint, index: bigint, entryIndex: bigint): bigint {
  return ceilDiv(size * (index - entryIndex), WAD_SQUARED);
}

/** Unrealized profit, rounded down. */
export function profit(size: bigint, price: bigint, entryCost: bigint): bigint {
  return floorDiv(size * price - entryCost, WAD_SQUARED);
}

export function notional(size: bigint, price: bigint): bigint {
  return ceilDiv(abs(size) * price, WAD_SQUARED);
}

export interface MarginRules {
  maintenanceWad: bigint;
  depthWad: bigint;
  initialMultipleWad: bigint;
  maxJumpWad: bigint;
  volatilityWeightWad: bigint;
}

export function maintenanceRatio(rules: MarginRules, size: bigint): bigint {
  return min(WAD, rules.maintenanceWad + ceilDiv(abs(size) * WAD, rules.depthWad));
}

export function initialRatio(rules: MarginRules, size: bigint, volatility: bigint): bigint {
  const multiple = ceilDiv(maintenanceRatio(rules, size) * rules.initialMultipleWad, WAD);
  const widened = max(multiple, rules.maxJumpWad) + ceilDiv(volatility * rules.volatilityWeightWad, WAD);
  return min(widened, max(WAD, rules.maxJumpWad));
}

export function maintenanceMargin(rules: MarginRules, size: bigint, price: bigint): bigint {
  return ceilDiv(abs(size) * maintenanceRatio(rules, size) * price, WAD_SQUARED * WAD);
}

export function initialMargin(rules: MarginRules, size: bigint, price: bigint, volatility: bigint): bigint {
  return ceilDiv(abs(size) * initialRatio(rules, size, volatility) * price, WAD_SQUARED * WAD);
}

/**
 * Largest size that may stay open after closing the rest, found by bisection of
 * E - c P (s - y) >= t P y (m + y / D), written without a division.
 */
export function remainingSize(
  rules: MarginRules,
  { equity, cost, target, size, price }: Record<"equity" | "cost" | "target" | "size" | "price", bigint>,
): bigint {
  // Both sides times 1e36 x 1e18 x 1e18 x D.
  const holds = (y: bigint) =>
    equity * WAD_SQUARED * WAD_SQUARED * rules.depthWad - cost * price * (size - y) * WAD * rules.depthWad >=
    target * price * y * (rules.maintenanceWad * rules.depthWad + y * WAD);
  if (!holds(0n)) return 0n;
  let [low, high] = [0n, size];
  if (holds(high)) return size;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

export interface VolatilityState {
  variance: bigint;
  answer: bigint;
  updatedAt: bigint;
}

/** The estimate after one more round. */
export function takeRound(
  state: VolatilityState,
  { memorySeconds, maxMoveWad }: { memorySeconds: bigint; maxMoveWad: bigint },
  round: { answer: bigint; updatedAt: bigint },
): VolatilityState {
  const [low, high] = [min(state.answer, round.answer), max(state.answer, round.answer)];
  const move = min(ceilDiv((high - low) * WAD, low), maxMoveWad);
  const elapsed = round.updatedAt - state.updatedAt;
  const variance = ceilDiv(memorySeconds * state.variance + move * move, memorySeconds + elapsed);
  return { variance: min(variance, maxMoveWad * maxMoveWad), answer: round.answer, updatedAt: round.updatedAt };
}
