// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {DutchPrice} from "../../../contracts/libraries/DutchPrice.sol";

/// @notice The two straight lines, and what they make of tokens and assets. Bounds are those of a stored lot.
contract DutchPriceFuzzTest is Test {
    struct Line {
        uint112 low;
        uint112 high;
        uint32 duration;
    }

    /// @notice DI1: never under the floor, never above the start, and both are met exactly.
    function testDI1AFallingPriceStaysBetweenFloorAndStart(Line memory line, uint256 elapsed) public pure {
        _shape(line);
        elapsed = bound(elapsed, 0, uint256(line.duration) * 2);
        uint256 price = DutchPrice.fallingUp(line.high, line.low, elapsed, line.duration);
        assertGe(price, line.low);
        assertLe(price, line.high);
        assertEq(DutchPrice.fallingUp(line.high, line.low, 0, line.duration), line.high);
        assertEq(DutchPrice.fallingUp(line.high, line.low, line.duration, line.duration), line.low);
    }

    /// @notice Waiting never makes a lot dearer, nor a buyback cheaper.
    function testPricesNeverTurn(Line memory line, uint256 earlier, uint256 later) public pure {
        _shape(line);
        earlier = bound(earlier, 0, uint256(line.duration) * 2);
        later = bound(later, earlier, uint256(line.duration) * 2 + 1);
        assertGe(
            DutchPrice.fallingUp(line.high, line.low, earlier, line.duration),
            DutchPrice.fallingUp(line.high, line.low, later, line.duration)
        );
        assertLe(
            DutchPrice.risingDown(line.low, line.high, earlier, line.duration),
            DutchPrice.risingDown(line.low, line.high, later, line.duration)
        );
    }

    /// @notice Within one unit of the exact line, and on the protocol's side of it.
    function testPricesAreTheExactLineRoundedForTheProtocol(Line memory line, uint256 elapsed) public pure {
        _shape(line);
        elapsed = bound(elapsed, 0, uint256(line.duration) - 1);
        uint256 left = line.duration - elapsed;
        // The line's heights times the duration, as weighted means of its ends.
        uint256 exactFall = uint256(line.high) * left + uint256(line.low) * elapsed;
        uint256 exactRise = uint256(line.low) * left + uint256(line.high) * elapsed;
        uint256 fall = DutchPrice.fallingUp(line.high, line.low, elapsed, line.duration) * line.duration;
        uint256 rise = DutchPrice.risingDown(line.low, line.high, elapsed, line.duration) * line.duration;
        assertTrue(fall >= exactFall && fall - exactFall < line.duration, "falling");
        assertTrue(rise <= exactRise && exactRise - rise < line.duration, "rising");
    }

    /// @notice DI1: cost x 10^18 >= tokens x price, by less than one asset unit.
    function testDI1ACostIsNeverUnderThePrice(uint96 tokens, uint112 price) public pure {
        uint256 exact = uint256(tokens) * price;
        uint256 cost = DutchPrice.assetsUp(tokens, price) * 1e18;
        assertTrue(cost >= exact && cost - exact < 1e18);
    }

    /// @notice LV3: what a seller is paid x 10^18 <= tokens x price, by less than one asset unit.
    function testLV3APaymentIsNeverAboveThePrice(uint96 tokens, uint112 price) public pure {
        uint256 exact = uint256(tokens) * price;
        uint256 paid = DutchPrice.assetsDown(tokens, price) * 1e18;
        assertTrue(paid <= exact && exact - paid < 1e18);
    }

    /// @notice RE1: tokens that `assets` pay for never cost more than `assets`, and one unit more would.
    function testRE1TokensForAssetsFitIntoThem(uint128 assets, uint112 price) public pure {
        price = uint112(bound(price, 1, type(uint112).max));
        uint256 tokens = DutchPrice.tokensDown(assets, price);
        assertLe(DutchPrice.assetsUp(tokens, price), assets);
        assertGt((tokens + 1) * price, uint256(assets) * 1e18);
    }

    /// @notice A lot is large enough to raise the shortfall at its floor, and not by a token unit too large.
    function testALotRaisesItsShortfallAtTheFloor(uint128 shortfall, uint112 floorPrice) public pure {
        floorPrice = uint112(bound(floorPrice, 1, type(uint112).max));
        uint256 tokens = DutchPrice.tokensUp(shortfall, floorPrice);
        assertGe(DutchPrice.assetsUp(tokens, floorPrice), shortfall);
        if (tokens != 0) assertLt((tokens - 1) * floorPrice, uint256(shortfall) * 1e18);
    }

    /// @notice All tokens at their average price never bring more than was raised for them.
    function testRE1TheAveragePriceIsNeverTooHigh(uint128 assets, uint96 tokens) public pure {
        tokens = uint96(bound(tokens, 1, type(uint96).max));
        assertLe(DutchPrice.assetsDown(tokens, DutchPrice.averageDown(assets, tokens)), assets);
    }

    function _shape(Line memory line) private pure {
        if (line.low > line.high) (line.low, line.high) = (line.high, line.low);
        line.duration = uint32(bound(line.duration, 1, 30 days));
    }
}
