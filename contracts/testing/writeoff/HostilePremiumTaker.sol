// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IPremiumTaker} from "../../interfaces/IPremiumTaker.sol";

/// @title A recipient of premiums that misbehaves as it is told
/// @notice For tests of a vault's sweep. It may call anything else after it has taken what it takes.
contract HostilePremiumTaker is IPremiumTaker {
    using SafeERC20 for IERC20;

    enum Behavior {
        TakeAll,
        TakeHalf,
        TakeNothing,
        Refuse,
        BurnAllGas,
        Bomb
    }

    IERC20 public immutable asset;
    Behavior public behavior;
    address private _target;
    bytes private _data;
    /// @notice Whether the call made from inside succeeded.
    bool public reactionSucceeded;
    /// @notice What it returned or reverted with.
    bytes public reactionAnswer;

    /// @notice It does not feel like it.
    error Unwilling();

    constructor(IERC20 asset_) {
        asset = asset_;
    }

    function behave(Behavior behavior_) external {
        behavior = behavior_;
    }

    /// @notice Makes `addPremium` call `target` after taking, and keep what comes of it.
    function reactWith(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    /// @notice Takes `assets` from `from` by an allowance that it may still have.
    function takeLater(address from, uint256 assets) external {
        asset.safeTransferFrom(from, address(this), assets);
    }

    /// @notice Lets `spender` take all it has.
    function approve(address spender) external {
        asset.forceApprove(spender, type(uint256).max);
    }

    /// @inheritdoc IPremiumTaker
    function addPremium(uint256 assets) external {
        Behavior how = behavior;
        if (how == Behavior.Refuse) revert Unwilling();
        bool runsOut = how == Behavior.BurnAllGas;
        bool bombs = how == Behavior.Bomb;
        assembly {
            if runsOut {
                mstore(shl(64, 1), 0)
            }
            if bombs {
                revert(0, 100000)
            }
        }
        if (how == Behavior.TakeHalf) assets /= 2;
        if (how != Behavior.TakeNothing) asset.safeTransferFrom(msg.sender, address(this), assets);
        if (_target != address(0)) (reactionSucceeded, reactionAnswer) = _target.call(_data);
    }
}
