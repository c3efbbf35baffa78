// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {Volatility} from "../../../contracts/margin/Volatility.sol";
import {ScriptedFeed} from "./ScriptedFeed.sol";

/// @notice What those who advance the estimate can choose, and what no answer can do to it.
contract VolatilityFuzzTest is Test {
    using Volatility for Volatility.State;

    uint256 private constant ROUNDS = 16;
    uint256 private constant WAD = 1e18;

    Volatility.State private _often;
    Volatility.State private _once;

    function setUp() public {
        vm.warp(1_800_000_000);
    }

    /// @notice Advancing after every round, now and then, or once at the end leaves one and the same estimate.
    function testFuzzWhoeverAdvancesItCannotSteerIt(uint64[ROUNDS] memory script, bool zeroWhenAbsent) public {
        Volatility.Rules memory rules = Volatility.Rules({memorySeconds: 3_600, maxMoveWad: 0.2e18});
        ScriptedFeed feed = new ScriptedFeed(zeroWhenAbsent);
        feed.answer(1_000e8);
        _often.advance(rules, address(feed), 0);
        _once.advance(rules, address(feed), 0);
        for (uint256 i; i < ROUNDS; ++i) {
            vm.warp(vm.getBlockTimestamp() + (script[i] % 1_000));
            uint256 kind = (script[i] >> 16) % 8;
            if (kind == 0) feed.timeOut();
            else if (kind == 1) feed.answer(-5);
            else feed.answer(int256(800e8 + (uint256(script[i] >> 32) % 400e8)));
            _often.advance(rules, address(feed), (script[i] >> 20) % 4);
        }
        // Both end at the same, positive, round.
        feed.answer(1_000e8);
        assertTrue(_often.advance(rules, address(feed), ROUNDS + 1));
        assertTrue(_once.advance(rules, address(feed), ROUNDS + 1));
        assertEq(_often.variance, _once.variance, "variance");
        assertEq(_often.roundId, _once.roundId, "round");
        assertEq(_often.updatedAt, _once.updatedAt, "time");
        assertEq(_often.answer, _once.answer, "answer");
    }

    /// @notice No sequence of answers, however wild, brings the estimate above its bound, or makes it revert.
    function testFuzzNoAnswerBreaksTheBound(
        uint32 memorySeconds,
        uint64 maxMove,
        uint256[ROUNDS] memory answers
    ) public pure {
        vm.assume(memorySeconds != 0);
        Volatility.Rules memory rules = Volatility.Rules(memorySeconds, uint64(maxMove % (WAD + 1)));
        Volatility.State memory state;
        (state.answer, state.updatedAt) = (1, 1_000);
        for (uint256 i; i < ROUNDS; ++i) {
            uint256 value = answers[i] == 0 ? 1 : answers[i];
            Volatility.take(state, rules, value, state.updatedAt + (answers[i] % 100));
            assertLe(Volatility.estimateWad(state, rules, 1 days), rules.maxMoveWad);
        }
    }

    /// @notice A steady walk of `move` every `wait` seconds is estimated at move x sqrt(horizon / wait), from below or from
    /// above, to 2 %.
    function testFuzzASteadyWalkIsEstimatedAtWhatItMoves(uint256 move, uint256 wait, uint256 start) public pure {
        wait = bound(wait, 1, 300);
        move = bound(move, 0.0005e18, 0.005e18);
        Volatility.Rules memory rules = Volatility.Rules({memorySeconds: 3_600, maxMoveWad: uint64(WAD)});
        Volatility.State memory state;
        (state.answer, state.updatedAt) = (1e30, 1_000);
        state.variance = uint128(bound(start, 0, 1e30));
        // Enough rounds for what was there before to weigh less than one part in a million.
        uint256 rounds = (3_600 * 16) / wait + 16;
        for (uint256 i; i < rounds; ++i) {
            uint256 answer = i % 2 == 0 ? 1e30 + (1e30 / WAD) * move : 1e30;
            Volatility.take(state, rules, answer, state.updatedAt + wait);
        }
        uint256 expected = move * move * (3_600 / wait);
        uint256 estimate = Volatility.estimateWad(state, rules, (3_600 / wait) * wait);
        assertApproxEqRel(estimate * estimate, expected, 0.05e18);
    }
}
