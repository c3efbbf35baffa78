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
import {BPS, WAD} from "../libraries/Units.sol";
import {InsuranceWindow} from "./InsuranceWindow.sol";
import {MarginFigures} from "./MarginFigures.sol";

/// @title Liquidation and impairment of accounts
/// @notice Open to everybody. While the equity is positive a step closes what restores the target; when it is not,
/// everything is closed and what is owed beyond the margin goes down the waterfall in the same transaction.
/// Never: a loss booked on an account whose equity is not negative by every live source, a healthy account touched, more
/// insurance drawn than a market's fees allow. Upholds MA4, LV2, WO1, OR1, LI1.
contract MarginLossModule is MarginFigures {
    using InsuranceWindow for InsuranceWindow.Window;
    using SafeCast for int256;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    constructor(
        IERC20Metadata asset_,
        IWriteOffEngine engine_,
        IChainlinkOracle oracle_
    ) MarginFigures(asset_, engine_, oracle_) {}

    // ---------------------------------------------------------------- Liquidate

    /// @notice See {IMarginVault}.
    function liquidate(
        address trader,
        uint256 marketId,
        uint256 maxSocializedAssets
    ) external onlyDelegated nonReentrant returns (IMarginVault.Liquidation memory result) {
        bytes memory failure;
        (result, failure) = _liquidate(trader, marketId);
        _require(failure);
        _finish(result.socializedAssets, maxSocializedAssets, result.rewardAssets);
    }

    /// @notice See {IMarginVault}.
    function liquidateBatch(
        address[] calldata traders,
        uint256[] calldata marketIds,
        uint256 maxSocializedAssets
    ) external onlyDelegated nonReentrant returns (IMarginVault.Liquidation[] memory results) {
        if (traders.length != marketIds.length) {
            revert IMarginVault.LengthsDiffer(traders.length, marketIds.length);
        }
        results = new IMarginVault.Liquidation[](traders.length);
        uint256 socialized;
        uint256 rewards;
        _beginBatch();
        for (uint256 i; i < traders.length; ++i) {
            bytes memory failure;
            (results[i], failure) = _liquidate(traders[i], marketIds[i]);
            if (failure.length != 0) emit IMarginVault.BatchItemSkipped(traders[i], failure);
            socialized += results[i].socializedAssets;
            rewards += results[i].rewardAssets;
        }
        _endBatch(false);
        _finish(socialized, maxSocializedAssets, rewards);
    }

    function _finish(uint256 socialized, uint256 maxSocialized, uint256 rewards) private {
        if (socialized > maxSocialized) revert IWriteOffVault.ExceedsMaxSocialized(socialized, maxSocialized);
        if (socialized != 0) _closeIfWipedOut();
        // No loss goes past layers that cannot pay because the asset does not move; a reward paid shows that it does.
        if (rewards != 0) _asset.safeTransfer(msg.sender, rewards);
        else _checkAssetMoves();
    }

    function _liquidate(
        address trader,
        uint256 marketId
    ) private returns (IMarginVault.Liquidation memory result, bytes memory failure) {
        Standing memory standing = _standing(trader);
        failure = _checkLiquidatable(standing);
        if (failure.length != 0) return (result, failure);
        if (standing.equity > 0) {
            (bool found, Leg memory leg) = _findLeg(standing, marketId);
            if (!found) {
                return (result, abi.encodeWithSelector(IMarginVault.NoPosition.selector, trader, marketId));
            }
            uint256 closedWad = _stepOf(standing, leg);
            bool last = standing.legs.length == 1 && closedWad == SignedMath.abs(leg.position.sizeWad);
            if (!last) {
                _closePart(standing, leg, closedWad, result);
                emit IMarginVault.AccountLiquidated(trader, marketId, msg.sender, result);
                return (result, "");
            }
        }
        Closing memory closing = _planClosing(standing, _nothingYet());
        if (closing.badDebt != 0) failure = _checkLoss(standing);
        if (failure.length != 0) return (result, failure);
        _closeWhole(standing, closing, marketId, result);
        emit IMarginVault.AccountLiquidated(trader, marketId, msg.sender, result);
    }

    function _findLeg(Standing memory standing, uint256 marketId) private pure returns (bool found, Leg memory leg) {
        for (uint256 i; i < standing.legs.length && !found; ++i) {
            found = standing.legs[i].marketId == marketId;
            if (found) leg = standing.legs[i];
        }
    }

    /// @dev Closes a part of one position. The keeper is paid out of the margin alone.
    function _closePart(
        Standing memory standing,
        Leg memory leg,
        uint256 closedWad,
        IMarginVault.Liquidation memory result
    ) private {
        address trader = standing.trader;
        Account storage account = _accounts[trader];
        int256 delta = leg.position.sizeWad > 0 ? -closedWad.toInt256() : closedWad.toInt256();
        _accrueMarket(leg.marketId, leg.price.primary);
        _settle(account, _trade(trader, leg.marketId, delta, leg.price.primary));
        uint256 fee = _liquidationFee(leg.marketId, closedWad, leg.price.primary);
        result.closedWad = closedWad;
        (result.rewardAssets, result.feeAssets) = _takeReward(account, fee);
        result.feeAssets += _takeFee(trader, leg.marketId, Math.saturatingSub(fee, result.feeAssets));
    }

    /// @dev Closes everything, and books what is owed beyond the margin.
    function _closeWhole(
        Standing memory standing,
        Closing memory closing,
        uint256 marketId,
        IMarginVault.Liquidation memory result
    ) private {
        address trader = standing.trader;
        Account storage account = _accounts[trader];
        result.complete = true;
        int256 realized;
        uint256 fee;
        for (uint256 i; i < standing.legs.length; ++i) {
            Leg memory leg = standing.legs[i];
            int256 size = leg.position.sizeWad;
            if (leg.marketId == marketId) result.closedWad = SignedMath.abs(size);
            _accrueMarket(leg.marketId, leg.price.primary);
            realized += _trade(trader, leg.marketId, -size, leg.price.primary);
            fee += _liquidationFee(leg.marketId, SignedMath.abs(size), leg.price.primary);
        }
        // Together: one position's profit pays for another's loss before anything leaves the pool.
        _settle(account, realized);
        _forgoPremium(account, closing.badDebt);
        (result.rewardAssets, result.feeAssets) = _takeReward(account, fee);
        result.feeAssets += _takeFees(standing, Math.saturatingSub(fee, result.feeAssets));
        result.rewardAssets += _rewardFromReserves(result.rewardAssets);
        if (closing.badDebt != 0) {
            result.badDebtAssets = closing.badDebt;
            result.socializedAssets = _writeOff(standing, closing, account);
        }
        _endImpairment(trader, account);
    }

    /// @dev A premium that the equity could not pay is not owed: it would be a bad debt of nobody's making.
    function _forgoPremium(Account storage account, uint256 badDebt) private {
        uint256 deficit = account.deficit;
        if (deficit <= badDebt) return;
        account.deficit = badDebt.toUint128();
        _totalDeficit -= (deficit - badDebt).toUint128();
    }

    function _writeOff(
        Standing memory standing,
        Closing memory closing,
        Account storage account
    ) private returns (uint256 socialized) {
        account.deficit = 0;
        _totalDeficit -= closing.badDebt.toUint128();
        uint256 id;
        (id, socialized) = _writeOffDebt(
            IWriteOffEngine.BadDebt({
                debtor: standing.trader,
                cause: IWriteOffEngine.Cause.Liquidation,
                previousId: account.writeOffId,
                id: _provisionId(account.impairmentId),
                epoch: 0,
                badDebtAssets: closing.badDebt,
                reserveAssets: 0,
                coverableAssets: closing.badDebt,
                insurableAssets: closing.insurable
            }),
            WAD,
            0,
            _reserveAssets()
        );
        account.writeOffId = id.toUint32();
        if (closing.insurable != 0) _countDraw(standing, closing, _engine.ledger(address(this), id).insurance);
    }

    /// @dev Counts what insurance has paid against the fees of the markets it was paid for, each rounded up.
    function _countDraw(Standing memory standing, Closing memory closing, uint256 drawn) private {
        if (drawn == 0) return;
        for (uint256 i; i < standing.legs.length; ++i) {
            uint256 part = Math.mulDiv(drawn, closing.insurableOf[i], closing.insurable, Math.Rounding.Ceil);
            if (part == 0) continue;
            uint256 marketId = standing.legs[i].marketId;
            _markets[marketId].insurance = _markets[marketId].insurance.afterDraw(part);
            emit IMarginVault.InsuranceDrawn(standing.trader, marketId, part);
        }
    }

    // ---------------------------------------------------------------- Who is paid for it

    function _liquidationFee(uint256 marketId, uint256 sizeWad, uint256 priceWad) private view returns (uint256) {
        return _partUp(sizeWad, priceWad, _markets[marketId].config.liquidationFeeBps);
    }

    /// @dev Keeper's share of a fee, within its bounds, out of the margin as far as that goes.
    /// @return reward To be paid to the keeper, asset units.
    /// @return taken Taken out of the margin for it, the same.
    function _takeReward(Account storage account, uint256 fee) private returns (uint256 reward, uint256 taken) {
        uint256 wanted = Math.max((fee * _risk.keeperShareBps) / BPS, _risk.minKeeperReward);
        reward = Math.min(Math.min(wanted, _risk.maxKeeperReward), account.margin);
        account.margin -= reward.toUint128();
        _traderAssets -= reward.toUint128();
        return (reward, reward);
    }

    /// @dev The rest of a fee of a whole account, market by market.
    function _takeFees(Standing memory standing, uint256 assets) private returns (uint256 paid) {
        for (uint256 i; i < standing.legs.length && paid < assets; ++i) {
            Leg memory leg = standing.legs[i];
            uint256 fee = _liquidationFee(leg.marketId, SignedMath.abs(leg.position.sizeWad), leg.price.primary);
            paid += _takeFee(standing.trader, leg.marketId, Math.min(fee, assets - paid));
        }
    }

    /// @dev What an account that is closed whole cannot pay of the least reward comes out of the reserves.
    function _rewardFromReserves(uint256 reward) private returns (uint256 added) {
        added = Math.saturatingSub(_risk.minKeeperReward, reward);
        added = Math.min(added, Math.min(_reserveAssets(), _cash));
        _takeReserves(added);
        _spendCash(added);
    }

    // ---------------------------------------------------------------- Impair

    /// @notice See {IMarginVault}.
    function impair(address trader) external onlyDelegated nonReentrant returns (uint256 shortfallAssets) {
        Standing memory standing = _standing(trader);
        Account storage account = _accounts[trader];
        Closing memory closing = _planClosing(standing, _nothingYet());
        shortfallAssets = closing.badDebt;
        bytes memory failure;
        if (shortfallAssets != 0) failure = _checkLoss(standing);
        // A loss that is disputed, or blocked, neither begins nor ends anything.
        _require(failure);
        if (shortfallAssets == 0) {
            if (account.impairmentId == 0) revert IMarginVault.AccountSolvent(trader, standing.equity);
            _endImpairment(trader, account);
            return 0;
        }
        if (account.impairmentId == 0) {
            account.impairmentId = UNPROVISIONED;
            account.impairedAt = uint64(block.timestamp);
            ++_impairments;
            emit IMarginVault.AccountImpaired(trader, shortfallAssets);
        }
        uint256 minimum = _minProvision;
        if (minimum == 0) return shortfallAssets;
        if (account.impairmentId == UNPROVISIONED) {
            if (shortfallAssets < minimum) return shortfallAssets;
            account.impairmentId = _engine.openImpairment(trader, account.writeOffId).toUint32();
        }
        _provisionFor(account.impairmentId, shortfallAssets, closing.insurable, minimum);
    }
}
