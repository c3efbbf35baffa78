// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILendingVault} from "../../contracts/interfaces/ILendingVault.sol";
import {InvariantTest} from "./InvariantTest.sol";
import {Ghosts} from "./setting/Ghosts.sol";

/// @notice The vault's books: what it holds, what it is owed, what it owes.
abstract contract BooksInvariantTest is InvariantTest {
    /// @dev Where `LendingBook._positions` is; what is read there shows whether it still is.
    uint256 private constant POSITIONS_SLOT = 25;

    /// hardhat-config: invariant.failOnRevert = true
    function invariant_LV1_LV3_theBooksHoldWhatTheySay() public atCrowdTime {
        _checkCash();
        _checkShares();
        uint256 debts;
        for (uint256 c; c < 2; ++c) debts += _checkPositions(c);
        // Each position is rounded up, the total down.
        uint256 totalDebt = system.vault.totalDebt();
        assertLe(totalDebt, debts, "the total is more than its parts");
        assertLe(debts - totalDebt, 6, "the total is less than its parts");
        _assertNever("LV1");
        _assertNever("LV3");
    }

    function _checkCash() private view {
        address vault = address(system.vault);
        uint256 held = system.asset.balanceOf(vault) - crowd.donated(vault, address(system.asset));
        (uint256 provisions, uint256 unfunded) = system.vault.provisions();
        // Claims from what was set apart and given back have no money of their own.
        uint256 setAside = system.vault.claimsOwed() - unfunded;
        assertEq(held, system.vault.cash() + setAside, "cash and claims are there, gifts are not counted");
        uint256 there = system.vault.cash() + system.vault.totalDebt() + 1;
        uint256 first = system.vault.reserves() + provisions;
        assertLe(first, there, "what is owed is there or owed to the vault");
        // A loss larger than all shares may follow on a false alarm: then its claims bear what the shares could not.
        if (first + unfunded > there) assertEq(system.vault.totalAssets(), 0, "claims bear a loss before shares do");
        _checkProvisions(provisions);
    }

    /// @dev LV1: what is set apart, in sum and for each position, is what was seen to be taken for it.
    function _checkProvisions(uint256 provisions) private view {
        uint256 earmarked;
        address[3] memory borrowers = crowd.borrowers();
        for (uint256 i; i < 6; ++i) {
            uint256 id = crowd.impairedIdOf(borrowers[i / 2], i % 2);
            if (id == 0) continue;
            Ghosts.SetApart memory apart = crowd.setApart(id);
            (uint256 reserves, uint256 marked, uint256 charged) = system.vault.provisionOf(id);
            assertEq(reserves, apart.reserves, "reserves set apart");
            assertEq(marked, apart.earmarked, "earmark");
            assertEq(charged, apart.charged, "charge set apart");
            provisions -= reserves + charged;
            earmarked += marked;
        }
        assertEq(provisions, 0, "set apart for nothing");
        assertEq(system.fund.totalEarmarked(), earmarked, "all earmarks");
    }

    function _checkShares() private view {
        address[4] memory lenders = crowd.lenders();
        uint256 shares;
        for (uint256 i; i < 4; ++i) {
            assertEq(system.vault.balanceOf(lenders[i]), crowd.sharesOf(address(system.vault), lenders[i]), "shares");
            shares += system.vault.balanceOf(lenders[i]);
        }
        assertEq(system.vault.totalSupply(), shares, "all shares");
    }

    /// @dev Positions in one collateral against its total, what is there of it and what the crowd knows. Returns the sum of their debts.
    function _checkPositions(uint256 c) private view returns (uint256 debts) {
        address collateral = address(system.collaterals[c]);
        uint256 principal;
        uint256 supplied;
        address[3] memory borrowers = crowd.borrowers();
        for (uint256 i; i < 3; ++i) {
            ILendingVault.PositionView memory position = system.vault.positionOf(borrowers[i], collateral);
            assertEq(position.collateralAssets, crowd.collateralOf(borrowers[i], c), "collateral of a position");
            assertEq(position.principalAssets, crowd.principalOf(borrowers[i], c), "principal of a position");
            assertLe(position.agedPrincipalAssets, position.principalAssets, "aged principal");
            _checkSlots(borrowers[i], collateral, position);
            _checkDefault(borrowers[i], c, position.writeOffId);
            principal += position.principalAssets;
            supplied += position.collateralAssets;
            debts += position.debtAssets;
        }
        assertEq(system.vault.totalPrincipalOf(collateral), principal, "all principal");
        uint256 gifts = crowd.donated(address(system.vault), collateral);
        assertEq(system.collaterals[c].balanceOf(address(system.vault)) - gifts, supplied, "collateral is there");
    }

    /// @dev The first slot of a position that owes anything knows whether the second has a record, so that a repayment need
    /// not look.
    function _checkSlots(
        address borrower,
        address collateral,
        ILendingVault.PositionView memory position
    ) private view {
        bytes32 slot = keccak256(abi.encode(collateral, keccak256(abi.encode(borrower, POSITIONS_SLOT))));
        uint256 debtWord = uint256(vm.load(address(system.vault), slot));
        uint256 restWord = uint256(vm.load(address(system.vault), bytes32(uint256(slot) + 1)));
        assertEq((debtWord >> 114) & (2 ** 94 - 1), position.principalAssets, "principal in its slot");
        assertEq(uint128(restWord), position.collateralAssets, "collateral in its slot");
        if (position.debtAssets == 0) return;
        assertEq(debtWord >> 255 != 0, restWord >> 128 != 0, "the first slot knows what is on record");
    }

    /// @dev What a position still owes of debts that were written off, by the chain of ids and by what was seen.
    function _checkDefault(address borrower, uint256 c, uint256 id) private view {
        uint256[] memory ids = crowd.idsOf(borrower, c);
        uint256 unpaid;
        for (uint256 i; i < ids.length; ++i) unpaid += system.engine.outstanding(address(system.vault), ids[i]);
        (uint256 outstanding, ) = system.engine.defaultOf(address(system.vault), id);
        assertEq(outstanding, unpaid, "default of a position");
    }
}

contract BooksOf6DecimalsInvariantTest is InvariantTest(6, 18, 8), BooksInvariantTest {}

contract BooksOf0DecimalsInvariantTest is InvariantTest(0, 24, 0), BooksInvariantTest {}

contract BooksOf2DecimalsInvariantTest is InvariantTest(2, 6, 2), BooksInvariantTest {}

contract BooksOf24DecimalsInvariantTest is InvariantTest(24, 0, 24), BooksInvariantTest {}
