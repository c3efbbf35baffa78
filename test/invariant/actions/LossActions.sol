// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILendingVault} from "../../../contracts/interfaces/ILendingVault.sol";
import {Terms} from "../setting/System.sol";
import {LossBook} from "../setting/LossBook.sol";

/// @notice Liquidators and keepers close what has sunk. They may only when every live price says so (LV2, OR1), and then
/// nothing may stop them (LI1, WO4).
abstract contract LossActions is LossBook {
    function liquidate(uint256 seed, uint256 size) external turn(seed, size) {
        (address borrower, uint256 c) = _position(seed);
        (borrower, c) = _worst(borrower, c);
        uint256 debt = _case(borrower, c).position.debtAssets;
        bool whole = debt == 0 || _pick(seed, "whole", 2) == 0;
        _liquidate(borrower, c, whole ? type(uint256).max : _size(size, debt / 10, debt), seed);
    }

    function impair(uint256 seed, uint256 size) external turn(seed, size) {
        (address borrower, uint256 c) = _position(seed);
        if (_pick(seed, "worst", 3) != 0) (borrower, c) = _worst(borrower, c);
        _impair(borrower, c);
    }

    function writeOff(uint256 seed, uint256 size) external turn(seed, size) {
        (address borrower, uint256 c) = _position(seed);
        (borrower, c) = _worst(borrower, c);
        if (_pick(seed, "patient", 4) == 0) _writeOff(borrower, c, seed);
        else _writeOffPatiently(borrower, c, seed);
    }

    // ---------------------------------------------------------------- Steps

    /// @dev Record, delay, newer round, write-off: as a keeper does it.
    function _writeOffPatiently(address borrower, uint256 c, uint256 seed) internal {
        if (!_impair(borrower, c)) return;
        _wait(Terms.CONFIRMATION_DELAY + _pick(seed, "wait", 2 hours));
        _setPrice(c, _prices[c].primaryE36);
        _writeOff(borrower, c, seed);
    }

    function _liquidate(address borrower, uint256 c, uint256 most, uint256 seed) internal watched(Step.Loss) {
        address liquidator = _liquidators[_pick(seed, "liquidator", 2)];
        Case memory before = _case(borrower, c);
        Figures memory figures = _figures(liquidator, c);
        _system.asset.mint(liquidator, 2 * (before.position.debtAssets + before.defaulted));
        figures.callerAssets = _system.asset.balanceOf(liquidator);
        bytes memory data = abi.encodeCall(
            ILendingVault.liquidate,
            (borrower, address(_system.collaterals[c]), most, 0, type(uint256).max, "")
        );
        _quoteFirst(before, figures, liquidator, data, seed);
        (bool done, bytes memory result) = _try(liquidator, address(_system.vault), data);
        if (!done) {
            _checkRefusal(before, most, bytes4(result));
            return;
        }
        ++count["liquidate"];
        _mustBe(!_isHealthy(before), "LV2", "a healthy position was liquidated");
        _mustBe(before.readable, "OR1", "a liquidation on a dead price");
        _bookLiquidation(before, figures, liquidator);
    }

    function _impair(address borrower, uint256 c) internal watched(Step.Loss) returns (bool impaired) {
        Case memory before = _case(borrower, c);
        Figures memory figures = _figures(_liquidators[0], c);
        bytes memory data = abi.encodeCall(ILendingVault.impair, (borrower, address(_system.collaterals[c])));
        (bool done, ) = _try(_liquidators[0], address(_system.vault), data);
        bool insolvent = _isInsolvent(before, before.high);
        bool possible = before.readable && !before.blocked && (insolvent || before.position.impairedAt != 0);
        _mustBe(done == possible, "LI1", "an insolvency that is seen was not recorded, or one that is not was");
        impaired = _system.vault.positionOf(borrower, address(_system.collaterals[c])).impairedAt != 0;
        if (!done) return impaired;
        ++count["impair"];
        _mustBe(impaired == insolvent, "LV2", "the record of an insolvency says otherwise");
        _bookProvision(before, figures);
    }

    /// @dev What was set apart is what left reserves, fund and share price; what was given back is claimable.
    function _bookProvision(Case memory before, Figures memory figures) private {
        (address borrower, uint256 c) = (before.borrower, before.c);
        if (_system.engine.writeOffCount(address(_system.vault)) != _writeOffs.length) {
            _impairedId[borrower][c] = _openId(borrower, c);
            ++count["provisioned"];
        }
        uint256 id = _impairedId[borrower][c];
        if (id == 0) return;
        SetApart storage apart = _setApart[id];
        if (_system.vault.openEpoch() != figures.vaultEpoch) {
            uint256 charged = figures.totalAssets - _system.vault.totalAssets();
            apart.charged += charged;
            _bookCharge(address(_system.vault), id, charged);
        }
        if (_system.fund.openEpoch() != figures.fundEpoch) {
            uint256 marked = figures.fundCash - _system.fund.totalAssets();
            apart.earmarked += marked;
            _bookCharge(address(_system.fund), id, marked);
            _fundDraws.push(Draw(_now, marked, id));
            ++count["earmarked"];
        }
        if (_system.vault.positionOf(borrower, address(_system.collaterals[c])).impairedAt == 0) {
            _mustEqual(_system.vault.reserves() - figures.reserves, apart.reserves, "IM1", "reserves given back");
            _endImpairment(borrower, c);
            return;
        }
        _bookGivenBack(id, figures);
        _checkProvision(before, figures, id);
    }

    /// @dev A smaller expectation gives back in reverse: lenders, stakers, reserves.
    function _bookGivenBack(uint256 id, Figures memory figures) private {
        SetApart storage apart = _setApart[id];
        uint256 givenBack = _system.vault.claimsOwed() - figures.vaultClaims;
        uint256 released = _system.fund.claimsOwed() - figures.fundClaims;
        apart.charged -= givenBack;
        apart.earmarked -= released;
        apart.reserves = apart.reserves + figures.reserves - _system.vault.reserves();
        _mustBe(released == 0 || apart.charged == 0, "IM1", "stakers were given back before the lenders");
        _expected[address(_system.vault)][id] += givenBack;
        _expected[address(_system.fund)][id] += released;
        _undraw(id, released);
        _sync(id);
        if (givenBack + released != 0) ++count["provisionLowered"];
    }

    /// @dev LV2: a loss that is known is set apart, but for a step too small and for the last thousandth of a price.
    function _checkProvision(Case memory before, Figures memory figures, uint256 id) private {
        SetApart memory apart = _setApart[id];
        uint256 covered = (before.high * Terms.BPS) / (Terms.BPS + Terms.MIN_INCENTIVE_BPS);
        uint256 shortfall = before.position.debtAssets - covered;
        uint256 present = apart.reserves + apart.earmarked + apart.charged;
        // A change too small for a step: the minimum, or an eighth of what is there already.
        uint256 slack = Math.max(Terms.MIN_PROVISION * _system.unit, present / 8 + 1);
        _mustNotExceed(present, shortfall + slack, "LV2", "more is set apart than can be lost");
        bool exhausted = _system.vault.totalAssets() <= figures.totalAssets / 1_000 + 1;
        if (!exhausted) _mustNotExceed(shortfall, present + slack, "LV2", "a known loss is not set apart");
    }

    function _writeOff(address borrower, uint256 c, uint256 seed) internal watched(Step.Loss) {
        address keeper = _liquidators[_pick(seed, "keeper", 2)];
        Case memory before = _case(borrower, c);
        Figures memory figures = _figures(keeper, c);
        bytes memory data = abi.encodeCall(
            ILendingVault.writeOff,
            (borrower, address(_system.collaterals[c]), type(uint256).max)
        );
        _quoteFirst(before, figures, keeper, data, seed);
        (bool done, bytes memory result) = _try(keeper, address(_system.vault), data);
        bool due = _isDue(before);
        if (!done) {
            bool tooSmall = bytes4(result) == ILendingVault.FractionTooSmall.selector;
            _mustBe(!due || tooSmall, _liveness(), "a write-off that was due was refused");
            return;
        }
        ++count["writeOff"];
        _mustBe(due, "OR1", "a write-off that was not due");
        _bookWriteOff(before, figures, keeper);
    }

    // ---------------------------------------------------------------- Private

    /// @dev Recorded long enough and not too long ago, seen insolvent by every source, and by a newer round.
    function _isDue(Case memory before) private view returns (bool) {
        uint256 impairedAt = before.position.impairedAt;
        if (impairedAt == 0 || !before.readable || before.blocked || !_isInsolvent(before, before.high)) return false;
        uint256 earliest = impairedAt + Terms.CONFIRMATION_DELAY;
        if (_now < earliest || _now > earliest + Terms.CONFIRMATION_WINDOW) return false;
        bool needsPrice = _collateralOf[before.borrower][before.c] != 0 && !_prices[before.c].retired;
        return !needsPrice || _prices[before.c].setAt > impairedAt;
    }

    /// @dev A liquidation was refused: that must have had a reason, and in full it must not have been one of size.
    function _checkRefusal(Case memory before, uint256 most, bytes4 name) private {
        if (_isHealthy(before)) {
            bool right = name == ILendingVault.PositionHealthy.selector || !before.readable;
            _mustBe(right, "LV2", "a healthy position was refused for another reason");
            return;
        }
        if (!before.readable) return;
        bool disputed = before.high != before.primary;
        bool lossBlocked = before.blocked && _isInsolvent(before, before.primary);
        if (lossBlocked || disputed || before.primary == 0 || most != type(uint256).max) return;
        _violated(_liveness(), string.concat("a liquidation was refused with ", vm.toString(name)), before.primary, 0);
    }

    /// @dev The position, of all, that owes most against its collateral; the given one if none owes anything.
    function _worst(address borrower, uint256 c) private view returns (address, uint256) {
        uint256 worstDebt;
        uint256 worstValue = 1;
        for (uint256 i; i < 6; ++i) {
            Case memory found = _case(_borrowers[i / 2], i % 2);
            uint256 debt = found.position.debtAssets + found.defaulted;
            if (debt * worstValue <= worstDebt * (found.primary + 1)) continue;
            (worstDebt, worstValue) = (debt, found.primary + 1);
            (borrower, c) = (found.borrower, found.c);
        }
        return (borrower, c);
    }
}
