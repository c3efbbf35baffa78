// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

/// @title Calls to feeds that cannot harm the caller
/// @notice Copies back exactly the words of a round and no more, so a feed can neither break the decoding by returning
/// too little nor make the caller pay for returning too much. What failed is said by a flag, never by a revert.
/// An address without code returns nothing and so counts as failed.
library FeedCall {
    // A high-level call copies whatever is returned and reverts on too little.
    // solhint-disable no-inline-assembly

    /// @dev Words of `latestRoundData`: roundId, answer, startedAt, updatedAt, answeredInRound.
    uint256 private constant ROUND_BYTES = 0xa0;

    /// @notice Latest round of a feed, or `answered` = false.
    /// @dev `roundId` and `answeredInRound` are not returned: Chainlink has deprecated deciding anything by them.
    /// @param gasLimit Gas the feed may use; the caller makes sure that it has that much.
    function latestRound(
        address feed,
        uint256 gasLimit
    ) internal view returns (bool answered, int256 answer, uint256 startedAt, uint256 updatedAt) {
        bytes4 selector = AggregatorV3Interface.latestRoundData.selector;
        assembly ("memory-safe") {
            let round := mload(0x40)
            mstore(0x00, selector)
            answered := staticcall(gasLimit, feed, 0x00, 0x04, round, ROUND_BYTES)
            answered := and(answered, gt(returndatasize(), sub(ROUND_BYTES, 1)))
            if answered {
                answer := mload(add(round, 0x20))
                startedAt := mload(add(round, 0x40))
                updatedAt := mload(add(round, 0x60))
            }
        }
    }

    /// @notice Latest round of a feed with its id, for walking through rounds; or `answered` = false.
    /// @param gasLimit Gas the feed may use; the caller makes sure that it has that much.
    function latestRoundOf(
        address feed,
        uint256 gasLimit
    ) internal view returns (bool answered, uint80 roundId, int256 answer, uint256 updatedAt) {
        bytes4 selector = AggregatorV3Interface.latestRoundData.selector;
        assembly ("memory-safe") {
            let round := mload(0x40)
            mstore(0x00, selector)
            answered := staticcall(gasLimit, feed, 0x00, 0x04, round, ROUND_BYTES)
            answered := and(answered, gt(returndatasize(), sub(ROUND_BYTES, 1)))
            if answered {
                roundId := and(mload(round), 0xffffffffffffffffffff)
                answer := mload(add(round, 0x20))
                updatedAt := mload(add(round, 0x60))
            }
        }
    }

    /// @notice Any round of a feed, or `answered` = false.
    /// @param gasLimit Gas the feed may use; the caller makes sure that it has that much.
    /// @dev `answeredInRound` is returned because it alone tells an answer of this round from one that was carried over
    /// from an earlier round when this one timed out. Aggregators that write a round once return the round itself.
    function roundAt(
        address feed,
        uint80 roundId,
        uint256 gasLimit
    ) internal view returns (bool answered, int256 answer, uint256 updatedAt, uint256 answeredInRound) {
        bytes4 selector = AggregatorV3Interface.getRoundData.selector;
        assembly ("memory-safe") {
            let round := mload(0x40)
            mstore(round, selector)
            mstore(add(round, 0x04), roundId)
            answered := staticcall(gasLimit, feed, round, 0x24, round, ROUND_BYTES)
            answered := and(answered, gt(returndatasize(), sub(ROUND_BYTES, 1)))
            if answered {
                answer := mload(add(round, 0x20))
                updatedAt := mload(add(round, 0x60))
                answeredInRound := mload(add(round, 0x80))
            }
        }
    }

    /// @notice Decimals of a feed or token as one whole word, or `answered` = false.
    function tryDecimals(address source) internal view returns (bool answered, uint256 value) {
        bytes4 selector = IERC20Metadata.decimals.selector;
        assembly ("memory-safe") {
            mstore(0x00, selector)
            answered := staticcall(gas(), source, 0x00, 0x04, 0x00, 0x20)
            answered := and(answered, gt(returndatasize(), 0x1f))
            if answered {
                value := mload(0x00)
            }
        }
    }
}
