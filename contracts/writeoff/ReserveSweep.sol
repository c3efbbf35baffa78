// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IPremiumTaker} from "../interfaces/IPremiumTaker.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {BPS} from "../libraries/Units.sol";
import {TrancheCall} from "./TrancheCall.sol";
import {WriteOffBook} from "./WriteOffBook.sol";

/// @title What a vault does with reserves that it need not keep
/// @notice Collected reserves above the target are the premium of those who stand ready to pay: a governed share is the
/// underwriters', the rest the fund's. Neither can do anything to the other's part: a part that is refused stays in
/// the reserves, keeps its owner, and is offered again by the next sweep.
/// Never: a sweep while anything is impaired (it would take from lenders what is about to be needed). Upholds LV1.
abstract contract ReserveSweep is WriteOffBook {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @dev Several times what taking a premium costs; what a recipient may burn at most.
    uint256 private constant PREMIUM_GAS = 500_000;

    function _setReservePolicy(uint256 targetAssets, address recipient) internal {
        _reservePolicy.targetAssets = targetAssets.toUint128();
        _reservePolicy.recipient = recipient;
        emit IWriteOffVault.ReservePolicySet(targetAssets, recipient);
    }

    /// @dev What the fund was owed stays owed to it; what underwriters were owed ends with their share.
    function _setPremiumShare(address underwriters, uint256 underwriterBps) internal {
        if (underwriterBps > BPS || (underwriters == address(0)) != (underwriterBps == 0)) {
            revert IWriteOffVault.PremiumShareOutOfRange(underwriters, underwriterBps, BPS);
        }
        _reservePolicy.underwriterBps = uint16(underwriterBps);
        _reservePolicy.underwriters = underwriters;
        if (underwriterBps == 0) _refused.underwriterAssets = 0;
        emit IWriteOffVault.PremiumShareSet(underwriters, underwriterBps);
    }

    function _sweepReserves() internal returns (uint256 assets) {
        _accrue();
        IWriteOffVault.ReservePolicy storage policy = _reservePolicy;
        if (policy.recipient == address(0)) revert IWriteOffVault.NoSweepRecipient();
        if (_impairments != 0) revert IWriteOffVault.SweepWhileImpaired(_impairments);
        (uint256 surplus, uint256 offered) = _sweepable(policy);
        Refused memory refused = _refusedWithin(surplus);

        // What was refused before goes first, to whom it belongs; what is left is shared out.
        uint256 kept = refused.fundAssets + refused.underwriterAssets;
        uint256 again = Math.min(offered, kept);
        uint256 toUnderwriters = kept == 0 ? 0 : Math.mulDiv(again, refused.underwriterAssets, kept);
        uint256 toFund = again - toUnderwriters;
        refused.fundAssets -= toFund.toUint128();
        refused.underwriterAssets -= toUnderwriters.toUint128();
        uint256 premium = ((offered - again) * policy.underwriterBps) / BPS;
        toUnderwriters += premium;
        toFund += offered - again - premium;

        uint256 taken = _offer(policy.recipient, toFund);
        refused.fundAssets += (toFund - taken).toUint128();
        assets = taken;
        // Most vaults have none, and not to look up who they are saves 2,100 gas.
        if (toUnderwriters != 0) {
            taken = _offer(policy.underwriters, toUnderwriters);
            refused.underwriterAssets += (toUnderwriters - taken).toUint128();
            assets += taken;
        }
        if (assets == 0) revert IWriteOffVault.SweepRefused(offered);
        _refused = refused;
        _checkBalance();
    }

    /// @dev Reserves that need not be kept, and what of them is at hand. Once a vault that is being wound up has no
    /// debt any more there is nothing left to keep reserves for.
    function _sweepable(
        IWriteOffVault.ReservePolicy storage policy
    ) private view returns (uint256 surplus, uint256 offered) {
        uint256 uncollected = _uncollectedReserves();
        uint256 target = _is(WINDING_UP) && _isRiskless() ? 0 : policy.targetAssets;
        uint256 held = _reserveAssets();
        surplus = Math.saturatingSub(held, uncollected + target);
        offered = Math.min(surplus, _cash);
        if (offered == 0) revert IWriteOffVault.NothingToSweep(held, uncollected, target);
    }

    /// @dev What was refused before, as far as losses have left it.
    function _refusedWithin(uint256 surplus) private view returns (Refused memory refused) {
        refused = _refused;
        uint256 kept = refused.fundAssets + refused.underwriterAssets;
        if (kept <= surplus) return refused;
        refused.underwriterAssets = Math.mulDiv(surplus, refused.underwriterAssets, kept).toUint128();
        refused.fundAssets = (surplus - refused.underwriterAssets).toUint128();
    }

    /// @dev Offers `assets` to one recipient. It has them off its allowance or not at all; what it does besides, and
    /// whether it fails, changes nothing. The assets are off the books while it runs, so that they are right whenever
    /// somebody else's money arrives meanwhile.
    function _offer(address recipient, uint256 assets) private returns (uint256 taken) {
        if (assets == 0) return 0;
        _takeReserves(assets);
        _spendCash(assets);
        _asset.forceApprove(recipient, assets);
        TrancheCall.run(recipient, PREMIUM_GAS, abi.encodeCall(IPremiumTaker.addPremium, (assets)));
        uint256 left = _asset.allowance(address(this), recipient);
        taken = assets - left;
        if (taken != 0) emit IWriteOffVault.ReservesSwept(recipient, taken);
        if (left == 0) return taken;
        _asset.forceApprove(recipient, 0);
        _addReserves(left);
        _addCash(left);
        emit IWriteOffVault.PremiumRefused(recipient, left);
    }
}
