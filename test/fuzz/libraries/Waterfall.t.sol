// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {Waterfall} from "../../../contracts/libraries/Waterfall.sol";

/// @notice The split of a loss against the way one would do it by hand: pour it in from the top.
contract WaterfallFuzzTest is Test {
    uint256 private constant LAYERS = 5;

    /// @notice WO1, WO2: nothing is lost or invented, and a layer takes only when those before it are full.
    function testFuzzWO1WO2SplitIsPouring(uint256 loss, uint128[LAYERS] memory sizes) public pure {
        uint256[] memory capacities = _capacities(sizes);
        (uint256[] memory taken, uint256 remainder) = Waterfall.split(loss, capacities);
        uint256 left = loss;
        for (uint256 i; i < LAYERS; ++i) {
            uint256 poured = left < capacities[i] ? left : capacities[i];
            assertEq(taken[i], poured, "layer");
            left -= poured;
        }
        assertEq(remainder, left, "remainder");
    }

    /// @notice A layer by its attachment point is the same layer in the split.
    function testFuzzLayersAreTheSplit(uint256 loss, uint128[LAYERS] memory sizes) public pure {
        uint256[] memory capacities = _capacities(sizes);
        (uint256[] memory taken, ) = Waterfall.split(loss, capacities);
        uint256 attachmentPoint;
        for (uint256 i; i < LAYERS; ++i) {
            assertEq(Waterfall.layer(loss, attachmentPoint, capacities[i]), taken[i]);
            attachmentPoint += capacities[i];
        }
    }

    /// @notice More loss never makes a layer pay less.
    function testFuzzLayersAreMonotonic(uint128 loss, uint128 more, uint128[LAYERS] memory sizes) public pure {
        uint256[] memory capacities = _capacities(sizes);
        (uint256[] memory taken, uint256 remainder) = Waterfall.split(loss, capacities);
        (uint256[] memory takenOfMore, uint256 remainderOfMore) = Waterfall.split(uint256(loss) + more, capacities);
        for (uint256 i; i < LAYERS; ++i) assertGe(takenOfMore[i], taken[i]);
        assertGe(remainderOfMore, remainder);
    }

    function _capacities(uint128[LAYERS] memory sizes) private pure returns (uint256[] memory capacities) {
        capacities = new uint256[](LAYERS);
        // Small ones too, so that a loss often ends in the middle.
        for (uint256 i; i < LAYERS; ++i) capacities[i] = sizes[i] % 3 == 0 ? sizes[i] % 1000 : sizes[i];
    }
}
