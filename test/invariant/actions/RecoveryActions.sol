// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILossShares} from "../../../contracts/interfaces/ILossShares.sol";
import {IWriteOffEngine} from "../../../contracts/interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../../../contracts/interfaces/IWriteOffVault.sol";
import {LossActions} from "./LossActions.sol";

/// @notice Money comes back, and those who were charged fetch it. It reaches nobody else (RE1), climbs in reverse order
/// (RE2), and fetching it always works (LI1).
abstract contract RecoveryActions is LossActions {
    function recover(uint256 seed, uint256 size) external turn(seed, size) {
        if (_writeOffs.length == 0) return;
        uint256 id = 1 + _pick(seed, "id", _writeOffs.length);
        uint256 outstanding = _writeOffs[id - 1].badDebt - _writeOffs[id - 1].recovered;
        // Half of them pay everything back, or the layers above the lenders would hardly ever be reached.
        bool whole = _pick(seed, "whole", 2) == 0;
        _recover(id, whole ? type(uint256).max : _size(size, 1, outstanding + 1));
    }

    function claimAsLender(uint256 seed, uint256 size) external turn(seed, size) {
        _claim(address(_system.vault), _lenders[_pick(seed, "lender", 4)], seed);
    }

    function claimAsStaker(uint256 seed, uint256 size) external turn(seed, size) {
        _claim(address(_system.fund), _stakers[_pick(seed, "staker", 3)], seed);
    }

    function reinvest(uint256 seed, uint256 size) external turn(seed, size) {
        bool asLender = _pick(seed, "lender or staker", 2) == 0;
        address account = asLender ? _lenders[_pick(seed, "who", 4)] : _stakers[_pick(seed, "who", 3)];
        _reinvest(asLender ? address(_system.vault) : address(_system.fund), account);
    }

    function retryRecovery(uint256 seed, uint256 size) external turn(seed, size) watched(Step.Recover) {
        if (_writeOffs.length == 0) return;
        uint256 id = 1 + _pick(seed, "id", _writeOffs.length);
        (address vault, address tranche) = (address(_system.vault), address(_system.unreliable));
        uint256 refused = _system.engine.refusedRecovery(vault, id, tranche);
        bytes memory data = abi.encodeCall(IWriteOffEngine.retryRecovery, (vault, id, tranche));
        (bool done, ) = _try(_donor, address(_system.engine), data);
        _mustBe(!done || refused != 0, "RE2", "what was never refused was handed over");
        if (done) ++count["retryRecovery"];
    }

    // ---------------------------------------------------------------- Steps

    function _recover(uint256 id, uint256 most) internal watched(Step.Recover) {
        uint256 outstanding = _writeOffs[id - 1].badDebt - _writeOffs[id - 1].recovered;
        _system.asset.mint(_donor, outstanding);
        uint256 held = _system.asset.balanceOf(_donor);
        Arrivals memory before = _arrivals(id);
        bytes memory data = abi.encodeCall(IWriteOffEngine.recover, (address(_system.vault), id, most));
        (bool done, ) = _try(_donor, address(_system.engine), data);
        _mustBe(done == (outstanding != 0), _liveness(), "outside money was refused, or taken for nothing");
        if (!done) return;
        ++count["recover"];
        uint256 taken = held - _system.asset.balanceOf(_donor);
        _mustEqual(taken, Math.min(most, outstanding), "RE1", "another amount was taken than is outstanding");
        Arrivals memory expected = _climb(id, taken);
        _sync(id);
        Arrivals memory seen = _arrivals(id);
        _mustEqual(seen.dilution - before.dilution, expected.dilution, "RE2", "to dilution");
        _checkArrivals(before, seen, expected);
    }

    /// @dev Claims one epoch, or all of them at once.
    function _claim(address share, address account, uint256 seed) internal watched(Step.Claim) {
        uint256[] memory epochs = _chargedEpochs[share];
        if (epochs.length == 0) return;
        if (_pick(seed, "all", 2) == 0) {
            uint256 one = epochs[_pick(seed, "epoch", epochs.length)];
            epochs = new uint256[](1);
            epochs[0] = one;
        }
        bytes memory data = abi.encodeCall(ILossShares.claimRecovery, (account, epochs, account));
        uint256 held = _system.asset.balanceOf(account);
        if (_lacksCash(share, account, epochs)) {
            (bool paid, bytes memory result) = _try(account, share, data);
            bool named = bytes4(result) == IWriteOffVault.InsufficientCash.selector;
            _mustBe(!paid && named, "LV1", "a claim was paid that there is no cash for");
            ++count["claimWaits"];
            return;
        }
        uint256 expected = _bookClaims(share, account, epochs);
        (bool done, ) = _must(account, share, data, "LI1", "a claim was refused");
        if (!done) return;
        _mustEqual(_system.asset.balanceOf(account) - held, expected, "RE1", "a claim paid another amount");
        if (expected != 0)
            ++count[share == address(_system.vault) ? bytes32("claimAsLender") : bytes32("claimAsStaker")];
    }

    function _reinvest(address share, address account) internal watched(Step.Lend) {
        uint256[] memory epochs = _chargedEpochs[share];
        uint256 claimable;
        for (uint256 i; i < epochs.length; ++i) claimable += _claimable(share, epochs[i], account);
        if (claimable == 0) return;
        IWriteOffVault shares = IWriteOffVault(share);
        uint256 before = shares.balanceOf(account);
        bytes memory data = abi.encodeCall(IWriteOffVault.reinvestRecovery, (account, epochs, account));
        (bool done, ) = _try(account, share, data);
        // New inflow may be paused, and a wiped-out vault or fund takes none.
        if (!done) return;
        ++count["reinvest"];
        _bookClaims(share, account, epochs);
        uint256 received = shares.balanceOf(account) - before;
        _sharesOf[share][account] += received;
        _mustNotExceed(shares.convertToAssets(received), claimable, "LV3", "reinvesting gave more than was claimed");
    }

    /// @dev Claims from what was set apart and given back are paid from cash like a withdrawal, and wait for it likewise.
    function _lacksCash(address share, address account, uint256[] memory epochs) private view returns (bool) {
        if (share != address(_system.vault)) return false;
        uint256 assets;
        for (uint256 i; i < epochs.length; ++i) assets += _claimable(share, epochs[i], account);
        (, uint256 unfunded) = _system.vault.provisions();
        uint256 setAside = _system.vault.claimsOwed() - unfunded;
        return assets > setAside + Math.min(unfunded, _system.vault.cash());
    }

    /// @dev Marks what `account` can claim of `epochs` as claimed.
    function _bookClaims(address share, address account, uint256[] memory epochs) private returns (uint256 assets) {
        for (uint256 i; i < epochs.length; ++i) {
            uint256 claim = _claimable(share, epochs[i], account);
            assets += claim;
            _claimedBy[share][epochs[i]][account] += claim;
            _charges[share][epochs[i]].claimed += claim;
        }
    }
}
