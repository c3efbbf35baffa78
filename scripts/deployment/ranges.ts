/**
 * Ranges outside of which a parameter is a typing error more often than a decision. Narrower than what the contracts
 * accept: those protect against governance, these against a slip of the hand.
 */
import { hasMarginVault, type NetworkFile, type TokenEntry } from "../lib/network-file.ts";

/** Something that speaks against a deployment. */
export interface Finding {
  readonly name: string;
  readonly message: string;
}

const HOUR = 3_600n;
const DAY = 24n * HOUR;
const MILLION = 10n ** 6n;
const GAS = { least: 100_000n, most: 5_000_000n };
/** 150 % a year, WAD per second. */
const HIGHEST_RATE = (15n * 10n ** 17n) / (365n * DAY);
/** Some 180,000 gas each, in one transaction. */
const MOST_PREPARED = 32n;
/** A band that spans more would take a feed's change of decimals for a price. */
const WIDEST_BAND = 10n ** 6n;

/** Path in the file's `modules`, least and greatest value. Asset figures are in whole assets, marked by the unit. */
const RANGES: readonly [path: string, least: bigint, greatest: bigint, unit?: "asset" | "token"][] = [
  ["Vault.rateModel.baseRateWad", 0n, HIGHEST_RATE],
  ["Vault.rateModel.slopeBelowKinkWad", 0n, HIGHEST_RATE],
  ["Vault.rateModel.slopeAboveKinkWad", 0n, HIGHEST_RATE],
  ["Vault.rateModel.kinkBps", 5_000n, 9_500n],
  ["Vault.rateModel.reserveFactorBps", 0n, 3_000n],
  ["Vault.riskConfig.debtCap", 1_000n, 10_000n * MILLION, "asset"],
  ["Vault.riskConfig.minDebt", 1n, 100_000n, "asset"],
  ["Vault.riskConfig.waitingPeriod", HOUR, 30n * DAY],
  ["Vault.riskConfig.confirmationDelay", 300n, 2n * DAY],
  ["Vault.riskConfig.confirmationWindow", HOUR, 7n * DAY],
  ["Vault.riskConfig.liquidationFeeBps", 0n, 5_000n],
  ["Vault.riskConfig.keeperRewardBps", 0n, 100n],
  ["Vault.riskConfig.maxKeeperReward", 0n, 10_000n, "asset"],
  ["Fund.terms.cooldown", DAY, 60n * DAY],
  ["Fund.terms.withdrawalWindow", HOUR, 30n * DAY],
  ["Fund.terms.hourCap", 1n, 1_000n * MILLION, "asset"],
  ["Fund.terms.monthCap", 1n, 1_000n * MILLION, "asset"],
  ["Dilution.cap", 1_000n, 1_000n * MILLION, "token"],
  ["Dilution.initialSupply", 0n, 1_000n * MILLION, "token"],
  ["Dilution.globalCap", 1n, 100n * MILLION, "token"],
  ["Underwriters.noticePeriod", DAY, 30n * DAY],
  ["Underwriters.noticeWindow", HOUR, 30n * DAY],
  ["Wiring.fundStipend", GAS.least, GAS.most],
  ["Wiring.dilutionStipend", GAS.least, GAS.most],
  ["Wiring.minProvision", 1n, 1_000_000n, "asset"],
  ["Wiring.underwriterBps", 0n, 5_000n],
  ["Wiring.collateralConfig.ltvBps", 1_000n, 9_000n],
  ["Wiring.collateralConfig.lltvBps", 2_000n, 9_500n],
  ["Wiring.collateralConfig.liquidationIncentiveBps", 100n, 2_000n],
  ["Wiring.collateralConfig.minIncentiveBps", 10n, 500n],
  ["Wiring.collateralConfig.targetHealthBps", 10_100n, 15_000n],
  ["Wiring.collateralConfig.principalCap", 1n, 10_000n * MILLION, "asset"],
  ["Wiring.saleTerms.floorPrice", 1n, MILLION, "asset"],
  ["Wiring.saleTerms.startPrice", 1n, 10n * MILLION, "asset"],
  ["Wiring.saleTerms.fallSeconds", 600n, 7n * DAY],
  ["Wiring.saleTerms.saleSeconds", HOUR, 30n * DAY],
  ["Wiring.buybackTerms.startBps", 1_000n, 10_000n],
  ["Wiring.buybackTerms.offerSeconds", HOUR, 30n * DAY],
  ["Preparation.losses", 1n, MOST_PREPARED],
];

const WAD = 10n ** 18n;

/** The same for a margin vault, where there is one. Sizes are WAD of the underlying. */
const MARGIN_RANGES: typeof RANGES = [
  ["MarginVault.riskConfig.minDelay", 1n, HOUR],
  ["MarginVault.riskConfig.expiry", 60n, DAY],
  ["MarginVault.riskConfig.minNotional", 1n, 100_000n, "asset"],
  ["MarginVault.riskConfig.minKeeperFee", 0n, 100n, "asset"],
  ["MarginVault.riskConfig.minKeeperReward", 0n, 1_000n, "asset"],
  ["MarginVault.riskConfig.maxKeeperReward", 0n, 100_000n, "asset"],
  ["MarginVault.riskConfig.keeperShareBps", 0n, 10_000n],
  ["MarginVault.riskConfig.reserveFactorBps", 0n, 5_000n],
  ["MarginVault.marketConfig.openInterestCapWad", 0n, 1_000n * MILLION * WAD],
  ["MarginVault.marketConfig.skewCapWad", 0n, 1_000n * MILLION * WAD],
  ["MarginVault.marketConfig.maintenanceWad", WAD / 200n, WAD / 2n],
  ["MarginVault.marketConfig.initialMultipleWad", WAD, 10n * WAD],
  ["MarginVault.marketConfig.targetMultipleWad", WAD, 10n * WAD],
  ["MarginVault.marketConfig.feeBps", 0n, 100n],
  ["MarginVault.marketConfig.deviationBps", 0n, 500n],
  ["MarginVault.marketConfig.liquidationFeeBps", 0n, 500n],
  ["MarginVault.marketConfig.profitCoverBps", 0n, 10_000n],
  ["MarginFund.terms.cooldown", DAY, 60n * DAY],
  ["MarginFund.terms.withdrawalWindow", HOUR, 30n * DAY],
  ["MarginFund.terms.hourCap", 1n, 1_000n * MILLION, "asset"],
  ["MarginFund.terms.monthCap", 1n, 1_000n * MILLION, "asset"],
  ["MarginWiring.fundStipend", GAS.least, GAS.most],
  ["MarginWiring.dilutionStipend", GAS.least, GAS.most],
  ["MarginWiring.minProvision", 1n, 1_000_000n, "asset"],
  ["MarginWiring.underwriterBps", 0n, 5_000n],
  ["MarginWiring.saleTerms.floorPrice", 1n, MILLION, "asset"],
  ["MarginWiring.saleTerms.startPrice", 1n, 10n * MILLION, "asset"],
  ["MarginWiring.saleTerms.fallSeconds", 600n, 7n * DAY],
  ["MarginWiring.saleTerms.saleSeconds", HOUR, 30n * DAY],
  ["MarginWiring.buybackTerms.startBps", 1_000n, 10_000n],
  ["MarginWiring.buybackTerms.offerSeconds", HOUR, 30n * DAY],
  ["MarginWiring.noticePeriod", DAY, 30n * DAY],
  ["MarginWiring.noticeWindow", HOUR, 30n * DAY],
  ["MarginPreparation.losses", 1n, MOST_PREPARED],
];

/** The smaller must not be above the larger. */
const ORDERED: readonly [smaller: string, larger: string][] = [
  ["Vault.riskConfig.minDebt", "Vault.riskConfig.debtCap"],
  ["Wiring.collateralConfig.ltvBps", "Wiring.collateralConfig.lltvBps"],
  ["Wiring.collateralConfig.minIncentiveBps", "Wiring.collateralConfig.liquidationIncentiveBps"],
  ["Wiring.collateralConfig.principalCap", "Vault.riskConfig.debtCap"],
  ["Fund.terms.hourCap", "Fund.terms.monthCap"],
  ["Dilution.initialSupply", "Dilution.cap"],
  ["Dilution.globalCap", "Dilution.cap"],
  ["Wiring.mintLimits.hourCap", "Wiring.mintLimits.monthCap"],
  ["Wiring.mintLimits.monthCap", "Wiring.mintLimits.lifetimeCap"],
  ["Wiring.mintLimits.lifetimeCap", "Dilution.globalCap"],
  ["Wiring.saleTerms.floorPrice", "Wiring.saleTerms.startPrice"],
  ["Wiring.saleTerms.fallSeconds", "Wiring.saleTerms.saleSeconds"],
  ["Wiring.forgivenHourCap", "Wiring.forgivenMonthCap"],
];

const MARGIN_ORDERED: typeof ORDERED = [
  ["MarginVault.riskConfig.minDelay", "MarginVault.riskConfig.expiry"],
  ["MarginVault.riskConfig.minKeeperReward", "MarginVault.riskConfig.maxKeeperReward"],
  ["MarginVault.marketConfig.skewCapWad", "MarginVault.marketConfig.openInterestCapWad"],
  ["MarginVault.marketConfig.targetMultipleWad", "MarginVault.marketConfig.initialMultipleWad"],
  ["MarginFund.terms.hourCap", "MarginFund.terms.monthCap"],
  ["MarginWiring.mintLimits.hourCap", "MarginWiring.mintLimits.monthCap"],
  ["MarginWiring.mintLimits.monthCap", "MarginWiring.mintLimits.lifetimeCap"],
  ["MarginWiring.mintLimits.lifetimeCap", "Dilution.globalCap"],
  ["MarginWiring.saleTerms.floorPrice", "MarginWiring.saleTerms.startPrice"],
  ["MarginWiring.saleTerms.fallSeconds", "MarginWiring.saleTerms.saleSeconds"],
];

/** Every parameter that is missing or outside its range. */
export function rangeFindings(file: NetworkFile): Finding[] {
  const findings: Finding[] = [];
  const range = (what: string, value: bigint | undefined, least: bigint, greatest: bigint) => {
    if (value === undefined) findings.push({ name: "ParameterMissing", message: `${what} is missing` });
    else if (value < least || value > greatest) {
      findings.push({
        name: "ParameterOutOfRange",
        message: `${what} is ${value}, sane are ${least} to ${greatest}`,
      });
    }
  };
  const units = { asset: 10n ** BigInt(file.market.asset.decimals), token: 10n ** 18n };
  const withMargin = hasMarginVault(file);
  for (const [path, least, greatest, unit] of withMargin ? [...RANGES, ...MARGIN_RANGES] : RANGES) {
    const scale = unit === undefined ? 1n : units[unit];
    range(path, valueAt(file.modules, path), least * scale, greatest * scale);
  }
  for (const [smaller, larger] of withMargin ? [...ORDERED, ...MARGIN_ORDERED] : ORDERED) {
    const most = valueAt(file.modules, larger);
    range(`${smaller} (at most ${larger})`, valueAt(file.modules, smaller), 0n, most ?? 0n);
  }
  const shortest = file.network.isLocal ? 60n : HOUR;
  range("governance.governorDelay", BigInt(file.governance.governorDelay), shortest, 30n * DAY);
  for (const [id, token] of Object.entries({ asset: file.market.asset, collateral: file.market.collateral })) {
    feedRanges(id, token, range);
  }
  const { sequencer } = file.market;
  if (BigInt(sequencer.feed) !== 0n) range("market.sequencer.gracePeriod", BigInt(sequencer.gracePeriod), 600n, DAY);
  return findings;
}

function feedRanges(
  id: string,
  { feed }: TokenEntry,
  range: (what: string, value: bigint, least: bigint, greatest: bigint) => void,
): void {
  const heartbeat = BigInt(feed.heartbeat);
  range(`market.${id}.feed.heartbeat`, heartbeat, 10n, 2n * DAY);
  // Real rounds come up to two minutes after the heartbeat.
  range(`market.${id}.feed.maxStaleness`, BigInt(feed.maxStaleness), heartbeat + 120n, 2n * heartbeat + HOUR);
  range(`market.${id}.feed.maxAnswer`, feed.maxAnswer, feed.minAnswer + 1n, feed.minAnswer * WIDEST_BAND);
}

/** A whole number inside nested objects; undefined if there is none. */
function valueAt(root: unknown, path: string): bigint | undefined {
  let value = root;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}
