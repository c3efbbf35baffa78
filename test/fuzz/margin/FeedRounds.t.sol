// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {FeedRounds} from "../../../contracts/margin/FeedRounds.sol";
import {ScriptedFeed} from "./ScriptedFeed.sol";

/// @notice Every hint is judged against a plain search through everything the feed has ever published.
contract FeedRoundsFuzzTest is Test {
    uint256 private constant STEPS = 24;
    uint256 private constant START = 1_800_000_000;

    /// @dev What this test remembers of the phase that was current at commit.
    struct Truth {
        uint80 known;
        uint80 first; // R, or zero
        int256 answer;
        uint256 answeredAt;
        uint80 last; // last round with data
        bool left; // the proxy reads another phase
        bool newPhaseAnswered;
    }

    ScriptedFeed private _feed;

    function setUp() public {
        vm.warp(START);
    }

    /// @notice Exactly the right round is accepted, whatever the history and whatever is hinted; absence is proved when
    /// and only when there is no such round.
    function testFuzzOneHistoryHasOneVerdict(uint256 seed, uint8[STEPS] memory script) public {
        Truth memory truth;
        FeedRounds.Question memory question;
        (truth, question) = _play(seed, script);
        uint256 finals;
        for (uint80 hint = truth.known; hint <= truth.last + 2; ++hint) {
            (FeedRounds.Verdict verdict, FeedRounds.Round memory round) = FeedRounds.judge(question, hint);
            _checkVerdict(truth, question, hint, verdict, round);
            if (_settles(verdict)) ++finals;
        }
        // Somebody can always prove what is so, unless the feed does not say which phase it is in.
        assertGt(finals, 0, "nothing can be proved");
    }

    /// @notice Hints of other phases, or from before the commit, prove nothing.
    function testFuzzForeignHintsProveNothing(uint256 seed, uint8[STEPS] memory script, uint80 hint) public {
        (Truth memory truth, FeedRounds.Question memory question) = _play(seed, script);
        if (hint >> 64 == truth.known >> 64 && hint >= truth.known) hint = truth.known - 1;
        (FeedRounds.Verdict verdict, ) = FeedRounds.judge(question, hint);
        assertEq(uint8(verdict), uint8(FeedRounds.Verdict.WrongPhase));
    }

    /// @notice Too little gas never changes a verdict: it reverts.
    function testFuzzStarvedCallsProveNothing(uint256 seed, uint8[STEPS] memory script, uint24 gasGiven) public {
        (Truth memory truth, FeedRounds.Question memory question) = _play(seed, script);
        uint80 hint = truth.first == 0 ? truth.last : truth.first;
        (FeedRounds.Verdict verdict, ) = FeedRounds.judge(question, hint);
        try this.judge{gas: uint256(gasGiven) % 1_000_000}(question, hint) returns (FeedRounds.Verdict starved) {
            assertEq(uint8(starved), uint8(verdict), "gas decided");
        } catch {}
    }

    function judge(
        FeedRounds.Question memory question,
        uint80 hint
    ) external view returns (FeedRounds.Verdict verdict) {
        (verdict, ) = FeedRounds.judge(question, hint);
    }

    function _settles(FeedRounds.Verdict verdict) private pure returns (bool) {
        return uint8(verdict) <= uint8(FeedRounds.Verdict.Pending) || verdict == FeedRounds.Verdict.Silent;
    }

    function _checkVerdict(
        Truth memory truth,
        FeedRounds.Question memory question,
        uint80 hint,
        FeedRounds.Verdict verdict,
        FeedRounds.Round memory round
    ) private view {
        if (!_settles(verdict)) return;
        if (truth.first != 0) {
            assertEq(hint, truth.first, "another round than the first was accepted");
            if (truth.answeredAt > question.deadline) {
                assertEq(uint8(verdict), uint8(FeedRounds.Verdict.Expired));
                return;
            }
            bool usable = truth.answer > 0;
            assertEq(uint8(verdict), uint8(usable ? FeedRounds.Verdict.Found : FeedRounds.Verdict.Unusable));
            assertEq(round.answer, truth.answer);
            assertEq(round.updatedAt, truth.answeredAt);
            return;
        }
        bool late = block.timestamp > question.deadline;
        FeedRounds.Verdict expected;
        if (truth.left && truth.newPhaseAnswered) expected = FeedRounds.Verdict.PhaseChanged;
        else if (late) expected = FeedRounds.Verdict.Expired;
        else expected = truth.left ? FeedRounds.Verdict.Silent : FeedRounds.Verdict.Pending;
        assertEq(uint8(verdict), uint8(expected), "absence");
    }

    /// @dev Plays a random history around a random question.
    function _play(
        uint256 seed,
        uint8[STEPS] memory script
    ) private returns (Truth memory truth, FeedRounds.Question memory question) {
        bool zeroWhenAbsent = seed % 2 == 0;
        _feed = new ScriptedFeed(zeroWhenAbsent);
        if (seed % 3 == 0) _feed.timeOut();
        for (uint256 i; i <= seed % 5; ++i) _feed.answer(100);
        truth.known = _feed.latestRoundId();
        truth.last = truth.known;
        question = FeedRounds.Question({
            feed: address(_feed),
            knownRoundId: truth.known,
            notBefore: uint64(START + 1 + ((seed >> 8) % 40)),
            deadline: 0
        });
        question.deadline = question.notBefore + uint64((seed >> 16) % 40);
        for (uint256 i; i < (seed >> 32) % (STEPS + 1); ++i) {
            vm.warp(vm.getBlockTimestamp() + (script[i] >> 5));
            _step(truth, question, script[i] % 32);
        }
        // A zero round of an OCR aggregator names its phase; a reverting one does not.
        if (truth.left && zeroWhenAbsent) truth.newPhaseAnswered = true;
    }

    function _step(Truth memory truth, FeedRounds.Question memory question, uint256 action) private {
        if (truth.left) {
            if (action < 16) {
                _feed.answer(100);
                truth.newPhaseAnswered = true;
            } else if (action < 20) {
                _feed.answerAbandoned(++truth.last, 77);
                _remember(truth, question, 77);
            }
            return;
        }
        if (action < 20) {
            int256 value = action < 3 ? int256(action) - 2 : int256(action);
            truth.last = _feed.answer(value);
            _remember(truth, question, value);
        } else if (action < 29) {
            _feed.timeOut();
            ++truth.last;
        } else {
            _feed.changePhase();
            truth.left = true;
        }
    }

    function _remember(Truth memory truth, FeedRounds.Question memory question, int256 value) private view {
        if (truth.first != 0 || block.timestamp < question.notBefore) return;
        (truth.first, truth.answer, truth.answeredAt) = (truth.last, value, block.timestamp);
    }
}
