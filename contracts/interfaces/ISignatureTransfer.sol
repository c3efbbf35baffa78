// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title What is called of Uniswap's Permit2
/// @notice Transfers by a signature of their own, each with a nonce used once.
interface ISignatureTransfer {
    /// @param token Token to move.
    /// @param amount Most that may be moved, token units.
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    /// @param nonce Used once.
    /// @param deadline Last second at which the signature is valid.
    struct PermitTransferFrom {
        TokenPermissions permitted;
        uint256 nonce;
        uint256 deadline;
    }

    /// @param to Receiver.
    /// @param requestedAmount Token units to move.
    struct SignatureTransferDetails {
        address to;
        uint256 requestedAmount;
    }

    /// @notice Moves tokens of `owner`, who signed for the caller to do so.
    function permitTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes calldata signature
    ) external;
}
