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
/// batch. A batch reads the price of each collateral once and charges the lenders through one loss epoch.
/// Never: a loss booked while a live source says solvent. Upholds WO1, LV2, OR1.
abstract contract LossModule is LossFigures {
    using SafeCast for uint256;

    /// @dev One position of a batch and the price that was read for it.
    struct Item {
        address borrower;
        address collateral;
        uint256 collateralAssets; // collateral units that the quote is for
        IPriceOracle.LossQuote quote;
        bytes failure; // encoded error, if no price could be read
        bool priced;
    }

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) LossFigures(asset_, engine_, oracle_) {}

    // ---------------------------------------------------------------- One position

    /// @dev The position as it is now, at the price read for it. Interest must be in the books.
    function _open(address borrower, address collateral) internal view returns (Closing memory closing) {
        Collateral storage state = _listed(collateral);
        closing = _figuresOf(borrower, collateral, _index);
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
        _weigh(closing, _totalScaledDebt);
        closing.insurable = _insurableOf(closing);
        _takeOff(closing);
    }

    /// @dev Takes what a plan closes of principal and debt out of position and totals.
    function _takeOff(Closing memory closing) internal {
        Position memory position = closing.position;
        _removePrincipal(_collaterals[closing.collateral], position, position.principal - closing.principalLeft);
        _removeDebt(position, position.scaledDebt - closing.scaledLeft);
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
                Loss({
                    debtor: closing.borrower,
                    cause: cause,
                    previousId: closing.position.writeOffId,
                    impairmentId: _provisionId(closing.position),
                    closedWad: closing.closedWad,
                    badDebtAssets: closing.badDebt,
                    coverableAssets: coverable,
                    insurableAssets: closing.insurable
                })
            );
    }

    /// @dev Stores the position, takes its bad debt, if any, down the waterfall, and ends its impairment if no
    /// uncovered debt is left. What is written off stays the borrower's default.
    function _book(
        Closing memory closing,
        IWriteOffEngine.Cause cause,
        bool settled
    ) internal returns (uint256 socializedAssets) {
        Position memory position = closing.position;
        _store(closing.borrower, closing.collateral, position);
        if (closing.badDebt != 0) {
            if (settled) closing.closedWad = WAD;
            uint256 id;
            (id, socializedAssets) = _sendDown(closing, cause, closing.badDebt);
            position.writeOffId = id.toUint32();
            _positions[closing.borrower][closing.collateral].writeOffId = position.writeOffId;
        }
        if (settled && position.impairmentId != 0) {
            _endImpairment(closing.borrower, closing.collateral, position);
            _positions[closing.borrower][closing.collateral].impairmentId = 0;
        }
    }

    // ---------------------------------------------------------------- A batch

    /// @dev The positions of a batch, each with the price read for it.
    function _priced(ISolventVault.PositionKey[] memory positions) internal view returns (Item[] memory items) {
        items = new Item[](positions.length);
        for (uint256 i; i < positions.length; ++i) {
            (items[i].borrower, items[i].collateral) = (positions[i].borrower, positions[i].collateral);
        }
        _price(items);
    }

    /// @dev Reads the price of each collateral among `items` once, for all their positions. An unlisted collateral or a
    /// price that cannot be read fails the items concerned.
    function _price(Item[] memory items) private view {
        for (uint256 i; i < items.length; ++i) {
            if (items[i].priced) continue;
            _priceFrom(items, i);
        }
    }

    /// @dev Prices all items with the collateral of item `first`.
    function _priceFrom(Item[] memory items, uint256 first) private view {
        address collateral = items[first].collateral;
        Collateral storage state = _collaterals[collateral];
        uint256 count;
        uint256[] memory inAssets = new uint256[](items.length - first);
        for (uint256 i = first; i < items.length; ++i) {
            if (items[i].collateral != collateral) continue;
            items[i].priced = true;
            items[i].collateralAssets = _positions[items[i].borrower][collateral].collateral;
            inAssets[count++] = items[i].collateralAssets;
        }
        bytes memory failure;
        IPriceOracle.LossQuote[] memory quotes;
        if (!state.listed) {
            failure = abi.encodeWithSelector(ILendingRules.UnknownCollateral.selector, collateral);
        } else if (!state.retired) {
            // Shortens the array to what was filled: it is the first of its kind in memory and stays allocated.
            // solhint-disable-next-line no-inline-assembly
            assembly ("memory-safe") {
                mstore(inAssets, count)
            }
            try _oracle.getLossQuotes(inAssets, collateral, address(_asset)) returns (
                IPriceOracle.LossQuote[] memory read
            ) {
                quotes = read;
            } catch (bytes memory reason) {
                failure = _named(reason);
            }
        }
        count = 0;
        for (uint256 i = first; i < items.length; ++i) {
            Item memory item = items[i];
            if (item.collateral != collateral) continue;
            // What is worth nothing by rule needs no price.
            if (state.retired || (state.listed && item.collateralAssets == 0)) {
                item.quote = _lossValue(state, collateral, item.collateralAssets);
            } else if (failure.length != 0) {
                item.failure = failure;
            } else {
                item.quote = quotes[count];
            }
            ++count;
        }
    }

    /// @dev The position of a batch item at its price. A position that an earlier item of the batch has changed cannot
    /// be closed twice at that price.
    function _openItem(Item memory item) internal view returns (Closing memory closing, bytes memory failure) {
        if (item.failure.length != 0) return (closing, item.failure);
        closing = _figuresOf(item.borrower, item.collateral, _index);
        closing.quote = item.quote;
        if (closing.position.collateral != item.collateralAssets) {
            failure = abi.encodeWithSelector(ILendingVault.DuplicateItem.selector, item.borrower, item.collateral);
        }
    }

    /// @dev Reports an item that cannot be done.
    /// @return failed Whether there is a failure.
    function _skips(address borrower, address collateral, bytes memory failure) internal returns (bool failed) {
        if (failure.length == 0) return false;
        emit ILendingVault.BatchItemSkipped(borrower, collateral, failure);
        return true;
    }
}
