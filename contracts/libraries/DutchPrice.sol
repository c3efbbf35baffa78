// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Prices that move in a straight line, and what they make of tokens and assets
/// @notice A price is in asset units per whole token (10^18 token units). A straight line, because anybody can check
/// it by hand, it reaches its end exactly and on time, and it never turns. Every rounding is against whoever trades
/// with the protocol; the direction is in each name. Tokens have 96 bits, assets 128 and prices 112, so every product below
/// fits 256 bits by far (and one that does not reverts): divided as it is, without the 512-bit multiplication of
/// `Math.mulDiv`, it saves a purchase some 1,000 gas and each auction some 400 bytes.
library DutchPrice {
    /// @dev Token units in one whole token.
    uint256 internal constant WHOLE_TOKEN = 1e18;
    /// @dev Token units under which nothing is put on offer: a thousandth of a token. Nobody buys what costs less than the
    /// transaction, and what rounding leaves of a loss must not cost it the gas of a lot.
    uint256 internal constant LEAST_LOT = 1e15;

    /// @notice start - (start - floor) x elapsed / duration, rounded up; the floor once `duration` (seconds) is over.
    function fallingUp(
        uint256 startPrice,
        uint256 floorPrice,
        uint256 elapsed,
        uint256 duration
    ) internal pure returns (uint256 price) {
        if (elapsed >= duration) return floorPrice;
        return startPrice - ((startPrice - floorPrice) * elapsed) / duration;
    }

    /// @notice start + (max - start) x elapsed / duration, rounded down; the maximum once `duration` (seconds) is over.
    function risingDown(
        uint256 startPrice,
        uint256 maxPrice,
        uint256 elapsed,
        uint256 duration
    ) internal pure returns (uint256 price) {
        if (elapsed >= duration) return maxPrice;
        return startPrice + ((maxPrice - startPrice) * elapsed) / duration;
    }

    /// @notice Where `price` lies on the way from `floorPrice` to `highestPrice`, in 65,535ths, rounded up and cut to it.
    function partUp(uint256 price, uint256 floorPrice, uint256 highestPrice) internal pure returns (uint16 part) {
        if (price >= highestPrice) return type(uint16).max;
        if (price <= floorPrice) return 0;
        return uint16(Math.ceilDiv((price - floorPrice) * type(uint16).max, highestPrice - floorPrice));
    }

    /// @notice The price that lies there, rounded up.
    function atPartUp(uint256 part, uint256 floorPrice, uint256 highestPrice) internal pure returns (uint256 price) {
        return floorPrice + Math.ceilDiv((highestPrice - floorPrice) * part, type(uint16).max);
    }

    /// @notice Assets that `tokens` cost at `price`, rounded up.
    function assetsUp(uint256 tokens, uint256 price) internal pure returns (uint256 assets) {
        return Math.ceilDiv(tokens * price, WHOLE_TOKEN);
    }

    /// @notice Assets that `tokens` bring at `price`, rounded down.
    function assetsDown(uint256 tokens, uint256 price) internal pure returns (uint256 assets) {
        return (tokens * price) / WHOLE_TOKEN;
    }

    /// @notice Tokens that `assets` buy at `price` (not zero), rounded down.
    function tokensDown(uint256 assets, uint256 price) internal pure returns (uint256 tokens) {
        return (assets * WHOLE_TOKEN) / price;
    }

    /// @notice Tokens that must be given for `assets` at `price` (not zero), rounded up.
    function tokensUp(uint256 assets, uint256 price) internal pure returns (uint256 tokens) {
        return Math.ceilDiv(assets * WHOLE_TOKEN, price);
    }

    /// @notice Tokens to put on offer for `assets`: enough to raise them at `floorPrice`, rounded up, as far as
    /// `availableTokens` go; zero where that is less than the least lot.
    function lot(uint256 availableTokens, uint256 assets, uint256 floorPrice) internal pure returns (uint256 tokens) {
        tokens = Math.min(availableTokens, tokensUp(assets, floorPrice));
        if (tokens < LEAST_LOT) return 0;
    }

    /// @notice Average price at which `tokens` (not zero) brought `assets`, rounded down.
    function averageDown(uint256 assets, uint256 tokens) internal pure returns (uint256 price) {
        return (assets * WHOLE_TOKEN) / tokens;
    }
}
