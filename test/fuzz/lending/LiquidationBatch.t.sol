// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ILendingRules} from "../../../contracts/interfaces/ILendingRules.sol";
import {ILendingVault} from "../../../contracts/interfaces/ILendingVault.sol";
import {IWriteOffEngine} from "../../../contracts/interfaces/IWriteOffEngine.sol";
import {TestToken} from "../../../contracts/testing/tokens/TestToken.sol";
import {System, SystemDeployer, Terms} from "../../invariant/setting/System.sol";
import {UnreliableTranche} from "../../invariant/setting/UnreliableTranche.sol";

/// @notice Two systems with the same story: positions of two collaterals are opened, age and sink or do not, some are
/// impaired. Then some of them, in any order, whole or in part, are liquidated: in one system by calls of their own, in the
/// other by one batch. Whatever the layers hold, both are the same afterwards, but that the batch has charged its lenders at
/// once.
contract LiquidationBatchTest is Test, SystemDeployer {
    uint256 private constant PEOPLE = 6;
    address private constant LIQUIDATOR = address(0x11D4);

    System private _one;
    System private _other;

    function setUp() public {
        vm.warp(Terms.START);
        _one = _deploySystem(18, [18, 8], address(this));
        _other = _deploySystem(18, [18, 8], address(this));
    }

    /// @notice WO1, WO2: a batch leaves of every position, entry and layer what single calls in the same order leave.
    function testFuzzWO2BatchLeavesWhatSingleCallsLeave(uint256 seed, uint256 order) public {
        _tell(_one, seed);
        _tell(_other, seed);
        // What is known of the ages depends on when: at one moment for both.
        vm.warp(block.timestamp + 1 + (uint64(seed >> 192) % 90 days));
        _sink(_one, seed);
        _sink(_other, seed);
        ILendingVault.LiquidationItem[] memory items = _items(_one, seed, order);
        uint256[6] memory sums = _byCalls(items);
        assertEq(abi.encode(_byBatch(_items(_other, seed, order))), abi.encode(sums), "results");
        _compare();
    }

    // ---------------------------------------------------------------- The story

    function _tell(System storage system, uint256 seed) private {
        ILendingRules.RiskConfig memory rules = system.vault.riskConfig();
        // A fee of a batch is income of the reserves when all its losses are paid for: the next loss cannot use it.
        rules.liquidationFeeBps = 0;
        system.vault.setRiskConfig(rules);
        system.asset.mint(address(this), 30_000 * system.unit);
        _approve(system.asset, address(system.vault));
        _approve(system.asset, address(system.fund));
        _approve(system.asset, address(system.book));
        system.vault.deposit(20_000 * system.unit, address(this));
        if (seed & 1 != 0) system.fund.deposit((5 + ((seed >> 8) % 1_000)) * system.unit, address(this));
        if (seed & 2 != 0) system.book.commit(3, (1 + ((seed >> 20) % 300)) * system.unit, address(this));
        // It pays with whatever it has, as often as it is in the mood.
        system.asset.mint(address(system.unreliable), (seed & 4) * 20 * system.unit);
        system.unreliable.setMood(UnreliableTranche.Mood((seed >> 30) % 4));
        for (uint256 i; i < PEOPLE; ++i) _open(system, i, uint256(keccak256(abi.encode(seed, i))));
        system.asset.mint(LIQUIDATOR, 30_000 * system.unit);
        vm.prank(LIQUIDATOR);
        system.asset.approve(address(system.vault), type(uint256).max);
    }

    /// @dev Collateral worth 100 to 1,100, and a debt of half of that to what is allowed.
    function _open(System storage system, uint256 i, uint256 draw) private {
        uint256 c = draw & 1;
        uint256 worth = 100 + (uint32(draw >> 8) % 1_000);
        uint256 held = (worth * system.unit * 1e36) / system.startPricesE36[c];
        uint256 debt = (worth * system.unit * (5_000 + (uint32(draw >> 40) % 2_400))) / Terms.BPS;
        TestToken collateral = system.collaterals[c];
        collateral.mint(_person(i), held);
        vm.startPrank(_person(i));
        _approve(collateral, address(system.vault));
        system.vault.supplyCollateral(address(collateral), held, _person(i));
        system.vault.borrow(address(collateral), debt, _person(i), _person(i));
        vm.stopPrank();
    }

    /// @dev Prices fall to something between a fifth and all of what they were; every third position is impaired if it can be.
    function _sink(System storage system, uint256 seed) private {
        for (uint256 c; c < 2; ++c) {
            uint256 left = 2_000 + (uint16(seed >> (40 + 16 * c)) % 8_001);
            uint256 price = (system.startPricesE36[c] * left) / Terms.BPS;
            system.oracle.set(address(system.collaterals[c]), address(system.asset), uint216(price));
        }
        for (uint256 i; i < PEOPLE; ++i) {
            if (uint8(seed >> (80 + 8 * i)) % 3 != 0) continue;
            try system.vault.impair(_person(i), _collateralOf(system, i, seed)) {} catch {}
        }
    }

    // ---------------------------------------------------------------- The liquidations

    /// @dev Some of the positions, each once, from anywhere on and with any step; each whole or for a part of it.
    function _items(
        System storage system,
        uint256 seed,
        uint256 order
    ) private view returns (ILendingVault.LiquidationItem[] memory items) {
        uint256 step = order & 1 == 0 ? 1 : PEOPLE - 1;
        items = new ILendingVault.LiquidationItem[](2 + ((order >> 8) % (PEOPLE - 1)));
        for (uint256 k; k < items.length; ++k) {
            uint256 i = (((order >> 16) % PEOPLE) + k * step) % PEOPLE;
            bool whole = uint8(order >> (32 + 8 * i)) % 4 != 0;
            items[k] = ILendingVault.LiquidationItem({
                borrower: _person(i),
                collateral: _collateralOf(system, i, seed),
                maxRepaidAssets: whole ? type(uint256).max : (1 + (uint16(order >> (88 + 16 * i)) % 500)) * system.unit,
                minSeizedAssets: 0
            });
        }
    }

    function _byCalls(ILendingVault.LiquidationItem[] memory items) private returns (uint256[6] memory sums) {
        for (uint256 k; k < items.length; ++k) {
            ILendingVault.LiquidationItem memory item = items[k];
            vm.prank(LIQUIDATOR);
            try
                _one.vault.liquidate(
                    item.borrower,
                    item.collateral,
                    item.maxRepaidAssets,
                    item.minSeizedAssets,
                    type(uint256).max,
                    ""
                )
            returns (ILendingVault.Liquidation memory result) {
                _add(sums, result);
            } catch {}
        }
    }

    function _byBatch(ILendingVault.LiquidationItem[] memory items) private returns (uint256[6] memory sums) {
        vm.prank(LIQUIDATOR);
        ILendingVault.Liquidation[] memory results = _other.vault.liquidateBatch(items, type(uint256).max, "");
        for (uint256 k; k < results.length; ++k) if (results[k].repaidAssets != 0) _add(sums, results[k]);
    }

    function _add(uint256[6] memory sums, ILendingVault.Liquidation memory result) private pure {
        sums[0] += result.repaidAssets;
        sums[1] += result.feeAssets;
        sums[2] += result.seizedAssets;
        sums[3] += result.badDebtAssets;
        sums[4] += result.socializedAssets;
        ++sums[5];
    }

    // ---------------------------------------------------------------- What is left

    function _compare() private view {
        assertEq(abi.encode(_booksOf(_one)), abi.encode(_booksOf(_other)), "books");
        for (uint256 i; i < PEOPLE; ++i) {
            for (uint256 c; c < 2; ++c) {
                assertEq(
                    abi.encode(_one.vault.positionOf(_person(i), address(_one.collaterals[c]))),
                    abi.encode(_other.vault.positionOf(_person(i), address(_other.collaterals[c]))),
                    "a position"
                );
            }
        }
        uint256 count = _one.engine.writeOffCount(address(_one.vault));
        assertEq(_other.engine.writeOffCount(address(_other.vault)), count, "entries");
        for (uint256 id = 1; id <= count; ++id) {
            assertEq(abi.encode(_entryOf(_one, id)), abi.encode(_entryOf(_other, id)), "an entry");
        }
        assertEq(_chargesOf(_one), _chargesOf(_other), "charged to the lenders");
    }

    function _booksOf(System storage system) private view returns (uint256[13] memory books) {
        books[0] = system.vault.cash();
        books[1] = system.vault.reserves();
        books[2] = system.vault.totalDebt();
        books[3] = system.vault.totalAssets();
        books[4] = system.vault.claimsOwed();
        (books[5], books[6]) = system.vault.provisions();
        books[7] = system.fund.totalAssets();
        books[8] = system.asset.balanceOf(address(system.book));
        books[9] = system.asset.balanceOf(LIQUIDATOR);
        books[10] = system.asset.balanceOf(address(system.vault));
        books[11] = system.collaterals[0].balanceOf(LIQUIDATOR);
        books[12] = system.collaterals[1].balanceOf(LIQUIDATOR);
    }

    function _entryOf(
        System storage system,
        uint256 id
    ) private view returns (IWriteOffEngine.LedgerEntry memory entry) {
        entry = system.engine.ledger(address(system.vault), id);
        entry.epoch = 0;
    }

    /// @dev In all epochs together.
    function _chargesOf(System storage system) private view returns (uint256 charged) {
        for (uint256 e = 1; e < system.vault.openEpoch(); ++e) charged += system.vault.lossEpoch(e).chargedAssets;
    }

    // ---------------------------------------------------------------- Who

    function _person(uint256 i) private pure returns (address) {
        return address(uint160(0xB0B0 + i));
    }

    function _collateralOf(System storage system, uint256 i, uint256 seed) private view returns (address) {
        return address(system.collaterals[uint256(keccak256(abi.encode(seed, i))) & 1]);
    }

    function _approve(IERC20 token, address spender) private {
        token.approve(spender, type(uint256).max);
    }
}
