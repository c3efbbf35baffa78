// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

interface IFeed {
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80);
}

/// @title Price of one token in another from two Chainlink feeds, as Morpho Blue asks for it
/// @notice Only for `make bench`. Reads what Morpho's own Chainlink oracle reads with one feed on each side, and nothing
/// else: Morpho's is not on npm. Both tokens have 18 decimals and both feeds 8.
contract FeedPairPrice {
    IFeed private immutable BASE;
    IFeed private immutable QUOTE;

    constructor(IFeed base, IFeed quote) {
        BASE = base;
        QUOTE = quote;
    }

    function price() external view returns (uint256) {
        return (1e36 * _read(BASE)) / _read(QUOTE);
    }

    function _read(IFeed feed) private view returns (uint256) {
        (, int256 answer, , , ) = feed.latestRoundData();
        require(answer >= 0, "negative");
        return uint256(answer);
    }
}
