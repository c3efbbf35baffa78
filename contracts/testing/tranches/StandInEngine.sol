// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ILossTranche} from "../../interfaces/ILossTranche.sol";

/// @title An engine that does what a test tells it
/// @notice For tests of tranches: it passes calls on, lets reverts through and keeps no books. What it hands back to a
/// tranche it must hold beforehand.
contract StandInEngine {
    using SafeERC20 for IERC20;

    /// @notice `tranche` was called with `gasUsed` gas, the call itself included.
    event CoverCalled(address indexed tranche, uint256 gasUsed);

    function cover(
        ILossTranche tranche,
        address vault,
        uint256 id,
        uint256 shortfallAssets,
        uint256 insurableAssets
    ) external {
        uint256 gasBefore = gasleft();
        tranche.cover(vault, id, shortfallAssets, insurableAssets);
        emit CoverCalled(address(tranche), gasBefore - gasleft());
    }

    function recover(ILossTranche tranche, IERC20 asset, address vault, uint256 id, uint256 assets) external {
        asset.forceApprove(address(tranche), assets);
        tranche.recover(vault, id, assets);
    }
}
