// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMarginVault} from "./IMarginVault.sol";
import {ISolventVault} from "./ISolventVault.sol";

/// @title What a bot needs to know of a margin vault, in pages of up to a thousand rows
/// @notice Read-only. Rows of fixed width, in the order asked for. Money in asset units, sizes in WAD (long > 0), prices in
/// asset units x 1e18 per whole unit (`Wad`), health in WAD, times in seconds. Health and shortfall are the vault's own
/// figures, to the unit.
interface IMarginLens {
    /// @notice One market.
    /// @param underlying Key of its price in the oracle; the address by which a rehearsal names the market.
    /// @param primaryWad Price by the primary source; zero if none can be read.
    /// @param lowWad Price by the lowest live source.
    /// @param highWad Price by the highest live source.
    /// @param updatedAt When the primary's round was answered; the present in a settled market.
    /// @param fundingIndex What one whole unit of long has paid so far, to this second, asset units x 1e18.
    /// @param skewWad Longs minus shorts.
    /// @param skewScaleWad Skew at which the premium would be 100 %; zero in a settled market, which has no premium.
    /// @param maintenanceWad Maintenance ratio of an infinitely small position, WAD.
    /// @param depthWad Size at which that ratio has grown by 100 %.
    /// @param blocksLoss Whether its second source forbids to book a loss now.
    /// @param failure First four bytes of the price source's error; zero if it answers.
    struct MarketRow {
        address underlying;
        uint256 primaryWad;
        uint256 lowWad;
        uint256 highWad;
        uint256 updatedAt;
        int256 fundingIndex;
        int256 skewWad;
        uint256 skewScaleWad;
        uint256 maintenanceWad;
        uint256 depthWad;
        bool blocksLoss;
        bytes4 failure;
    }

    /// @notice One account to the present second.
    /// @param marginAssets Margin that no order holds.
    /// @param deficitAssets Realized loss that the margin could not pay yet.
    /// @param equityAssets Margin - deficit + unrealized profit - funding, each position rounded down.
    /// @param maintenanceAssets Below it the account may be liquidated.
    /// @param healthWad Equity / maintenance, rounded down; zero if the equity is negative or no price can be read; max
    /// uint256 without positions.
    /// @param shortfallAssets What would be written off now; zero unless every live source says that the equity is negative.
    /// @param provisionedAssets Set apart for it: reserves, earmarks and charges.
    /// @param impairedAt When its negative equity was recorded; zero if it is not.
    /// @param writeOffId Latest unpaid write-off; zero if none.
    /// @param openMarkets Bit k is set while there is a position in market k.
    /// @param pendingMarkets Bit k is set while an order for market k is on its way.
    /// @param largestMarket Open market with the greatest notional: the one to close in first; max uint256 if none.
    /// @param liquidationFailure Selector of the error that `liquidate` would meet, gas and the asset's transfers left
    /// aside; zero if none.
    /// @param lossFailure Why there is no loss to write off or record now: `AccountSolvent`, `LossBlocked` or `LossDisputed`;
    /// zero if there is one.
    /// @param failure First four bytes of a price source's error; zero if all answer. Then figures that need it are zero.
    struct AccountRow {
        uint256 marginAssets;
        uint256 deficitAssets;
        int256 equityAssets;
        uint256 maintenanceAssets;
        uint256 healthWad;
        uint256 shortfallAssets;
        uint256 provisionedAssets;
        uint256 impairedAt;
        uint256 writeOffId;
        uint256 openMarkets;
        uint256 pendingMarkets;
        uint256 largestMarket;
        bytes4 liquidationFailure;
        bytes4 lossFailure;
        bytes4 failure;
    }

    /// @notice Names a position or an order.
    struct TraderMarket {
        address trader;
        uint256 marketId;
    }

    /// @notice One position.
    /// @param sizeWad Size; zero if there is none.
    /// @param basis Unrealized profit less funding = size x (price - funding index) - basis, asset units x 1e36.
    /// @param notionalAssets |size| x price, rounded up.
    /// @param profitAssets Unrealized profit less funding, rounded down.
    /// @param maintenanceAssets Its part of the account's maintenance margin, rounded up.
    struct PositionRow {
        int256 sizeWad;
        int256 basis;
        uint256 notionalAssets;
        int256 profitAssets;
        uint256 maintenanceAssets;
    }

    /// @notice What may be done with an account now.
    /// @param plan What closing it whole would do; zeros but for `debtAssets` where it would not be closed whole.
    /// @param liquidationFailure Encoded error that `liquidate` would meet, gas and the asset's transfers left aside; empty
    /// if none.
    /// @param lossFailure Encoded error that stands against writing its loss off or recording it now; empty if none.
    struct AccountOutlook {
        ISolventVault.LossPlan plan;
        bytes liquidationFailure;
        bytes lossFailure;
    }

    /// @notice One order.
    /// @param sizeDeltaWad Change of size; zero if there is no order.
    /// @param acceptablePriceWad Highest price of the feed for a buyer, lowest for a seller.
    /// @param escrowAssets Margin that comes with it.
    /// @param keeperFeeAssets For whoever resolves it.
    /// @param committedAt When it was committed.
    /// @param earliestRoundAt The first round answered at or after this second decides it.
    /// @param latestRoundAt A round after this second does not.
    /// @param reduces Whether it only reduces a position.
    /// @param isResolvable Whether `resolveOrder(trader, marketId, roundId)` would end it now.
    /// @param outcome How, if it would.
    /// @param roundId Hint to give: the deciding round, or what proves that there is none.
    /// @param priceWad Price of the deciding round; zero if none decides.
    /// @param verdict Of `FeedRounds.Verdict` on that round: while the order is not resolvable it says why, as the error
    /// `OrderUndecided` would: 4 (Pending), no round after `earliestRoundAt` yet; 7 (TooEarly), rounds after it bear no answer
    /// of their own; 9 (Silent), the feed does not answer; anything else, the feed is not what it is taken for.
    struct OrderRow {
        int256 sizeDeltaWad;
        uint256 acceptablePriceWad;
        uint256 escrowAssets;
        uint256 keeperFeeAssets;
        uint256 committedAt;
        uint256 earliestRoundAt;
        uint256 latestRoundAt;
        bool reduces;
        bool isResolvable;
        IMarginVault.Outcome outcome;
        uint80 roundId;
        uint256 priceWad;
        uint8 verdict;
    }

    /// @notice A page has at most `max` rows.
    error TooManyRows(uint256 rows, uint256 max);

    /// @notice Every market of `vault`, by id.
    function markets(IMarginVault vault) external view returns (MarketRow[] memory rows);

    /// @notice Accounts of `vault`, a row each.
    function accounts(IMarginVault vault, address[] calldata traders) external view returns (AccountRow[] memory rows);

    /// @notice Positions of `vault`, a row each.
    function marginPositions(
        IMarginVault vault,
        TraderMarket[] calldata keys
    ) external view returns (PositionRow[] memory rows);

    /// @notice What may be done with each of these accounts, by itself, and why not. At most a hundred.
    function explainAccounts(
        IMarginVault vault,
        address[] calldata traders
    ) external view returns (AccountOutlook[] memory outlooks);

    /// @notice Orders of `vault`, a row each, with the round that decides each.
    function orders(IMarginVault vault, TraderMarket[] calldata keys) external view returns (OrderRow[] memory rows);
}
