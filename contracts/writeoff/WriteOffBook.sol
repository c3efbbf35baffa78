// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {ShareMath} from "../libraries/ShareMath.sol";
import {LossLedger} from "./LossLedger.sol";

/// @title The books of a vault that can suffer a bad debt
/// @notice Cash, reserves, and the one way in which a bad debt leaves. Storage comes before that of any token or
/// access contract, so that a vault and its modules, which run by delegatecall, see the same slots.
/// Never: an asset counted that did not arrive, a loss that is not in an epoch. Upholds WO1, WO5, LV1.
abstract contract WriteOffBook is LossLedger, ReentrancyGuardTransient {
    using SafeCast for uint256;

    IERC20 internal immutable _asset;
    IWriteOffEngine internal immutable _engine;

    // Slot S, begun in LossLedger: supply 128, open epoch 32, then
    /// @dev Second up to which interest or funding is in the books.
    uint32 internal _lastAccrual = uint32(block.timestamp);
    /// @dev Number of positions impaired now.
    uint32 internal _impairments;
    bool internal _depositsPaused;
    bool internal _borrowingPaused;
    /// @dev A total loss closes the vault to deposits for good.
    bool internal _isWipedOut;

    // Slot C: both change together whenever money moves.
    uint128 internal _cash;
    uint128 internal _reserves;

    /// @dev Cash set aside for claims; not part of `_cash`.
    uint128 internal _claimCash;
    IWriteOffVault.ReservePolicy internal _reservePolicy;

    /// @dev True while a bad debt is on its way down the waterfall: share price views are refused meanwhile.
    bool internal transient _booksOpen;

    constructor(IERC20 asset_, IWriteOffEngine engine_) {
        _asset = asset_;
        _engine = engine_;
    }

    // ---------------------------------------------------------------- Said by the kind of vault

    /// @dev Brings interest or funding into the books up to this second.
    function _accrue() internal virtual;

    /// @dev Lenders' assets that are not cash, by the books as stored, asset units.
    function _outstandingAssets() internal view virtual returns (uint256);

    /// @dev Outstanding assets and reserves as they would be after `_accrue`.
    function _accruedView() internal view virtual returns (uint256 outstandingAssets, uint256 accruedReserves);

    /// @dev Part of the reserves that rests on income which has not been paid yet, asset units.
    function _uncollectedReserves() internal view virtual returns (uint256);

    // ---------------------------------------------------------------- A loss

    /// @dev Takes a debt of `badDebtAssets`, already gone from the outstanding assets, down the waterfall: reserves,
    /// the engine's tranches, lenders. Nothing else may change the books while the tranches are called.
    /// @param insurableAssets Part of the bad debt that insurance may pay for, asset units.
    /// @return id Ledger number.
    /// @return socializedAssets Charged to the lenders through a loss epoch, asset units.
    function _writeOffDebt(
        address debtor,
        IWriteOffEngine.Cause cause,
        uint32 previousId,
        uint256 badDebtAssets,
        uint256 insurableAssets
    ) internal returns (uint256 id, uint256 socializedAssets) {
        uint256 fromReserves = Math.min(_reserves, badDebtAssets);
        _reserves -= fromReserves.toUint128();
        _booksOpen = true;
        uint256 covered;
        (id, covered) = _engine.absorb(
            IWriteOffEngine.BadDebt({
                debtor: debtor,
                cause: cause,
                previousId: previousId,
                epoch: _openEpoch,
                badDebtAssets: badDebtAssets,
                reserveAssets: fromReserves,
                insurableAssets: insurableAssets
            })
        );
        if (covered != 0) {
            _cash += covered.toUint128();
            _checkBalance();
        }
        socializedAssets = badDebtAssets - fromReserves - covered;
        if (socializedAssets != 0) _chargeLoss(socializedAssets);
        _booksOpen = false;
    }

    /// @dev Closes the vault to deposits for good after a total loss. To be called after a socialized one, when all that
    /// belongs to it is in the books: before a liquidator's payment is, any loss may look total.
    function _closeIfWipedOut() internal {
        uint256 total = _storedTotalAssets();
        if (_isWipedOut || !ShareMath.isWipedOut(total, _supply)) return;
        _isWipedOut = true;
        emit IWriteOffVault.WipedOut(total, _supply);
    }

    // ---------------------------------------------------------------- Cash

    /// @dev Takes `assets` out of cash, or says what is there.
    function _spendCash(uint256 assets) internal {
        uint256 held = _cash;
        if (assets > held) revert IWriteOffVault.InsufficientCash(assets, held);
        _cash = (held - assets).toUint128();
    }

    /// @dev Assets behind the shares, by the books as stored.
    function _storedTotalAssets() internal view returns (uint256) {
        return _netAssets(_outstandingAssets(), _reserves);
    }

    /// @dev The vault believes its own balance only: it must hold what the books say.
    function _checkBalance() internal view {
        uint256 expected = uint256(_cash) + _claimCash;
        uint256 balance = _asset.balanceOf(address(this));
        if (balance < expected) revert IWriteOffVault.PaymentMissing(expected, balance);
    }

    function _netAssets(uint256 outstandingAssets, uint256 reserveAssets) internal view returns (uint256) {
        // Reserves are a share of income, and a write-off uses them up before it touches the lenders; only when
        // accrued interest on a written-off debt is rounded can they exceed the gross assets by a unit.
        return Math.saturatingSub(_cash + outstandingAssets, reserveAssets);
    }
}
