// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDebtAuction} from "../../contracts/interfaces/IDebtAuction.sol";
import {Crowd} from "./Crowd.t.sol";
import {InvariantTest} from "./InvariantTest.sol";
import {Terms} from "./setting/System.sol";

/// @notice The layers between reserves and lenders: staked insurance and dilution.
contract TranchesInvariantTest is InvariantTest(8, 24, 6) {
    /// hardhat-config: invariant.failOnRevert = true
    function invariant_DI1_mintingStaysWithinEveryCap() public view {
        _assertNever("DI1");
        Crowd.WriteOff[] memory seen = crowd.writeOffs();
        uint256 minted;
        uint256 burnt;
        uint256 onOffer;
        for (uint256 i; i < seen.length; ++i) {
            IDebtAuction.Lot memory lot = system.sale.lot(address(system.vault), i + 1);
            assertEq(lot.soldTokens, seen[i].minted, "sold");
            assertGe(seen[i].proceeds * 1e18, seen[i].minted * Terms.FLOOR_PRICE * system.unit, "floor");
            minted += seen[i].minted;
            burnt += seen[i].burnt;
            onOffer += lot.offeredTokens - lot.soldTokens;
            _checkBuckets(seen, i);
        }
        (uint256 issued, ) = system.dilution.budget(address(system.vault));
        assertEq(issued, minted + onOffer, "issued");
        assertLe(minted + onOffer, Terms.MINT_LIFETIME_CAP, "lifetime cap");
        assertLe(minted, Terms.GLOBAL_CAP, "global cap");
        assertEq(system.token.totalSupply(), Terms.INITIAL_TOKENS + minted - burnt, "supply");
    }

    /// hardhat-config: invariant.failOnRevert = true
    function invariant_IN1_stakeLeavesOnlyByLossOrAfterNotice() public view {
        _assertNever("IN1");
        address fund = address(system.fund);
        uint256 gifts = crowd.donated(fund, address(system.asset));
        uint256 held = system.asset.balanceOf(fund) - gifts;
        assertEq(held, system.fund.totalAssets() + system.fund.claimsOwed(), "the fund's money");
        address[3] memory stakers = crowd.stakers();
        uint256 shares;
        for (uint256 i; i < 3; ++i) {
            assertEq(system.fund.balanceOf(stakers[i]), crowd.sharesOf(fund, stakers[i]), "stake");
            assertLe(system.fund.noticeOf(stakers[i]).quantity, crowd.sharesOf(fund, stakers[i]), "notice and stake");
            shares += crowd.sharesOf(fund, stakers[i]);
        }
        assertEq(system.fund.totalSupply(), shares, "all stakes");
        _checkDraws();
    }

    // ---------------------------------------------------------------- Private

    /// @dev From each earlier lot on, what was minted fits into the buckets of the time that has passed.
    function _checkBuckets(Crowd.WriteOff[] memory seen, uint256 last) private pure {
        uint256 minted;
        for (uint256 i = last + 1; i > 0; --i) {
            Crowd.WriteOff memory first = seen[i - 1];
            minted += first.minted;
            uint256 elapsed = seen[last].openedAt - first.openedAt;
            assertLe(minted, _fits(Terms.MINT_HOUR_CAP, elapsed, 1 hours), "hourly bucket");
            assertLe(minted, _fits(Terms.MINT_MONTH_CAP, elapsed, 30 days), "monthly bucket");
        }
    }

    /// @dev The same for what losses drew from the fund.
    function _checkDraws() private view {
        Crowd.WriteOff[] memory seen = crowd.writeOffs();
        for (uint256 last; last < seen.length; ++last) {
            uint256 drawn;
            for (uint256 i = last + 1; i > 0; --i) {
                drawn += seen[i - 1].insurance;
                uint256 elapsed = seen[last].openedAt - seen[i - 1].openedAt;
                assertLe(drawn, _fits(Terms.DRAW_HOUR_CAP * system.unit, elapsed, 1 hours), "hourly draws");
                assertLe(drawn, _fits(Terms.DRAW_MONTH_CAP * system.unit, elapsed, 30 days), "monthly draws");
            }
        }
    }

    /// @dev What a leaky bucket lets through within `elapsed` seconds.
    function _fits(uint256 capacity, uint256 elapsed, uint256 window) private pure returns (uint256) {
        return capacity + (capacity * elapsed) / window;
    }
}
