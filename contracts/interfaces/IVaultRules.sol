// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Cooldown} from "../libraries/Cooldown.sol";

/// @title The rules of every vault that can suffer a bad debt, as they are now
/// @notice Almost nobody asks for them on chain, so a vault may answer from a module. Assets are in the asset's smallest
/// unit.
interface IVaultRules {
    /// @notice Rules for paying out reserves.
    function reservePolicy() external view returns (uint256 targetAssets, address recipient);

    /// @notice Whose share of swept reserves that is besides the fund, bps; zeros if nobody's.
    function premiumShare() external view returns (address underwriters, uint256 underwriterBps);

    /// @notice Parts of earlier sweeps that were not taken, asset units. They are reserves like any other until they are:
    /// a loss uses them up.
    function refusedPremiums() external view returns (uint256 fundAssets, uint256 underwriterAssets);

    /// @notice Notice that leaving takes, and the window after it in which one may leave, seconds; zeros if it takes none.
    function exitNotice() external view returns (uint256 noticeSeconds, uint256 windowSeconds);

    /// @notice `owner`'s notice to leave, whether or not it is usable now; zeros where leaving takes none.
    function exitOf(address owner) external view returns (Cooldown.Notice memory notice);

    /// @notice Why the vault takes no deposits any more: a total loss, or because it is being wound up.
    function closure() external view returns (bool wipedOut, bool windingUp);
}
