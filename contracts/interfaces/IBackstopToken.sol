// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title The token that is minted when a loss is larger than reserves and insurance
/// @notice ERC-20 with votes (clock in seconds) and permit, 18 decimals. All quantities in token units.
interface IBackstopToken is IERC20 {
    /// @notice Only the minter may mint.
    error OnlyMinter(address caller);

    /// @notice The only account that may ever mint.
    function minter() external view returns (address);

    /// @notice Most tokens that can exist at one time.
    function cap() external view returns (uint256 tokens);

    /// @notice Creates `tokens` for `receiver`. Minter only; never above the cap.
    function mint(address receiver, uint256 tokens) external;

    /// @notice Destroys `tokens` of the caller.
    function burn(uint256 tokens) external;

    /// @notice Destroys `tokens` of `holder` out of the allowance it gave the caller.
    function burnFrom(address holder, uint256 tokens) external;

    /// @notice Writes into the slots in which the next 2 x `count` mints and burns will note what the supply was, two in each,
    /// so that every second one costs 17,100 gas less. Slots prepared before are passed over. Changes no figure; open to
    /// all. Reverts with {ILossShares-PreparedCountOutOfRange} unless `count` is 1 to 128.
    /// @return slots How many slots were written.
    function prepareSupplyHistory(uint256 count) external returns (uint256 slots);

    /// @notice How many of these slots, without a gap and at most 128, are prepared.
    function preparedSupplyHistory() external view returns (uint256 count);
}
