// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDebtAuction} from "../../contracts/interfaces/IDebtAuction.sol";
import {IUnderwriterBook} from "../../contracts/interfaces/IUnderwriterBook.sol";
import {Crowd} from "./Crowd.t.sol";
import {InvariantTest} from "./InvariantTest.sol";
import {Terms} from "./setting/System.sol";

/// @notice The layers between reserves and lenders: staked insurance and dilution.
contract TranchesInvariantTest is InvariantTest(8, 24, 6) {
    /// hardhat-config: invariant.failOnRevert = true
    function invariant_DI1_IN1_IN2_IM1_theLayersKeepTheirBounds() public atCrowdTime {
        _assertNever("DI1");
        _assertNever("IN1");
        _assertNever("IM1");
        _checkMinting();
        _checkStake();
        _checkBook();
        _checkOther();
    }

    /// @notice No window of time has seen more than the buckets let through, in the mint or in the fund.
    function afterInvariant() public override {
        super.afterInvariant();
        _checkBuckets(crowd.mints(), Terms.MINT_HOUR_CAP, Terms.MINT_MONTH_CAP);
        _checkBuckets(crowd.fundDraws(), Terms.DRAW_HOUR_CAP * system.unit, Terms.DRAW_MONTH_CAP * system.unit);
    }

    // ---------------------------------------------------------------- Private

    /// @dev DI1: bids and lots together.
    function _checkMinting() private view {
        Crowd.WriteOff[] memory seen = crowd.writeOffs();
        uint256 minted;
        uint256 burnt;
        uint256 onOffer;
        for (uint256 i; i < seen.length; ++i) {
            IDebtAuction.Lot memory lot = system.sale.lot(address(system.vault), i + 1);
            assertEq(lot.soldTokens, seen[i].minted, "sold");
            uint256 issued = seen[i].minted + seen[i].bidTokens;
            uint256 raised = seen[i].proceeds + seen[i].bids;
            assertGe(raised * 1e18, issued * Terms.FLOOR_PRICE * system.unit, "floor");
            minted += issued;
            burnt += seen[i].burnt;
            onOffer += lot.offeredTokens - lot.soldTokens;
        }
        (uint256 issuedTokens, ) = system.dilution.budget(address(system.vault));
        assertEq(issuedTokens, minted + onOffer, "issued");
        assertLe(minted + onOffer, Terms.MINT_LIFETIME_CAP, "lifetime cap");
        assertLe(minted, Terms.GLOBAL_CAP, "global cap");
        assertEq(system.token.totalSupply(), Terms.INITIAL_TOKENS + minted - burnt, "supply");
    }

    /// @dev IN1: what is staked, owed and earmarked is there.
    function _checkStake() private view {
        address fund = address(system.fund);
        uint256 held = system.asset.balanceOf(fund) - crowd.donated(fund, address(system.asset));
        uint256 owned = system.fund.totalAssets() + system.fund.claimsOwed() + system.fund.totalEarmarked();
        assertEq(held, owned, "the fund's money");
        address[3] memory stakers = crowd.stakers();
        uint256 shares;
        for (uint256 i; i < 3; ++i) {
            assertEq(system.fund.balanceOf(stakers[i]), crowd.sharesOf(fund, stakers[i]), "stake");
            assertLe(system.fund.noticeOf(stakers[i]).quantity, crowd.sharesOf(fund, stakers[i]), "notice and stake");
            shares += crowd.sharesOf(fund, stakers[i]);
        }
        assertEq(system.fund.totalSupply(), shares, "all stakes");
    }

    /// @dev Every bid, every premium and every token that somebody could fetch now is there.
    function _checkBook() private view {
        address[3] memory bidders = crowd.underwriters();
        uint256[] memory levels = new uint256[](Terms.LEVELS);
        for (uint256 k; k < Terms.LEVELS; ++k) levels[k] = k;
        uint256 owedTokens;
        uint256 owedAssets;
        for (uint256 i; i < 3; ++i) {
            (uint256 tokens, uint256 assets) = system.book.collectable(bidders[i], levels);
            owedTokens += tokens;
            owedAssets += assets;
        }
        for (uint256 k; k < Terms.LEVELS; ++k) owedAssets += _checkLevel(bidders, k);
        uint256 gifts = crowd.donated(address(system.book), address(system.asset));
        assertLe(owedAssets, system.asset.balanceOf(address(system.book)) - gifts, "bids and premium are there");
        assertLe(owedTokens, system.token.balanceOf(address(system.book)), "bought tokens are there");
    }

    function _checkLevel(address[3] memory bidders, uint256 k) private view returns (uint256 assets) {
        IUnderwriterBook.LevelView memory level = system.book.levelOf(k);
        uint256 shares;
        for (uint256 i; i < 3; ++i) {
            IUnderwriterBook.BidView memory bid = system.book.bidOf(bidders[i], k);
            if (bid.drained) continue;
            shares += bid.shares;
            assets += bid.assets;
            assertLe(bid.notice.quantity, bid.shares, "notice and bid");
        }
        assertEq(shares, level.shares, "bids of a level");
        assertLe(assets, level.assets, "assets of a level");
    }

    /// @dev IN2: nothing that happens here is felt in the other vault.
    function _checkOther() private view {
        uint256 assets = Terms.OTHER_MONEY * system.unit;
        assertEq(system.otherVault.totalAssets(), assets, "IN2: the other vault");
        assertEq(system.otherFund.totalAssets(), assets, "IN2: the other fund");
        assertEq(system.asset.balanceOf(address(system.otherVault)), assets, "IN2: the other vault's money");
        assertEq(system.asset.balanceOf(address(system.otherFund)), assets, "IN2: the other fund's money");
        assertEq(system.asset.balanceOf(address(system.otherBook)), assets, "IN2: the other bids");
        assertEq(system.book.token().balanceOf(address(system.otherBook)), 0, "IN2: tokens of the other bids");
        (uint256 issued, uint256 available) = system.dilution.budget(address(system.otherVault));
        assertEq(issued, 0, "IN2: the other budget");
        assertEq(available, 1_000e18, "IN2: what the other budget leaves");
        assertEq(system.otherVault.openEpoch() + system.otherFund.openEpoch(), 2, "IN2: the other epochs");
    }

    /// @dev Between any two draws fits no more than the buckets let through.
    function _checkBuckets(Crowd.Draw[] memory draws, uint256 hourCap, uint256 monthCap) private pure {
        for (uint256 first; first < draws.length; ++first) {
            for (uint256 last; last < draws.length; ++last) {
                if (draws[last].at < draws[first].at) continue;
                uint256 drawn;
                for (uint256 i; i < draws.length; ++i) {
                    if (draws[i].at >= draws[first].at && draws[i].at <= draws[last].at) drawn += draws[i].quantity;
                }
                uint256 elapsed = draws[last].at - draws[first].at;
                assertLe(drawn, _fits(hourCap, elapsed, 1 hours), "hourly bucket");
                assertLe(drawn, _fits(monthCap, elapsed, 30 days), "monthly bucket");
            }
        }
    }

    /// @dev What a leaky bucket lets through within `elapsed` seconds.
    function _fits(uint256 capacity, uint256 elapsed, uint256 window) private pure returns (uint256) {
        return capacity + (capacity * elapsed) / window;
    }
}
