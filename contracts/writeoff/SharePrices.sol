// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {ShareMath} from "../libraries/ShareMath.sol";
import {ExitNotices} from "./ExitNotices.sol";

/// @title What shares cost who enters, and bring who leaves
/// @notice Prices and limits of ERC-4626, kept once for the vault that uses them and for the module that answers for it.
/// Never: a price while a bad debt is on its way down the waterfall, a limit that is more than can be done. Upholds WO5, LV3.
abstract contract SharePrices is ExitNotices {
    /// @dev Assets behind the shares to this second, asset units.
    function _totalAssets() internal view returns (uint256) {
        if (_booksOpen != 0) revert IWriteOffVault.BooksOpen();
        return _presentTotalAssets();
    }

    /// @return total What entries are priced by, asset units.
    /// @return supply Shares.
    function _openForDeposit() internal returns (uint256 total, uint256 supply) {
        if (_depositsPaused) revert IWriteOffVault.DepositsPaused();
        total = _accrueTotal();
        supply = _supply;
        uint8 flags = _flags;
        if (flags & WINDING_UP != 0) revert IWriteOffVault.VaultWindingUp();
        if (flags & WIPED_OUT != 0 || ShareMath.isWipedOut(total, supply)) {
            revert IWriteOffVault.VaultWipedOut(total, supply);
        }
        total = _forEntry(total);
    }

    /// @dev What entries are priced by, and exits: nobody gains by coming or going ahead of the next feed round.
    function _forEntry(uint256 total) internal view returns (uint256) {
        return total + _priceSpread();
    }

    function _forExit(uint256 total) internal view returns (uint256) {
        return Math.saturatingSub(total, _priceSpread());
    }

    // ---------------------------------------------------------------- What a call would give or take

    function _previewDeposit(uint256 assets) internal view returns (uint256) {
        return ShareMath.toSharesDown(assets, _forEntry(_totalAssets()), _supply);
    }

    function _previewMint(uint256 shares) internal view returns (uint256) {
        return ShareMath.toAssetsUp(shares, _forEntry(_totalAssets()), _supply);
    }

    function _previewWithdraw(uint256 assets) internal view returns (uint256) {
        return ShareMath.toSharesUp(assets, _forExit(_totalAssets()), _supply);
    }

    function _previewRedeem(uint256 shares) internal view returns (uint256) {
        return ShareMath.toAssetsDown(shares, _forExit(_totalAssets()), _supply);
    }

    // ---------------------------------------------------------------- The most that a call may

    /// @dev Both limits hold for either way in: cash fits 112 bits, shares fit 128.
    function _maxDeposit() internal view returns (uint256) {
        (uint256 assets, uint256 shares) = _room();
        if (shares == 0) return 0;
        // The most that gives no share too many: one unit less than what one share more would cost.
        return Math.min(assets, _previewMint(shares + 1) - 1);
    }

    function _maxMint() internal view returns (uint256) {
        (uint256 assets, uint256 shares) = _room();
        if (shares == 0) return 0;
        return Math.min(shares, _previewDeposit(assets));
    }

    function _maxWithdraw(address owner) internal view returns (uint256) {
        if (_reentrancyGuardEntered()) return 0;
        return Math.min(_previewRedeem(_exitable(owner)), _exitCash());
    }

    /// @dev Shares that are worth less than one asset unit together cannot be redeemed. Where cash is the limit, no
    /// shares are named that would give nothing for their last part.
    function _maxRedeem(address owner) internal view returns (uint256 shares) {
        if (_reentrancyGuardEntered()) return 0;
        shares = _exitable(owner);
        uint256 total = _forExit(_totalAssets());
        uint256 supply = _supply;
        uint256 exitCash = _exitCash();
        if (ShareMath.toAssetsDown(shares, total, supply) > exitCash) {
            shares = ShareMath.toSharesDown(exitCash, total, supply);
        }
        if (ShareMath.toAssetsDown(shares, total, supply) == 0) return 0;
    }

    /// @dev Asset units and shares that can still be added; nothing while closed or in the middle of a call.
    function _room() private view returns (uint256 assets, uint256 shares) {
        if (_depositsPaused || _is(WINDING_UP | WIPED_OUT) || _reentrancyGuardEntered()) return (0, 0);
        uint256 supply = _supply;
        if (ShareMath.isWipedOut(_totalAssets(), supply)) return (0, 0);
        assets = type(uint112).max - _cash;
        shares = type(uint128).max - ShareMath.VIRTUAL_SHARES - supply;
    }
}
