// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The arithmetic of the waterfall
/// @notice A loss fills layers from the first to the last; money that comes back fills the same layers from the last
/// to the first. Both directions are one rule: layer k takes what lies between its attachment point (the capacity of
/// the layers before it) and its detachment point (attachment + capacity). Exact integers, nothing is rounded.
library Waterfall {
    /// @notice What the layer that attaches at `attachmentPoint` and holds `capacity` takes of a cumulative `loss`.
    /// @return taken min(capacity, max(0, loss - attachmentPoint))
    function layer(uint256 loss, uint256 attachmentPoint, uint256 capacity) internal pure returns (uint256 taken) {
        return Math.min(capacity, Math.saturatingSub(loss, attachmentPoint));
    }

    /// @notice Splits `loss` over `capacities` in order.
    /// @return taken What each layer takes.
    /// @return remainder What is left when every layer is full.
    function split(
        uint256 loss,
        uint256[] memory capacities
    ) internal pure returns (uint256[] memory taken, uint256 remainder) {
        taken = new uint256[](capacities.length);
        uint256 attachmentPoint;
        for (uint256 i; i < capacities.length; ++i) {
            taken[i] = layer(loss, attachmentPoint, capacities[i]);
            attachmentPoint += capacities[i];
        }
        remainder = Math.saturatingSub(loss, attachmentPoint);
    }
}
