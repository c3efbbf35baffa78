// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ILossTranche} from "../../interfaces/ILossTranche.sol";

/// @title A tranche that misbehaves as it is told
/// @notice For tests of the waterfall (WO4). Each of its three functions has a behavior of its own; before they behave,
/// `cover` and `recover` may also call anything else.
contract HostileTranche is ILossTranche {
    using SafeERC20 for IERC20;

    enum Behavior {
        Pay, // all that is asked for
        PayNothing,
        PayHalf,
        PayTwice,
        Revert,
        BurnAllGas,
        ReturnBomb,
        RevertBomb
    }

    /// @dev Size of a bomb in bytes.
    uint256 private constant BOMB = 1_000_000;

    IERC20 public immutable asset;
    Behavior public onCover;
    Behavior public onPreview;
    Behavior public onRecover;

    /// @notice Gas that was left when `cover` began.
    uint256 public gasAtCover;
    /// @notice Gas that `cover` and `recover` use up before they move anything.
    uint256 public gasToBurn;
    /// @notice Gas without which `cover` gives up at once.
    uint256 public gasWanted;

    address private _target;
    bytes private _data;
    /// @notice Whether the call made from inside succeeded.
    bool public reactionSucceeded;
    /// @notice What it reverted with.
    bytes public reactionError;

    /// @notice The tranche does not feel like it.
    error Unwilling();

    constructor(IERC20 asset_) {
        asset = asset_;
    }

    function behave(Behavior cover_, Behavior preview_, Behavior recover_) external {
        (onCover, onPreview, onRecover) = (cover_, preview_, recover_);
    }

    /// @notice Makes `cover` and `recover` use up `gas_` first.
    function burnFirst(uint256 gas_) external {
        gasToBurn = gas_;
    }

    /// @notice Makes `cover` give up, and say nothing, when it begins with less gas than this.
    function insistOn(uint256 gas_) external {
        gasWanted = gas_;
    }

    /// @notice Makes `cover` and `recover` call `target` first, and keep what comes of it.
    function reactWith(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    /// @inheritdoc ILossTranche
    function cover(address vault, uint256, uint256 shortfallAssets, uint256) external {
        uint256 gasBefore = gasleft();
        if (gasBefore < gasWanted) return;
        _burn(gasBefore);
        _react();
        uint256 assets = _act(onCover, shortfallAssets);
        if (assets != 0) asset.safeTransfer(vault, assets);
        if (gasToBurn == 0) gasAtCover = gasBefore;
    }

    /// @inheritdoc ILossTranche
    function recover(address, uint256, uint256 assets) external {
        _burn(gasleft());
        _react();
        asset.safeTransferFrom(msg.sender, address(this), _act(onRecover, assets));
    }

    /// @inheritdoc ILossTranche
    function previewCover(address, uint256, uint256 shortfallAssets, uint256) external view returns (uint256) {
        return _act(onPreview, shortfallAssets);
    }

    function _burn(uint256 gasBefore) private view {
        uint256 wanted = gasToBurn;
        while (gasBefore - gasleft() < wanted) {}
    }

    function _react() private {
        if (_target != address(0)) (reactionSucceeded, reactionError) = _target.call(_data);
    }

    /// @dev What to pay or to take of `assets`, if this function comes back at all.
    function _act(Behavior behavior, uint256 assets) private pure returns (uint256) {
        if (behavior == Behavior.PayNothing) return 0;
        if (behavior == Behavior.PayHalf) return assets / 2;
        if (behavior == Behavior.PayTwice) return assets * 2;
        if (behavior == Behavior.Revert) revert Unwilling();
        bool runsOut = behavior == Behavior.BurnAllGas;
        bool returnsBomb = behavior == Behavior.ReturnBomb;
        bool revertsBomb = behavior == Behavior.RevertBomb;
        assembly {
            // More memory than any gas pays for: all of it is gone at once.
            if runsOut {
                mstore(shl(64, 1), 0)
            }
            if returnsBomb {
                return(0, BOMB)
            }
            if revertsBomb {
                revert(0, BOMB)
            }
        }
        return assets;
    }
}
