// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {Crowd} from "./Crowd.t.sol";
import {System, SystemDeployer, Terms} from "./setting/System.sol";

/// @notice What all campaigns share: a fresh system, the crowd that uses it, and the rule that a campaign which wrote
/// nothing off has proved nothing.
abstract contract InvariantTest is Test, SystemDeployer {
    System internal system;
    Crowd internal crowd;

    uint8 private immutable _assetDecimals;
    uint8 private immutable _firstDecimals;
    uint8 private immutable _secondDecimals;

    constructor(uint8 assetDecimals, uint8 firstDecimals, uint8 secondDecimals) {
        (_assetDecimals, _firstDecimals, _secondDecimals) = (assetDecimals, firstDecimals, secondDecimals);
    }

    function setUp() public {
        vm.warp(Terms.START);
        system = _deploySystem(_assetDecimals, [_firstDecimals, _secondDecimals], address(this));
        crowd = new Crowd(system);
        system.manager.grantRole(0, address(crowd), 0);
        targetContract(address(crowd));
    }

    function afterInvariant() public virtual {
        assertGt(crowd.count("writtenOff"), 0, "the campaign wrote nothing off");
    }

    /// @dev Nothing that the crowd looks for at every step has been seen.
    function _assertNever(bytes32 property) internal view {
        assertEq(crowd.violation(property), "", string(abi.encodePacked(property)));
    }

    /// @dev Invariants look at the moment at which the crowd stopped.
    modifier atCrowdTime() {
        vm.warp(crowd.time());
        _;
    }
}
