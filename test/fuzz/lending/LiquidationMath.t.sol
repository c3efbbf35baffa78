// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {LiquidationMath} from "../../../contracts/lending/LiquidationMath.sol";

/// @notice The arithmetic of liquidation for any rules that ConfigModule accepts.
contract LiquidationMathTest is Test {
    uint256 private constant BPS = 10_000;
    uint256 private constant WAD = 1e18;

    /// @dev Rules of one collateral, and the fee of the vault, bps.
    struct Rules {
        uint256 lltvBps;
        uint256 incentiveBps;
        uint256 minIncentiveBps;
        uint256 targetHealthBps;
        uint256 feeBps; // of the incentive beyond the minimum
    }

    /// @notice LV2: solvency, what is covered and what a liquidator pays for everything are one rule.
    function testFuzzLV2InsolventMeansDebtAboveWhatIsCovered(uint128 value, uint128 debt, uint16 minBps) public pure {
        uint256 min = 1 + (minBps % 2_000);
        bool insolvent = LiquidationMath.isInsolvent(value, debt, min);
        uint256 down = LiquidationMath.coveredDown(value, min);
        uint256 up = LiquidationMath.coveredUp(value, min);
        assertEq(insolvent, debt > down);
        assertEq(insolvent, value < LiquidationMath.solventFrom(debt, min));
        assertTrue(up == down || up == down + 1);
        assertLe(down * (BPS + min), uint256(value) * BPS);
        assertGe(up * (BPS + min), uint256(value) * BPS);
    }

    /// @notice WO5: while the position is solvent its collateral pays for the whole debt at the incentive of that
    /// moment, so nothing can be lost; and the incentive lies between the minimum and the full one.
    function testFuzzWO5IncentiveIsAffordableWhileSolvent(uint128 debt, uint128 beyond, uint256 seed) public pure {
        Rules memory rules = _rules(seed);
        vm.assume(debt != 0);
        uint256 value = Math.ceilDiv(uint256(debt) * (BPS + rules.minIncentiveBps), BPS) + (beyond >> (seed >> 249));
        uint256 incentive = _incentive(value, debt, rules);
        assertGe(incentive, rules.minIncentiveBps * (WAD / BPS));
        assertLe(incentive, rules.incentiveBps * (WAD / BPS));
        assertLe(uint256(debt) * (WAD + incentive), value * WAD);
    }

    /// @notice A repayment to target restores it within rounding, and one unit less would not; or closes everything.
    function testFuzzRepaymentRestoresTheTargetAndNoMore(uint128 debt, uint256 valueSeed, uint256 seed) public pure {
        Rules memory rules = _rules(seed);
        // From what just covers the minimum incentive to what is just unhealthy.
        uint256 lowest = Math.ceilDiv(uint256(debt) * (BPS + rules.minIncentiveBps), BPS);
        uint256 highest = (uint256(debt) * BPS) / rules.lltvBps;
        vm.assume(debt > 1e6 && highest > lowest);
        uint256 value = lowest + (valueSeed % (highest - lowest));
        assertFalse(LiquidationMath.isInsolvent(value, debt, rules.minIncentiveBps));
        assertLt(LiquidationMath.healthWad(value, rules.lltvBps, debt), WAD);
        uint256 incentive = _incentive(value, debt, rules);
        uint256 repaid = _repayToTarget(value, debt, incentive, rules);
        assertLe(repaid, debt);
        if (repaid < debt) {
            assertTrue(_reachesTarget(value, debt, repaid, incentive, rules));
        }
        // Rounding of the weight costs a few units at most when little is missing, and one in 10^16 of the debt.
        uint256 slack = 2 + uint256(debt) / 1e15;
        if (repaid > slack) {
            assertFalse(_reachesTarget(value, debt, repaid - slack, incentive, rules));
        }
    }

    /// @notice Whatever the debt and the value within the bounds the library names, its unchecked figures are those of
    /// checked arithmetic.
    function testFuzzFiguresOverflowNowhere(uint256 debt, uint256 value, uint112 held, uint256 seed) public pure {
        Rules memory rules = _rules(seed);
        rules.feeBps = (seed >> 64) % (BPS / 2 + 1);
        debt = 1 + (debt % (2 ** 137 - 1));
        value = 1 + ((value >> (seed >> 248)) % LiquidationMath.MAX_VALUE);
        uint256 full = rules.incentiveBps * (WAD / BPS);
        uint256 min = rules.minIncentiveBps * (WAD / BPS);
        uint256 incentive = Math.max(Math.min(Math.saturatingSub(Math.mulDiv(value, WAD, debt), WAD), full), min);
        assertEq(_incentive(value, debt, rules), incentive, "incentive");
        uint256 repaid = _toTarget(value, debt, incentive, rules);
        assertEq(_repayToTarget(value, debt, incentive, rules), repaid, "to target");
        assertEq(LiquidationMath.affordable(value, incentive), Math.mulDiv(value, WAD, WAD + incentive), "affordable");
        assertEq(
            LiquidationMath.fee(debt, incentive, rules.minIncentiveBps, rules.feeBps),
            Math.mulDiv(debt * (incentive - min), rules.feeBps, WAD * BPS),
            "fee"
        );
        uint256 bought = Math.mulDiv(held, debt * (WAD + incentive), value * WAD);
        assertEq(LiquidationMath.seized(held, value, debt, incentive), Math.min(bought, held), "seized");
        assertEq(
            LiquidationMath.isHealthy(value, rules.lltvBps, debt),
            LiquidationMath.healthWad(value, rules.lltvBps, debt) >= WAD,
            "healthy"
        );
        _checkCovered(value, debt, rules.minIncentiveBps);
    }

    function _checkCovered(uint256 value, uint256 debt, uint256 minBps) private pure {
        uint256 up = Math.mulDiv(value, BPS, BPS + minBps, Math.Rounding.Ceil);
        assertEq(LiquidationMath.coveredUp(value, minBps), up, "covered, rounded up");
        bool insolvent = debt > Math.mulDiv(value, BPS, BPS + minBps);
        assertEq(LiquidationMath.isInsolvent(value, debt, minBps), insolvent, "insolvent");
    }

    function _toTarget(
        uint256 value,
        uint256 debt,
        uint256 incentive,
        Rules memory rules
    ) private pure returns (uint256) {
        uint256 target = rules.targetHealthBps * (WAD / BPS);
        uint256 lltv = rules.lltvBps * (WAD / BPS);
        uint256 weight = Math.mulDiv(WAD + incentive, lltv, WAD, Math.Rounding.Ceil);
        if (target <= weight) return debt;
        return Math.min(Math.ceilDiv(Math.saturatingSub(debt * target, value * lltv), target - weight), debt);
    }

    /// @notice A value beyond all bounds is healthy and solvent, and says so instead of overflowing.
    function testFuzzAnyLargerValueIsHealthy(uint256 value, uint128 debt, uint16 bps) public pure {
        value = LiquidationMath.MAX_VALUE + 1 + (value % (type(uint256).max - LiquidationMath.MAX_VALUE));
        assertTrue(LiquidationMath.isHealthy(value, 1 + (bps % BPS), debt));
        assertFalse(LiquidationMath.isInsolvent(value, debt, bps % BPS));
    }

    /// @dev (value - repaid (1 + i)) lltv >= target (debt - repaid), without rounding anything.
    function _reachesTarget(
        uint256 value,
        uint256 debt,
        uint256 repaid,
        uint256 incentive,
        Rules memory rules
    ) private pure returns (bool) {
        uint256 left = value * WAD - repaid * (WAD + incentive);
        return left * rules.lltvBps >= (debt - repaid) * WAD * rules.targetHealthBps;
    }

    function _incentive(uint256 value, uint256 debt, Rules memory rules) private pure returns (uint256) {
        return LiquidationMath.incentiveWad(value, debt, rules.incentiveBps, rules.minIncentiveBps);
    }

    function _repayToTarget(
        uint256 value,
        uint256 debt,
        uint256 incentive,
        Rules memory rules
    ) private pure returns (uint256) {
        return LiquidationMath.repayToTarget(value, debt, incentive, rules.lltvBps, rules.targetHealthBps);
    }

    function _rules(uint256 seed) private pure returns (Rules memory rules) {
        rules.minIncentiveBps = 1 + (seed % 2_000);
        rules.incentiveBps = rules.minIncentiveBps + ((seed >> 16) % (5_001 - rules.minIncentiveBps));
        rules.lltvBps = 1 + ((seed >> 32) % ((BPS * BPS) / (BPS + rules.minIncentiveBps) - 1));
        rules.targetHealthBps = BPS + 1 + ((seed >> 48) % BPS);
    }
}
