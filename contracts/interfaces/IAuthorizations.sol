// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Acting for another account, granted on chain or by an EIP-712 signature
/// @notice An operator may borrow, withdraw collateral, claim recoveries, and give or take back notices for the owner.
interface IAuthorizations {
    /// @notice `operator` may (or may no longer) act for `owner`.
    event AuthorizationSet(address indexed owner, address indexed operator, bool authorized);

    /// @notice The caller is neither `owner` nor authorized by it.
    error NotAuthorized(address owner, address caller);
    /// @notice The signed permission was valid until `deadline` (seconds) and it is later now.
    error AuthorizationExpired(uint256 deadline, uint256 nowTimestamp);
    /// @notice The signature is not `owner`'s over this permission and its next nonce.
    error InvalidAuthorization(address owner, address operator);

    /// @notice Whether `operator` may act for `owner`.
    function isAuthorized(address owner, address operator) external view returns (bool);

    /// @notice Allows or forbids `operator` to borrow, withdraw collateral and claim recoveries for the caller.
    function setAuthorization(address operator, bool authorized) external;

    /// @notice The same by signature of `owner` (EOA or ERC-1271), consuming its next nonce.
    /// @param deadline Last second at which the signature is accepted.
    function setAuthorizationWithSig(
        address owner,
        address operator,
        bool authorized,
        uint256 deadline,
        bytes calldata signature
    ) external;
}
