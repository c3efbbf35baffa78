// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVaultRules} from "../interfaces/IVaultRules.sol";
import {Cooldown} from "../libraries/Cooldown.sol";
import {ExitNotices} from "./ExitNotices.sol";

/// @title What a vault says of its rules
/// @notice Views only, kept once for vaults that answer themselves and for modules that answer for them.
abstract contract VaultRules is IVaultRules, ExitNotices {
    /// @dev A module refuses to be asked otherwise than by its vault.
    modifier asVault() virtual {
        _;
    }

    /// @inheritdoc IVaultRules
    function reservePolicy() external view virtual asVault returns (uint256 targetAssets, address recipient) {
        return (_reservePolicy.targetAssets, _reservePolicy.recipient);
    }

    /// @inheritdoc IVaultRules
    function premiumShare() external view virtual asVault returns (address underwriters, uint256 underwriterBps) {
        return (_reservePolicy.underwriters, _reservePolicy.underwriterBps);
    }

    /// @inheritdoc IVaultRules
    function refusedPremiums() external view virtual asVault returns (uint256 fundAssets, uint256 underwriterAssets) {
        return (_refused.fundAssets, _refused.underwriterAssets);
    }

    /// @inheritdoc IVaultRules
    function exitNotice() external view virtual asVault returns (uint256 noticeSeconds, uint256 windowSeconds) {
        return _exitNotice();
    }

    /// @inheritdoc IVaultRules
    function exitOf(address owner) external view virtual asVault returns (Cooldown.Notice memory notice) {
        return _exitOf(owner);
    }

    /// @inheritdoc IVaultRules
    function closure() external view virtual asVault returns (bool wipedOut, bool windingUp) {
        return (_is(WIPED_OUT), _is(WINDING_UP));
    }
}
