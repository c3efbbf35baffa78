// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title A layer of the waterfall
/// @notice The engine calls `cover` with a fixed gas stipend, copies no return data and believes only the change of
/// the vault's balance. A tranche may fail in any way: the loss then moves on to the next layer.
interface ILossTranche {
    /// @notice Pays up to `shortfallAssets` straight to `vault`. Engine only.
    /// @param vault The vault that suffered the loss.
    /// @param id The vault's write-off number.
    /// @param shortfallAssets Part of the bad debt not yet paid for, asset units.
    /// @param insurableAssets Part of it that is aged principal and therefore insurable, asset units.
    function cover(address vault, uint256 id, uint256 shortfallAssets, uint256 insurableAssets) external;

    /// @notice What `cover` would pay in the present state, asset units. `id` is zero for a debt that is not impaired.
    function previewCover(
        address vault,
        uint256 id,
        uint256 shortfallAssets,
        uint256 insurableAssets
    ) external view returns (uint256 assets);

    /// @notice Takes back `assets` that this tranche had paid for write-off `id` of `vault`; pulls them from the
    /// engine. Engine only.
    function recover(address vault, uint256 id, uint256 assets) external;
}
