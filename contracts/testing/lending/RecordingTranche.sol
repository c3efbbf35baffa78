// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBackstopMinter} from "../../interfaces/IBackstopMinter.sol";
import {ILossTranche} from "../../interfaces/ILossTranche.sol";

/// @title A layer of the waterfall that remembers what it was asked for
/// @notice For tests. It pays what is insurable as long as it holds anything, and takes back whatever it is given. As a
/// layer of kind Dilution it names a token and should hold nothing.
contract RecordingTranche is ILossTranche, IBackstopMinter {
    using SafeERC20 for IERC20;

    /// @notice One call of `cover`.
    struct Request {
        address vault;
        uint256 id;
        uint256 shortfallAssets;
        uint256 insurableAssets;
        uint256 paidAssets;
    }

    IERC20 public immutable asset;
    IERC20 public immutable token;
    Request public lastRequest;
    uint256 public requests;
    uint256 public recoveredAssets;

    constructor(IERC20 asset_, IERC20 token_) {
        asset = asset_;
        token = token_;
    }

    /// @inheritdoc ILossTranche
    function cover(address vault, uint256 id, uint256 shortfallAssets, uint256 insurableAssets) external {
        uint256 paid = previewCover(vault, id, shortfallAssets, insurableAssets);
        lastRequest = Request(vault, id, shortfallAssets, insurableAssets, paid);
        ++requests;
        if (paid != 0) asset.safeTransfer(vault, paid);
    }

    /// @inheritdoc ILossTranche
    function recover(address, uint256, uint256 assets) external {
        recoveredAssets += assets;
        asset.safeTransferFrom(msg.sender, address(this), assets);
    }

    /// @inheritdoc ILossTranche
    function previewCover(
        address,
        uint256,
        uint256 shortfallAssets,
        uint256 insurableAssets
    ) public view returns (uint256 assets) {
        return Math.min(Math.min(shortfallAssets, insurableAssets), asset.balanceOf(address(this)));
    }
}
