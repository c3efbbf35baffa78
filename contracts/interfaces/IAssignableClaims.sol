// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Claims on recoveries that may change hands
/// @notice Beside ILossShares, for vaults whose lenders may give a claim for something else (see IInKindClaims).
interface IAssignableClaims {
    /// @notice Makes the recoveries for `epoch` of `shares` of `account` the caller's own, what has been claimed for them
    /// included, so claim first what should stay. Callable by an operator whom `account` authorized: nobody can be made
    /// to give a claim, nor to take one. Costs giver and taker up to a unit of what has been claimed, by rounding.
    function takeOverRecovery(address account, uint256 epoch, uint256 shares) external;

    /// @notice Whether the holders at the close of loss epoch `epoch` were charged for write-off `id`.
    /// @return isListed Whether the vault lists the charges of `id`, as for a debt that was impaired. A loss charged in one
    /// step is in the epoch that the engine's ledger names.
    /// @return isFound Whether `epoch` is in the list.
    function findCharge(uint256 id, uint256 epoch) external view returns (bool isListed, bool isFound);
}
