// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
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

    // ---------------------------------------------------------------- Charges

    /// @dev Remembers who held what when a loss was charged to lenders or stakers.
    function _bookCharges(WriteOff storage writeOff) internal {
        if (writeOff.socialized != 0) {
            address vault = address(_system.vault);
            _bookCharge(vault, writeOff.epoch, writeOff.socialized, _system.vault.totalSupply());
            for (uint256 i; i < 4; ++i) _heldAt[vault][writeOff.epoch][_lenders[i]] = _sharesOf[vault][_lenders[i]];
        }
        if (writeOff.insurance != 0) {
            address fund = address(_system.fund);
            uint256 id = _writeOffs.length;
            _bookCharge(fund, id, writeOff.insurance, _system.fund.totalSupply());
            for (uint256 i; i < 3; ++i) _heldAt[fund][id][_stakers[i]] = _sharesOf[fund][_stakers[i]];
        }
    }

    function _bookCharge(address share, uint256 epoch, uint256 assets, uint256 supply) private {
        _chargedEpochs[share].push(epoch);
        _charges[share][epoch].assets = assets;
        _charges[share][epoch].shares = supply + VIRTUAL_SHARES;
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
    /// @return taken Sum of them, asset units.
    /// @return toReserves Part of it that reached the reserves, asset units.
    function _bookRecoveries() internal returns (uint256 taken, uint256 toReserves) {
        for (uint256 id = 1; id <= _writeOffs.length; ++id) {
            uint256 recovered = _system.engine.ledger(address(_system.vault), id).recovered;
            uint256 assets = recovered - _writeOffs[id - 1].recovered;
            if (assets == 0) continue;
            taken += assets;
            toReserves += _climb(id, assets).reserves;
        }
    }

    /// @dev Lets `assets` climb the ladder of `id` from the lenders to the reserves.
    function _climb(uint256 id, uint256 assets) internal returns (Arrivals memory expected) {
        WriteOff storage writeOff = _writeOffs[id - 1];
        writeOff.recovered += assets;
        expected.lenders = Math.min(assets, _lendersOutstanding(writeOff));
        assets -= expected.lenders;
        expected.dilution = Math.min(assets, writeOff.proceeds - writeOff.toDilution);
        assets -= expected.dilution;
        writeOff.toLenders += expected.lenders;
        writeOff.toDilution += expected.dilution;
        _charges[address(_system.vault)][writeOff.epoch].received += expected.lenders;
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
        _charges[address(_system.fund)][id].received += expected.insurance;
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
        return
            !_stackHas(address(_system.unreliable)) || _system.unreliable.mood() != UnreliableTranche.Mood.PaysTooMuch;
    }

    /// @dev With an unreliable tranche in the stack, progress is WO4's matter too.
    function _liveness() internal view returns (bytes32) {
        return _stackHas(address(_system.unreliable)) ? bytes32("WO4") : bytes32("LI1");
    }
}
