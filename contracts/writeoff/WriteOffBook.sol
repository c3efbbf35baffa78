// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {Cooldown} from "../libraries/Cooldown.sol";
import {ShareMath} from "../libraries/ShareMath.sol";
import {WAD} from "../libraries/Units.sol";
import {LossLedger} from "./LossLedger.sol";

/// @title The books of a vault that can suffer a bad debt
/// @notice Cash, reserves, and the one way in which a bad debt leaves. Storage comes before that of any token or
/// access contract, so that a vault and its modules, which run by delegatecall, see the same slots.
/// Never: an asset counted that did not arrive, a loss that is not in an epoch. Upholds WO1, WO5, LV1.
abstract contract WriteOffBook is LossLedger, ReentrancyGuardTransient {
    using SafeCast for int256;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev One part in so many of the total assets is never charged by a provision.
    uint256 private constant UNCHARGED_DIVISOR = 1_000;
    /// @dev After so many charges a provision changes by at least one part in eight, or ends.
    uint256 private constant MANY_CHARGES = 32;
    uint256 private constant LEAST_STEP_DIVISOR = 8;

    IERC20 internal immutable _asset;
    IWriteOffEngine internal immutable _engine;

    // Slot S, begun in LossLedger: supply 128, open epoch 32, then. Entries and exits write it, debts do not read it.
    /// @dev Number of positions impaired now.
    uint32 internal _impairments;
    bool internal _depositsPaused;
    /// @dev What else holds for the whole vault, as bits (`_is`).
    uint8 internal _flags;
    /// @dev Whether slot P holds anything, so that the usual case need not read it.
    bool internal _provisioned;

    // Slot C: whatever moves money writes this, and what brings the books to now writes nothing else.
    uint112 internal _cash;
    /// @dev For the kind of vault: what grows with time. A lending vault has its interest index here.
    uint96 internal _index;
    /// @dev Second up to which interest or funding is in the books.
    uint32 internal _lastAccrual = uint32(block.timestamp);
    bool internal _borrowingPaused;
    /// @dev The vault is being wound up (`WINDING_UP`): said here too, where new debt reads it.
    bool internal _borrowingEnded;

    /// @dev Cash set aside for claims; not part of `_cash`.
    uint128 internal _claimCash;
    /// @dev Read only where leaving takes notice.
    ExitTerms internal _exitTerms;
    mapping(uint256 generation => mapping(address owner => Cooldown.Notice)) internal _exits;
    IWriteOffVault.ReservePolicy internal _reservePolicy;
    Refused internal _refused;

    // Slot P: what is known to be lost, and claims on losses that did not happen.
    /// @dev Assets provisioned for impaired debts: not yet gone, not counted any more.
    uint128 internal _provisions;
    /// @dev Claims from reversed provisions; owed to former and present holders, paid from cash like a withdrawal.
    uint128 internal _unfundedClaims;
    mapping(uint256 id => Provision) internal _provisionOf;

    // Slot D, shared with what a kind of vault declares first: it changes where debts do.
    /// @dev Reserves, asset units, but for what a kind of vault leaves to be worked out (`_reserveAssets`); hence the sign.
    int112 internal _reserveBase;

    /// @dev What has been set apart for one impaired debt besides the fund's earmark, asset units. One slot.
    struct Provision {
        uint128 reserves;
        uint128 charged;
    }

    /// @dev Bad debts of debts that are not impaired, which go down the waterfall together. Asset units unless said.
    struct Losses {
        IWriteOffEngine.BadDebt[] reports;
        uint256 reservesLeft; // when all that are in the list have been paid for as far as they go
        uint256 reservesTaken; // for those in the list
        uint256 uncovered; // what reserves do not pay of them
        uint32 epoch; // that is open; zero as long as it does not matter
    }

    /// @dev What has to be told before leaving, seconds; the generation counts how often it was turned on. One slot.
    struct ExitTerms {
        uint32 noticeSeconds;
        uint32 windowSeconds;
        uint32 generation;
    }

    /// @dev Parts of swept reserves that were not taken; still in the reserves, where losses may use them up. One slot.
    struct Refused {
        uint128 fundAssets;
        uint128 underwriterAssets;
    }

    /// @dev A total loss closed the vault to deposits for good.
    uint8 internal constant WIPED_OUT = 1;
    /// @dev Governance closed it to deposits and new debt for good.
    uint8 internal constant WINDING_UP = 2;
    /// @dev Leaving takes notice.
    uint8 internal constant EXIT_NOTICE = 4;

    /// @dev Set when somebody leaves in this transaction.
    bool internal transient _left;
    /// @dev True while the losses of a batch are gathered, and what they have charged so far, asset units.
    bool internal transient _batching;
    uint256 internal transient _batchCharge;
    /// @dev One while a bad debt is on its way down the waterfall: share price views are refused meanwhile. No bool, because
    /// writing one reads it first, for 200 gas a loss.
    uint256 internal transient _booksOpen;

    constructor(IERC20 asset_, IWriteOffEngine engine_) {
        _asset = asset_;
        _engine = engine_;
    }

    // ---------------------------------------------------------------- Said by the kind of vault

    /// @dev Brings interest or funding into the books up to this second.
    function _accrue() internal virtual;

    /// @dev Lenders' assets that are not cash, by the books as stored, asset units.
    function _outstandingAssets() internal view virtual returns (uint256);

    /// @dev Reserves by the books as stored, asset units: `_reserveBase`, and what a kind of vault does not store of them.
    /// It may count a part of its outstanding assets, so that income need not be booked where only time has passed.
    function _reserveAssets() internal view virtual returns (uint256);

    /// @dev Outstanding assets and reserves as they would be after `_accrue`.
    function _accruedView() internal view virtual returns (uint256 outstandingAssets, uint256 accruedReserves);

    /// @dev Part of the reserves that rests on income which has not been paid yet, asset units.
    function _uncollectedReserves() internal view virtual returns (uint256);

    /// @dev Assets behind the shares, by the books as stored: `_netAssets` of what is there and of the reserves.
    function _storedTotalAssets() internal view virtual returns (uint256);

    /// @dev `_accrue`, then `_storedTotalAssets`, without reading twice what both need.
    function _accrueTotal() internal virtual returns (uint256);

    /// @dev Cash and outstanding assets together, by the books as stored, asset units. Negative only where a vault can owe
    /// its counterparties more than it has.
    function _grossAssets() internal view virtual returns (int256);

    /// @dev Assets behind the shares as they would be after `_accrue`, asset units.
    function _presentTotalAssets() internal view virtual returns (uint256);

    /// @dev Whether nothing is left that the vault could lose.
    function _isRiskless() internal view virtual returns (bool);

    /// @dev Tokens in the vault that are neither its cash nor set aside for claims, asset units.
    function _othersAssets() internal view virtual returns (uint256);

    /// @dev By how much entries are priced above and exits below the assets behind the shares, asset units.
    function _priceSpread() internal view virtual returns (uint256);

    /// @dev Cash that shares may leave with, asset units.
    function _exitCash() internal view virtual returns (uint256);

    // ---------------------------------------------------------------- A loss that is final

    /// @dev Takes a bad debt that has just left the outstanding assets down the waterfall: what was provisioned for it,
    /// reserves, the engine's tranches, lenders. Nothing else may change the books while the tranches are called.
    /// @param loss The report to the engine; epoch and what reserves pay are filled in here.
    /// @param closedWad Part of the impaired debt that is closed, WAD: as much of its provision may be used.
    /// @param pendingAssets What is about to be paid for debt that has left the books, asset units.
    /// @param reserves `_reserveAssets`, which a lending vault has at hand.
    /// @return id Ledger number.
    /// @return socializedAssets Charged to the lenders through loss epochs, before or now, asset units.
    function _writeOffDebt(
        IWriteOffEngine.BadDebt memory loss,
        uint256 closedWad,
        uint256 pendingAssets,
        uint256 reserves
    ) internal returns (uint256 id, uint256 socializedAssets) {
        uint256 heldReserves;
        uint256 heldCharge;
        if (loss.id != 0) (heldReserves, heldCharge) = _usableProvision(loss.id, closedWad);
        uint256 badDebt = loss.badDebtAssets;
        uint256 fromHeld = Math.min(heldReserves, badDebt);
        uint256 uncovered;
        // Each part is the smaller of what there is and what is left to pay.
        unchecked {
            uint256 fromReserves = Math.min(reserves, badDebt - fromHeld);
            if (fromReserves != 0) _takeReserves(fromReserves);
            loss.reserveAssets = fromHeld + fromReserves;
            uncovered = badDebt - fromHeld - fromReserves;
        }
        // Where reserves pay for all of it slot S is not read at all (2,100 gas).
        if (loss.id != 0 || uncovered != 0) loss.epoch = _openEpoch;
        _booksOpen = 1;
        uint256 covered;
        (id, covered) = _engine.absorb(loss);
        _takeCover(covered);
        socializedAssets = uncovered - covered;
        uint256 fromCharge = Math.min(heldCharge, socializedAssets);
        if (fromHeld != 0 || fromCharge != 0) _useProvision(loss.id, fromHeld, fromCharge);
        _socializeLoss(loss.id, socializedAssets - fromCharge, pendingAssets);
        _booksOpen = 0;
    }

    // Several bad debts at once: `_expectLosses`, then `_addLoss` for each, and when all have left the outstanding assets,
    // `_writeOffDebts`. One call of the engine, each total written once: that is worth 4,000 gas a debt.

    /// @dev Starts a list of at most `count` losses, for which there are `reserves`. Of the reports only the places are made:
    /// each report when it is known.
    function _expectLosses(Losses memory losses, uint256 count, uint256 reserves) internal pure {
        uint256[] memory places = new uint256[](count);
        IWriteOffEngine.BadDebt[] memory reports;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            reports := places
        }
        losses.reports = reports;
        _expectMoreLosses(losses, reserves);
    }

    /// @dev Starts the list anew, in the same room: a batch that made room each time would cost more the longer it is.
    function _expectMoreLosses(Losses memory losses, uint256 reserves) internal pure {
        IWriteOffEngine.BadDebt[] memory reports = losses.reports;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(reports, 0)
        }
        losses.reservesLeft = reserves;
        (losses.reservesTaken, losses.uncovered, losses.epoch) = (0, 0, 0);
    }

    /// @dev Adds a loss, each of another debt, none impaired, and no more than room was made for: reserves pay for it before
    /// those that are added later.
    /// @param loss The report to the engine; epoch and what reserves pay are filled in here.
    /// @return uncovered What reserves do not pay of it, asset units.
    function _addLoss(
        Losses memory losses,
        IWriteOffEngine.BadDebt memory loss
    ) internal view returns (uint256 uncovered) {
        IWriteOffEngine.BadDebt[] memory reports = losses.reports;
        // The room that `_expectLosses` has made is behind the end of the list.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let at := add(mload(reports), 1)
            mstore(reports, at)
            mstore(add(reports, shl(5, at)), loss)
        }
        uncovered = loss.badDebtAssets;
        uint256 left = losses.reservesLeft;
        if (left != 0) {
            uint256 fromReserves = Math.min(left, uncovered);
            // The smaller of both, out of reserves that are there.
            unchecked {
                losses.reservesLeft = left - fromReserves;
                losses.reservesTaken += fromReserves;
                uncovered -= fromReserves;
            }
            loss.reserveAssets = fromReserves;
        }
        if (uncovered == 0) return 0;
        // The engine refuses a loss of more than 112 bits.
        unchecked {
            losses.uncovered += uncovered;
        }
        if (losses.epoch == 0) losses.epoch = _openEpoch;
        loss.epoch = losses.epoch;
    }

    /// @dev Takes the losses down the waterfall, within a batch (`_beginBatch`).
    /// @param pendingAssets As in `_writeOffDebt`.
    /// @return firstId Ledger number of the first; the others follow it.
    /// @return socializedAssets Charged to the lenders, asset units.
    /// @return covered What tranches paid for each, asset units; empty if they paid for none.
    function _writeOffDebts(
        Losses memory losses,
        uint256 pendingAssets
    ) internal returns (uint256 firstId, uint256 socializedAssets, uint256[] memory covered) {
        if (losses.reservesTaken != 0) _takeReserves(losses.reservesTaken);
        _booksOpen = 1;
        (firstId, covered) = _engine.absorbBatch(losses.reports);
        uint256 paid;
        for (uint256 i; i < covered.length; ++i) paid += covered[i];
        _takeCover(paid);
        socializedAssets = losses.uncovered - paid;
        _socializeLoss(0, socializedAssets, pendingAssets);
        _booksOpen = 0;
    }

    /// @dev Books what tranches have paid, asset units.
    function _takeCover(uint256 assets) private {
        if (assets == 0) return;
        _addCash(assets);
        _checkBalance();
    }

    /// @dev Closes the vault to deposits for good after a total loss. To be called after a socialized one, when all that
    /// belongs to it is in the books: before a liquidator's payment is, any loss may look total. A provision is no
    /// loss yet.
    function _closeIfWipedOut() internal {
        uint256 total = _storedTotalAssets();
        if (_provisioned) total += _provisions;
        if (_is(WIPED_OUT) || !ShareMath.isWipedOut(total, _supply)) return;
        _flags |= WIPED_OUT;
        emit IWriteOffVault.WipedOut(total, _supply);
    }

    /// @dev Closes the vault to deposits and new debt for good; who is in may leave without notice.
    function _windUp() internal {
        if (_is(WINDING_UP)) revert IWriteOffVault.VaultWindingUp();
        _flags = (_flags | WINDING_UP) & ~EXIT_NOTICE;
        _borrowingEnded = true;
        emit IWriteOffVault.WindUpStarted();
    }

    /// @dev Stops new inflow, or new risk, or both.
    function _pause(bool deposits, bool borrowing) internal {
        if (deposits) _depositsPaused = true;
        if (borrowing) _borrowingPaused = true;
        emit IWriteOffVault.PauseSet(_depositsPaused, _borrowingPaused);
    }

    /// @dev Allows both again.
    function _unpause() internal {
        _depositsPaused = false;
        _borrowingPaused = false;
        emit IWriteOffVault.PauseSet(false, false);
    }

    function _is(uint8 flag) internal view returns (bool) {
        return _flags & flag != 0;
    }

    /// @dev Charges present holders with a final loss, as far as the shares can bear it. Where they can bear nothing of it,
    /// its entry names an epoch that it does not close. That number is passed over, so that no later loss closes it, whose
    /// holders would be credited with what comes back for this one; unless others of the same batch close it anyway.
    function _socializeLoss(uint32 impairmentId, uint256 assets, uint256 pendingAssets) private {
        if (assets == 0) return;
        uint256 charge = _bearable(assets, pendingAssets);
        if (charge != 0) _socialize(impairmentId, charge, false);
        else if (_batchCharge == 0) ++_openEpoch;
    }

    /// @dev The part of a loss that the shares can bear: what they were worth before it. While claims on reversed
    /// provisions are open that may be less than the loss, and then those who claim bear the rest (`ClaimPayments`).
    function _bearable(uint256 assets, uint256 pendingAssets) private view returns (uint256) {
        if (!_provisioned || _unfundedClaims == 0) return assets;
        int256 gross = _grossAssets() + int256(pendingAssets + assets);
        return Math.min(assets, _above(gross, _reserveAssets() + _provisions + _unfundedClaims));
    }

    /// @dev Charges present holders with `assets`. Nobody may leave and do this in one transaction.
    function _socialize(uint32 impairmentId, uint256 assets, bool isProvision) private {
        if (assets == 0) return;
        if (_left) revert IWriteOffVault.ExitAndLossInOneTransaction();
        if (impairmentId != 0) _listCharge(impairmentId, assets);
        if (_batching) _batchCharge += assets;
        else _chargeLoss(assets, isProvision);
    }

    /// @dev From here to `_endBatch` losses are charged together, through one epoch.
    function _beginBatch() internal {
        _batching = true;
    }

    /// @dev Closes the epoch of a batch of final losses or of provisions, if it has charged anything.
    function _endBatch(bool ofProvisions) internal {
        uint256 assets = _batchCharge;
        _batching = false;
        if (assets == 0) return;
        _batchCharge = 0;
        _chargeLoss(assets, ofProvisions);
    }

    // ---------------------------------------------------------------- A loss that is known but not final

    /// @dev Brings what is set apart for the impaired debt `id` to `expectedAssets`: more takes reserves, then the
    /// fund's earmark, then charges the lenders; less gives back in reverse. Both leave the books as they were for
    /// everybody who was not charged. Does nothing if it is so already.
    /// @param expectedAssets Bad debt that is expected, asset units; zero ends the impairment.
    /// @param insurableAssets Part of it that insurance may pay for, asset units.
    /// @param minStep Least change worth a loss epoch, asset units; ending is always possible.
    function _provisionFor(uint32 id, uint256 expectedAssets, uint256 insurableAssets, uint256 minStep) internal {
        Provision memory provision = _provisionOf[id];
        uint256 earmarked = _engine.earmarkOf(address(this), id);
        uint256 present = uint256(provision.reserves) + provision.charged + earmarked;
        uint256 step = expectedAssets > present ? expectedAssets - present : present - expectedAssets;
        // Every charge is listed, and ending the impairment goes through the list. Where prices have made many, further
        // steps must be of an eighth at least.
        if (_chargeCount(id) >= MANY_CHARGES) minStep = Math.max(minStep, present / LEAST_STEP_DIVISOR);
        if (expectedAssets != 0 && step < minStep) return;
        _booksOpen = 1;
        if (expectedAssets > present) {
            _provisionMore(id, provision, expectedAssets - present, Math.saturatingSub(insurableAssets, earmarked));
        } else if (expectedAssets < present) {
            _provisionLess(id, provision, present - expectedAssets, earmarked);
        }
        _booksOpen = 0;
        if (expectedAssets == 0) delete _provisionOf[id];
        else _provisionOf[id] = provision;
        _provisioned = _provisions + _unfundedClaims != 0;
    }

    function _provisionMore(uint32 id, Provision memory provision, uint256 assets, uint256 insurable) private {
        uint256 fromReserves = Math.min(_reserveAssets(), assets);
        uint256 earmarked = Math.min(assets - fromReserves, insurable);
        if (earmarked != 0) earmarked = _engine.earmark(id, earmarked);
        uint256 charge = assets - fromReserves - earmarked;
        // What may turn out a false alarm must not end the share price: a trace is left uncharged until it is final.
        uint256 total = _storedTotalAssets();
        charge = Math.min(charge, total - Math.ceilDiv(total, UNCHARGED_DIVISOR));
        _takeReserves(fromReserves);
        provision.reserves += fromReserves.toUint128();
        provision.charged += charge.toUint128();
        _provisions += (fromReserves + charge).toUint128();
        _socialize(id, charge, true);
        emit IWriteOffVault.Provisioned(id, fromReserves, earmarked, charge);
    }

    function _provisionLess(uint32 id, Provision memory provision, uint256 assets, uint256 earmarked) private {
        uint256 charge = Math.min(provision.charged, assets);
        uint256 fromFund = Math.min(earmarked, assets - charge);
        uint256 toReserves = assets - charge - fromFund;
        if (fromFund != 0) _engine.releaseEarmark(id, fromFund);
        provision.charged -= charge.toUint128();
        provision.reserves -= toReserves.toUint128();
        _addReserves(toReserves);
        _provisions -= (charge + toReserves).toUint128();
        if (charge != 0) {
            _unfundedClaims += charge.toUint128();
            _unchargeFor(id, charge, type(uint256).max);
        }
        emit IWriteOffVault.ProvisionReleased(id, toReserves, fromFund, charge);
    }

    /// @dev What is set apart for `id`, asset units: from reserves, earmarked in the fund, charged to the lenders.
    function _provisionedFor(
        uint256 id
    ) internal view returns (uint256 reserveAssets, uint256 earmarkedAssets, uint256 chargedAssets) {
        Provision memory provision = _provisionOf[id];
        return (provision.reserves, _engine.earmarkOf(address(this), id), provision.charged);
    }

    /// @dev How much of the provision the closed part of an impaired debt may use. The part is rounded up, so that a
    /// provision which is just large enough leaves no dust to be charged through an epoch of its own.
    function _usableProvision(
        uint32 id,
        uint256 closedWad
    ) private view returns (uint256 heldReserves, uint256 heldCharge) {
        Provision memory provision = _provisionOf[id];
        heldReserves = Math.mulDiv(provision.reserves, closedWad, WAD);
        heldCharge = Math.mulDiv(provision.charged, closedWad, WAD);
    }

    function _useProvision(uint32 id, uint256 fromReserves, uint256 fromCharge) private {
        Provision storage provision = _provisionOf[id];
        provision.reserves -= fromReserves.toUint128();
        provision.charged -= fromCharge.toUint128();
        _provisions -= (fromReserves + fromCharge).toUint128();
        _provisioned = _provisions + _unfundedClaims != 0;
    }

    // ---------------------------------------------------------------- Cash and reserves

    function _addCash(uint256 assets) internal {
        _cash = (_cash + assets).toUint112();
    }

    function _addReserves(uint256 assets) internal {
        _reserveBase = (_reserveBase + assets.toInt256()).toInt112();
    }

    /// @dev Takes `assets` out of the reserves; the caller looks that there are so many.
    function _takeReserves(uint256 assets) internal {
        // There are at most a base of 112 bits and a part of debts of less than 150.
        unchecked {
            _reserveBase = (_reserveBase - int256(assets)).toInt112();
        }
    }

    /// @dev Takes `assets` out of cash, or says what is there.
    function _spendCash(uint256 assets) internal {
        uint256 held = _cash;
        if (assets > held) revert IWriteOffVault.InsufficientCash(assets, held);
        _cash = uint112(held - assets);
    }

    /// @dev The vault believes its own balance only: it must hold what the books say.
    function _checkBalance() internal view {
        uint256 expected = uint256(_cash) + _claimCash + _othersAssets();
        uint256 balance = _asset.balanceOf(address(this));
        if (balance < expected) revert IWriteOffVault.PaymentMissing(expected, balance);
    }

    /// @dev Every layer pays in the asset. While it does not move at all (its issuer has paused it, or blocked this vault)
    /// all of them would fail and the lenders pay for everything; a loss for which nobody brings cash can wait for it.
    /// Reverts with the token's own error.
    function _checkAssetMoves() internal {
        _asset.safeTransfer(address(this), Math.min(_asset.balanceOf(address(this)), 1));
    }

    function _netAssets(int256 grossAssets, uint256 reserveAssets) internal view returns (uint256) {
        // Reserves are a share of income, and a write-off uses them up before it touches the lenders; only when
        // accrued interest on a written-off debt is rounded can they exceed the gross assets by a unit.
        uint256 liabilities = reserveAssets;
        if (_provisioned) liabilities += uint256(_provisions) + _unfundedClaims;
        return _above(grossAssets, liabilities);
    }

    /// @dev What is left of `gross` beyond `liabilities`, asset units; nothing where they are more.
    function _above(int256 gross, uint256 liabilities) internal pure returns (uint256) {
        return gross <= 0 ? 0 : Math.saturatingSub(uint256(gross), liabilities);
    }
}
