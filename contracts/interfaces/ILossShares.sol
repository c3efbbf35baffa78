// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Shares that remember who held them when a loss was charged
/// @notice A loss closes the open epoch. Whoever held shares when epoch `e` closed may claim its part of what is
/// recovered for `e`, whether or not it still holds them.
interface ILossShares {
    /// @notice The loss that closed one epoch.
    /// @param chargedAssets Assets charged to the holders, asset units.
    /// @param shares Shares that bore it, virtual shares included, so that nobody recovers more than it was charged.
    /// @param isOwn Whether the epoch bears the number of the one write-off it was charged for (insurance funds).
    /// @param isProvision Whether it was charged for a loss that was expected and not yet final.
    struct LossEpoch {
        uint112 chargedAssets;
        uint128 shares;
        bool isOwn;
        bool isProvision;
    }

    /// @notice Epoch `epoch` was closed by a loss of `chargedAssets` borne by `shares`.
    event LossCharged(uint256 indexed epoch, uint256 chargedAssets, uint256 shares);
    /// @notice `assets` became claimable by those who held at the close of `epoch`.
    event RecoveryCredited(uint256 indexed epoch, uint256 assets);
    /// @notice `account` claimed `assets` of `epoch`.
    event RecoveryClaimed(address indexed account, uint256 indexed epoch, uint256 assets);

    /// @notice Recoveries for `epoch` of `shares` that belonged to `from` belong to `to` from now on.
    event RecoveryAssigned(address indexed from, address indexed to, uint256 indexed epoch, uint256 shares);

    /// @notice Epoch `epoch` has not been closed by a loss; `openEpoch` is the one still running.
    error EpochNotClosed(uint256 epoch, uint256 openEpoch);
    /// @notice Crediting `assets` to `epoch` would give back more than was charged (`outstanding` is left).
    error RecoveryExceedsCharge(uint256 epoch, uint256 assets, uint256 outstanding);
    /// @notice Of `epoch`, recoveries of only `held` shares belong to `account`; `shares` were to be taken over.
    error ExceedsRecoveryShares(address account, uint256 epoch, uint256 shares, uint256 held);
    /// @notice Share supply would pass the limit of 2^128 - 1 (attempted total in shares).
    error ExceedsShareLimit(uint256 shares);
    /// @notice At least one loss can be prepared ahead, and at most `max`; not `count`.
    error PreparedCountOutOfRange(uint256 count, uint256 max);

    /// @notice Number of the epoch that is running; every lower number may have closed with a loss.
    function openEpoch() external view returns (uint256);

    /// @notice The loss that closed `epoch` (zeros if none did).
    function lossEpoch(uint256 epoch) external view returns (LossEpoch memory);

    /// @notice Writes into the slots that the next `count` losses will close their epochs in, so that each of these pays
    /// 17,100 gas less for each such slot; with `withRecoveries` also where what is recovered for them will be written.
    /// What is prepared already is not written again. Changes no figure; open to all. Reverts with `PreparedCountOutOfRange`
    /// unless `count` is 1 to 128.
    /// @return slots How many slots were written.
    function prepareEpochs(uint256 count, bool withRecoveries) external returns (uint256 slots);

    /// @notice For how many of the next losses, without a gap and at most 128, the epoch is prepared, and the slot of its
    /// recoveries.
    function preparedEpochs() external view returns (uint256 epochs, uint256 recoveries);

    /// @notice Assets credited to `epoch` so far, asset units.
    function recoveredOf(uint256 epoch) external view returns (uint256 assets);

    /// @notice Shares whose recoveries for `epoch` belong to `account`: those it held when the epoch closed, less those
    /// whose recoveries it has assigned, plus those it has taken over. Its present balance for the open epoch.
    function balanceAtEpoch(address account, uint256 epoch) external view returns (uint256 shares);

    /// @notice What `account` can claim for `epoch` now, asset units, rounded down.
    function claimableRecovery(address account, uint256 epoch) external view returns (uint256 assets);

    /// @notice Pays `account`'s recoveries of the given epochs to `receiver`. Callable by `account` or an operator it
    /// authorized; an operator may send them elsewhere only because `account` trusted it to.
    /// @return assets Total paid, asset units, each epoch rounded down.
    function claimRecovery(
        address account,
        uint256[] calldata epochs,
        address receiver
    ) external returns (uint256 assets);
}
