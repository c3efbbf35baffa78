// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ILendingRules} from "../interfaces/ILendingRules.sol";
import {ILendingRestructuring} from "../interfaces/ILendingRestructuring.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {LeakyBucket} from "../libraries/LeakyBucket.sol";
import {ShareMath} from "../libraries/ShareMath.sol";
import {BPS, WAD} from "../libraries/Units.sol";
import {CreditBook} from "../writeoff/CreditBook.sol";
import {WriteOffBook} from "../writeoff/WriteOffBook.sol";
import {BookWords, CashWord, CollateralWord, ModelWord, TotalsWord} from "./BookWords.sol";
import {DebtAge} from "./DebtAge.sol";
import {InterestRates} from "./InterestRates.sol";
import {DebtWord, PositionWords, RestWord} from "./PositionWords.sol";

/// @title The books of the lending vault: storage, interest, prices
/// @notice What the vault and its modules read and write; they all inherit this first, so that they see the same
/// slots. No entry points.
/// Upholds LV1 (sum of positions = totals) and LV3 (positions round up, totals round down).
abstract contract LendingBook is CreditBook {
    using SafeCast for int256;
    using SafeCast for uint256;
    using DebtAge for DebtAge.Age;

    /// @dev Rules and principal of one collateral. How much of it there is nobody needs to know: it is what the vault holds.
    struct Collateral {
        // slot 1: all that loans and liquidations read, and the one thing they write
        uint112 totalPrincipal;
        uint16 ltvBps; // zero: not listed
        uint16 lltvBps;
        uint16 liquidationIncentiveBps;
        uint16 minIncentiveBps;
        uint16 targetHealthBps;
        uint8 principalCapBits; // less than 2^bits is within the cap
        bool retired;
        uint32 retirementAnnouncedAt;
        // slot 2: read only by who is close to the cap
        uint112 principalCap;
        // slot 3: retired collateral only
        uint256 retiredPriceWad;
    }

    /// @dev One position as it is stored, in two words that `PositionWords` packs. As long as something is owed, the first says
    /// whether the second has anything on record (an impairment, a write-off), and never wrongly: so a repayment need not read
    /// the second, nor a loan write it (2,100 and 2,900 gas).
    struct PositionSlots {
        DebtWord debtWord;
        RestWord restWord;
    }

    /// @dev The same taken apart, in memory. In there nothing but a record grows: what it was read from had room for it.
    struct Position {
        uint256 scaledDebt;
        uint256 principal;
        DebtAge.Age age;
        uint256 collateral;
        uint32 impairmentId;
        uint32 writeOffId;
    }

    /// @dev Rules of the whole vault that few calls need; what every loan needs is in `InterestRates.Model`. Two slots.
    struct Risk {
        // slot 1: read only by who is close to these bounds
        uint112 debtCap;
        uint112 minDebt;
        // slot 2
        uint32 confirmationDelay;
        uint32 confirmationWindow;
        uint16 keeperRewardBps;
        /// @dev Interest still owed may have accrued at any earlier factor.
        uint16 highestReserveFactorBps;
        uint96 maxKeeperReward;
    }

    IPriceOracle internal immutable _oracle;

    // Slot D, begun in WriteOffBook with the reserves: written by changes of debt only. Of the reserves, the reserve
    // factor's part of all debt is worked out and not stored, so that entries and exits of lenders do not write it. The
    // interest index (RAY x 10^-6 at the start) is in slot C. Together that is worth 8,000 gas to a loan.
    uint128 internal _totalScaledDebt;
    InterestRates.Model internal _model;
    Risk internal _risk;
    address[] internal _collateralList;
    mapping(address collateral => Collateral) internal _collaterals;
    mapping(address borrower => mapping(address collateral => PositionSlots)) internal _positions;
    /// @dev When a position's insolvency was recorded, seconds; zero while it is not impaired.
    mapping(address borrower => mapping(address collateral => uint256 timestamp)) internal _impairedAt;
    /// @dev Least shortfall, and least change of one, that is provisioned, asset units; zero: none is.
    uint256 internal _minProvision;
    /// @dev Forgivings that governance has announced; only impaired positions have one.
    mapping(address borrower => mapping(address collateral => ILendingRestructuring.Restructuring))
        internal _restructurings;
    /// @dev How much may be forgiven in an hour and in thirty days, and how much was, asset units.
    LeakyBucket.Levels internal _forgivenLevels;
    LeakyBucket.Caps internal _forgivenCaps;
    /// @dev `impairmentId` of a position whose insolvency is recorded but not provisioned.
    uint32 internal constant UNPROVISIONED = type(uint32).max;

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) WriteOffBook(asset_, engine_) {
        _oracle = oracle_;
        _index = InterestRates.INITIAL_INDEX;
    }

    // ---------------------------------------------------------------- Interest

    function _accrue() internal override {
        _accrued();
    }

    /// @dev `_accrue`, with what it has found, so that it need not be read again: the index, and all debt at it in asset
    /// units, rounded down.
    function _accrued() internal returns (uint256 index, uint256 debt) {
        CashWord cashWord = _cashWord();
        (index, debt) = _interest(cashWord, _totalsWord(), _modelWord());
        // Stored even where the interest is less than a unit: time that has passed is never lost.
        _setCashWord(cashWord.with(cashWord.cash(), index));
    }

    function _accrueTotal() internal override returns (uint256) {
        (CashWord cashWord, TotalsWord totalsWord, ModelWord modelWord) = (_cashWord(), _totalsWord(), _modelWord());
        (uint256 index, uint256 debt) = _interest(cashWord, totalsWord, modelWord);
        uint256 held = cashWord.cash();
        _setCashWord(cashWord.with(held, index));
        return _netAssets(int256(held + debt), _reservesOf(totalsWord, modelWord, debt));
    }

    /// @dev Interest to this second: the new index, and all debt at it, rounded down. Who moves cash stores the index with
    /// the cash. An index that has no room left stays where it is: interest ends, nothing else does.
    function _interest(
        CashWord cashWord,
        TotalsWord totalsWord,
        ModelWord modelWord
    ) internal view returns (uint256 index, uint256 debt) {
        index = cashWord.index();
        uint256 scaled = totalsWord.scaledDebt();
        debt = InterestRates.toAssetsDown(scaled, index);
        uint256 elapsed = block.timestamp - cashWord.lastAccrual();
        if (elapsed == 0 || scaled == 0) return (index, debt);
        uint256 rateWad = InterestRates.rateAt(
            modelWord.baseRateWad(),
            modelWord.slopeBelowKinkWad(),
            modelWord.slopeAboveKinkWad(),
            modelWord.kinkBps(),
            debt,
            cashWord.cash()
        );
        index = InterestRates.grow(index, rateWad, elapsed);
        if (index > type(uint96).max) index = type(uint96).max;
        debt = InterestRates.toAssetsDown(scaled, index);
    }

    /// @dev Index and all debt with interest to this second.
    function _interestNow() internal view returns (uint256 index, uint256 debt) {
        return _interest(_cashWord(), _totalsWord(), _modelWord());
    }

    /// @dev The index with interest to this second.
    function _indexNow() internal view returns (uint256 index) {
        (index, ) = _interestNow();
    }

    function _outstandingAssets() internal view override returns (uint256) {
        return InterestRates.toAssetsDown(_totalScaledDebt, _index);
    }

    /// @dev Reserves are what is stored and the reserve factor's part of all debt, rounded down: so they earn their part of
    /// interest without being written. What changes the debt otherwise, or the factor, leaves them as they are.
    function _reserveAssets() internal view override returns (uint256) {
        return _reservesAt(_outstandingAssets());
    }

    /// @dev Reserves where all debt is `debt`, asset units.
    function _reservesAt(uint256 debt) internal view returns (uint256) {
        return _reservesOf(_totalsWord(), _modelWord(), debt);
    }

    function _reservesOf(TotalsWord totalsWord, ModelWord modelWord, uint256 debt) private pure returns (uint256) {
        return (totalsWord.reserveBase() + int256(_partOf(debt, modelWord.reserveFactorBps()))).toUint256();
    }

    /// @dev The reserve factor's part of all debt, asset units, rounded down.
    function _partOf(uint256 debt, uint256 factorBps) internal pure returns (uint256) {
        // A debt has less than 136 bits (InterestRates), a factor 16.
        unchecked {
            return (debt * factorBps) / BPS;
        }
    }

    /// @dev Closes the vault after a total loss. Reserves are at most their base and all debt, so what cash there is beyond the
    /// base says nearly always that it was none, for 1,000 gas less than counting everything.
    function _closeIfTotalLoss() internal {
        int256 certain = int256(uint256(_cash)) - _reserveBase;
        if (certain > 0 && !_provisioned && !ShareMath.isWipedOut(uint256(certain), _supply)) return;
        _closeIfWipedOut();
    }

    function _storedTotalAssets() internal view override returns (uint256) {
        uint256 debt = _outstandingAssets();
        return _netAssets(int256(_cash + debt), _reservesAt(debt));
    }

    function _accruedView() internal view override returns (uint256 outstandingAssets, uint256 accruedReserves) {
        (, outstandingAssets) = _interestNow();
        accruedReserves = _reservesAt(outstandingAssets);
    }

    /// @dev Reserves' share of all interest that borrowers still owe, at the highest factor there ever was, rounded up.
    function _uncollectedReserves() internal view override returns (uint256) {
        uint256 principal;
        for (uint256 i; i < _collateralList.length; ++i) {
            principal += _collaterals[_collateralList[i]].totalPrincipal;
        }
        uint256 interest = Math.saturatingSub(_outstandingAssets(), principal);
        return Math.mulDiv(interest, _risk.highestReserveFactorBps, BPS, Math.Rounding.Ceil);
    }

    // ---------------------------------------------------------------- Positions

    /// @dev Sets the scaled debt of all positions; the reserves keep what they have.
    /// @return debt All debt after it, asset units, rounded down.
    /// @return debtBefore All debt before it, the same.
    function _setTotalScaledDebt(uint256 scaled) internal returns (uint256 debt, uint256 debtBefore) {
        uint256 index = _index;
        TotalsWord word = _totalsWord();
        debtBefore = InterestRates.toAssetsDown(word.scaledDebt(), index);
        debt = _setTotals(word, scaled, index, debtBefore, _model.reserveFactorBps, 0);
    }

    /// @dev The same where slot, index and debt are at hand already. It is put together here and written once: variable by
    /// variable it would be twice, for 200 gas more.
    /// @param feeAssets Income of the reserves that comes with it, asset units.
    function _setTotals(
        TotalsWord word,
        uint256 scaled,
        uint256 index,
        uint256 debtBefore,
        uint256 factorBps,
        uint256 feeAssets
    ) internal returns (uint256 debt) {
        debt = InterestRates.toAssetsDown(scaled, index);
        // A base of 112 bits, a fee of 154 at most (LiquidationMath), and numbers of less than 152 bits.
        int256 base;
        unchecked {
            base = word.reserveBase() + int256(_partOf(debtBefore, factorBps)) - int256(_partOf(debt, factorBps));
            base += int256(feeAssets);
        }
        word = BookWords.packTotals(base, scaled);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            sstore(_totalScaledDebt.slot, word)
        }
    }

    /// @dev Takes `assets` of principal out of position and totals.
    function _removePrincipal(Collateral storage state, Position memory position, uint256 assets) internal {
        position.principal -= assets;
        state.totalPrincipal -= assets.toUint112();
    }

    /// @dev Pays `assets` of the position's debt: interest first, then principal, young before aged.
    /// @return principalAssets Part that went to principal.
    function _payDebt(
        Collateral storage state,
        Position memory position,
        uint256 debt,
        uint256 assets
    ) internal returns (uint256 principalAssets) {
        uint256 principal = position.principal;
        uint256 scaled;
        (principalAssets, scaled) = _partsOf(assets, debt, principal, position.scaledDebt, _index);
        position.age = position.age.afterRepay(principal, principalAssets, _waitingPeriodOf(position));
        _removePrincipal(state, position, principalAssets);
        position.scaledDebt -= scaled;
        _setTotalScaledDebt(_totalScaledDebt - scaled);
    }

    /// @dev The first slot of a position after a payment of `assets` of its `debt`, which is at `index`; young principal is paid
    /// before aged.
    function _pay(
        DebtWord debtWord,
        uint256 assets,
        uint256 debt,
        uint256 index,
        uint256 waitingPeriod
    ) internal view returns (DebtWord, uint256 scaled) {
        (uint256 principal, uint256 scaledDebt) = (debtWord.principal(), debtWord.scaledDebt());
        uint256 principalAssets;
        (principalAssets, scaled) = _partsOf(assets, debt, principal, scaledDebt, index);
        DebtAge.Age age = debtWord.age();
        if (age.isYoung()) age = age.afterRepay(principal, principalAssets, waitingPeriod);
        // No more than what they are taken from: a payment less the interest, and a part of the debt rounded down.
        unchecked {
            return (debtWord.with(scaledDebt - scaled, principal - principalAssets, age), scaled);
        }
    }

    /// @dev What a payment of `assets` of `debt` takes off the principal, interest being paid first, and off the scaled debt.
    function _partsOf(
        uint256 assets,
        uint256 debt,
        uint256 principal,
        uint256 scaledDebt,
        uint256 index
    ) internal pure returns (uint256 principalAssets, uint256 scaled) {
        if (assets == debt) return (principal, scaledDebt);
        principalAssets = Math.saturatingSub(assets, Math.saturatingSub(debt, principal));
        scaled = InterestRates.toScaledDown(assets, index);
    }

    /// @dev Stores a position in two writes.
    function _store(address borrower, address collateral, Position memory position) internal {
        _setWords(_positions[borrower][collateral], _debtWordOf(position), _restWordOf(position));
    }

    /// @dev Stores both slots of a position. Whatever changes a record comes through here, so that the first slot says what the
    /// second has; who changes only one slot stores what that word's `with` makes of it, which keeps the record.
    function _setWords(PositionSlots storage stored, DebtWord debtWord, RestWord restWord) internal {
        stored.debtWord = debtWord.recording(restWord.hasRecord());
        stored.restWord = restWord;
    }

    function _wordsOf(PositionSlots storage stored) internal view returns (DebtWord, RestWord) {
        return (stored.debtWord, stored.restWord);
    }

    /// @dev First slot of a position, which says that nothing is on record.
    function _debtWordOf(Position memory position) internal pure returns (DebtWord) {
        return PositionWords.packDebt(position.scaledDebt, position.principal, position.age);
    }

    /// @dev Second slot of a position.
    function _restWordOf(Position memory position) internal pure returns (RestWord) {
        return PositionWords.packRest(position.collateral, position.impairmentId, position.writeOffId);
    }

    /// @dev Nobody takes anything out ahead of the forgiving of its debt, which only impaired positions await.
    function _checkNotPending(address borrower, address collateral) internal view {
        if (_restructurings[borrower][collateral].announcedAt != 0) {
            revert ILendingRestructuring.RestructuringPending(borrower, collateral);
        }
    }

    /// @dev What of `assets` of a position's principal is old enough to be insured, if it is of all ages alike, rounded down.
    /// Nearly every principal is old or young as a whole, and then nothing is divided (800 gas).
    function _agedPartOf(Position memory position, uint256 assets) internal view returns (uint256) {
        DebtAge.Age age = position.age;
        if (!age.isYoung() || age.hasAged(_model.waitingPeriod)) return assets;
        if (age.youngParts() == DebtAge.PARTS) return 0;
        // Both factors have 94 bits at most.
        return (assets * _agedPrincipal(position)) / position.principal;
    }

    /// @dev Principal old enough to be insured, rounded down.
    function _agedPrincipal(Position memory position) internal view returns (uint256) {
        return position.principal - position.age.young(position.principal, _waitingPeriodOf(position));
    }

    /// @dev Age from which its principal is insured, seconds; not read where all of it is that old.
    function _waitingPeriodOf(Position memory position) internal view returns (uint256) {
        return position.age.isYoung() ? _model.waitingPeriod : 0;
    }

    /// @dev What a position still owes of debts that were written off, and the newest of them. Their number is bounded: each
    /// took at least a tenth of the debt, or all of it.
    function _defaultOf(uint256 writeOffId) internal view returns (uint256 latestId, uint256 outstandingAssets) {
        if (writeOffId == 0) return (0, 0);
        (outstandingAssets, latestId) = _engine.defaultOf(address(this), writeOffId);
    }

    /// @dev Ends the impairment of a position: what was set apart for it goes back. A restructuring that was announced
    /// lapses with it.
    function _endImpairment(address borrower, address collateral, Position memory position) internal {
        uint32 id = position.impairmentId;
        if (id == 0) return;
        position.impairmentId = 0;
        --_impairments;
        delete _impairedAt[borrower][collateral];
        if (_restructurings[borrower][collateral].announcedAt != 0) {
            delete _restructurings[borrower][collateral];
            emit ILendingRestructuring.RestructuringEnded(borrower, collateral);
        }
        if (id != UNPROVISIONED) _provisionFor(id, 0, 0, 0);
        emit ILendingVault.ImpairmentCleared(borrower, collateral);
    }

    /// @dev Ledger entry under which losses of the position are provisioned; zero if they are not.
    function _provisionId(Position memory position) internal pure returns (uint32) {
        return position.impairmentId == UNPROVISIONED ? 0 : position.impairmentId;
    }

    function _listedWord(address collateral) internal view returns (Collateral storage state, CollateralWord word) {
        state = _collaterals[collateral];
        word = _wordOf(state);
        if (word.ltvBps() == 0) revert ILendingRules.UnknownCollateral(collateral);
    }

    function _listed(address collateral) internal view returns (Collateral storage state) {
        state = _collaterals[collateral];
        if (!_isListed(state)) revert ILendingRules.UnknownCollateral(collateral);
    }

    function _isListed(Collateral storage state) internal view returns (bool) {
        return state.ltvBps != 0;
    }

    /// @dev Whether a debt of `debt` is too small to be left. Bounds are looked at through their highest bit first: who is
    /// not close to one, as nearly everybody is, does not read the slot that it is in (2,100 gas).
    function _isDust(uint256 debt) internal view returns (bool) {
        return _isDust(debt, _model.minDebtBits);
    }

    function _isDust(uint256 debt, uint256 minDebtBits) internal view returns (bool) {
        return debt >> minDebtBits == 0 && debt < _risk.minDebt;
    }

    // ---------------------------------------------------------------- Whole words

    function _cashWord() internal view returns (CashWord word) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            word := sload(_cash.slot)
        }
    }

    /// @dev Cash and index of this second, with what else is in their slot. Put together and written once: variable by
    /// variable, after the interest, it would cost a loan 600 gas more.
    function _setCashWord(CashWord word) internal {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            sstore(_cash.slot, word)
        }
    }

    function _totalsWord() internal view returns (TotalsWord word) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            word := sload(_totalScaledDebt.slot)
        }
    }

    function _modelWord() internal view returns (ModelWord word) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            word := sload(_model.slot)
        }
    }

    function _wordOf(Collateral storage state) internal view returns (CollateralWord word) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            word := sload(state.slot)
        }
    }

    function _setWord(Collateral storage state, CollateralWord word) internal {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            sstore(state.slot, word)
        }
    }

    // ---------------------------------------------------------------- Prices

    /// @dev Lowest worth by all live sources, for borrowing and withdrawing.
    function _lowValue(
        Collateral storage state,
        CollateralWord word,
        address collateral,
        uint256 assets
    ) internal view returns (uint256) {
        if (assets == 0) return 0;
        if (word.isRetired()) return _retiredValue(state, assets);
        return _oracle.getLowQuote(assets, collateral, address(_asset));
    }

    /// @dev Worth for liquidation and write-off. What is worth nothing by rule needs no price, and no newer round.
    function _lossValue(
        Collateral storage state,
        address collateral,
        uint256 assets
    ) internal view returns (IPriceOracle.LossQuote memory quote) {
        if (assets != 0 && !state.retired) return _oracle.getLossQuote(assets, collateral, address(_asset));
        uint256 value = _retiredValue(state, assets);
        quote = IPriceOracle.LossQuote(value, value, type(uint64).max, address(0));
    }

    /// @dev As `_lossValue`, but an oracle that does not answer is told, not passed on.
    function _tryLossValue(
        Collateral storage state,
        address collateral,
        uint256 assets
    ) internal view returns (IPriceOracle.LossQuote memory quote, bytes memory failure) {
        if (assets == 0 || state.retired) return (_lossValue(state, collateral, assets), "");
        try _oracle.getLossQuote(assets, collateral, address(_asset)) returns (IPriceOracle.LossQuote memory read) {
            return (read, "");
        } catch (bytes memory reason) {
            return (quote, _named(reason));
        }
    }

    /// @dev An encoded error that is never empty: who reverts without one gives no reason, but has failed.
    function _named(bytes memory reason) internal pure returns (bytes memory) {
        return reason.length == 0 ? bytes(hex"00") : reason;
    }

    /// @dev Reverts if `debt` is more than may be borrowed against `collateralAssets`.
    function _checkLtv(
        Collateral storage state,
        CollateralWord word,
        address borrower,
        address collateral,
        uint256 collateralAssets,
        uint256 debt
    ) internal view {
        uint256 maxDebt = (_lowValue(state, word, collateral, collateralAssets) * word.ltvBps()) / BPS;
        if (debt > maxDebt) revert ILendingVault.ExceedsLtv(borrower, collateral, debt, maxDebt);
    }

    function _retiredValue(Collateral storage state, uint256 assets) private view returns (uint256) {
        return Math.mulDiv(assets, state.retiredPriceWad, WAD);
    }
}
