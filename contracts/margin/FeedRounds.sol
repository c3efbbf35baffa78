// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FeedCall} from "../oracle/FeedCall.sol";

/// @title Which feed round decides an order
/// @notice An order that must be priced at or after time T is decided by R: the first round of the feed's phase at its
/// commit that was answered at or after T. Whoever executes it brings a hint where R is; the hint is proved here and
/// never believed, so a hint can fail but not lie, and the verdict about R is the same for everybody and for ever.
/// @dev What is relied on, as in Chainlink's proxies and aggregators: round ids are `phase << 64 | aggregator round`;
/// within a phase ids have no gaps once answers come, times never fall, and an answered round stays as it is (OCR
/// writes a round once; a FluxAggregator must ask for as many answers as it accepts). A round that timed out carries an
/// older answer under a newer time: it is no answer of its own and never decides an order, else an order could be priced
/// at what was known when it was committed.
library FeedRounds {
    /// @notice Gas given to a feed per call; proxy and aggregator need about a tenth.
    uint256 internal constant ROUND_GAS = 200_000;

    /// @dev What must be left before a call: a caller passes on 63/64 of its gas (EIP-150), the rest is margin. Without
    /// it, whoever calls with little gas could make any round look absent.
    uint256 private constant ROUND_RESERVE = (ROUND_GAS * 64) / 63 + 6_000;
    uint256 private constant PHASE_OFFSET = 64;

    /// @notice What a hint has proved. Found, Unusable and Expired are final, PhaseChanged and Pending true of this moment;
    /// the rest say what is wrong with the hint and nothing about the order.
    enum Verdict {
        /// R is found, answered within the deadline, with a positive answer.
        Found,
        /// R is found within the deadline, but its answer is zero or negative: no price will ever decide the order.
        Unusable,
        /// There is no round between T and the deadline, and there never will be.
        Expired,
        /// The feed has left the phase, and R has not been answered. Until this is acted upon, an abandoned aggregator that
        /// still answers can bring R; nobody can tell from the chain when a proxy left a phase.
        PhaseChanged,
        /// R may still come.
        Pending,
        /// The hint belongs to another phase, or lies before the round that was known at commit.
        WrongPhase,
        /// The hinted round has no answer and does not show that R is absent.
        NoAnswer,
        /// The hinted round was answered before T, and later rounds exist.
        TooEarly,
        /// An earlier round was answered at or after T.
        NotFirst,
        /// There is no R yet, and the feed does not say whether it is still in the same phase.
        Silent
    }

    /// @notice What is asked of a feed.
    /// @param knownRoundId A round that was answered before T; R lies behind it, in the same phase.
    /// @param notBefore T, seconds.
    /// @param deadline Last second in which R may have been answered.
    struct Question {
        address feed;
        uint80 knownRoundId;
        uint64 notBefore;
        uint64 deadline;
    }

    /// @notice One round as read. `ownAnswer`: answered in this very round. `present`: it has a time.
    struct Round {
        bool present;
        bool ownAnswer;
        int256 answer;
        uint256 updatedAt;
    }

    /// @notice Too little gas to tell an absent round from a starved call.
    error InsufficientFeedGas(uint256 availableGas, uint256 requiredGas);

    /// @notice Judges a hint.
    /// @param hintRoundId R itself; or, to prove that there is none, the last round before T (any round of the phase will
    /// do while the proxy still reads it).
    /// @return verdict See `Verdict`.
    /// @return round R, where the verdict is Found or Unusable.
    function judge(
        Question memory question,
        uint80 hintRoundId
    ) internal view returns (Verdict verdict, Round memory round) {
        if (phaseOf(hintRoundId) != phaseOf(question.knownRoundId) || hintRoundId < question.knownRoundId) {
            return (Verdict.WrongPhase, round);
        }
        Round memory hinted = read(question.feed, hintRoundId);
        if (hinted.ownAnswer && hinted.updatedAt >= question.notBefore) {
            if (!_isFirst(question, hintRoundId)) return (Verdict.NotFirst, round);
            if (hinted.updatedAt > question.deadline) return (Verdict.Expired, round);
            return (hinted.answer > 0 ? Verdict.Found : Verdict.Unusable, hinted);
        }
        return (_judgeAbsence(question, hintRoundId, hinted), round);
    }

    /// @notice Reads one round. A round that reverts, returns too little, has no time or claims to come from the future
    /// is not present.
    function read(address feed, uint80 roundId) internal view returns (Round memory round) {
        _checkGas();
        (bool answered, int256 answer, uint256 updatedAt, uint256 answeredInRound) = FeedCall.roundAt(
            feed,
            roundId,
            ROUND_GAS
        );
        if (!answered || updatedAt == 0 || updatedAt > block.timestamp) return round;
        return Round(true, answeredInRound >= roundId, answer, updatedAt);
    }

    /// @notice Reads the latest round with its id.
    function latest(
        address feed
    ) internal view returns (bool answered, uint80 roundId, int256 answer, uint256 updatedAt) {
        _checkGas();
        return FeedCall.latestRoundOf(feed, ROUND_GAS);
    }

    /// @notice Phase of a proxy's round id; zero for feeds without phases.
    function phaseOf(uint80 roundId) internal pure returns (uint16) {
        return uint16(roundId >> PHASE_OFFSET);
    }

    /// @dev Whether no round before `roundId` was answered at or after T. Goes back to the first round that settles it; the
    /// known round does at the latest. Only rounds without an answer of their own are walked over, so the way is as
    /// long as the feed's worst silence, and whoever brings the hint pays for it.
    function _isFirst(Question memory question, uint80 roundId) private view returns (bool) {
        while (--roundId > question.knownRoundId) {
            Round memory round = read(question.feed, roundId);
            if (!round.present) continue;
            if (round.updatedAt < question.notBefore) return true;
            if (round.ownAnswer) return false;
        }
        return true;
    }

    /// @dev The hint is not R. It may still show that there is no R.
    function _judgeAbsence(
        Question memory question,
        uint80 hintRoundId,
        Round memory hinted
    ) private view returns (Verdict) {
        (bool answered, uint80 latestRoundId, , uint256 latestAt) = latest(question.feed);
        bool samePhase = answered && phaseOf(latestRoundId) == phaseOf(question.knownRoundId);
        if (samePhase) {
            // The latest round says itself whether one exists.
            if (latestAt >= question.notBefore) return hinted.present ? Verdict.TooEarly : Verdict.NoAnswer;
            return block.timestamp > question.deadline ? Verdict.Expired : Verdict.Pending;
        }
        // The proxy no longer says what this phase's latest round is: the hint must be the last one.
        if (!hinted.present) return Verdict.NoAnswer;
        if (read(question.feed, hintRoundId + 1).present) return Verdict.TooEarly;
        // A last round at or after T carries an older answer; R may lie before it.
        if (hinted.updatedAt >= question.notBefore && !_isFirst(question, hintRoundId)) return Verdict.NotFirst;
        if (answered) return Verdict.PhaseChanged;
        return block.timestamp > question.deadline ? Verdict.Expired : Verdict.Silent;
    }

    function _checkGas() private view {
        uint256 availableGas = gasleft();
        if (availableGas < ROUND_RESERVE) revert InsufficientFeedGas(availableGas, ROUND_RESERVE);
    }
}
