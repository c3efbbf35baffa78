// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {LiquidationMath} from "./LiquidationMath.sol";
import {LossModule} from "./LossModule.sol";

/// @title A known loss follows its position
/// @notice Records that a position is insolvent, or that governance has announced to forgive part of it, and keeps its
/// provision at what that is expected to cost. Upholds IM1, LV2.
abstract contract Impairments is LossModule {
    using SafeCast for uint256;

    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) LossModule(asset_, engine_, oracle_) {}

    /// @dev Brings the impairment of a position to what is known of it now: begins it, follows the shortfall, or ends it.
    /// While a restructuring is announced it does not end, and covers the interest that would be forgiven.
    /// @return shortfall By the write-off price rule, asset units.
    function _impair(Closing memory closing) internal returns (uint256 shortfall, bytes memory failure) {
        uint256 covered;
        (covered, failure) = _appraise(_collaterals[closing.collateral], closing);
        if (failure.length != 0) return (0, failure);
        if (!closing.insolvent) {
            if (closing.position.impairmentId == 0) return (0, _solvent(closing, covered));
            _heal(closing);
            return (0, "");
        }
        shortfall = closing.debt - covered;
        _recordInsolvency(closing, shortfall);
        uint256 insurable = _insurable(
            closing.position,
            Math.saturatingSub(shortfall, closing.value - covered),
            Math.saturatingSub(closing.position.principal, closing.value)
        );
        _provision(closing, Math.max(shortfall, _announcedInterest(closing)), insurable);
        _store(closing.borrower, closing.collateral, closing.position);
    }

    /// @dev Ends the impairment of a position that a payment or a liquidation has healed. A price that cannot be read
    /// leaves it; it never blocks the payment.
    function _forgetIfHealed(address borrower, address collateral) internal {
        Collateral storage state = _collaterals[collateral];
        Closing memory closing = _figuresOf(borrower, collateral, _index);
        bytes memory failure;
        (closing.quote, failure) = _tryLossValue(state, collateral, closing.position.collateral);
        if (failure.length != 0) return;
        if (LiquidationMath.isInsolvent(closing.quote.primaryAssets, closing.debt, state.minIncentiveBps)) return;
        _heal(closing);
    }

    /// @dev The position is not insolvent any more: what is provisioned goes back, but for what an announced
    /// restructuring would cost.
    function _heal(Closing memory closing) private {
        if (_restructurings[closing.borrower][closing.collateral].announcedAt == 0) {
            _endImpairment(closing.borrower, closing.collateral, closing.position);
        } else {
            delete _impairedAt[closing.borrower][closing.collateral];
            _provision(closing, _announcedInterest(closing), 0);
        }
        _store(closing.borrower, closing.collateral, closing.position);
    }

    /// @dev Last second at which a record of insolvency made at `impairedAt` can be used.
    function _latestConfirmation(uint256 impairedAt) internal view returns (uint256) {
        return impairedAt + _risk.confirmationDelay + _risk.confirmationWindow;
    }

    /// @dev Makes a position an impaired one, if it is not.
    function _beginImpairment(Position memory position) internal {
        if (position.impairmentId != 0) return;
        position.impairmentId = UNPROVISIONED;
        ++_impairments;
    }

    /// @dev Interest that an announced restructuring would forgive now, asset units; what it may forgive of the
    /// principal is part of the shortfall anyway.
    function _announcedInterest(Closing memory closing) internal view returns (uint256) {
        if (closing.position.impairmentId == 0) return 0;
        return
            Math.min(
                _restructurings[closing.borrower][closing.collateral].interestAssets,
                Math.saturatingSub(closing.debt, closing.position.principal)
            );
    }

    /// @dev Starts the clock of a position that is found insolvent. One that has run out starts anew; one that runs is
    /// left as it is.
    function _recordInsolvency(Closing memory closing, uint256 shortfall) private {
        uint256 since = _impairedAt[closing.borrower][closing.collateral];
        if (since != 0 && block.timestamp <= _latestConfirmation(since)) return;
        _beginImpairment(closing.position);
        _impairedAt[closing.borrower][closing.collateral] = block.timestamp;
        emit ILendingVault.Impaired(closing.borrower, closing.collateral, shortfall);
    }

    /// @dev Follows an expected loss with a provision, where the vault makes them. The first opens the ledger entry
    /// under which the loss will be booked.
    function _provision(Closing memory closing, uint256 expected, uint256 insurable) private {
        Position memory position = closing.position;
        uint256 minimum = _minProvision;
        if (minimum == 0) return;
        if (position.impairmentId == UNPROVISIONED) {
            if (expected < minimum) return;
            position.impairmentId = _engine.openImpairment(closing.borrower, position.writeOffId).toUint32();
        }
        _provisionFor(position.impairmentId, expected, insurable, minimum);
    }
}
