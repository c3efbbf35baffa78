// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {IAuthorizations} from "../interfaces/IAuthorizations.sol";

/// @title Acting for another account
/// @notice Kept once for everything a vault lets somebody do for somebody else. Nonces are shared with ERC-2612, so
/// one signed permission spends the nonce of every other that was signed beside it.
abstract contract Authorizations is IAuthorizations, EIP712, Nonces {
    bytes32 private constant AUTHORIZATION_TYPEHASH = keccak256(
        "Authorization(address owner,address operator,bool authorized,uint256 nonce,uint256 deadline)"
    );

    /// @inheritdoc IAuthorizations
    mapping(address owner => mapping(address operator => bool)) public isAuthorized;

    /// @inheritdoc IAuthorizations
    function setAuthorization(address operator, bool authorized) external {
        _setAuthorization(msg.sender, operator, authorized);
    }

    /// @inheritdoc IAuthorizations
    function setAuthorizationWithSig(
        address owner,
        address operator,
        bool authorized,
        uint256 deadline,
        bytes calldata signature
    ) external {
        if (block.timestamp > deadline) revert AuthorizationExpired(deadline, block.timestamp);
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(AUTHORIZATION_TYPEHASH, owner, operator, authorized, _useNonce(owner), deadline))
        );
        if (!SignatureChecker.isValidSignatureNow(owner, digest, signature)) {
            revert InvalidAuthorization(owner, operator);
        }
        _setAuthorization(owner, operator, authorized);
    }

    /// @dev Reverts unless the caller is `owner` or was authorized by it.
    function _checkAuthorized(address owner) internal view {
        if (msg.sender != owner && !isAuthorized[owner][msg.sender]) revert NotAuthorized(owner, msg.sender);
    }

    function _setAuthorization(address owner, address operator, bool authorized) private {
        isAuthorized[owner][operator] = authorized;
        emit AuthorizationSet(owner, operator, authorized);
    }
}
