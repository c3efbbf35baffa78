// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {Cooldown} from "../../../contracts/libraries/Cooldown.sol";

/// @notice When a notice can be used, and for how much.
contract CooldownFuzzTest is Test {
    using Cooldown for Cooldown.Notice;

    function setUp() public {
        vm.warp(1_800_000_000);
    }

    /// @notice A notice is usable in [delay, delay + window) after it was given, and at no other moment.
    function testIsUsableInItsWindowOnly(uint128 quantity, uint32 delay, uint32 window, uint256 wait) public {
        Cooldown.Notice memory notice = Cooldown.given(quantity, delay, window);
        wait = bound(wait, 0, uint256(delay) + window + 1 days);
        vm.warp(vm.getBlockTimestamp() + wait);
        bool open = wait >= delay && wait - delay < window;
        assertEq(notice.matured(), open ? quantity : 0);
    }

    function testOpensAndClosesToTheSecond(uint128 quantity, uint32 delay, uint32 window) public {
        delay = uint32(bound(delay, 1, type(uint32).max));
        window = uint32(bound(window, 1, type(uint32).max));
        uint256 start = vm.getBlockTimestamp();
        Cooldown.Notice memory notice = Cooldown.given(quantity, delay, window);
        vm.warp(start + delay - 1);
        assertEq(notice.matured(), 0, "before");
        vm.warp(start + delay);
        assertEq(notice.matured(), quantity, "first second");
        vm.warp(start + delay + window - 1);
        assertEq(notice.matured(), quantity, "last second");
        vm.warp(start + delay + window);
        assertEq(notice.matured(), 0, "after");
    }

    function testDoesNotExpireWithoutAWindow(uint128 quantity, uint32 delay, uint32 wait) public {
        Cooldown.Notice memory notice = Cooldown.given(quantity, delay, Cooldown.NO_EXPIRY);
        vm.warp(vm.getBlockTimestamp() + delay + uint256(wait) * 1000);
        assertEq(notice.matured(), quantity);
    }

    /// @notice Caps in any order leave the smallest of them, and never move the window.
    function testIsCappedAtTheLeastThatWasEverLeft(uint128 quantity, uint256[8] memory balances) public view {
        Cooldown.Notice memory notice = Cooldown.given(quantity, 5, 10);
        uint256 readyAt = notice.readyAt;
        uint256 least = quantity;
        bool emptied;
        for (uint256 i; i < balances.length; ++i) {
            uint256 balance = i % 2 == 0 ? balances[i] : balances[i] % (uint256(quantity) + 1);
            notice = notice.cappedAt(balance);
            if (balance < least) least = balance;
            if (balance == 0) emptied = true;
            assertEq(notice.quantity, least, "quantity");
            assertEq(notice.readyAt, emptied ? 0 : readyAt, "start of the window");
            assertEq(notice.expiresAt, emptied ? 0 : readyAt + 10, "end of the window");
        }
    }

    function testRefusesAQuantityBeyondItsSlot() public {
        vm.expectRevert();
        this.give(uint256(type(uint128).max) + 1);
    }

    function give(uint256 quantity) external view returns (Cooldown.Notice memory) {
        return Cooldown.given(quantity, 1, 1);
    }
}
