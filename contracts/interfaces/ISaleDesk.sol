// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title A desk that buys tokens at a price of its own
/// @notice A market maker's standing offer to liquidators: a fixed price, no slippage, as long as it has money.
interface ISaleDesk {
    /// @notice What it would pay now for `amount` of `token`, in units of `asset`; zero if it does not buy that.
    function quote(address token, address asset, uint256 amount) external view returns (uint256 assets);

    /// @notice Takes `amount` of `token` from the caller, who has approved it, and pays `asset` to the caller.
    /// @param minAssets Least to be paid; the desk reverts if it would pay less.
    /// @return assets Paid, units of `asset`.
    function sell(address token, address asset, uint256 amount, uint256 minAssets) external returns (uint256 assets);
}
