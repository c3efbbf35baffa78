// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Which part of a principal is old enough to be insured
/// @notice Principal is either aged or young. Young principal has one start time, the mean of its parts weighted by
/// size, and ages when that is a waiting period ago. So a top-up never makes old debt young; withdrawing collateral
/// makes the same share of the principal young, because it worsens the position as new debt would; repaying takes
/// young principal first and resets nothing. Rounding is against insurance: young up, by at most half a millionth of the
/// principal, aged down, start times late, by at most a minute. So an age fits beside the debt, and a loan writes one slot.
library DebtAge {
    /// @dev All of a principal, in parts of 21 bits.
    uint256 internal constant PARTS = 2 ** 21 - 1;
    /// @dev Seconds from one start time to the next; 26 bits of these last until 2106.
    uint256 internal constant TICK = 64;

    /// @notice Part of a principal that is young (`PARTS`) and since when (`TICK`, size-weighted mean): 21 bits and 26, side by
    /// side as a position stores them. Zero: nothing is young. No struct, because one in memory costs a loan 250 gas.
    type Age is uint256;

    /// @notice Both fit their bits.
    function pack(uint256 youngParts_, uint256 ticks) internal pure returns (Age) {
        return Age.wrap(youngParts_ | (ticks << 21));
    }

    /// @notice Part of a principal that is young, or was until it had aged, of `PARTS`.
    function youngParts(Age age) internal pure returns (uint256) {
        return Age.unwrap(age) & PARTS;
    }

    /// @notice Start of what is young, seconds; less than a tick from now it may lie ahead.
    function youngSince(Age age) internal pure returns (uint256) {
        unchecked {
            return (Age.unwrap(age) >> 21) * TICK;
        }
    }

    /// @notice Whether anything may be young: what is, or was until it had aged.
    function isYoung(Age age) internal pure returns (bool) {
        return Age.unwrap(age) != 0;
    }

    /// @notice Whether all that was young has aged, or nothing was. Without a waiting period nothing waits for a tick either.
    function hasAged(Age age, uint256 waitingPeriod) internal view returns (bool) {
        unchecked {
            return block.timestamp >= youngSince(age) + waitingPeriod || waitingPeriod == 0;
        }
    }

    function equals(Age age, Age other) internal pure returns (bool) {
        return Age.unwrap(age) == Age.unwrap(other);
    }

    // Unchecked, which is worth 800 gas to a loan: a principal has 113 bits with what is borrowed on top, PARTS 21, a
    // time 32. No product has more than 152 bits, and no difference is negative: a part is never more than what it is of.

    /// @notice Young part of `principal` now, asset units, rounded up.
    function young(Age age, uint256 principal, uint256 waitingPeriod) internal view returns (uint256) {
        if (hasAged(age, waitingPeriod)) return 0;
        unchecked {
            return (principal * youngParts(age) + PARTS - 1) / PARTS;
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
            return _renewed(age, youngBefore, assets, youngBefore + assets, principal + assets);
        }
    }

    /// @notice Age after repaying `assets` of `principal`: the start stays, and the young part never grows. Where nothing is
    /// young it stays what it is.
    function afterRepay(Age age, uint256 principal, uint256 assets, uint256 waitingPeriod) internal view returns (Age) {
        uint256 youngBefore = young(age, principal, waitingPeriod);
        if (youngBefore == 0 && assets != principal) return age;
        if (youngBefore <= assets) return Age.wrap(0);
        unchecked {
            uint256 parts = _parts(youngBefore - assets, principal - assets);
            uint256 partsBefore = youngParts(age);
            // Rounding up, many small payments, which anybody may make, would add a part each. None is due: what is really
            // young is y <= principal x partsBefore / PARTS, and (y - assets) / (principal - assets) <= y / principal
            // because y <= principal. So the part before is never less than what is really young after.
            if (parts >= partsBefore) return age;
            return Age.wrap(Age.unwrap(age) - partsBefore + parts);
        }
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
        return _renewed(age, kept, renewed, Math.min(kept + renewed, principal), principal);
    }

    /// @dev `kept` stays at the old start, `fresh` starts now; `youngAfter` is their sum, bounded by the principal.
    function _renewed(
        Age age,
        uint256 kept,
        uint256 fresh,
        uint256 youngAfter,
        uint256 principalAfter
    ) private view returns (Age) {
        if (youngAfter == 0) return Age.wrap(0);
        unchecked {
            // The mean of the two starts, rounded late.
            uint256 weight = (kept + fresh) * TICK;
            uint256 ticks = (kept * youngSince(age) + fresh * block.timestamp + weight - 1) / weight;
            return pack(_parts(youngAfter, principalAfter), ticks);
        }
    }

    /// @dev What `young_` is of `principal`, rounded up; at most all of it, so that it fits its bits.
    function _parts(uint256 young_, uint256 principal) private pure returns (uint256) {
        unchecked {
            return (young_ * PARTS + principal - 1) / principal;
        }
    }
}
