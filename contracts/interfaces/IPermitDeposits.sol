// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ISignatureTransfer} from "./ISignatureTransfer.sol";

/// @title Deposits with a signature in place of an approval
/// @notice For any ERC-4626 vault or fund. Holds nothing between calls and has no owner. Assets in the asset's smallest
/// unit, shares in the vault's; shares are rounded as the vault rounds them, down.
interface IPermitDeposits {
    /// @notice The vault gave `shares`, fewer than `minShares`.
    error TooFewShares(uint256 shares, uint256 minShares);

    /// @notice The vault left `leftAssets` of the deposit where they were.
    error DepositIncomplete(address vault, uint256 leftAssets);

    /// @notice Uniswap's Permit2, which moves tokens by signature.
    function permit2() external view returns (ISignatureTransfer);

    /// @notice Deposits `assets` of the caller, whose EIP-2612 permit lets this contract spend them. A permit that somebody
    /// else has used first is no harm: the allowance it gave is there.
    /// @param minShares Fewest shares to accept.
    /// @param receiver Account the shares are minted to.
    /// @param deadline Last second at which the permit is valid; `v`, `r`, `s` are its signature.
    /// @return shares Minted.
    function depositWithPermit(
        IERC4626 vault,
        uint256 assets,
        uint256 minShares,
        address receiver,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 shares);

    /// @notice Deposits `assets` of the caller, who has approved Permit2 once and signs each transfer.
    /// @param nonce Of the caller at Permit2; each can be used once.
    /// @param deadline Last second at which the signature is valid.
    /// @param signature Over `PermitTransferFrom` with this contract as spender.
    /// @return shares Minted.
    function depositWithPermit2(
        IERC4626 vault,
        uint256 assets,
        uint256 minShares,
        address receiver,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint256 shares);
}
