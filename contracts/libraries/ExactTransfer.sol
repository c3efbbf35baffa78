// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Token transfers that refuse to be a different amount
/// @notice A token that charges a fee, or whose balance moves otherwise, would put a wrong figure into the books. It
/// is refused by name instead. Tokens that return nothing are accepted (SafeERC20).
library ExactTransfer {
    using SafeERC20 for IERC20;

    /// @notice `token` moved `received` instead of `expected` units.
    error InexactTransfer(address token, uint256 expected, uint256 received);

    /// @notice Pulls exactly `assets` of `token` from `from` to this contract.
    function pull(IERC20 token, address from, uint256 assets) internal {
        pullTo(token, from, address(this), assets);
    }

    /// @notice Pulls exactly `assets` of `token` from `from` to `to`, by this contract's allowance.
    function pullTo(IERC20 token, address from, address to, uint256 assets) internal {
        uint256 balanceBefore = token.balanceOf(to);
        token.safeTransferFrom(from, to, assets);
        uint256 received = token.balanceOf(to) - balanceBefore;
        if (received != assets) revert InexactTransfer(address(token), assets, received);
    }
}
