// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {WAD} from "../libraries/Units.sol";
import {InterestRates} from "./InterestRates.sol";
import {LendingModule} from "./LendingModule.sol";

/// @title What every way of booking a loss has in common
/// @notice Opening a position at its value, taking a debt off the books, sending the bad debt down the waterfall.
/// Never: a loss booked while a live source says solvent. Upholds WO1, LV2, OR1.
abstract contract LossModule is LendingModule {
    using SafeCast for uint256;

    /// @dev Smallest part of an insolvent debt that may be closed, 1 / 10: smaller ones would spam loss epochs.
    uint256 private constant MIN_FRACTION_DIVISOR = 10;

    /// @dev One liquidation or write-off on its way through the steps.
    struct Closing {
        address borrower;
        address collateral;
        Position position;
        uint256 debt; // asset units, rounded up
        uint256 defaulted; // outstanding of an earlier write-off of the same position, asset units
        uint256 value; // of all the collateral, by the source the case calls for, asset units
        uint256 insurable; // asset units
        uint256 closedWad; // part of the debt that is closed, WAD, rounded down
        uint256 toDefault; // part of the repayment that goes to the earlier write-off, asset units
    }

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) LendingModule(asset_, engine_, oracle_) {}

    function _open(address borrower, address collateral) internal returns (Closing memory closing) {
        _accrue();
        closing.borrower = borrower;
        closing.collateral = collateral;
        closing.position = _positions[borrower][collateral];
        closing.debt = _debtOf(closing.position);
        (closing.position.writeOffId, closing.defaulted) = _defaultOf(closing.position);
    }

    /// @dev Most generous value of the collateral, once every live source may be heard.
    function _provenValue(
        Collateral storage state,
        Closing memory closing
    ) internal view returns (uint256 value, uint256 oldestRoundAt) {
        IPriceOracle.LossQuote memory quote = _lossValue(state, closing.collateral, closing.position.collateral);
        if (quote.lossBlockedBy != address(0)) revert ILendingVault.LossBlocked(quote.lossBlockedBy);
        return (quote.highAssets, quote.oldestRoundAt);
    }

    function _checkFraction(uint256 debt, uint256 left) internal view {
        uint256 minimum = Math.max(_risk.minDebt, Math.ceilDiv(debt, MIN_FRACTION_DIVISOR));
        if (debt - left < minimum) revert ILendingVault.FractionTooSmall(debt - left, minimum);
        if (left < _risk.minDebt) revert ILendingVault.BelowMinDebt(left, _risk.minDebt);
    }

    /// @dev Takes debt off the books until `scaledLeft` stays. What `repaid` does not pay for is bad debt; insurance may
    /// pay for the aged principal in it, without `incentiveAssets`.
    function _extinguish(
        Collateral storage state,
        Closing memory closing,
        uint256 scaledLeft,
        uint256 repaid,
        uint256 incentiveAssets
    ) internal returns (ILendingVault.Liquidation memory outcome) {
        Position memory position = closing.position;
        Position memory before = _copy(position);
        uint256 principalLeft = _principalLeft(position, scaledLeft, repaid);
        closing.closedWad = WAD - Math.ceilDiv(scaledLeft * WAD, position.scaledDebt);
        _removePrincipal(state, position, position.principal - principalLeft);
        uint256 removed = _removeDebt(position, position.scaledDebt - scaledLeft);
        outcome.badDebtAssets = Math.saturatingSub(removed, repaid);
        closing.insurable = _insurable(
            before,
            outcome.badDebtAssets,
            incentiveAssets,
            Math.saturatingSub(before.principal - principalLeft, repaid + incentiveAssets)
        );
        if (scaledLeft == 0) (position.youngPpb, position.youngSince) = (0, 0);
    }

    /// @dev Principal of what stays: the same share of a fraction that is sold, but as much as the collateral covers of
    /// a debt that is written off around it.
    function _principalLeft(
        Position memory position,
        uint256 scaledLeft,
        uint256 repaid
    ) internal view returns (uint256) {
        if (repaid != 0) return Math.mulDiv(position.principal, scaledLeft, position.scaledDebt);
        return Math.min(position.principal, InterestRates.toAssetsDown(scaledLeft, _index));
    }

    function _copy(Position memory position) private pure returns (Position memory) {
        return
            Position({
                collateral: position.collateral,
                scaledDebt: position.scaledDebt,
                principal: position.principal,
                youngPpb: position.youngPpb,
                youngSince: position.youngSince,
                impairmentId: position.impairmentId,
                writeOffId: position.writeOffId
            });
    }

    /// @dev Part of a loss that insurance may pay for: aged principal that is lost, without `incentiveAssets`. What the
    /// collateral is worth counts as principal first, so a loss made of interest is never insured.
    function _insurable(
        Position memory position,
        uint256 lossAssets,
        uint256 incentiveAssets,
        uint256 lostPrincipal
    ) internal view returns (uint256) {
        if (position.principal == 0) return 0;
        return
            Math.min(
                Math.saturatingSub(lossAssets, incentiveAssets),
                Math.mulDiv(lostPrincipal, _agedPrincipal(position), position.principal)
            );
    }

    /// @dev Stores the position, takes its bad debt, if any, down the waterfall, and ends its impairment if no
    /// uncovered debt is left.
    function _book(
        Closing memory closing,
        IWriteOffEngine.Cause cause,
        ILendingVault.Liquidation memory result,
        uint256 maxSocialized,
        bool settled
    ) internal {
        Position memory position = closing.position;
        _positions[closing.borrower][closing.collateral] = position;
        if (result.badDebtAssets != 0) {
            uint256 id;
            (id, result.socializedAssets) = _writeOffDebt(
                Loss({
                    debtor: closing.borrower,
                    cause: cause,
                    previousId: position.writeOffId,
                    impairmentId: _provisionId(position),
                    closedWad: settled ? WAD : closing.closedWad,
                    badDebtAssets: result.badDebtAssets,
                    insurableAssets: closing.insurable
                })
            );
            if (result.socializedAssets > maxSocialized) {
                revert IWriteOffVault.ExceedsMaxSocialized(result.socializedAssets, maxSocialized);
            }
            _positions[closing.borrower][closing.collateral].writeOffId = id.toUint32();
        }
        if (settled && position.impairmentId != 0) {
            _endImpairment(closing.borrower, closing.collateral, position);
            _positions[closing.borrower][closing.collateral].impairmentId = 0;
        }
    }
}
