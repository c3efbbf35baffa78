// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILossShares} from "../../../contracts/interfaces/ILossShares.sol";
import {IWriteOffEngine} from "../../../contracts/interfaces/IWriteOffEngine.sol";
import {InvariantTest} from "../InvariantTest.sol";
import {Terms} from "./System.sol";
import {UnreliableTranche} from "./UnreliableTranche.sol";

/// @notice The end of a system under the worst of conditions (LI1): no price answers, all that can be paused is paused,
/// nobody buys or sells tokens. Debts are repaid, losses are paid back from outside, and everybody leaves with what is
/// theirs (RE1). Whatever fails here would have been locked for ever.
abstract contract WindDown is InvariantTest {
    function _windDown() internal {
        vm.warp(crowd.time());
        _closeDown();
        _repayAll();
        vm.warp(block.timestamp + 31 days);
        _closeAuctions();
        _payBackAll();
        vm.warp(block.timestamp + 31 days);
        _closeAuctions();
        _checkPaidBack();
        _releaseCollateral();
        _claimAll(ILossShares(address(system.vault)), _allLenders());
        _claimAll(ILossShares(address(system.fund)), _allStakers());
        _letLendersGo();
        _letStakersGo();
        _letUnderwritersGo();
    }

    function _closeDown() private {
        for (uint256 c; c < 2; ++c) system.oracle.setDead(address(system.collaterals[c]), address(system.asset), true);
        system.vault.pause(true, true);
        system.fund.pauseDeposits();
        system.dilution.pauseDilution(address(system.vault));
        system.unreliable.setMood(UnreliableTranche.Mood.PaysAll);
    }

    function _repayAll() private {
        system.asset.approve(address(system.vault), type(uint256).max);
        address[3] memory borrowers = crowd.borrowers();
        for (uint256 i; i < 6; ++i) {
            address collateral = address(system.collaterals[i % 2]);
            uint256 debt = system.vault.positionOf(borrowers[i / 2], collateral).debtAssets;
            if (debt == 0) continue;
            system.asset.mint(address(this), debt);
            system.vault.repay(collateral, type(uint256).max, borrowers[i / 2]);
        }
        assertEq(system.vault.totalDebt(), 0, "debts are left");
        uint256 count = system.engine.writeOffCount(address(system.vault));
        for (uint256 id = 1; id <= count; ++id) system.fund.settleRelease(id, type(uint256).max);
    }

    function _closeAuctions() private {
        address vault = address(system.vault);
        for (uint256 id = 1; id <= system.engine.writeOffCount(vault); ++id) {
            if (system.sale.remainingTokens(vault, id) != 0) system.sale.settle(vault, id);
            for (uint256 r; r < system.buyback.roundCount(vault, id); ++r) {
                if (system.buyback.round(vault, id, r).assets != 0) system.buyback.settle(vault, id, r);
            }
            address tranche = address(system.unreliable);
            if (system.engine.refusedRecovery(vault, id, tranche) != 0) system.engine.retryRecovery(vault, id, tranche);
        }
    }

    function _payBackAll() private {
        system.asset.approve(address(system.engine), type(uint256).max);
        for (uint256 id = 1; id <= system.engine.writeOffCount(address(system.vault)); ++id) {
            uint256 outstanding = system.engine.outstanding(address(system.vault), id);
            if (outstanding == 0) continue;
            system.asset.mint(address(this), outstanding);
            system.engine.recover(address(system.vault), id, type(uint256).max);
        }
    }

    /// @dev Every write-off is repaid in full, and everybody who was charged is owed all of it.
    function _checkPaidBack() private view {
        address vault = address(system.vault);
        for (uint256 id = 1; id <= system.engine.writeOffCount(vault); ++id) {
            IWriteOffEngine.LedgerEntry memory entry = system.engine.ledger(vault, id);
            assertEq(entry.recovered, entry.badDebt, "RE1: repaid in full");
        }
        _checkAllGivenBack(ILossShares(vault));
        _checkAllGivenBack(ILossShares(address(system.fund)));
        assertEq(system.fund.totalEarmarked(), 0, "IM1: an earmark is left");
        uint256 gifts = crowd.donated(address(system.buyback), address(system.asset));
        assertEq(system.asset.balanceOf(address(system.buyback)), gifts, "LI1: money is left in the buyback");
        gifts = crowd.donated(address(system.engine), address(system.asset));
        assertEq(system.asset.balanceOf(address(system.engine)), gifts, "LI1: money is left in the engine");
    }

    /// @dev Whatever was charged, for good or for a false alarm, is claimable in full.
    function _checkAllGivenBack(ILossShares share) private view {
        uint256[] memory epochs = crowd.chargedEpochs(address(share));
        for (uint256 i; i < epochs.length; ++i) {
            assertEq(share.recoveredOf(epochs[i]), share.lossEpoch(epochs[i]).chargedAssets, "RE1: a charge is left");
        }
    }

    function _releaseCollateral() private {
        address[3] memory borrowers = crowd.borrowers();
        for (uint256 i; i < 6; ++i) {
            (address borrower, address collateral) = (borrowers[i / 2], address(system.collaterals[i % 2]));
            uint256 held = system.vault.positionOf(borrower, collateral).collateralAssets;
            if (held == 0) continue;
            vm.prank(borrower);
            system.vault.withdrawCollateral(collateral, held, borrower, borrower);
        }
        for (uint256 c; c < 2; ++c) {
            uint256 gifts = crowd.donated(address(system.vault), address(system.collaterals[c]));
            assertEq(system.collaterals[c].balanceOf(address(system.vault)), gifts, "LI1: collateral is left");
        }
    }

    /// @dev What is left unclaimed afterwards is less than a unit per holder, and the part of the virtual shares.
    function _claimAll(ILossShares share, address[] memory holders) private {
        uint256[] memory epochs = crowd.chargedEpochs(address(share));
        for (uint256 i; i < holders.length; ++i) {
            vm.prank(holders[i]);
            share.claimRecovery(holders[i], epochs, holders[i]);
            for (uint256 e; e < epochs.length; ++e) {
                assertEq(share.claimableRecovery(holders[i], epochs[e]), 0, "RE1: a claim is left");
            }
        }
    }

    function _letLendersGo() private {
        address[] memory lenders = _allLenders();
        for (uint256 i; i < lenders.length; ++i) {
            uint256 shares = system.vault.balanceOf(lenders[i]);
            uint256 worth = system.vault.convertToAssets(shares);
            if (worth == 0) continue;
            vm.prank(lenders[i]);
            assertEq(system.vault.redeem(shares, lenders[i], lenders[i]), worth, "LI1: a lender leaves");
        }
        assertGe(system.vault.cash(), system.vault.reserves(), "LV1: reserves are there at the end");
    }

    function _letStakersGo() private {
        address[] memory stakers = _allStakers();
        for (uint256 i; i < stakers.length; ++i) {
            uint256 shares = system.fund.balanceOf(stakers[i]);
            if (shares == 0) continue;
            vm.prank(stakers[i]);
            system.fund.startCooldown(shares, stakers[i]);
        }
        vm.warp(block.timestamp + system.fund.cooldown());
        for (uint256 i; i < stakers.length; ++i) {
            uint256 shares = system.fund.balanceOf(stakers[i]);
            uint256 worth = system.fund.convertToAssets(shares);
            if (worth == 0) continue;
            vm.prank(stakers[i]);
            assertEq(system.fund.redeem(shares, stakers[i], stakers[i]), worth, "LI1: a staker leaves");
        }
    }

    /// @dev What the last of them leaves is the premium of time in which nobody was at work, and dust.
    function _letUnderwritersGo() private {
        address[3] memory bidders = crowd.underwriters();
        uint256[] memory levels = new uint256[](Terms.LEVELS);
        for (uint256 k; k < Terms.LEVELS; ++k) levels[k] = k;
        for (uint256 i; i < 3; ++i) {
            vm.prank(bidders[i]);
            system.book.collect(levels, bidders[i], bidders[i]);
            for (uint256 k; k < Terms.LEVELS; ++k) _giveBidNotice(bidders[i], k);
        }
        vm.warp(block.timestamp + Terms.BID_NOTICE);
        for (uint256 i; i < 3; ++i) {
            for (uint256 k; k < Terms.LEVELS; ++k) _withdrawBid(bidders[i], k);
        }
        for (uint256 k; k < Terms.LEVELS; ++k) assertEq(system.book.levelOf(k).assets, 0, "LI1: a bid is left");
        assertLe(system.token.balanceOf(address(system.book)), 1e6, "LI1: tokens are left");
    }

    function _giveBidNotice(address bidder, uint256 level) private {
        uint256 shares = system.book.bidOf(bidder, level).shares;
        vm.prank(bidder);
        system.book.giveNotice(level, shares, bidder);
    }

    function _withdrawBid(address bidder, uint256 level) private {
        uint256 shares = system.book.bidOf(bidder, level).shares;
        if (shares == 0) return;
        vm.prank(bidder);
        system.book.withdraw(level, shares, bidder, bidder);
    }

    function _allLenders() private view returns (address[] memory lenders) {
        address[4] memory known = crowd.lenders();
        lenders = new address[](4);
        for (uint256 i; i < 4; ++i) lenders[i] = known[i];
    }

    function _allStakers() private view returns (address[] memory stakers) {
        address[3] memory known = crowd.stakers();
        stakers = new address[](3);
        for (uint256 i; i < 3; ++i) stakers[i] = known[i];
    }
}
