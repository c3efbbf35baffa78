// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILendingVault} from "../../../contracts/interfaces/ILendingVault.sol";
import {IWriteOffEngine} from "../../../contracts/interfaces/IWriteOffEngine.sol";
import {LadderBook} from "./LadderBook.sol";
import {Terms} from "./System.sol";

/// @notice Measures from outside what a liquidation or a write-off took from whom, and computes a second time what each
/// layer had to pay: reserves, unreliable tranche, insurance, lenders (WO1, WO2, WO3).
abstract contract LossBook is LadderBook {
    /// @notice Balances and books just before a loss.
    struct Figures {
        uint256 totalDebt;
        uint256 totalAssets;
        uint256 reserves;
        uint256 fundCash;
        uint256 fundBalance;
        uint256 drawable;
        uint256 unreliableAssets;
        uint256 callerAssets;
        uint256 callerCollateral;
        IWriteOffEngine.Preview quote;
        bool quoted;
    }

    /// @notice What was seen to be paid, and what of it insurance could be asked for.
    struct Outcome {
        uint256 closedDebt;
        uint256 repaid;
        uint256 badDebt;
        uint256 insurable;
        uint256 reward;
        uint256 feeAssets;
    }

    // ---------------------------------------------------------------- Before

    function _figures(address caller, uint256 c) internal view returns (Figures memory figures) {
        figures.totalDebt = _system.vault.totalDebt();
        figures.totalAssets = _system.vault.totalAssets();
        figures.reserves = _system.vault.reserves();
        figures.fundCash = _system.fund.totalAssets();
        figures.fundBalance = _system.asset.balanceOf(address(_system.fund));
        figures.drawable = _system.fund.drawable();
        figures.unreliableAssets = _system.asset.balanceOf(address(_system.unreliable));
        figures.callerAssets = _system.asset.balanceOf(caller);
        figures.callerCollateral = _system.collaterals[c].balanceOf(caller);
    }

    /// @dev WO3. Now and then: does it, looks, undoes it, and asks for a quote in the state it was done in.
    function _quoteFirst(
        Case memory before,
        Figures memory figures,
        address caller,
        bytes memory data,
        uint256 seed
    ) internal {
        if (_pick(seed, "quote", 3) != 0 || !_quotesHonestly()) return;
        uint256 written = _writeOffs.length;
        uint256 snapshot = vm.snapshotState();
        vm.prank(caller);
        (bool done, ) = address(_system.vault).call(data);
        bool wroteOff = done && _system.engine.writeOffCount(address(_system.vault)) != written;
        Outcome memory outcome;
        if (wroteOff) outcome = _outcome(before, figures, caller, bytes4(data) == ILendingVault.liquidate.selector);
        vm.revertToStateAndDelete(snapshot);
        // A keeper's reward comes out of reserves before the loss and is no part of what is quoted.
        if (!wroteOff || outcome.reward != 0) return;
        figures.quote = _system.engine.preview(
            address(_system.vault),
            IWriteOffEngine.BadDebt({
                debtor: address(0),
                cause: IWriteOffEngine.Cause.WriteOff,
                previousId: 0,
                id: 0,
                epoch: 0,
                badDebtAssets: outcome.badDebt,
                reserveAssets: Math.min(_system.vault.reserves(), outcome.badDebt),
                coverableAssets: outcome.badDebt,
                insurableAssets: outcome.insurable
            })
        );
        figures.quoted = true;
    }

    // ---------------------------------------------------------------- After

    function _bookLiquidation(Case memory before, Figures memory figures, address liquidator) internal {
        Outcome memory outcome = _outcome(before, figures, liquidator, true);
        uint256 seized = _system.collaterals[before.c].balanceOf(liquidator) - figures.callerCollateral;
        _collateralOf[before.borrower][before.c] -= seized;
        (uint256 toDefault, uint256 toReserves) = _bookRecoveries();
        bool wroteOff = _system.engine.writeOffCount(address(_system.vault)) != _writeOffs.length;
        if (wroteOff) {
            _bookLoss(before, figures, outcome);
            _checkInsolventPrice(before, outcome, seized);
        } else {
            // The fee is what reserves gained otherwise than by a recovery.
            uint256 toDebt = outcome.repaid - (outcome.feeAssets - toReserves) - toDefault;
            _mustNotExceed(outcome.closedDebt, toDebt, "WO1", "debt vanished without a write-off");
            uint256 value = _value(before.c, seized, before.primary == before.high ? _prices[before.c].primaryE36 : 0);
            uint256 most = Math.mulDiv(outcome.repaid, Terms.BPS + Terms.INCENTIVE_BPS, Terms.BPS);
            _mustNotExceed(value, most + 1, "LV3", "a liquidator got more than its incentive");
            if (toDefault != 0) ++count["defaultRepaid"];
        }
        _syncPosition(before.borrower, before.c);
    }

    function _bookWriteOff(Case memory before, Figures memory figures, address keeper) internal {
        Outcome memory outcome = _outcome(before, figures, keeper, false);
        if (_system.engine.writeOffCount(address(_system.vault)) != _writeOffs.length) {
            _bookLoss(before, figures, outcome);
        } else {
            _mustEqual(outcome.closedDebt, 0, "WO1", "debt was written off and not booked");
        }
        if (outcome.reward != 0) ++count["reward"];
        _syncPosition(before.borrower, before.c);
    }

    // ---------------------------------------------------------------- What was seen

    function _outcome(
        Case memory before,
        Figures memory figures,
        address caller,
        bool isLiquidation
    ) private view returns (Outcome memory outcome) {
        ILendingVault.PositionView memory position = _system.vault.positionOf(
            before.borrower,
            address(_system.collaterals[before.c])
        );
        uint256 assets = _system.asset.balanceOf(caller);
        outcome.closedDebt = figures.totalDebt - _system.vault.totalDebt();
        if (isLiquidation) {
            outcome.repaid = figures.callerAssets - assets;
            outcome.feeAssets = Math.saturatingSub(_system.vault.reserves(), figures.reserves);
        } else {
            outcome.reward = assets - figures.callerAssets;
        }
        outcome.badDebt = Math.saturatingSub(outcome.closedDebt, outcome.repaid);
        uint256 covered = (before.high * Terms.BPS) / (Terms.BPS + Terms.MIN_INCENTIVE_BPS);
        uint256 incentive;
        if (isLiquidation) {
            incentive = Math.saturatingSub(_valueSold(before.high, outcome.repaid), outcome.repaid);
        } else {
            incentive = before.high - (covered < Terms.MIN_DEBT * _system.unit ? 0 : covered);
        }
        outcome.insurable = _insurable(before.position, position.principalAssets, outcome, incentive);
    }

    /// @dev Value of the collateral that was paid for, of an insolvent position.
    function _valueSold(uint256 value, uint256 repaid) private pure returns (uint256) {
        uint256 priceOfAll = Math.ceilDiv(value * Terms.BPS, Terms.BPS + Terms.MIN_INCENTIVE_BPS);
        return repaid == priceOfAll ? value : Math.mulDiv(value, repaid, Math.max(priceOfAll, 1));
    }

    /// @dev Aged share of the principal that was lost; the incentive part of a loss is never insured.
    function _insurable(
        ILendingVault.PositionView memory before,
        uint256 principalLeft,
        Outcome memory outcome,
        uint256 incentive
    ) private pure returns (uint256) {
        if (before.principalAssets == 0) return 0;
        uint256 lost = Math.saturatingSub(before.principalAssets - principalLeft, outcome.repaid + incentive);
        return
            Math.min(
                Math.saturatingSub(outcome.badDebt, incentive),
                Math.mulDiv(lost, before.agedPrincipalAssets, before.principalAssets)
            );
    }

    // ---------------------------------------------------------------- What had to be

    function _bookLoss(Case memory before, Figures memory figures, Outcome memory outcome) private {
        WriteOff storage writeOff = _writeOffs.push();
        writeOff.debtor = before.borrower;
        writeOff.collateral = before.c;
        writeOff.openedAt = _now;
        writeOff.badDebt = outcome.badDebt;
        writeOff.reserves = figures.reserves - outcome.reward - _system.vault.reserves();
        writeOff.insurance = figures.fundBalance - _system.asset.balanceOf(address(_system.fund));
        writeOff.socialized = figures.totalAssets - _system.vault.totalAssets();
        uint256 shortfall = outcome.badDebt - writeOff.reserves;
        uint256 gone = figures.unreliableAssets - _system.asset.balanceOf(address(_system.unreliable));
        writeOff.unreliable = Math.min(gone, shortfall);
        // What it sent beyond the shortfall is a gift that no book knows.
        _donated[address(_system.vault)][address(_system.asset)] += gone - writeOff.unreliable;
        writeOff.epoch = _system.vault.openEpoch() - (writeOff.socialized == 0 ? 0 : 1);
        _idsOf[before.borrower][before.c].push(_writeOffs.length);
        _extinguishedDebt += outcome.closedDebt;
        _repaidInWriteOffs += outcome.repaid;

        _checkLayers(writeOff, figures, outcome);
        _checkAge(before, writeOff.insurance);
        _checkQuote(writeOff, figures);
        _bookCharges(writeOff);
        _countLayers(writeOff);
    }

    /// @dev WO1 and WO2: every layer paid exactly what it had to, in order, given what it had and might.
    function _checkLayers(WriteOff storage writeOff, Figures memory figures, Outcome memory outcome) private {
        uint256 left = writeOff.badDebt;
        _mustEqual(writeOff.reserves, Math.min(left, figures.reserves - outcome.reward), "WO2", "reserves pay first");
        left -= writeOff.reserves;
        left -= writeOff.unreliable;
        uint256 insurance;
        if (_stackHas(address(_system.fund))) {
            uint256 insurable = Math.saturatingSub(outcome.insurable, writeOff.unreliable);
            insurance = Math.min(Math.min(left, insurable), Math.min(figures.fundCash, figures.drawable));
        }
        _mustEqual(writeOff.insurance, insurance, "WO2", "insurance pays what it holds, may, and insures");
        _mustNotExceed(writeOff.insurance, left, "WO1", "insurance paid more than was left");
        _mustEqual(writeOff.socialized, left - Math.min(left, writeOff.insurance), "WO1", "lenders bear the rest");
    }

    /// @dev A debt that began less than a waiting period ago is not insured, whatever the vault says of its age.
    function _checkAge(Case memory before, uint256 insurance) private {
        if (insurance == 0) return;
        uint256 age = _now - _owingSince[before.borrower][before.c];
        _mustNotExceed(Terms.WAITING_PERIOD, age, "WO2", "a young debt was insured");
    }

    function _checkQuote(WriteOff storage writeOff, Figures memory figures) private {
        if (!figures.quoted) return;
        ++count["quoted"];
        _mustEqual(figures.quote.reserves, writeOff.reserves, "WO3", "quote of reserves");
        _mustEqual(figures.quote.insurance, writeOff.insurance + writeOff.unreliable, "WO3", "quote of insurance");
        _mustEqual(figures.quote.dilutionCash, 0, "WO3", "quote of dilution");
        _mustEqual(figures.quote.socialized, writeOff.socialized, "WO3", "quote of the lenders' part");
    }

    /// @dev LV2: a part of an insolvent debt closes with its part of the loss, and its collateral is paid for.
    function _checkInsolventPrice(Case memory before, Outcome memory outcome, uint256 seized) private {
        uint256 debt = before.position.debtAssets;
        uint256 left = _case(before.borrower, before.c).position.debtAssets;
        _mustBe(_isInsolvent(before, before.high), "OR1", "a loss at a price that some source denies");
        _mustBe(!before.blocked, "OR1", "a loss while a source was silent");
        if (left != 0) {
            uint256 least = Math.max(Terms.MIN_DEBT * _system.unit, Math.ceilDiv(debt, 10));
            _mustNotExceed(least, debt - left, "LV2", "too small a part of an insolvent debt was closed");
            _mustNotExceed(Terms.MIN_DEBT * _system.unit, left, "LV2", "dust was left of an insolvent debt");
        }
        uint256 value = _value(before.c, seized, _prices[before.c].highE36);
        uint256 worth = Math.mulDiv(outcome.repaid, Terms.BPS + Terms.MIN_INCENTIVE_BPS, Terms.BPS);
        _mustNotExceed(value, worth + 1, "LV2", "collateral of an insolvent debt was sold too cheaply");
    }

    function _countLayers(WriteOff storage writeOff) private {
        ++count["writtenOff"];
        if (writeOff.reserves != 0) ++count["paidByReserves"];
        if (writeOff.insurance != 0) ++count["paidByInsurance"];
        if (writeOff.unreliable != 0) ++count["paidByUnreliable"];
        if (writeOff.socialized != 0) ++count["socialized"];
        if (_system.sale.remainingTokens(address(_system.vault), _writeOffs.length) != 0) ++count["lotOpened"];
    }

    /// @dev What cannot be known from outside is read: which part of the principal a fraction took with it.
    function _syncPosition(address borrower, uint256 c) private {
        ILendingVault.PositionView memory position = _system.vault.positionOf(
            borrower,
            address(_system.collaterals[c])
        );
        _mustNotExceed(position.principalAssets, _principalOf[borrower][c], "LV1", "principal grew in a loss");
        _principalOf[borrower][c] = position.principalAssets;
        if (position.debtAssets == 0) _owingSince[borrower][c] = 0;
    }
}
