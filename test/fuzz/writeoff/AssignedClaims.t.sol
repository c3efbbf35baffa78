// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {LossSharesHarness} from "../../../contracts/testing/writeoff/LossSharesHarness.sol";

/// @notice Claims that change hands: any order of recoveries, assignments and claims of five accounts and two epochs.
contract AssignedClaimsFuzzTest is Test {
    uint256 private constant ACCOUNTS = 5;
    uint256 private constant STEPS = 40;
    uint256 private constant VIRTUAL = 1e6;

    struct Step {
        uint8 action;
        uint8 from;
        uint8 to;
        uint256 size;
    }

    LossSharesHarness private ledger;
    uint256[3] private charged;
    uint256[3] private recovered;
    uint256[3] private paid;
    uint256[3] private supply;

    /// @notice RE1: all claims together never exceed what has come in, and lose at most two units per assignment and one
    /// per account; shares are neither made nor lost.
    function testRE1AssignedClaimsStayWithinWhatHasComeIn(
        uint128[ACCOUNTS] memory balances,
        uint112[2] memory charges,
        Step[STEPS] memory steps
    ) public {
        _open(balances, charges);
        uint256 assignments;
        for (uint256 i; i < STEPS; ++i) {
            Step memory step = steps[i];
            uint256 epoch = 1 + (step.size % 2);
            address from = _account(step.from);
            if (step.action % 3 == 0) {
                uint256 assets = bound(step.size >> 1, 0, charged[epoch] - recovered[epoch]);
                ledger.credit(epoch, assets);
                recovered[epoch] += assets;
            } else if (step.action % 3 == 1) {
                uint256 held = ledger.balanceAtEpoch(from, epoch);
                if (held == 0) continue;
                ledger.assign(from, _account(step.to), epoch, bound(step.size >> 1, 1, held));
                ++assignments;
            } else {
                _claim(from, epoch);
            }
            _check();
        }
        for (uint256 epoch = 1; epoch <= 2; ++epoch) {
            uint256 rest = charged[epoch] - recovered[epoch];
            ledger.credit(epoch, rest);
            recovered[epoch] += rest;
            for (uint256 k; k < ACCOUNTS; ++k) _claim(_account(k), epoch);
            assertLe(paid[epoch], recovered[epoch], "RE1: paid");
            // The virtual shares' part stays; beyond it only rounding is lost.
            uint256 virtualPart = (recovered[epoch] * VIRTUAL) / supply[epoch] + 1;
            assertGe(paid[epoch] + virtualPart + ACCOUNTS + 2 * assignments, recovered[epoch], "lost");
        }
    }

    /// @notice RE1: who gives a part of its claim keeps the rest, and who takes it gets what is still to come of it.
    function testRE1AGivenClaimIsWorthWhatIsToCome(uint128 held, uint128 given, uint112 charge, uint112 first) public {
        held = uint128(bound(held, 1, type(uint128).max - VIRTUAL));
        given = uint128(bound(given, 1, held));
        first = uint112(bound(first, 0, charge));
        ledger = new LossSharesHarness();
        ledger.mint(address(1), held);
        ledger.charge(charge);
        ledger.credit(1, first);
        uint256 shares = uint256(held) + VIRTUAL;
        paid[1] = _take(address(1));
        ledger.assign(address(1), address(2), 1, given);
        assertEq(_take(address(2)), 0, "nothing is paid twice");
        ledger.credit(1, charge - first);
        uint256 toTaker = _take(address(2));
        uint256 toGiver = paid[1] + _take(address(1));
        assertLe(toTaker + toGiver, (uint256(charge) * held) / shares, "together no more than the charge");
        assertGe(toTaker + 2, (uint256(charge - first) * given) / shares, "what was outstanding on it");
        assertLe(toTaker, (uint256(charge) * given) / shares, "not above its charge");
    }

    function _open(uint128[ACCOUNTS] memory balances, uint112[2] memory charges) private {
        ledger = new LossSharesHarness();
        uint256 total;
        for (uint256 k; k < ACCOUNTS; ++k) {
            uint256 balance = bound(balances[k], 0, k % 2 == 0 ? 1e12 : type(uint128).max / 8);
            if (balance != 0) ledger.mint(_account(k), balance);
            total += balance;
        }
        for (uint256 epoch = 1; epoch <= 2; ++epoch) {
            charged[epoch] = charges[epoch - 1];
            supply[epoch] = total + VIRTUAL;
            ledger.charge(charges[epoch - 1]);
        }
    }

    function _claim(address account, uint256 epoch) private {
        uint256[] memory epochs = new uint256[](1);
        epochs[0] = epoch;
        vm.prank(account);
        paid[epoch] += ledger.claimRecovery(account, epochs, account);
    }

    function _take(address account) private returns (uint256) {
        uint256[] memory epochs = new uint256[](1);
        epochs[0] = 1;
        vm.prank(account);
        return ledger.claimRecovery(account, epochs, account);
    }

    function _check() private view {
        for (uint256 epoch = 1; epoch <= 2; ++epoch) {
            uint256 claimable;
            uint256 shares;
            for (uint256 k; k < ACCOUNTS; ++k) {
                claimable += ledger.claimableRecovery(_account(k), epoch);
                shares += ledger.balanceAtEpoch(_account(k), epoch);
            }
            assertLe(paid[epoch] + claimable, recovered[epoch], "RE1: claims within what has come in");
            assertEq(shares + VIRTUAL, supply[epoch], "shares");
        }
    }

    function _account(uint256 number) private pure returns (address) {
        return address(uint160(0xA11CE + (number % ACCOUNTS)));
    }
}
