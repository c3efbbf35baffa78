// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IClaimAssignments} from "../interfaces/IClaimAssignments.sol";
import {ILossShares} from "../interfaces/ILossShares.sol";
import {ShareMath} from "../libraries/ShareMath.sol";

/// @title Who held how much when a loss was charged
/// @notice Storage and arithmetic of `LossShares`, without the token around it, so that a vault's modules can charge a
/// loss too. A loss closes the open epoch; whoever held at that moment owns a claim on whatever is recovered for it,
/// at O(1) cost however many holders there are.
/// Never: a claim that grows by itself, a claim paid twice. Upholds RE1, and is the only way a vault's share price
/// falls (WO5).
abstract contract LossLedger {
    using Checkpoints for Checkpoints.Trace224;
    using SafeCast for uint256;

    /// @dev An account's balance and the epoch in which it last changed. One slot.
    struct Head {
        uint32 epoch;
        uint224 balance;
    }

    /// @dev One epoch's charge for one write-off. One slot.
    struct Charge {
        uint32 epoch;
        uint112 assets;
        uint112 recovered;
    }

    /// @dev Heads are never deleted: an emptied account may still be asked what it held.
    mapping(address account => Head) internal _heads;
    /// @dev Balances of past epochs; key = first epoch at whose close the balance was held. Written only when a
    /// balance changes for the first time after a loss.
    mapping(address account => Checkpoints.Trace224) private _archive;
    /// @dev An epoch that no loss has closed has no shares; its slot may be prepared all the same (`PreparedEpochs`).
    mapping(uint256 epoch => ILossShares.LossEpoch) internal _losses;
    /// @dev What has come in for an epoch, asset units; the highest bit says that the slot was prepared, and nothing else.
    mapping(uint256 epoch => uint256 assets) internal _recoveries;
    mapping(address account => mapping(uint256 epoch => uint256 assets)) private _claimed;
    /// @dev Charges of write-offs that were impaired first, oldest first. A loss charged in one step has none: its
    /// epoch is known from the ledger.
    mapping(uint256 id => Charge[]) private _charges;
    /// @dev Shares whose recoveries were taken over less those whose recoveries were given away, modulo 2^256.
    mapping(address account => mapping(uint256 epoch => uint256 shares)) private _takenOver;

    /// @dev To whom the claims of a contract that cannot call may be assigned, and from which second on. One slot.
    struct Assignment {
        address to;
        uint64 executableAt;
    }

    mapping(address account => Assignment) internal _assignments;

    /// @dev Highest bit of a slot of `_recoveries`.
    uint256 internal constant PREPARED = 1 << 255;

    // Slot S, shared with the clock and flags of the vault's books: supply 128, epoch 32, 96 bits free.
    uint128 internal _supply;
    uint32 internal _openEpoch = 1;

    /// @dev Shares whose recoveries for `epoch` belong to `account`: held when it closed, less those whose recoveries it
    /// has assigned, plus those that it has taken over.
    function _balanceAtEpoch(address account, uint256 epoch) internal view returns (uint256) {
        Head memory head = _heads[account];
        uint256 balance = head.epoch <= epoch ? head.balance : _archive[account].upperLookup(epoch.toUint32());
        // Modulo 2^256: nobody assigns more than it has.
        unchecked {
            return balance + _takenOver[account][epoch];
        }
    }

    /// @dev What `account` can claim for `epoch` now, rounded down. What was taken over may count as claimed by a unit
    /// more than its part.
    function _claimable(address account, uint256 epoch) internal view returns (uint256) {
        uint256 shares = _losses[epoch].shares;
        if (shares == 0) return 0;
        uint256 due = Math.mulDiv(_recovered(epoch), _balanceAtEpoch(account, epoch), shares);
        return Math.saturatingSub(due, _claimed[account][epoch]);
    }

    /// @dev Moves the recoveries for `epoch` of `shares` from one account to another, what was claimed for them pro rata.
    /// Rounded against both: together they count as having claimed at most a unit more than before, never less, so the
    /// sum of all claims stays within what has come in.
    function _assignRecovery(address from, address to, uint256 epoch, uint256 shares) internal {
        if (epoch >= _openEpoch) revert ILossShares.EpochNotClosed(epoch, _openEpoch);
        uint256 held = _balanceAtEpoch(from, epoch);
        if (shares == 0 || shares > held) revert ILossShares.ExceedsRecoveryShares(from, epoch, shares, held);
        uint256 claimed = _claimed[from][epoch];
        _claimed[from][epoch] = claimed - Math.mulDiv(claimed, shares, held);
        _claimed[to][epoch] += Math.mulDiv(claimed, shares, held, Math.Rounding.Ceil);
        unchecked {
            _takenOver[from][epoch] -= shares;
            _takenOver[to][epoch] += shares;
        }
        emit ILossShares.RecoveryAssigned(from, to, epoch, shares);
    }

    /// @dev Ends an announced assignment of `account`'s claims.
    /// @return ended Whether there was one.
    function _endAssignment(address account) internal returns (bool ended) {
        ended = _assignments[account].executableAt != 0;
        if (!ended) return false;
        delete _assignments[account];
        emit IClaimAssignments.AssignmentEnded(account);
    }

    /// @dev Marks `account`'s claims of `epochs` as taken and returns their sum. The caller checks who asks, and pays.
    /// @return assets Sum of the claims, asset units.
    /// @return ofProvisions Part of it that is for epochs charged by a provision, asset units.
    function _markClaims(
        address account,
        uint256[] calldata epochs
    ) internal returns (uint256 assets, uint256 ofProvisions) {
        // Who claims can act, so nobody acts for it.
        _endAssignment(account);
        for (uint256 i; i < epochs.length; ++i) {
            uint256 epoch = epochs[i];
            if (epoch >= _openEpoch) revert ILossShares.EpochNotClosed(epoch, _openEpoch);
            uint256 claim = _claimable(account, epoch);
            if (claim == 0) continue;
            _claimed[account][epoch] += claim;
            assets += claim;
            if (_losses[epoch].isProvision) ofProvisions += claim;
            emit ILossShares.RecoveryClaimed(account, epoch, claim);
        }
    }

    /// @dev Closes the open epoch with a loss of `chargedAssets`, which is final or a provision.
    function _chargeLoss(uint256 chargedAssets, bool isProvision) internal {
        _closeEpoch(_openEpoch, chargedAssets, false, isProvision);
    }

    /// @dev Virtual shares bear their part of a loss too, so they count.
    function _closeEpoch(uint32 epoch, uint256 chargedAssets, bool isOwn, bool isProvision) private {
        uint256 shares = _supply + ShareMath.VIRTUAL_SHARES;
        // Before the epoch's own slot, so that the slot which both share with the supply is read once.
        _openEpoch = epoch + 1;
        uint256 word = chargedAssets.toUint112() | (uint256(shares.toUint128()) << 112);
        if (isOwn) word |= 1 << 240;
        if (isProvision) word |= 1 << 248;
        ILossShares.LossEpoch storage loss = _losses[epoch];
        // As a struct it would be put together in memory first (300 gas).
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            sstore(loss.slot, word)
        }
        emit ILossShares.LossCharged(epoch, chargedAssets, shares);
    }

    /// @dev Makes `assets` claimable by the holders of `epoch`; never more than they were charged.
    function _creditRecovery(uint256 epoch, uint256 assets) internal {
        uint256 left = _creditUpTo(epoch, assets);
        if (left != 0) revert ILossShares.RecoveryExceedsCharge(epoch, assets, assets - left);
    }

    /// @dev Makes `assets` claimable by the holders of `epoch`, as far as they are still owed so much.
    /// @return left What is more than that, asset units.
    function _creditUpTo(uint256 epoch, uint256 assets) internal returns (uint256 left) {
        uint256 recovery = _recoveries[epoch];
        left = Math.saturatingSub(assets, _losses[epoch].chargedAssets - (recovery & ~PREPARED));
        assets -= left;
        if (assets == 0) return left;
        // Far from the mark: no more than the charge, which has 112 bits.
        _recoveries[epoch] = recovery + assets;
        emit ILossShares.RecoveryCredited(epoch, assets);
    }

    /// @dev What has come in for `epoch`, asset units.
    function _recovered(uint256 epoch) internal view returns (uint256) {
        return _recoveries[epoch] & ~PREPARED;
    }

    // ---------------------------------------------------------------- Losses that are known before they are final

    /// @dev Closes an epoch that bears the number of the write-off, so that nothing else need be stored to find it.
    /// Epoch numbers may be skipped, never reused: the caller makes sure that the number has not passed and that no charge
    /// for it is listed.
    function _chargeUnderOwnNumber(uint32 id, uint256 assets) internal {
        _closeEpoch(id, assets, true, false);
    }

    /// @dev Closes the open epoch with a loss of `assets` on account of write-off `id`, and lists the charge.
    function _chargeFor(uint256 id, uint256 assets) internal {
        _listCharge(id, assets);
        _chargeLoss(assets, false);
    }

    /// @dev Lists a charge of `assets` for write-off `id` in the open epoch, which the caller closes.
    function _listCharge(uint256 id, uint256 assets) internal {
        ILossShares.LossEpoch memory own = _losses[id];
        if (own.isOwn && _charges[id].length == 0) {
            // The first charge was made without a list; from now on there are several.
            uint112 charged = uint256(own.chargedAssets).toUint112();
            _charges[id].push(Charge(id.toUint32(), charged, _recovered(id).toUint112()));
        }
        _charges[id].push(Charge({epoch: _openEpoch, assets: assets.toUint112(), recovered: 0}));
    }

    /// @dev Takes back `assets` of what was charged for `id`, the latest charge first: they become claimable by those
    /// who had been charged. The caller makes sure that so much has been charged and not been given back. Looks at no
    /// more than `most` charges. The last of the list is dropped once nothing of it is left, so that a loss that comes
    /// and goes does not lengthen the list.
    /// @return left What has not been given back: it lies in charges that were not reached, asset units.
    function _unchargeFor(uint256 id, uint256 assets, uint256 most) internal returns (uint256 left) {
        Charge[] storage charges = _charges[id];
        left = assets;
        for (uint256 i = charges.length; left != 0 && most != 0; --i) {
            --most;
            Charge memory charge = charges[i - 1];
            uint256 part = Math.min(left, charge.assets - charge.recovered);
            if (part == 0) continue;
            if (part == charge.assets && i == charges.length) charges.pop();
            else charges[i - 1].assets = uint112(charge.assets - part);
            left -= part;
            _creditRecovery(charge.epoch, part);
        }
    }

    /// @dev Makes `assets` of a recovery for `id` claimable, pro rata to what each of its charges is still owed, each
    /// rounded down and the last taking what is left: never more than its charge. A loss charged in one step is in
    /// `epoch`.
    /// @return left What is more than the charges are owed, asset units.
    function _creditFor(uint256 id, uint256 epoch, uint256 assets) internal returns (uint256 left) {
        Charge[] storage charges = _charges[id];
        uint256 count = charges.length;
        if (count == 0) return _creditUpTo(epoch, assets);
        uint256 owed;
        for (uint256 i; i < count; ++i) owed += charges[i].assets - charges[i].recovered;
        left = Math.saturatingSub(assets, owed);
        assets -= left;
        for (uint256 i; i < count && assets != 0; ++i) {
            uint256 due = charges[i].assets - charges[i].recovered;
            uint256 part = Math.mulDiv(assets, due, owed);
            owed -= due;
            if (part == 0) continue;
            assets -= part;
            charges[i].recovered += uint112(part);
            _creditRecovery(charges[i].epoch, part);
        }
    }

    /// @dev In how many steps `id` was charged; zero for a loss charged in one.
    function _chargeCount(uint256 id) internal view returns (uint256) {
        return _charges[id].length;
    }

    /// @dev Whether `id` has a list of charges (one charged in one step has none), and whether `epoch` is in it.
    function _findCharge(uint256 id, uint256 epoch) internal view returns (bool isListed, bool isFound) {
        Charge[] storage charges = _charges[id];
        isListed = charges.length != 0;
        for (uint256 i; i < charges.length && !isFound; ++i) {
            isFound = charges[i].epoch == epoch && charges[i].assets != 0;
        }
    }

    // ---------------------------------------------------------------- Balances

    /// @dev Sets a balance, remembering the old one, `head`, if a loss has closed its epoch.
    function _setBalance(address account, Head memory head, uint256 balance) internal {
        uint32 open = _openEpoch;
        // The old balance stood at the close of every epoch from its own to `open` - 1. An account seen for the first
        // time (epoch 0) has nothing to remember.
        if (head.epoch != open && head.epoch != 0) _archive[account].push(head.epoch, head.balance);
        // Balances add up to the supply, which fits 128 bits.
        _heads[account] = Head({epoch: open, balance: uint224(balance)});
    }

    /// @dev New shares, as many as the supply can hold.
    function _addSupply(uint256 shares) internal {
        uint256 supply = _supply + shares;
        if (supply > type(uint128).max - ShareMath.VIRTUAL_SHARES) revert ILossShares.ExceedsShareLimit(supply);
        _supply = uint128(supply);
    }
}
