// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {InvariantTest} from "./InvariantTest.sol";

/// @notice A campaign proves nothing about what it never does. A short walk through the stories, from fixed seeds, must
/// come to every way in which a loss is set apart, used, given back and paid for.
contract CrowdReachTest is InvariantTest(6, 18, 8) {
    uint256 private constant CRASHES = 24;

    function testCrashesReachEveryLayerAndEveryEndOfAnImpairment() public {
        for (uint256 i; i < CRASHES; ++i) {
            uint256 seed = uint256(keccak256(abi.encode("plimsoll", i)));
            crowd.crash(seed, seed >> 128);
            if (i % 4 == 3) crowd.makeGood(seed, seed >> 128);
        }
        bytes32[9] memory properties = [bytes32("WO1"), "WO2", "WO3", "WO5", "IM1", "RE1", "IN1", "LV2", "DI1"];
        for (uint256 i; i < properties.length; ++i) assertEq(crowd.violation(properties[i]), "");
        bytes32[12] memory events = [
            bytes32("provisioned"),
            "earmarked",
            "provisionUsed",
            "provisionLowered",
            "impairmentEnded",
            "falseAlarm",
            "paidByReserves",
            "paidByInsurance",
            "paidByBids",
            "socialized",
            "toLenders",
            "lotOpened"
        ];
        for (uint256 i; i < events.length; ++i) {
            assertGt(crowd.count(events[i]), 0, string(abi.encodePacked("never: ", events[i])));
        }
    }
}
