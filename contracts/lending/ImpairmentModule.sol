// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {BPS} from "../libraries/Units.sol";
import {LiquidationMath} from "./LiquidationMath.sol";
import {LossModule} from "./LossModule.sol";

/// @title Losses without a liquidator: impair and write off
/// @notice `impair` books a known loss before it is final, for entries and exits alike; `writeOff` makes it final where
/// nobody brings cash. Open to everybody. Upholds IM1, LV2, OR1, LI1.
contract ImpairmentModule is LossModule {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) LossModule(asset_, engine_, oracle_) {}

    /// @notice See {ILendingVault}.
    function impair(
        address borrower,
        address collateral
    ) external onlyDelegated nonReentrant returns (uint256 shortfallAssets) {
        Collateral storage state = _listed(collateral);
        Closing memory closing = _open(borrower, collateral);
        (closing.value, ) = _provenValue(state, closing);
        Position memory position = closing.position;
        uint256 covered = LiquidationMath.coveredDown(closing.value, state.minIncentiveBps);
        if (LiquidationMath.isInsolvent(closing.value, closing.debt, state.minIncentiveBps)) {
            shortfallAssets = closing.debt - covered;
            _record(closing, shortfallAssets);
            uint256 lostPrincipal = Math.saturatingSub(position.principal, closing.value);
            _provision(
                closing,
                shortfallAssets,
                _insurable(position, shortfallAssets, closing.value - covered, lostPrincipal)
            );
        } else {
            if (position.impairmentId == 0) {
                revert ILendingVault.PositionSolvent(borrower, collateral, closing.debt, covered);
            }
            _endImpairment(borrower, collateral, position);
        }
        _positions[borrower][collateral].impairmentId = position.impairmentId;
    }

    /// @dev Starts the clock of a position that is found insolvent. One that has run out starts anew; one that runs is
    /// left as it is.
    function _record(Closing memory closing, uint256 shortfall) private {
        Position memory position = closing.position;
        uint256 since = _impairedAt[closing.borrower][closing.collateral];
        if (position.impairmentId != 0 && block.timestamp <= _latestConfirmation(since)) return;
        if (position.impairmentId == 0) {
            position.impairmentId = UNPROVISIONED;
            ++_impairments;
        }
        _impairedAt[closing.borrower][closing.collateral] = block.timestamp;
        emit ILendingVault.Impaired(closing.borrower, closing.collateral, shortfall);
    }

    /// @dev Follows the shortfall with a provision, where the vault makes them. The first opens the ledger entry under
    /// which the loss will be booked.
    function _provision(Closing memory closing, uint256 shortfall, uint256 insurable) private {
        Position memory position = closing.position;
        uint256 minimum = _minProvision;
        if (minimum == 0) return;
        if (position.impairmentId == UNPROVISIONED) {
            if (shortfall < minimum) return;
            position.impairmentId = _engine.openImpairment(closing.borrower, position.writeOffId).toUint32();
        }
        _provisionFor(position.impairmentId, shortfall, insurable, minimum);
    }

    /// @notice See {ILendingVault}.
    function writeOff(
        address borrower,
        address collateral,
        uint256 maxSocializedAssets
    ) external onlyDelegated nonReentrant returns (uint256 badDebtAssets) {
        Collateral storage state = _listed(collateral);
        Closing memory closing = _open(borrower, collateral);
        uint256 oldestRoundAt;
        (closing.value, oldestRoundAt) = _provenValue(state, closing);
        uint256 covered = _checkWriteOff(state, closing, oldestRoundAt);

        // Less than a viable debt is not left standing: nobody would come to liquidate it.
        if (covered < _risk.minDebt) covered = 0;
        else _checkFraction(closing.debt, covered);
        Position memory position = closing.position;
        uint256 scaledLeft = Math.mulDiv(position.scaledDebt, covered, closing.debt);
        // The minimum incentive, or worthless remains, are the lenders' part of the loss.
        ILendingVault.Liquidation memory result = _extinguish(state, closing, scaledLeft, 0, closing.value - covered);
        badDebtAssets = result.badDebtAssets;

        uint256 reward = closing.value == 0 ? _takeReward(badDebtAssets) : 0;
        _book(closing, IWriteOffEngine.Cause.WriteOff, result, maxSocializedAssets, true);
        if (result.socializedAssets != 0) _closeIfWipedOut();
        emit ILendingVault.UncoveredDebtWrittenOff(borrower, collateral, badDebtAssets, covered, reward);
        if (reward != 0) _asset.safeTransfer(msg.sender, reward);
    }

    /// @notice Ends the impairment of a position that a payment or liquidation has healed. A price that cannot be read
    /// leaves it; it never blocks the payment. For the vault only, after one of those.
    function forgetIfHealed(address borrower, address collateral) external onlyDelegated {
        _accrue();
        Collateral storage state = _collaterals[collateral];
        Position memory position = _positions[borrower][collateral];
        uint256 value;
        if (state.retired || position.collateral == 0) {
            value = _lossValue(state, collateral, position.collateral).primaryAssets;
        } else {
            try _oracle.getLossQuote(position.collateral, collateral, address(_asset)) returns (
                IPriceOracle.LossQuote memory quote
            ) {
                value = quote.primaryAssets;
            } catch {
                return;
            }
        }
        if (LiquidationMath.isInsolvent(value, _debtOf(position), state.minIncentiveBps)) return;
        _endImpairment(borrower, collateral, position);
        _positions[borrower][collateral].impairmentId = 0;
    }

    // ---------------------------------------------------------------- Private

    /// @dev Checks that a write-off without cash is due. Returns the debt that the collateral covers.
    function _checkWriteOff(
        Collateral storage state,
        Closing memory closing,
        uint256 oldestRoundAt
    ) private view returns (uint256 covered) {
        covered = LiquidationMath.coveredDown(closing.value, state.minIncentiveBps);
        if (!LiquidationMath.isInsolvent(closing.value, closing.debt, state.minIncentiveBps)) {
            revert ILendingVault.PositionSolvent(closing.borrower, closing.collateral, closing.debt, covered);
        }
        uint256 impairedAt = _impairedAt[closing.borrower][closing.collateral];
        uint256 earliest = impairedAt + _risk.confirmationDelay;
        uint256 latest = _latestConfirmation(impairedAt);
        if (impairedAt == 0 || block.timestamp < earliest || block.timestamp > latest) {
            revert ILendingVault.NotConfirmed(closing.borrower, closing.collateral, impairedAt, earliest, latest);
        }
        if (oldestRoundAt <= impairedAt) revert ILendingVault.NoNewerRound(oldestRoundAt, impairedAt);
    }

    function _latestConfirmation(uint256 impairedAt) private view returns (uint256) {
        return impairedAt + _risk.confirmationDelay + _risk.confirmationWindow;
    }

    /// @dev Reward for a write-off that no collateral pays for, out of reserves.
    function _takeReward(uint256 badDebt) private returns (uint256 reward) {
        reward = Math.min((badDebt * _risk.keeperRewardBps) / BPS, _risk.maxKeeperReward);
        reward = Math.min(reward, Math.min(_reserves, _cash));
        _reserves -= reward.toUint128();
        _cash -= reward.toUint128();
    }
}
