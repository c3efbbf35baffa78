// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILendingVault} from "../../../contracts/interfaces/ILendingVault.sol";
import {IWriteOffEngine} from "../../../contracts/interfaces/IWriteOffEngine.sol";
import {LossSight} from "./LossSight.sol";
import {Terms} from "./System.sol";

/// @notice Computes a second time what each layer had to pay of what was seen to be lost: reserves, unreliable tranche, insurance, lenders (WO1, WO2, WO3).
abstract contract LossBook is LossSight {
    // ---------------------------------------------------------------- Before

    /// @dev WO3. Now and then: does it, looks, undoes it, and asks for a quote in the state it was done in.
    function _quoteFirst(
        Case memory before,
        Figures memory figures,
        address caller,
        bytes memory data,
        uint256 seed
    ) internal {
        // The quote of a part of an impaired debt would have to know which part of its provision may be used.
        if (_pick(seed, "quote", 3) != 0 || !_quotesHonestly() || _impairedId[before.borrower][before.c] != 0) return;
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
        (uint256 toDefault, uint256 toReserves) = _bookRecoveries(_impairedId[before.borrower][before.c]);
        if (_bookedLoss(before)) {
            _bookLoss(before, figures, outcome, _case(before.borrower, before.c).position.debtAssets == 0);
            _checkInsolventPrice(before, outcome, seized);
        } else {
            // The fee is what reserves gained otherwise than by a recovery or by what was set apart for the debt.
            toReserves += _freed(before);
            uint256 toDebt = outcome.repaid - (outcome.feeAssets - toReserves) - toDefault;
            _mustNotExceed(outcome.closedDebt, toDebt, "WO1", "debt vanished without a write-off");
            uint256 value = _value(before.c, seized, before.primary == before.high ? _prices[before.c].primaryE36 : 0);
            uint256 most = Math.mulDiv(outcome.repaid, Terms.BPS + Terms.INCENTIVE_BPS, Terms.BPS);
            _mustNotExceed(value, most + 1, "LV3", "a liquidator got more than its incentive");
            if (toDefault != 0) ++count["defaultRepaid"];
        }
        _followImpairment(before.borrower, before.c);
        _syncPosition(before.borrower, before.c);
    }

    function _bookWriteOff(Case memory before, Figures memory figures, address keeper) internal {
        Outcome memory outcome = _outcome(before, figures, keeper, false);
        if (_bookedLoss(before)) {
            _bookLoss(before, figures, outcome, true);
        } else {
            _mustEqual(outcome.closedDebt, 0, "WO1", "debt was written off and not booked");
        }
        if (outcome.reward != 0) ++count["reward"];
        _followImpairment(before.borrower, before.c);
        _syncPosition(before.borrower, before.c);
    }

    /// @dev Whether the ledger has a loss of the position that this campaign has not.
    function _bookedLoss(Case memory before) private returns (bool) {
        address vault = address(_system.vault);
        uint256 id = _impairedId[before.borrower][before.c];
        if (id == 0) {
            bool isNew = _system.engine.writeOffCount(vault) != _writeOffs.length;
            if (isNew) _openId(before.borrower, before.c);
            return isNew;
        }
        return _system.engine.ledger(vault, id).badDebt != _writeOffs[id - 1].badDebt;
    }

    /// @dev Reserves that were set apart for the debt of a position that is not impaired any more.
    function _freed(Case memory before) private view returns (uint256) {
        address collateral = address(_system.collaterals[before.c]);
        if (_system.vault.positionOf(before.borrower, collateral).impairedAt != 0) return 0;
        return _setApart[_impairedId[before.borrower][before.c]].reserves;
    }

    // ---------------------------------------------------------------- What had to be

    /// @param whole Whether all of the debt was dealt with, so that all that was set apart for it may be used.
    function _bookLoss(Case memory before, Figures memory figures, Outcome memory outcome, bool whole) private {
        uint256 id = _impairedId[before.borrower][before.c];
        bool wasImpaired = id != 0;
        if (!wasImpaired) id = _writeOffs.length;
        WriteOff memory part = _seenPart(id, figures, outcome);
        part.hasFund = _writeOffs[id - 1].hasFund;
        part.hasDilution = _writeOffs[id - 1].hasDilution;
        // What it sent beyond the shortfall is a gift that no book knows.
        uint256 gone = figures.unreliableAssets - _system.asset.balanceOf(address(_system.unreliable));
        _donated[address(_system.vault)][address(_system.asset)] += gone - part.unreliable;
        _extinguishedDebt += outcome.closedDebt;
        _repaidInWriteOffs += outcome.repaid;

        _checkLayers(part, figures, outcome, _usable(before, outcome, id, whole));
        _checkAge(before, part.insurance);
        _checkQuote(part, figures);
        if (wasImpaired) _useSetApart(id, figures, part, _usable(before, outcome, id, whole));
        else _bookNewCharges(id, figures, part.socialized, part.insurance);
        _addPart(_writeOffs[id - 1], part);
        if (part.bidTokens != 0) _mints.push(Draw(_now, part.bidTokens, id));
        _countLayers(part, id);
    }

    /// @dev What each layer was seen to pay. What had been set apart counts as it is used, not as it was taken.
    function _seenPart(
        uint256 id,
        Figures memory figures,
        Outcome memory outcome
    ) private view returns (WriteOff memory part) {
        SetApart memory apart = _setApart[id];
        (uint256 reservesLeft, , uint256 chargeLeft) = _system.vault.provisionOf(id);
        part.badDebt = outcome.badDebt;
        part.reserves = figures.reserves + apart.reserves - outcome.reward - _system.vault.reserves() - reservesLeft;
        part.insurance = figures.fundBalance - _system.asset.balanceOf(address(_system.fund));
        part.bids = figures.bookAssets - _system.asset.balanceOf(address(_system.book));
        part.bidTokens = _system.token.balanceOf(address(_system.book)) - figures.bookTokens;
        uint256 gone = figures.unreliableAssets - _system.asset.balanceOf(address(_system.unreliable));
        part.unreliable = Math.min(gone, outcome.badDebt - part.reserves);
        // What is given back to the lenders is not lost by them.
        uint256 givenBack = _system.vault.claimsOwed() - figures.vaultClaims;
        uint256 left = _system.vault.totalAssets() + chargeLeft + givenBack;
        part.socialized = figures.totalAssets + apart.charged - left;
    }

    function _addPart(WriteOff storage writeOff, WriteOff memory part) private {
        writeOff.badDebt += part.badDebt;
        writeOff.reserves += part.reserves;
        writeOff.insurance += part.insurance;
        writeOff.unreliable += part.unreliable;
        writeOff.bids += part.bids;
        writeOff.bidTokens += part.bidTokens;
        writeOff.socialized += part.socialized;
    }

    /// @dev How much of what is set apart for an impaired debt its closed part may use.
    function _usable(
        Case memory before,
        Outcome memory outcome,
        uint256 id,
        bool whole
    ) private view returns (SetApart memory usable) {
        usable = _setApart[id];
        if (whole) return usable;
        usable.reserves = Math.mulDiv(usable.reserves, outcome.closedDebt, before.position.debtAssets);
        usable.charged = Math.mulDiv(usable.charged, outcome.closedDebt, before.position.debtAssets);
    }

    /// @dev LV2, IM1: a part of an impaired debt uses its part of what is set apart, and what is charged on top of that
    /// or given back is seen to be so.
    function _useSetApart(uint256 id, Figures memory figures, WriteOff memory part, SetApart memory usable) private {
        SetApart storage apart = _setApart[id];
        (uint256 reservesLeft, uint256 earmarkLeft, uint256 chargeLeft) = _system.vault.provisionOf(id);
        _system.fund.settleRelease(id, type(uint256).max);
        uint256 givenBack = _system.vault.claimsOwed() - figures.vaultClaims;
        uint256 released = _system.fund.claimsOwed() - figures.fundClaims;
        uint256 usedCharge = apart.charged - chargeLeft - givenBack;
        uint256 usedEarmark = apart.earmarked - earmarkLeft - released;
        // The part that is closed is a WAD, rounded up.
        uint256 mostCharge = usable.charged + 2 + apart.charged / 1e18;
        _mustNotExceed(usedCharge, mostCharge, "LV2", "a part used more of the charge than its part");
        _mustNotExceed(usedCharge, part.socialized, "LV2", "more of the charge was used than was lost");
        _mustNotExceed(usedEarmark, part.insurance, "IN1", "an earmark went elsewhere");
        _expected[address(_system.vault)][id] += givenBack;
        _expected[address(_system.fund)][id] += released;
        _undraw(id, released);
        _bookNewCharges(id, figures, part.socialized - usedCharge, part.insurance - usedEarmark);
        (apart.reserves, apart.earmarked, apart.charged) = (reservesLeft, earmarkLeft, chargeLeft);
        ++count["provisionUsed"];
    }

    /// @dev What was not set apart before closes an epoch, and nothing else does.
    function _bookNewCharges(uint256 id, Figures memory figures, uint256 lenders, uint256 stakers) private {
        bool vaultCharged = _system.vault.openEpoch() != figures.vaultEpoch;
        bool fundCharged = _system.fund.openEpoch() != figures.fundEpoch;
        _mustBe(vaultCharged == (lenders != 0), "WO5", "lenders were charged without an epoch, or the other way round");
        _mustBe(fundCharged == (stakers != 0), "WO5", "stakers were charged without an epoch, or the other way round");
        if (vaultCharged) _bookCharge(address(_system.vault), id, lenders);
        if (!fundCharged) return;
        _bookCharge(address(_system.fund), id, stakers);
        _fundDraws.push(Draw(_now, stakers, id));
    }

    /// @dev WO1 and WO2: every layer paid exactly what it had to, in order, given what it had and might.
    function _checkLayers(
        WriteOff memory part,
        Figures memory figures,
        Outcome memory outcome,
        SetApart memory usable
    ) private {
        uint256 left = part.badDebt;
        uint256 reserves = Math.min(left, figures.reserves - outcome.reward + usable.reserves);
        // Which fraction of a provision may be used is known to a unit.
        _mustNotExceed(part.reserves, reserves + 2, "WO2", "reserves paid more than they might");
        _mustNotExceed(reserves, part.reserves + 2, "WO2", "reserves pay first");
        left -= part.reserves;
        left -= part.unreliable;
        uint256 insurance;
        if (part.hasFund) {
            uint256 asked = Math.min(left, Math.saturatingSub(outcome.insurable, part.unreliable));
            uint256 marked = Math.min(usable.earmarked, asked);
            insurance = marked + Math.min(asked - marked, Math.min(figures.fundCash, figures.drawable));
        }
        _mustEqual(part.insurance, insurance, "WO2", "insurance pays what it holds, may, and insures");
        _mustNotExceed(part.insurance, left, "WO1", "insurance paid more than was left");
        left -= Math.min(left, part.insurance);
        _checkBids(part, figures, left);
        _mustEqual(part.socialized, left - Math.min(left, part.bids), "WO1", "lenders bear the rest");
    }

    /// @dev WO2, DI1: standing bids above the floor pay all that is wanted of them, best first, for tokens rounded down;
    /// where the budget ends first, the price of what is left of it, rounded up.
    function _checkBids(WriteOff memory part, Figures memory figures, uint256 shortfall) private {
        uint256 assets;
        uint256 tokens;
        if (part.hasDilution && !_system.dilution.isPaused(address(_system.vault))) {
            uint256 floor = _floor();
            for (uint256 k; k < Terms.LEVELS; ++k) {
                uint256 price = (Terms.BEST_LEVEL - k) * _system.unit;
                if (Terms.BEST_LEVEL - k < floor) break;
                uint256 spent = Math.min(figures.levelAssets[k], shortfall - assets);
                uint256 bought = Math.mulDiv(spent, 1e18, price);
                if (bought == 0) continue;
                if (bought > figures.mintable - tokens) {
                    bought = figures.mintable - tokens;
                    spent = Math.mulDiv(bought, price, 1e18, Math.Rounding.Ceil);
                }
                tokens += bought;
                assets += spent;
            }
        }
        _mustEqual(part.bids, assets, "WO2", "standing bids pay what they hold and may");
        _mustEqual(part.bidTokens, tokens, "DI1", "standing bids buy what they pay for");
        if (assets != 0) ++count["paidByBids"];
    }

    /// @dev A debt that began less than a waiting period ago is not insured, whatever the vault says of its age.
    function _checkAge(Case memory before, uint256 insurance) private {
        if (insurance == 0) return;
        uint256 age = _now - _owingSince[before.borrower][before.c];
        _mustNotExceed(Terms.WAITING_PERIOD, age, "WO2", "a young debt was insured");
    }

    function _checkQuote(WriteOff memory part, Figures memory figures) private {
        if (!figures.quoted) return;
        ++count["quoted"];
        _mustEqual(figures.quote.reserves, part.reserves, "WO3", "quote of reserves");
        _mustEqual(figures.quote.insurance, part.insurance + part.unreliable, "WO3", "quote of insurance");
        _mustEqual(figures.quote.dilutionCash, part.bids, "WO3", "quote of dilution");
        _mustEqual(figures.quote.socialized, part.socialized, "WO3", "quote of the lenders' part");
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

    function _countLayers(WriteOff memory part, uint256 id) private {
        ++count["writtenOff"];
        if (part.reserves != 0) ++count["paidByReserves"];
        if (part.insurance != 0) ++count["paidByInsurance"];
        if (part.unreliable != 0) ++count["paidByUnreliable"];
        if (part.socialized != 0) ++count["socialized"];
        if (_system.sale.remainingTokens(address(_system.vault), id) != 0) ++count["lotOpened"];
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
