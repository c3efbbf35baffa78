// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IChainlinkOracle} from "./IChainlinkOracle.sol";
import {ISolventVault} from "./ISolventVault.sol";

/// @title Margin vault: leveraged positions against a liquidity pool
/// @notice Providers hold the ERC-4626 shares and are the counterparty of every position. A trader has one margin balance
/// in the vault's asset and positions in up to eight markets, cross-margined. Markets are linear: one whole unit of the
/// underlying is worth as many whole units of the asset as the feed answers, so the feed must quote in what the asset is.
///
/// Units: sizes in WAD, 1e18 = one whole unit of the underlying, long > 0. Prices in asset units x 1e18 per whole unit
/// (`Wad`). Money in asset units. Ratios in WAD or bps, rates in WAD per second. A trader's equity is
/// margin - deficit + unrealized profit - funding, each position rounded down.
interface IMarginVault is ISolventVault {
    /// @notice Rules of one market.
    /// @param openInterestCapWad Most size on either side, WAD, orders on their way included; at most `skewScaleWad`.
    /// @param skewCapWad Most that one side may exceed the other by, WAD, as far as new orders are concerned.
    /// @param skewScaleWad Skew at which the premium would be 100 %, WAD.
    /// @param depthWad Size at which the margin ratio has grown by 100 %, WAD.
    /// @param maxFundingVelocityWad Velocity of the funding rate at a skew of `skewScaleWad`, WAD per second per second.
    /// @param maxFundingRateWad Greatest funding rate either way, WAD per second.
    /// @param maintenanceWad Maintenance ratio of an infinitely small position, WAD.
    /// @param initialMultipleWad Initial over maintenance ratio, WAD, more than 1e18.
    /// @param maxJumpWad Largest jump of the price between two rounds that the market is made for, WAD.
    /// @param volatilityWeightWad How much of the volatility estimate the initial ratio is widened by, WAD.
    /// @param targetMultipleWad Multiple of its maintenance margin that a partial liquidation restores, WAD.
    /// @param feeBps Fee of opening and of closing, of the notional.
    /// @param deviationBps Deviation at which the feed publishes a round; half the spread of pool entries and exits.
    /// @param liquidationFeeBps Fee of a liquidation, of the closed notional; at least `deviationBps`.
    /// @param profitCoverBps What the pool keeps in cash for the larger side of the open interest, of its notional.
    /// @param insuranceMultipleBps Most that insurance may pay for this market in thirty days, of the fees it paid then.
    struct MarketConfig {
        uint96 openInterestCapWad;
        uint96 skewCapWad;
        uint128 skewScaleWad;
        uint120 depthWad;
        uint64 maxFundingVelocityWad;
        uint64 maxFundingRateWad;
        uint64 maintenanceWad;
        uint64 initialMultipleWad;
        uint64 maxJumpWad;
        uint64 volatilityWeightWad;
        uint64 targetMultipleWad;
        uint16 feeBps;
        uint16 deviationBps;
        uint16 liquidationFeeBps;
        uint16 profitCoverBps;
        uint32 insuranceMultipleBps;
    }

    /// @notice Rules of the whole vault.
    /// @param minDelay Seconds from a commit until a feed round may decide the order.
    /// @param expiry Seconds from a commit; a round published later does not decide it any more.
    /// @param minNotional Least notional of a position that is opened or left by an order, asset units.
    /// @param minKeeperFee Least fee for whoever resolves an order, asset units.
    /// @param minKeeperReward Least reward of a liquidation, asset units.
    /// @param maxKeeperReward Most reward of a liquidation, asset units.
    /// @param keeperShareBps Keeper's share of the liquidation fee, within these bounds.
    /// @param reserveFactorBps Share of fees that goes to reserves, the rest to the pool.
    struct RiskConfig {
        uint32 minDelay;
        uint32 expiry;
        uint128 minNotional;
        uint96 minKeeperFee;
        uint96 minKeeperReward;
        uint96 maxKeeperReward;
        uint16 keeperShareBps;
        uint16 reserveFactorBps;
    }

    /// @notice What a market holds at this moment. Sums of positions are exact: nothing in them is rounded.
    /// @param underlying Key of its price in the oracle.
    /// @param longWad Sum of long sizes.
    /// @param shortWad Sum of short sizes, positive.
    /// @param pendingBuyWad Size of committed orders that buy, WAD.
    /// @param pendingSellWad Size of committed orders that sell, WAD, positive.
    /// @param totalBasis Sum of the positions' bases, asset units x 1e36.
    /// @param fundingRateWad Funding rate now; longs pay while positive, WAD per second.
    /// @param fundingIndex What one whole unit of long has paid so far, asset units x 1e18.
    /// @param volatilityWad Estimate of volatility, WAD.
    /// @param settledPriceWad Price at which the market was settled because its feed had died; zero if it was not.
    /// @param settlementAnnouncedAt When its settlement was announced, seconds; zero if it was not.
    struct MarketView {
        address underlying;
        uint256 longWad;
        uint256 shortWad;
        uint256 pendingBuyWad;
        uint256 pendingSellWad;
        int256 totalBasis;
        int256 fundingRateWad;
        int256 fundingIndex;
        uint256 volatilityWad;
        uint256 settledPriceWad;
        uint256 settlementAnnouncedAt;
    }

    /// @notice A trader's account as stored.
    /// @param marginAssets Margin that no order holds, asset units.
    /// @param deficitAssets Realized loss that the margin could not pay yet, asset units; the pool's claim.
    /// @param openMarkets Bit k is set while there is a position in market k.
    /// @param pendingMarkets Bit k is set while an order for market k is on its way.
    /// @param impairmentId Ledger entry under which its negative equity is provisioned; zero if it is not.
    /// @param impairedAt When its negative equity was first recorded, seconds; zero if it is not impaired.
    /// @param writeOffId Latest unpaid write-off of this account; zero if none.
    struct AccountView {
        uint256 marginAssets;
        uint256 deficitAssets;
        uint32 openMarkets;
        uint32 pendingMarkets;
        uint32 impairmentId;
        uint64 impairedAt;
        uint32 writeOffId;
    }

    /// @notice A trader's account at the prices of this moment. Asset units.
    /// @param equityAssets Margin - deficit + unrealized profit - funding, each position rounded down.
    /// @param maintenanceAssets Below it the account may be liquidated.
    /// @param initialAssets What must stay when margin is withdrawn.
    struct HealthView {
        int256 equityAssets;
        uint256 maintenanceAssets;
        uint256 initialAssets;
    }

    /// @notice One position.
    /// @param sizeWad Size, WAD, long > 0.
    /// @param basis What it has cost, less size x funding index at each change, asset units x 1e36: unrealized profit less
    /// funding = size x (price - index) - basis.
    struct PositionView {
        int256 sizeWad;
        int256 basis;
    }

    /// @notice An order on its way.
    /// @param sizeDeltaWad Change of size, WAD.
    /// @param escrowAssets Margin that comes with it, the keeper's fee left aside, asset units.
    /// @param keeperFeeAssets For whoever resolves it, asset units.
    /// @param acceptablePriceWad Highest price of the feed for a buyer, lowest for a seller; premium and fee come on top.
    /// @param feed Proxy whose rounds decide it.
    /// @param knownRoundId Its latest round when the order was committed; the deciding one comes after it, in its phase.
    /// @param earliestRoundAt The first round with `updatedAt` at or after this second decides it.
    /// @param latestRoundAt A round after this second does not.
    /// @param committedAt When it was committed, seconds.
    /// @param feedDecimals Decimals of the feed's answers when it was committed.
    /// @param reduces Whether it only reduces a position; it is cut to what is left of that.
    struct OrderView {
        int256 sizeDeltaWad;
        uint256 escrowAssets;
        uint256 keeperFeeAssets;
        uint256 acceptablePriceWad;
        address feed;
        uint80 knownRoundId;
        uint64 earliestRoundAt;
        uint64 latestRoundAt;
        uint64 committedAt;
        uint8 feedDecimals;
        bool reduces;
    }

    /// @notice What a trader asks for.
    /// @param trader Whose order it is; the caller must be it or its operator.
    /// @param marketId Market.
    /// @param sizeDeltaWad Change of size, WAD: all on one side of zero, or back towards zero; never across.
    /// @param acceptablePriceWad Highest price of the feed for a buyer, lowest for a seller.
    /// @param marginAssets Taken out of the trader's margin, asset units.
    /// @param depositAssets Pulled from the caller, asset units. Both together pay the keeper, the fees and, where the order
    /// adds risk, the initial margin of what it adds.
    /// @param keeperFeeAssets For whoever resolves it, asset units, part of that sum.
    struct OrderRequest {
        address trader;
        uint256 marketId;
        int256 sizeDeltaWad;
        uint256 acceptablePriceWad;
        uint256 marginAssets;
        uint256 depositAssets;
        uint256 keeperFeeAssets;
    }

    /// @notice How an order ended.
    enum Outcome {
        /// Executed at the deciding round's price.
        Executed,
        /// The deciding round's price is not acceptable, or not a price.
        NotAcceptable,
        /// No round was published in time.
        Expired,
        /// The feed changed its phase, or the oracle its feed, before a round decided.
        FeedChanged,
        /// It was to reduce a position that has gone meanwhile.
        NothingToReduce,
        /// The market was settled before a round decided.
        MarketSettled
    }

    /// @notice Result of a liquidation.
    /// @param complete Whether the whole account was closed.
    /// @param closedWad Size that was closed in the market asked for, WAD, positive.
    /// @param feeAssets Taken out of the equity, asset units.
    /// @param rewardAssets Paid to the caller, asset units.
    /// @param badDebtAssets Negative equity that was written off, asset units.
    /// @param socializedAssets Part of it charged to the providers, asset units.
    struct Liquidation {
        bool complete;
        uint256 closedWad;
        uint256 feeAssets;
        uint256 rewardAssets;
        uint256 badDebtAssets;
        uint256 socializedAssets;
    }

    /// @notice `payer` added `assets` to `trader`'s margin.
    event MarginDeposited(address indexed trader, address payer, uint256 assets);
    /// @notice `assets` left `trader`'s margin for `receiver`.
    event MarginWithdrawn(address indexed trader, address receiver, uint256 assets);
    /// @notice An order is on its way; see {OrderView}.
    event OrderCommitted(
        address indexed trader,
        uint256 indexed marketId,
        int256 sizeDeltaWad,
        uint256 acceptablePriceWad,
        uint256 escrowAssets,
        uint256 keeperFeeAssets,
        uint256 earliestRoundAt,
        uint256 latestRoundAt,
        uint80 knownRoundId
    );
    /// @notice An order ended; its escrow is in the trader's margin, its fee with the keeper. The round is zero where none
    /// decided.
    event OrderResolved(
        address indexed trader,
        uint256 indexed marketId,
        Outcome outcome,
        uint80 roundId,
        uint256 priceWad,
        address keeper
    );
    /// @notice A position changed by `sizeDeltaWad` at a feed price of `priceWad`, for `cost` (asset units x 1e36, premium
    /// included). What it realized is in the margin or the deficit.
    event PositionChanged(
        address indexed trader,
        uint256 indexed marketId,
        int256 sizeDeltaWad,
        uint256 priceWad,
        int256 cost,
        int256 realizedAssets,
        int256 sizeAfterWad,
        int256 basisAfter
    );
    /// @notice `trader` paid a fee; `reserveAssets` of it went to reserves.
    event FeePaid(address indexed trader, uint256 indexed marketId, uint256 assets, uint256 reserveAssets);
    /// @notice `keeper` liquidated an account in part or whole.
    event AccountLiquidated(
        address indexed trader,
        uint256 indexed marketId,
        address indexed keeper,
        Liquidation liquidation
    );
    /// @notice Insurance paid `assets` towards a loss made in this market.
    event InsuranceDrawn(address indexed trader, uint256 indexed marketId, uint256 assets);
    /// @notice An account's equity was found negative by this much.
    event AccountImpaired(address indexed trader, uint256 shortfallAssets);
    /// @notice An account is no longer impaired; what was provisioned and not used has gone back.
    event ImpairmentCleared(address indexed trader);
    /// @notice A market's funding index and rate moved, and the price that funding runs at from now on.
    event FundingAccrued(uint256 indexed marketId, int256 fundingIndex, int256 fundingRateWad, uint256 priceWad);
    /// @notice `marketId` is priced by the oracle's feed of `underlying`.
    event MarketListed(uint256 indexed marketId, address indexed underlying);
    /// @notice The rules of a market are these from now on.
    event MarketConfigured(uint256 indexed marketId, MarketConfig config);
    /// @notice A market takes no order that adds risk.
    event MarketFrozen(uint256 indexed marketId);
    /// @notice A market whose feed is dead may be settled from second `effectiveAt` on.
    event SettlementAnnounced(uint256 indexed marketId, uint256 effectiveAt);
    /// @notice The feed answers again; the market will not be settled.
    event SettlementCancelled(uint256 indexed marketId);
    /// @notice Positions in this market are worth `priceWad` for good.
    event MarketSettledAt(uint256 indexed marketId, uint256 priceWad);
    /// @notice The vault's rules are these from now on.
    event RiskConfigSet(RiskConfig config);
    /// @notice Negative equity, and changes of it, are provisioned from this size, asset units; zero: none is.
    event MinProvisionSet(uint256 assets);

    /// @notice An account of a batch was left as it is, because of `failure`, an encoded error.
    event BatchItemSkipped(address indexed trader, bytes failure);

    error UnknownMarket(uint256 marketId);
    error ZeroAssets();
    /// @notice A module was built for another asset, engine or oracle.
    error WrongModule(address module);
    /// @notice A parameter lies outside its sane range [`min`, `max`].
    error ParameterOutOfRange(bytes32 parameter, uint256 value, uint256 min, uint256 max);
    /// @notice New risk is paused.
    error TradingPaused();
    /// @notice The account still owes `outstandingAssets` of negative equity that was written off.
    error AccountInDefault(address trader, uint256 id, uint256 outstandingAssets);
    /// @notice An order for this market is on its way.
    error OrderPending(address trader, uint256 marketId);
    /// @notice There is no order for this market.
    error NoOrder(address trader, uint256 marketId);
    /// @notice Nothing was proved that decides the order; `verdict` is that of `FeedRounds.Verdict`.
    error OrderUndecided(address trader, uint256 marketId, uint8 verdict);
    /// @notice The volatility estimate does not know the feed's latest round yet: `poke` the market.
    error VolatilityBehind(uint256 marketId);
    /// @notice An order may not change the size by zero, nor across zero.
    error InvalidSizeDelta(int256 sizeWad, int256 sizeDeltaWad);
    error ZeroPrice();
    /// @notice The keeper's fee is below the minimum.
    error KeeperFeeTooSmall(uint256 keeperFeeAssets, uint256 minKeeperFee);
    /// @notice What comes with the order is less than its keeper, fees and margin need.
    error EscrowTooSmall(uint256 escrowAssets, uint256 requiredAssets);
    /// @notice A position of `notionalAssets` would be opened or left, less than the minimum.
    error BelowMinNotional(uint256 notionalAssets, uint256 minNotional);
    /// @notice The side of the market would hold more than its cap, orders on their way included.
    error ExceedsOpenInterestCap(uint256 marketId, uint256 sizeWad, uint256 capWad);
    /// @notice One side could exceed the other by more than the cap.
    error ExceedsSkewCap(uint256 marketId, int256 skewWad, uint256 capWad);
    /// @notice The pool's cash would be less than what it keeps for open positions' profits.
    error InsufficientCover(uint256 cashAssets, uint256 requiredAssets);
    /// @notice The account may have at most `max` markets, orders on their way included.
    error TooManyMarkets(address trader, uint256 max);
    error InsufficientMargin(uint256 requested, uint256 marginAssets);
    /// @notice The account's cautious equity would be less than what must stay.
    error BelowRequiredMargin(address trader, int256 equityAssets, uint256 requiredAssets);
    /// @notice The account's equity is at or above its maintenance margin.
    error AccountHealthy(address trader, int256 equityAssets, uint256 maintenanceAssets);
    /// @notice The account's equity is not negative.
    error AccountSolvent(address trader, int256 equityAssets);
    /// @notice By the primary sources the equity is negative, by another live one it is not: no loss is booked.
    error LossDisputed(address trader, int256 primaryEquityAssets, int256 highEquityAssets);
    /// @notice The second source of `underlying` has been silent for less than a day: no loss is booked.
    error LossBlocked(address underlying);
    /// @notice The account is in this list twice.
    error DuplicateItem(address trader);
    /// @notice As many markets as traders must be named.
    error LengthsDiffer(uint256 traders, uint256 marketIds);
    /// @notice There is no position of the account in this market.
    error NoPosition(address trader, uint256 marketId);
    /// @notice A market of this underlying is listed.
    error AlreadyListed(address underlying);
    /// @notice The market's feed answers.
    error FeedAlive(uint256 marketId);
    /// @notice The market's settlement is not due before `effectiveAt`; zero: it was not announced.
    error SettlementNotDue(uint256 marketId, uint256 effectiveAt);
    /// @notice The market is settled.
    error AlreadySettled(uint256 marketId);
    /// @notice The market is not settled.
    error NotSettled(uint256 marketId);
    /// @notice Too little gas to tell a dead feed from a starved one.
    error InsufficientGas(uint256 gasLeft, uint256 gasNeeded);

    // ---------------------------------------------------------------- Traders

    /// @notice Pulls `assets` from the caller into `trader`'s margin; a deficit is paid first.
    function depositMargin(uint256 assets, address trader) external;

    /// @notice Pays `assets` of `trader`'s margin to `receiver`. What is left, valued by the most cautious of all live
    /// sources, must be at least the initial margin. Callable by the trader or its operator; refused in default.
    function withdrawMargin(uint256 assets, address trader, address receiver) external;

    /// @notice Commits an order; nobody can withdraw it. See {OrderRequest}. One order a market and trader at a time.
    function commitOrder(OrderRequest calldata request) external;

    /// @notice Resolves an order, open to all; the caller gets the keeper's fee. The order is decided by the first round R
    /// of the feed with `updatedAt` at or after `earliestRoundAt`: acceptable at R means executed at R's price, whenever
    /// this is called; otherwise, or if R is later than `latestRoundAt`, the escrow goes back to the margin.
    /// @param roundId Round to prove as R; of no importance where none can be: the deadline has passed without one, or
    /// the feed has changed. A wrong hint reverts and changes nothing.
    function resolveOrder(address trader, uint256 marketId, uint80 roundId) external returns (Outcome);

    /// @notice Closes `trader`'s position in a settled market at the settlement price. Open to all, no fee.
    function closeSettled(address trader, uint256 marketId) external;

    // ---------------------------------------------------------------- Losses

    /// @notice Liquidates an account whose equity is below its maintenance margin, at the feed's price with premium. Open to
    /// all. Positive equity: closes as much of the position in `marketId` as restores the target, all of it where that
    /// is not enough or dust would be left. No equity: closes every position, and what is owed beyond the margin goes
    /// down the waterfall. An account without positions has its deficit written off.
    /// @param marketId Market to close in first; of no importance where the whole account is closed.
    /// @param maxSocializedAssets Most that the providers may be charged.
    function liquidate(
        address trader,
        uint256 marketId,
        uint256 maxSocializedAssets
    ) external returns (Liquidation memory);

    /// @notice Several in order, through one loss epoch. Accounts that cannot be liquidated are skipped and reported.
    function liquidateBatch(
        address[] calldata traders,
        uint256[] calldata marketIds,
        uint256 maxSocializedAssets
    ) external returns (Liquidation[] memory);

    /// @notice Records that an account's equity is negative and, where the vault makes provisions, provisions it; follows
    /// it; ends it when the equity is not negative any more. Open to all.
    /// @return shortfallAssets Negative equity, asset units.
    function impair(address trader) external returns (uint256 shortfallAssets);

    /// @notice Brings a market's funding and volatility to now. Open to all.
    function poke(uint256 marketId) external;

    // ---------------------------------------------------------------- Rules

    /// @notice Lists a market. Governor.
    function listMarket(address underlying, MarketConfig calldata config) external returns (uint256 marketId);

    /// @notice Changes the rules of a market. Governor.
    function setMarket(uint256 marketId, MarketConfig calldata config) external;

    /// @notice Stops orders that add risk in one market at once, by caps of zero. Guardian. Closing can never be stopped.
    function freezeMarket(uint256 marketId) external;

    /// @notice Sets the vault's rules. Governor.
    function setRiskConfig(RiskConfig calldata config) external;

    /// @notice Sets the least negative equity that is provisioned, asset units; zero: none is. Governor.
    function setMinProvision(uint256 assets) external;

    /// @notice Announces that a market whose feed is dead shall be settled; freezes it. Governor.
    function announceSettlement(uint256 marketId) external;

    /// @notice Ends the announcement, where the feed answers. Open to all.
    function cancelSettlement(uint256 marketId) external;

    /// @notice Settles a market thirty days after the announcement, the feed being dead, at the last price that the vault
    /// has seen; nobody chooses it. Open to all.
    function settleMarket(uint256 marketId) external;

    // ---------------------------------------------------------------- Views

    /// @notice Price source of every market.
    function oracle() external view returns (IChainlinkOracle);

    /// @notice Number of markets; ids run from 0 to this number less one.
    function marketCount() external view returns (uint256);

    /// @notice Rules of a market.
    function marketConfig(uint256 marketId) external view returns (MarketConfig memory);

    /// @notice Totals of a market, funding to this second.
    function marketOf(uint256 marketId) external view returns (MarketView memory);

    /// @notice Rules of the vault.
    function riskConfig() external view returns (RiskConfig memory);

    /// @notice Least negative equity that is provisioned, asset units.
    function minProvision() external view returns (uint256 assets);

    /// @notice Margin and escrow of all traders together, asset units; no part of the pool's cash.
    function traderAssets() external view returns (uint256 assets);

    /// @notice Deficits of all accounts together, asset units; an asset of the pool until it is impaired or written off.
    function totalDeficit() external view returns (uint256 assets);

    /// @notice What the pool owes all traders beyond their margin, at the prices of this moment: their unrealized profit
    /// less funding, with the premium that closing everything would give back, asset units, rounded up. Negative: they owe.
    function tradersNet() external view returns (int256 assets);

    /// @notice One feed deviation of every market's net skew, asset units: what pool entries and exits are priced with.
    function entrySpread() external view returns (uint256 assets);

    /// @notice Cash that withdrawals leave in the pool because open positions could win it, asset units.
    function profitCover() external view returns (uint256 assets);

    /// @notice Price of a market by its primary source, after every check of the oracle, or as settled.
    function priceOf(uint256 marketId) external view returns (uint256 priceWad, uint256 updatedAt);

    /// @notice A trader's account as stored.
    function accountOf(address trader) external view returns (AccountView memory);

    /// @notice A trader's account at the prices of this moment.
    function healthOf(address trader) external view returns (HealthView memory);

    /// @notice One position as stored.
    function positionOf(address trader, uint256 marketId) external view returns (PositionView memory);

    /// @notice The order on its way, if `earliestRoundAt` is not zero.
    function orderOf(address trader, uint256 marketId) external view returns (OrderView memory);

    /// @notice What insurance may pay for this market now, and in the running and the last period of fifteen days: fees the
    /// market paid, insurance it drew, asset units.
    function insuranceAllowance(
        uint256 marketId
    ) external view returns (uint256 allowanceAssets, uint256 feeAssets, uint256 drawnAssets);
}
