// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Notice that has to be given before something may leave
/// @notice One rule for stake cooldowns, exit notices and bid notices. A notice names a quantity, becomes usable after
/// a delay and expires after a window, so it cannot be given once and kept in hand for a bad day. Both moments are
/// fixed when it is given: later changes of delay or window do not touch it. Whoever keeps notices must cap them
/// (`cappedAt`) whenever what they are about gets less, or a notice could be lent to what came later.
library Cooldown {
    using SafeCast for uint256;

    /// @dev Window of a notice that does not expire.
    uint256 internal constant NO_EXPIRY = type(uint256).max;

    /// @notice A notice for `quantity`, usable from second `readyAt` until before second `expiresAt`. One slot.
    struct Notice {
        uint128 quantity;
        uint64 readyAt;
        uint64 expiresAt;
    }

    /// @notice A notice given now. `delay` and `window` in seconds.
    function given(uint256 quantity, uint256 delay, uint256 window) internal view returns (Notice memory) {
        uint256 readyAt = block.timestamp + delay;
        return
            Notice({
                quantity: quantity.toUint128(),
                readyAt: readyAt.toUint64(),
                expiresAt: uint64(Math.min(Math.saturatingAdd(readyAt, window), type(uint64).max))
            });
    }

    /// @notice The quantity that may leave now; zero before the delay has passed and after the window.
    function matured(Notice memory notice) internal view returns (uint256) {
        if (block.timestamp < notice.readyAt || block.timestamp >= notice.expiresAt) return 0;
        return notice.quantity;
    }

    /// @notice The notice after at most `quantity` is left of what it is about; an empty one is all zeros.
    function cappedAt(Notice memory notice, uint256 quantity) internal pure returns (Notice memory) {
        if (quantity == 0) return Notice({quantity: 0, readyAt: 0, expiresAt: 0});
        if (quantity >= notice.quantity) return notice;
        return Notice({quantity: uint128(quantity), readyAt: notice.readyAt, expiresAt: notice.expiresAt});
    }
}
