// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ILossShares} from "../../../contracts/interfaces/ILossShares.sol";
import {IWriteOffEngine} from "../../../contracts/interfaces/IWriteOffEngine.sol";
import {UnreliableTranche} from "./UnreliableTranche.sol";
import {Watch} from "./Watch.sol";

/// @notice Who was charged and who must be paid back: the ladder of each write-off kept a second time, one payment after
/// the other (RE1, RE2).
abstract contract LadderBook is Watch {
    /// @notice Where money that comes back was seen to arrive.
    struct Arrivals {
        uint256 lenders;
        uint256 dilution;
        uint256 insurance;
        uint256 unreliable;
        uint256 reserves;
    }

    uint256 private constant VIRTUAL_SHARES = 1e6;

    // ---------------------------------------------------------------- Numbers

    /// @dev Takes down a number that the engine has given, with the stack of this moment.
    function _openId(address borrower, uint256 c) internal returns (uint256 id) {
        WriteOff storage writeOff = _writeOffs.push();
        id = _writeOffs.length;
        (writeOff.debtor, writeOff.collateral) = (borrower, c);
        writeOff.hasUnreliable = _stackHas(address(_system.unreliable));
        writeOff.hasFund = _stackHas(address(_system.fund));
        writeOff.hasDilution = _stackHas(address(_system.dilution));
        _idsOf[borrower][c].push(id);
    }

    // ---------------------------------------------------------------- Charges

    /// @dev Remembers who held what when `assets` were charged for `id`; the epoch is the one that has just closed.
    function _bookCharge(address share, uint256 id, uint256 assets) internal {
        uint256 epoch = ILossShares(share).openEpoch() - 1;
        _mustEqual(_charges[share][epoch].shares, 0, "RE1", "an epoch was charged twice");
        _chargedEpochs[share].push(epoch);
        _epochsOf[share][id].push(epoch);
        _charges[share][epoch].assets = assets;
        _charges[share][epoch].shares = IERC20(share).totalSupply() + VIRTUAL_SHARES;
        mapping(address => uint256) storage held = _heldAt[share][epoch];
        if (share == address(_system.vault)) {
            for (uint256 i; i < 4; ++i) held[_lenders[i]] = _sharesOf[share][_lenders[i]];
        } else {
            for (uint256 i; i < 3; ++i) held[_stakers[i]] = _sharesOf[share][_stakers[i]];
        }
    }

    /// @dev Whatever has become claimable for `id` is what had to, in sum, and no epoch has got more than its charge.
    function _sync(uint256 id) internal {
        _system.fund.settleRelease(id, type(uint256).max);
        _syncShare(address(_system.vault), id);
        _syncShare(address(_system.fund), id);
    }

    function _syncShare(address share, uint256 id) private {
        uint256[] storage epochs = _epochsOf[share][id];
        uint256 arrived;
        for (uint256 i; i < epochs.length; ++i) {
            Charge storage charged = _charges[share][epochs[i]];
            uint256 received = ILossShares(share).recoveredOf(epochs[i]);
            _mustNotExceed(charged.received, received, "RE1", "a claim shrank");
            _mustNotExceed(received, charged.assets, "RE1", "an epoch got more than it was charged");
            arrived += received - Math.min(received, charged.received);
            charged.received = received;
        }
        _mustEqual(arrived, _expected[share][id], "RE1", "claimable and owed for one number");
        _expected[share][id] = 0;
    }

    // ---------------------------------------------------------------- What is set apart

    /// @dev Follows an impairment that a step may have ended: all that was set apart goes back to whom it was taken from.
    function _followImpairment(address borrower, uint256 c) internal {
        uint256 id = _impairedId[borrower][c];
        if (id == 0) return;
        if (_system.vault.positionOf(borrower, address(_system.collaterals[c])).impairedAt == 0)
            _endImpairment(borrower, c);
        else _sync(id);
    }

    /// @dev IM1: with nothing lost in the end, everybody who was charged may claim all of it.
    function _endImpairment(address borrower, uint256 c) internal {
        uint256 id = _impairedId[borrower][c];
        SetApart storage apart = _setApart[id];
        _expected[address(_system.vault)][id] += apart.charged;
        _expected[address(_system.fund)][id] += apart.earmarked;
        _undraw(id, apart.earmarked);
        delete _setApart[id];
        delete _impairedId[borrower][c];
        _sync(id);
        ++count["impairmentEnded"];
        if (_writeOffs[id - 1].badDebt != 0) return;
        ++count["falseAlarm"];
        _checkGivenBack(address(_system.vault), id);
        _checkGivenBack(address(_system.fund), id);
    }

    function _checkGivenBack(address share, uint256 id) private {
        uint256[] storage epochs = _epochsOf[share][id];
        for (uint256 i; i < epochs.length; ++i) {
            Charge storage charged = _charges[share][epochs[i]];
            _mustEqual(charged.received, charged.assets, "IM1", "a false alarm was not given back in full");
        }
    }

    /// @dev What was earmarked and not used has not been drawn after all, the latest first.
    function _undraw(uint256 id, uint256 assets) internal {
        for (uint256 i = _fundDraws.length; i > 0 && assets != 0; --i) {
            Draw storage draw = _fundDraws[i - 1];
            if (draw.id != id) continue;
            uint256 part = Math.min(draw.quantity, assets);
            draw.quantity -= part;
            assets -= part;
        }
    }

    /// @dev What `account` must be able to claim of `epoch`: its part of what has come, rounded down, less what it took.
    function _claimable(address share, uint256 epoch, address account) internal view returns (uint256) {
        Charge storage charged = _charges[share][epoch];
        if (charged.shares == 0) return 0;
        uint256 part = Math.mulDiv(charged.received, _heldAt[share][epoch][account], charged.shares);
        return part - _claimedBy[share][epoch][account];
    }

    // ---------------------------------------------------------------- Recoveries

    /// @dev Books every recovery that the engine has taken and this campaign has not, as after a liquidation that paid
    /// more than the debt.
    /// @param exceptId Number of which more is to be booked before it must add up.
    /// @return taken Sum of them, asset units.
    /// @return toReserves Part of it that reached the reserves, asset units.
    function _bookRecoveries(uint256 exceptId) internal returns (uint256 taken, uint256 toReserves) {
        for (uint256 id = 1; id <= _writeOffs.length; ++id) {
            uint256 recovered = _system.engine.ledger(address(_system.vault), id).recovered;
            uint256 assets = recovered - _writeOffs[id - 1].recovered;
            if (assets == 0) continue;
            taken += assets;
            toReserves += _climb(id, assets).reserves;
            if (id != exceptId) _sync(id);
        }
    }

    /// @dev Lets `assets` climb the ladder of `id` from the lenders to the reserves.
    function _climb(uint256 id, uint256 assets) internal returns (Arrivals memory expected) {
        WriteOff storage writeOff = _writeOffs[id - 1];
        writeOff.recovered += assets;
        expected.lenders = Math.min(assets, _lendersOutstanding(writeOff));
        assets -= expected.lenders;
        expected.dilution = Math.min(assets, writeOff.bids + writeOff.proceeds - writeOff.toDilution);
        assets -= expected.dilution;
        writeOff.toLenders += expected.lenders;
        writeOff.toDilution += expected.dilution;
        _expected[address(_system.vault)][id] += expected.lenders;
        _climbAboveDilution(id, assets, expected);
    }

    /// @dev Lets what dilution could not spend climb on.
    function _climbOn(uint256 id, uint256 assets) internal returns (Arrivals memory expected) {
        _writeOffs[id - 1].returned += assets;
        _climbAboveDilution(id, assets, expected);
    }

    function _climbAboveDilution(uint256 id, uint256 assets, Arrivals memory expected) private {
        WriteOff storage writeOff = _writeOffs[id - 1];
        expected.insurance = Math.min(assets, writeOff.insurance - writeOff.toInsurance);
        assets -= expected.insurance;
        expected.unreliable = Math.min(assets, writeOff.unreliable - writeOff.toUnreliable);
        expected.reserves = assets - expected.unreliable;
        writeOff.toInsurance += expected.insurance;
        writeOff.toUnreliable += expected.unreliable;
        writeOff.toReserves += expected.reserves;
        _expected[address(_system.fund)][id] += expected.insurance;
    }

    /// @dev Everything that money coming back can arrive at, as it stands now for `id`.
    function _arrivals(uint256 id) internal view returns (Arrivals memory seen) {
        address vault = address(_system.vault);
        IWriteOffEngine engine = _system.engine;
        seen.lenders = _system.vault.claimsOwed();
        seen.dilution = _system.asset.balanceOf(address(_system.buyback));
        seen.insurance = _system.fund.claimsOwed();
        seen.unreliable =
            _system.asset.balanceOf(address(_system.unreliable)) +
            engine.refusedRecovery(vault, id, address(_system.unreliable));
        seen.reserves = _system.vault.reserves();
    }

    /// @dev RE2: what arrived is what had to arrive, layer by layer.
    function _checkArrivals(Arrivals memory before, Arrivals memory seen, Arrivals memory expected) internal {
        _mustEqual(seen.lenders - before.lenders, expected.lenders, "RE2", "to the lenders");
        _mustEqual(seen.insurance - before.insurance, expected.insurance, "RE2", "to insurance");
        _mustEqual(seen.unreliable - before.unreliable, expected.unreliable, "RE2", "to the unreliable tranche");
        _mustEqual(seen.reserves - before.reserves, expected.reserves, "RE2", "to the reserves");
        if (expected.lenders != 0) ++count["toLenders"];
        if (expected.dilution != 0) ++count["toDilution"];
        if (expected.insurance != 0) ++count["toInsurance"];
        if (expected.reserves != 0) ++count["toReserves"];
    }

    function _lendersOutstanding(WriteOff storage writeOff) internal view returns (uint256) {
        return writeOff.socialized - writeOff.proceeds - writeOff.toLenders;
    }

    // ---------------------------------------------------------------- The stack

    function _stackHas(address tranche) internal view returns (bool) {
        IWriteOffEngine.Tranche[] memory stack = _system.engine.stackOf(address(_system.vault));
        for (uint256 i; i < stack.length; ++i) {
            if (stack[i].tranche == tranche) return true;
        }
        return false;
    }

    function _quotesHonestly() internal view returns (bool) {
        return _system.unreliable.mood() != UnreliableTranche.Mood.PaysTooMuch;
    }

    /// @dev The floor price of today, whole asset units a token.
    function _floor() internal view returns (uint256) {
        return _system.dilution.saleTerms(address(_system.vault)).floorPrice / _system.unit;
    }

    /// @dev With an unreliable tranche in the stack, progress is WO4's matter too.
    function _liveness() internal view returns (bytes32) {
        return _stackHas(address(_system.unreliable)) ? bytes32("WO4") : bytes32("LI1");
    }
}
