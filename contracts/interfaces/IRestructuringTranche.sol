// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title What a tranche says about restructurings
/// @notice Governance may forgive a debt; a tranche pays for that only if it has agreed to, and those who pay in it have
/// the time to leave beforehand. A tranche without these functions has not agreed and has no notice period.
interface IRestructuringTranche {
    /// @notice The tranche pays for principal that is forgiven for `vault` from second `from` on; zero: not at all.
    event RestructuringCoverSet(address indexed vault, uint256 from);

    /// @notice Whether the tranche pays for forgiven principal of `vault` now.
    function coversRestructuring(address vault) external view returns (bool);

    /// @notice How long those who pay in this tranche for `vault` need to leave it, seconds.
    function exitDelay(address vault) external view returns (uint256);
}
