// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {DebtAge} from "../../../contracts/lending/DebtAge.sol";

/// @notice Which part of a principal is insured, against a model that remembers every loan by itself.
/// @dev The library keeps a share in parts per billion and one rounded mean time; the model keeps a list of loans in
/// trillionths of a unit and takes the mean when it is asked. It follows the library's verdict on when that mean is
/// old enough, and checks the mean by itself.
contract DebtAgeTest is Test {
    using DebtAge for DebtAge.Age;

    uint256 private constant NOW = 1_800_000_000;
    uint256 private constant STEPS = 16;
    uint256 private constant TRILLION = 1e12;
    uint256 private constant PPB = 1e9;

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
        uint128 owed,
        uint128 ppb,
        uint32 sinceAgo,
        uint128 more
    ) public view {
        DebtAge.Age age = _anyAge(ppb, sinceAgo);
        uint256 before = owed - age.young(owed, 7 days);
        DebtAge.Age later = age.afterBorrow(owed, more, 7 days);
        uint256 total = uint256(owed) + more;
        uint256 aged = total - later.young(total, 7 days);
        assertLe(aged, before);
        assertLe(before - aged, total / PPB + 1);
    }

    /// @notice Repaying takes what is young first and starts nothing anew.
    function testFuzzRepaymentTakesYoungFirst(uint128 owed, uint128 ppb, uint32 sinceAgo, uint128 repaid) public view {
        DebtAge.Age age = _anyAge(ppb, sinceAgo);
        repaid = owed == 0 ? 0 : repaid % owed;
        uint256 young = age.young(owed, 7 days);
        DebtAge.Age later = age.afterRepay(owed, repaid, 7 days);
        uint256 left = later.young(owed - repaid, 7 days);
        uint256 expected = Math.saturatingSub(young, repaid);
        assertGe(left, expected);
        assertLe(left - expected, uint256(owed) / PPB + 1);
        if (left != 0) assertEq(later.youngSince(), age.youngSince());
    }

    /// @notice Withdrawing makes the same share of what was aged young, and never makes anything older.
    function testFuzzWithdrawalRenewsItsShare(
        uint128 owed,
        uint128 ppb,
        uint32 sinceAgo,
        uint128 held,
        uint128 taken
    ) public view {
        DebtAge.Age age = _anyAge(ppb, sinceAgo);
        vm.assume(held != 0);
        taken = taken % held;
        uint256 aged = owed - age.young(owed, 7 days);
        DebtAge.Age later = age.afterWithdraw(owed, taken, held, 7 days);
        uint256 left = owed - later.young(owed, 7 days);
        uint256 expected = (aged * (held - taken)) / held;
        assertLe(left, expected + 1);
        assertLe(expected, left + uint256(owed) / PPB + 3);
        if (later.youngPpb() != 0) assertLe(later.youngSince(), block.timestamp);
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
        // Each step may round the young part up by a billionth of the principal of that time, and a unit.
        uint256 drift = steps * (largestPrincipal / PPB + 2);
        uint256 young = age.young(principal, waitingPeriod);
        if (waitingPeriod == 0) {
            assertEq(young, 0);
            return;
        }
        assertGe(young * TRILLION + steps * STEPS, modelYoung, "insured too much");
        assertLe(young * TRILLION, modelYoung + drift * TRILLION, "insured too little");
        if (modelYoung < TRILLION || age.youngPpb() == 0) return;

        uint256 moment;
        uint256 first = type(uint256).max;
        for (uint256 i = 0; i < loans.length; i++) {
            moment += loans[i].size * loans[i].start;
            if (loans[i].start < first) first = loans[i].start;
        }
        uint256 mean = moment / modelYoung;
        // What was rounded up weighs on the mean from the start of the oldest loan, even when that has been repaid.
        uint256 tolerance = steps + Math.mulDiv(drift * (block.timestamp - first), TRILLION, modelYoung);
        assertLe(age.youngSince(), mean + tolerance, "ages too late");
        assertGe(age.youngSince() + tolerance, mean, "ages too early");
    }

    function _modelYoung() private view returns (uint256 young) {
        for (uint256 i = 0; i < loans.length; i++) young += loans[i].size;
    }

    function _anyAge(uint128 ppb, uint32 sinceAgo) private pure returns (DebtAge.Age) {
        return DebtAge.pack(ppb % (PPB + 1), NOW - (sinceAgo % 14 days));
    }
}
