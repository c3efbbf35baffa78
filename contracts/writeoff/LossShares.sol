// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ILossShares} from "../interfaces/ILossShares.sol";
import {Authorizations} from "./Authorizations.sol";
import {PreparedEpochs} from "./PreparedEpochs.sol";

/// @title ERC-20 shares that remember who held them when a loss was charged
/// @notice For vaults and insurance funds: the token around `LossLedger`. A transfer costs what an ERC-20 transfer
/// costs, until a loss happens: then the first change of each balance archives the old one.
/// Never: a claim paid by somebody's push (an AMM pool that is sent its claim inside a swap is robbed). Upholds RE1.
abstract contract LossShares is ILossShares, PreparedEpochs, ERC20Permit, Authorizations {
    /// @inheritdoc ILossShares
    function openEpoch() public view returns (uint256) {
        return _openEpoch;
    }

    /// @inheritdoc ILossShares
    function lossEpoch(uint256 epoch) external view returns (LossEpoch memory loss) {
        loss = _losses[epoch];
        // Prepared, and not closed by a loss.
        if (loss.shares == 0) loss.isProvision = false;
    }

    /// @inheritdoc ILossShares
    function recoveredOf(uint256 epoch) external view returns (uint256) {
        return _recovered(epoch);
    }

    /// @inheritdoc IERC20
    function totalSupply() public view virtual override returns (uint256) {
        return _supply;
    }

    /// @inheritdoc IERC20
    function balanceOf(address account) public view virtual override returns (uint256) {
        return _heads[account].balance;
    }

    /// @dev One nonce for ERC-2612 permits and for authorizations.
    function nonces(address owner) public view virtual override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @inheritdoc ILossShares
    function balanceAtEpoch(address account, uint256 epoch) external view virtual returns (uint256) {
        return _balanceAtEpoch(account, epoch);
    }

    /// @inheritdoc ILossShares
    function claimableRecovery(address account, uint256 epoch) external view virtual returns (uint256) {
        return _claimable(account, epoch);
    }

    /// @inheritdoc ILossShares
    function claimRecovery(
        address account,
        uint256[] calldata epochs,
        address receiver
    ) external virtual returns (uint256 assets) {
        (assets, ) = _takeClaims(account, epochs);
        _payClaims(receiver, assets);
    }

    /// @inheritdoc ILossShares
    function prepareEpochs(uint256 count, bool withRecoveries) external virtual returns (uint256 slots) {
        return _prepareEpochs(_nextLossEpoch(), count, withRecoveries);
    }

    /// @inheritdoc ILossShares
    function preparedEpochs() external view virtual returns (uint256 epochs, uint256 recoveries) {
        return _preparedEpochs(_nextLossEpoch());
    }

    /// @dev The epoch that the next loss will close.
    function _nextLossEpoch() internal view virtual returns (uint256) {
        return _openEpoch;
    }

    /// @dev Marks claims as taken for a caller who may; the caller of this function must pay them.
    function _takeClaims(
        address account,
        uint256[] calldata epochs
    ) internal virtual returns (uint256 assets, uint256 ofProvisions) {
        _checkAuthorized(account);
        return _markClaims(account, epochs);
    }

    /// @dev Pays `assets` of claims to `receiver` out of what is owed to claimants.
    function _payClaims(address receiver, uint256 assets) internal virtual;

    /// @dev ERC-20 bookkeeping on heads instead of OpenZeppelin's private balances.
    function _update(address from, address to, uint256 shares) internal virtual override {
        if (from == address(0)) {
            _addSupply(shares);
        } else {
            Head memory head = _heads[from];
            uint256 balance = head.balance;
            if (balance < shares) revert ERC20InsufficientBalance(from, balance, shares);
            // Not more than the balance, as has just been seen. Unchecked is worth 100 gas to a transfer, here and below.
            unchecked {
                _setBalance(from, head, balance - shares);
            }
        }
        // All balances together are the supply, which has 128 bits.
        unchecked {
            if (to == address(0)) {
                _supply -= uint128(shares);
            } else {
                Head memory head = _heads[to];
                _setBalance(to, head, head.balance + shares);
            }
        }
        emit Transfer(from, to, shares);
    }
}
