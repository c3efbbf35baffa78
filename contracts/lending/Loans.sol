// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {DebtAge} from "./DebtAge.sol";
import {InterestRates} from "./InterestRates.sol";
import {LendingBook} from "./LendingBook.sol";

/// @title What a borrower does: collateral in and out, borrow, repay
/// @notice In the vault itself, because a module would cost each of them 3,000 gas more. Each brings the books to now,
/// changes them, then moves tokens. The caller of these functions checks who may act for the borrower, and that nobody
/// enters meanwhile. Neither a repayment nor the collateral of a position without debt ever needs a price. Upholds LV1,
/// LV3, LI1.
abstract contract Loans is LendingBook {
    using ExactTransfer for IERC20;
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @dev A position on its way through a loan. In whole words: the packed members of `Position` would be masked anew at
    /// each use, which costs a loan 1,000 gas.
    struct Loan {
        uint256 scaledDebt; // 128 bits
        uint256 principal; // 128 bits
        uint256 collateral; // 128 bits
        uint256 impairmentId; // 32 bits
        uint256 writeOffId; // 32 bits
        DebtAge.Age age; // twice 32 bits
    }

    // ---------------------------------------------------------------- Collateral

    function _supplyCollateral(address collateral, uint256 assets, address borrower) internal {
        if (assets == 0) revert ILendingVault.ZeroAssets();
        Collateral storage state = _listed(collateral);
        Position storage stored = _positions[borrower][collateral];
        state.totalCollateral = (state.totalCollateral + assets).toUint112();
        stored.collateral = (stored.collateral + assets).toUint128();
        emit ILendingVault.CollateralSupplied(borrower, collateral, msg.sender, assets);
        IERC20(collateral).pull(msg.sender, assets);
        if (stored.impairmentId != 0) _forgetIfHealed(borrower, collateral);
    }

    function _withdrawCollateral(address collateral, uint256 assets, address borrower, address receiver) internal {
        if (assets == 0) revert ILendingVault.ZeroAssets();
        (uint256 index, ) = _accrued();
        Collateral storage state = _listed(collateral);
        Position storage stored = _positions[borrower][collateral];
        Loan memory loan = _load(stored);
        if (assets > loan.collateral) revert ILendingVault.InsufficientCollateral(assets, loan.collateral);
        if (loan.impairmentId != 0) _checkNotPending(borrower, collateral);
        loan.age = DebtAge.afterWithdraw(loan.age, loan.principal, assets, loan.collateral, _model.waitingPeriod);
        loan.collateral -= assets;
        uint256 debt;
        (loan.writeOffId, debt) = _defaultOf(loan.writeOffId);
        debt += InterestRates.toAssetsUp(loan.scaledDebt, index);
        if (debt != 0) _checkLtv(state, borrower, collateral, loan.collateral, debt);
        state.totalCollateral = (state.totalCollateral - assets).toUint112();
        _save(stored, loan);
        if (loan.impairmentId != 0) _clearImpairment(borrower, collateral);
        emit ILendingVault.CollateralWithdrawn(borrower, collateral, receiver, assets);
        IERC20(collateral).safeTransfer(receiver, assets);
    }

    // ---------------------------------------------------------------- Debt

    function _borrow(address collateral, uint256 assets, address borrower, address receiver) internal {
        if (assets == 0) revert ILendingVault.ZeroAssets();
        if (_borrowingPaused) revert ILendingVault.BorrowingPaused();
        if (_borrowingEnded) revert IWriteOffVault.VaultWindingUp();
        (uint256 index, uint256 totalDebt) = _accruing();
        Collateral storage state = _listed(collateral);
        Loan memory loan = _load(_positions[borrower][collateral]);
        if (loan.writeOffId != 0) _checkNoDefault(borrower, collateral, loan);
        if (loan.impairmentId != 0) _checkNotPending(borrower, collateral);

        uint256 scaled = _addDebt(loan, assets, index);
        uint256 debt = InterestRates.toAssetsUp(loan.scaledDebt, index);
        if (_isDust(debt)) revert ILendingVault.BelowMinDebt(debt, _risk.minDebt);
        _addPrincipal(state, collateral, assets);
        _checkLtv(state, borrower, collateral, loan.collateral, debt);
        _addTotalDebt(scaled, index, totalDebt);
        uint256 held = _cash;
        if (assets > held) revert IWriteOffVault.InsufficientCash(assets, held);
        _setCash(held - assets, index);
        _save(_positions[borrower][collateral], loan);
        if (loan.impairmentId != 0) _clearImpairment(borrower, collateral);
        emit ILendingVault.Borrowed(borrower, collateral, receiver, assets);
        _asset.safeTransfer(receiver, assets);
    }

    function _repay(address collateral, uint256 assets, address borrower) internal returns (uint256 repaidAssets) {
        if (assets == 0) revert ILendingVault.ZeroAssets();
        (uint256 index, uint256 totalDebt) = _accruing();
        Collateral storage state = _listed(collateral);
        Loan memory loan = _load(_positions[borrower][collateral]);
        uint256 debt = InterestRates.toAssetsUp(loan.scaledDebt, index);
        if (debt == 0) revert ILendingVault.NothingToRepay(borrower, collateral);
        repaidAssets = Math.min(assets, debt);
        (uint256 principalAssets, uint256 scaled) = _takeDebt(loan, repaidAssets, debt, index);
        state.totalPrincipal = (state.totalPrincipal - principalAssets).toUint112();
        _setTotalScaledDebt(_totalScaledDebt - scaled, index, totalDebt);
        _setCash(_cash + repaidAssets, index);
        _save(_positions[borrower][collateral], loan);
        emit ILendingVault.Repaid(borrower, collateral, msg.sender, repaidAssets, principalAssets);
        _asset.pull(msg.sender, repaidAssets);
        if (loan.impairmentId == 0) return repaidAssets;
        if (loan.scaledDebt == 0) _clearImpairment(borrower, collateral);
        else _forgetIfHealed(borrower, collateral);
    }

    /// @dev Who still owes anything of a debt that was written off may not borrow.
    function _checkNoDefault(address borrower, address collateral, Loan memory loan) private view {
        uint256 outstandingAssets;
        (loan.writeOffId, outstandingAssets) = _defaultOf(loan.writeOffId);
        if (outstandingAssets == 0) return;
        revert ILendingVault.PositionInDefault(borrower, collateral, loan.writeOffId, outstandingAssets);
    }

    /// @dev Adds `assets` of new debt to a position.
    function _addDebt(Loan memory loan, uint256 assets, uint256 index) private view returns (uint256 scaled) {
        uint256 principal = loan.principal;
        loan.principal = (principal + assets).toUint128();
        loan.age = DebtAge.afterBorrow(loan.age, principal, assets, _model.waitingPeriod);
        scaled = InterestRates.toScaledUp(assets, index);
        loan.scaledDebt = (loan.scaledDebt + scaled).toUint128();
    }

    /// @dev Takes `assets` of `debt` that are paid out of a position.
    function _takeDebt(
        Loan memory loan,
        uint256 assets,
        uint256 debt,
        uint256 index
    ) private view returns (uint256 principalAssets, uint256 scaled) {
        uint256 principal = loan.principal;
        (principalAssets, scaled) = _partsOf(assets, debt, principal, loan.scaledDebt, index);
        if (loan.age.youngPpb != 0) {
            loan.age = DebtAge.afterRepay(loan.age, principal, principalAssets, _model.waitingPeriod);
        }
        loan.principal = principal - principalAssets;
        loan.scaledDebt -= scaled;
        uint256 left = InterestRates.toAssetsUp(loan.scaledDebt, index);
        if (left != 0 && _isDust(left)) revert ILendingVault.BelowMinDebt(left, _risk.minDebt);
    }

    /// @dev Adds to the principal lent against a collateral, up to its cap.
    function _addPrincipal(Collateral storage state, address collateral, uint256 assets) private {
        uint256 total = state.totalPrincipal + assets;
        if (total >> state.principalCapBits != 0 && total > state.principalCap) {
            revert ILendingVault.ExceedsPrincipalCap(collateral, total, state.principalCap);
        }
        state.totalPrincipal = total.toUint112();
    }

    /// @dev Adds to all debt, which is `totalDebt` at `index`, up to its cap.
    function _addTotalDebt(uint256 scaled, uint256 index, uint256 totalDebt) private {
        totalDebt = _setTotalScaledDebt(_totalScaledDebt + scaled, index, totalDebt);
        if (totalDebt >> _model.debtCapBits != 0 && totalDebt > _risk.debtCap) {
            revert ILendingVault.ExceedsDebtCap(totalDebt, _risk.debtCap);
        }
    }

    // ---------------------------------------------------------------- Storage

    function _load(Position storage stored) private view returns (Loan memory loan) {
        uint256 debtWord;
        uint256 restWord;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            debtWord := sload(stored.slot)
            restWord := sload(add(stored.slot, 1))
        }
        loan.scaledDebt = uint128(debtWord);
        loan.principal = debtWord >> 128;
        loan.collateral = uint128(restWord);
        loan.age.youngPpb = uint32(restWord >> 128);
        loan.age.youngSince = uint32(restWord >> 160);
        loan.impairmentId = uint32(restWord >> 192);
        loan.writeOffId = restWord >> 224;
    }

    /// @dev Every member fits what `Loan` says of it.
    function _save(Position storage stored, Loan memory loan) private {
        uint256 debtWord = loan.scaledDebt | (loan.principal << 128);
        uint256 restWord =
            loan.collateral |
                (loan.age.youngPpb << 128) |
                (loan.age.youngSince << 160) |
                (loan.impairmentId << 192) |
                (loan.writeOffId << 224);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            sstore(stored.slot, debtWord)
            sstore(add(stored.slot, 1), restWord)
        }
    }

    // ---------------------------------------------------------------- Said by the vault: few loans need these

    /// @dev Ends the impairment of a position as it is stored.
    function _clearImpairment(address borrower, address collateral) internal virtual;

    /// @dev Ends it if what has come in has healed the position.
    function _forgetIfHealed(address borrower, address collateral) internal virtual;
}
