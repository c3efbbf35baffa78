// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice A proxy over aggregators of any history, behaving as Chainlink's do: ids without gaps once answers come, times
/// that never fall, rounds that time out and carry an older answer, and absent rounds that either revert
/// (FluxAggregator) or return zeros (OCR).
contract ScriptedFeed {
    struct Round {
        int256 answer;
        uint256 updatedAt;
        uint80 answeredInRound;
    }

    error NoDataPresent();

    bool private immutable _zeroWhenAbsent;

    uint80 public latestRoundId;
    uint80 private _nextRoundId = (1 << 64) | 1;
    mapping(uint80 roundId => Round) public rounds;

    constructor(bool zeroWhenAbsent) {
        _zeroWhenAbsent = zeroWhenAbsent;
    }

    /// @notice A new round, answered now.
    function answer(int256 value) external returns (uint80 roundId) {
        roundId = _nextRoundId++;
        rounds[roundId] = Round(value, block.timestamp, roundId);
        latestRoundId = roundId;
    }

    /// @notice A round that times out now: it carries the answer of the one before and is never the latest.
    function timeOut() external {
        uint80 roundId = _nextRoundId++;
        Round memory last = rounds[roundId - 1];
        if (last.answeredInRound != 0) rounds[roundId] = Round(last.answer, block.timestamp, last.answeredInRound);
    }

    /// @notice The proxy reads another aggregator from now on, which has no round yet.
    function changePhase() external {
        latestRoundId = ((latestRoundId >> 64) + 1) << 64;
        _nextRoundId = latestRoundId + 1;
    }

    /// @notice An answer of an aggregator that the proxy no longer reads.
    function answerAbandoned(uint80 roundId, int256 value) external {
        rounds[roundId] = Round(value, block.timestamp, roundId);
    }

    function decimals() external pure returns (uint8) {
        return 8;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return getRoundData(latestRoundId);
    }

    function getRoundData(uint80 roundId) public view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory round = rounds[roundId];
        if (round.updatedAt == 0 && !_zeroWhenAbsent) revert NoDataPresent();
        return (roundId, round.answer, round.updatedAt, round.updatedAt, round.answeredInRound);
    }
}
