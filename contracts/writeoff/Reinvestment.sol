// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {ShareMath} from "../libraries/ShareMath.sol";
import {ClaimPayments} from "./ClaimPayments.sol";
import {SharePrices} from "./SharePrices.sol";

/// @title Claims turned into shares
/// @notice Who was charged may leave what comes back in the vault. Upholds RE1, LV1.
abstract contract Reinvestment is ClaimPayments, SharePrices {
    /// @dev Mints what the token around the shares would mint; a module has none. The caller of this function checks who may speak for `account`, and that nobody enters meanwhile.
    function _reinvest(
        address account,
        uint256[] calldata epochs,
        address receiver
    ) internal returns (uint256 assets, uint256 shares) {
        (uint256 total, uint256 supply) = _openForDeposit();
        (assets, ) = _markClaims(account, epochs);
        shares = ShareMath.toSharesDown(assets, total, supply);
        if (shares == 0) revert IWriteOffVault.NothingForNothing(assets, shares);
        _addCash(_releaseClaims(assets, assets));
        if (receiver == address(0)) revert IERC20Errors.ERC20InvalidReceiver(receiver);
        _addSupply(shares);
        Head memory head = _heads[receiver];
        _setBalance(receiver, head, head.balance + shares);
        emit IERC20.Transfer(address(0), receiver, shares);
        emit IWriteOffVault.RecoveryReinvested(account, receiver, assets, shares);
    }
}
