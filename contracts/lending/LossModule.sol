// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILendingRules} from "../interfaces/ILendingRules.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {WAD} from "../libraries/Units.sol";
import {CollateralWord, TotalsWord} from "./BookWords.sol";
import {DebtAge} from "./DebtAge.sol";
import {LossFigures} from "./LossFigures.sol";
import {DebtWord, RestWord} from "./PositionWords.sol";

/// @title What every way of booking a loss has in common
/// @notice Opening a position, taking a debt off the books, sending the bad debt down the waterfall, alone or in a
/// batch. A batch reads the price of a collateral once for all positions in it that follow each other, and charges the
/// lenders through one loss epoch.
/// Never: a loss booked while a live source says solvent. Upholds WO1, LV2, OR1.
abstract contract LossModule is LossFigures {
    /// @dev The collateral that a batch is at, and its price. Read once for each run of positions that have it.
    struct Market {
        uint256 index; // interest index; zero as long as nothing was read
        address collateral;
        bool isListed;
        bool isRetired;
        uint256 lltvBps;
        uint256 minIncentiveBps;
        IPriceOracle.LossPrice price;
        bytes failure; // encoded error where the price cannot be read, else empty
    }

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) LossFigures(asset_, engine_, oracle_) {}

    // ---------------------------------------------------------------- One position

    /// @dev Looks at a position as it is now, at the price read for it; `closing` holds nothing yet. Interest must be in the
    /// books.
    function _open(Closing memory closing, address borrower, address collateral) internal view {
        Collateral storage state = _listed(collateral);
        _lookAt(closing, borrower, collateral, _index);
        closing.quote = _lossValue(state, collateral, closing.position.collateral);
    }

    /// @dev Reverts with `failure`, an encoded error; does nothing if there is none.
    function _require(bytes memory failure) internal pure {
        if (failure.length == 0) return;
        // Solidity cannot revert with an error that is at hand in its encoded form only.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            revert(add(failure, 32), mload(failure))
        }
    }

    function _checkSocialized(uint256 socializedAssets, uint256 maxSocialized) internal pure {
        if (socializedAssets > maxSocialized) {
            revert IWriteOffVault.ExceedsMaxSocialized(socializedAssets, maxSocialized);
        }
    }

    /// @dev Takes the planned debt off the books, and finds what of the debt is bad.
    /// @param allDebt All debt before it at the plan's index, asset units, rounded down.
    function _extinguish(Closing memory closing, uint256 allDebt) internal {
        TotalsWord totals = _totalsWord();
        // No plan leaves more than there is, no position has more than all have, and less debt is worth no more.
        unchecked {
            uint256 scaled = totals.scaledDebt() - (closing.position.scaledDebt - closing.scaledLeft);
            uint256 debtAfter = _setTotals(totals, scaled, closing.index, allDebt, _modelWord().reserveFactorBps(), 0);
            _weigh(closing, allDebt - debtAfter);
            closing.insurable = _insurableOf(closing);
            closing.allDebt = debtAfter;
            _takeOffPrincipal(_collaterals[closing.collateral], closing.position.principal - closing.principalLeft);
        }
        _takeOffPosition(closing);
    }

    /// @dev Takes what a plan closes of principal and debt out of position and totals.
    function _takeOff(Closing memory closing) internal {
        (closing.allDebt, ) = _setTotalScaledDebt(
            _totalScaledDebt - (closing.position.scaledDebt - closing.scaledLeft)
        );
        _takeOffPrincipal(_collaterals[closing.collateral], closing.position.principal - closing.principalLeft);
        _takeOffPosition(closing);
    }

    /// @dev What a plan leaves of principal and debt of the position.
    function _takeOffPosition(Closing memory closing) internal pure {
        Position memory position = closing.position;
        position.principal = closing.principalLeft;
        position.scaledDebt = closing.scaledLeft;
        if (closing.scaledLeft == 0) position.age = DebtAge.Age.wrap(0);
    }

    /// @dev Takes principal off all that is lent against a collateral.
    function _takeOffPrincipal(Collateral storage state, uint256 assets) internal {
        _setWord(state, _wordOf(state).less(assets));
    }

    /// @dev Sends the bad debt of a plan down the waterfall, for at most `coverable` of which tranches may pay.
    /// @param pendingAssets What a liquidator is about to pay for the debt, asset units.
    /// @return id Ledger number.
    /// @return socialized Charged to the lenders, asset units.
    function _sendDown(
        Closing memory closing,
        IWriteOffEngine.Cause cause,
        uint256 coverable,
        uint256 pendingAssets
    ) internal returns (uint256 id, uint256 socialized) {
        IWriteOffEngine.BadDebt memory loss = IWriteOffEngine.BadDebt({
            debtor: closing.borrower,
            cause: cause,
            previousId: closing.position.writeOffId,
            id: _provisionId(closing.position),
            epoch: 0,
            badDebtAssets: closing.badDebt,
            reserveAssets: 0,
            coverableAssets: coverable,
            insurableAssets: closing.insurable
        });
        return _writeOffDebt(loss, closing.closedWad, pendingAssets, _reservesAt(closing.allDebt));
    }

    /// @dev Stores the debt of the position, takes its bad debt, if any, down the waterfall, ends its impairment if no
    /// uncovered debt is left, and takes the seized collateral. What is written off stays the borrower's default. While
    /// tranches are called, debt and totals are what they will be; the collateral of the position follows with the default's
    /// number, because both are one slot, which is written once. That there will be a record the first slot says before.
    /// @param pendingAssets What is about to be paid for debt that has left the books, asset units.
    function _book(
        Closing memory closing,
        IWriteOffEngine.Cause cause,
        bool settled,
        uint256 pendingAssets
    ) internal returns (uint256 socializedAssets) {
        Position memory position = closing.position;
        PositionSlots storage stored = _positions[closing.borrower][closing.collateral];
        bool record = closing.badDebt != 0 || position.impairmentId != 0 || position.writeOffId != 0;
        stored.debtWord = _debtWordOf(position).recording(record);
        if (closing.badDebt != 0) {
            if (settled) closing.closedWad = WAD;
            uint256 id;
            (id, socializedAssets) = _sendDown(closing, cause, closing.badDebt, pendingAssets);
            // The engine gives no number of more than 32 bits.
            position.writeOffId = uint32(id);
        }
        if (settled && position.impairmentId != 0) {
            _endImpairment(closing.borrower, closing.collateral, position);
        }
        // No plan seizes more than there is.
        unchecked {
            position.collateral -= closing.seized;
        }
        RestWord restWord = _restWordOf(position);
        // An impairment may have ended that was all there was.
        if (restWord.hasRecord() == record) stored.restWord = restWord;
        else _setWords(stored, _debtWordOf(position), restWord);
    }

    // ---------------------------------------------------------------- A batch

    /// @dev Whether a batch is at another collateral than `collateral`, or at none.
    function _isElsewhere(Market memory market, address collateral) internal pure returns (bool) {
        return market.collateral != collateral || market.index == 0;
    }

    /// @dev Reads what positions in `collateral` need to be looked at.
    function _enter(Market memory market, address collateral) internal view {
        CollateralWord word = _wordOf(_collaterals[collateral]);
        (market.index, market.collateral, market.isListed) = (_index, collateral, word.ltvBps() != 0);
        market.failure = "";
        if (!market.isListed) {
            market.failure = abi.encodeWithSelector(ILendingRules.UnknownCollateral.selector, collateral);
            return;
        }
        (market.lltvBps, market.minIncentiveBps) = (word.lltvBps(), word.minIncentiveBps());
        market.isRetired = word.isRetired();
        if (market.isRetired) return;
        try _oracle.getLossPrice(collateral, address(_asset)) returns (IPriceOracle.LossPrice memory read) {
            market.price = read;
        } catch (bytes memory reason) {
            market.failure = _named(reason);
        }
    }

    /// @dev Looks at a position of a batch that has entered its collateral.
    /// @param stored The position.
    /// @param firstNewId From here on ledger numbers are given by the batch: who bears one has lost in it already.
    function _openItem(
        Closing memory closing,
        PositionSlots storage stored,
        address borrower,
        address collateral,
        Market memory market,
        uint256 firstNewId
    ) internal view returns (bytes memory failure) {
        if (!market.isListed) return market.failure;
        (DebtWord debtWord, RestWord restWord) = _wordsOf(stored);
        if (restWord.writeOffId() >= firstNewId) return _duplicate(borrower, collateral);
        _take(closing, borrower, collateral, market.index, debtWord, restWord);
        uint256 held = closing.position.collateral;
        if (held == 0 || market.isRetired) {
            // What is worth a fixed price by rule needs no other, and no newer round.
            closing.quote = _lossValue(_collaterals[collateral], collateral, held);
            return failure;
        }
        if (market.failure.length != 0) return market.failure;
        IPriceOracle.LossQuote memory quote = closing.quote;
        IPriceOracle.LossPrice memory price = market.price;
        uint256 primaryAssets = _worth(held, price.primaryNumerator, price.primaryDenominator);
        quote.primaryAssets = primaryAssets;
        quote.highAssets =
            price.highDenominator == 0 ? primaryAssets : _worth(held, price.highNumerator, price.highDenominator);
        (quote.oldestRoundAt, quote.lossBlockedBy) = (price.oldestRoundAt, price.lossBlockedBy);
    }

    /// @dev What `held` of a collateral, which is not nothing, is worth at a price, asset units, rounded down. A product that
    /// fits 256 bits, as nearly all do, says so by its division, and needs no wider one (100 gas).
    function _worth(uint256 held, uint256 numerator, uint256 denominator) private pure returns (uint256) {
        unchecked {
            uint256 product = held * numerator;
            return product / held == numerator ? product / denominator : Math.mulDiv(held, numerator, denominator);
        }
    }

    function _duplicate(address borrower, address collateral) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(ILendingVault.DuplicateItem.selector, borrower, collateral);
    }

    /// @dev Reports an item that cannot be done.
    /// @return failed Whether there is a failure.
    function _skips(address borrower, address collateral, bytes memory failure) internal returns (bool failed) {
        if (failure.length == 0) return false;
        emit ILendingVault.BatchItemSkipped(borrower, collateral, failure);
        return true;
    }
}
