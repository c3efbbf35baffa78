// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILendingRules} from "../interfaces/ILendingRules.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {WAD} from "../libraries/Units.sol";
import {LossFigures} from "./LossFigures.sol";

/// @title What every way of booking a loss has in common
/// @notice Opening a position, taking a debt off the books, sending the bad debt down the waterfall, alone or in a
/// batch. A batch reads the price of each collateral once and charges the lenders through one loss epoch. Memory that is
/// needed for one position of it is given back before the next, because memory costs more the more of it there is.
/// Never: a loss booked while a live source says solvent. Upholds WO1, LV2, OR1.
abstract contract LossModule is LossFigures {
    using SafeCast for uint256;

    /// @dev What was read for each position of a batch before anything is booked.
    struct Prices {
        uint256[] collateralAssets; // collateral units that the quote is for
        IPriceOracle.LossQuote[] quotes;
        bytes[] failures; // encoded error where no price could be read, else empty; no element if all could be
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

    /// @dev Takes the planned debt off the books and finds what of it is bad debt.
    function _extinguish(Closing memory closing) internal {
        Position memory position = closing.position;
        (uint256 debt, uint256 debtBefore) = _setTotalScaledDebt(
            _totalScaledDebt - (position.scaledDebt - closing.scaledLeft)
        );
        _weigh(closing, debtBefore - debt);
        closing.insurable = _insurableOf(closing);
        _takeOffPosition(closing);
    }

    /// @dev Takes what a plan closes of principal and debt out of position and totals.
    function _takeOff(Closing memory closing) internal {
        _setTotalScaledDebt(_totalScaledDebt - (closing.position.scaledDebt - closing.scaledLeft));
        _takeOffPosition(closing);
    }

    function _takeOffPosition(Closing memory closing) private {
        Position memory position = closing.position;
        _removePrincipal(_collaterals[closing.collateral], position, position.principal - closing.principalLeft);
        position.scaledDebt = closing.scaledLeft.toUint128();
        if (closing.scaledLeft == 0) (position.youngPpb, position.youngSince) = (0, 0);
    }

    /// @dev Sends the bad debt of a plan down the waterfall, for at most `coverable` of which tranches may pay.
    /// @return id Ledger number.
    /// @return socialized Charged to the lenders, asset units.
    function _sendDown(
        Closing memory closing,
        IWriteOffEngine.Cause cause,
        uint256 coverable
    ) internal returns (uint256 id, uint256 socialized) {
        return
            _writeOffDebt(
                IWriteOffEngine.BadDebt({
                    debtor: closing.borrower,
                    cause: cause,
                    previousId: closing.position.writeOffId,
                    id: _provisionId(closing.position),
                    epoch: 0,
                    badDebtAssets: closing.badDebt,
                    reserveAssets: 0,
                    coverableAssets: coverable,
                    insurableAssets: closing.insurable
                }),
                closing.closedWad
            );
    }

    /// @dev Stores the debt of the position, takes its bad debt, if any, down the waterfall, ends its impairment if no
    /// uncovered debt is left, and takes the seized collateral. What is written off stays the borrower's default. While
    /// tranches are called, debt and collateral are what the totals say; the collateral and the default's number are one
    /// slot, which is written once.
    function _book(
        Closing memory closing,
        IWriteOffEngine.Cause cause,
        bool settled
    ) internal returns (uint256 socializedAssets) {
        Position memory position = closing.position;
        Position storage stored = _positions[closing.borrower][closing.collateral];
        _storeDebt(stored, position);
        if (closing.badDebt != 0) {
            if (settled) closing.closedWad = WAD;
            uint256 id;
            (id, socializedAssets) = _sendDown(closing, cause, closing.badDebt);
            position.writeOffId = id.toUint32();
        }
        if (settled && position.impairmentId != 0) {
            _endImpairment(closing.borrower, closing.collateral, position);
        }
        if (closing.seized != 0) {
            position.collateral -= closing.seized.toUint128();
            _collaterals[closing.collateral].totalCollateral -= closing.seized.toUint112();
        }
        _storeRest(stored, position);
    }

    // ---------------------------------------------------------------- A batch

    /// @dev Reads the price of each collateral once, for all positions that have it. An unlisted collateral or a price that
    /// cannot be read fails the positions concerned.
    function _priced(ISolventVault.PositionKey[] memory keys) internal view returns (Prices memory prices) {
        prices.collateralAssets = new uint256[](keys.length);
        bool[] memory priced = new bool[](keys.length);
        // In the usual batch all have the same collateral, and its quotes are there at once.
        for (uint256 i; i < keys.length && (i == 0 || prices.failures.length != 0); ++i) {
            if (!priced[i]) _priceFrom(i, keys, prices, priced);
        }
    }

    /// @dev Prices all positions with the collateral of the position `first`, the first of them.
    function _priceFrom(
        uint256 first,
        ISolventVault.PositionKey[] memory keys,
        Prices memory prices,
        bool[] memory priced
    ) private view {
        address collateral = keys[first].collateral;
        uint256[] memory inAssets = _held(first, keys, prices);
        (IPriceOracle.LossQuote[] memory quotes, bytes memory failure) = _lossValues(inAssets, collateral);
        if (failure.length == 0 && inAssets.length == keys.length) {
            prices.quotes = quotes;
            return;
        }
        if (prices.failures.length == 0) {
            prices.quotes = new IPriceOracle.LossQuote[](keys.length);
            prices.failures = new bytes[](keys.length);
        }
        bool listed = _isListed(_collaterals[collateral]);
        uint256 count;
        for (uint256 i = first; i < keys.length; ++i) {
            if (keys[i].collateral != collateral) continue;
            priced[i] = true;
            // What is worth nothing by rule needs no price, and no newer round.
            if (listed && prices.collateralAssets[i] == 0) prices.quotes[i].oldestRoundAt = type(uint64).max;
            else if (failure.length != 0) prices.failures[i] = failure;
            else prices.quotes[i] = quotes[count++];
        }
    }

    /// @dev Notes what each position with the collateral of the position `first` holds of it.
    /// @return inAssets The same without those that hold nothing, collateral units.
    function _held(
        uint256 first,
        ISolventVault.PositionKey[] memory keys,
        Prices memory prices
    ) private view returns (uint256[] memory inAssets) {
        address collateral = keys[first].collateral;
        inAssets = new uint256[](keys.length - first);
        uint256 count;
        for (uint256 i = first; i < keys.length; ++i) {
            if (keys[i].collateral != collateral) continue;
            uint256 held = _positions[keys[i].borrower][collateral].collateral;
            prices.collateralAssets[i] = held;
            if (held != 0) inAssets[count++] = held;
        }
        // Shortens the array to what was filled; what is behind it stays allocated.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(inAssets, count)
        }
    }

    /// @dev What each of `inAssets` of a collateral is worth, or why that cannot be said.
    function _lossValues(
        uint256[] memory inAssets,
        address collateral
    ) private view returns (IPriceOracle.LossQuote[] memory quotes, bytes memory failure) {
        Collateral storage state = _collaterals[collateral];
        if (!_isListed(state)) {
            return (quotes, abi.encodeWithSelector(ILendingRules.UnknownCollateral.selector, collateral));
        }
        if (state.retired) {
            quotes = new IPriceOracle.LossQuote[](inAssets.length);
            for (uint256 i; i < inAssets.length; ++i) quotes[i] = _lossValue(state, collateral, inAssets[i]);
        } else if (inAssets.length != 0) {
            try _oracle.getLossQuotes(inAssets, collateral, address(_asset)) returns (
                IPriceOracle.LossQuote[] memory read
            ) {
                quotes = read;
            } catch (bytes memory reason) {
                failure = _named(reason);
            }
        }
    }

    /// @dev Looks at position `i` of a batch, at its price. A position that an earlier item of the batch has changed cannot
    /// be closed twice at that price.
    function _openItem(
        Closing memory closing,
        ISolventVault.PositionKey memory key,
        Prices memory prices,
        uint256 i
    ) internal view returns (bytes memory failure) {
        if (prices.failures.length != 0) failure = prices.failures[i];
        if (failure.length != 0) return failure;
        _lookAt(closing, key.borrower, key.collateral, _index);
        closing.quote = prices.quotes[i];
        if (closing.position.collateral != prices.collateralAssets[i]) {
            failure = abi.encodeWithSelector(ILendingVault.DuplicateItem.selector, key.borrower, key.collateral);
        }
    }

    /// @dev Reports an item that cannot be done.
    /// @return failed Whether there is a failure.
    function _skips(ISolventVault.PositionKey memory key, bytes memory failure) internal returns (bool failed) {
        if (failure.length == 0) return false;
        emit ILendingVault.BatchItemSkipped(key.borrower, key.collateral, failure);
        return true;
    }
}
