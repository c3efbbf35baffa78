// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title A shareholder that asks what it would get and then gets it, in one transaction
/// @notice For tests of ERC-4626 previews and limits while interest runs. It holds assets and shares itself.
contract ShareholderProbe {
    using SafeERC20 for IERC20;

    IERC4626 public immutable vault;

    /// @notice What the preview said, and what the call did.
    event Compared(uint256 previewed, uint256 executed);

    constructor(IERC4626 vault_) {
        vault = vault_;
        IERC20(vault_.asset()).forceApprove(address(vault_), type(uint256).max);
    }

    function deposit(uint256 assets) external {
        uint256 previewed = vault.previewDeposit(assets);
        emit Compared(previewed, vault.deposit(assets, address(this)));
    }

    function mint(uint256 shares) external {
        uint256 previewed = vault.previewMint(shares);
        emit Compared(previewed, vault.mint(shares, address(this)));
    }

    function withdraw(uint256 assets) public {
        uint256 previewed = vault.previewWithdraw(assets);
        emit Compared(previewed, vault.withdraw(assets, address(this), address(this)));
    }

    function redeem(uint256 shares) public {
        uint256 previewed = vault.previewRedeem(shares);
        emit Compared(previewed, vault.redeem(shares, address(this), address(this)));
    }

    /// @notice Withdraws all that the vault says can be withdrawn.
    function withdrawMax() external {
        withdraw(vault.maxWithdraw(address(this)));
    }

    /// @notice Redeems all that the vault says can be redeemed.
    function redeemMax() external {
        redeem(vault.maxRedeem(address(this)));
    }
}
