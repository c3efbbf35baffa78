// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {IChainlinkOracle} from "../interfaces/IChainlinkOracle.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {FeedRounds} from "./FeedRounds.sol";
import {MarginTrades} from "./MarginTrades.sol";
import {Volatility} from "./Volatility.sol";

/// @title How an order ends
/// @notice Only the deciding round is looked at, and a hint where it is proves nothing by itself. Whoever calls is paid the
/// keeper's fee, whatever the outcome. Also the upkeep of markets.
/// Never: an order that two callers could end differently. Upholds MA6, MA1, LV1, LI1.
contract ResolveModule is MarginTrades {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using Volatility for Volatility.State;

    /// @dev Feed rounds that one `poke` takes into the volatility estimate.
    uint256 private constant MAX_ROUNDS = 256;

    constructor(
        IERC20Metadata asset_,
        IWriteOffEngine engine_,
        IChainlinkOracle oracle_
    ) MarginTrades(asset_, engine_, oracle_) {}

    // ---------------------------------------------------------------- Resolve

    /// @notice See {IMarginVault}.
    function resolveOrder(
        address trader,
        uint256 marketId,
        uint80 roundId
    ) external onlyDelegated nonReentrant returns (IMarginVault.Outcome outcome) {
        Market storage market = _listed(marketId);
        Order memory order = _orders[trader][marketId];
        if (order.earliestRoundAt == 0) revert IMarginVault.NoOrder(trader, marketId);
        uint256 priceWad;
        (outcome, priceWad) = _decide(trader, marketId, market, order, roundId);

        delete _orders[trader][marketId];
        Account storage account = _accounts[trader];
        account.pendingMarkets &= ~(uint32(1) << uint32(marketId));
        int256 delta = order.sizeDeltaWad;
        if (delta > 0) market.pendingBuyWad -= uint256(delta).toUint128();
        else market.pendingSellWad -= uint256(-delta).toUint128();
        // The escrow is among the traders' assets already.
        account.margin += order.escrow;
        _traderAssets -= order.keeperFee;
        if (outcome == IMarginVault.Outcome.Executed) {
            delta = _fitting(order, _positions[trader][marketId].sizeWad);
            if (delta == 0) outcome = IMarginVault.Outcome.NothingToReduce;
            else _execute(trader, marketId, account, delta, priceWad);
        }
        _payDeficit(account);
        emit IMarginVault.OrderResolved(trader, marketId, outcome, roundId, priceWad, msg.sender);
        if (order.keeperFee != 0) _asset.safeTransfer(msg.sender, order.keeperFee);
    }

    /// @dev The order's size; what only reduces is cut to the position that is left.
    function _fitting(Order memory order, int256 size) private pure returns (int256 delta) {
        delta = order.sizeDeltaWad;
        if (!order.reduces) return delta;
        if (size == 0 || (size > 0) == (delta > 0)) return 0;
        if (SignedMath.abs(delta) > SignedMath.abs(size)) return -size;
    }

    function _execute(
        address trader,
        uint256 marketId,
        Account storage account,
        int256 delta,
        uint256 priceWad
    ) private {
        // Funding keeps running at the price last seen: a late execution does not bring an old one back.
        _accrueMarket(marketId, _markets[marketId].priceWad);
        _settle(account, _trade(trader, marketId, delta, priceWad));
        _takeFee(trader, marketId, _partUp(SignedMath.abs(delta), priceWad, _markets[marketId].config.feeBps));
    }

    /// @dev What the deciding round says. Depends on the order and the feed, and on nothing else that anybody could
    /// change.
    function _decide(
        address trader,
        uint256 marketId,
        Market storage market,
        Order memory order,
        uint80 roundId
    ) private view returns (IMarginVault.Outcome outcome, uint256 priceWad) {
        (FeedRounds.Verdict verdict, FeedRounds.Round memory round) = FeedRounds.judge(
            FeedRounds.Question({
                feed: order.feed,
                knownRoundId: order.knownRoundId,
                notBefore: order.earliestRoundAt,
                deadline: order.latestRoundAt
            }),
            roundId
        );
        if (verdict == FeedRounds.Verdict.Found) {
            bool acceptable;
            (priceWad, acceptable) = _priceOfRound(market, order, uint256(round.answer));
            return (acceptable ? IMarginVault.Outcome.Executed : IMarginVault.Outcome.NotAcceptable, priceWad);
        }
        if (verdict == FeedRounds.Verdict.Unusable) return (IMarginVault.Outcome.NotAcceptable, 0);
        if (verdict == FeedRounds.Verdict.Expired) return (IMarginVault.Outcome.Expired, 0);
        if (verdict == FeedRounds.Verdict.PhaseChanged) return (IMarginVault.Outcome.FeedChanged, 0);
        bool absent = verdict == FeedRounds.Verdict.Pending || verdict == FeedRounds.Verdict.Silent;
        if (absent && _feedOf(market) != order.feed) return (IMarginVault.Outcome.FeedChanged, 0);
        // A feed may have died so that no round of it can be read at all; a month later its market is settled.
        if (market.settledPriceWad != 0 && verdict != FeedRounds.Verdict.NotFirst) {
            return (IMarginVault.Outcome.MarketSettled, 0);
        }
        revert IMarginVault.OrderUndecided(trader, marketId, uint8(verdict));
    }

    /// @dev A round's price, and whether the order accepts it. What the oracle would not believe is not acceptable.
    function _priceOfRound(
        Market storage market,
        Order memory order,
        uint256 answer
    ) private view returns (uint256 priceWad, bool acceptable) {
        uint256 decimals = order.feedDecimals;
        priceWad =
            decimals > 18 ? (answer / 10 ** (decimals - 18)) * _assetUnit : answer * 10 ** (18 - decimals) * _assetUnit;
        IChainlinkOracle.FeedConfig memory config = _oracle.feedConfig(market.underlying);
        if (config.primary.feed == order.feed) {
            if (answer < config.primary.minAnswer || answer > config.primary.maxAnswer) return (priceWad, false);
        }
        bool buys = order.sizeDeltaWad > 0;
        acceptable = buys ? priceWad <= order.acceptablePriceWad : priceWad >= order.acceptablePriceWad;
        if (priceWad == 0) acceptable = false;
    }

    // ---------------------------------------------------------------- Upkeep

    /// @notice See {IMarginVault}.
    function poke(uint256 marketId) external onlyDelegated nonReentrant {
        Market storage market = _listed(marketId);
        _accrueMarket(marketId, _readPrice(market).primary);
        if (market.settledPriceWad == 0) market.volatility.advance(_volatilityRules(), _feedOf(market), MAX_ROUNDS);
    }

    /// @notice See {IMarginVault}.
    function closeSettled(address trader, uint256 marketId) external onlyDelegated nonReentrant {
        Market storage market = _listed(marketId);
        if (market.settledPriceWad == 0) revert IMarginVault.NotSettled(marketId);
        int256 size = _positions[trader][marketId].sizeWad;
        if (size == 0) revert IMarginVault.NoPosition(trader, marketId);
        Account storage account = _accounts[trader];
        _settle(account, _trade(trader, marketId, -size, market.settledPriceWad));
    }
}
