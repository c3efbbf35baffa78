// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IStepTable} from "../interfaces/IStepTable.sol";
import {BPS} from "../libraries/Units.sol";

/// @title Steps and intervals of every parameter a steward may move
/// @notice The part of a steward that knows no vault: the one table, when what was changed last, and a pause. A steward for
/// a kind of vault inherits it and says `_move` for each field before it passes a struct on. Never: a step beyond the table,
/// a second step before its time, a step of a parameter that is not in the table. Upholds AC1.
abstract contract StepTable is IStepTable, AccessManaged {
    /// @dev Shortest rest between two steps that a table may allow, seconds.
    uint256 private constant MIN_INTERVAL = 1 hours;

    mapping(bytes32 parameter => StepLimit) private _limits;
    mapping(address vault => mapping(address collateral => mapping(bytes32 parameter => uint256))) private _changedAt;
    /// @inheritdoc IStepTable
    bool public isStewardPaused;

    modifier whenNotPaused() {
        if (isStewardPaused) revert StewardPaused();
        _;
    }

    constructor(address authority_, StepRow[] memory rows) AccessManaged(authority_) {
        _setLimits(rows);
    }

    // ---------------------------------------------------------------- Settings

    /// @inheritdoc IStepTable
    function setStepLimits(StepRow[] calldata rows) external restricted {
        _setLimits(rows);
    }

    /// @inheritdoc IStepTable
    function pauseSteward() external restricted {
        isStewardPaused = true;
        emit StewardPauseSet(true);
    }

    /// @inheritdoc IStepTable
    function unpauseSteward() external restricted {
        isStewardPaused = false;
        emit StewardPauseSet(false);
    }

    // ---------------------------------------------------------------- Views

    /// @inheritdoc IStepTable
    function stepLimit(bytes32 parameter) external view returns (StepLimit memory) {
        return _limits[parameter];
    }

    /// @inheritdoc IStepTable
    function changedAt(address vault, address collateral, bytes32 parameter) external view returns (uint256) {
        return _changedAt[vault][collateral][parameter];
    }

    // ---------------------------------------------------------------- For stewards

    /// @dev Checks and records that a parameter goes from one value to another.
    /// @return moved Whether it differs.
    function _move(
        address vault,
        address collateral,
        bytes32 parameter,
        uint256 from,
        uint256 to
    ) internal returns (bool moved) {
        if (from == to) return false;
        StepLimit memory limit = _limits[parameter];
        // Rounded down: a value so small that its step is less than a unit does not move.
        uint256 maxStep = limit.isRelative ? (from * limit.maxStep) / BPS : limit.maxStep;
        uint256 step = from < to ? to - from : from - to;
        if (step > maxStep) revert StepTooLarge(parameter, from, to, maxStep);
        uint256 last = _changedAt[vault][collateral][parameter];
        uint256 earliest = last + limit.minInterval;
        if (last != 0 && block.timestamp < earliest) revert ChangedTooRecently(parameter, last, earliest);
        _record(vault, collateral, parameter, from, to);
        return true;
    }

    /// @dev Records a change without a limit, after which the interval runs as after any other.
    function _record(address vault, address collateral, bytes32 parameter, uint256 from, uint256 to) internal {
        _changedAt[vault][collateral][parameter] = block.timestamp;
        emit ParameterChanged(vault, collateral, parameter, from, to);
    }

    // ---------------------------------------------------------------- Private

    function _setLimits(StepRow[] memory rows) private {
        for (uint256 i; i < rows.length; ++i) {
            StepLimit memory limit = rows[i].limit;
            bool isTooFar = limit.isRelative && limit.maxStep > BPS;
            bool isTooOften = limit.maxStep != 0 && limit.minInterval < MIN_INTERVAL;
            if (isTooFar || isTooOften) {
                revert InvalidStepLimit(rows[i].parameter, limit.maxStep, limit.minInterval);
            }
            _limits[rows[i].parameter] = limit;
            emit StepLimitSet(rows[i].parameter, limit.maxStep, limit.isRelative, limit.minInterval);
        }
    }
}
