// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILendingRestructuring} from "../interfaces/ILendingRestructuring.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {LeakyBucket} from "../libraries/LeakyBucket.sol";
import {WAD} from "../libraries/Units.sol";
import {Impairments} from "./Impairments.sol";
import {InterestRates} from "./InterestRates.sol";

/// @title Restructuring: governance forgives part of a debt
/// @notice Announced first, which provisions the loss at once, and executed no sooner than stakers, underwriters and
/// lenders could have left. What is forgiven goes down the same waterfall into the same ledger under its own cause; the
/// debtor owes it no longer. The vault checks who may call before it delegates here.
/// Never: principal forgiven beyond the oracle's shortfall, because a captured governance would forgive its own healthy
/// loan; more than the leaky buckets allow. Upholds WO1, OR1, LI1.
contract RestructuringModule is Impairments {
    using LeakyBucket for LeakyBucket.Levels;
    using SafeCast for uint256;

    /// @dev Least time between announcement and execution, seconds.
    uint256 public constant MIN_DELAY = 1 days;
    /// @dev Time in which an announced restructuring can be executed, seconds.
    uint256 public constant EXECUTION_WINDOW = 14 days;

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) Impairments(asset_, engine_, oracle_) {}

    /// @notice See {ILendingRestructuring}.
    function announceRestructuring(
        address borrower,
        address collateral,
        uint256 principalAssets,
        uint256 interestAssets
    ) external onlyDelegated nonReentrant {
        _accrue();
        Closing memory closing;
        _open(closing, borrower, collateral);
        if (principalAssets + interestAssets == 0 || closing.debt == 0) {
            revert ILendingRestructuring.NothingToForgive(borrower, collateral);
        }
        ILendingRestructuring.Restructuring storage announced = _restructurings[borrower][collateral];
        if (announced.announcedAt != 0) revert ILendingRestructuring.RestructuringPending(borrower, collateral);
        uint256 lendersNotice = _is(EXIT_NOTICE) ? _exitTerms.noticeSeconds : 0;
        uint256 delay = Math.max(Math.max(MIN_DELAY, lendersNotice), _engine.exitDelay(address(this)));
        uint256 executableAt = block.timestamp + delay;
        announced.principalAssets = principalAssets.toUint128();
        announced.interestAssets = interestAssets.toUint128();
        announced.announcedAt = block.timestamp.toUint64();
        announced.executableAt = executableAt.toUint64();
        announced.expiresAt = (executableAt + EXECUTION_WINDOW).toUint64();
        emit ILendingRestructuring.RestructuringAnnounced(
            borrower,
            collateral,
            principalAssets,
            interestAssets,
            executableAt
        );
        _beginImpairment(closing.position);
        (, bytes memory failure) = _impair(closing);
        _require(failure);
    }

    /// @notice See {ILendingRestructuring}.
    function restructure(
        address borrower,
        address collateral,
        uint256 maxSocializedAssets
    ) external onlyDelegated nonReentrant returns (uint256 principalAssets, uint256 interestAssets) {
        _accrue();
        ILendingRestructuring.Restructuring memory announced = _announcement(borrower, collateral);
        if (block.timestamp < announced.executableAt || block.timestamp >= announced.expiresAt) {
            revert ILendingRestructuring.RestructuringNotDue(announced.executableAt, announced.expiresAt);
        }
        Closing memory closing;
        _open(closing, borrower, collateral);
        (principalAssets, interestAssets) = _planForgiving(closing, announced);
        delete _restructurings[borrower][collateral];
        _draw(principalAssets + interestAssets);
        uint256 socialized = _forgive(closing, principalAssets, interestAssets);
        _checkSocialized(socialized, maxSocializedAssets);
        _checkAssetMoves();
        if (socialized != 0) _closeIfTotalLoss();
        // What is left of the debt may still be more than its collateral covers: the impairment follows it, or ends.
        Closing memory left;
        _open(left, borrower, collateral);
        (, bytes memory failure) = _impair(left);
        _require(failure);
    }

    /// @notice See {ILendingRestructuring}.
    function cancelRestructuring(address borrower, address collateral) external onlyDelegated nonReentrant {
        _accrue();
        _announcement(borrower, collateral);
        _withdraw(borrower, collateral);
    }

    /// @notice See {ILendingRestructuring}.
    function expireRestructuring(address borrower, address collateral) external onlyDelegated nonReentrant {
        _accrue();
        ILendingRestructuring.Restructuring memory announced = _announcement(borrower, collateral);
        if (block.timestamp < announced.expiresAt) {
            revert ILendingRestructuring.RestructuringNotDue(announced.executableAt, announced.expiresAt);
        }
        _withdraw(borrower, collateral);
    }

    /// @notice See {ILendingRestructuring}.
    function setRestructuringCaps(uint128 hourCap, uint128 monthCap) external onlyDelegated {
        // What has leaked until now has leaked at the old rate.
        _forgivenLevels = _forgivenLevels.drawn(_forgivenCaps, 0);
        // Levels have 112 bits, so that what fits under a cap can always be booked.
        _forgivenCaps = LeakyBucket.Caps({
            hourCap: uint256(hourCap).toUint112(),
            monthCap: uint256(monthCap).toUint112()
        });
        emit ILendingRestructuring.RestructuringCapsSet(hourCap, monthCap);
    }

    // ---------------------------------------------------------------- Private

    function _announcement(
        address borrower,
        address collateral
    ) private view returns (ILendingRestructuring.Restructuring memory announced) {
        announced = _restructurings[borrower][collateral];
        if (announced.announcedAt == 0) revert ILendingRestructuring.RestructuringNotAnnounced(borrower, collateral);
    }

    /// @dev What is forgiven: interest as announced, and principal as far as the collateral, by the most generous of all
    /// live sources, does not cover what is then left. Prices must be newer than the announcement.
    function _planForgiving(
        Closing memory closing,
        ILendingRestructuring.Restructuring memory announced
    ) private view returns (uint256 principalAssets, uint256 interestAssets) {
        bytes memory failure;
        (closing.covered, failure) = _appraise(_collaterals[closing.collateral], closing);
        _require(failure);
        if (closing.quote.oldestRoundAt <= announced.announcedAt) {
            revert ILendingVault.NoNewerRound(closing.quote.oldestRoundAt, announced.announcedAt);
        }
        Position memory position = closing.position;
        interestAssets = Math.min(announced.interestAssets, Math.saturatingSub(closing.debt, position.principal));
        if (closing.insolvent) {
            principalAssets = Math.min(
                Math.min(announced.principalAssets, position.principal),
                Math.saturatingSub(closing.debt - interestAssets, closing.covered)
            );
        }
        uint256 forgiven = principalAssets + interestAssets;
        if (forgiven == 0) revert ILendingRestructuring.NothingToForgive(closing.borrower, closing.collateral);
        closing.principalLeft = position.principal - principalAssets;
        if (forgiven < closing.debt) {
            closing.scaledLeft = position.scaledDebt - InterestRates.toScaledDown(forgiven, closing.index);
        }
        _require(_checkDust(InterestRates.toAssetsUp(closing.scaledLeft, closing.index)));
    }

    function _draw(uint256 assets) private {
        uint256 available = _forgivenLevels.available(_forgivenCaps);
        if (assets > available) revert ILendingRestructuring.ExceedsRestructuringCap(assets, available);
        _forgivenLevels = _forgivenLevels.drawn(_forgivenCaps, assets);
    }

    /// @dev Takes what is forgiven off the books and down the waterfall. Tranches pay for principal only, insurance for
    /// its aged part without the minimum incentive.
    function _forgive(
        Closing memory closing,
        uint256 principalAssets,
        uint256 interestAssets
    ) private returns (uint256 socialized) {
        Position memory position = closing.position;
        _weigh(closing, _removedBy(closing, _totalScaledDebt));
        if (closing.badDebt == 0) revert ILendingRestructuring.NothingToForgive(closing.borrower, closing.collateral);
        // Of what is provisioned, as much may be used as is forgiven of the shortfall.
        uint256 shortfall = closing.insolvent ? closing.debt - closing.covered : 0;
        closing.closedWad = closing.badDebt >= shortfall ? WAD : Math.ceilDiv(closing.badDebt * WAD, shortfall);
        uint256 coverable = Math.min(principalAssets, closing.badDebt);
        closing.insurable = _insurable(
            position,
            coverable,
            Math.min(principalAssets, Math.saturatingSub(position.principal, closing.value))
        );
        _takeOff(closing);
        _store(closing.borrower, closing.collateral, position);
        uint256 id;
        (id, socialized) = _sendDown(closing, IWriteOffEngine.Cause.Restructuring, coverable, 0);
        emit ILendingRestructuring.Restructured(
            closing.borrower,
            closing.collateral,
            id,
            principalAssets,
            interestAssets,
            closing.badDebt,
            closing.index
        );
    }

    /// @dev Ends an announcement; the impairment stays as far as the position is insolvent, or no price can be read.
    function _withdraw(address borrower, address collateral) private {
        delete _restructurings[borrower][collateral];
        emit ILendingRestructuring.RestructuringEnded(borrower, collateral);
        _forgetIfHealed(borrower, collateral);
    }
}
