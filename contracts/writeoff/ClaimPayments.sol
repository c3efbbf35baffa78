// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {WriteOffBook} from "./WriteOffBook.sol";

/// @title Money that comes in for those who were charged, and goes out to them
/// @notice Recovered money is set aside; claims of reversed provisions have none of their own and are paid from cash,
/// ahead of the shares. Never: money set aside for one claim lent, withdrawn or lost. Upholds RE1, LV1.
abstract contract ClaimPayments is WriteOffBook {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @dev Pays claims that have been marked as taken.
    /// @param claims Their sum, asset units.
    /// @param ofProvisions Part of it that is for epochs charged by a provision, asset units.
    /// @return paid Less than `claims` only where later losses have taken what stood behind reversed provisions.
    function _settleClaims(
        address account,
        address receiver,
        uint256 claims,
        uint256 ofProvisions
    ) internal returns (uint256 paid) {
        paid = claims;
        if (ofProvisions != 0 && _provisioned) {
            _accrue();
            uint256 lost = _reduceClaims(ofProvisions);
            if (lost != 0) emit IWriteOffVault.ClaimsReduced(account, lost);
            paid -= lost;
        }
        _payOut(receiver, paid);
    }

    function _payOut(address receiver, uint256 assets) internal {
        if (assets == 0) return;
        uint256 funded = _releaseClaims(assets, _cash);
        if (funded < assets) {
            _accrue();
            _spendCash(assets - funded);
        }
        _asset.safeTransfer(receiver, assets);
    }

    /// @dev Takes `assets` off what is owed to claimants, at most `unfundedMost` of it off claims without money of
    /// their own.
    /// @return funded Part for which money was set aside.
    function _releaseClaims(uint256 assets, uint256 unfundedMost) internal returns (uint256 funded) {
        uint256 unfunded = _provisioned ? Math.min(Math.min(assets, _unfundedClaims), unfundedMost) : 0;
        if (unfunded != 0) {
            _unfundedClaims -= unfunded.toUint128();
            _provisioned = _provisions + _unfundedClaims != 0;
        }
        funded = assets - unfunded;
        if (funded > _claimCash) revert IWriteOffVault.InsufficientCash(assets, _claimCash + unfunded);
        _claimCash -= funded.toUint128();
    }

    /// @dev Books `assets` that have just come in for those charged by write-off `id`. What they are not owed stands
    /// behind the claims that bore the rest of the loss (see `WriteOffBook._bearable`).
    /// @param epoch The one they were charged in; zero for a debt that was impaired, whose charges are listed.
    function _bookRecovery(uint256 id, uint256 epoch, uint256 assets) internal {
        uint256 left = epoch == 0 ? _creditFor(id, 0, assets) : _creditUpTo(epoch, assets);
        if (left != 0) {
            _accrue();
            _addCash(left);
        }
        _claimCash += (assets - left).toUint128();
        _checkBalance();
    }

    /// @dev Books `assets` that have just come in for the reserves.
    function _bookRefill(uint256 assets) internal {
        // Interest that has run is due at the utilization it ran at: bring it into the books before cash changes.
        _accrue();
        _addReserves(assets);
        _addCash(assets);
        _checkBalance();
        emit IWriteOffVault.ReservesRefilled(assets);
    }

    /// @dev Claims of reversed provisions have no money of their own. If later losses have taken more than the shares
    /// were worth, what is left is less than is claimed, and every claim is worth the same part of it, so that nobody
    /// gains by being first. Interest must be in the books.
    /// @param assets Claims on reversed provisions that are about to be paid, asset units.
    /// @return lost What is not paid of them, for good, asset units.
    function _reduceClaims(uint256 assets) private returns (uint256 lost) {
        uint256 owed = _unfundedClaims;
        uint256 backing = _above(_grossAssets(), _reserveAssets() + _provisions);
        if (backing >= owed) return 0;
        if (backing == 0) revert IWriteOffVault.ClaimsWithoutBacking(owed);
        uint256 claims = Math.min(assets, owed);
        lost = claims - Math.mulDiv(claims, backing, owed);
        _unfundedClaims = (owed - lost).toUint128();
        _provisioned = _provisions + _unfundedClaims != 0;
    }
}
