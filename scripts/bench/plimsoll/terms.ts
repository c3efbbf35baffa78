/** What governance of a vault like this would set. Figures that other files reckon with are named. */

/** Smallest units of one whole token of any kind here: dollar, ether, backstop token. */
export const ONE = 10n ** 18n;
export const BPS = 10_000n;
export const MINUTE = 60n;
export const HOUR = 60n * MINUTE;
export const DAY = 24n * HOUR;
export const YEAR = 365n * DAY;

/** Most a transaction may be given; also an infinite approval. */
export const MAX = 2n ** 256n - 1n;

/** Dollars per ether, WAD, except while a price crash is measured. */
export const USUAL_PRICE = 2_000n * ONE;

const perYear = (percent: bigint) => (percent * ONE) / 100n / YEAR;

export const RATE_MODEL = {
  baseRateWad: perYear(1n),
  slopeBelowKinkWad: perYear(4n),
  slopeAboveKinkWad: perYear(60n),
  kinkBps: 8_000n,
  reserveFactorBps: 1_000n,
};

export const RISK = {
  debtCap: 100_000_000n * ONE,
  minDebt: 100n * ONE,
  waitingPeriod: 7n * DAY,
  confirmationDelay: HOUR,
  confirmationWindow: DAY,
  liquidationFeeBps: 1_000n,
  keeperRewardBps: 10n,
  maxKeeperReward: 50n * ONE,
};

export const COLLATERAL = {
  ltvBps: 7_500n,
  lltvBps: 8_000n,
  liquidationIncentiveBps: 800n,
  minIncentiveBps: 100n,
  targetHealthBps: 10_500n,
  principalCap: 100_000_000n * ONE,
};

/** Reserves that stay in the vault when the rest is swept. */
export const RESERVE_TARGET = 500n * ONE;

/** One loss may draw 4,000 dollars, so that a larger one goes on to the next layer. */
export const FUND = { cooldown: 10n * DAY, withdrawalWindow: 2n * DAY, hourCap: 4_000n * ONE, monthCap: 40_000n * ONE };

export const BACKSTOP = { name: "Backstop", symbol: "BKS", cap: 1_000_000n * ONE, initialSupply: 900_000n * ONE };
export const GLOBAL_CAP = 50_000n * ONE;
export const LIMITS = { hourCap: 1_000n * ONE, monthCap: 20_000n * ONE, lifetimeCap: 40_000n * ONE };

/** From 30 to 20 dollars per backstop token. */
export const SALE = { startPrice: 30n * ONE, floorPrice: 20n * ONE, fallSeconds: 10n * HOUR, saleSeconds: 2n * DAY };
export const BUYBACK = { startBps: 4_000n, riseSeconds: 20n * HOUR, offerSeconds: 3n * DAY };

/** Gas the engine gives each layer: what it needs, with room. */
export const STIPENDS = { insurance: 250_000n, dilution: 350_000n };
