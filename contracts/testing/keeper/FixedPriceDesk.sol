// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ISaleDesk} from "../../interfaces/ISaleDesk.sol";

/// @title A desk that buys one token at a price anybody may set
/// @notice For tests and rehearsals. `priceWad`: asset units paid for one token unit, WAD.
contract FixedPriceDesk is ISaleDesk {
    using SafeERC20 for IERC20;

    uint256 public priceWad;

    /// @notice It would pay `assets`, less than `minAssets`.
    error PaysLess(uint256 assets, uint256 minAssets);

    function setPrice(uint256 priceWad_) external {
        priceWad = priceWad_;
    }

    /// @inheritdoc ISaleDesk
    function quote(address, address asset, uint256 amount) public view returns (uint256 assets) {
        assets = (amount * priceWad) / 1e18;
        return assets > IERC20(asset).balanceOf(address(this)) ? 0 : assets;
    }

    /// @inheritdoc ISaleDesk
    function sell(address token, address asset, uint256 amount, uint256 minAssets) external returns (uint256 assets) {
        assets = quote(token, asset, amount);
        if (assets < minAssets) revert PaysLess(assets, minAssets);
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        IERC20(asset).safeTransfer(msg.sender, assets);
    }
}
