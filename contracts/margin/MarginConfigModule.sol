// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IChainlinkOracle} from "../interfaces/IChainlinkOracle.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {BPS, WAD} from "../libraries/Units.sol";
import {ClaimsModule} from "../writeoff/ClaimsModule.sol";
import {RulesModule} from "../writeoff/RulesModule.sol";
import {MarginModule} from "./MarginModule.sol";

/// @title Rules of the margin vault and who may change them
/// @notice Every parameter has a sane range that holds for everybody, the governor included. Nothing here can take a
/// token, change a position, or stop a withdrawal, a closing order, a liquidation or a write-off. The vault checks who may
/// call before it delegates here.
/// Two ranges carry properties: maintenance >= maximum jump + highest premium, so that who is at its maintenance margin
/// can be closed without a loss after any jump the market is made for (MA7); initial > target > maintenance. Upholds AC1.
contract MarginConfigModule is MarginModule, RulesModule, ClaimsModule {
    using SafeCast for uint256;

    /// @dev Time between announcing that a market with a dead feed shall be settled and doing it.
    uint256 public constant SETTLEMENT_DELAY = 30 days;
    /// @dev Highest funding rate, WAD per second: 1,000 % a year.
    uint256 public constant MAX_FUNDING_RATE_WAD = (10 * WAD) / uint256(365 days);
    /// @dev A rate needs at least so long, in seconds, from zero to its bound.
    uint256 private constant MIN_FUNDING_TIME = 1 hours;
    /// @dev The pool's value costs a price for each.
    uint256 private constant MAX_MARKETS = 16;
    /// @dev So that a size times a price fits 253 bits, WAD.
    uint256 private constant MAX_SIZE_WAD = 2 ** 94;
    /// @dev Several times what the dearest price costs.
    uint256 private constant PROBE_GAS = 1_000_000;

    constructor(
        IERC20Metadata asset_,
        IWriteOffEngine engine_,
        IChainlinkOracle oracle_
    ) MarginModule(asset_, engine_, oracle_) {}

    // ---------------------------------------------------------------- Markets

    /// @notice See {IMarginVault}.
    function listMarket(
        address underlying,
        IMarginVault.MarketConfig calldata config
    ) external onlyDelegated returns (uint256 marketId) {
        marketId = _markets.length;
        _checkRange("markets", marketId + 1, 1, MAX_MARKETS);
        // Without rules an order could be decided in the second of its commit.
        _checkRange("expiry", _risk.expiry, 1, 1 days);
        for (uint256 i; i < marketId; ++i) {
            if (_markets[i].underlying == underlying) revert IMarginVault.AlreadyListed(underlying);
        }
        Market storage market = _markets.push();
        market.underlying = underlying;
        market.accruedAt = uint32(block.timestamp);
        // Its price is first read when somebody wants to trade: until then there is nothing to be worth anything.
        if (_feedOf(market) == address(0)) revert IChainlinkOracle.FeedNotSet(underlying);
        _checkRange("skewScaleWad", config.skewScaleWad, WAD / 1e6, MAX_SIZE_WAD);
        emit IMarginVault.MarketListed(marketId, underlying);
        _configure(marketId, market, config);
    }

    /// @notice See {IMarginVault}.
    function setMarket(uint256 marketId, IMarginVault.MarketConfig calldata config) external onlyDelegated {
        Market storage market = _listed(marketId);
        if (market.settledPriceWad != 0) revert IMarginVault.AlreadySettled(marketId);
        // It is part of what open positions are worth.
        uint256 skewScaleWad = market.config.skewScaleWad;
        _checkRange("skewScaleWad", config.skewScaleWad, skewScaleWad, skewScaleWad);
        // What has run so far ran by the old rules.
        _accrueMarket(marketId, market.priceWad);
        _configure(marketId, market, config);
    }

    function _configure(uint256 marketId, Market storage market, IMarginVault.MarketConfig calldata config) private {
        _checkRange("openInterestCapWad", config.openInterestCapWad, 0, config.skewScaleWad);
        _checkRange("skewCapWad", config.skewCapWad, 0, Math.min(config.openInterestCapWad, config.skewScaleWad / 4));
        _checkRange("maxFundingRateWad", config.maxFundingRateWad, 0, MAX_FUNDING_RATE_WAD);
        _checkRange(
            "maxFundingVelocityWad",
            config.maxFundingVelocityWad,
            0,
            config.maxFundingRateWad / MIN_FUNDING_TIME
        );
        _checkRange("maxJumpWad", config.maxJumpWad, WAD / 1_000, WAD / 2);
        uint256 premiumWad = Math.mulDiv(config.skewCapWad, WAD, config.skewScaleWad, Math.Rounding.Ceil);
        _checkRange("maintenanceWad", config.maintenanceWad, config.maxJumpWad + premiumWad, WAD);
        _checkRange("depthWad", config.depthWad, WAD / 1e6, type(uint120).max);
        _checkRange("initialMultipleWad", config.initialMultipleWad, (WAD * 105) / 100, 10 * WAD);
        _checkRange("targetMultipleWad", config.targetMultipleWad, (WAD * 101) / 100, config.initialMultipleWad);
        _checkRange("volatilityWeightWad", config.volatilityWeightWad, 0, 10 * WAD);
        _checkRange("feeBps", config.feeBps, 1, 200);
        _checkRange("deviationBps", config.deviationBps, 1, 1_000);
        // Who has itself liquidated at a price that is behind the market pays for what it gains by that.
        uint256 maxFeeBps = (uint256(config.maintenanceWad) * BPS) / WAD / 2;
        _checkRange("liquidationFeeBps", config.liquidationFeeBps, config.deviationBps, maxFeeBps);
        _checkRange(
            "profitCoverBps",
            config.profitCoverBps,
            Math.ceilDiv(uint256(config.maxJumpWad) * BPS, WAD),
            5 * BPS
        );
        _checkRange("insuranceMultipleBps", config.insuranceMultipleBps, 0, 100 * BPS);
        market.config = config;
        _checkReward(config.maintenanceWad, config.maxJumpWad);
        emit IMarginVault.MarketConfigured(marketId, config);
    }

    /// @notice See {IMarginVault}.
    function freezeMarket(uint256 marketId) external onlyDelegated {
        _freeze(marketId, _listed(marketId));
    }

    function _freeze(uint256 marketId, Market storage market) private {
        market.config.openInterestCapWad = 0;
        market.config.skewCapWad = 0;
        emit IMarginVault.MarketFrozen(marketId);
    }

    // ---------------------------------------------------------------- The vault

    /// @notice See {IMarginVault}.
    function setRiskConfig(IMarginVault.RiskConfig calldata config) external onlyDelegated {
        _checkRange("minDelay", config.minDelay, 1, 10 minutes);
        _checkRange("expiry", config.expiry, config.minDelay, 1 days);
        _checkRange("minNotional", config.minNotional, 1, type(uint96).max);
        _checkRange("minKeeperFee", config.minKeeperFee, 0, config.minNotional);
        _checkRange("maxKeeperReward", config.maxKeeperReward, config.minKeeperReward, type(uint96).max);
        _checkRange("keeperShareBps", config.keeperShareBps, 0, BPS);
        _checkRange("reserveFactorBps", config.reserveFactorBps, 0, BPS);
        _risk = config;
        uint256 count = _markets.length;
        for (uint256 i; i < count; ++i) {
            _checkReward(_markets[i].config.maintenanceWad, _markets[i].config.maxJumpWad);
        }
        emit IMarginVault.RiskConfigSet(config);
    }

    /// @dev The smallest account can pay the least reward itself after any jump that its market is made for: nobody makes
    /// a living of small accounts that the reserves pay for.
    function _checkReward(uint256 maintenanceWad, uint256 maxJumpWad) private view {
        uint256 payable_ = Math.mulDiv(_risk.minNotional, maintenanceWad - maxJumpWad, WAD);
        _checkRange("minKeeperReward", _risk.minKeeperReward, 0, payable_);
    }

    /// @notice See {IMarginVault}.
    function setMinProvision(uint256 assets) external onlyDelegated {
        _minProvision = assets;
        emit IMarginVault.MinProvisionSet(assets);
    }

    // ---------------------------------------------------------------- A market whose feed has died

    /// @notice See {IMarginVault}.
    function announceSettlement(uint256 marketId) external onlyDelegated {
        Market storage market = _listed(marketId);
        if (market.settledPriceWad != 0) revert IMarginVault.AlreadySettled(marketId);
        if (_feedAnswers(market.underlying)) revert IMarginVault.FeedAlive(marketId);
        market.settlementAnnouncedAt = uint48(block.timestamp);
        _freeze(marketId, market);
        emit IMarginVault.SettlementAnnounced(marketId, block.timestamp + SETTLEMENT_DELAY);
    }

    /// @notice See {IMarginVault}.
    function cancelSettlement(uint256 marketId) external onlyDelegated {
        Market storage market = _listed(marketId);
        if (market.settlementAnnouncedAt == 0 || market.settledPriceWad != 0) {
            revert IMarginVault.SettlementNotDue(marketId, 0);
        }
        // Reverts with the reason where the feed is still dead.
        _readPrice(market);
        market.settlementAnnouncedAt = 0;
        emit IMarginVault.SettlementCancelled(marketId);
    }

    /// @notice See {IMarginVault}.
    function settleMarket(uint256 marketId) external onlyDelegated {
        Market storage market = _listed(marketId);
        if (market.settledPriceWad != 0) revert IMarginVault.AlreadySettled(marketId);
        uint256 announcedAt = market.settlementAnnouncedAt;
        uint256 effectiveAt = announcedAt == 0 ? 0 : announcedAt + SETTLEMENT_DELAY;
        if (announcedAt == 0 || block.timestamp < effectiveAt) {
            revert IMarginVault.SettlementNotDue(marketId, effectiveAt);
        }
        if (_feedAnswers(market.underlying)) revert IMarginVault.FeedAlive(marketId);
        // A market that never had a price never had a position.
        _checkRange("priceWad", market.priceWad, 1, type(uint256).max);
        _accrueMarket(marketId, market.priceWad);
        market.settledPriceWad = market.priceWad;
        emit IMarginVault.MarketSettledAt(marketId, market.priceWad);
    }

    /// @dev A price that reverts for want of gas proves nothing about the feed, so there must be plenty.
    function _feedAnswers(address underlying) private view returns (bool) {
        if (gasleft() < PROBE_GAS) revert IMarginVault.InsufficientGas(gasleft(), PROBE_GAS);
        try _oracle.priceRange(underlying) returns (IChainlinkOracle.PriceRange memory) {
            return true;
        } catch {
            return false;
        }
    }

    function _checkRange(bytes32 parameter, uint256 value, uint256 min, uint256 max) private pure {
        if (value < min || value > max) revert IMarginVault.ParameterOutOfRange(parameter, value, min, max);
    }
}
