// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILendingVault} from "../../../contracts/interfaces/ILendingVault.sol";
import {Terms} from "../setting/System.sol";
import {LadderBook} from "../setting/LadderBook.sol";

/// @notice Borrowers put collateral in, take it out, borrow and repay. A repayment must always be possible (LI1), and
/// nobody may owe or take out more than the lowest price allows.
abstract contract BorrowerActions is LadderBook {
    function supplyCollateral(uint256 seed, uint256 size) external turn(seed, size) {
        (address borrower, uint256 c) = _position(seed);
        _supply(borrower, c, _size(size, 1, _collateralFor(c, 10_000)));
    }

    function withdrawCollateral(uint256 seed, uint256 size) external turn(seed, size) watched(Step.Borrow) {
        (address borrower, uint256 c) = _position(seed);
        uint256 held = _collateralOf[borrower][c];
        if (held == 0) return;
        Case memory before = _case(borrower, c);
        bool owesNothing = before.position.debtAssets + before.defaulted == 0;
        uint256 assets = _size(size, 1, owesNothing ? held : Math.max(held / 4, 1));
        uint256 balance = _system.collaterals[c].balanceOf(borrower);
        address collateral = address(_system.collaterals[c]);
        bytes memory data = abi.encodeCall(ILendingVault.withdrawCollateral, (collateral, assets, borrower, borrower));
        (bool done, ) = _try(borrower, address(_system.vault), data);
        // Without debt no price is asked for.
        _mustBe(done || !owesNothing, "LI1", "free collateral could not leave");
        if (!done) return;
        ++count["withdrawCollateral"];
        _followImpairment(borrower, c);
        _collateralOf[borrower][c] -= assets;
        _mustEqual(_system.collaterals[c].balanceOf(borrower) - balance, assets, "LV1", "collateral paid out");
        Case memory afterwards = _case(borrower, c);
        _mustBe(owesNothing || afterwards.readable, "OR1", "collateral left on a dead price");
        _checkLtv(afterwards);
    }

    function borrow(uint256 seed, uint256 size) external turn(seed, size) {
        (address borrower, uint256 c) = _position(seed);
        uint256 room = Math.saturatingSub(_maxDebt(borrower, c), _case(borrower, c).position.debtAssets);
        room = Math.min(room, _system.vault.cash());
        uint256 least = Math.min(Terms.MIN_DEBT * _system.unit, room);
        if (least == 0) return;
        _borrow(borrower, c, _size(size, least, room));
    }

    function repay(uint256 seed, uint256 size) external turn(seed, size) {
        (address borrower, uint256 c) = _owing(seed);
        uint256 debt = _case(borrower, c).position.debtAssets;
        if (debt == 0) return;
        bool whole = _pick(seed, "whole", 3) == 0;
        _repay(borrower, c, whole ? type(uint256).max : _size(size, 1, Math.max(debt / 2, 1)));
    }

    // ---------------------------------------------------------------- Steps

    function _supply(address borrower, uint256 c, uint256 assets) internal watched(Step.Borrow) {
        address collateral = address(_system.collaterals[c]);
        // At a price near zero a loan would take more tokens than a position can hold.
        assets = Math.min(assets, type(uint96).max);
        _system.collaterals[c].mint(borrower, assets);
        bytes memory data = abi.encodeCall(ILendingVault.supplyCollateral, (collateral, assets, borrower));
        (bool done, ) = _must(borrower, address(_system.vault), data, "LI1", "collateral was not taken");
        if (!done) return;
        ++count["supplyCollateral"];
        _collateralOf[borrower][c] += assets;
        _followImpairment(borrower, c);
    }

    function _borrow(address borrower, uint256 c, uint256 assets) internal watched(Step.Borrow) {
        Case memory before = _case(borrower, c);
        uint256 held = _system.asset.balanceOf(borrower);
        uint256 totalBefore = _system.vault.totalDebt();
        address collateral = address(_system.collaterals[c]);
        bytes memory data = abi.encodeCall(ILendingVault.borrow, (collateral, assets, borrower, borrower));
        (bool done, ) = _try(borrower, address(_system.vault), data);
        if (!done) return;
        ++count["borrow"];
        _followImpairment(borrower, c);
        _mustEqual(_system.asset.balanceOf(borrower) - held, assets, "LV1", "borrowed assets paid out");
        Case memory afterwards = _case(borrower, c);
        _principalOf[borrower][c] += assets;
        if (before.position.debtAssets == 0) _owingSince[borrower][c] = _now;
        _mustEqual(before.defaulted, 0, "LV2", "somebody in default borrowed again");
        _mustNotExceed(totalBefore + assets, _system.vault.totalDebt(), "LV3", "the vault is owed less than it lent");
        _mustNotExceed(
            before.position.debtAssets + assets,
            afterwards.position.debtAssets + 1,
            "LV3",
            "a borrower owes less than it took"
        );
        _mustBe(afterwards.readable, "OR1", "somebody borrowed on a dead price");
        _checkLtv(afterwards);
    }

    function _repay(address borrower, uint256 c, uint256 most) internal watched(Step.Borrow) {
        Case memory before = _case(borrower, c);
        uint256 debt = before.position.debtAssets;
        uint256 totalBefore = _system.vault.totalDebt();
        _system.asset.mint(borrower, debt);
        uint256 held = _system.asset.balanceOf(borrower);
        address collateral = address(_system.collaterals[c]);
        bytes memory data = abi.encodeCall(ILendingVault.repay, (collateral, most, borrower));
        (bool done, bytes memory result) = _try(borrower, address(_system.vault), data);
        if (!done) {
            // A part may not leave dust behind; nothing else may ever stand between a debtor and its debt.
            bool dust = most < debt && bytes4(result) == ILendingVault.BelowMinDebt.selector;
            _mustBe(dust, "LI1", "a repayment was refused");
            return;
        }
        ++count["repay"];
        _followImpairment(borrower, c);
        uint256 repaid = held - _system.asset.balanceOf(borrower);
        _mustEqual(repaid, Math.min(most, debt), "LV3", "another amount was taken than was owed");
        _mustNotExceed(totalBefore, _system.vault.totalDebt() + repaid, "LV3", "a repayment cleared more than it paid");
        _bookRepayment(borrower, c, debt, repaid);
    }

    /// @dev Interest first, then principal.
    function _bookRepayment(address borrower, uint256 c, uint256 debt, uint256 repaid) private {
        uint256 principal = _principalOf[borrower][c];
        uint256 interest = Math.saturatingSub(debt, principal);
        _principalOf[borrower][c] -= repaid == debt ? principal : Math.saturatingSub(repaid, interest);
        if (repaid == debt) _owingSince[borrower][c] = 0;
    }

    // ---------------------------------------------------------------- Private

    function _checkLtv(Case memory found) private {
        uint256 owed = found.position.debtAssets + found.defaulted;
        if (owed == 0) return;
        _mustNotExceed(owed, _maxDebt(found.borrower, found.c), "LV2", "owes more than may be borrowed");
    }
}
