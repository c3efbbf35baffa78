// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title The table of a steward: how far and how often each parameter may move
/// @notice A parameter is named by the field it is in its vault's struct, as bytes32 ("ltvBps"); values are in that field's
/// unit. A parameter that is not in the table cannot be changed by the steward at all.
interface IStepTable {
    /// @notice How far one parameter may move at once, and how often.
    /// @param maxStep Greatest difference in one change: bps of the present value if `isRelative`, else the field's unit.
    /// Zero: not at all.
    /// @param isRelative Whether the step is a part of the present value; then a value of zero stays zero.
    /// @param minInterval Seconds between two changes of the same parameter of the same vault and collateral.
    struct StepLimit {
        uint128 maxStep;
        bool isRelative;
        uint32 minInterval;
    }

    /// @notice One row of the table.
    /// @param parameter Name of the field, left-aligned ASCII.
    /// @param limit Its limit.
    struct StepRow {
        bytes32 parameter;
        StepLimit limit;
    }

    /// @notice `parameter` may now move by `maxStep` (bps of its value if `isRelative`) every `minInterval` seconds.
    event StepLimitSet(bytes32 indexed parameter, uint256 maxStep, bool isRelative, uint256 minInterval);
    /// @notice `parameter` of `vault` (and of `collateral`, zero if it is the vault's own) went from `from` to `to`.
    event ParameterChanged(
        address indexed vault,
        address indexed collateral,
        bytes32 indexed parameter,
        uint256 from,
        uint256 to
    );
    /// @notice Changes are stopped (`paused`), or allowed again.
    event StewardPauseSet(bool paused);

    /// @notice From `from` to `to` is further than `maxStep`, in the parameter's unit.
    error StepTooLarge(bytes32 parameter, uint256 from, uint256 to, uint256 maxStep);
    /// @notice The last change was at `changedAt`; the next is possible from `earliest`, seconds.
    error ChangedTooRecently(bytes32 parameter, uint256 changedAt, uint256 earliest);
    /// @notice A relative step is at most 10,000 bps, and a parameter that may move rests at least an hour in between.
    error InvalidStepLimit(bytes32 parameter, uint256 maxStep, uint256 minInterval);
    /// @notice The values are those that are in force.
    error NothingToChange(address vault);
    /// @notice A guardian has stopped changes.
    error StewardPaused();

    /// @notice The limit of `parameter`; zeros if it cannot be changed here.
    function stepLimit(bytes32 parameter) external view returns (StepLimit memory);

    /// @notice When `parameter` of `vault` and `collateral` (zero: of the vault itself) was last changed here, seconds.
    function changedAt(address vault, address collateral, bytes32 parameter) external view returns (uint256);

    /// @notice Whether a guardian has stopped changes.
    function isStewardPaused() external view returns (bool);

    /// @notice Changes rows of the table. Governor.
    function setStepLimits(StepRow[] calldata rows) external;

    /// @notice Stops changes at once; tightening goes on. Guardian.
    function pauseSteward() external;

    /// @notice Allows changes again. Governor.
    function unpauseSteward() external;
}
