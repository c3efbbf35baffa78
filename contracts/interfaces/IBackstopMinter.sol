// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title What a vault asks of a dilution tranche
/// @notice Enough to refuse its token as collateral.
interface IBackstopMinter {
    /// @notice The token whose minting pays for losses.
    function token() external view returns (IERC20);
}
