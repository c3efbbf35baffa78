// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {IChainlinkOracle} from "../interfaces/IChainlinkOracle.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {FeedRounds} from "./FeedRounds.sol";
import {MarginFigures} from "./MarginFigures.sol";
import {MarginMath} from "./MarginMath.sol";
import {Volatility} from "./Volatility.sol";

/// @title What a trader does: margin in and out, orders in two steps
/// @notice An order is checked when it is committed, brings all that it may need, and keeps its place under the caps, so
/// that nothing anybody does later changes its outcome (`ResolveModule`).
/// Never: an order priced at what was known when it was committed, margin that leaves below what must stay.
/// Upholds MA6, MA1, LV1, LI1.
contract OrderModule is MarginFigures {
    using ExactTransfer for IERC20;
    using SafeCast for int256;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using Volatility for Volatility.State;

    /// @dev Feed rounds that a commit takes into the volatility estimate; more take `poke` first.
    uint256 private constant MAX_ROUNDS = 32;

    constructor(
        IERC20Metadata asset_,
        IWriteOffEngine engine_,
        IChainlinkOracle oracle_
    ) MarginFigures(asset_, engine_, oracle_) {}

    // ---------------------------------------------------------------- Margin

    /// @notice See {IMarginVault}.
    function depositMargin(uint256 assets, address trader) external onlyDelegated nonReentrant {
        if (assets == 0) revert IMarginVault.ZeroAssets();
        Account storage account = _accounts[trader];
        _addMargin(account, assets);
        _payDeficit(account);
        emit IMarginVault.MarginDeposited(trader, msg.sender, assets);
        _asset.pull(msg.sender, assets);
    }

    /// @notice See {IMarginVault}. The vault has checked who speaks for `trader`.
    function withdrawMargin(uint256 assets, address trader, address receiver) external onlyDelegated nonReentrant {
        if (assets == 0) revert IMarginVault.ZeroAssets();
        Account storage account = _accounts[trader];
        _checkNoDefault(trader, account);
        _takeMargin(trader, account, assets, false);
        _traderAssets -= assets.toUint128();
        // What may leave margin is not insolvent.
        _endImpairment(trader, account);
        emit IMarginVault.MarginWithdrawn(trader, receiver, assets);
        _asset.safeTransfer(receiver, assets);
    }

    /// @dev Takes `assets` off a margin (they stay among the traders' assets) if enough stays by the most cautious of all
    /// live sources: the initial margin, or the maintenance margin where an order only reduces.
    function _takeMargin(address trader, Account storage account, uint256 assets, bool reduces) private {
        uint256 margin = account.margin;
        if (assets > margin) revert IMarginVault.InsufficientMargin(assets, margin);
        account.margin = (margin - assets).toUint128();
        _checkStays(trader, reduces);
    }

    /// @dev What is open must stand on its own.
    function _checkStays(address trader, bool atMaintenance) private view {
        Standing memory standing = _standing(trader);
        uint256 required = atMaintenance ? standing.maintenance : standing.initial;
        if (standing.lowEquity < required.toInt256()) {
            revert IMarginVault.BelowRequiredMargin(trader, standing.lowEquity, required);
        }
    }

    // ---------------------------------------------------------------- Commit

    /// @notice See {IMarginVault}. The vault has checked who speaks for the trader.
    function commitOrder(IMarginVault.OrderRequest calldata request) external onlyDelegated nonReentrant {
        (address trader, uint256 marketId) = (request.trader, request.marketId);
        Market storage market = _listed(marketId);
        if (market.settledPriceWad != 0) revert IMarginVault.AlreadySettled(marketId);
        Account storage account = _accounts[trader];
        if (_orders[trader][marketId].earliestRoundAt != 0) revert IMarginVault.OrderPending(trader, marketId);
        if (request.acceptablePriceWad == 0) revert IMarginVault.ZeroPrice();
        if (request.keeperFeeAssets < _risk.minKeeperFee) {
            revert IMarginVault.KeeperFeeTooSmall(request.keeperFeeAssets, _risk.minKeeperFee);
        }
        bool reduces = _isReduction(_positions[trader][marketId].sizeWad, request.sizeDeltaWad);
        IChainlinkOracle.FeedConfig memory source = _oracle.feedConfig(market.underlying);
        (uint80 knownRoundId, uint256 priceWad) = _look(market, marketId, source.primary.feed);
        if (reduces) _checkReduction(request, market, priceWad);
        else _checkIncrease(request, market, account, priceWad);
        _reserve(market, request.sizeDeltaWad);
        if (request.marginAssets != 0) _takeMargin(trader, account, request.marginAssets, reduces);
        else if (!reduces) _checkStays(trader, true);
        account.pendingMarkets |= uint32(1) << uint32(marketId);
        _store(request, source, knownRoundId, reduces);
        _traderAssets = (_traderAssets + request.depositAssets).toUint128();
        if (request.depositAssets != 0) _asset.pull(msg.sender, request.depositAssets);
    }

    /// @dev Whether an order goes back towards zero; it must not cross it, nor be nothing.
    function _isReduction(int256 size, int256 delta) private pure returns (bool reduces) {
        reduces = size != 0 && (size > 0) != (delta > 0);
        bool crosses = reduces && SignedMath.abs(delta) > SignedMath.abs(size);
        if (delta == 0 || crosses) revert IMarginVault.InvalidSizeDelta(size, delta);
    }

    /// @dev Brings a market's funding to now; its price and the round behind it.
    function _look(Market storage market, uint256 marketId, address feed) private returns (uint80 roundId, uint256) {
        Price memory price = _readPrice(market);
        _accrueMarket(marketId, price.primary);
        bool answered;
        (answered, roundId, , ) = FeedRounds.latest(feed);
        if (!answered) revert IChainlinkOracle.FeedReverted(market.underlying, feed);
        return (roundId, Math.max(price.primary, price.high));
    }

    /// @dev Closing is always possible; it must pay for itself and leave no dust.
    function _checkReduction(
        IMarginVault.OrderRequest calldata request,
        Market storage market,
        uint256 priceWad
    ) private view {
        int256 sizeAfter = int256(_positions[request.trader][request.marketId].sizeWad) + request.sizeDeltaWad;
        _checkNotional(sizeAfter, priceWad);
        _checkEscrow(request, _partUp(SignedMath.abs(request.sizeDeltaWad), priceWad, market.config.feeBps));
    }

    /// @dev New risk must be wanted, fit under the caps with everything that is on its way, be covered by the pool's cash,
    /// and bring its own margin.
    function _checkIncrease(
        IMarginVault.OrderRequest calldata request,
        Market storage market,
        Account storage account,
        uint256 priceWad
    ) private {
        (address trader, uint256 marketId) = (request.trader, request.marketId);
        if (_borrowingPaused) revert IMarginVault.TradingPaused();
        if (_is(WINDING_UP)) revert IWriteOffVault.VaultWindingUp();
        _checkNoDefault(trader, account);
        uint32 markets = account.openMarkets | account.pendingMarkets | (uint32(1) << uint32(marketId));
        if (_count(markets) > MAX_ACCOUNT_MARKETS) revert IMarginVault.TooManyMarkets(trader, MAX_ACCOUNT_MARKETS);
        // A margin ratio that lags behind the feed would be a choice of whoever calls.
        if (!market.volatility.advance(_volatilityRules(), _feedOf(market), MAX_ROUNDS)) {
            revert IMarginVault.VolatilityBehind(marketId);
        }
        _checkCaps(market, marketId, request.sizeDeltaWad);
        _checkNotional(int256(_positions[trader][marketId].sizeWad) + request.sizeDeltaWad, priceWad);

        // The highest price at which it may be executed, as far as anybody can know.
        uint256 highest = Math.max(request.acceptablePriceWad, priceWad);
        uint256 delta = SignedMath.abs(request.sizeDeltaWad);
        uint256 cover = _profitCover() + _partUp(delta, highest, market.config.profitCoverBps);
        if (cover > _cash) revert IMarginVault.InsufficientCover(_cash, cover);
        _checkEscrow(request, _needs(market, _positions[trader][marketId].sizeWad, request.sizeDeltaWad, highest));
    }

    /// @dev Fee, premium and initial margin of what an order adds, at most, asset units.
    function _needs(
        Market storage market,
        int256 size,
        int256 delta,
        uint256 priceWad
    ) private view returns (uint256 assets) {
        IMarginVault.MarketConfig storage config = market.config;
        MarginMath.Rules memory rules = _marginRules(market);
        uint256 volatilityWad = _volatilityWad(market);
        assets = MarginMath.initialUp(rules, size + delta, priceWad, volatilityWad);
        if (size != 0) assets -= MarginMath.initialUp(rules, size, priceWad, volatilityWad);
        assets += _partUp(SignedMath.abs(delta), priceWad, config.feeBps);
        uint256 premiumSize = Math.mulDiv(
            SignedMath.abs(delta),
            config.skewCapWad,
            config.skewScaleWad,
            Math.Rounding.Ceil
        );
        assets += MarginMath.notionalUp(premiumSize.toInt256(), priceWad);
    }

    function _checkCaps(Market storage market, uint256 marketId, int256 delta) private view {
        IMarginVault.MarketConfig storage config = market.config;
        uint256 side =
            delta > 0
                ? uint256(market.longWad) + market.pendingBuyWad
                : uint256(market.shortWad) + market.pendingSellWad;
        side += SignedMath.abs(delta);
        if (side > config.openInterestCapWad) {
            revert IMarginVault.ExceedsOpenInterestCap(marketId, side, config.openInterestCapWad);
        }
        int256 skew = _skewOf(market) + delta;
        skew += delta > 0 ? int256(uint256(market.pendingBuyWad)) : -int256(uint256(market.pendingSellWad));
        bool worse = (skew > 0) == (delta > 0);
        if (worse && SignedMath.abs(skew) > config.skewCapWad) {
            revert IMarginVault.ExceedsSkewCap(marketId, skew, config.skewCapWad);
        }
    }

    function _checkNotional(int256 size, uint256 priceWad) private view {
        uint256 notional = MarginMath.notionalUp(size, priceWad);
        if (size != 0 && notional < _risk.minNotional) {
            revert IMarginVault.BelowMinNotional(notional, _risk.minNotional);
        }
    }

    function _checkEscrow(IMarginVault.OrderRequest calldata request, uint256 needs) private pure {
        uint256 brought = request.marginAssets + request.depositAssets;
        uint256 required = needs + request.keeperFeeAssets;
        if (brought < required) revert IMarginVault.EscrowTooSmall(brought, required);
    }

    /// @dev Keeps an order's place under the caps.
    function _reserve(Market storage market, int256 delta) private {
        if (delta > 0) market.pendingBuyWad = (market.pendingBuyWad + uint256(delta)).toUint128();
        else market.pendingSellWad = (market.pendingSellWad + uint256(-delta)).toUint128();
    }

    function _store(
        IMarginVault.OrderRequest calldata request,
        IChainlinkOracle.FeedConfig memory source,
        uint80 knownRoundId,
        bool reduces
    ) private {
        Order memory order = Order({
            sizeDeltaWad: request.sizeDeltaWad.toInt128(),
            escrow: (request.marginAssets + request.depositAssets - request.keeperFeeAssets).toUint128(),
            acceptablePriceWad: request.acceptablePriceWad.toUint160(),
            keeperFee: request.keeperFeeAssets.toUint96(),
            feed: source.primary.feed,
            knownRoundId: knownRoundId,
            reduces: reduces,
            earliestRoundAt: (block.timestamp + _risk.minDelay).toUint64(),
            latestRoundAt: (block.timestamp + _risk.expiry).toUint64(),
            committedAt: uint64(block.timestamp),
            feedDecimals: source.primaryDecimals
        });
        _orders[request.trader][request.marketId] = order;
        emit IMarginVault.OrderCommitted(
            request.trader,
            request.marketId,
            order.sizeDeltaWad,
            order.acceptablePriceWad,
            order.escrow,
            order.keeperFee,
            order.earliestRoundAt,
            order.latestRoundAt,
            knownRoundId
        );
    }
}
