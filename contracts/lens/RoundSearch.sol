// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FeedRounds} from "../margin/FeedRounds.sol";

/// @title Finds the round that decides an order
/// @notice The hint that `FeedRounds.judge` proves. Nothing rests on it: a wrong one proves nothing. Relies on what FeedRounds
/// relies on: within a phase ids have no gaps and times never fall. Steps double away from the round that was known at
/// commit, then halve, so the cost grows with the logarithm of how many rounds lie between.
library RoundSearch {
    /// @notice The deciding round; where there is none, the last round of the phase, which proves that.
    function hintFor(FeedRounds.Question memory question) internal view returns (uint80 roundId) {
        (bool answered, uint80 last, , uint256 lastAt) = FeedRounds.latest(question.feed);
        if (!answered || FeedRounds.phaseOf(last) != FeedRounds.phaseOf(question.knownRoundId)) {
            last = _firstOrLast(question, type(uint80).max, 0);
            lastAt = FeedRounds.read(question.feed, last).updatedAt;
        }
        if (last <= question.knownRoundId || lastAt < question.notBefore) return last;
        roundId = _firstOrLast(question, last, question.notBefore);
        // A round that timed out decides nothing: the next that was answered does.
        while (roundId <= last) {
            if (FeedRounds.read(question.feed, roundId).ownAnswer) return roundId;
            ++roundId;
        }
        return last;
    }

    /// @dev With a time: the first round up to `end`, which is one, answered or carried over at or after it. Without: the last
    /// round of the phase that is there.
    function _firstOrLast(
        FeedRounds.Question memory question,
        uint80 end,
        uint256 notBefore
    ) private view returns (uint80) {
        uint80 low = question.knownRoundId;
        uint80 step = 1;
        uint80 high = low;
        bool searchesTime = notBefore != 0;
        while (true) {
            high = end - low > step ? low + step : end;
            if (high == end && searchesTime) break;
            if (_isBehind(question.feed, high, notBefore)) break;
            low = high;
            step *= 2;
        }
        while (high - low > 1) {
            uint80 middle = low + (high - low) / 2;
            if (_isBehind(question.feed, middle, notBefore)) high = middle;
            else low = middle;
        }
        return searchesTime ? high : low;
    }

    /// @dev Whether what is looked for lies at this round or before it: the time has come, or the rounds have ended.
    function _isBehind(address feed, uint80 roundId, uint256 notBefore) private view returns (bool) {
        FeedRounds.Round memory round = FeedRounds.read(feed, roundId);
        return notBefore == 0 ? !round.present : round.present && round.updatedAt >= notBefore;
    }
}
