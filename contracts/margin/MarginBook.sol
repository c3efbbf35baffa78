// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {IChainlinkOracle} from "../interfaces/IChainlinkOracle.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {BPS} from "../libraries/Units.sol";
import {WriteOffBook} from "../writeoff/WriteOffBook.sol";
import {Funding} from "./Funding.sol";
import {InsuranceWindow} from "./InsuranceWindow.sol";
import {MarginMath} from "./MarginMath.sol";
import {SignedMath512} from "./SignedMath512.sol";
import {SkewPricing} from "./SkewPricing.sol";
import {Volatility} from "./Volatility.sol";

/// @title The books of the margin vault: storage, prices, what the pool is worth
/// @notice What the vault and its modules read and write; they all inherit this first, so that they see the same slots.
/// No entry points. `_cash` is the pool's own; traders' margins and escrows are counted apart. The pool's value comes
/// from per-market sums, so it costs as much as there are markets, however many positions there are. A market without
/// open interest needs no price. Upholds MA1 (sum of positions = sums), MA2, LV1.
abstract contract MarginBook is WriteOffBook {
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @dev Rules and sums of one market.
    struct Market {
        // slot 1
        address underlying;
        uint32 accruedAt;
        uint48 settlementAnnouncedAt;
        // slots 2, 3
        uint128 longWad;
        uint128 shortWad;
        uint128 pendingBuyWad;
        uint128 pendingSellWad;
        // slots 4 to 8
        int256 totalBasis;
        int256 fundingRateWad;
        int256 fundingIndex;
        uint256 priceWad; // at which funding runs: the last one seen
        uint256 settledPriceWad;
        Volatility.State volatility;
        InsuranceWindow.Window insurance;
        IMarginVault.MarketConfig config;
    }

    /// @dev Two slots. Bit k of the bitmaps is market k.
    struct Account {
        uint128 margin;
        uint128 deficit;
        uint32 openMarkets;
        uint32 pendingMarkets;
        uint32 impairmentId;
        uint32 writeOffId;
        uint64 impairedAt;
    }

    /// @dev Two slots. Unrealized profit less funding = size x (price - index) - basis, asset units x 1e36.
    struct Position {
        int128 sizeWad;
        int256 basis;
    }

    /// @dev Four slots; `escrow` without the keeper's fee.
    struct Order {
        int128 sizeDeltaWad;
        uint128 escrow;
        uint160 acceptablePriceWad;
        uint96 keeperFee;
        address feed;
        uint80 knownRoundId;
        bool reduces;
        uint64 earliestRoundAt;
        uint64 latestRoundAt;
        uint64 committedAt;
        uint8 feedDecimals;
    }

    /// @dev Prices of one market now, asset units x 1e18 per whole unit.
    struct Price {
        uint256 primary;
        uint256 low;
        uint256 high;
        uint256 updatedAt;
        bool blocksLoss;
    }

    /// @dev Scale of size times price.
    uint256 internal constant WAD_SQUARED = 1e36;
    /// @dev Seconds in which a past return loses its weight in the volatility estimate, and over which a move is estimated.
    uint32 internal constant VOLATILITY_MEMORY = 1 days;
    uint256 internal constant VOLATILITY_HORIZON = 1 hours;
    /// @dev Greatest return counted, and greatest estimate, WAD.
    uint64 internal constant VOLATILITY_BOUND_WAD = 0.5e18;
    /// @dev `impairmentId` of an account whose negative equity is recorded but not provisioned.
    uint32 internal constant UNPROVISIONED = type(uint32).max;

    IChainlinkOracle internal immutable _oracle;
    /// @dev Asset units in one whole unit of the asset.
    uint256 internal immutable _assetUnit;

    /// @dev Margins and escrows of all traders, and their deficits, asset units. One slot.
    uint128 internal _traderAssets;
    uint128 internal _totalDeficit;
    Market[] internal _markets;
    IMarginVault.RiskConfig internal _risk;
    /// @dev Least negative equity, and least change of it, that is provisioned, asset units; zero: none is.
    uint256 internal _minProvision;
    mapping(address trader => Account) internal _accounts;
    mapping(address trader => mapping(uint256 marketId => Position)) internal _positions;
    mapping(address trader => mapping(uint256 marketId => Order)) internal _orders;

    constructor(
        IERC20Metadata asset_,
        IWriteOffEngine engine_,
        IChainlinkOracle oracle_
    ) WriteOffBook(asset_, engine_) {
        _oracle = oracle_;
        _assetUnit = 10 ** asset_.decimals();
    }

    // ---------------------------------------------------------------- Markets

    function _listed(uint256 marketId) internal view returns (Market storage market) {
        if (marketId >= _markets.length) revert IMarginVault.UnknownMarket(marketId);
        return _markets[marketId];
    }

    /// @dev Longs minus shorts, WAD.
    function _skewOf(Market storage market) internal view returns (int256) {
        return int256(uint256(market.longWad)) - int256(uint256(market.shortWad));
    }

    /// @dev Present prices, or as settled. Reverts with the oracle's named error where there is none.
    function _readPrice(Market storage market) internal view returns (Price memory price) {
        uint256 settled = market.settledPriceWad;
        if (settled != 0) return Price(settled, settled, settled, block.timestamp, false);
        IChainlinkOracle.PriceRange memory range = _oracle.priceRange(market.underlying);
        price.primary = range.primaryWad * _assetUnit;
        price.low = range.lowWad * _assetUnit;
        price.high = range.highWad * _assetUnit;
        price.updatedAt = range.updatedAt;
        price.blocksLoss = range.blocksLoss;
    }

    /// @dev The primary's price alone, for sums over markets.
    function _primaryPrice(Market storage market) internal view returns (uint256) {
        uint256 settled = market.settledPriceWad;
        if (settled != 0) return settled;
        return _oracle.priceRange(market.underlying).primaryWad * _assetUnit;
    }

    /// @dev Feed that decides orders and prices the market now.
    function _feedOf(Market storage market) internal view returns (address) {
        return _oracle.feedConfig(market.underlying).primary.feed;
    }

    /// @dev Funding to this second, at the price last seen: what a call finds does not depend on who calls.
    function _fundingNow(Market storage market) internal view returns (int256 rateWad, int256 index) {
        (rateWad, index) = (market.fundingRateWad, market.fundingIndex);
        uint256 elapsed = block.timestamp - market.accruedAt;
        if (elapsed == 0 || market.settledPriceWad != 0) return (rateWad, index);
        int256 delta;
        (rateWad, delta) = Funding.advance(
            Funding.Rules({
                maxVelocityWad: market.config.maxFundingVelocityWad,
                maxRateWad: market.config.maxFundingRateWad,
                skewScaleWad: market.config.skewScaleWad
            }),
            rateWad,
            _skewOf(market),
            market.priceWad,
            elapsed
        );
        index += delta;
    }

    /// @dev Brings a market's funding to this second; from now on it runs at `priceWad`.
    function _accrueMarket(uint256 marketId, uint256 priceWad) internal returns (int256 index) {
        Market storage market = _markets[marketId];
        int256 rateWad;
        (rateWad, index) = _fundingNow(market);
        market.fundingRateWad = rateWad;
        market.fundingIndex = index;
        market.accruedAt = uint32(block.timestamp);
        market.priceWad = priceWad;
        emit IMarginVault.FundingAccrued(marketId, index, rateWad, priceWad);
    }

    function _marginRules(Market storage market) internal view returns (MarginMath.Rules memory) {
        IMarginVault.MarketConfig storage config = market.config;
        return
            MarginMath.Rules({
                maintenanceWad: config.maintenanceWad,
                depthWad: config.depthWad,
                initialMultipleWad: config.initialMultipleWad,
                maxJumpWad: config.maxJumpWad,
                volatilityWeightWad: config.volatilityWeightWad
            });
    }

    function _volatilityRules() internal pure returns (Volatility.Rules memory) {
        return Volatility.Rules({memorySeconds: VOLATILITY_MEMORY, maxMoveWad: VOLATILITY_BOUND_WAD});
    }

    function _volatilityWad(Market storage market) internal view returns (uint256) {
        return Volatility.estimateWad(market.volatility, _volatilityRules(), VOLATILITY_HORIZON);
    }

    /// @dev `ratioBps` of |size| x price, asset units, rounded up.
    function _partUp(uint256 sizeWad, uint256 priceWad, uint256 ratioBps) internal pure returns (uint256) {
        return Math.mulDiv(sizeWad * ratioBps, priceWad, WAD_SQUARED * BPS, Math.Rounding.Ceil);
    }

    // ---------------------------------------------------------------- What the pool is worth

    /// @dev What the pool owes all traders beyond their margins and deficits, asset units, rounded up. All positions are
    /// taken as closed at once, so the premium that closing gives back is owed too: opening a position changes nothing
    /// here, whatever premium it pays.
    function _tradersNet() internal view returns (int256) {
        int256 owed;
        uint256 count = _markets.length;
        for (uint256 i; i < count; ++i) {
            Market storage market = _markets[i];
            if (market.longWad == 0 && market.shortWad == 0) continue;
            owed += _closingValue(market, _primaryPrice(market));
        }
        return SignedMath512.mulDivUp(owed, 1, WAD_SQUARED);
    }

    /// @dev What all positions of a market would bring if they were closed together, less what they have cost, asset
    /// units x 1e36. A settled market is closed without premium.
    function _closingValue(Market storage market, uint256 priceWad) private view returns (int256) {
        int256 skew = _skewOf(market);
        (, int256 index) = _fundingNow(market);
        // The way from this skew to none brings what the way from none to this skew costs, and that is rounded up.
        int256 proceeds =
            market.settledPriceWad == 0
                ? SkewPricing.cost(skew, 0, market.config.skewScaleWad, priceWad)
                : skew * priceWad.toInt256();
        return proceeds - skew * index - market.totalBasis;
    }

    /// @dev Cash that stays in the pool whatever shares leave, asset units, rounded up: what it owes traders now, and a
    /// governed part of the larger side's notional, because a move is won by one side at once and paid by the other
    /// only as its positions close.
    function _profitCover() internal view returns (uint256 cover) {
        int256 net = _tradersNet();
        if (net > 0) cover = uint256(net);
        uint256 count = _markets.length;
        for (uint256 i; i < count; ++i) {
            Market storage market = _markets[i];
            if (market.settledPriceWad != 0) continue;
            uint256 larger = Math.max(
                uint256(market.longWad) + market.pendingBuyWad,
                uint256(market.shortWad) + market.pendingSellWad
            );
            if (larger == 0) continue;
            cover += _partUp(larger, _primaryPrice(market), market.config.profitCoverBps);
        }
    }

    // ---------------------------------------------------------------- What the base asks of a kind of vault

    /// @dev Funding is brought into each market's sums when the market is touched; until then every figure counts it to
    /// the second (`_fundingNow`). So nothing here needs a price, and money can come in while a feed is dead.
    // solhint-disable-next-line no-empty-blocks
    function _accrue() internal override {}

    function _outstandingAssets() internal view override returns (uint256) {
        return SignedMath.max(int256(uint256(_totalDeficit)) - _tradersNet(), 0).toUint256();
    }

    function _accruedView() internal view override returns (uint256 outstandingAssets, uint256 accruedReserves) {
        return (_outstandingAssets(), _reserveAssets());
    }

    function _reserveAssets() internal view override returns (uint256) {
        return uint256(int256(_reserveBase));
    }

    function _accrueTotal() internal override returns (uint256) {
        _accrue();
        return _storedTotalAssets();
    }

    function _storedTotalAssets() internal view override returns (uint256) {
        return _netAssets(_grossAssets(), _reserveAssets());
    }

    function _grossAssets() internal view override returns (int256) {
        return int256(uint256(_cash) + _totalDeficit) - _tradersNet();
    }

    function _presentTotalAssets() internal view override returns (uint256) {
        return _storedTotalAssets();
    }

    /// @dev Fees are paid when they are earned.
    function _uncollectedReserves() internal pure override returns (uint256) {
        return 0;
    }

    function _isRiskless() internal view override returns (bool) {
        uint256 count = _markets.length;
        for (uint256 i; i < count; ++i) {
            Market storage market = _markets[i];
            if (market.longWad != 0 || market.shortWad != 0) return false;
            if (market.pendingBuyWad != 0 || market.pendingSellWad != 0) return false;
        }
        return _totalDeficit == 0;
    }

    function _othersAssets() internal view override returns (uint256) {
        return _traderAssets;
    }

    /// @dev One feed deviation of every market's net skew, asset units, rounded up.
    function _priceSpread() internal view override returns (uint256 spread) {
        uint256 count = _markets.length;
        for (uint256 i; i < count; ++i) {
            Market storage market = _markets[i];
            uint256 skewWad = SignedMath.abs(_skewOf(market));
            if (skewWad == 0 || market.settledPriceWad != 0) continue;
            spread += _partUp(skewWad, _primaryPrice(market), market.config.deviationBps);
        }
    }

    function _exitCash() internal view override returns (uint256) {
        return Math.saturatingSub(_cash, _profitCover());
    }
}
