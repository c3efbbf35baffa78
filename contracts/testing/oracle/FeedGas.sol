// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @title What reading a price feed costs its caller
/// @notice For the benchmark and the fork tests only.
contract FeedGas {
    error FeedFailed(address feed);

    /// @notice Reads `latestRoundData` twice.
    /// @return first gas of the first read in a transaction, when nothing of the feed is warm; the call included
    /// @return second gas of the second read
    function measure(address feed) external view returns (uint256 first, uint256 second) {
        bytes memory question = abi.encodeCall(AggregatorV3Interface.latestRoundData, ());
        first = _read(feed, question);
        second = _read(feed, question);
    }

    /// @dev The answer goes over memory that is there already, so that only the call itself is counted.
    function _read(address feed, bytes memory question) private view returns (uint256 used) {
        bool succeeded;
        uint256[5] memory answer;
        assembly ("memory-safe") {
            let before := gas()
            succeeded := staticcall(gas(), feed, add(question, 32), mload(question), answer, 160)
            used := sub(before, gas())
        }
        if (!succeeded || answer[3] == 0) revert FeedFailed(feed);
    }
}
