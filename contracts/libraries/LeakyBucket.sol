// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Two leaky buckets, one hour and thirty days, in one storage slot
/// @notice A bucket fills by what is drawn and empties linearly, a full one in exactly its window. What may be drawn
/// is what still fits, so no sequence of calls draws more than capacity x (1 + elapsed / window): a limit per call
/// could be split, a limit per calendar window could be met twice at its boundary.
library LeakyBucket {
    using SafeCast for uint256;

    /// @dev Seconds in which a full hourly bucket empties.
    uint256 internal constant HOUR_WINDOW = 1 hours;
    /// @dev Seconds in which a full monthly bucket empties.
    uint256 internal constant MONTH_WINDOW = 30 days;

    /// @notice Fill levels at `updatedAt` (seconds), in the unit of whatever is limited. One slot.
    struct Levels {
        uint112 hourLevel;
        uint112 monthLevel;
        uint32 updatedAt;
    }

    /// @notice Capacities in the same unit. One slot.
    struct Caps {
        uint128 hourCap;
        uint128 monthCap;
    }

    /// @notice What may be drawn now: the smaller of what fits in either bucket.
    function available(Levels memory levels, Caps memory caps) internal view returns (uint256) {
        return room(leaked(levels, caps), caps);
    }

    /// @notice Levels after drawing `quantity`, which the caller has checked against `available`.
    function drawn(Levels memory levels, Caps memory caps, uint256 quantity) internal view returns (Levels memory) {
        return filled(leaked(levels, caps), quantity);
    }

    /// @notice The levels at this second. For who asks what may be drawn and then draws: `room` and `filled` take them as
    /// they are, which saves 500 gas.
    function leaked(Levels memory levels, Caps memory caps) internal view returns (Levels memory) {
        (uint256 hourLevel, uint256 monthLevel) = current(levels, caps);
        // Neither is above what it was.
        return
            Levels({
                hourLevel: uint112(hourLevel),
                monthLevel: uint112(monthLevel),
                updatedAt: block.timestamp.toUint32()
            });
    }

    /// @notice What fits in either bucket, whichever is less. `present` are the levels at this second.
    function room(Levels memory present, Caps memory caps) internal pure returns (uint256) {
        return
            Math.min(
                Math.saturatingSub(caps.hourCap, present.hourLevel),
                Math.saturatingSub(caps.monthCap, present.monthLevel)
            );
    }

    /// @notice The levels of this second with `quantity` more, which the caller has checked against `room`.
    function filled(Levels memory present, uint256 quantity) internal pure returns (Levels memory) {
        return
            Levels({
                hourLevel: (present.hourLevel + quantity).toUint112(),
                monthLevel: (present.monthLevel + quantity).toUint112(),
                updatedAt: present.updatedAt
            });
    }

    /// @notice The levels after leaking until now, rounded up (against whoever draws).
    function current(
        Levels memory levels,
        Caps memory caps
    ) internal view returns (uint256 hourLevel, uint256 monthLevel) {
        uint256 elapsed = block.timestamp - levels.updatedAt;
        hourLevel = Math.saturatingSub(levels.hourLevel, (uint256(caps.hourCap) * elapsed) / HOUR_WINDOW);
        monthLevel = Math.saturatingSub(levels.monthLevel, (uint256(caps.monthCap) * elapsed) / MONTH_WINDOW);
    }

    /// @notice Levels after giving back `quantity` that was drawn at `drawnAt` (seconds) and not used after all. Each
    /// level falls only by what cannot have leaked since: giving back what has leaked already would take it out of
    /// what others have drawn meanwhile, and more than the capacity could then be drawn at once.
    function released(
        Levels memory levels,
        Caps memory caps,
        uint256 quantity,
        uint256 drawnAt
    ) internal view returns (Levels memory) {
        Levels memory present = leaked(levels, caps);
        uint256 elapsed = block.timestamp - drawnAt;
        uint256 hourLeak = (uint256(caps.hourCap) * elapsed) / HOUR_WINDOW;
        uint256 monthLeak = (uint256(caps.monthCap) * elapsed) / MONTH_WINDOW;
        // Neither is above what it was.
        present.hourLevel = uint112(Math.saturatingSub(present.hourLevel, Math.saturatingSub(quantity, hourLeak)));
        present.monthLevel = uint112(Math.saturatingSub(present.monthLevel, Math.saturatingSub(quantity, monthLeak)));
        return present;
    }
}
