// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {MintBudget} from "../../../contracts/libraries/MintBudget.sol";

/// @notice Any history of offers, returns of what was not sold, and time. The model keeps every offer with what became
/// of it, and holds each stretch of time against both buckets.
contract MintBudgetFuzzTest is Test {
    using MintBudget for MintBudget.Budget;

    uint256 private constant STEPS = 20;

    /// @dev An offer and what of it may still be, or has been, minted.
    struct Offer {
        uint256 at;
        uint256 tokens;
        uint256 kept;
        bool settled;
    }

    struct Step {
        bool settles;
        uint256 wait;
        uint256 size;
        uint256 pick;
    }

    MintBudget.Budget private budget;
    Offer[] private offers;
    uint256 private hourCap;
    uint256 private monthCap;

    function setUp() public {
        vm.warp(1_800_000_000);
    }

    /// @notice DI1: over every stretch of time, what was offered in it and not given back is at most
    /// capacity x (1 + length / window), for the hour and for the month, whatever was given back and when.
    function testDI1NoHistoryPassesTheBuckets(uint88 hourCap_, uint88 monthCap_, Step[STEPS] memory steps) public {
        (hourCap, monthCap) = (hourCap_, monthCap_);
        budget.setCaps(hourCap_, monthCap_, type(uint96).max);
        for (uint256 i; i < STEPS; ++i) {
            vm.warp(vm.getBlockTimestamp() + bound(steps[i].wait, 0, i % 5 == 4 ? 12 days : 25 minutes));
            if (steps[i].settles && offers.length != 0) _settle(steps[i]);
            else _offer(steps[i]);
            _checkEveryStretch();
        }
    }

    /// @notice DI1: offered and kept tokens together never pass the lifetime cap, and all that is given back is free
    /// again under it.
    function testDI1NoHistoryPassesTheLifetimeCap(uint96 lifetimeCap, Step[STEPS] memory steps) public {
        budget.setCaps(type(uint96).max, type(uint96).max, lifetimeCap);
        for (uint256 i; i < STEPS; ++i) {
            vm.warp(vm.getBlockTimestamp() + bound(steps[i].wait, 0, 1 hours));
            if (steps[i].settles && offers.length != 0) _settle(steps[i]);
            else _offer(steps[i]);
            uint256 kept;
            for (uint256 k; k < offers.length; ++k) kept += offers[k].kept;
            assertEq(budget.issued(), kept);
            assertLe(kept, lifetimeCap);
        }
    }

    /// @notice An offer given back in the same second was never made.
    function testAnOfferGivenBackAtOnceLeavesTheBudgetAsItWas(
        uint96 hourCap_,
        uint96 monthCap_,
        uint256 earlier,
        uint256 size
    ) public {
        budget.setCaps(hourCap_, monthCap_, type(uint96).max);
        budget.draw(bound(earlier, 0, budget.available()));
        vm.warp(vm.getBlockTimestamp() + 7 minutes);
        uint256 available = budget.available();
        uint256 tokens = bound(size, 0, available);
        budget.draw(tokens);
        budget.release(tokens, vm.getBlockTimestamp());
        assertEq(budget.available(), available);
    }

    /// @notice Raising the caps does not drain a bucket faster for the time before.
    function testNewCapsDoNotReachBack(uint88 lowCap, uint88 highCap, uint256 wait) public {
        budget.setCaps(lowCap, lowCap, type(uint96).max);
        budget.draw(lowCap);
        wait = bound(wait, 0, 1 hours);
        vm.warp(vm.getBlockTimestamp() + wait);
        budget.setCaps(highCap, highCap, type(uint96).max);
        uint256 monthLevel = lowCap - (uint256(lowCap) * wait) / 30 days;
        assertEq(budget.available(), highCap > monthLevel ? highCap - monthLevel : 0);
    }

    function _offer(Step memory step) private {
        uint256 available = budget.available();
        // Often all there is, sometimes a part of it.
        uint256 tokens = step.size % 3 == 0 ? bound(step.size, 0, available) : available;
        budget.draw(tokens);
        offers.push(Offer({at: vm.getBlockTimestamp(), tokens: tokens, kept: tokens, settled: false}));
    }

    function _settle(Step memory step) private {
        Offer storage offer = offers[step.pick % offers.length];
        if (offer.settled) return;
        uint256 unsold = step.size % 3 == 0 ? bound(step.size, 0, offer.tokens) : offer.tokens;
        offer.settled = true;
        offer.kept -= unsold;
        budget.release(unsold, offer.at);
    }

    function _checkEveryStretch() private view {
        for (uint256 from; from < offers.length; ++from) {
            uint256 kept;
            for (uint256 to = from; to < offers.length; ++to) {
                kept += offers[to].kept;
                uint256 length = offers[to].at - offers[from].at;
                assertLe(kept, hourCap + (hourCap * length) / 1 hours, "hourly");
                assertLe(kept, monthCap + (monthCap * length) / 30 days, "monthly");
            }
        }
    }
}
