// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {SupplyHistory} from "../../../contracts/libraries/SupplyHistory.sol";

/// @notice Any series of supplies against OpenZeppelin's checkpoints, asked about every second that matters.
contract SupplyHistoryFuzzTest is Test {
    using Checkpoints for Checkpoints.Trace208;
    using SupplyHistory for SupplyHistory.History;

    uint256 private constant STEPS = 24;

    SupplyHistory.History private history;
    Checkpoints.Trace208 private model;
    uint256[] private changedAt;

    /// @notice The past is what checkpoints say of it: at each change, a second before, a second after, and between.
    function testThePastIsWhatCheckpointsSay(uint96[STEPS] memory supplies, uint8[STEPS] memory waits) public {
        vm.warp(1_800_000_000);
        uint256 supply;
        for (uint256 i; i < STEPS; ++i) {
            // Often several in one second.
            vm.warp(vm.getBlockTimestamp() + (waits[i] % 3 == 0 ? 0 : waits[i]));
            // Prepared now and then: it says nothing.
            if (waits[i] % 7 == 0) history.prepare(1 + (waits[i] % 3));
            history.note(supply);
            supply = supplies[i];
            model.push(uint48(vm.getBlockTimestamp()), uint208(supply));
            changedAt.push(vm.getBlockTimestamp());
            if (i % 6 == 5) _compare(supply);
        }
    }

    function _compare(uint256 supply) private {
        uint256 back = vm.getBlockTimestamp();
        vm.warp(back + 2);
        assertEq(history.at(0, supply), 0);
        for (uint256 i; i < changedAt.length; ++i) {
            for (uint256 at = changedAt[i] - 1; at <= changedAt[i] + 1; ++at) {
                assertEq(history.at(at, supply), model.upperLookupRecent(uint48(at)));
            }
            uint256 between = i == 0 ? changedAt[0] - 100 : (changedAt[i - 1] + changedAt[i]) / 2;
            assertEq(history.at(between, supply), model.upperLookupRecent(uint48(between)));
        }
        vm.warp(back);
    }
}
