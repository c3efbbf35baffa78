// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";

import {IChainlinkOracle} from "../../../contracts/interfaces/IChainlinkOracle.sol";
import {IPriceOracle} from "../../../contracts/interfaces/IPriceOracle.sol";
import {ChainlinkOracle} from "../../../contracts/oracle/ChainlinkOracle.sol";
import {MockAggregator} from "../../../contracts/testing/oracle/MockAggregator.sol";
import {TestToken} from "../../../contracts/testing/tokens/TestToken.sol";
import {WideProduct} from "./WideProduct.sol";

/// @notice Quotes against the definition of a price, and against each other. The test is its own authority.
contract ChainlinkOracleTest is Test {
    using WideProduct for uint256;
    using WideProduct for uint256[];

    uint32 private constant MAX_STALENESS = 1 hours;
    uint256 private constant NOW = 1_800_000_000;

    ChainlinkOracle private oracle;
    /// @dev Knows primaries only.
    ChainlinkOracle private plain;

    struct Side {
        address token;
        uint256 tokenDecimals;
        uint256 feedDecimals;
        uint256 answer;
        MockAggregator feed;
        MockAggregator second;
    }

    function setUp() public {
        vm.warp(NOW);
        oracle = new ChainlinkOracle(address(this), address(0), 0);
        plain = new ChainlinkOracle(address(this), address(0), 0);
    }

    /// @notice Authority of both oracles: everybody may do everything at once.
    function canCall(address, address, bytes4) external pure returns (bool, uint32) {
        return (true, 0);
    }

    /// @notice LV3: out x quoteAnswer x 10^baseScale <= in x baseAnswer x 10^quoteScale < (out + 1) x ... ; where no
    /// such `out` fits 256 bits, the quote reverts by name.
    function testFuzzLV3QuoteIsTheFloorOfItsDefinition(
        uint128 inAssets,
        uint96 baseAnswer,
        uint96 quoteAnswer,
        uint256 decimalsSeed
    ) public {
        Side memory base = _side(baseAnswer, decimalsSeed);
        Side memory quote = _side(quoteAnswer, decimalsSeed >> 128);
        uint256[] memory exact = _scaled(uint256(inAssets).from(0), base.answer, quote);

        try oracle.getQuote(inAssets, base.token, quote.token) returns (uint256 out) {
            assertTrue(_scaled(out.from(0), quote.answer, base).isAtMost(exact), "rounded up");
            if (out == type(uint256).max) return;
            assertFalse(_scaled((out + 1).from(0), quote.answer, base).isAtMost(exact), "rounded down too far");
        } catch (bytes memory reason) {
            assertEq(
                reason,
                abi.encodeWithSelector(IChainlinkOracle.QuoteOverflow.selector, inAssets, base.token, quote.token)
            );
            uint256[] memory smallestTooLarge = _scaled(uint256(1).from(2), quote.answer, base);
            assertTrue(smallestTooLarge.isAtMost(exact), "refused what fits");
        }
    }

    /// @notice OR1: with two live sources on both sides the low and the high figure are the extremes of the four
    /// quotes that any choice of sources gives.
    function testFuzzOR1LowAndHighAreTheExtremesOfAllCombinations(
        uint64 inAssets,
        uint96[2] memory baseAnswers,
        uint96[2] memory quoteAnswers,
        uint256 decimalsSeed
    ) public {
        Side memory base = _side(baseAnswers[0], decimalsSeed);
        Side memory quote = _side(quoteAnswers[0], decimalsSeed >> 128);
        _addSecond(base, baseAnswers[1], decimalsSeed >> 64);
        _addSecond(quote, quoteAnswers[1], decimalsSeed >> 192);

        uint256 lowest = type(uint256).max;
        uint256 highest = 0;
        for (uint256 i = 0; i < 4; i++) {
            plain.setFeed(base.token, _params(i & 1 == 0 ? base.feed : base.second));
            plain.setFeed(quote.token, _params(i & 2 == 0 ? quote.feed : quote.second));
            try plain.getQuote(inAssets, base.token, quote.token) returns (uint256 out) {
                if (out < lowest) lowest = out;
                if (out > highest) highest = out;
            } catch {
                return; // not representable: the subject of the test above
            }
        }

        IPriceOracle.LossQuote memory loss = oracle.getLossQuote(inAssets, base.token, quote.token);
        assertEq(oracle.getLowQuote(inAssets, base.token, quote.token), lowest);
        assertEq(loss.highAssets, highest);
        assertEq(loss.primaryAssets, oracle.getQuote(inAssets, base.token, quote.token));
        assertEq(loss.lossBlockedBy, address(0));
    }

    /// @notice OR1, LI1: a second source counts while it is live; silent, it blocks a loss for exactly the day that
    /// follows its last moment of life, and for good if nothing tells when that was.
    function testFuzzOR1LI1SecondSourceCountsBlocksOrIsIgnored(int96 answer, uint32 age, bool recent) public {
        Side memory base = _side(1_000, 0);
        Side memory quote = _side(1_000, 0);
        _addSecond(base, 1_000, 0);
        uint256 secondsOld = age % (recent ? 30 hours : 365 days);
        base.second.setAnswerAt(answer, NOW - secondsOld);

        bool isSane = answer > 0;
        bool isLive = isSane && secondsOld <= MAX_STALENESS;
        bool isForgotten = isSane && secondsOld >= uint256(MAX_STALENESS) + 24 hours;
        uint256 secondQuote = isLive ? uint256(int256(answer)) : 1_000;

        IPriceOracle.LossQuote memory loss = oracle.getLossQuote(1_000, base.token, quote.token);
        assertEq(oracle.getLowQuote(1_000, base.token, quote.token), secondQuote < 1_000 ? secondQuote : 1_000);
        assertEq(loss.highAssets, secondQuote > 1_000 ? secondQuote : 1_000);
        assertEq(loss.lossBlockedBy, isLive || isForgotten ? address(0) : base.token);
        assertEq(loss.oldestRoundAt, NOW);
    }

    /// @dev `value` x `answer` x 10^(decimals of the other side).
    function _scaled(
        uint256[] memory value,
        uint256 answer,
        Side memory other
    ) private pure returns (uint256[] memory) {
        return
            value.times(uint128(answer)).times(uint128(10 ** other.feedDecimals)).times(
                uint128(10 ** other.tokenDecimals)
            );
    }

    /// @dev A token with a primary feed in both decimals that `seed` chooses; an answer of zero becomes one.
    function _side(uint96 answer, uint256 seed) private returns (Side memory side) {
        uint8[6] memory usual = [0, 2, 6, 8, 18, 24];
        side.tokenDecimals = usual[seed % 6];
        side.feedDecimals = (seed >> 32) % 37;
        side.answer = answer == 0 ? 1 : answer;
        side.token = address(new TestToken("Asset", "AST", uint8(side.tokenDecimals)));
        side.feed = new MockAggregator(uint8(side.feedDecimals), int256(side.answer));
        oracle.setFeed(side.token, _params(side.feed));
    }

    function _addSecond(Side memory side, uint96 answer, uint256 seed) private {
        side.second = new MockAggregator(uint8((seed >> 32) % 37), answer == 0 ? int256(1) : int256(uint256(answer)));
        oracle.setSecondSource(side.token, _params(side.second));
    }

    function _params(MockAggregator feed) private pure returns (IChainlinkOracle.SourceParams memory) {
        return IChainlinkOracle.SourceParams(address(feed), MAX_STALENESS, 1, type(uint96).max);
    }
}
