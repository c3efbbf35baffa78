// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @title Price feed (or sequencer uptime feed) that answers, lies or attacks as a test tells it to
/// @notice For tests only. `setAnswer` behaves like an honest feed; `setRound` sets every field; `setBehavior`
/// chooses how `latestRoundData` and `decimals` misbehave.
contract MockAggregator is AggregatorV3Interface {
    enum Behavior {
        Normal,
        Revert,
        /// Reverts with a megabyte of data.
        RevertBomb,
        /// Returns a megabyte of data, the first words of which are a plausible round.
        ReturnBomb,
        /// Returns whatever `setRawReturn` was given.
        RawReturn,
        /// Uses all gas it is given.
        BurnGas,
        /// Answers honestly, using almost the 200,000 gas that the oracle gives a second source.
        Expensive
    }

    struct Round {
        uint80 roundId;
        int256 answer;
        uint256 startedAt;
        uint256 updatedAt;
        uint80 answeredInRound;
    }

    error FeedIsDown();
    error NoSuchRound(uint80 roundId);

    uint256 private constant BOMB_BYTES = 1 << 20;
    uint256 private constant EXPENSIVE_GAS = 182_500;

    uint8 private _decimals;
    Behavior public behavior;
    Round private _latest;
    mapping(uint80 roundId => Round) private _rounds;
    bytes private _rawReturn;

    constructor(uint8 decimals_, int256 answer) {
        _decimals = decimals_;
        setAnswer(answer);
    }

    /// @notice A new round with this answer, now.
    function setAnswer(int256 answer) public {
        setRound(_latest.roundId + 1, answer, block.timestamp, block.timestamp, _latest.roundId + 1);
    }

    /// @notice A new round with this answer and this time, past or future.
    function setAnswerAt(int256 answer, uint256 updatedAt) external {
        setRound(_latest.roundId + 1, answer, updatedAt, updatedAt, _latest.roundId + 1);
    }

    /// @notice The latest round, field by field.
    function setRound(
        uint80 roundId,
        int256 answer,
        uint256 startedAt,
        uint256 updatedAt,
        uint80 answeredInRound
    ) public {
        _latest = Round(roundId, answer, startedAt, updatedAt, answeredInRound);
        _rounds[roundId] = _latest;
    }

    function setDecimals(uint8 decimals_) external {
        _decimals = decimals_;
    }

    function setBehavior(Behavior behavior_) external {
        behavior = behavior_;
    }

    /// @notice Makes the feed return exactly these bytes.
    function setRawReturn(bytes calldata rawReturn) external {
        behavior = Behavior.RawReturn;
        _rawReturn = rawReturn;
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory round = _latest;
        _misbehave(round);
        return (round.roundId, round.answer, round.startedAt, round.updatedAt, round.answeredInRound);
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory round = _rounds[roundId];
        if (round.updatedAt == 0) revert NoSuchRound(roundId);
        return (round.roundId, round.answer, round.startedAt, round.updatedAt, round.answeredInRound);
    }

    /// @inheritdoc AggregatorV3Interface
    function decimals() external view returns (uint8) {
        Round memory round = _latest;
        _misbehave(round);
        return _decimals;
    }

    /// @inheritdoc AggregatorV3Interface
    function description() external pure returns (string memory) {
        return "MOCK";
    }

    /// @inheritdoc AggregatorV3Interface
    function version() external pure returns (uint256) {
        return 4;
    }

    // Only assembly can end a call with bytes of its own choosing.
    // solhint-disable no-inline-assembly

    /// @dev Leaves the call frame for every behavior but `Normal` and `Expensive`.
    function _misbehave(Round memory round) private view {
        Behavior mode = behavior;
        if (mode == Behavior.Normal) return;
        if (mode == Behavior.Expensive) {
            uint256 gasBefore = gasleft();
            while (gasBefore - gasleft() < EXPENSIVE_GAS) mode = Behavior.Expensive;
            return;
        }
        if (mode == Behavior.Revert) revert FeedIsDown();
        if (mode == Behavior.RevertBomb) {
            assembly ("memory-safe") {
                revert(0, BOMB_BYTES)
            }
        }
        if (mode == Behavior.ReturnBomb) {
            assembly ("memory-safe") {
                return(round, BOMB_BYTES)
            }
        }
        if (mode == Behavior.RawReturn) {
            bytes memory raw = _rawReturn;
            assembly ("memory-safe") {
                return(add(raw, 0x20), mload(raw))
            }
        }
        assembly ("memory-safe") {
            invalid()
        }
    }
}
