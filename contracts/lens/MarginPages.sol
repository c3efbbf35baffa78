// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {IChainlinkOracle} from "../interfaces/IChainlinkOracle.sol";
import {IMarginLens} from "../interfaces/IMarginLens.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {WAD} from "../libraries/Units.sol";
import {MarginMath} from "../margin/MarginMath.sol";
import {SignedMath512} from "../margin/SignedMath512.sol";
import {SkewPricing} from "../margin/SkewPricing.sol";
import {LensPage} from "./LensPage.sol";

/// @title Accounts of a margin vault in pages
/// @notice Part of `MarginLens`. Every market is read once a page; an account's figures then come from the libraries that the
/// vault itself uses, and tests compare them with the vault's. What closing one account would do is planned by the vault
/// (`planLosses`). Upholds WO3.
abstract contract MarginPages is IMarginLens, LensPage {
    using SafeCast for uint256;

    /// @dev The vault plans each of these by itself, with its prices: too dear for a thousand.
    uint256 private constant MAX_OUTLOOKS = 100;
    /// @dev Scale of size times price.
    uint256 private constant WAD_SQUARED = 1e36;

    /// @dev An account while its legs are added up.
    struct Sum {
        int256 equity;
        int256 highEquity; // each position by the source that is kindest to it
        int256 left; // what closing everything would leave
        bool isBlocked;
        uint256 largest;
    }

    // ---------------------------------------------------------------- Markets

    /// @inheritdoc IMarginLens
    function markets(IMarginVault vault) public view returns (MarketRow[] memory rows) {
        uint256 assetUnit = 10 ** IERC20Metadata(vault.asset()).decimals();
        IChainlinkOracle oracle = vault.oracle();
        rows = new MarketRow[](vault.marketCount());
        for (uint256 id; id < rows.length; ++id) {
            IMarginVault.MarketView memory market = vault.marketOf(id);
            IMarginVault.MarketConfig memory config = vault.marketConfig(id);
            MarketRow memory row = rows[id];
            row.underlying = market.underlying;
            row.fundingIndex = market.fundingIndex;
            row.skewWad = market.longWad.toInt256() - market.shortWad.toInt256();
            row.maintenanceWad = config.maintenanceWad;
            row.depthWad = config.depthWad;
            if (market.settledPriceWad != 0) {
                (row.primaryWad, row.lowWad, row.highWad) = _same(market.settledPriceWad);
                row.updatedAt = block.timestamp;
                continue;
            }
            row.skewScaleWad = config.skewScaleWad;
            try oracle.priceRange(market.underlying) returns (IChainlinkOracle.PriceRange memory range) {
                row.primaryWad = range.primaryWad * assetUnit;
                row.lowWad = range.lowWad * assetUnit;
                row.highWad = range.highWad * assetUnit;
                (row.updatedAt, row.blocksLoss) = (range.updatedAt, range.blocksLoss);
            } catch (bytes memory reason) {
                row.failure = _kindOf(reason);
            }
        }
    }

    function _same(uint256 price) private pure returns (uint256, uint256, uint256) {
        return (price, price, price);
    }

    // ---------------------------------------------------------------- Accounts

    /// @inheritdoc IMarginLens
    function accounts(
        IMarginVault vault,
        address[] calldata traders
    ) external view onlyPage(traders.length) returns (AccountRow[] memory rows) {
        MarketRow[] memory listed = markets(vault);
        rows = new AccountRow[](traders.length);
        for (uint256 i; i < traders.length; ++i) {
            AccountRow memory row = rows[i];
            Sum memory sum = _readAccount(vault, traders[i], row);
            for (uint256 id; id < listed.length && row.failure == 0; ++id) {
                if ((row.openMarkets >> id) & 1 == 0) continue;
                row.failure = listed[id].failure;
                if (row.failure == 0) _addLeg(row, sum, id, listed[id], vault.positionOf(traders[i], id));
            }
            _judge(row, sum);
        }
    }

    function _readAccount(
        IMarginVault vault,
        address trader,
        AccountRow memory row
    ) private view returns (Sum memory sum) {
        IMarginVault.AccountView memory account = vault.accountOf(trader);
        row.marginAssets = account.marginAssets;
        row.deficitAssets = account.deficitAssets;
        row.openMarkets = account.openMarkets;
        row.pendingMarkets = account.pendingMarkets;
        row.impairedAt = account.impairedAt;
        row.writeOffId = account.writeOffId;
        row.largestMarket = type(uint256).max;
        if (account.impairmentId != 0) {
            (uint256 reserves, uint256 earmarked, uint256 charged) = vault.provisionOf(account.impairmentId);
            row.provisionedAssets = reserves + earmarked + charged;
        }
        sum.equity = account.marginAssets.toInt256() - account.deficitAssets.toInt256();
        (sum.highEquity, sum.left) = (sum.equity, sum.equity);
    }

    function _addLeg(
        AccountRow memory row,
        Sum memory sum,
        uint256 id,
        MarketRow memory market,
        IMarginVault.PositionView memory position
    ) private pure {
        int256 size = position.sizeWad;
        sum.equity += _profitAt(position, market, market.primaryWad);
        sum.highEquity += _profitAt(position, market, size > 0 ? market.highWad : market.lowWad);
        sum.left += _realizedBy(position, market);
        sum.isBlocked = sum.isBlocked || market.blocksLoss;
        row.maintenanceAssets += _maintenanceOf(size, market);
        uint256 notional = MarginMath.notionalUp(size, market.primaryWad);
        if (row.largestMarket != type(uint256).max && notional <= sum.largest) return;
        (sum.largest, row.largestMarket) = (notional, id);
    }

    function _judge(AccountRow memory row, Sum memory sum) private pure {
        if (row.failure != 0) {
            row.maintenanceAssets = 0;
            (row.liquidationFailure, row.lossFailure) = (row.failure, row.failure);
            return;
        }
        row.equityAssets = sum.equity;
        uint256 maintenance = row.maintenanceAssets;
        uint256 badDebt = uint256(-SignedMath.min(0, SignedMath.max(sum.left, sum.equity)));
        if (sum.equity < 0) row.healthWad = 0;
        else if (maintenance == 0) row.healthWad = type(uint256).max;
        else row.healthWad = Math.mulDiv(uint256(sum.equity), WAD, maintenance);
        if (sum.highEquity < 0) row.shortfallAssets = badDebt;
        row.lossFailure = _lossFailure(sum, badDebt);
        if (sum.equity >= maintenance.toInt256()) row.liquidationFailure = IMarginVault.AccountHealthy.selector;
        else if (badDebt != 0) row.liquidationFailure = row.lossFailure;
    }

    /// @dev Why a loss may not be booked; zero if it may.
    function _lossFailure(Sum memory sum, uint256 badDebt) private pure returns (bytes4) {
        if (badDebt == 0) return IMarginVault.AccountSolvent.selector;
        if (sum.isBlocked) return IMarginVault.LossBlocked.selector;
        return sum.highEquity >= 0 ? IMarginVault.LossDisputed.selector : bytes4(0);
    }

    // ---------------------------------------------------------------- Positions

    /// @inheritdoc IMarginLens
    function marginPositions(
        IMarginVault vault,
        TraderMarket[] calldata keys
    ) external view onlyPage(keys.length) returns (PositionRow[] memory rows) {
        MarketRow[] memory listed = markets(vault);
        rows = new PositionRow[](keys.length);
        for (uint256 i; i < keys.length; ++i) {
            MarketRow memory market = listed[keys[i].marketId];
            IMarginVault.PositionView memory position = vault.positionOf(keys[i].trader, keys[i].marketId);
            (rows[i].sizeWad, rows[i].basis) = (position.sizeWad, position.basis);
            if (position.sizeWad == 0 || market.failure != 0) continue;
            rows[i].notionalAssets = MarginMath.notionalUp(position.sizeWad, market.primaryWad);
            rows[i].profitAssets = _profitAt(position, market, market.primaryWad);
            rows[i].maintenanceAssets = _maintenanceOf(position.sizeWad, market);
        }
    }

    /// @dev Unrealized profit less funding at a price, rounded down.
    function _profitAt(
        IMarginVault.PositionView memory position,
        MarketRow memory market,
        uint256 priceWad
    ) private pure returns (int256) {
        int256 worth = position.sizeWad * (priceWad.toInt256() - market.fundingIndex) - position.basis;
        return SignedMath512.mulDivDown(worth, 1, WAD_SQUARED);
    }

    /// @dev What closing it by itself would realize, premium included, rounded down.
    function _realizedBy(
        IMarginVault.PositionView memory position,
        MarketRow memory market
    ) private pure returns (int256) {
        int256 delta = -position.sizeWad;
        int256 cost =
            market.skewScaleWad == 0
                ? delta * market.primaryWad.toInt256()
                : SkewPricing.cost(delta, market.skewWad, market.skewScaleWad, market.primaryWad);
        return SignedMath512.mulDivDown(delta * market.fundingIndex - cost - position.basis, 1, WAD_SQUARED);
    }

    function _maintenanceOf(int256 size, MarketRow memory market) private pure returns (uint256) {
        return
            MarginMath.maintenanceUp(
                MarginMath.Rules(market.maintenanceWad, market.depthWad, 0, 0, 0),
                size,
                market.primaryWad
            );
    }

    // ---------------------------------------------------------------- What may be done, and why not

    /// @inheritdoc IMarginLens
    function explainAccounts(
        IMarginVault vault,
        address[] calldata traders
    ) external view returns (AccountOutlook[] memory outlooks) {
        _checkRows(traders.length, MAX_OUTLOOKS);
        outlooks = new AccountOutlook[](traders.length);
        ISolventVault.PositionKey[] memory one = new ISolventVault.PositionKey[](1);
        for (uint256 i; i < traders.length; ++i) {
            AccountOutlook memory outlook = outlooks[i];
            one[0].borrower = traders[i];
            try vault.planLosses(one, 0, true) returns (ISolventVault.LossPlan[] memory plans) {
                outlook.plan = plans[0];
                outlook.liquidationFailure = plans[0].failure;
                outlook.lossFailure = _lossFailureOf(vault, traders[i], plans[0]);
            } catch (bytes memory failure) {
                (outlook.liquidationFailure, outlook.lossFailure) = (failure, failure);
            }
        }
    }

    /// @dev An account that is healthy, or that closing leaves nothing owed of, has no loss.
    function _lossFailureOf(
        IMarginVault vault,
        address trader,
        ISolventVault.LossPlan memory plan
    ) private view returns (bytes memory) {
        bool isHealthy = plan.failure.length != 0 && bytes4(plan.failure) == IMarginVault.AccountHealthy.selector;
        if (!isHealthy && plan.failure.length != 0) return plan.failure;
        if (plan.badDebtAssets != 0) return "";
        int256 equity = vault.equityOf(trader, address(0));
        return abi.encodeWithSelector(IMarginVault.AccountSolvent.selector, trader, equity);
    }
}
