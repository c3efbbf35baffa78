// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILendingVault} from "../../../contracts/interfaces/ILendingVault.sol";
import {IWriteOffEngine} from "../../../contracts/interfaces/IWriteOffEngine.sol";
import {LadderBook} from "./LadderBook.sol";
import {Terms} from "./System.sol";

/// @notice Measures from outside what a liquidation or a write-off took from whom.
abstract contract LossSight is LadderBook {
    /// @notice Balances and books just before a loss.
    struct Figures {
        uint256 totalDebt;
        uint256 totalAssets;
        uint256 reserves;
        uint256 fundCash;
        uint256 fundBalance;
        uint256 drawable;
        uint256 unreliableAssets;
        uint256 bookAssets;
        uint256 bookTokens;
        uint256 vaultClaims;
        uint256 fundClaims;
        uint256 vaultEpoch;
        uint256 fundEpoch;
        // What standing bids must pay for a shortfall, level by level, at most.
        uint256[] levelAssets;
        uint256 mintable;
        uint256 callerAssets;
        uint256 callerCollateral;
        IWriteOffEngine.Preview quote;
        bool quoted;
    }

    /// @notice What was seen to be paid, and what of it insurance could be asked for.
    struct Outcome {
        uint256 closedDebt;
        uint256 repaid;
        uint256 badDebt;
        uint256 insurable;
        uint256 reward;
        uint256 feeAssets;
    }

    // ---------------------------------------------------------------- Before

    function _figures(address caller, uint256 c) internal view returns (Figures memory figures) {
        figures.totalDebt = _system.vault.totalDebt();
        figures.totalAssets = _system.vault.totalAssets();
        figures.reserves = _system.vault.reserves();
        figures.fundCash = _system.fund.totalAssets();
        figures.fundBalance = _system.asset.balanceOf(address(_system.fund));
        figures.drawable = _system.fund.drawable();
        figures.unreliableAssets = _system.asset.balanceOf(address(_system.unreliable));
        figures.bookAssets = _system.asset.balanceOf(address(_system.book));
        figures.bookTokens = _system.token.balanceOf(address(_system.book));
        figures.vaultClaims = _system.vault.claimsOwed();
        figures.fundClaims = _system.fund.claimsOwed();
        figures.vaultEpoch = _system.vault.openEpoch();
        figures.fundEpoch = _system.fund.openEpoch();
        figures.levelAssets = new uint256[](Terms.LEVELS);
        for (uint256 k; k < Terms.LEVELS; ++k) figures.levelAssets[k] = _system.book.levelOf(k).assets;
        (, figures.mintable) = _system.dilution.budget(address(_system.vault));
        figures.callerAssets = _system.asset.balanceOf(caller);
        figures.callerCollateral = _system.collaterals[c].balanceOf(caller);
    }

    // ---------------------------------------------------------------- What was seen

    function _outcome(
        Case memory before,
        Figures memory figures,
        address caller,
        bool isLiquidation
    ) internal view returns (Outcome memory outcome) {
        ILendingVault.PositionView memory position = _system.vault.positionOf(
            before.borrower,
            address(_system.collaterals[before.c])
        );
        uint256 assets = _system.asset.balanceOf(caller);
        outcome.closedDebt = figures.totalDebt - _system.vault.totalDebt();
        if (isLiquidation) {
            outcome.repaid = figures.callerAssets - assets;
            outcome.feeAssets = Math.saturatingSub(_system.vault.reserves(), figures.reserves);
        } else {
            outcome.reward = assets - figures.callerAssets;
        }
        outcome.badDebt = Math.saturatingSub(outcome.closedDebt, outcome.repaid);
        uint256 covered = (before.high * Terms.BPS) / (Terms.BPS + Terms.MIN_INCENTIVE_BPS);
        uint256 incentive;
        if (isLiquidation) {
            incentive = Math.saturatingSub(_valueSold(before.high, outcome.repaid), outcome.repaid);
        } else {
            incentive = before.high - (covered < Terms.MIN_DEBT * _system.unit ? 0 : covered);
        }
        outcome.insurable = _insurable(before.position, position.principalAssets, outcome, incentive);
    }

    /// @dev Value of the collateral that was paid for, of an insolvent position.
    function _valueSold(uint256 value, uint256 repaid) private pure returns (uint256) {
        uint256 priceOfAll = Math.ceilDiv(value * Terms.BPS, Terms.BPS + Terms.MIN_INCENTIVE_BPS);
        return repaid == priceOfAll ? value : Math.mulDiv(value, repaid, Math.max(priceOfAll, 1));
    }

    /// @dev Aged share of the principal that was lost; the incentive part of a loss is never insured.
    function _insurable(
        ILendingVault.PositionView memory before,
        uint256 principalLeft,
        Outcome memory outcome,
        uint256 incentive
    ) private pure returns (uint256) {
        if (before.principalAssets == 0) return 0;
        uint256 lost = Math.saturatingSub(before.principalAssets - principalLeft, outcome.repaid + incentive);
        return
            Math.min(
                Math.saturatingSub(outcome.badDebt, incentive),
                Math.mulDiv(lost, before.agedPrincipalAssets, before.principalAssets)
            );
    }
}
