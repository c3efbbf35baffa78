// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title How many tokens there are, and were at any second of the past
/// @notice What OpenZeppelin's `Checkpoints` and total supply would keep, but the latest entry is the present supply, and
/// the others are kept two to a slot: a change of the supply writes the slot it has read, and half a further one. That
/// saves each mint and burn a slot at least (5,000 gas), and most of them a new one (22,100). An entry is 128 bits: the second it begins in (32), and
/// the token units since then (96). Words are put together by hand, which is a third of the code that structs would be.
library SupplyHistory {
    using SafeCast for uint256;

    struct History {
        // how many entries have ended (32 bits), then the latest entry (128): its supply is the present one
        uint256 latest;
        // entries that have ended, of two the earlier in the low half
        mapping(uint256 number => uint256) pairs;
    }

    /// @notice The supply now.
    function present(History storage history) internal view returns (uint256 supply) {
        return history.latest >> 64;
    }

    /// @notice From now on there are so many tokens. Of several changes in a second the last counts.
    function set(History storage history, uint256 supply) internal {
        uint256 latest = history.latest;
        (uint256 count, uint256 begins) = (uint32(latest), uint32(latest >> 32));
        uint256 timestamp = block.timestamp.toUint32();
        if (begins != timestamp && begins != 0) {
            uint256 ended = latest >> 32;
            uint256 pair = count / 2;
            // The first of a pair writes over a mark (`prepare`).
            history.pairs[pair] = count % 2 == 0 ? ended : history.pairs[pair] | (ended << 128);
            ++count;
        }
        history.latest = count | (timestamp << 32) | (uint256(supply.toUint96()) << 64);
    }

    /// @notice The supply at the end of second `timepoint`, which must be over.
    function at(History storage history, uint256 timepoint) internal view returns (uint256 supply) {
        uint256 latest = history.latest;
        if (timepoint >= uint32(latest >> 32)) return latest >> 64;
        uint256 low;
        uint256 high = uint32(latest);
        // Entries below `low` begin by then, those from `high` on begin later.
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (uint32(_entry(history, middle)) > timepoint) high = middle;
            else low = middle + 1;
        }
        return low == 0 ? 0 : uint96(_entry(history, low - 1) >> 32);
    }

    /// @notice Marks the slots of the next `count` pairs, so that writing the first half of each costs 17,100 gas less. Pairs
    /// that no entry is in yet are never looked at, so the mark says nothing.
    /// @return slots How many were not marked yet.
    function prepare(History storage history, uint256 count) internal returns (uint256 slots) {
        uint256 used = _usedPairs(history);
        // From the last one down to the first that is marked: marks have no gap.
        for (uint256 number = used + count; number != used && history.pairs[number - 1] == 0; --number) {
            history.pairs[number - 1] = 1;
            ++slots;
        }
    }

    /// @notice How many of the next pairs, without a gap and at most `most`, are marked.
    function prepared(History storage history, uint256 most) internal view returns (uint256 count) {
        uint256 used = _usedPairs(history);
        while (count < most && history.pairs[used + count] != 0) ++count;
    }

    /// @dev An entry that has ended, with others above it.
    function _entry(History storage history, uint256 number) private view returns (uint256) {
        return history.pairs[number / 2] >> ((number % 2) * 128);
    }

    /// @dev Pairs that an entry is in, or two.
    function _usedPairs(History storage history) private view returns (uint256) {
        return (uint256(uint32(history.latest)) + 1) / 2;
    }
}
