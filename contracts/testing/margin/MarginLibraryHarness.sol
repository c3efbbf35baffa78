// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FeedRounds} from "../../margin/FeedRounds.sol";
import {Funding} from "../../margin/Funding.sol";
import {MarginMath} from "../../margin/MarginMath.sol";
import {SkewPricing} from "../../margin/SkewPricing.sol";
import {Volatility} from "../../margin/Volatility.sol";

/// @title The margin vault's arithmetic, one call each
/// @notice For tests. It keeps one volatility estimate.
contract MarginLibraryHarness {
    using Funding for Funding.Rules;
    using MarginMath for MarginMath.Rules;
    using Volatility for Volatility.State;

    Volatility.State public volatility;

    // ---------------------------------------------------------------- FeedRounds

    function judge(
        FeedRounds.Question calldata question,
        uint80 hintRoundId
    ) external view returns (FeedRounds.Verdict verdict, FeedRounds.Round memory round) {
        return FeedRounds.judge(question, hintRoundId);
    }

    // ---------------------------------------------------------------- SkewPricing

    function cost(int256 delta, int256 skew, uint256 skewScale, uint256 price) external pure returns (int256) {
        return SkewPricing.cost(delta, skew, skewScale, price);
    }

    function fillPriceWad(int256 delta, int256 skew, uint256 skewScale, uint256 price) external pure returns (uint256) {
        return SkewPricing.fillPriceWad(delta, skew, skewScale, price);
    }

    // ---------------------------------------------------------------- Funding

    function advanceFunding(
        Funding.Rules calldata rules,
        int256 rate,
        int256 skew,
        uint256 price,
        uint256 elapsed
    ) external pure returns (int256 nextRate, int256 indexDelta) {
        return rules.advance(rate, skew, price, elapsed);
    }

    function owedUp(int256 size, int256 index, int256 entryIndex) external pure returns (int256) {
        return Funding.owedUp(size, index, entryIndex);
    }

    // ---------------------------------------------------------------- MarginMath

    function notionalUp(int256 size, uint256 price) external pure returns (uint256) {
        return MarginMath.notionalUp(size, price);
    }

    function profitDown(int256 size, uint256 price, int256 entryCost) external pure returns (int256) {
        return MarginMath.profitDown(size, price, entryCost);
    }

    function maintenanceUp(
        MarginMath.Rules calldata rules,
        int256 size,
        uint256 price
    ) external pure returns (uint256) {
        return rules.maintenanceUp(size, price);
    }

    function initialUp(
        MarginMath.Rules calldata rules,
        int256 size,
        uint256 price,
        uint256 volatilityWad
    ) external pure returns (uint256) {
        return rules.initialUp(size, price, volatilityWad);
    }

    function remainingDown(
        MarginMath.Rules calldata rules,
        int256 equity,
        uint256 costWad,
        uint256 targetWad,
        uint256 absSize,
        uint256 price
    ) external pure returns (uint256) {
        return rules.remainingDown(equity, costWad, targetWad, absSize, price);
    }

    // ---------------------------------------------------------------- Volatility

    function advanceVolatility(
        Volatility.Rules calldata rules,
        address feed,
        uint256 maxRounds
    ) external returns (bool isCurrent) {
        return volatility.advance(rules, feed, maxRounds);
    }

    function estimateWad(Volatility.Rules calldata rules, uint256 horizon) external view returns (uint256) {
        return volatility.estimateWad(rules, horizon);
    }
}
