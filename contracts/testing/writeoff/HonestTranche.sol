// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILossTranche} from "../../interfaces/ILossTranche.sol";
import {IWriteOffEngine} from "../../interfaces/IWriteOffEngine.sol";

/// @title A tranche that pays what it has and says so
/// @notice For tests of the waterfall. It pays out of its own balance; anybody may fill it.
contract HonestTranche is ILossTranche {
    using SafeERC20 for IERC20;

    IERC20 public immutable asset;
    IWriteOffEngine public immutable engine;
    /// @notice Whether it pays for the insurable part of a loss only.
    bool public immutable insuredOnly;

    /// @notice What it was asked to pay for.
    event CoverAsked(address vault, uint256 id, uint256 shortfallAssets, uint256 insurableAssets);
    /// @notice What came back to it.
    event RecoveryTaken(address vault, uint256 id, uint256 assets);

    constructor(IERC20 asset_, IWriteOffEngine engine_, bool insuredOnly_) {
        asset = asset_;
        engine = engine_;
        insuredOnly = insuredOnly_;
    }

    /// @inheritdoc ILossTranche
    function cover(address vault, uint256 id, uint256 shortfallAssets, uint256 insurableAssets) external {
        emit CoverAsked(vault, id, shortfallAssets, insurableAssets);
        asset.safeTransfer(vault, previewCover(vault, id, shortfallAssets, insurableAssets));
    }

    /// @inheritdoc ILossTranche
    function recover(address vault, uint256 id, uint256 assets) external {
        emit RecoveryTaken(vault, id, assets);
        asset.safeTransferFrom(msg.sender, address(this), assets);
    }

    // ---------------------------------------------------------------- What a dilution tranche does besides

    /// @notice Pays `assets` to `vault` as proceeds of a sale for write-off `id`.
    function sell(address vault, uint256 id, uint256 assets) external {
        asset.safeTransfer(vault, assets);
        engine.creditProceeds(vault, id, assets);
    }

    /// @notice Reports `assets` of proceeds without paying them.
    function pretendToSell(address vault, uint256 id, uint256 assets) external {
        engine.creditProceeds(vault, id, assets);
    }

    /// @notice Gives back `assets` that had come back for write-off `id`.
    function giveBack(address vault, uint256 id, uint256 assets) external {
        asset.forceApprove(address(engine), assets);
        engine.returnUnspent(vault, id, assets);
    }

    /// @inheritdoc ILossTranche
    function previewCover(
        address,
        uint256,
        uint256 shortfallAssets,
        uint256 insurableAssets
    ) public view returns (uint256 assets) {
        assets = Math.min(shortfallAssets, asset.balanceOf(address(this)));
        if (insuredOnly) assets = Math.min(assets, insurableAssets);
    }
}
