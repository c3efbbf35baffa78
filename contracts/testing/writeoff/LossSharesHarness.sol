// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {LossShares} from "../../writeoff/LossShares.sol";

/// @title Shares without a vault
/// @notice For tests of what LossShares remembers. Anybody may mint, burn, charge and credit; claims pay nothing out.
contract LossSharesHarness is LossShares {
    /// @notice `assets` of claims were to be paid to `receiver`.
    event ClaimsPaid(address receiver, uint256 assets);

    constructor() ERC20("Loss Shares", "LOSS") ERC20Permit("Loss Shares") {}

    function mint(address account, uint256 shares) external {
        _mint(account, shares);
    }

    function burn(address account, uint256 shares) external {
        _burn(account, shares);
    }

    /// @notice Closes the open epoch with a loss.
    function charge(uint256 chargedAssets) external {
        _chargeLoss(chargedAssets, false);
    }

    /// @notice Closes epoch `epoch`, skipping those before it.
    function chargeAt(uint32 epoch, uint256 chargedAssets) external {
        if (epoch < _openEpoch) _chargeFor(epoch, chargedAssets);
        else _chargeUnderOwnNumber(epoch, chargedAssets);
    }

    function credit(uint256 epoch, uint256 assets) external {
        _creditRecovery(epoch, assets);
    }

    /// @notice Moves the recoveries of `shares` for `epoch`; whoever calls.
    function assign(address from, address to, uint256 epoch, uint256 shares) external {
        _assignRecovery(from, to, epoch, shares);
    }

    function _payClaims(address receiver, uint256 assets) internal override {
        emit ClaimsPaid(receiver, assets);
    }
}
