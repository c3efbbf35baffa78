// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @title A price feed that goes on answering what another one answers now
/// @notice For copies of a chain on which time is moved on: there nobody submits new rounds. Its code takes the place of the
/// real feed's on the copy; everything is in the code, so the real feed's storage does not matter. An answer keeps its
/// age: a feed that is stale when the copy is made stays as stale as it is.
contract HeldFeed is AggregatorV3Interface {
    error OnlyTheLatestRound();

    uint8 private immutable _DECIMALS;
    uint80 private immutable _ROUND_ID;
    int256 private immutable _ANSWER;
    uint256 private immutable _STARTED_AGE;
    uint256 private immutable _UPDATED_AGE;

    constructor(AggregatorV3Interface feed) {
        _DECIMALS = feed.decimals();
        (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, ) = feed.latestRoundData();
        _ROUND_ID = roundId;
        _ANSWER = answer;
        // A time in the future has no age; it counts as now.
        _STARTED_AGE = startedAt > block.timestamp ? 0 : block.timestamp - startedAt;
        _UPDATED_AGE = updatedAt > block.timestamp ? 0 : block.timestamp - updatedAt;
    }

    function decimals() external view returns (uint8) {
        return _DECIMALS;
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
        return (_ROUND_ID, _ANSWER, block.timestamp - _STARTED_AGE, block.timestamp - _UPDATED_AGE, _ROUND_ID);
    }
}
