// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {Impairments} from "./Impairments.sol";

/// @title Losses without a liquidator: impair and write off
/// @notice `impair` books a known loss before it is final, for entries and exits alike; `writeOff` makes it final where
/// nobody brings cash. Open to everybody, one position or a batch. Upholds IM1, LV2, OR1, LI1.
contract ImpairmentModule is Impairments {
    using SafeERC20 for IERC20;

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) Impairments(asset_, engine_, oracle_) {}

    // ---------------------------------------------------------------- Impair

    /// @notice See {ILendingVault}.
    function impair(
        address borrower,
        address collateral
    ) external onlyDelegated nonReentrant returns (uint256 shortfallAssets) {
        _accrue();
        Closing memory closing;
        _open(closing, borrower, collateral);
        bytes memory failure;
        (shortfallAssets, failure) = _impair(closing);
        _require(failure);
    }

    /// @notice See {ILendingVault}.
    function impairBatch(
        ISolventVault.PositionKey[] calldata positions
    ) external onlyDelegated nonReentrant returns (uint256[] memory shortfalls) {
        _accrue();
        shortfalls = new uint256[](positions.length);
        Closing memory closing;
        Market memory market;
        _beginBatch();
        for (uint256 i; i < positions.length; ++i) {
            (address borrower, address collateral) = (positions[i].borrower, positions[i].collateral);
            if (_isElsewhere(market, collateral)) _enter(market, collateral);
            _forget(closing);
            PositionSlots storage stored = _positions[borrower][collateral];
            bytes memory failure = _openItem(closing, stored, borrower, collateral, market, type(uint256).max);
            if (failure.length == 0) (shortfalls[i], failure) = _impair(closing);
            _skips(borrower, collateral, failure);
        }
        _endBatch(true);
    }

    /// @notice Ends the impairment of a position as it is stored. For the vault only, which has looked that the position may
    /// lose it.
    function clearImpairment(address borrower, address collateral) external onlyDelegated {
        Closing memory closing = _figuresOf(borrower, collateral, _index);
        _endImpairment(borrower, collateral, closing.position);
        _store(borrower, collateral, closing.position);
    }

    /// @notice Ends the impairment of a position that a payment has healed. For the vault only, after one of those.
    function forgetIfHealed(address borrower, address collateral) external onlyDelegated {
        _accrue();
        _forgetIfHealed(borrower, collateral);
    }

    // ---------------------------------------------------------------- Write off

    /// @notice See {ILendingVault}.
    function writeOff(
        address borrower,
        address collateral,
        uint256 maxSocializedAssets
    ) external onlyDelegated nonReentrant returns (uint256 badDebtAssets) {
        _accrue();
        Closing memory closing;
        _open(closing, borrower, collateral);
        _require(_planConfirmed(closing));
        (uint256 socialized, uint256 reward) = _writeOff(closing);
        _finish(socialized, maxSocializedAssets, reward);
        return closing.badDebt;
    }

    /// @notice See {ILendingVault}.
    function writeOffBatch(
        ISolventVault.PositionKey[] calldata positions,
        uint256 maxSocializedAssets
    ) external onlyDelegated nonReentrant returns (uint256[] memory badDebts) {
        _accrue();
        badDebts = new uint256[](positions.length);
        uint256 socialized;
        uint256 rewards;
        Closing memory closing;
        Market memory market;
        _beginBatch();
        for (uint256 i; i < positions.length; ++i) {
            (address borrower, address collateral) = (positions[i].borrower, positions[i].collateral);
            if (_isElsewhere(market, collateral)) _enter(market, collateral);
            _forget(closing);
            PositionSlots storage stored = _positions[borrower][collateral];
            bytes memory failure = _openItem(closing, stored, borrower, collateral, market, type(uint256).max);
            if (failure.length == 0) failure = _planConfirmed(closing);
            if (_skips(borrower, collateral, failure)) continue;
            (uint256 charged, uint256 reward) = _writeOff(closing);
            socialized += charged;
            rewards += reward;
            badDebts[i] = closing.badDebt;
        }
        _endBatch(false);
        _finish(socialized, maxSocializedAssets, rewards);
    }

    /// @dev Books a planned write-off.
    function _writeOff(Closing memory closing) private returns (uint256 socialized, uint256 reward) {
        _extinguish(closing, _outstandingAssets());
        reward = _rewardFor(closing, _reserveAssets(), _cash);
        if (reward != 0) {
            _takeReserves(reward);
            _spendCash(reward);
        }
        socialized = _book(closing, IWriteOffEngine.Cause.WriteOff, true, 0);
        emit ILendingVault.UncoveredDebtWrittenOff(
            closing.borrower,
            closing.collateral,
            closing.badDebt,
            closing.covered,
            reward,
            closing.index
        );
    }

    function _finish(uint256 socialized, uint256 maxSocialized, uint256 rewards) private {
        _checkSocialized(socialized, maxSocialized);
        _checkAssetMoves();
        if (socialized != 0) _closeIfTotalLoss();
        if (rewards != 0) _asset.safeTransfer(msg.sender, rewards);
    }

    /// @dev Plans a write-off without cash and checks that it is confirmed, before it looks at its size.
    function _planConfirmed(Closing memory closing) private view returns (bytes memory failure) {
        failure = _planWriteOff(_collaterals[closing.collateral], closing);
        if (!closing.insolvent || closing.quote.lossBlockedBy != address(0)) return failure;
        bytes memory unconfirmed = _checkConfirmed(closing);
        if (unconfirmed.length != 0) return unconfirmed;
    }

    /// @dev The insolvency was recorded long enough ago, and every feed round is newer than the record.
    function _checkConfirmed(Closing memory closing) private view returns (bytes memory failure) {
        uint256 impairedAt = _impairedAt[closing.borrower][closing.collateral];
        uint256 earliest = impairedAt + _risk.confirmationDelay;
        uint256 latest = _latestConfirmation(impairedAt);
        if (impairedAt == 0 || block.timestamp < earliest || block.timestamp > latest) {
            return
                abi.encodeWithSelector(
                    ILendingVault.NotConfirmed.selector,
                    closing.borrower,
                    closing.collateral,
                    impairedAt,
                    earliest,
                    latest
                );
        }
        if (closing.quote.oldestRoundAt <= impairedAt) {
            return
                abi.encodeWithSelector(
                    ILendingVault.NoNewerRound.selector,
                    uint256(closing.quote.oldestRoundAt),
                    impairedAt
                );
        }
    }
}
