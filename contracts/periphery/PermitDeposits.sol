// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IPermitDeposits} from "../interfaces/IPermitDeposits.sol";
import {ISignatureTransfer} from "../interfaces/ISignatureTransfer.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";

/// @title Deposits with a signature in place of an approval
/// @notice Lenders and stakers call it in place of a vault, where their token knows EIP-2612 or they use Permit2. Only
/// ever spends the caller's own tokens, and passes on all that it takes.
/// Never: an allowance left to a vault, a token kept. It is outside the core: no vault knows it.
contract PermitDeposits is IPermitDeposits {
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;

    /// @inheritdoc IPermitDeposits
    ISignatureTransfer public immutable permit2;

    constructor(ISignatureTransfer permit2_) {
        permit2 = permit2_;
    }

    /// @inheritdoc IPermitDeposits
    function depositWithPermit(
        IERC4626 vault,
        uint256 assets,
        uint256 minShares,
        address receiver,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 shares) {
        IERC20 asset = IERC20(vault.asset());
        // Whoever sees the permit can use it first; then it fails here, and what it allowed is allowed all the same.
        // solhint-disable-next-line no-empty-blocks
        try IERC20Permit(address(asset)).permit(msg.sender, address(this), assets, deadline, v, r, s) {} catch {}
        asset.pull(msg.sender, assets);
        return _deposit(vault, asset, assets, minShares, receiver);
    }

    /// @inheritdoc IPermitDeposits
    function depositWithPermit2(
        IERC4626 vault,
        uint256 assets,
        uint256 minShares,
        address receiver,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint256 shares) {
        IERC20 asset = IERC20(vault.asset());
        permit2.permitTransferFrom(
            ISignatureTransfer.PermitTransferFrom({
                permitted: ISignatureTransfer.TokenPermissions({token: address(asset), amount: assets}),
                nonce: nonce,
                deadline: deadline
            }),
            ISignatureTransfer.SignatureTransferDetails({to: address(this), requestedAmount: assets}),
            msg.sender,
            signature
        );
        return _deposit(vault, asset, assets, minShares, receiver);
    }

    function _deposit(
        IERC4626 vault,
        IERC20 asset,
        uint256 assets,
        uint256 minShares,
        address receiver
    ) private returns (uint256 shares) {
        asset.forceApprove(address(vault), assets);
        shares = vault.deposit(assets, receiver);
        if (shares < minShares) revert TooFewShares(shares, minShares);
        uint256 leftAssets = asset.allowance(address(this), address(vault));
        if (leftAssets != 0) revert DepositIncomplete(address(vault), leftAssets);
    }
}
