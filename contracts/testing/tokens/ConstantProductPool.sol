// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title A constant-product pool as there are thousands: it holds two tokens and can call nothing else
/// @notice For tests of shares that lie in one. `swap` gives what x * y = k allows, without a fee, for whatever has
/// arrived beyond its reserves; `skim` and `sync` deal with what nobody swapped, for anybody.
contract ConstantProductPool {
    using SafeERC20 for IERC20;

    IERC20 public immutable first;
    IERC20 public immutable second;
    uint256 public firstReserve;
    uint256 public secondReserve;

    /// @notice The pool would hold less than its product.
    error ProductFell(uint256 before, uint256 afterwards);

    constructor(IERC20 first_, IERC20 second_) {
        (first, second) = (first_, second_);
    }

    /// @notice Takes out `firstOut` and `secondOut` to `receiver`, if what was sent here before pays for them.
    function swap(uint256 firstOut, uint256 secondOut, address receiver) external {
        uint256 product = firstReserve * secondReserve;
        if (firstOut != 0) first.safeTransfer(receiver, firstOut);
        if (secondOut != 0) second.safeTransfer(receiver, secondOut);
        sync();
        if (firstReserve * secondReserve < product) revert ProductFell(product, firstReserve * secondReserve);
    }

    /// @notice Sends what lies beyond the reserves to `receiver`.
    function skim(address receiver) external {
        first.safeTransfer(receiver, first.balanceOf(address(this)) - firstReserve);
        second.safeTransfer(receiver, second.balanceOf(address(this)) - secondReserve);
    }

    /// @notice Takes what is here for the reserves.
    function sync() public {
        firstReserve = first.balanceOf(address(this));
        secondReserve = second.balanceOf(address(this));
    }
}
