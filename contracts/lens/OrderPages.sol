// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IChainlinkOracle} from "../interfaces/IChainlinkOracle.sol";
import {IMarginLens} from "../interfaces/IMarginLens.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {FeedRounds} from "../margin/FeedRounds.sol";
import {LensPage} from "./LensPage.sol";
import {RoundSearch} from "./RoundSearch.sol";

/// @title Orders of a margin vault, with the round that decides each and how it would end
/// @notice Part of `MarginLens`. The verdict comes from the library that the vault itself judges with; how it makes an outcome
/// is written here a second time, and tests compare the two. Upholds MA6.
abstract contract OrderPages is IMarginLens, LensPage {
    /// @dev What decides orders in one market beside the round, read once a page.
    struct Rules {
        bool isRead;
        IChainlinkOracle.SourceParams source;
        bool isSettled;
        // Orders come in crowds: what has proved the last one of the market is tried for the next.
        address hintedFeed;
        uint80 hint;
    }

    /// @inheritdoc IMarginLens
    function orders(
        IMarginVault vault,
        TraderMarket[] calldata keys
    ) external view onlyPage(keys.length) returns (OrderRow[] memory rows) {
        rows = new OrderRow[](keys.length);
        Rules[] memory rules = new Rules[](vault.marketCount());
        uint256 assetUnit = 10 ** IERC20Metadata(vault.asset()).decimals();
        for (uint256 i; i < keys.length; ++i) {
            (address trader, uint256 marketId) = (keys[i].trader, keys[i].marketId);
            IMarginVault.OrderView memory order = vault.orderOf(trader, marketId);
            if (order.earliestRoundAt == 0) continue;
            if (!rules[marketId].isRead) rules[marketId] = _read(vault, marketId);
            _show(rows[i], order);
            Rules memory ruling = rules[marketId];
            _judge(rows[i], order, ruling, assetUnit);
            (ruling.hintedFeed, ruling.hint) = (order.feed, rows[i].roundId);
            if (rows[i].outcome != IMarginVault.Outcome.Executed || !order.reduces) continue;
            int256 size = vault.positionOf(trader, marketId).sizeWad;
            bool isGone = size == 0 || (size > 0) == (order.sizeDeltaWad > 0);
            if (rows[i].isResolvable && isGone) rows[i].outcome = IMarginVault.Outcome.NothingToReduce;
        }
    }

    function _read(IMarginVault vault, uint256 marketId) private view returns (Rules memory rules) {
        IMarginVault.MarketView memory market = vault.marketOf(marketId);
        rules.isRead = true;
        rules.source = vault.oracle().feedConfig(market.underlying).primary;
        rules.isSettled = market.settledPriceWad != 0;
    }

    function _show(OrderRow memory row, IMarginVault.OrderView memory order) private pure {
        row.sizeDeltaWad = order.sizeDeltaWad;
        row.acceptablePriceWad = order.acceptablePriceWad;
        row.escrowAssets = order.escrowAssets;
        row.keeperFeeAssets = order.keeperFeeAssets;
        row.committedAt = order.committedAt;
        row.earliestRoundAt = order.earliestRoundAt;
        row.latestRoundAt = order.latestRoundAt;
        row.reduces = order.reduces;
    }

    /// @dev As `ResolveModule` decides.
    function _judge(
        OrderRow memory row,
        IMarginVault.OrderView memory order,
        Rules memory rules,
        uint256 assetUnit
    ) private view {
        FeedRounds.Question memory question = FeedRounds.Question({
            feed: order.feed,
            knownRoundId: order.knownRoundId,
            notBefore: order.earliestRoundAt,
            deadline: order.latestRoundAt
        });
        row.roundId = rules.hint;
        FeedRounds.Verdict verdict = FeedRounds.Verdict.WrongPhase;
        FeedRounds.Round memory round;
        if (rules.hintedFeed == order.feed) (verdict, round) = FeedRounds.judge(question, rules.hint);
        if (uint8(verdict) > uint8(FeedRounds.Verdict.Pending)) {
            row.roundId = RoundSearch.hintFor(question);
            (verdict, round) = FeedRounds.judge(question, row.roundId);
        }
        row.verdict = uint8(verdict);
        row.isResolvable = true;
        if (verdict == FeedRounds.Verdict.Found) {
            bool isAcceptable;
            (row.priceWad, isAcceptable) = _priceOf(order, rules, uint256(round.answer), assetUnit);
            row.outcome = isAcceptable ? IMarginVault.Outcome.Executed : IMarginVault.Outcome.NotAcceptable;
        } else if (verdict == FeedRounds.Verdict.Unusable) {
            row.outcome = IMarginVault.Outcome.NotAcceptable;
        } else if (verdict == FeedRounds.Verdict.Expired) {
            row.outcome = IMarginVault.Outcome.Expired;
        } else if (verdict == FeedRounds.Verdict.PhaseChanged || _hasMoved(verdict, order, rules)) {
            row.outcome = IMarginVault.Outcome.FeedChanged;
        } else if (rules.isSettled && verdict != FeedRounds.Verdict.NotFirst) {
            row.outcome = IMarginVault.Outcome.MarketSettled;
        } else {
            row.isResolvable = false;
        }
    }

    /// @dev Whether no round has come and the oracle does not look at the order's feed any more.
    function _hasMoved(
        FeedRounds.Verdict verdict,
        IMarginVault.OrderView memory order,
        Rules memory rules
    ) private pure returns (bool) {
        bool isAbsent = verdict == FeedRounds.Verdict.Pending || verdict == FeedRounds.Verdict.Silent;
        return isAbsent && rules.source.feed != order.feed;
    }

    function _priceOf(
        IMarginVault.OrderView memory order,
        Rules memory rules,
        uint256 answer,
        uint256 assetUnit
    ) private pure returns (uint256 priceWad, bool isAcceptable) {
        uint256 decimals = order.feedDecimals;
        priceWad =
            decimals > 18 ? (answer / 10 ** (decimals - 18)) * assetUnit : answer * 10 ** (18 - decimals) * assetUnit;
        bool isSane =
            rules.source.feed != order.feed || (answer >= rules.source.minAnswer && answer <= rules.source.maxAnswer);
        bool isWithin =
            order.sizeDeltaWad > 0 ? priceWad <= order.acceptablePriceWad : priceWad >= order.acceptablePriceWad;
        return (priceWad, isSane && isWithin && priceWad != 0);
    }
}
