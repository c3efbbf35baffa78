// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {DebtAge} from "../../../contracts/lending/DebtAge.sol";

/// @notice Which part of a principal is insured, against a model that remembers every loan by itself.
/// @dev The library keeps a share in 2,097,151 parts and one mean time, rounded to 64 s; the model keeps a list of loans
/// in trillionths of a unit and takes the mean when it is asked. It follows the library's verdict on when that mean is
/// old enough, and checks the mean by itself.
contract DebtAgeTest is Test {
    using DebtAge for DebtAge.Age;

    uint256 private constant NOW = 1_800_000_000;
    uint256 private constant STEPS = 16;
    uint256 private constant TRILLION = 1e12;
    uint256 private constant PARTS = 2_097_151;
    uint256 private constant TICK = 64;

    /// @dev One loan that is still young, or what repayments and withdrawals have left of it.
    struct Loan {
        uint256 size; // trillionths of a unit
        uint256 start;
    }

    Loan[] private loans;
    uint256 private modelAged; // trillionths of a unit
    uint256 private principal;
    uint256 private largestPrincipal;
    uint256 private waitingPeriod;

    function setUp() public {
        vm.warp(NOW);
    }

    /// @notice Any life of a debt: what is insured is what the model says, less rounding, never more.
    function testFuzzInsuredIsWhatAListOfLoansSays(uint256[STEPS] memory seeds, uint32 waiting) public {
        waitingPeriod = waiting % 30 days;
        DebtAge.Age age;
        for (uint256 step = 0; step < STEPS; step++) {
            vm.warp(block.timestamp + ((seeds[step] >> 8) % (waitingPeriod + 2)));
            _mature(age);
            age = _act(age, seeds[step]);
            _check(age, step + 1);
        }
    }

    /// @notice A top-up never makes old debt young.
    function testFuzzTopUpLeavesAgedPrincipalAged(
        uint96 owed,
        uint128 parts,
        uint32 sinceAgo,
        uint112 more
    ) public view {
        DebtAge.Age age = _anyAge(parts, sinceAgo);
        uint256 before = owed - age.young(owed, 7 days);
        DebtAge.Age later = age.afterBorrow(owed, more, 7 days);
        uint256 total = uint256(owed) + more;
        uint256 aged = total - later.young(total, 7 days);
        assertLe(aged, before);
        assertLe(before - aged, total / PARTS + 1);
    }

    /// @notice Repaying takes what is young first and starts nothing anew.
    function testFuzzRepaymentTakesYoungFirst(uint96 owed, uint128 parts, uint32 sinceAgo, uint96 repaid) public view {
        DebtAge.Age age = _anyAge(parts, sinceAgo);
        repaid = owed == 0 ? 0 : repaid % owed;
        uint256 young = age.young(owed, 7 days);
        DebtAge.Age later = age.afterRepay(owed, repaid, 7 days);
        uint256 left = later.young(owed - repaid, 7 days);
        uint256 expected = Math.saturatingSub(young, repaid);
        assertGe(left, expected);
        assertLe(left - expected, uint256(owed) / PARTS + 1);
        if (left != 0) assertEq(later.youngSince(), age.youngSince());
    }

    /// @notice However a debt is paid down, and anybody may do that, no payment makes a greater part of it young, or the same
    /// part younger.
    function testFuzzRepaymentsNeverRejuvenate(uint96 owed, uint128 parts, uint32 sinceAgo, uint256 seed) public view {
        DebtAge.Age age = _anyAge(parts, sinceAgo);
        uint256 left = owed;
        for (uint256 i = 0; i < 32 && left != 0; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            // Mostly dust, of which many payments would be made.
            uint256 paid = (uint96(seed) >> (seed >> 248)) % (left + 1);
            DebtAge.Age later = age.afterRepay(left, paid, 7 days);
            assertLe(later.youngParts(), age.youngParts());
            if (later.youngParts() != 0) assertEq(later.youngSince(), age.youngSince());
            assertLe(later.young(left - paid, 7 days), age.young(left, 7 days));
            (left, age) = (left - paid, later);
        }
    }

    /// @notice An age has its 47 bits, whatever happens, so that it fits beside the debt.
    function testFuzzAgeFitsItsBits(
        uint96 owed,
        uint128 parts,
        uint32 sinceAgo,
        uint112 more,
        uint128 held,
        uint128 taken
    ) public {
        vm.warp(type(uint32).max - 63);
        vm.assume(held != 0);
        DebtAge.Age age = _anyAge(parts, sinceAgo);
        assertLt(DebtAge.Age.unwrap(age.afterBorrow(owed, more, 30 days)), 2 ** 47);
        assertLt(DebtAge.Age.unwrap(age.afterWithdraw(owed, taken % held, held, 30 days)), 2 ** 47);
        assertLt(DebtAge.Age.unwrap(age.afterRepay(owed, owed == 0 ? 0 : more % owed, 30 days)), 2 ** 47);
    }

    /// @notice Withdrawing makes the same share of what was aged young, and never makes anything older.
    function testFuzzWithdrawalRenewsItsShare(
        uint96 owed,
        uint128 parts,
        uint32 sinceAgo,
        uint128 held,
        uint128 taken
    ) public view {
        DebtAge.Age age = _anyAge(parts, sinceAgo);
        vm.assume(held != 0);
        taken = taken % held;
        uint256 aged = owed - age.young(owed, 7 days);
        DebtAge.Age later = age.afterWithdraw(owed, taken, held, 7 days);
        uint256 left = owed - later.young(owed, 7 days);
        uint256 expected = (aged * (held - taken)) / held;
        assertLe(left, expected + 1);
        assertLe(expected, left + uint256(owed) / PARTS + 3);
        if (later.youngParts() != 0) assertLt(later.youngSince(), block.timestamp + TICK);
    }

    // ---------------------------------------------------------------- One step in library and model

    function _act(DebtAge.Age age, uint256 seed) private returns (DebtAge.Age) {
        uint256 kind = seed % 4;
        uint256 size = uint128(seed >> 64) >> ((seed >> 200) % 100);
        if (kind < 2) return _borrow(age, size >> 28);
        if (principal == 0) return age;
        if (kind == 2) return _repay(age, size % (principal + 1));
        uint256 held = uint128(seed >> 32) | 1;
        return _withdraw(age, size % (held + 1), held);
    }

    function _borrow(DebtAge.Age age, uint256 size) private returns (DebtAge.Age later) {
        later = age.afterBorrow(principal, size, waitingPeriod);
        principal += size;
        if (principal > largestPrincipal) largestPrincipal = principal;
        loans.push(Loan(size * TRILLION, block.timestamp));
    }

    function _repay(DebtAge.Age age, uint256 size) private returns (DebtAge.Age later) {
        later = age.afterRepay(principal, size, waitingPeriod);
        principal -= size;
        uint256 young = _modelYoung();
        uint256 paid = size * TRILLION;
        uint256 left = Math.saturatingSub(young, paid);
        for (uint256 i = 0; i < loans.length; i++) {
            loans[i].size = young == 0 ? 0 : Math.mulDiv(loans[i].size, left, young);
        }
        // Trillionths that rounding has lost may be missing here.
        modelAged = Math.saturatingSub(modelAged, Math.saturatingSub(paid, young));
    }

    function _withdraw(DebtAge.Age age, uint256 taken, uint256 held) private returns (DebtAge.Age later) {
        later = age.afterWithdraw(principal, taken, held, waitingPeriod);
        for (uint256 i = 0; i < loans.length; i++) loans[i].size = Math.mulDiv(loans[i].size, held - taken, held);
        modelAged = Math.mulDiv(modelAged, held - taken, held);
        loans.push(Loan(Math.mulDiv(principal * TRILLION, taken, held), block.timestamp));
    }

    /// @dev All loans of the model are aged once the library says that their mean is old enough.
    function _mature(DebtAge.Age age) private {
        if (block.timestamp < age.youngSince() + waitingPeriod) return;
        delete loans;
        modelAged = principal * TRILLION;
    }

    // ---------------------------------------------------------------- What must be true after each step

    function _check(DebtAge.Age age, uint256 steps) private view {
        uint256 modelYoung = _modelYoung();
        // Each step may round the young part up by a part of the principal of that time, and a unit.
        uint256 drift = steps * (largestPrincipal / PARTS + 2);
        uint256 young = age.young(principal, waitingPeriod);
        if (waitingPeriod == 0) {
            assertEq(young, 0);
            return;
        }
        assertGe(young * TRILLION + steps * STEPS, modelYoung, "insured too much");
        assertLe(young * TRILLION, modelYoung + drift * TRILLION, "insured too little");
        if (modelYoung < TRILLION || age.youngParts() == 0) return;

        uint256 moment;
        uint256 first = type(uint256).max;
        for (uint256 i = 0; i < loans.length; i++) {
            moment += loans[i].size * loans[i].start;
            if (loans[i].start < first) first = loans[i].start;
        }
        uint256 mean = moment / modelYoung;
        // What was rounded up weighs on the mean from the start of the oldest loan, even when that has been repaid.
        uint256 lapse = block.timestamp + TICK - first;
        uint256 tolerance = steps * TICK + Math.mulDiv(drift * lapse, TRILLION, modelYoung);
        assertLe(age.youngSince(), mean + tolerance, "ages too late");
        assertGe(age.youngSince() + tolerance, mean, "ages too early");
    }

    function _modelYoung() private view returns (uint256 young) {
        for (uint256 i = 0; i < loans.length; i++) young += loans[i].size;
    }

    /// @dev As any life may have left it: all parts, and starts up to two weeks ago or within the tick that runs.
    function _anyAge(uint128 parts, uint32 sinceAgo) private view returns (DebtAge.Age) {
        uint256 ticks = Math.ceilDiv(block.timestamp - (sinceAgo % 14 days), TICK);
        return DebtAge.pack(parts % (PARTS + 1), ticks);
    }
}
