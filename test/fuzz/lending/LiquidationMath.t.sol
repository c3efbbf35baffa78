// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {LiquidationMath} from "../../../contracts/lending/LiquidationMath.sol";

/// @notice The arithmetic of liquidation for any rules that ConfigModule accepts.
contract LiquidationMathTest is Test {
    uint256 private constant BPS = 10_000;
    uint256 private constant WAD = 1e18;

    /// @notice LV2: solvency, what is covered and what a liquidator pays for everything are one rule.
    function testFuzzLV2InsolventMeansDebtAboveWhatIsCovered(uint128 value, uint128 debt, uint16 minBps) public pure {
        uint256 min = 1 + (minBps % 2_000);
        bool insolvent = LiquidationMath.isInsolvent(value, debt, min);
        uint256 down = LiquidationMath.coveredDown(value, min);
        uint256 up = LiquidationMath.coveredUp(value, min);
        assertEq(insolvent, debt > down);
        assertTrue(up == down || up == down + 1);
        assertLe(down * (BPS + min), uint256(value) * BPS);
        assertGe(up * (BPS + min), uint256(value) * BPS);
    }

    /// @notice WO5: while the position is solvent its collateral pays for the whole debt at the incentive of that
    /// moment, so nothing can be lost; and the incentive lies between the minimum and the full one.
    function testFuzzWO5IncentiveIsAffordableWhileSolvent(uint128 debt, uint128 beyond, uint256 seed) public pure {
        LiquidationMath.Rules memory rules = _rules(seed);
        vm.assume(debt != 0);
        uint256 value = Math.ceilDiv(uint256(debt) * (BPS + rules.minIncentiveBps), BPS) + (beyond >> (seed >> 249));
        uint256 incentive = LiquidationMath.incentiveWad(value, debt, rules);
        assertGe(incentive, rules.minIncentiveBps * (WAD / BPS));
        assertLe(incentive, rules.incentiveBps * (WAD / BPS));
        assertLe(uint256(debt) * (WAD + incentive), value * WAD);
    }

    /// @notice A repayment to target restores it within rounding, and one unit less would not; or closes everything.
    function testFuzzRepaymentRestoresTheTargetAndNoMore(uint128 debt, uint256 valueSeed, uint256 seed) public pure {
        LiquidationMath.Rules memory rules = _rules(seed);
        // From what just covers the minimum incentive to what is just unhealthy.
        uint256 lowest = Math.ceilDiv(uint256(debt) * (BPS + rules.minIncentiveBps), BPS);
        uint256 highest = (uint256(debt) * BPS) / rules.lltvBps;
        vm.assume(debt > 1e6 && highest > lowest);
        uint256 value = lowest + (valueSeed % (highest - lowest));
        assertFalse(LiquidationMath.isInsolvent(value, debt, rules.minIncentiveBps));
        assertLt(LiquidationMath.healthWad(value, rules.lltvBps, debt), WAD);
        uint256 incentive = LiquidationMath.incentiveWad(value, debt, rules);
        uint256 repaid = LiquidationMath.repayToTarget(value, debt, incentive, rules);
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

    /// @dev (value - repaid (1 + i)) lltv >= target (debt - repaid), without rounding anything.
    function _reachesTarget(
        uint256 value,
        uint256 debt,
        uint256 repaid,
        uint256 incentive,
        LiquidationMath.Rules memory rules
    ) private pure returns (bool) {
        uint256 left = value * WAD - repaid * (WAD + incentive);
        return left * rules.lltvBps >= (debt - repaid) * WAD * rules.targetHealthBps;
    }

    function _rules(uint256 seed) private pure returns (LiquidationMath.Rules memory rules) {
        rules.minIncentiveBps = 1 + (seed % 2_000);
        rules.incentiveBps = rules.minIncentiveBps + ((seed >> 16) % (5_001 - rules.minIncentiveBps));
        rules.lltvBps = 1 + ((seed >> 32) % ((BPS * BPS) / (BPS + rules.minIncentiveBps) - 1));
        rules.targetHealthBps = BPS + 1 + ((seed >> 48) % BPS);
    }
}
