/**
 * The calls and events a keeper uses, written out so that it runs without building the contracts. A test compares each
 * line with what the compiler says of the contract.
 */
import { Interface } from "ethers";

const POSITION_KEY = "tuple(address borrower, address collateral)";
const LOSS_PLAN =
  "tuple(uint256 debtAssets, uint256 repaidAssets, uint256 feeAssets, uint256 defaultAssets, uint256 seizedAssets, uint256 coveredAssets, uint256 badDebtAssets, uint256 insurableAssets, uint256 rewardAssets, uint256 roundingAssets, uint32 provisionId, bytes failure)";
const LIQUIDATION =
  "tuple(uint256 repaidAssets, uint256 feeAssets, uint256 seizedAssets, uint256 badDebtAssets, uint256 socializedAssets)";
const LOSS_QUOTE = "tuple(uint256 primaryAssets, uint256 highAssets, uint64 oldestRoundAt, address lossBlockedBy)";

/** What a liquidation of a margin vault has done. */
const CLOSED =
  "tuple(bool complete, uint256 closedWad, uint256 feeAssets, uint256 rewardAssets, uint256 badDebtAssets, uint256 socializedAssets)";
const TRADER_MARKET = "tuple(address trader, uint256 marketId)";

/** Contract name as in the artifacts, and what is used of it. */
export const FRAGMENTS = {
  WriteOffEngine: [
    "function vaults() view returns (address[])",
    "function stackOf(address vault) view returns (tuple(address tranche, uint64 gasStipend, uint8 kind)[])",
    "event VaultRegistered(address indexed vault)",
  ],
  Dilution: [
    "function debtAuction() view returns (address)",
    "function buybackAuction() view returns (address)",
    "function token() view returns (address)",
  ],
  LendingVault: [
    "function asset() view returns (address)",
    "function oracle() view returns (address)",
    "function collaterals() view returns (address[])",
    "function collateralConfig(address collateral) view returns (tuple(uint16 ltvBps, uint16 lltvBps, uint16 liquidationIncentiveBps, uint16 minIncentiveBps, uint16 targetHealthBps, uint128 principalCap))",
    "function riskConfig() view returns (tuple(uint128 debtCap, uint128 minDebt, uint32 waitingPeriod, uint32 confirmationDelay, uint32 confirmationWindow, uint16 liquidationFeeBps, uint16 keeperRewardBps, uint96 maxKeeperReward))",
    "function minProvision() view returns (uint256)",
    "function retirementOf(address collateral) view returns (uint64 announcedAt, bool retired, uint256 priceWad)",
    `function liquidate(address borrower, address collateral, uint256 maxRepaidAssets, uint256 minSeizedAssets, uint256 maxSocializedAssets, bytes data) returns (${LIQUIDATION})`,
    "function impair(address borrower, address collateral) returns (uint256)",
    `function impairBatch(${POSITION_KEY}[] positions) returns (uint256[])`,
    "function writeOff(address borrower, address collateral, uint256 maxSocializedAssets) returns (uint256)",
    `function writeOffBatch(${POSITION_KEY}[] positions, uint256 maxSocializedAssets) returns (uint256[])`,
    "function sweepReserves() returns (uint256)",
    "function claimableRecovery(address account, uint256 epoch) view returns (uint256)",
    "function claimRecovery(address account, uint256[] epochs, address receiver) returns (uint256)",
    "event CollateralSupplied(address indexed borrower, address indexed collateral, address payer, uint256 assets)",
    "event CollateralWithdrawn(address indexed borrower, address indexed collateral, address receiver, uint256 assets)",
    "event Borrowed(address indexed borrower, address indexed collateral, address receiver, uint256 assets, uint256 interestIndex)",
    "event Repaid(address indexed borrower, address indexed collateral, address payer, uint256 assets, uint256 principalAssets, uint256 interestIndex)",
    "event Liquidated(address indexed borrower, address indexed collateral, address indexed liquidator, uint256 repaidAssets, uint256 feeAssets, uint256 seizedAssets, uint256 interestIndex)",
    "event UncoveredDebtWrittenOff(address indexed borrower, address indexed collateral, uint256 badDebtAssets, uint256 coveredAssets, uint256 rewardAssets, uint256 interestIndex)",
    "event Impaired(address indexed borrower, address indexed collateral, uint256 shortfallAssets)",
    "event ImpairmentCleared(address indexed borrower, address indexed collateral)",
    "event Restructured(address indexed borrower, address indexed collateral, uint256 indexed id, uint256 principalAssets, uint256 interestAssets, uint256 badDebtAssets, uint256 interestIndex)",
    "event LossCharged(uint256 indexed epoch, uint256 chargedAssets, uint256 shares)",
  ],
  DebtAuction: [
    "function buy(address vault, uint256 id, uint256 maxTokens, uint256 maxPrice, address receiver, uint256 deadline) returns (uint256 tokens, uint256 assets)",
    "function settle(address vault, uint256 id) returns (uint256)",
    "event LotOpened(address indexed vault, uint256 indexed id, uint256 tokens, uint256 startPrice, uint256 floorPrice, uint256 fallSeconds, uint256 expiresAt)",
  ],
  BuybackAuction: [
    "function sell(address vault, uint256 id, uint256 number, uint256 maxTokens, uint256 minAssets, address receiver) returns (uint256 tokens, uint256 assets)",
    "function settle(address vault, uint256 id, uint256 number) returns (uint256)",
    "event RoundOpened(address indexed vault, uint256 indexed id, uint256 round, uint256 assets, uint256 startPrice, uint256 maxPrice, uint256 riseSeconds, uint256 endsAt)",
  ],
  ChainlinkOracle: [
    `function getLossQuote(uint256 inAssets, address base, address quote) view returns (${LOSS_QUOTE})`,
    "function getQuote(uint256 inAssets, address base, address quote) view returns (uint256)",
  ],
  KeeperLens: [
    `function positions(address vault, ${POSITION_KEY}[] keys) view returns (tuple(uint256 collateralAssets, uint256 debtAssets, uint256 defaultedAssets, uint256 valueAssets, uint256 highAssets, uint256 healthWad, uint256 shortfallAssets, uint256 provisionedAssets, uint256 impairedAt, uint256 oldestRoundAt, uint256 writeOffId, address lossBlockedBy, bytes4 failure)[])`,
    `function explain(address vault, ${POSITION_KEY}[] keys) view returns (tuple(${LOSS_PLAN} liquidation, ${LOSS_PLAN} writeOff, bytes writeOffFailure, uint256 earliestWriteOff, uint256 latestWriteOff)[])`,
    "function lots(address auction, address vault, uint256[] ids) view returns (tuple(uint256 remainingTokens, uint256 price, uint256 buyableTokens, uint256 buyableAssets, uint256 expiresAt, uint256 closesAt)[])",
    "function rounds(address auction, address vault, tuple(uint256 id, uint256 number)[] keys) view returns (tuple(uint256 assets, uint256 price, uint256 sellableTokens, uint256 sellableAssets, uint256 endsAt)[])",
  ],
  MarginVault: [
    "function asset() view returns (address)",
    "function oracle() view returns (address)",
    "function marketCount() view returns (uint256)",
    "function minProvision() view returns (uint256)",
    "function resolveOrder(address trader, uint256 marketId, uint80 roundId) returns (uint8)",
    `function liquidate(address trader, uint256 marketId, uint256 maxSocializedAssets) returns (${CLOSED})`,
    `function liquidateBatch(address[] traders, uint256[] marketIds, uint256 maxSocializedAssets) returns (${CLOSED}[])`,
    "function impair(address trader) returns (uint256)",
    "event MarginDeposited(address indexed trader, address payer, uint256 assets)",
    "event MarginWithdrawn(address indexed trader, address receiver, uint256 assets)",
    "event OrderCommitted(address indexed trader, uint256 indexed marketId, int256 sizeDeltaWad, uint256 acceptablePriceWad, uint256 escrowAssets, uint256 keeperFeeAssets, uint256 earliestRoundAt, uint256 latestRoundAt, uint80 knownRoundId)",
    "event OrderResolved(address indexed trader, uint256 indexed marketId, uint8 outcome, uint80 roundId, uint256 priceWad, address keeper)",
    "event PositionChanged(address indexed trader, uint256 indexed marketId, int256 sizeDeltaWad, uint256 priceWad, int256 cost, int256 realizedAssets, int256 sizeAfterWad, int256 basisAfter)",
    `event AccountLiquidated(address indexed trader, uint256 indexed marketId, address indexed keeper, ${CLOSED} liquidation)`,
    "event AccountImpaired(address indexed trader, uint256 shortfallAssets)",
    "event ImpairmentCleared(address indexed trader)",
  ],
  MarginLens: [
    "function markets(address vault) view returns (tuple(address underlying, uint256 primaryWad, uint256 lowWad, uint256 highWad, uint256 updatedAt, int256 fundingIndex, int256 skewWad, uint256 skewScaleWad, uint256 maintenanceWad, uint256 depthWad, bool blocksLoss, bytes4 failure)[])",
    "function accounts(address vault, address[] traders) view returns (tuple(uint256 marginAssets, uint256 deficitAssets, int256 equityAssets, uint256 maintenanceAssets, uint256 healthWad, uint256 shortfallAssets, uint256 provisionedAssets, uint256 impairedAt, uint256 writeOffId, uint256 openMarkets, uint256 pendingMarkets, uint256 largestMarket, bytes4 liquidationFailure, bytes4 lossFailure, bytes4 failure)[])",
    `function marginPositions(address vault, ${TRADER_MARKET}[] keys) view returns (tuple(int256 sizeWad, int256 basis, uint256 notionalAssets, int256 profitAssets, uint256 maintenanceAssets)[])`,
    `function orders(address vault, ${TRADER_MARKET}[] keys) view returns (tuple(int256 sizeDeltaWad, uint256 acceptablePriceWad, uint256 escrowAssets, uint256 keeperFeeAssets, uint256 committedAt, uint256 earliestRoundAt, uint256 latestRoundAt, bool reduces, bool isResolvable, uint8 outcome, uint80 roundId, uint256 priceWad, uint8 verdict)[])`,
  ],
  LossPreparer: [
    "function prepare(address vault, uint256 count) returns (uint256)",
    "function prepared(address vault) view returns (uint256)",
  ],
  FlashLiquidator: [
    "function liquidate(tuple(address vault, address borrower, address collateral, uint256 maxRepaidAssets, uint256 minSeizedAssets, uint256 maxSocializedAssets, uint256 minProfitAssets) order, tuple(address target, bytes beforeAmount, bytes afterAmount) sale) returns (uint256)",
  ],
  TestToken: [
    "function balanceOf(address account) view returns (uint256)",
    "function allowance(address owner, address spender) view returns (uint256)",
    "function approve(address spender, uint256 value) returns (bool)",
    "function decimals() view returns (uint8)",
  ],
  FixedPriceDesk: [
    "function quote(address token, address asset, uint256 amount) view returns (uint256)",
    "function sell(address token, address asset, uint256 amount, uint256 minAssets) returns (uint256)",
  ],
} as const;

export const ENGINE = new Interface(FRAGMENTS.WriteOffEngine);
export const DILUTION = new Interface(FRAGMENTS.Dilution);
export const VAULT = new Interface(FRAGMENTS.LendingVault);
export const DEBT_AUCTION = new Interface(FRAGMENTS.DebtAuction);
export const BUYBACK_AUCTION = new Interface(FRAGMENTS.BuybackAuction);
export const ORACLE = new Interface(FRAGMENTS.ChainlinkOracle);
export const LENS = new Interface(FRAGMENTS.KeeperLens);
export const MARGIN_VAULT = new Interface(FRAGMENTS.MarginVault);
export const MARGIN_LENS = new Interface(FRAGMENTS.MarginLens);
export const LOSS_PREPARER = new Interface(FRAGMENTS.LossPreparer);
export const FLASH_LIQUIDATOR = new Interface(FRAGMENTS.FlashLiquidator);
export const ERC20 = new Interface(FRAGMENTS.TestToken);
export const DESK = new Interface(FRAGMENTS.FixedPriceDesk);

/** First topic of an event. */
export function topicOf(abi: Interface, event: string): string {
  const fragment = abi.getEvent(event);
  if (fragment === null) throw new RangeError(`no event ${event}`);
  return fragment.topicHash;
}
