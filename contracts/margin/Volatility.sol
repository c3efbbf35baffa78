// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {WAD} from "../libraries/Units.sol";
import {FeedRounds} from "./FeedRounds.sol";

/// @title Realized volatility of a feed, from its rounds
/// @notice A moving average of squared returns per second. A round that comes d seconds after the one before it, with
/// return r, moves the variance from u to
///     (T u + r^2) / (T + d)                        T, the memory: seconds in which an old return loses its weight
/// so a quiet second takes as much weight away as a moving one brings, and many small steps count like what they add
/// up to (in squares). It feeds the initial margin and nothing else.
/// @dev Whoever advances the estimate cannot steer it: every round of a phase is taken, each exactly once, in its order.
/// What can be chosen is only how far, and two calls leave what one would have left. A round without an answer of its
/// own, or without a positive one, is passed over and its time counts to the next. A new phase begins at its latest
/// round: no return is taken across the change, and the estimate stays. Returns and variance are bounded, so no answer,
/// however wrong, leaves more than `maxMoveWad` behind it.
library Volatility {
    using SafeCast for uint256;

    /// @notice What is remembered. Two slots.
    struct State {
        // slot 1: variance (WAD^2 per second), last round taken (id and time)
        uint128 variance;
        uint80 roundId;
        uint48 updatedAt;
        // slot 2: answer of the last round taken, feed decimals; zero before the first
        uint256 answer;
    }

    /// @notice How returns are weighed.
    /// @param memorySeconds T, not zero.
    /// @param maxMoveWad Greatest return counted per round, and greatest estimate, WAD, at most 1e18.
    struct Rules {
        uint32 memorySeconds;
        uint64 maxMoveWad;
    }

    /// @notice Takes up to `maxRounds` rounds that the state does not know yet.
    /// @return isCurrent Whether the state now knows the feed's latest round. False also where the feed is silent.
    function advance(
        State storage state,
        Rules memory rules,
        address feed,
        uint256 maxRounds
    ) internal returns (bool isCurrent) {
        (bool answered, uint80 latestId, int256 latestAnswer, uint256 latestAt) = FeedRounds.latest(feed);
        if (!answered || latestAnswer <= 0 || latestAt == 0 || latestAt > block.timestamp) return false;
        State memory next = state;
        if (next.answer == 0 || FeedRounds.phaseOf(latestId) != FeedRounds.phaseOf(next.roundId)) {
            next.roundId = latestId;
            next.updatedAt = uint48(latestAt);
            next.answer = uint256(latestAnswer);
        }
        for (uint256 taken; taken < maxRounds && next.roundId < latestId; ++taken) {
            FeedRounds.Round memory round = FeedRounds.read(feed, ++next.roundId);
            if (round.ownAnswer && round.answer > 0) take(next, rules, uint256(round.answer), round.updatedAt);
        }
        isCurrent = next.roundId >= latestId;
        _store(state, next);
    }

    /// @notice Counts one round. Its id is the caller's to keep.
    /// @param answer Positive answer of the round.
    /// @param updatedAt Time of the round, seconds; an earlier time than the last counts as the same.
    function take(State memory state, Rules memory rules, uint256 answer, uint256 updatedAt) internal pure {
        uint256 elapsed = Math.saturatingSub(updatedAt, state.updatedAt);
        uint256 returnWad = moveWad(state.answer, answer, rules.maxMoveWad);
        uint256 memorySeconds = rules.memorySeconds;
        uint256 next = Math.ceilDiv(memorySeconds * state.variance + returnWad * returnWad, memorySeconds + elapsed);
        uint256 bound = uint256(rules.maxMoveWad) * rules.maxMoveWad;
        state.variance = Math.min(next, bound).toUint128();
        state.updatedAt = Math.max(updatedAt, state.updatedAt).toUint48();
        state.answer = answer;
    }

    /// @notice Standard deviation of a move over `horizon` seconds, WAD, at most `maxMoveWad`, rounded down.
    function estimateWad(State memory state, Rules memory rules, uint256 horizon) internal pure returns (uint256) {
        return Math.min(Math.sqrt(uint256(state.variance) * horizon), rules.maxMoveWad);
    }

    /// @notice |after / before - 1|, the larger of both directions' ratios, WAD, rounded up, at most `maxMove`.
    function moveWad(uint256 before, uint256 current, uint256 maxMove) internal pure returns (uint256) {
        (uint256 low, uint256 high) = before < current ? (before, current) : (current, before);
        // A move beyond the bound needs no division, and could overflow it.
        if (high - low >= low) return maxMove;
        return Math.min(Math.mulDiv(high - low, WAD, low, Math.Rounding.Ceil), maxMove);
    }

    function _store(State storage state, State memory next) private {
        state.variance = next.variance;
        state.roundId = next.roundId;
        state.updatedAt = next.updatedAt;
        if (state.answer != next.answer) state.answer = next.answer;
    }
}
