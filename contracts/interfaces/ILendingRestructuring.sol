// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Forgiving part of a debt
/// @notice Governance announces how much of a position's principal and interest shall be forgiven, waits, and executes.
/// Asset units; times in seconds.
interface ILendingRestructuring {
    /// @notice A forgiving that governance has announced. Times in seconds.
    /// @param principalAssets Most principal to forgive, asset units.
    /// @param interestAssets Most interest to forgive, asset units.
    /// @param announcedAt Zero if there is none.
    /// @param executableAt First second at which it may be executed.
    /// @param expiresAt First second at which it may not be any more.
    struct Restructuring {
        uint128 principalAssets;
        uint128 interestAssets;
        uint64 announcedAt;
        uint64 executableAt;
        uint64 expiresAt;
    }

    /// @notice At most this much of a position's principal and interest shall be forgiven from second `executableAt` on.
    event RestructuringAnnounced(
        address indexed borrower,
        address indexed collateral,
        uint256 principalAssets,
        uint256 interestAssets,
        uint256 executableAt
    );
    /// @notice Principal and interest were forgiven; write-off `id` says who bore it. `badDebtAssets` is by how much
    /// the vault's total debt fell, which rounding lets differ from the sum by a unit.
    event Restructured(
        address indexed borrower,
        address indexed collateral,
        uint256 indexed id,
        uint256 principalAssets,
        uint256 interestAssets,
        uint256 badDebtAssets,
        uint256 interestIndex
    );
    /// @notice An announced restructuring was withdrawn, or its time is over, or the position was settled otherwise.
    event RestructuringEnded(address indexed borrower, address indexed collateral);
    /// @notice At most this much may be forgiven in an hour and in thirty days (leaky buckets), asset units.
    event RestructuringCapsSet(uint256 hourCap, uint256 monthCap);

    /// @notice Governance has announced to forgive part of this position's debt: until that is done or over, nothing
    /// can be borrowed or withdrawn, and nothing else announced.
    error RestructuringPending(address borrower, address collateral);
    error RestructuringNotAnnounced(address borrower, address collateral);
    /// @notice It may be executed from `executableAt` until before `expiresAt`, and expired from then on (seconds).
    error RestructuringNotDue(uint256 executableAt, uint256 expiresAt);
    /// @notice Nothing of this debt can be forgiven: there is none, or the collateral covers it.
    error NothingToForgive(address borrower, address collateral);
    /// @notice `requested` is more than the leaky buckets for forgiven debt allow now, asset units.
    error ExceedsRestructuringCap(uint256 requested, uint256 available);

    /// @notice Announces that part of a debt shall be forgiven, no sooner than everybody who pays in the waterfall could
    /// have left, and impairs the position at once. Governor.
    /// @param principalAssets Most principal to forgive, asset units.
    /// @param interestAssets Most interest to forgive, asset units.
    function announceRestructuring(
        address borrower,
        address collateral,
        uint256 principalAssets,
        uint256 interestAssets
    ) external;

    /// @notice Forgives what was announced: the interest, and of the principal no more than the collateral, by the most
    /// generous of all live sources, does not cover of the debt that is then left. Needs feed rounds newer than the
    /// announcement. Interest is borne by reserves and lenders; tranches pay for principal, and only those that have
    /// agreed to. The debtor does not owe it any longer. Governor.
    /// @param maxSocializedAssets Most that may be charged to the lenders, asset units.
    /// @return principalAssets Principal forgiven, asset units.
    /// @return interestAssets Interest forgiven, asset units.
    function restructure(
        address borrower,
        address collateral,
        uint256 maxSocializedAssets
    ) external returns (uint256 principalAssets, uint256 interestAssets);

    /// @notice Withdraws an announced restructuring. Governor.
    function cancelRestructuring(address borrower, address collateral) external;

    /// @notice Ends a restructuring that was not executed in its time. Open to all.
    function expireRestructuring(address borrower, address collateral) external;

    /// @notice Sets how much may be forgiven in an hour and in thirty days, asset units; zero, as at the start: nothing.
    /// Governor.
    function setRestructuringCaps(uint128 hourCap, uint128 monthCap) external;

    /// @notice What is announced for a position; zeros if nothing is.
    function restructuringOf(address borrower, address collateral) external view returns (Restructuring memory);

    /// @notice Caps on what may be forgiven in an hour and in thirty days, and what may be forgiven now, asset units.
    function restructuringCaps() external view returns (uint256 hourCap, uint256 monthCap, uint256 availableAssets);
}
