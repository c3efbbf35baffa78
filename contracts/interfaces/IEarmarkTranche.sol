// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILossTranche} from "./ILossTranche.sol";

/// @title A layer that can set its part of an expected loss apart
/// @notice Tranches of kind Insurance. The engine calls these with the same care as `cover`.
interface IEarmarkTranche is ILossTranche {
    /// @notice Sets up to `assets` apart for write-off `id` of `vault`, which is expected but not final: they pay for it
    /// first and cannot leave before it is settled or released. Whoever they belong to is charged now. Engine only; a
    /// tranche that cannot earmark sets nothing apart.
    function earmark(address vault, uint256 id, uint256 assets) external;

    /// @notice Gives back up to `assets` of the earmark for `id` to those it was charged to. Engine only.
    function releaseEarmark(address vault, uint256 id, uint256 assets) external;

    /// @notice What is set apart for `id` and neither paid nor released, asset units.
    function earmarkOf(address vault, uint256 id) external view returns (uint256 assets);
}
