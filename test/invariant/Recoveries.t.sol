// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILossShares} from "../../contracts/interfaces/ILossShares.sol";
import {IWriteOffEngine} from "../../contracts/interfaces/IWriteOffEngine.sol";
import {Crowd} from "./Crowd.t.sol";
import {InvariantTest} from "./InvariantTest.sol";

/// @notice Up the waterfall: what comes back reaches those who were charged, and nobody else.
contract RecoveriesInvariantTest is InvariantTest(18, 8, 18) {
    /// hardhat-config: invariant.failOnRevert = true
    function invariant_RE1_RE2_whatComesBackReachesWhoWasCharged() public view {
        _checkHolders();
        _checkWriteOffs();
        _checkOrder();
    }

    // ---------------------------------------------------------------- Private

    function _checkHolders() private view {
        address[4] memory lenders = crowd.lenders();
        address[3] memory stakers = crowd.stakers();
        address[] memory holders = new address[](7);
        for (uint256 i; i < 4; ++i) holders[i] = lenders[i];
        for (uint256 i; i < 3; ++i) holders[4 + i] = stakers[i];
        assertEq(_checkClaims(address(system.vault), holders), system.vault.claimsOwed(), "owed to lenders");
        assertEq(_checkClaims(address(system.fund), holders), system.fund.claimsOwed(), "owed to stakers");
        _assertNever("RE1");
    }

    function _checkWriteOffs() private view {
        Crowd.WriteOff[] memory seen = crowd.writeOffs();
        for (uint256 i; i < seen.length; ++i) {
            IWriteOffEngine.LedgerEntry memory entry = system.engine.ledger(address(system.vault), i + 1);
            assertEq(entry.recovered, seen[i].recovered, "recovered");
            assertLe(entry.recovered, entry.badDebt, "recovered and lost");
            assertEq(entry.auctionProceeds, seen[i].proceeds, "proceeds");
            assertLe(seen[i].proceeds + seen[i].toLenders, seen[i].socialized, "to the lenders and charged to them");
        }
    }

    function _checkOrder() private view {
        _assertNever("RE2");
        Crowd.WriteOff[] memory seen = crowd.writeOffs();
        uint256 refused;
        uint256 toSpend;
        for (uint256 i; i < seen.length; ++i) {
            Crowd.WriteOff memory one = seen[i];
            uint256 arrived = one.toLenders + one.toDilution - one.returned;
            arrived += one.toInsurance + one.toUnreliable + one.toReserves;
            assertEq(arrived, one.recovered, "every unit has arrived somewhere");
            assertLe(one.toLenders + one.proceeds, one.socialized, "to the lenders and lost by them");
            assertLe(one.toDilution, one.proceeds + one.bids, "to dilution and raised by it");
            assertLe(one.toInsurance, one.insurance, "to insurance and paid by it");
            assertLe(one.toUnreliable, one.unreliable, "to the first tranche and paid by it");
            refused += _refused(i + 1, address(system.unreliable));
            assertEq(_refused(i + 1, address(system.fund)), 0, "the fund refused");
            assertEq(_refused(i + 1, address(system.dilution)), 0, "dilution refused");
            toSpend += _toSpend(i + 1);
        }
        assertEq(_surplus(address(system.engine)), refused, "the engine keeps what was refused, no more");
        assertEq(_surplus(address(system.buyback)), toSpend, "the buyback holds what it is to spend, no more");
        assertEq(_surplus(address(system.dilution)), 0, "dilution holds nothing");
        assertEq(_surplus(address(system.sale)), 0, "the sale holds nothing");
    }

    /// @dev Per epoch and account; returns what is received and not yet claimed.
    function _checkClaims(address share, address[] memory holders) private view returns (uint256 owed) {
        uint256[] memory epochs = crowd.chargedEpochs(share);
        for (uint256 i; i < epochs.length; ++i) {
            Crowd.Charge memory charge = crowd.charge(share, epochs[i]);
            _checkEpoch(ILossShares(share), epochs[i], charge);
            uint256 claimed;
            for (uint256 h; h < holders.length; ++h) claimed += _checkHolder(share, epochs[i], charge, holders[h]);
            assertEq(claimed, charge.claimed, "claims of one epoch");
            assertLe(claimed, charge.received, "claimed and received");
            assertLe(charge.received, charge.assets, "received and charged");
            owed += charge.received - claimed;
        }
    }

    function _checkEpoch(ILossShares share, uint256 epoch, Crowd.Charge memory charge) private view {
        ILossShares.LossEpoch memory loss = share.lossEpoch(epoch);
        assertEq(loss.chargedAssets, charge.assets, "charged");
        assertEq(loss.shares, charge.shares, "shares charged");
        assertEq(share.recoveredOf(epoch), charge.received, "received");
    }

    function _checkHolder(
        address share,
        uint256 epoch,
        Crowd.Charge memory charge,
        address holder
    ) private view returns (uint256 claimed) {
        uint256 held = crowd.heldAt(share, epoch, holder);
        claimed = crowd.claimedBy(share, epoch, holder);
        assertEq(ILossShares(share).balanceAtEpoch(holder, epoch), held, "held when it was charged");
        uint256 mayClaim = Math.mulDiv(charge.received, held, charge.shares);
        assertEq(ILossShares(share).claimableRecovery(holder, epoch), mayClaim - claimed, "claimable");
        assertLe(claimed, Math.mulDiv(charge.assets, held, charge.shares), "recovered and charged");
    }

    function _refused(uint256 id, address tranche) private view returns (uint256) {
        return system.engine.refusedRecovery(address(system.vault), id, tranche);
    }

    function _toSpend(uint256 id) private view returns (uint256 assets) {
        uint256 rounds = system.buyback.roundCount(address(system.vault), id);
        for (uint256 r; r < rounds; ++r) assets += system.buyback.round(address(system.vault), id, r).assets;
    }

    /// @dev What a contract holds of the asset beyond gifts.
    function _surplus(address holder) private view returns (uint256) {
        return system.asset.balanceOf(holder) - crowd.donated(holder, address(system.asset));
    }
}
