// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @title A price feed that goes on answering what another one answers now
/// @notice For copies of a chain on which time is moved on: there nobody submits new rounds. Its code takes the place of the
/// real feed's on the copy; everything is in the code, so the real feed's storage does not matter. An answer keeps its
/// age: a feed that is stale when the copy is made stays as stale as it is.
contract HeldFeed is AggregatorV3Interface {
    error OnlyTheLatestRound();

    uint8 private immutable _decimals;
    uint80 private immutable _roundId;
    int256 private immutable _answer;
    uint256 private immutable _startedAge;
    uint256 private immutable _updatedAge;

    constructor(AggregatorV3Interface feed) {
        _decimals = feed.decimals();
        (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, ) = feed.latestRoundData();
        _roundId = roundId;
        _answer = answer;
        // A time in the future has no age; it counts as now.
        _startedAge = startedAt > block.timestamp ? 0 : block.timestamp - startedAt;
        _updatedAge = updatedAt > block.timestamp ? 0 : block.timestamp - updatedAt;
    }

    function decimals() external view returns (uint8) {
        return _decimals;
    }

    function description() external pure returns (string memory) {
        return "held";
    }

    function version() external pure returns (uint256) {
        return 1;
    }

    function getRoundData(uint80) external pure returns (uint80, int256, uint256, uint256, uint80) {
        revert OnlyTheLatestRound();
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (_roundId, _answer, block.timestamp - _startedAge, block.timestamp - _updatedAge, _roundId);
    }
}
