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
import {InsuranceWindow} from "./InsuranceWindow.sol";
import {MarginModule} from "./MarginModule.sol";
import {SignedMath512} from "./SignedMath512.sol";
import {SkewPricing} from "./SkewPricing.sol";

/// @title The only ways in which value moves between traders and pool
/// @notice A trade changes a position and its market's sums by the same integers; what it realizes, and fees, move between
/// a margin and the pool's cash. What a margin cannot pay becomes a deficit, the pool's claim.
/// Never: a fee that makes a deficit, a profit paid that the pool has no cash for. Upholds MA1, MA2, MA3, MA5.
abstract contract MarginTrades is MarginModule {
    using InsuranceWindow for InsuranceWindow.Window;
    using SafeCast for uint256;
    using SafeCast for int256;

    uint256 internal constant MAX_ACCOUNT_MARKETS = 8;

    constructor(
        IERC20Metadata asset_,
        IWriteOffEngine engine_,
        IChainlinkOracle oracle_
    ) MarginModule(asset_, engine_, oracle_) {}

    // ---------------------------------------------------------------- Positions

    /// @dev What a change of size costs, asset units x 1e36: premium included, unless the market is settled.
    function _costAt(
        Market storage market,
        int256 delta,
        int256 skew,
        uint256 priceWad
    ) internal view returns (int256) {
        if (market.settledPriceWad != 0) return delta * priceWad.toInt256();
        return SkewPricing.cost(delta, skew, market.config.skewScaleWad, priceWad);
    }

    /// @dev What closing `delta` (opposite to `position`) realizes: profit less funding, asset units, rounded down; and the
    /// part of the basis that goes with it, rounded against the trader.
    function _realizedBy(
        Position memory position,
        int256 delta,
        int256 cost,
        int256 index
    ) internal pure returns (int256 realized, int256 closedBasis) {
        uint256 size = SignedMath.abs(position.sizeWad);
        closedBasis =
            SignedMath.abs(delta) == size
                ? position.basis
                : SignedMath512.mulDivUp(position.basis, SignedMath.abs(delta), size);
        realized = SignedMath512.mulDivDown(delta * index - cost - closedBasis, 1, WAD_SQUARED);
    }

    /// @dev Changes a position by `delta`, all on one side of zero or back towards it. Funding must be accrued. What is
    /// realized is returned and still to be paid.
    function _trade(
        address trader,
        uint256 marketId,
        int256 delta,
        uint256 priceWad
    ) internal returns (int256 realized) {
        Market storage market = _markets[marketId];
        Position memory position = _positions[trader][marketId];
        int256 index = market.fundingIndex;
        int256 cost = _costAt(market, delta, _skewOf(market), priceWad);
        int256 basisChange;
        if (position.sizeWad == 0 || (position.sizeWad > 0) == (delta > 0)) {
            basisChange = cost - delta * index;
        } else {
            (realized, basisChange) = _realizedBy(position, delta, cost, index);
            basisChange = -basisChange;
        }
        bool long = position.sizeWad == 0 ? delta > 0 : position.sizeWad > 0;
        position.sizeWad = (position.sizeWad + delta).toInt128();
        position.basis += basisChange;
        market.totalBasis += basisChange;
        if (long) market.longWad = (int256(uint256(market.longWad)) + delta).toUint256().toUint128();
        else market.shortWad = (int256(uint256(market.shortWad)) - delta).toUint256().toUint128();
        _positions[trader][marketId] = position;
        uint32 bit = uint32(1) << uint32(marketId);
        if (position.sizeWad == 0) _accounts[trader].openMarkets &= ~bit;
        else _accounts[trader].openMarkets |= bit;
        emit IMarginVault.PositionChanged(
            trader,
            marketId,
            delta,
            priceWad,
            cost,
            realized,
            position.sizeWad,
            position.basis
        );
    }

    // ---------------------------------------------------------------- Money

    /// @dev Pays a realized profit out of the pool's cash, a deficit first; or a loss out of the margin, and makes what it
    /// cannot pay a deficit.
    function _settle(Account storage account, int256 realized) internal {
        if (realized > 0) {
            uint256 gain = uint256(realized);
            uint256 forgone = Math.min(gain, account.deficit);
            if (forgone != 0) {
                account.deficit -= forgone.toUint128();
                _totalDeficit -= forgone.toUint128();
                gain -= forgone;
            }
            _spendCash(gain);
            _addMargin(account, gain);
        } else if (realized < 0) {
            uint256 loss = uint256(-realized);
            uint256 paid = Math.min(loss, account.margin);
            _toPool(account, paid);
            if (paid == loss) return;
            account.deficit = (account.deficit + loss - paid).toUint128();
            _totalDeficit = (_totalDeficit + loss - paid).toUint128();
        }
    }

    function _addMargin(Account storage account, uint256 assets) internal {
        account.margin = (account.margin + assets).toUint128();
        _traderAssets = (_traderAssets + assets).toUint128();
    }

    /// @dev Moves `assets` of a margin into the pool's cash.
    function _toPool(Account storage account, uint256 assets) private {
        account.margin -= assets.toUint128();
        _traderAssets -= assets.toUint128();
        _addCash(assets);
    }

    /// @dev Pays a deficit out of margin that has come in.
    function _payDeficit(Account storage account) internal {
        uint256 deficit = account.deficit;
        if (deficit == 0) return;
        uint256 paid = Math.min(deficit, account.margin);
        account.deficit = (deficit - paid).toUint128();
        _totalDeficit -= paid.toUint128();
        _toPool(account, paid);
    }

    /// @dev Takes a fee out of a margin, at most what is there: a fee never makes a deficit. The reserves get their share,
    /// the pool the rest, and the market's insurance grows with it.
    /// @return paid Asset units.
    function _takeFee(address trader, uint256 marketId, uint256 assets) internal returns (uint256 paid) {
        Account storage account = _accounts[trader];
        paid = Math.min(assets, account.margin);
        if (paid == 0) return 0;
        _toPool(account, paid);
        uint256 toReserves = (paid * _risk.reserveFactorBps) / BPS;
        _addReserves(toReserves);
        Market storage market = _markets[marketId];
        market.insurance = market.insurance.afterFee(paid);
        emit IMarginVault.FeePaid(trader, marketId, paid, toReserves);
    }

    /// @dev Reverts while the account owes something that was written off; forgets what is repaid.
    function _checkNoDefault(address trader, Account storage account) internal {
        uint32 id = account.writeOffId;
        if (id == 0) return;
        (uint256 outstandingAssets, uint256 latestId) = _engine.defaultOf(address(this), id);
        if (outstandingAssets != 0) revert IMarginVault.AccountInDefault(trader, latestId, outstandingAssets);
        account.writeOffId = 0;
    }

    /// @dev Ends the impairment of an account: what was set apart for it goes back.
    function _endImpairment(address trader, Account storage account) internal {
        uint32 id = account.impairmentId;
        if (id == 0) return;
        account.impairmentId = 0;
        account.impairedAt = 0;
        --_impairments;
        if (id != UNPROVISIONED) _provisionFor(id, 0, 0, 0);
        emit IMarginVault.ImpairmentCleared(trader);
    }
}
