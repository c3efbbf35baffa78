// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {ClaimPayments} from "../writeoff/ClaimPayments.sol";
import {DebtAge} from "./DebtAge.sol";
import {InterestRates} from "./InterestRates.sol";
import {LendingModule} from "./LendingModule.sol";

/// @title What a borrower does: collateral in and out, borrow, repay
/// @notice Each entry brings the books to now, changes them, then moves tokens. The vault checks that the caller may
/// act for the borrower before it delegates here. Neither a repayment nor the collateral of a position without debt
/// ever needs a price. Upholds LV1, LV3, LI1.
contract PositionModule is LendingModule, ClaimPayments {
    using ExactTransfer for IERC20;
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) LendingModule(asset_, engine_, oracle_) {}

    /// @notice See {ILendingVault}.
    function supplyCollateral(
        address collateral,
        uint256 assets,
        address borrower
    ) external onlyDelegated nonReentrant {
        if (assets == 0) revert ILendingVault.ZeroAssets();
        Collateral storage state = _listed(collateral);
        Position storage stored = _positions[borrower][collateral];
        uint256 held = stored.collateral + assets;
        stored.collateral = held.toUint128();
        state.totalCollateral += assets.toUint128();
        emit ILendingVault.CollateralSupplied(borrower, collateral, msg.sender, assets);
        IERC20(collateral).pull(msg.sender, assets);
    }

    /// @notice See {ILendingVault}.
    function withdrawCollateral(
        address collateral,
        uint256 assets,
        address borrower,
        address receiver
    ) external onlyDelegated nonReentrant {
        if (assets == 0) revert ILendingVault.ZeroAssets();
        _accrue();
        Collateral storage state = _listed(collateral);
        Position memory position = _positions[borrower][collateral];
        if (assets > position.collateral) revert ILendingVault.InsufficientCollateral(assets, position.collateral);
        _checkNotPending(borrower, collateral, position);
        _setAge(
            position,
            DebtAge.afterWithdraw(
                _ageOf(position),
                position.principal,
                assets,
                position.collateral,
                _risk.waitingPeriod
            )
        );
        position.collateral -= assets.toUint128();
        state.totalCollateral -= assets.toUint128();
        uint256 outstandingAssets;
        (position.writeOffId, outstandingAssets) = _defaultOf(position);
        uint256 debt = _debtOf(position) + outstandingAssets;
        if (debt != 0) _checkLtv(state, borrower, collateral, position.collateral, debt);
        _endImpairment(borrower, collateral, position);
        _store(borrower, collateral, position);
        emit ILendingVault.CollateralWithdrawn(borrower, collateral, receiver, assets);
        IERC20(collateral).safeTransfer(receiver, assets);
    }

    /// @notice See {ILendingVault}.
    function borrow(
        address collateral,
        uint256 assets,
        address borrower,
        address receiver
    ) external onlyDelegated nonReentrant {
        if (assets == 0) revert ILendingVault.ZeroAssets();
        if (_borrowingPaused) revert ILendingVault.BorrowingPaused();
        if (_borrowingEnded) revert IWriteOffVault.VaultWindingUp();
        _accrue();
        Collateral storage state = _listed(collateral);
        Position memory position = _positions[borrower][collateral];
        if (position.writeOffId != 0) {
            uint256 outstandingAssets;
            (position.writeOffId, outstandingAssets) = _defaultOf(position);
            if (outstandingAssets != 0) {
                revert ILendingVault.PositionInDefault(borrower, collateral, position.writeOffId, outstandingAssets);
            }
        }
        _checkNotPending(borrower, collateral, position);

        _setAge(position, DebtAge.afterBorrow(_ageOf(position), position.principal, assets, _risk.waitingPeriod));
        uint256 scaled = InterestRates.toScaledUp(assets, _index);
        position.scaledDebt = (position.scaledDebt + scaled).toUint128();
        position.principal = (position.principal + assets).toUint128();
        (uint256 total, ) = _setTotalScaledDebt(_totalScaledDebt + scaled);
        uint256 totalPrincipal = state.totalPrincipal + assets;
        state.totalPrincipal = totalPrincipal.toUint112();

        uint256 debt = _debtOf(position);
        if (debt < _model.minDebt) revert ILendingVault.BelowMinDebt(debt, _model.minDebt);
        if (totalPrincipal > state.principalCap) {
            revert ILendingVault.ExceedsPrincipalCap(collateral, totalPrincipal, state.principalCap);
        }
        if (total > _risk.debtCap) revert ILendingVault.ExceedsDebtCap(total, _risk.debtCap);
        _checkLtv(state, borrower, collateral, position.collateral, debt);
        _endImpairment(borrower, collateral, position);
        _spendCash(assets);
        _store(borrower, collateral, position);
        emit ILendingVault.Borrowed(borrower, collateral, receiver, assets);
        _asset.safeTransfer(receiver, assets);
    }

    /// @notice See {ILendingVault}.
    function repay(
        address collateral,
        uint256 assets,
        address borrower
    ) external onlyDelegated nonReentrant returns (uint256 repaidAssets) {
        if (assets == 0) revert ILendingVault.ZeroAssets();
        _accrue();
        Collateral storage state = _listed(collateral);
        Position memory position = _positions[borrower][collateral];
        uint256 debt = _debtOf(position);
        if (debt == 0) revert ILendingVault.NothingToRepay(borrower, collateral);
        repaidAssets = Math.min(assets, debt);
        uint256 principalAssets = _payDebt(state, position, debt, repaidAssets);
        uint256 left = _debtOf(position);
        if (left != 0 && left < _model.minDebt) revert ILendingVault.BelowMinDebt(left, _model.minDebt);
        if (left == 0) _endImpairment(borrower, collateral, position);
        _addCash(repaidAssets);
        _store(borrower, collateral, position);
        emit ILendingVault.Repaid(borrower, collateral, msg.sender, repaidAssets, principalAssets);
        _asset.pull(msg.sender, repaidAssets);
    }

    // ---------------------------------------------------------------- Claimants and recoveries

    /// @notice See {ILossShares}. The vault has checked who speaks for `account`. Not about positions; here, like the next
    /// three, because the vault has no room for it.
    function claimRecovery(
        address account,
        uint256[] calldata epochs,
        address receiver
    ) external onlyDelegated nonReentrant returns (uint256 assets) {
        (uint256 claims, uint256 ofProvisions) = _markClaims(account, epochs);
        return _settleClaims(account, receiver, claims, ofProvisions);
    }

    /// @notice See {IWriteOffVault}. The vault has checked that the engine calls.
    function creditRecovery(uint256 id, uint256 epoch, uint256 assets) external onlyDelegated {
        _bookRecovery(id, epoch, assets);
    }

    /// @notice See {IWriteOffVault}. The vault has checked that the engine calls.
    function creditReserves(uint256 assets) external onlyDelegated {
        _bookRefill(assets);
    }

    /// @notice See {IAssignableClaims}. The vault has checked who speaks for `account`.
    function takeOverRecovery(address account, uint256 epoch, uint256 shares) external onlyDelegated {
        _assignRecovery(account, msg.sender, epoch, shares);
    }
}
