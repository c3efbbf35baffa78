// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IChainlinkOracle} from "../interfaces/IChainlinkOracle.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {BPS, WAD} from "../libraries/Units.sol";
import {VaultViews} from "../writeoff/VaultViews.sol";
import {InsuranceWindow} from "./InsuranceWindow.sol";
import {MarginFigures} from "./MarginFigures.sol";

/// @title What the margin vault says of itself
/// @notice Accounts, markets and rules, to the present second. Every function is `view`, and the compiler holds it to that:
/// the vault's cast of a delegatecall to `view` rests on it.
contract MarginViewModule is MarginFigures, VaultViews {
    using InsuranceWindow for InsuranceWindow.Window;
    using SafeCast for uint256;

    constructor(
        IERC20Metadata asset_,
        IWriteOffEngine engine_,
        IChainlinkOracle oracle_
    ) MarginFigures(asset_, engine_, oracle_) {}

    // ---------------------------------------------------------------- Markets and rules

    /// @notice See {IMarginVault}.
    function marketCount() external view onlyDelegated returns (uint256) {
        return _markets.length;
    }

    /// @notice See {IMarginVault}.
    function marketConfig(uint256 marketId) external view onlyDelegated returns (IMarginVault.MarketConfig memory) {
        return _listed(marketId).config;
    }

    /// @notice See {IMarginVault}.
    function marketOf(uint256 marketId) external view onlyDelegated returns (IMarginVault.MarketView memory view_) {
        Market storage market = _listed(marketId);
        view_.underlying = market.underlying;
        view_.longWad = market.longWad;
        view_.shortWad = market.shortWad;
        view_.pendingBuyWad = market.pendingBuyWad;
        view_.pendingSellWad = market.pendingSellWad;
        view_.totalBasis = market.totalBasis;
        (view_.fundingRateWad, view_.fundingIndex) = _fundingNow(market);
        view_.volatilityWad = _volatilityWad(market);
        view_.settledPriceWad = market.settledPriceWad;
        view_.settlementAnnouncedAt = market.settlementAnnouncedAt;
    }

    /// @notice See {IMarginVault}.
    function riskConfig() external view onlyDelegated returns (IMarginVault.RiskConfig memory) {
        return _risk;
    }

    /// @notice See {IMarginVault}.
    function minProvision() external view onlyDelegated returns (uint256) {
        return _minProvision;
    }

    /// @notice See {IMarginVault}.
    function priceOf(uint256 marketId) external view onlyDelegated returns (uint256 priceWad, uint256 updatedAt) {
        Price memory price = _readPrice(_listed(marketId));
        return (price.primary, price.updatedAt);
    }

    /// @notice See {IMarginVault}.
    function insuranceAllowance(
        uint256 marketId
    ) external view onlyDelegated returns (uint256 allowanceAssets, uint256 feeAssets, uint256 drawnAssets) {
        Market storage market = _listed(marketId);
        InsuranceWindow.Window memory window = market.insurance.current();
        allowanceAssets = window.allowance(market.config.insuranceMultipleBps);
        feeAssets = uint256(window.fees) + window.feesBefore;
        drawnAssets = uint256(window.drawn) + window.drawnBefore;
    }

    // ---------------------------------------------------------------- The pool

    /// @notice See {IMarginVault}.
    function traderAssets() external view onlyDelegated returns (uint256) {
        return _traderAssets;
    }

    /// @notice See {IMarginVault}.
    function totalDeficit() external view onlyDelegated returns (uint256) {
        return _totalDeficit;
    }

    /// @notice See {IMarginVault}.
    function tradersNet() external view onlyDelegated returns (int256) {
        return _tradersNet();
    }

    /// @notice See {IMarginVault}.
    function entrySpread() external view onlyDelegated returns (uint256) {
        return _priceSpread();
    }

    /// @notice See {IMarginVault}.
    function profitCover() external view onlyDelegated returns (uint256) {
        return _profitCover();
    }

    // ---------------------------------------------------------------- Accounts

    /// @notice See {IMarginVault}.
    function accountOf(address trader) external view onlyDelegated returns (IMarginVault.AccountView memory view_) {
        Account memory account = _accounts[trader];
        view_.marginAssets = account.margin;
        view_.deficitAssets = account.deficit;
        view_.openMarkets = account.openMarkets;
        view_.pendingMarkets = account.pendingMarkets;
        view_.impairmentId = _provisionId(account.impairmentId);
        view_.impairedAt = account.impairedAt;
        view_.writeOffId = _writeOffIdOf(account);
    }

    /// @notice See {IMarginVault}.
    function healthOf(address trader) external view onlyDelegated returns (IMarginVault.HealthView memory) {
        Standing memory standing = _standing(trader);
        return IMarginVault.HealthView(standing.equity, standing.maintenance, standing.initial);
    }

    /// @notice See {IMarginVault}.
    function positionOf(
        address trader,
        uint256 marketId
    ) external view onlyDelegated returns (IMarginVault.PositionView memory) {
        Position memory position = _positions[trader][marketId];
        return IMarginVault.PositionView(position.sizeWad, position.basis);
    }

    /// @notice See {IMarginVault}.
    function orderOf(
        address trader,
        uint256 marketId
    ) external view onlyDelegated returns (IMarginVault.OrderView memory) {
        Order memory order = _orders[trader][marketId];
        return
            IMarginVault.OrderView({
                sizeDeltaWad: order.sizeDeltaWad,
                escrowAssets: order.escrow,
                keeperFeeAssets: order.keeperFee,
                acceptablePriceWad: order.acceptablePriceWad,
                feed: order.feed,
                knownRoundId: order.knownRoundId,
                earliestRoundAt: order.earliestRoundAt,
                latestRoundAt: order.latestRoundAt,
                committedAt: order.committedAt,
                feedDecimals: order.feedDecimals,
                reduces: order.reduces
            });
    }

    // ---------------------------------------------------------------- Losses

    /// @notice See {ISolventVault}.
    function equityOf(address trader, address) external view onlyDelegated returns (int256 equityAssets) {
        return _standing(trader).equity;
    }

    /// @notice See {ISolventVault}.
    function healthFactor(address trader, address) external view onlyDelegated returns (uint256 healthWad) {
        Standing memory standing = _standing(trader);
        if (standing.equity < 0) return 0;
        if (standing.maintenance == 0) return type(uint256).max;
        return Math.mulDiv(uint256(standing.equity), WAD, standing.maintenance);
    }

    /// @notice See {ISolventVault}.
    function shortfallOf(
        address trader,
        address
    ) external view onlyDelegated returns (uint256 shortfallAssets, bool insolvent) {
        Standing memory standing = _standing(trader);
        if (standing.highEquity >= 0) return (0, false);
        shortfallAssets = _planClosing(standing, _nothingYet()).badDebt;
        return (shortfallAssets, shortfallAssets != 0);
    }

    /// @notice See {ISolventVault}.
    function recordOf(
        address trader,
        address
    ) external view onlyDelegated returns (uint32 impairmentId, uint64 impairedAt, uint32 writeOffId) {
        Account memory account = _accounts[trader];
        return (_provisionId(account.impairmentId), account.impairedAt, _writeOffIdOf(account));
    }

    /// @notice See {ISolventVault}. An account that stays open has only its negative equity, if any, and the error that
    /// closing it would meet.
    function planLosses(
        ISolventVault.PositionKey[] calldata keys,
        int256 dropBps,
        bool
    ) external view onlyDelegated returns (ISolventVault.LossPlan[] memory plans) {
        if (dropBps > int256(BPS) || dropBps < -10 * int256(BPS)) {
            revert IMarginVault.ParameterOutOfRange("dropBps", uint256(dropBps), 0, BPS);
        }
        plans = new ISolventVault.LossPlan[](keys.length);
        Before memory before = _nothingYet();
        for (uint256 i; i < keys.length; ++i) {
            for (uint256 k; k < i; ++k) {
                if (keys[k].borrower != keys[i].borrower) continue;
                plans[i].failure = abi.encodeWithSelector(IMarginVault.DuplicateItem.selector, keys[i].borrower);
            }
            if (plans[i].failure.length == 0) {
                _plan(_standingAfter(keys[i].borrower, dropBps, keys[i].collateral), before, plans[i]);
            }
        }
    }

    /// @dev Plans one account and moves the skews as its closing would. One whose equity is positive has no bad debt.
    function _plan(Standing memory standing, Before memory before, ISolventVault.LossPlan memory plan) private view {
        plan.debtAssets = standing.equity < 0 ? uint256(-standing.equity) : 0;
        plan.failure = _checkLiquidatable(standing);
        if (plan.failure.length != 0 || standing.equity > 0) return;
        Closing memory closing = _planClosing(standing, before);
        if (closing.badDebt != 0) plan.failure = _checkLoss(standing);
        if (plan.failure.length != 0) return;
        plan.badDebtAssets = closing.badDebt;
        plan.insurableAssets = closing.insurable;
        plan.provisionId = _provisionId(standing.account.impairmentId);
        // What is left of the margin pays the keeper first.
        plan.rewardAssets = _risk.minKeeperReward - Math.min(_risk.minKeeperReward, _leftOf(standing, closing));
        for (uint256 i; i < standing.legs.length; ++i) {
            before.skew[standing.legs[i].marketId] -= standing.legs[i].position.sizeWad;
            before.insured[standing.legs[i].marketId] += closing.insurableOf[i];
        }
    }

    function _leftOf(Standing memory standing, Closing memory closing) private pure returns (uint256) {
        int256 left = int256(uint256(standing.account.margin)) + closing.realized;
        left -= int256(uint256(standing.account.deficit));
        return left > 0 ? uint256(left) : 0;
    }

    function _writeOffIdOf(Account memory account) private view returns (uint32) {
        if (account.writeOffId == 0) return 0;
        (, uint256 latestId) = _engine.defaultOf(address(this), account.writeOffId);
        return latestId.toUint32();
    }
}
