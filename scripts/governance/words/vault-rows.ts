/** What governance can set of a vault, of either kind. */
import { address, assets, field, ratio, type Row, seconds, wad } from "./fields.ts";

const EVERY_VAULT: readonly Row[] = [
  ["minProvision", [], "plain", [assets("assets", "up", { zeroIsOff: true })]],
  ["reservePolicy", [], "plain", [assets("targetAssets", "down"), address("recipient")]],
  ["premiumShare", [], "plain", [address("underwriters"), ratio("underwriterBps", "any")]],
  ["exitNotice", [], "plain", [seconds("noticeSeconds", "any"), seconds("windowSeconds", "any")]],
];

export const LENDING_VAULT: readonly Row[] = [
  [
    "collateral",
    ["token"],
    "struct",
    [
      ratio("ltvBps", "up"),
      ratio("lltvBps", "up"),
      ratio("liquidationIncentiveBps", "down"),
      ratio("minIncentiveBps", "any"),
      ratio("targetHealthBps", "down"),
      assets("principalCap", "up"),
    ],
    [{ name: "collateralConfig", count: 6 }],
  ],
  [
    "rateModel",
    [],
    "struct",
    [
      field("baseRateWad", "rate", "any"),
      field("slopeBelowKinkWad", "rate", "any"),
      field("slopeAboveKinkWad", "rate", "any"),
      ratio("kinkBps", "any"),
      ratio("reserveFactorBps", "down"),
    ],
  ],
  [
    "riskConfig",
    [],
    "struct",
    [
      assets("debtCap", "up"),
      assets("minDebt", "down"),
      seconds("waitingPeriod", "down"),
      seconds("confirmationDelay", "down"),
      seconds("confirmationWindow", "up"),
      ratio("liquidationFeeBps", "any"),
      ratio("keeperRewardBps", "up"),
      assets("maxKeeperReward", "up"),
    ],
  ],
  ...EVERY_VAULT,
  ["restructuringCaps", [], "plain", [assets("hourCap", "up"), assets("monthCap", "up")]],
  [
    "retiredPrice",
    ["token"],
    "plain",
    [field("priceWad", "money", "down", { money: "collateralPrice" })],
    [{ name: "retirementOf", path: ["priceWad"], count: 1 }],
  ],
];

/** Of the margin vault: what lets traders owe more, pay less or wait less for it at the providers' expense is looser. */
export const MARGIN_VAULT: readonly Row[] = [
  [
    "market",
    ["market"],
    "struct",
    [
      wad("openInterestCapWad", "up"),
      wad("skewCapWad", "up"),
      wad("skewScaleWad", "up"),
      wad("depthWad", "up"),
      field("maxFundingVelocityWad", "integer", "any"),
      field("maxFundingRateWad", "rate", "any"),
      wad("maintenanceWad", "down"),
      wad("initialMultipleWad", "down"),
      wad("maxJumpWad", "down"),
      wad("volatilityWeightWad", "down"),
      wad("targetMultipleWad", "any"),
      ratio("feeBps", "down"),
      ratio("deviationBps", "down"),
      ratio("liquidationFeeBps", "any"),
      ratio("profitCoverBps", "down"),
      ratio("insuranceMultipleBps", "up"),
    ],
    [{ name: "marketConfig", count: 16 }],
  ],
  [
    "riskConfig",
    [],
    "struct",
    [
      seconds("minDelay", "down"),
      seconds("expiry", "any"),
      assets("minNotional", "down"),
      assets("minKeeperFee", "any"),
      assets("minKeeperReward", "up"),
      assets("maxKeeperReward", "up"),
      ratio("keeperShareBps", "up"),
      ratio("reserveFactorBps", "down"),
    ],
  ],
  ...EVERY_VAULT,
];
