// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {LeakyBucket} from "../../../contracts/libraries/LeakyBucket.sol";

/// @notice What a sequence of draws and pauses can take out of the two buckets.
contract LeakyBucketFuzzTest is Test {
    using LeakyBucket for LeakyBucket.Levels;

    uint256 private constant MAX_CAP = type(uint112).max;
    uint256 private constant STEPS = 24;

    /// @dev Wait, draw, and perhaps give an earlier draw back.
    struct Step {
        uint256 wait;
        uint256 wanted;
        uint256 released;
    }

    /// @dev One draw as this test remembers it: when, and what of it was kept.
    struct Draw {
        uint256 timestamp;
        uint256 kept;
    }

    function setUp() public {
        vm.warp(1_800_000_000);
    }

    /// @notice Within any span of time, what is drawn and kept never exceeds capacity x (1 + span / window), in any
    /// rhythm, with draws given back in between. Every rounding is against whoever draws, so there is no tolerance.
    function testAnySequenceStaysWithinBothCaps(uint256 hourCap, uint256 monthCap, Step[STEPS] memory steps) public {
        LeakyBucket.Caps memory caps = _caps(hourCap, monthCap);
        LeakyBucket.Levels memory levels;
        Draw[STEPS] memory draws;
        for (uint256 i; i < STEPS; ++i) {
            vm.warp(vm.getBlockTimestamp() + bound(steps[i].wait, 0, i % 6 == 0 ? 10 days : 20 minutes));
            if (steps[i].released % 4 == 0 && i != 0) {
                Draw memory earlier = draws[steps[i].released % i];
                uint256 quantity = bound(steps[i].wanted, 0, earlier.kept);
                levels = levels.released(caps, quantity, earlier.timestamp);
                earlier.kept -= quantity;
            }
            uint256 available = levels.available(caps);
            // Often all there is, sometimes a part of it.
            uint256 draw = steps[i].wanted % 3 == 0 ? bound(steps[i].wanted, 0, available) : available;
            levels = levels.drawn(caps, draw);
            draws[i] = Draw(vm.getBlockTimestamp(), draw);
            _checkEverySpan(draws, i, caps);
        }
    }

    /// @dev Every span that ends with draw `last`.
    function _checkEverySpan(Draw[STEPS] memory draws, uint256 last, LeakyBucket.Caps memory caps) private pure {
        uint256 total;
        for (uint256 back; back <= last; ++back) {
            uint256 first = last - back;
            total += draws[first].kept;
            uint256 span = draws[last].timestamp - draws[first].timestamp;
            assertLe(total, caps.hourCap + (uint256(caps.hourCap) * span) / 1 hours, "hourly");
            assertLe(total, caps.monthCap + (uint256(caps.monthCap) * span) / 30 days, "monthly");
        }
    }

    /// @notice What is left alone for its whole window is whole again, whatever was drawn before.
    function testAFullBucketEmptiesInExactlyItsWindow(uint256 cap, uint256 early) public {
        LeakyBucket.Caps memory caps = _caps(bound(cap, 0, MAX_CAP / 2), MAX_CAP);
        LeakyBucket.Levels memory levels;
        levels = levels.drawn(caps, caps.hourCap);
        vm.warp(vm.getBlockTimestamp() + 1 hours - bound(early, 1, 1 hours));
        assertTrue(caps.hourCap == 0 || levels.available(caps) < caps.hourCap, "full again too early");
        vm.warp(uint256(levels.updatedAt) + 1 hours);
        assertEq(levels.available(caps), caps.hourCap, "not full again in time");
    }

    /// @notice A draw that is given back in the same second leaves what was available before.
    function testAReleasedDrawWasNeverMade(uint256 hourCap, uint256 monthCap, uint256 before, uint256 draw) public {
        LeakyBucket.Caps memory caps = _caps(hourCap, monthCap);
        LeakyBucket.Levels memory levels;
        levels = levels.drawn(caps, bound(before, 0, levels.available(caps)));
        vm.warp(vm.getBlockTimestamp() + 7 minutes);
        uint256 available = levels.available(caps);
        uint256 drawn = bound(draw, 0, available);
        levels = levels.drawn(caps, drawn).released(caps, drawn, vm.getBlockTimestamp());
        assertEq(levels.available(caps), available);
    }

    function _caps(uint256 hourCap, uint256 monthCap) private pure returns (LeakyBucket.Caps memory) {
        return
            LeakyBucket.Caps({
                hourCap: uint112(bound(hourCap, 0, MAX_CAP)),
                monthCap: uint112(bound(monthCap, 0, MAX_CAP))
            });
    }
}
