// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title The one thing that a vault asks of the recipient of its swept reserves
/// @notice For tests; it keeps what it is given.
contract PremiumTaker {
    using SafeERC20 for IERC20;

    /// @notice Takes `assets` from the vault that calls.
    function addPremium(uint256 assets) external {
        IERC20(IERC4626(msg.sender).asset()).safeTransferFrom(msg.sender, address(this), assets);
    }
}
