// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Which part of a principal is old enough to be insured
/// @notice Principal is either aged or young. Young principal has one start time, the mean of its parts weighted by
/// size, and ages when that is a waiting period ago. So a top-up never makes old debt young; withdrawing collateral
/// makes the same share of the principal young, because it worsens the position as new debt would; repaying takes
/// young principal first and resets nothing. Rounding is against insurance: young up, aged down, start times late.
library DebtAge {
    /// @dev 100 % of a principal in parts per billion.
    uint256 internal constant PPB = 1e9;

    /// @notice Part of a principal that is young (ppb) and since when (seconds, size-weighted mean): 32 bits each, side by
    /// side as a position stores them. Zero: nothing is young. No struct, because one in memory costs a loan 250 gas.
    type Age is uint256;

    /// @notice Both fit 32 bits.
    function pack(uint256 youngPpb_, uint256 youngSince_) internal pure returns (Age) {
        return Age.wrap(youngPpb_ | (youngSince_ << 32));
    }

    function youngPpb(Age age) internal pure returns (uint256) {
        return uint32(Age.unwrap(age));
    }

    function youngSince(Age age) internal pure returns (uint256) {
        return Age.unwrap(age) >> 32;
    }

    /// @notice Whether anything may be young: what is, or was until it had aged.
    function isYoung(Age age) internal pure returns (bool) {
        return Age.unwrap(age) != 0;
    }

    function equals(Age age, Age other) internal pure returns (bool) {
        return Age.unwrap(age) == Age.unwrap(other);
    }

    // Unchecked below, which is worth 800 gas to a loan: a principal has 129 bits with what is borrowed on top, PPB 30, a
    // time 32. No product has more than 162 bits, and no difference is negative: a part is never more than what it is of.

    /// @notice Young part of `principal` now, asset units, rounded up.
    function young(Age age, uint256 principal, uint256 waitingPeriod) internal view returns (uint256) {
        unchecked {
            if (block.timestamp >= youngSince(age) + waitingPeriod) return 0;
            return (principal * youngPpb(age) + PPB - 1) / PPB;
        }
    }

    /// @notice Age after borrowing `assets` on top of `principal`.
    function afterBorrow(
        Age age,
        uint256 principal,
        uint256 assets,
        uint256 waitingPeriod
    ) internal view returns (Age) {
        uint256 youngBefore = young(age, principal, waitingPeriod);
        unchecked {
            return _age(age, youngBefore, youngBefore + assets, assets, principal + assets);
        }
    }

    /// @notice Age after repaying `assets` of `principal`. Where nothing is young it stays what it is, so that the slot it is
    /// in is not written.
    function afterRepay(Age age, uint256 principal, uint256 assets, uint256 waitingPeriod) internal view returns (Age) {
        uint256 youngBefore = young(age, principal, waitingPeriod);
        if (youngBefore == 0 && assets != principal) return age;
        uint256 youngAfter = Math.saturatingSub(youngBefore, assets);
        return _age(age, youngAfter, youngAfter, 0, principal - assets);
    }

    /// @notice Age after taking `withdrawn` of `collateral` out: that share of all principal starts anew.
    function afterWithdraw(
        Age age,
        uint256 principal,
        uint256 withdrawn,
        uint256 collateral,
        uint256 waitingPeriod
    ) internal view returns (Age) {
        uint256 youngBefore = young(age, principal, waitingPeriod);
        uint256 renewed = Math.mulDiv(principal, withdrawn, collateral, Math.Rounding.Ceil);
        uint256 renewedYoung = Math.mulDiv(youngBefore, withdrawn, collateral);
        uint256 kept = youngBefore - renewedYoung;
        return _age(age, kept, Math.min(kept + renewed, principal), renewed, principal);
    }

    /// @dev `kept` stays at the old start, `fresh` starts now; `youngAfter` is their sum, bounded by the principal.
    function _age(
        Age age,
        uint256 kept,
        uint256 youngAfter,
        uint256 fresh,
        uint256 principalAfter
    ) private view returns (Age) {
        if (youngAfter == 0 || principalAfter == 0) return Age.wrap(0);
        unchecked {
            // The mean of the two starts, rounded late; at most a part of 10^9, so that both fit their 32 bits.
            uint256 since = youngSince(age);
            if (kept == 0) since = block.timestamp;
            else if (fresh != 0) since = (kept * since + fresh * block.timestamp + kept + fresh - 1) / (kept + fresh);
            uint256 ppb = (youngAfter * PPB + principalAfter - 1) / principalAfter;
            return pack(ppb, since);
        }
    }
}
