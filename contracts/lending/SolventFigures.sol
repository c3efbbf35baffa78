// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {CollateralWord, ModelWord} from "./BookWords.sol";
import {LendingBook} from "./LendingBook.sol";
import {LiquidationMath} from "./LiquidationMath.sol";
import {DebtWord, RestWord} from "./PositionWords.sol";

/// @title What a liquidation without a loss comes to
/// @notice Shared by the vault, which does nearly all of them itself, and the modules, which quote them and do the others: so
/// the two cannot differ. Upholds WO3.
abstract contract SolventFigures is LendingBook {
    /// @dev What the vault has seen of a position that it leaves to LiquidationModule, so that nothing is read twice. All words,
    /// the quote last: it is passed on as it lies in memory.
    struct Sight {
        uint256 index; // interest index of this second
        uint256 totalDebt; // all debt at it, asset units, rounded down
        CollateralWord collateralWord;
        DebtWord debtWord;
        RestWord restWord;
        IPriceOracle.LossQuote quote; // of all the collateral
    }

    /// @dev No loss: what at most `maxRepaid` of a debt buys of the collateral `held`, which is worth `value`, at value and
    /// incentive. `claim` is the debt and the outstanding of earlier write-offs.
    /// @param word Rules of the collateral.
    /// @param modelWord Rules of the vault.
    /// @return repaid For debt and default, asset units; nothing where the collateral is worth too little.
    /// @return fee To reserves, on top, asset units.
    /// @return seized Collateral units.
    function _solventFigures(
        uint256 value,
        uint256 debt,
        uint256 claim,
        uint256 held,
        uint256 maxRepaid,
        CollateralWord word,
        ModelWord modelWord
    ) internal view returns (uint256 repaid, uint256 fee, uint256 seized) {
        uint256 minIncentiveBps = word.minIncentiveBps();
        uint256 incentive = LiquidationMath.incentiveWad(value, claim, word.incentiveBps(), minIncentiveBps);
        repaid = _allowed(value, debt, claim, incentive, word, modelWord.minDebtBits());
        if (maxRepaid < repaid) repaid = maxRepaid;
        if (repaid == 0) return (0, 0, 0);
        fee = LiquidationMath.fee(repaid, incentive, minIncentiveBps, modelWord.liquidationFeeBps());
        seized = LiquidationMath.seized(held, value, repaid, incentive);
    }

    /// @dev The most that may be repaid, asset units.
    function _allowed(
        uint256 value,
        uint256 debt,
        uint256 claim,
        uint256 incentive,
        CollateralWord word,
        uint256 minDebtBits
    ) private view returns (uint256 allowed) {
        allowed = LiquidationMath.repayToTarget(value, claim, incentive, word.lltvBps(), word.targetHealthBps());
        if (_isDust(claim - allowed, minDebtBits)) allowed = claim;
        // The debt is paid before the default, and no dust of it may stay.
        if (allowed < debt && _isDust(debt - allowed, minDebtBits)) allowed = debt;
        uint256 affordable = LiquidationMath.affordable(value, incentive);
        if (affordable < allowed) return affordable;
    }

    function _emitLiquidated(
        address borrower,
        address collateral,
        ILendingVault.Liquidation memory result,
        uint256 index
    ) internal {
        emit ILendingVault.Liquidated(
            borrower,
            collateral,
            msg.sender,
            result.repaidAssets,
            result.feeAssets,
            result.seizedAssets,
            index
        );
    }
}
