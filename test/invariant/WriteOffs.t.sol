// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IWriteOffEngine} from "../../contracts/interfaces/IWriteOffEngine.sol";
import {Crowd} from "./Crowd.t.sol";
import {InvariantTest} from "./InvariantTest.sol";

/// @notice Down the waterfall: who pays for a loss, in which order, and that nothing stops it.
contract WriteOffsInvariantTest is InvariantTest(6, 18, 8) {
    /// hardhat-config: invariant.failOnRevert = true
    function invariant_WO1_WO2_WO3_WO4_WO5_everyWriteOffIsPaidExactlyAndInOrder() public view {
        Crowd.WriteOff[] memory seen = crowd.writeOffs();
        assertEq(system.engine.writeOffCount(address(system.vault)), seen.length, "number of write-offs");
        uint256 badDebt;
        for (uint256 i; i < seen.length; ++i) {
            IWriteOffEngine.LedgerEntry memory entry = system.engine.ledger(address(system.vault), i + 1);
            assertEq(entry.badDebt, seen[i].badDebt, "bad debt");
            assertEq(entry.reserves, seen[i].reserves, "reserves");
            assertEq(entry.insurance, seen[i].insurance + seen[i].unreliable, "insurance");
            assertEq(entry.dilutionCash, seen[i].bids, "dilution cash");
            assertEq(entry.socialized, seen[i].socialized, "socialized");
            assertEq(entry.badDebt, entry.reserves + entry.insurance + entry.dilutionCash + entry.socialized, "sum");
            badDebt += entry.badDebt;
        }
        (uint256 extinguished, uint256 repaid) = crowd.extinguishedDebt();
        assertEq(badDebt, extinguished - repaid, "debt extinguished and not repaid");
        _assertNever("WO1");
        _assertNever("WO2");
        _assertNever("WO3");
        _assertNever("WO4");
        _assertNever("WO5");
        _assertNever("NAMED");
    }
}
